# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is found in one pass is what is found with all rows in hand, however they are cut into batches."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.columns import SIDES, SideName
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.merge import OutOfOrder, Stream, compare
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.packing import Row, packed

WIDTH = 2
KEYS = st.tuples(st.sampled_from(["", "a", "A", "b ", "b", "\u00e9", "\uffff", "\U0001f600"]), st.integers(0, 3))
CONTENTS = st.dictionaries(KEYS, st.tuples(st.none() | st.integers(0, 1), st.sampled_from(["x", "y"])), max_size=24)
CUTS = st.lists(st.integers(0, 5), max_size=30)


class Told:
    """An observer that remembers."""

    def __init__(self) -> None:
        self.found: dict[str, list[Any]] = {"missing": [], "extra": [], "different": [], "duplicate": [], "keyless": []}

    def only_in_source(self, row: Row) -> None:
        self.found["missing"].append(row)

    def only_in_target(self, row: Row) -> None:
        self.found["extra"].append(row)

    def different(self, source: Row, target: Row) -> None:
        self.found["different"].append((source, target))

    def duplicate(self, side: SideName, row: Row) -> None:
        self.found["duplicate"].append((side, row))

    def without_key(self, side: SideName, row: Row) -> None:
        self.found["keyless"].append((side, row))


def cut(rows: Sequence[Row], sizes: Sequence[int]) -> Iterable[Sequence[Row]]:
    """Yield the rows in batches of these sizes, empty ones among them, and then one by one."""
    at = 0
    for size in (*sizes, *(1 for _row in rows)):
        yield rows[at : at + size]
        at += size


def compared(source: Iterable[Sequence[Row]], target: Iterable[Sequence[Row]]) -> tuple[int, Told]:
    """Compare as it is done, and see to it that the same is found where nobody has looked at the order before."""
    sides = [list(source), list(target)]
    found: list[tuple[int, Told] | SideName] = []
    for looked_at in (WIDTH, None):
        told = Told()
        one, other = (
            Stream(name, [packed(batch, width) for batch in rows], WIDTH, told)
            for name, rows, width in zip(SIDES, sides, (looked_at, None), strict=True)
        )
        try:
            found.append((compare(one, other, WIDTH, told), told))
        except OutOfOrder as broken:
            found.append(broken.side)
    outcome, again = found
    if isinstance(outcome, str):
        assert again == outcome
        raise OutOfOrder(outcome)
    assert not isinstance(again, str)
    assert (outcome[0], outcome[1].found) == (again[0], again[1].found)
    return outcome


@given(CONTENTS, CONTENTS, CUTS, CUTS)
def test_that_one_pass_finds_what_there_is(
    source: dict[Any, Any], target: dict[Any, Any], one: list[int], other: list[int]
) -> None:
    rows = [[(*key, *each[key]) for key in sorted(each)] for each in (source, target)]
    equal, told = compared(cut(rows[0], one), cut(rows[1], other))
    both = sorted(source.keys() & target.keys())
    assert equal == sum(source[key] == target[key] for key in both)
    assert told.found == {
        "missing": [row for row in rows[0] if row[:WIDTH] not in target],
        "extra": [row for row in rows[1] if row[:WIDTH] not in source],
        "different": [((*key, *source[key]), (*key, *target[key])) for key in both if source[key] != target[key]],
        "duplicate": [],
        "keyless": [],
    }


@given(st.lists(st.tuples(st.none() | st.sampled_from("ab"), st.none() | st.integers(0, 2)), max_size=20), CUTS)
def test_that_duplicates_and_rows_without_a_key_are_counted_and_left_out(
    keys: list[tuple[Any, Any]], sizes: list[int]
) -> None:
    ordered = sorted(keys, key=lambda key: () if None in key else key)
    rows = [(*key, number) for number, key in enumerate(ordered)]
    equal, told = compared(cut(rows, sizes), [])
    whole = Counter(key for key in keys if None not in key)
    assert equal == 0
    assert [row[:WIDTH] for row in told.found["missing"]] == sorted(whole)
    assert len(told.found["duplicate"]) == sum(whole.values()) - len(whole)
    assert len(told.found["keyless"]) == sum(None in key for key in keys)


@given(st.lists(KEYS, min_size=2, max_size=12, unique=True), CUTS, st.randoms())
def test_that_another_order_is_noticed(keys: list[Any], sizes: list[int], chance: random.Random) -> None:
    shuffled = chance.sample(keys, len(keys))
    rows = [(*key, 0) for key in shuffled]
    if shuffled == sorted(keys):
        compared(cut(rows, sizes), [])
        return
    with pytest.raises(OutOfOrder) as broken:
        compared(cut(rows, sizes), [])
    assert broken.value.side == "source"
    with pytest.raises(OutOfOrder) as broken:
        compared(cut(sorted(rows), sizes), cut(rows, sizes))
    assert broken.value.side == "target"
    with pytest.raises(OutOfOrder):
        compared(cut(rows, sizes), cut(rows, sizes))


def test_that_keys_of_two_types_cannot_be_compared() -> None:
    with pytest.raises(TypeError):
        compared([[("a", 1, 0)]], [[("a", "1", 0)]])


def test_that_rows_are_counted_with_those_that_were_left_out() -> None:
    told = Told()
    batches: list[list[Row]] = [[("a", 1, 0), ("a", 1, 1), (None, 2, 0)], [], [("b", 0, 0)]]
    stream = Stream("target", map(packed, batches), WIDTH, told)
    assert list(stream.rest()) == [("a", 1, 0), ("b", 0, 0)]
    assert stream.count == 4
    assert told.found["duplicate"] == [("target", ("a", 1, 1))]
    assert told.found["keyless"] == [("target", (None, 2, 0))]


def test_that_what_is_left_out_is_told_of_both_sides_though_their_batches_are_equal() -> None:
    batches: list[list[Row]] = [[("a", 1, 0), ("a", 1, 0), (None, 2, 0)], [("b", 1, 0)]]
    equal, told = compared(batches, batches)
    assert equal == 2
    assert told.found["duplicate"] == [("source", ("a", 1, 0)), ("target", ("a", 1, 0))]
    assert told.found["keyless"] == [("source", (None, 2, 0)), ("target", (None, 2, 0))]
