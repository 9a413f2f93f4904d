# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Digests: the order of rows does not matter, everything else does."""

from __future__ import annotations

import hashlib
from collections import Counter
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.digest import (
    ContentDigest,
    differing,
    digest_of_rows,
    overall,
)

VALUES = (
    st.none()
    | st.integers()
    | st.text(st.characters(exclude_categories=()), max_size=4)
    | st.binary(max_size=4)
    | st.floats(allow_nan=False)
    | st.decimals(allow_nan=False, allow_infinity=False, places=3)
)
ROWS = st.lists(st.tuples(VALUES, VALUES), max_size=6)


def digest(rows: list[tuple[Any, ...]], size: int = 100) -> tuple[int, int]:
    batches = [rows[start : start + size] for start in range(0, len(rows), size)]
    return [(0, 0), *digest_of_rows(batches)][-1]


def content(rows: list[tuple[Any, ...]]) -> Counter[tuple[Any, ...]]:
    """Return what the rows are, each value told apart by its kind and its exact form."""
    return Counter(tuple((type(each), _form(each)) for each in row) for row in rows)


def _form(value: Any) -> Any:
    if isinstance(value, Decimal):
        return value.as_tuple()
    return value.hex() if isinstance(value, float) else value


@given(ROWS, st.randoms(use_true_random=False), st.integers(1, 7))
def test_that_the_order_and_the_batches_do_not_matter(rows: list[tuple[Any, ...]], random: Any, size: int) -> None:
    other = list(rows)
    random.shuffle(other)
    assert digest(rows) == digest(other, size)


@given(ROWS, ROWS)
def test_that_two_tables_have_the_same_digest_only_if_they_hold_the_same(
    one: list[tuple[Any, ...]], other: list[tuple[Any, ...]]
) -> None:
    assert (digest(one) == digest(other)) == (content(one) == content(other))


def test_that_the_digest_of_a_row_is_what_the_documentation_says() -> None:
    row = (1, None, "é\U0001f600'", b"\xff", Decimal("12345678901234567890123456789012345678"), 0.1, True)
    written = (
        b"(1, None, \"\\xe9\\U0001f600'\", b'\\xff', Decimal('12345678901234567890123456789012345678'), 0.1, True)"
    )
    assert digest([row]) == (1, int.from_bytes(hashlib.sha256(written).digest(), "big"))


def test_what_differs() -> None:
    one, other = ContentDigest(1, "aa"), ContentDigest(2, "aa")
    assert differing({"a": one, "b": one, "c": one}, {"a": one, "b": other, "d": one}) == ["b", "c", "d"]
    assert overall({"a": one, "b": other}) == overall({"b": other, "a": one})
    assert overall({"a": one}) != overall({"a": other})
    assert overall({"a": one}) != overall({"b": one})
