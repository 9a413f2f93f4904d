# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""exchange_mailbox_access_info against the emulated tenant: both halves, propagation, writing that leaves nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from emulators.microsoft365.seed import grant
from emulators.processes import wait_until
from tests.integration.microsoft365.conftest import CALSYNC, STAFF, STUDENTS, Office, Runner
from tests.performance.ratio import ROOT

MODULE = "exchange_mailbox_access_info"
FILTER = "CustomAttribute1 -eq 'student'"
IN, OUT = [f"{name}@exams.example" for name in STUDENTS], [f"{name}@exams.example" for name in STAFF]

Prove = Callable[..., dict[str, Any]]


@pytest.fixture
def principal(office: Office) -> str:
    return office.client("CalSync", CALSYNC, [])


@pytest.fixture
def allow(run: Runner, principal: str) -> Callable[[str], None]:
    """Return what gives CalSync the calendars that a filter finds."""

    def allow(recipient_filter: str) -> None:
        scope = {"name": "CalSync LIVE", "recipient_filter": recipient_filter}
        result = run("exchange_application_access", application=CALSYNC, scope=scope)
        assert not result.get("failed"), result["msg"]

    assert principal
    return allow


@pytest.fixture
def prove(office: Office, run: Runner) -> Prove:
    """Return what runs the module as CalSync itself."""

    def prove(**changes: Any) -> dict[str, Any]:
        arguments = {**office.connection("CalSync", CALSYNC), "in_scope": IN, "out_of_scope": OUT, "interval": 0.2}
        return run(MODULE, **{**arguments, **changes})

    return prove


def administrator(office: Office) -> dict[str, Any]:
    names = ("client_id", "certificate", "private_key")
    return {name: value for name, value in office.connection().items() if name in names}


def test_both_halves(office: Office, allow: Callable[[str], None], prove: Prove) -> None:
    allow(FILTER)
    result = prove(administrator=administrator(office))
    assert result["proven"], result["msg"]
    assert result["changed"] is False
    assert result["halves"] == {"in_scope": True, "out_of_scope": True}
    assert {each["configured"] for each in result["mailboxes"]} == {"allowed", "denied"}
    assert office.server.tenant.events == {} or not any(office.server.tenant.events.values())


def test_a_scope_that_is_too_narrow_and_one_that_is_too_wide(allow: Callable[[str], None], prove: Prove) -> None:
    allow(f"PrimarySmtpAddress -eq '{IN[0]}'")
    narrow = prove()
    assert narrow["failed"]
    assert [each["where"] for each in narrow["differences"]] == IN[1:]
    assert "403 ErrorAccessDenied" in narrow["msg"]
    assert "client-request-id" in narrow["msg"]
    allow(f"{FILTER} -or Alias -eq 'rector'")
    wide = prove(on_difference="report")
    assert wide["halves"] == {"in_scope": True, "out_of_scope": False}
    assert [(each["where"], each["found"]) for each in wide["differences"]] == [(OUT[0], "allowed")]


def test_a_planted_grant_for_the_whole_tenant_is_seen_live(
    office: Office, allow: Callable[[str], None], prove: Prove, principal: str
) -> None:
    allow(FILTER)
    with office.server.tenant.lock:
        grant(office.server.tenant, principal, "Calendars.Read")
    result = prove(administrator=administrator(office))
    assert result["failed"]
    assert [each["where"] for each in result["differences"]] == OUT
    assert "permission of the whole tenant" in result["msg"]


def test_it_waits_for_propagation(office: Office, allow: Callable[[str], None], prove: Prove) -> None:
    office.faults({"kind": "propagation", "seconds": 1.0})
    allow(FILTER)
    result = prove(deadline=20)
    assert result["proven"], result["msg"]
    assert 0.2 < result["waited"] < 20


def test_propagation_past_the_deadline_says_which_half_is_pending(
    office: Office, allow: Callable[[str], None], prove: Prove
) -> None:
    office.faults({"kind": "propagation", "seconds": 3600})
    allow(FILTER)
    result = prove(deadline=0.5, administrator=administrator(office))
    assert result["failed"]
    assert result["halves"] == {"in_scope": False, "out_of_scope": True}
    assert {each["configured"] for each in result["mailboxes"] if each["expected"] == "allowed"} == {"allowed"}
    assert "calendars do not know it yet" in result["msg"]
    office.faults()
    assert prove()["proven"]


def test_users_without_a_mailbox(allow: Callable[[str], None], prove: Prove) -> None:
    allow(FILTER)
    result = prove(in_scope=["unlicensed@exams.example"], out_of_scope=["nobody@exams.example"])
    assert [each["live"] for each in result["mailboxes"]] == ["no mailbox", "no mailbox"]
    assert "MailboxNotEnabledForRESTAPI" in result["msg"]
    assert "ErrorInvalidUser" in result["msg"]


def test_throttling_is_waited_for_and_silence_is_no_proof(
    office: Office, allow: Callable[[str], None], prove: Prove
) -> None:
    allow(FILTER)
    office.faults({"kind": "throttle", "match": "calendar", "times": 5, "seconds": 1})
    assert prove()["proven"]
    office.faults({"kind": "error", "match": f"{IN[0]}/calendar", "status": 503})
    result = prove(retry_for=1)
    assert not result.get("failed"), "it is not proven, which is no failure"
    assert result["state"] == "not_proven"
    assert [each["where"] for each in result["not_proven"]] == [IN[0]]


def test_an_event_that_shall_not_be_there_is_found_though_another_mailbox_is_silent(
    office: Office, allow: Callable[[str], None], prove: Prove
) -> None:
    allow(FILTER)
    office.faults({"kind": "error", "match": "DELETE", "status": 403})
    assert prove(prove_write=True, test_mailboxes=IN[:1])["failed"], "one is left"
    office.faults({"kind": "error", "match": f"{OUT[0]}/calendar", "status": 503})
    result = prove(events="none", test_mailboxes=IN[:1], retry_for=1)
    assert (result["failed"], result["events"]) == (True, {IN[0]: 1})
    assert [each["where"] for each in result["not_proven"]] == [OUT[0]]


def test_writing_leaves_nothing(office: Office, run: Runner, allow: Callable[[str], None], prove: Prove) -> None:
    allow(FILTER)
    given = {"prove_write": True, "test_mailboxes": IN[:1]}
    checked = run(MODULE, check=True, **office.connection("CalSync", CALSYNC), in_scope=IN, out_of_scope=OUT, **given)
    assert checked["written"] == []
    assert not any(each["method"] == "POST" and "calendar" in each["path"] for each in office.requests())
    result = prove(**given)
    assert result["proven"], result["msg"]
    assert result["written"] == IN[:1]
    assert not any(office.server.tenant.events.values())
    sent = next(each["body"] for each in office.requests() if each["method"] == "POST" and "calendar" in each["path"])
    assert sent["attendees"] == []
    assert (sent["sensitivity"], sent["showAs"], sent["isReminderOn"]) == ("private", "free", False)


def test_a_lost_answer_leaves_nothing(office: Office, allow: Callable[[str], None], prove: Prove) -> None:
    allow(FILTER)
    office.faults(
        {"kind": "lose", "match": "POST .*calendar/events", "times": 1},
        {"kind": "lose", "match": "DELETE", "times": 1},
    )
    assert prove(prove_write=True, test_mailboxes=IN[:2])["written"] == IN[:2]
    assert not any(office.server.tenant.events.values())


def test_what_a_killed_run_left_goes_with_the_next(office: Office, allow: Callable[[str], None], prove: Prove) -> None:
    allow(FILTER)
    office.faults({"kind": "error", "match": "DELETE", "status": 403})
    left = prove(prove_write=True, test_mailboxes=IN[:1])
    assert left["failed"]
    assert "Run again, which removes it." in left["msg"]
    assert sum(map(len, office.server.tenant.events.values())) == 1
    office.faults()
    assert prove(prove_write=True, test_mailboxes=IN[:1])["proven"]
    assert not any(office.server.tenant.events.values())


def test_a_cancelled_run_cleans_up(office: Office, allow: Callable[[str], None]) -> None:
    allow(FILTER)
    office.faults({"kind": "late", "match": "POST .*calendar/events", "seconds": 2, "times": 1})
    arguments = {**office.connection("CalSync", CALSYNC), "in_scope": IN, "out_of_scope": OUT}
    program = (
        "import json, sys\n"
        "from ansible.module_utils.testing import patch_module_args\n"
        f"from ansible_collections.uoe.exam_scheduling.plugins.modules import {MODULE} as module\n"
        "with patch_module_args(json.load(sys.stdin)): module.main()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / ".collections")},
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps({**arguments, "prove_write": True, "test_mailboxes": IN[:1]}))
    process.stdin.close()
    wait_until(
        lambda: any(each["method"] == "POST" and "calendar" in each["path"] for each in office.requests()),
        "the event to be asked for",
        seconds=60,
    )
    process.send_signal(signal.SIGTERM)
    assert process.stdout is not None
    result = json.loads(process.stdout.read())
    process.wait(60)
    assert result["msg"] == "It was cancelled. No event is left in a calendar."
    wait_until(lambda: not any(office.server.tenant.events.values()), "no event to be left", seconds=20)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"in_scope": []}, "the proof has two halves"),
        ({"out_of_scope": [IN[0].upper()]}, "it is in in_scope too"),
        ({"in_scope": ["a/b@exams.example"]}, "it is no user's principal name"),
        ({"prove_write": True}, "there are none"),
        ({"prove_write": True, "test_mailboxes": ["rector@exams.example"]}, "it is not in in_scope"),
        ({"deadline": -1}, "it is no time"),
        ({"administrator": {"client_id": "x"}}, "administrator.client_id='x' is refused"),
    ],
)
@pytest.mark.usefixtures("principal")
def test_what_is_refused(office: Office, prove: Prove, changes: dict[str, Any], said: str) -> None:
    result = prove(**changes)
    assert result["failed"]
    assert said in result["msg"]
    assert office.requests() == []
