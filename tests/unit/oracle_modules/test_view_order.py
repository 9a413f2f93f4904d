# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of views: each after what it uses; circles are named."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.sql_text import normalised
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_checks import trial_of
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_order import in_order, users_of
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_state import View
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

NAMES = [f"V{number}" for number in range(12)]
USES = st.dictionaries(st.sampled_from(NAMES), st.sets(st.sampled_from(NAMES)), max_size=12)


@given(USES)
def test_that_each_comes_after_what_it_uses(uses: dict[str, set[str]]) -> None:
    place = NAMES.index
    without_circles = {name: {used for used in which if place(used) < place(name)} for name, which in uses.items()}
    order = in_order(without_circles)
    assert sorted(order) == sorted(uses)
    for name, which in without_circles.items():
        assert all(order.index(used) < order.index(name) for used in which if used in uses)
    assert in_order(dict(sorted(without_circles.items(), reverse=True))) == order


@given(USES)
def test_that_a_circle_is_found_if_and_only_if_there_is_one(uses: dict[str, set[str]]) -> None:
    reachable = {name: {used for used in which if used in uses} for name, which in uses.items()}
    for _round in NAMES:
        further = {name: {far for near in which for far in reachable[near]} for name, which in reachable.items()}
        reachable = {name: which | further[name] for name, which in reachable.items()}
    if any(name in which for name, which in reachable.items()):
        with pytest.raises(Problem, match="in a circle") as caught:
            in_order(uses)
        circle = str(caught.value.found).split(" → ")
        assert circle[0] == circle[-1]
        assert all(used in uses[name] for name, used in itertools.pairwise(circle))
    else:
        in_order(uses)


@given(USES, st.sets(st.sampled_from(NAMES)))
def test_that_users_are_all_and_only_those_who_use(uses: dict[str, set[str]], names: set[str]) -> None:
    found = users_of(names, uses)
    assert names <= found
    for name, which in uses.items():
        assert (name in found) == (name in names or bool(which & found))


@pytest.mark.parametrize("clause", ["", " WITH READ ONLY", " WITH CHECK OPTION", " with check option CONSTRAINT c"])
def test_that_a_trial_reads_what_the_views_read_and_no_row(clause: str) -> None:
    views = {
        "A": View("A", ("X",), "".join(("SELECT b.x FROM base b", clause))),
        "B": View("B", ("X",), "".join(("SELECT hub.a.x FROM HUB.A, other.a", clause))),
        "C": View("C", ("X",), "SELECT 1 FROM DUAL"),
    }
    text = trial_of("HUB", views, ["B"])
    assert normalised(text) == normalised(
        'WITH "A" ("X") AS (SELECT b.x FROM base b), "B" ("X") AS (SELECT a.x FROM A, other.a) '
        'SELECT 1 AS found FROM "B" WHERE 1 = 0'
    )
