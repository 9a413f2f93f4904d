# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of a line of the plan, from what its tasks returned."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.line_record import MOST_FINDINGS, LineRecord
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.run_events import Outcome, Result, Task

PROOF = {"proven": True, "msg": "3 flows proven"}
NO_PROOF = {"proven": False, "state": "not_proven", "msg": "3 flows: differences 0, not proven 1"}
DIFFERENT = {"proven": False, "state": "different", "msg": "3 flows: differences 1, not proven 0"}
WAITING = {"waiting_for": "Network team", "path": "request.md", "changed": True}


@pytest.mark.parametrize(
    ("results", "check_mode", "state"),
    [
        ([], False, "not in this run"),
        ([{"changed": True}], False, "applied"),
        ([{"changed": True}], True, "would change"),
        ([{"changed": False}], True, "not proven"),
        ([{"changed": True}, PROOF], False, "proven"),
        ([PROOF, NO_PROOF], False, "not proven"),
        ([PROOF, DIFFERENT], False, "failed"),
        ([WAITING, NO_PROOF], False, "waiting"),
        ([WAITING, DIFFERENT], False, "waiting"),
        ([WAITING, PROOF], False, "proven"),
        ([{"changed": True, "pending_line": "1.3"}, PROOF], True, "pending"),
    ],
)
def test_only_proofs_prove_and_the_worst_counts(results: list[dict[str, Any]], check_mode: bool, state: str) -> None:
    record = LineRecord()
    for result in results:
        record.add(a_result(result))
    assert record.state(built=True, check_mode=check_mode) == state


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize(
    ("results", "state"),
    [
        ([{"changed": False}], "not in this run"),
        ([PROOF], "proven"),
        ([PROOF, DIFFERENT], "failed"),
        ([NO_PROOF], "not proven"),
        ([WAITING], "waiting"),
    ],
)
def test_a_run_that_may_change_nothing_applies_nothing(
    results: list[dict[str, Any]], state: str, check_mode: bool
) -> None:
    record = LineRecord()
    for result in results:
        record.add(a_result(result), work=False)
    assert record.state(built=True, check_mode=check_mode) == state
    assert record.state(built=False, check_mode=check_mode) == {"not in this run": "not built yet"}.get(state, state)


def test_what_was_changed_in_a_run_that_may_change_nothing_is_not_passed_over() -> None:
    looked_at, changed = LineRecord(), LineRecord()
    looked_at.add(a_result({"changed": True}, check_mode=True), work=False)
    changed.add(a_result({"changed": True}), work=False)
    assert looked_at.state(built=True, check_mode=False) == "not in this run"
    assert changed.state(built=True, check_mode=False) == "applied"


def test_what_failed_or_was_not_reached_in_a_run_that_may_change_nothing_is_told() -> None:
    outcomes: list[tuple[Outcome, str]] = [("failed", "failed"), ("unreachable", "not proven")]
    for outcome, state in outcomes:
        record = LineRecord()
        record.add(a_result({"msg": "no route to host"}, outcome=outcome), work=False)
        assert record.state(built=True, check_mode=False) == state


BEGAN = datetime(2027, 2, 3, 10, 0, tzinfo=UTC)


def a_result(content: dict[str, Any], host: str = "localhost", outcome: Outcome = "ok", **values: Any) -> Result:
    task = Task("task-1", "Do it", "dns", "1.3", values.pop("gap", False), BEGAN)
    defaults = {"ignored": False, "check_mode": False, "hidden": False, "at": BEGAN + timedelta(seconds=2)}
    return Result(task, host, outcome, content=content, **{**defaults, **values})


def test_a_line_with_a_part_that_nobody_looked_at_is_proven_in_part_only() -> None:
    record = LineRecord()
    record.add(a_result(PROOF, "web1"))
    record.add(a_result({"msg": "not probed: 4 flows from es-live"}, gap=True))
    assert record.state(built=True, check_mode=False) == "proven in part"
    assert "not probed: 4 flows from es-live" in [one.words for one in record.evidence]


def test_a_failure_outweighs_every_proof() -> None:
    record = LineRecord()
    record.add(a_result(PROOF, "web2"))
    record.add(a_result({"msg": "key is unreadable\nand more"}, "web1", "failed"))
    assert record.state(built=True, check_mode=False) == "failed"
    first = record.sorted_evidence()[0]
    assert (first.kind, first.host, first.words) == ("failure", "web1", "key is unreadable")


def test_a_host_that_was_not_reached_is_no_failure_and_no_proof() -> None:
    record = LineRecord()
    record.add(a_result(PROOF, "web2"))
    record.add(a_result({"msg": "no route to host"}, "web1", "unreachable"))
    assert record.state(built=True, check_mode=False) == "not proven"


def test_what_was_skipped_or_ignored_does_not_touch_a_line() -> None:
    record = LineRecord()
    record.add(a_result({"changed": True}, outcome="skipped"))
    record.add(a_result({"msg": "never mind"}, outcome="failed", ignored=True))
    assert record.state(built=True, check_mode=False) == "not in this run"


def test_a_line_that_is_not_built_says_so() -> None:
    assert LineRecord().state(built=False, check_mode=False) == "not built yet"


def test_a_proof_keeps_its_figures_and_the_first_of_many_findings() -> None:
    finding = {"where": "dns2", "what": "www. A", "expected": "192.0.2.1", "found": "nothing", "remedy": "wait"}
    record = LineRecord()
    record.add(a_result({**DIFFERENT, "count": 72, "differences": [finding] * 60, "not_proven": [finding]}))
    (proof,) = record.evidence
    assert proof.figures == {"looked at": 72, "differences": 60, "not seen": 1}
    assert (len(proof.findings), proof.left_out) == (MOST_FINDINGS, 11)
    assert proof.findings[0]["remedy"] == "wait"


def test_what_a_task_only_looks_at_in_a_real_run_is_not_listed_as_changed() -> None:
    changes = {"changed": True, "changes": [{"item": "www. A", "action": "create", "after": "secret"}]}
    looked_at, predicted, changed = LineRecord(), LineRecord(), LineRecord()
    looked_at.add(a_result(changes, check_mode=True))
    predicted.add(a_result(changes, check_mode=True), predicted=True)
    changed.add(a_result(changes))
    assert looked_at.changes == []
    assert predicted.changes == changed.changes == [{"item": "www. A", "action": "create"}]


def test_a_task_on_many_hosts_at_once_takes_its_time_once() -> None:
    record = LineRecord()
    for number in range(50):
        record.add(a_result(PROOF, f"web{number}"))
    assert record.seconds == 2


@pytest.mark.parametrize(
    ("line", "words"),
    [("1.1", "line 1.1 creates what it needs"), ("1.3", "an earlier step of it creates what it needs")],
)
def test_what_a_line_waits_for_is_another_line_or_an_earlier_step_of_its_own(line: str, words: str) -> None:
    record = LineRecord()
    record.add(a_result({"changed": True, "pending_line": line}))
    assert [one.words for one in record.evidence] == [words]
