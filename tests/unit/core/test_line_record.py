# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of a line of the plan, from what its tasks returned."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.line_record import LineRecord

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
        record.add("localhost", result, failed=False, seconds=0.1)
    assert record.state(built=True, check_mode=check_mode) == state


def test_a_line_with_a_part_that_nobody_looked_at_is_proven_in_part_only() -> None:
    record = LineRecord()
    record.add("web1", PROOF, failed=False, seconds=1)
    record.add_gap("not probed: 4 flows from es-live")
    assert record.state(built=True, check_mode=False) == "proven in part"
    assert "not probed: 4 flows from es-live" in record.evidence()


def test_a_failure_outweighs_every_proof() -> None:
    record = LineRecord()
    record.add("web1", {"msg": "key is unreadable\nand more"}, failed=True, seconds=1)
    record.add("web2", PROOF, failed=False, seconds=1)
    assert record.state(built=True, check_mode=False) == "failed"
    assert record.evidence()[0] == "web1: key is unreadable"


def test_a_line_that_is_not_built_says_so() -> None:
    assert LineRecord().state(built=False, check_mode=False) == "not built yet"
