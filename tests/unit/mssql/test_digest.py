# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Digests: the order of rows and the scale of numbers do not matter, everything else does."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.digest import (
    ContentDigest,
    _encoded,
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


def content(rows: list[tuple[Any, ...]]) -> Counter[bytes]:
    """Return what the rows are, told apart by Python's own means: kind and exact value."""
    return Counter(repr([(type(each), _same_number(each)) for each in row]).encode() for row in rows)


def _same_number(value: Any) -> Any:
    if isinstance(value, Decimal):
        return value.as_integer_ratio()
    return 0.0 if value == 0 and isinstance(value, float) else value


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


@given(st.lists(VALUES, max_size=4), st.lists(VALUES, max_size=4))
def test_that_no_two_rows_are_written_alike(one: list[Any], other: list[Any]) -> None:
    alike = b"".join(map(_encoded, one)) == b"".join(map(_encoded, other))
    assert alike == (content([tuple(one)]) == content([tuple(other)]))


@given(st.decimals(allow_nan=False, allow_infinity=False, places=5), st.integers(0, 20))
def test_that_the_scale_of_a_number_does_not_matter(number: Decimal, zeros: int) -> None:
    sign, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)
    wider = Decimal((sign, (*digits, *[0] * zeros), exponent - zeros))
    assert _encoded(number) == _encoded(wider)


def test_that_no_digit_of_a_long_number_is_lost() -> None:
    long = Decimal("12345678901234567890123456789012345678")
    assert _encoded(long) == b"d12345678901234567890123456789012345678;"
    assert _encoded(Decimal("-0.00")) == _encoded(Decimal(0)) == b"d0;"


def test_what_differs() -> None:
    one, other = ContentDigest(1, "aa"), ContentDigest(2, "aa")
    assert differing({"a": one, "b": one, "c": one}, {"a": one, "b": other, "d": one}) == ["b", "c", "d"]
    assert overall({"a": one, "b": other}) == overall({"b": other, "a": one})
    assert overall({"a": one}) != overall({"a": other})
    assert overall({"a": one}) != overall({"b": one})
