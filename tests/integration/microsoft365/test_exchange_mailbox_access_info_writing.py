# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""exchange_mailbox_access_info writes to a calendar of the emulated tenant, and leaves nothing in it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from emulators.processes import wait_until
from tests.integration.microsoft365.conftest import CALSYNC, FILTER, IN, OUT, Office, Prove, Runner
from tests.performance.ratio import ROOT

MODULE = "exchange_mailbox_access_info"


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


@pytest.mark.parametrize("kind", ["throttle", "lose"])
def test_that_nobody_said_whether_it_may_be_written_is_no_refusal(
    office: Office, allow: Callable[[str], None], prove: Prove, kind: str
) -> None:
    allow(FILTER)
    office.faults({"kind": kind, "match": "POST .*calendar/events"})
    result = prove(prove_write=True, test_mailboxes=IN[:1], retry_for=1)
    assert (result["state"], result["differences"], result["written"]) == ("not_proven", [], [])
    (finding,) = result["not_proven"]
    assert (finding["where"], finding["what"]) == (IN[0], "write")
    assert finding["remedy"] == "Run again, which also removes an event that may be left."
    assert any(office.server.tenant.events.values()) is (kind == "lose")
    office.faults()
    assert prove(prove_write=True, test_mailboxes=IN[:1])["proven"]
    assert not any(office.server.tenant.events.values())


def cancelled(office: Office, method: str, *, times: int = 1) -> str:
    """Return what a run says that is cancelled when it has sent a request about an event, and again at the next."""
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
    for number in range(1, times + 1):

        def sent(number: int = number) -> bool:
            requests = [each for each in office.requests() if each["method"] == method and "events" in each["path"]]
            return len(requests) >= number

        wait_until(sent, f"request {number} about the event", seconds=60)
        process.send_signal(signal.SIGTERM)
    assert process.stdout is not None
    message: str = json.loads(process.stdout.read())["msg"]
    process.wait(60)
    return message


@pytest.mark.parametrize(
    ("method", "fault"),
    [("POST", {"kind": "late", "seconds": 2}), ("DELETE", {"kind": "throttle", "seconds": 20})],
    ids=["while it writes", "while it removes"],
)
def test_a_cancelled_run_cleans_up(
    office: Office, allow: Callable[[str], None], method: str, fault: dict[str, Any]
) -> None:
    allow(FILTER)
    office.faults({**fault, "match": f"{method} .*events", "times": 1})
    assert cancelled(office, method) == "It was cancelled. No event is left in a calendar."
    wait_until(lambda: not any(office.server.tenant.events.values()), "no event to be left", seconds=20)


def test_a_run_that_is_cancelled_while_it_cleans_up_says_what_may_be_left(
    office: Office, allow: Callable[[str], None], prove: Prove
) -> None:
    allow(FILTER)
    office.faults({"kind": "throttle", "match": "DELETE", "seconds": 20})
    message = cancelled(office, "DELETE", times=2)
    assert message.startswith(f"{IN[0]}: the event of the proof may still be in the calendar: it was cancelled")
    assert message.endswith("Run again, which removes it.")
    assert any(office.server.tenant.events.values())
    office.faults()
    assert prove(prove_write=True, test_mailboxes=IN[:1])["proven"]
    assert not any(office.server.tenant.events.values())
