# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The four steps: check mode predicts, an applied state plans nothing, a broken run says what stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import (
    Change,
    InvalidParameter,
    MissingPrerequisite,
    OutcomeUnknown,
    Problem,
    Resource,
    Unreachable,
    _broken_off,
    reconcile,
)

States = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 3))


class Table(Resource[dict[str, int], Change]):
    """A table that is kept as declared, and breaks after a number of changes."""

    def __init__(self, rows: dict[str, int], desired: dict[str, int], *, breaks_after: int | None = None) -> None:
        self.rows = rows
        self.desired = desired
        self.breaks_after = breaks_after

    def read(self) -> dict[str, int]:
        return dict(self.rows)

    def plan(self, present: dict[str, int]) -> Sequence[Change]:
        changes = [Change(key, "delete", before=present[key]) for key in present if key not in self.desired]
        for key, value in self.desired.items():
            if key not in present:
                changes.append(Change(key, "create", after=value))
            elif present[key] != value:
                changes.append(Change(key, "update", before=present[key], after=value))
        return changes

    def apply(self, changes: Sequence[Change]) -> Iterator[Change]:
        for number, change in enumerate(changes):
            if number == self.breaks_after:
                raise Problem("the table is full", where="table", remedy="Make room.")
            if change.action == "delete":
                del self.rows[change.item]
            else:
                self.rows[change.item] = self.desired[change.item]
            yield change

    def facts(self, present: dict[str, int]) -> Mapping[str, object]:
        return {"rows_before": len(present)}


@given(present=States, desired=States)
def test_check_mode_predicts_the_real_run_and_touches_nothing(present: dict[str, int], desired: dict[str, int]) -> None:
    table = Table(dict(present), desired)
    predicted = reconcile(table, check_mode=True)
    assert table.rows == present
    done = reconcile(table, check_mode=False)
    assert table.rows == desired
    assert done.result(check_mode=False, diff=True) == predicted.result(check_mode=True, diff=True)


class Waiting(Table):
    """A table whose rows need something that another line of the plan creates."""

    def prerequisite(self, present: dict[str, int]) -> MissingPrerequisite | None:
        return MissingPrerequisite("there is no column for them", where="table")


def test_what_is_missing_lets_check_mode_show_the_plan_and_nothing_be_applied() -> None:
    table = Waiting({}, {"a": 1})
    predicted = reconcile(table, check_mode=True)
    assert [change.item for change in predicted.changes] == ["a"]
    assert predicted.missing is not None
    with pytest.raises(MissingPrerequisite):
        reconcile(table, check_mode=False)
    assert table.rows == {}


@given(present=States, desired=States)
def test_the_plan_of_an_applied_state_is_empty(present: dict[str, int], desired: dict[str, int]) -> None:
    table = Table(dict(present), desired)
    reconcile(table, check_mode=False)
    again = reconcile(table, check_mode=False)
    assert again.result(check_mode=False, diff=True) == {
        "changed": False,
        "changes": [],
        "diff": [],
        "rows_before": len(desired),
    }


@given(present=States, desired=States, breaks_after=st.integers(0, 6))
def test_a_broken_run_says_what_stands_and_the_next_one_carries_on(
    present: dict[str, int], desired: dict[str, int], breaks_after: int
) -> None:
    table = Table(dict(present), desired, breaks_after=breaks_after)
    outcome = reconcile(table, check_mode=False)
    assert [*outcome.applied, *outcome.pending] == list(outcome.changes)
    assert len(outcome.applied) == min(breaks_after, len(outcome.changes))
    assert (outcome.problem is not None) == bool(outcome.pending)
    result = outcome.result(check_mode=False, diff=True)
    assert result["changed"] == bool(outcome.applied)
    if outcome.problem is not None:
        assert result["applied"] == [change.item for change in outcome.applied]
        assert result["pending"] == [change.item for change in outcome.pending]
    table.breaks_after = None
    rest = reconcile(table, check_mode=False)
    assert {change.item for change in rest.changes} == {change.item for change in outcome.pending}
    assert table.rows == desired


def test_a_defect_of_an_applier_still_tells_what_stands() -> None:
    class Defective(Table):
        def apply(self, changes: Sequence[Change]) -> Iterator[Change]:
            yield changes[0]
            raise KeyError("defect")

    outcome = reconcile(Defective({}, {"a": 1, "b": 2}), check_mode=False)
    assert [change.item for change in outcome.applied] == ["a"]
    assert isinstance(outcome.problem, Problem)
    assert isinstance(outcome.problem.__cause__, KeyError)


@pytest.mark.parametrize("lost", [Unreachable("it answers no more", where="table"), OSError("no such file")])
def test_facts_that_cannot_be_had_after_an_application_do_not_hide_what_stands(lost: Exception) -> None:
    class Silent(Table):
        def facts(self, present: dict[str, int]) -> Mapping[str, object]:
            raise lost

    broken = reconcile(Silent({}, {"a": 1, "b": 2}, breaks_after=1), check_mode=False)
    told = "table: the table is full. Make room. Applied: a. Not applied: b. Running again carries on from here."
    assert _broken_off(broken) == told, "why it broke off, and not why nothing more is known"
    whole = reconcile(Silent({}, {"a": 1}), check_mode=False)
    assert str(lost) in _broken_off(whole)
    assert "Applied: a. Not applied: nothing." in _broken_off(whole)
    for check_mode, rows in ((True, {"a": 1}), (False, {})):
        with pytest.raises(type(lost)):
            reconcile(Silent({}, rows), check_mode=check_mode)


def test_a_cancelled_reading_or_plan_has_touched_nothing() -> None:
    class Cancelled(Table):
        def plan(self, present: dict[str, int]) -> Sequence[Change]:
            raise KeyboardInterrupt

    with pytest.raises(Problem, match="it was cancelled"):
        reconcile(Cancelled({}, {"a": 1}), check_mode=False)


def test_a_cancelled_application_tells_what_stands_and_what_is_not_known() -> None:
    class Cancelled(Table):
        def apply(self, changes: Sequence[Change]) -> Iterator[Change]:
            yield changes[0]
            raise KeyboardInterrupt

    outcome = reconcile(Cancelled({}, {"a": 1, "b": 2}), check_mode=False)
    assert [change.item for change in outcome.applied] == ["a"]
    assert isinstance(outcome.problem, OutcomeUnknown)
    message = "it was cancelled. Applied: a. Not known whether applied: b. Running again finds out."
    assert _broken_off(outcome) == message


def test_a_diff_shows_only_the_lines_that_differ() -> None:
    change = Change("x", "update", before={"a": 1, "b": 2}, after={"a": 1, "b": 3})

    class One(Table):
        def plan(self, present: dict[str, int]) -> Sequence[Change]:
            return [change]

    diff = reconcile(One({}, {}), check_mode=True).result(check_mode=True, diff=True)["diff"]
    assert isinstance(diff, list)
    assert diff[0]["before"].splitlines() == ["{", '  "a": 1,', '  "b": 2', "}"]
    assert diff[0]["after"].splitlines() == ["{", '  "a": 1,', '  "b": 3', "}"]


def test_a_problem_says_what_where_expected_found_and_what_to_do() -> None:
    problem = Problem("the record differs", where="dns1", expected="a", found="b", remedy="Run again.")
    assert str(problem) == "dns1: the record differs; expected a; found b. Run again."


def test_an_invalid_parameter_names_parameter_value_and_remedy() -> None:
    with pytest.raises(Problem, match=r"^flows\[3\]\.port=70000 is refused: it is no port\. Give 1 to 65535\.$"):
        raise InvalidParameter("flows[3].port", 70000, "it is no port", "Give 1 to 65535.")
