# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""NUMBER and dates as bytes: exact, in order, and back again."""

from __future__ import annotations

import datetime as dt
import decimal
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulators.oracle.engine import moments, numbers
from emulators.oracle.engine.errors import OracleError
from emulators.oracle.engine.types import DATE, TIMESTAMP

NUMBERS = st.builds(
    lambda digits, exponent: Decimal(digits).scaleb(exponent),
    st.integers(min_value=-(10**30), max_value=10**30),
    st.integers(min_value=-20, max_value=20),
)


@pytest.mark.parametrize(
    ("number", "data"),
    [
        ("0", "80"),
        ("1", "c102"),
        ("10", "c10b"),
        ("100", "c202"),
        ("-1", "3e6466"),
        ("-100", "3d6466"),
        ("0.5", "c033"),
        ("0.01", "c002"),
        ("1234.5", "c20d2333"),
    ],
)
def test_bytes_as_oracle_has_them(number: str, data: str) -> None:
    """The bytes are those that DUMP shows on a real server."""
    assert numbers.encode(Decimal(number)).hex() == data
    assert numbers.decode(bytes.fromhex(data)) == Decimal(number)


@given(NUMBERS)
def test_there_and_back(number: Decimal) -> None:
    assert numbers.decode(numbers.encode(number)) == number


@given(NUMBERS, NUMBERS)
def test_that_bytes_have_the_order_of_numbers(a: Decimal, b: Decimal) -> None:
    assert (numbers.encode(a) < numbers.encode(b)) == (a < b)
    assert (numbers.encode(a) == numbers.encode(b)) == (a == b)


@given(NUMBERS, st.integers(min_value=1, max_value=38), st.integers(min_value=-5, max_value=20))
def test_that_a_number_fits_as_decimal_arithmetic_says(number: Decimal, precision: int, scale: int) -> None:
    with decimal.localcontext() as context:
        context.prec = 80
        wanted = number.quantize(Decimal(1).scaleb(-scale), rounding=decimal.ROUND_HALF_UP)
        too_large = abs(wanted) >= Decimal(10) ** (precision - scale)
    if too_large:
        with pytest.raises(OracleError, match="ORA-01438"):
            numbers.fitted(numbers.encode(number), precision, scale)
    else:
        assert numbers.decode(numbers.fitted(numbers.encode(number), precision, scale)) == wanted


@given(st.datetimes(min_value=dt.datetime(1, 1, 1), max_value=dt.datetime(9999, 12, 31)), st.integers(0, 999_999_999))
def test_moments_there_and_back(moment: dt.datetime, below: int) -> None:
    whole = moment.replace(microsecond=0)
    data = moments.encode(whole, below)
    assert (moments.decode(data), moments.nanoseconds(data)) == (whole, below)
    assert len(data) == (11 if below else 7)


@given(st.datetimes(min_value=dt.datetime(1, 1, 1)), st.datetimes(min_value=dt.datetime(1, 1, 1)))
def test_that_bytes_have_the_order_of_moments(a: dt.datetime, b: dt.datetime) -> None:
    first, second = (moments.encode(each.replace(microsecond=0), each.microsecond * 1000) for each in (a, b))
    assert (first < second) == (a < b)


def test_literals() -> None:
    assert moments.literal("2027-05-03", DATE)[0].hex() == "787f0503010101"
    data, zoned = moments.literal("2027-05-03 09:30:00.25 +01:00", TIMESTAMP)
    assert zoned
    assert moments.decode(data) == dt.datetime(2027, 5, 3, 8, 30)
    assert moments.local(data) == dt.datetime(2027, 5, 3, 9, 30)
    with pytest.raises(OracleError, match="ORA-01861"):
        moments.literal("3 May 2027", DATE)
    with pytest.raises(OracleError, match="ORA-01839"):
        moments.literal("2027-02-29", DATE)


@pytest.mark.parametrize(
    ("moment", "months", "expected"),
    [((2027, 1, 31), 1, (2027, 2, 28)), ((2028, 2, 29), 12, (2029, 2, 28)), ((2027, 3, 15), -3, (2026, 12, 15))],
)
def test_months(moment: tuple[int, int, int], months: int, expected: tuple[int, int, int]) -> None:
    assert moments.add_months(dt.datetime(*moment), months) == dt.datetime(*expected)
