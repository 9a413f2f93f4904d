# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The history of views: whatever was deployed, and wherever a run broke off, it brings back what was before."""

from __future__ import annotations

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
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_state import Deployment, View
from tests.unit.oracle_modules.test_view_planner import NAMES, SCHEMA, STATES, executed, there

STEPS = st.integers(0, 20)
"""How many statements were executed."""
V1, V2 = (View(name, ("A",), "SELECT a FROM base") for name in ("V1", "V2"))
OTHER = View("V1", ("A",), "SELECT a FROM other")


@dataclass
class Deployed:
    """A set that was deployed again and again."""

    history: list[Deployment] = field(default_factory=list)
    present: dict[str, View] = field(default_factory=dict)
    before: list[tuple[str, dict[str, View]]] = field(default_factory=list)
    """The change of each deployment, and what there was before it."""

    def deploy(self, state: Views, change: str, *, revoke: bool = True, broken_off_after: int | None = None) -> None:
        """Deploy a state, all of it or its first statements."""
        changes = plan_views(SCHEMA, self.present, state, revoke=revoke)
        record = plan_history(
            self.history, self.present, state, "deployed", changing=bool(changes), deployer="ME", change=change
        )
        if record is not None:
            self.before.append((change, self.present))
            for each in record.deployments if broken_off_after is None else as_begun(record.deployments):
                rows = [(row[1], row[3], row[5], row[6], "now", row[2], row[7], row[8]) for row in rows_of("set", each)]
                self.history += deployments_of(rows, "the table")
        self.present = executed(self.present, changes, broken_off_after)

    def revert(self, broken_off_after: int | None = None) -> int:
        """Bring back what was before the last deployment, or begin to; return how many changes that took."""
        target = reverted(self.history, None, "here")
        changes = plan_views(SCHEMA, self.present, target.views, revoke=target.revoke)
        record = plan_history(
            self.history, self.present, target.views, "reverted", changing=bool(changes), deployer="ME", change=None
        )
        if record is not None:
            self.history += record.deployments if broken_off_after is None else as_begun(record.deployments)
        self.present = executed(self.present, changes, broken_off_after)
        return len(changes) + (record is not None)


@given(st.lists(st.tuples(STATES, st.sampled_from(["one", "two"])), min_size=1, max_size=5), st.booleans())
def test_that_history_brings_back_what_was_before(
    states: list[tuple[dict[str, View | None], str]], whole_change: bool
) -> None:
    deployed = Deployed()
    for state, change in states:
        deployed.deploy(state, change)
    history, present = deployed.history, deployed.present
    if not history:
        return
    last, before = deployed.before[-1]
    if whole_change:
        before = next(present for change, present in deployed.before if change == last)
    target = reverted(history, None, "here", whole_change=whole_change)
    assert all(same(before.get(name), view) for name, view in target.views.items())
    changes = plan_views(SCHEMA, present, target.views, revoke=target.revoke)
    record = plan_history(
        history, present, target.views, "reverted", changing=bool(changes), deployer="ME", change=None
    )
    history += record.deployments if record is not None else ()
    present = executed(present, changes)
    assert all(same(present.get(name), before.get(name)) for name in NAMES)
    # a second time changes nothing, and records nothing
    again = reverted(history, None, "here", whole_change=whole_change)
    assert again.views.keys() == target.views.keys()
    assert plan_views(SCHEMA, present, again.views, revoke=again.revoke) == []
    assert plan_history(history, present, again.views, "reverted", changing=False, deployer="ME", change=None) is None
    assert all(same(state_after(history).get(name), present.get(name)) for name in target.views)


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
        views.deploy(state, "one", revoke=revoke, broken_off_after=after)
    if deployed is not None:
        views.deploy(deployed, "one", revoke=revoke)
    if not views.history:
        return
    if reverting is not None:
        views.revert(broken_off_after=reverting)
    views.revert()
    assert all(same(views.present.get(name), found[name]) for name in NAMES)
    assert views.revert() == 0, "a second time changes nothing"


def test_that_what_somebody_changed_after_a_run_that_broke_off_is_found() -> None:
    views = Deployed(present={"V1": V1})
    views.deploy({"V1": OTHER, "V2": V2}, "one", broken_off_after=1)
    assert views.present == {"V1": OTHER}
    theirs = replace(V1, query="SELECT a FROM theirs")
    views.present = {"V1": theirs}
    views.deploy({"V1": OTHER, "V2": V2}, "one")
    assert [each.action for each in views.history] == ["found", "deploying", "found", "deployed"]
    views.revert()
    assert views.present == {"V1": theirs}
