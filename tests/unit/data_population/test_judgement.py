# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a dry run is due, what of one is left, and what the database keeps as evidence."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.data_population import (
    differing,
    evidence_of,
    judgement,
)

INPUTS = {"views": "aa", "configuration of Connect": "bb", "reference data": "cc"}
PERMIT = {"now": "2027-02-16T10:00:00+00:00", "journal": "run=1 change=SAS005-150 by=x"}
RESULTS: dict[str, Any] = {
    "comparisons": [{"item": {"name": "exams"}, "count": 200, "proven": True}],
    "again": [],
    "checks": {"count": 18, "to_sign_off": ["students_without_exams"]},
    "loaded": {"digest": "dd"},
    "left": {"digest": "cc"},
}
EVIDENCE = evidence_of(INPUTS, RESULTS, PERMIT)


def seen(properties: dict[str, str] | None = None, *, rows: int | None = 0, transferred: bool | None = False) -> Any:
    return {"properties": properties, "rows": rows, "transferred": transferred}


def different(stands: dict[str, Any]) -> set[str]:
    """Return what a proof would find."""
    return {name for name, value in stands["expected"].items() if stands["found"].get(name) != value}


def test_that_evidence_of_the_same_inputs_stands_and_nothing_is_due() -> None:
    stands = judgement(INPUTS, seen({"exam_scheduling_service": "pre_live", "exam_scheduling_dry_run": EVIDENCE}))
    assert (stands["due"], stands["left"], different(stands)) == (False, False, set())


@pytest.mark.parametrize("name", INPUTS)
def test_that_an_input_that_is_another_one_makes_it_stale_and_is_named(name: str) -> None:
    properties = {"exam_scheduling_service": "pre_live", "exam_scheduling_dry_run": EVIDENCE}
    stands = judgement({**INPUTS, name: "another"}, seen(properties))
    assert stands["due"]
    assert different(stands) == {name}
    assert "dry_run.yml" in stands["remedies"][name]


@pytest.mark.parametrize("properties", [None, {}, {"exam_scheduling_dry_run": "{"}, {"exam_scheduling_dry_run": "[1]"}])
def test_that_no_evidence_and_one_that_cannot_be_read_are_none(properties: dict[str, str] | None) -> None:
    stands = judgement(INPUTS, seen(properties))
    assert stands["due"]
    assert {"dry run", *INPUTS} <= different(stands)


@pytest.mark.parametrize(
    ("rows", "transferred", "properties"),
    [
        (1, False, {}),
        (0, True, {}),
        (0, False, {"exam_scheduling_data": "loaded for dry run: run=1"}),
    ],
)
def test_that_whatever_is_left_is_to_be_cleared(rows: int, transferred: bool, properties: dict[str, str]) -> None:
    stands = judgement(INPUTS, seen(properties, rows=rows, transferred=transferred))
    assert stands["left"]


def test_that_rows_that_are_left_are_a_difference_unless_they_are_there_for_validation() -> None:
    properties = {"exam_scheduling_service": "pre_live", "exam_scheduling_dry_run": EVIDENCE}
    stands = judgement(INPUTS, seen(properties, rows=5, transferred=True))
    assert different(stands) == {"rows in transactional tables", "what Connect has transferred"}
    assert {stands["remedies"][each] for each in different(stands)} == {"Run playbooks/clear_down.yml."}
    properties["exam_scheduling_data"] = "loaded for validation: run=2"
    assert different(judgement(INPUTS, seen(properties, rows=5, transferred=True))) == set()


@pytest.mark.parametrize(
    ("loaded", "told"), [("validation: run=2", True), ("dry run: run=2", False), ("go-live: run=2", False)]
)
def test_that_what_people_validate_is_told_from_what_a_dry_run_may_clear(loaded: str, told: bool) -> None:
    properties = {"exam_scheduling_dry_run": EVIDENCE, "exam_scheduling_data": f"loaded for {loaded}"}
    stands = judgement({**INPUTS, "views": "another"}, seen(properties, rows=5, transferred=True))
    assert (stands["due"], stands["left"], stands["for_validation"]) == (True, True, told)


@pytest.mark.parametrize(
    ("rows", "properties", "told"),
    [
        (5, {}, True),
        (5, {"exam_scheduling_data": "loaded for dry run: run=2"}, False),
        (5, {"exam_scheduling_service": "live"}, False),
        (0, {}, False),
        (None, {}, False),
        # a clear-down broke off, and has not let CalSync take all away
        (0, {"exam_scheduling_withdrawn": "run=1 digest=ab"}, True),
        (0, {"exam_scheduling_withdrawn": "run=1", "exam_scheduling_data": "loaded for go-live: run=2"}, False),
    ],
)
def test_that_rows_which_no_load_has_left_are_told_from_those_of_a_load(
    rows: int | None, properties: dict[str, str], told: bool
) -> None:
    stands = judgement(INPUTS, seen({"exam_scheduling_service": "pre_live"} | properties, rows=rows, transferred=True))
    assert stands["unmarked"] is told


def test_that_nobody_is_told_to_clear_what_was_withdrawn_from_service() -> None:
    properties = {"exam_scheduling_service": "pre_live", "exam_scheduling_withdrawn": "run=1 digest=ab"}
    stands = judgement(INPUTS, seen(properties, rows=10220, transferred=True))
    assert (stands["due"], stands["left"], stands["unmarked"]) == (True, True, True)
    for what in ("rows in transactional tables", "what Connect has transferred"):
        assert "go_live.yml puts it back" in stands["remedies"][what]
        assert "Run playbooks/clear_down.yml" not in stands["remedies"][what]
    cleared = judgement(INPUTS, seen(properties, rows=0, transferred=True))
    assert "Run playbooks/clear_down.yml" in cleared["remedies"]["what Connect has transferred"]


def test_that_in_a_live_service_nothing_is_due_whatever_has_changed_since() -> None:
    properties = {"exam_scheduling_service": "live", "exam_scheduling_dry_run": EVIDENCE}
    stands = judgement({"views": "another"}, seen(properties, rows=9000, transferred=True))
    assert (stands["due"], different(stands)) == (False, set())
    never = judgement(INPUTS, seen({"exam_scheduling_service": "live"}, rows=9000, transferred=True))
    assert (never["due"], different(never)) == (False, {"dry run"})


def test_what_the_evidence_says() -> None:
    assert json.loads(EVIDENCE) == {
        "passed": "2027-02-16T10:00:00+00:00",
        "under": "run=1 change=SAS005-150 by=x",
        "inputs": INPUTS,
        "rows": {"exams": 200},
        "loads": 1,
        "loaded": "dd",
        "checks": 18,
        "warnings": ["students_without_exams"],
        "left": {"rows": 0, "reference data": "cc"},
    }
    again = {**RESULTS, "again": [{"item": {"name": "exams"}, "count": 201, "proven": True}]}
    second = json.loads(evidence_of(INPUTS, again, PERMIT))
    assert (second["loads"], second["rows"]) == (2, {"exams": 201})


def test_that_evidence_that_the_property_cannot_hold_is_refused() -> None:
    many = {**RESULTS, "checks": {"count": 400, "to_sign_off": [f"a_check_of_ours_{n}" for n in range(400)]}}
    with pytest.raises(ValueError, match="an extended property takes 3750"):
        evidence_of(INPUTS, many, PERMIT)


def test_that_what_differs_is_named_with_its_table_and_what_failed_counts_as_differing() -> None:
    same = {"item": {"name": "exams"}, "proven": True}
    other = {"item": {"name": "invigilators"}, "proven": False, "msg": "1 row: differences 1", "table": "a | b"}
    broken = {"item": {"name": "students"}, "failed": True, "msg": "EUGEX does not answer"}
    assert differing([same]) == ""
    assert differing([same, other, broken]).splitlines() == [
        "invigilators: 1 row: differences 1",
        "a | b",
        "students: EUGEX does not answer",
    ]
