# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""In what order tables are filled, and which foreign keys have to wait."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_order import (
    Order,
    Volume,
    order_of,
    suspended,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_shapes import ForeignKey

NAMES = ["a", "b", "c", "d", "e"]
EDGES = st.lists(st.tuples(st.sampled_from([*NAMES, "outside"]), st.sampled_from([*NAMES, "outside"])), max_size=12)


def keys(edges: list[tuple[str, str]]) -> list[ForeignKey]:
    return [ForeignKey(f"f{number}", child, parent) for number, (child, parent) in enumerate(edges)]


@given(EDGES, st.randoms(use_true_random=False))
def test_that_parents_come_first_unless_it_is_a_circle(edges: list[tuple[str, str]], random: object) -> None:
    found = order_of(NAMES, keys(edges))
    assert sorted(found.parents_first) == NAMES
    place = {name: number for number, name in enumerate(found.parents_first)}
    for each in keys(edges):
        if each.child in place and each.parent in place and each not in found.circular:
            assert place[each.parent] < place[each.child]
    for each in found.circular:
        assert each.child in reached(each.parent, edges)
    assert order_of(NAMES[::-1], keys(edges)[::-1]).parents_first == found.parents_first


def reached(start: str, edges: list[tuple[str, str]]) -> set[str]:
    found = {start}
    while more := {parent for child, parent in edges if child in found and "outside" not in (parent, child)} - found:
        found |= more
    return found


@given(EDGES)
def test_that_there_are_circles_only_where_there_is_one(edges: list[tuple[str, str]]) -> None:
    forward = [(child, parent) for child, parent in edges if child > parent and "outside" not in (child, parent)]
    assert order_of(NAMES, keys(forward)).circular == ()


CHILD_OF_PARENT = ForeignKey("f", "child", "parent")


@pytest.mark.parametrize(
    ("child", "parent", "waits"),
    [
        (Volume(inserted=1), Volume(inserted=1), False),
        (Volume(deleted=1, kept=3), Volume(deleted=1, kept=3), False),
        (Volume(updated=1), Volume(deleted=1), True),
        (Volume(updated=1, replaces=True), Volume(deleted=1), False),
        (Volume(updated=1), Volume(updated=1), False),
        (Volume(kept=1), Volume(updated=1, replaces=True), True),
        (Volume(deleted=1), Volume(updated=1, replaces=True), False),
    ],
)
def test_which_foreign_key_waits(child: Volume, parent: Volume, waits: bool) -> None:
    order = Order(("parent", "child"), ())
    found = suspended(order, [CHILD_OF_PARENT], {"child": child, "parent": parent})
    assert found == ([CHILD_OF_PARENT] if waits else [])


def test_that_a_circular_one_waits_if_anything_is_written() -> None:
    itself = ForeignKey("f", "a", "a")
    order = order_of(["a"], [itself])
    assert suspended(order, [itself], {"a": Volume(inserted=1)}) == [itself]
    assert suspended(order, [itself], {"a": Volume(kept=1)}) == []
    disabled = ForeignKey("f", "a", "a", disabled=True)
    assert suspended(order_of(["a"], [disabled]), [disabled], {"a": Volume(inserted=1)}) == []
    assert suspended(order, [ForeignKey("f", "outside", "a")], {"a": Volume(deleted=1)}) == []
