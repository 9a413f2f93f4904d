# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows come out of octets as they went in, and octets that are called equal are equal rows."""

from __future__ import annotations

import copy
import itertools
import pickle
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.columns import Unreadable
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.packing import packed

VALUES = (
    st.none() | st.booleans() | st.integers(-3, 2**70) | st.text(max_size=3) | st.binary(max_size=3)
    | st.floats(allow_nan=False) | st.decimals(allow_nan=False, places=2) | st.dates() | st.datetimes() | st.times()
)  # fmt: skip
ROWS = st.lists(st.tuples(VALUES, VALUES), max_size=5)


@given(ROWS)
def test_that_rows_come_out_as_they_went_in(rows: list[tuple[Any, ...]]) -> None:
    found = packed(rows)
    assert (found.rows(), found.count) == (rows, len(rows))
    assert [list(map(type, row)) for row in found.rows()] == [list(map(type, row)) for row in rows]


@given(ROWS, ROWS)
def test_that_what_is_surely_equal_is_equal(one: list[tuple[Any, ...]], other: list[tuple[Any, ...]]) -> None:
    assert not packed(one).surely_equals(packed(other)) or one == other


@given(ROWS)
def test_that_equal_rows_are_known_to_be_whichever_of_their_values_are_one_object(rows: list[tuple[Any, ...]]) -> None:
    twice = [*rows, *rows]
    assert packed(twice).surely_equals(packed(copy.deepcopy(twice)))
    assert packed(twice).surely_equals(packed([pickle.loads(pickle.dumps(row)) for row in twice]))  # noqa: S301 - its own


def test_that_values_which_equal_nothing_are_looked_at() -> None:
    rows = [("a", Unreadable("n/a"))]
    assert not packed(rows).surely_equals(packed(rows))


@given(ROWS)
def test_that_ends_are_those_of_keys_that_are_in_order(rows: list[tuple[Any, ...]]) -> None:
    found = packed(rows, 1).ends
    try:
        in_order = all(one[:1] < other[:1] for one, other in itertools.pairwise(rows))
    except TypeError:
        in_order = False
    complete = in_order and rows != [] and all(row[0] is not None for row in rows)
    assert found == ((rows[0][:1], rows[-1][:1]) if complete else None)
