# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The history of views: whatever was deployed, and wherever a run broke off, it brings back what was before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_history import (
    as_begun,
    deployments_of,
    plan_history,
    reverted,
    rows_of,
    same,
    state_after,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_planner import (
    Views,
    plan_views,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_state import Deployment, Grant, View
from tests.unit.oracle_modules.test_view_planner import NAMES, SCHEMA, STATES, executed, there

STEPS = st.integers(0, 20)
"""How many statements were executed."""
V1, V2 = (View(name, ("A",), "SELECT a FROM base") for name in ("V1", "V2"))
OTHER = View("V1", ("A",), "SELECT a FROM other")


SETS = st.dictionaries(st.sampled_from(NAMES), st.sampled_from([None, "one", "two", "three"]), min_size=1).map(
    lambda state: {name: base and View(name, ("A",), " ".join(("SELECT a FROM", base))) for name, base in state.items()}
)
"""Some of the views, of few queries, so that a set is often what it was before."""


@dataclass
class Deployed:
    """A set that was deployed again and again."""

    history: list[Deployment] = field(default_factory=list)
    present: dict[str, View] = field(default_factory=dict)
    before: list[dict[str, View]] = field(default_factory=list)
    """What there was before each deployment that stands."""

    def deploy(self, state: Views, *, revoke: bool = True, broken_off_after: int | None = None) -> None:
        """Deploy a state, all of it or its first statements."""
        present = self.present
        if self._reach(state, "deployed", revoke, broken_off_after):
            self.before.append(present)

    def revert(self, *, whole_release: bool = False, broken_off_after: int | None = None) -> bool:
        """Bring back what was before the last deployment that stands, or all; return whether that changed anything."""
        target = reverted(self.history, None, "here", whole_release=whole_release)
        return self._reach(target.views, "reverted", target.revoke, broken_off_after, takes_back=target.takes_back)

    def _reach(
        self,
        state: Views,
        action: str,
        revoke: bool | Mapping[str, frozenset[Grant]],
        broken_off_after: int | None,
        *,
        takes_back: bool = False,
    ) -> bool:
        changes = plan_views(SCHEMA, self.present, state, revoke=revoke)
        record = plan_history(
            self.history,
            self.present,
            state,
            action,
            changing=bool(changes) or takes_back,
            deployer="ME",
            change=None,
        )
        self.present = executed(self.present, changes, broken_off_after)
        if record is None:
            assert not changes, "each change is recorded"
            return False
        for each in record.deployments if broken_off_after is None else as_begun(record.deployments):
            rows = [(row[1], row[3], row[5], row[6], "now", row[2], row[7], row[8]) for row in rows_of("set", each)]
            self.history += deployments_of(rows, "the table")
        return True

    def is_now(self, state: Views) -> bool:
        return all(same(self.present.get(name), state.get(name)) for name in NAMES)


@given(st.lists(STATES, min_size=1, max_size=5), st.booleans())
def test_that_history_brings_back_what_was_before(states: list[Views], whole_release: bool) -> None:
    views = Deployed()
    for state in states:
        views.deploy(state)
    if not views.before:
        return
    views.revert(whole_release=whole_release)
    assert views.is_now(views.before[0 if whole_release else -1])
    assert not views.revert(whole_release=whole_release), "a second time changes nothing"
    recorded = state_after(views.history)
    assert all(same(view, views.present.get(name)) for name, view in recorded.items())


def not_there(views: Deployed) -> int:
    """Return how many deployments stand, if none does once the views are what they were before it."""
    return next((number for number, before in enumerate(views.before) if views.is_now(before)), len(views.before))


@given(SETS, st.lists(SETS | st.sampled_from(["revert", "whole release"]), min_size=1, max_size=7))
def test_that_the_whole_release_is_what_stands_under_however_many_changes(
    found: Views, steps: list[Views | str]
) -> None:
    views = Deployed(present=there(found))
    for step in steps:
        if not isinstance(step, str):
            views.deploy(step)
        elif views.history:
            views.revert(whole_release=step == "whole release")
            views.before = views.before[: not_there(views)]
    if not views.history:
        return
    wanted = views.before[0] if views.before else views.present
    views.revert(whole_release=True)
    assert views.is_now(wanted)
    for whole_release in (True, False):
        assert not views.revert(whole_release=whole_release), "a second time changes nothing"
    # what somebody makes of them afterwards is what the next release is taken back to
    views.present = {"V1": V1}
    views.deploy({"V1": OTHER, "V2": V2})
    views.revert(whole_release=True)
    assert views.is_now({"V1": V1})


def test_that_what_was_found_is_recorded_before_it_is_replaced() -> None:
    old, new = View("V1", ("A",), "SELECT a FROM base"), View("V1", ("A",), "SELECT a FROM other")
    record = plan_history([], {"V1": old}, {"V1": new}, "deployed", changing=True, deployer="ME", change="C-1")
    assert record is not None
    assert [(each.number, each.action, each.views) for each in record.deployments] == [
        (1, "found", {"V1": old}),
        (2, "deployed", {"V1": new}),
    ]
    adopted = plan_history([], {"V1": old}, {"V1": old}, "deployed", changing=False, deployer="ME", change=None)
    assert adopted is not None
    assert [each.action for each in adopted.deployments] == ["found", "deployed"]
    assert plan_history(record.deployments, {"V1": new}, {"V1": new}, "deployed", changing=False, deployer="ME",
                        change=None) is None  # fmt: skip


@given(STATES, st.lists(st.tuples(STATES, STEPS), min_size=1, max_size=3), STATES | st.none(), STEPS | st.none(),
       st.booleans())  # fmt: skip
def test_that_runs_that_broke_off_do_not_lose_what_was_there(
    found: Views, broken_off: list[tuple[Views, int]], deployed: Views | None, reverting: int | None, revoke: bool
) -> None:
    views = Deployed(present=there(found))
    for state, after in broken_off:
        views.deploy(state, revoke=revoke, broken_off_after=after)
    if deployed is not None:
        views.deploy(deployed, revoke=revoke)
    if not views.history:
        return
    if reverting is not None:
        views.revert(broken_off_after=reverting)
    views.revert()
    assert views.is_now(found)
    assert not views.revert(), "a second time changes nothing"


def test_that_what_somebody_changed_after_a_run_that_broke_off_is_found() -> None:
    views = Deployed(present={"V1": V1})
    views.deploy({"V1": OTHER, "V2": V2}, broken_off_after=1)
    assert views.present == {"V1": OTHER}
    theirs = replace(V1, query="SELECT a FROM theirs")
    views.present = {"V1": theirs}
    views.deploy({"V1": OTHER, "V2": V2})
    assert [each.action for each in views.history] == ["found", "deploying", "found", "deployed"]
    views.revert()
    assert views.present == {"V1": theirs}


@given(SETS, st.lists(SETS, min_size=1, max_size=4), STATES, st.data())
def test_that_a_deployment_that_is_named_comes_back_whole_whatever_was_changed_since(
    found: Views, states: list[Views], changed_since: Views, data: st.DataObject
) -> None:
    views = Deployed(present=there(found))
    for state in states:
        views.deploy(state)
    deployed = [each for each in views.history if each.action == "deployed"]
    if not deployed:
        return
    named = data.draw(st.sampled_from(deployed))
    views.present = there(changed_since)
    for _time in range(2):
        target = reverted(views.history, named.number, "here").views
        assert named.views.keys() <= target.keys()
        assert all(same(view, target[name]) for name, view in named.views.items())
        views._reach(target, "reverted", revoke=True, broken_off_after=None)
        assert all(same(view, views.present.get(name)) for name, view in named.views.items())


def test_that_a_view_that_had_left_the_set_is_nobody_elses_to_put_back() -> None:
    views = Deployed()
    for state in ({"V1": V1, "V2": V2}, {"V1": OTHER}, {"V1": V1}):
        views.deploy(state)
    assert reverted(views.history, 3, "here").views.keys() == {"V1"}
    assert reverted(views.history, 1, "here").views.keys() == {"V1", "V2"}


@given(SETS, st.lists(SETS, min_size=1, max_size=3))
def test_that_deployment_0_is_what_was_before_the_first_one(found: Views, states: list[Views]) -> None:
    views = Deployed(present=there(found))
    for state in states:
        views.deploy(state)
    if views.history:
        state = reverted(views.history, 0, "here").views
        assert all(same(view, there(found).get(name)) for name, view in state.items())
        assert state.keys() == state_after(views.history).keys()
