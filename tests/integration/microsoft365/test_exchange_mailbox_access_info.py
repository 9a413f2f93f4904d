# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""exchange_mailbox_access_info against the emulated tenant: both halves, propagation, what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365 import mailbox_access
from emulators.microsoft365.seed import grant
from tests.integration.microsoft365.conftest import CALSYNC, FILTER, IN, OUT, Office, Prove


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


@pytest.fixture
def new(office: Office, principal: str, request: pytest.FixtureRequest) -> None:
    """Have Entra ID learn of one of CalSync's objects just now: nobody signs in with it for as long as faults say."""
    tenant = office.server.tenant
    (application,) = tenant.find(tenant.applications.values(), appId=CALSYNC)
    identifiers = {
        "application": application["id"],
        "service principal": principal,
        "certificate": application["keyCredentials"][0]["keyId"],
    }
    tenant.born(identifiers[request.param])


NEW = pytest.mark.parametrize(
    ("new", "number"),
    [("application", 700016), ("service principal", 7000229), ("certificate", 700027)],
    indirect=["new"],
)


@NEW
@pytest.mark.usefixtures("new")
def test_it_waits_until_entra_knows_what_was_registered_just_now(
    office: Office, allow: Callable[[str], None], prove: Prove, number: int
) -> None:
    allow(FILTER)
    office.faults({"kind": "consistency", "seconds": 3600})
    unknown = prove(deadline=0)
    assert f"AADSTS{number}" in unknown["msg"]
    assert "minutes" in unknown["msg"]
    office.faults({"kind": "consistency", "seconds": 1.5})
    result = prove(deadline=20)
    assert result["proven"], result["msg"]


@pytest.mark.parametrize("new", ["application"], indirect=True)
@pytest.mark.usefixtures("new")
def test_it_does_not_wait_for_hours_for_an_application_that_there_may_not_be(
    office: Office, prove: Prove, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox_access, "KNOWN_WITHIN", 1.0)
    office.faults({"kind": "consistency", "seconds": 3600})
    assert "AADSTS700016" in prove(deadline=7200)["msg"]


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
