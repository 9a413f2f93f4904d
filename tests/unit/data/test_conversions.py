# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of two systems in one form: what is declared makes them equal, and nothing else does."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.columns import (
    Column,
    SideOfColumn,
    Unreadable,
    converter,
    kind,
)


def convert(value: Any, *, side: dict[str, Any] | None = None, **declared: Any) -> Any:
    """Return a value of the source as it is compared."""
    column = Column("c", SideOfColumn("C", **(side or {})), SideOfColumn("c"), **declared)
    found = converter(column, "source")
    return value if found is None else found([None, value])[1]


def test_that_nothing_is_converted_that_is_not_declared() -> None:
    assert converter(Column("c", SideOfColumn("C"), SideOfColumn("c")), "source") is None


D = dt.datetime


@pytest.mark.parametrize(
    ("declared", "value", "expected"),
    [
        ({"type": "text"}, Decimal("1.50"), "1.5"),
        ({"type": "text"}, Decimal("1E+3"), "1000"),
        ({"type": "text"}, Decimal("0.00"), "0"),
        ({"type": "text"}, Decimal("12345678901234567890123456789012345674"), "12345678901234567890123456789012345674"),
        ({"type": "text"}, Decimal("-12345678901234567890123456789.0120"), "-12345678901234567890123456789.012"),
        ({"type": "text"}, True, "1"),
        ({"type": "text"}, b"\x00\xff", "00ff"),
        ({"type": "text"}, D(2027, 5, 3, 9, 30), "2027-05-03 09:30:00"),
        ({"type": "text"}, uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        ({"type": "integer"}, Decimal("120.00"), 120),
        ({"type": "integer"}, " 120 ", 120),
        ({"type": "integer"}, True, 1),
        ({"type": "decimal", "scale": 1}, "0.25", Decimal("0.3")),
        ({"type": "decimal", "scale": 1}, Decimal("-0.25"), Decimal("-0.3")),
        ({"type": "decimal"}, 0.1, Decimal("0.1")),
        ({"type": "decimal", "scale": 2}, Decimal("9" * 38), Decimal("9" * 38)),
        ({"type": "boolean"}, "Y", True),
        ({"type": "boolean"}, Decimal(0), False),
        ({"type": "boolean"}, " no ", False),
        ({"type": "bytes"}, "0x00FF", b"\x00\xff"),
        ({"type": "date"}, D(2027, 5, 3, 23, 59), dt.date(2027, 5, 3)),
        ({"type": "date"}, "2027-05-03", dt.date(2027, 5, 3)),
        ({"type": "datetime"}, dt.date(2027, 5, 3), D(2027, 5, 3)),
        ({"type": "datetime"}, "2027-05-03 09:30:00.1234567 +01:00", D(2027, 5, 3, 8, 30, 0, 123456)),
        ({"type": "datetime", "scale": 0}, D(2027, 5, 3, 9, 30, 0, 999999), D(2027, 5, 3, 9, 30)),
        ({"type": "datetime", "scale": 3}, D(2027, 5, 3, 9, 30, 0, 999999), D(2027, 5, 3, 9, 30, 0, 999000)),
        ({"trim": "trailing"}, " N  ", " N"),
        ({"trim": "both"}, " N  ", "N"),
        ({"trim": "leading"}, " N  ", "N  "),
        ({"trim": "both"}, "\u2003N\t", "\u2003N\t"),
        ({"trim": "both"}, 5, 5),
        ({"ignore_case": True}, "Straße", "strasse"),
        ({"null_equals_empty": True}, "", None),
        ({"null_equals_empty": True, "trim": "both"}, "  ", None),
        ({"null_equals_empty": True}, 0, 0),
    ],
)
def test_a_conversion(declared: dict[str, Any], value: Any, expected: Any) -> None:
    found = convert(value, **declared)
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("kind_", "value"),
    [
        ("integer", Decimal("1.5")),
        ("integer", "12a"),
        ("integer", D(2027, 1, 1)),
        ("integer", float("inf")),
        ("decimal", "1,5"),
        ("decimal", Decimal("NaN")),
        ("decimal", D(2027, 1, 1)),
        ("boolean", "maybe"),
        ("boolean", 2),
        ("bytes", "0x0"),
        ("bytes", 7),
        ("date", "3 May 2027"),
        ("datetime", 20270503),
        ("datetime", "2027-02-29 09:30:00"),
    ],
)
def test_that_what_cannot_be_read_equals_nothing(kind_: Any, value: Any) -> None:
    found = convert(value, type=kind_)
    assert isinstance(found, Unreadable)
    assert found != convert(value, type=kind_)
    assert str(found) == str(value)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (D(2027, 1, 5, 9, 30), D(2027, 1, 5, 9, 30)),
        (D(2027, 6, 5, 9, 30), D(2027, 6, 5, 8, 30)),
        ("2027-06-05T09:30:00+02:00", D(2027, 6, 5, 7, 30)),
    ],
)
def test_that_moments_with_a_zone_are_compared_in_utc(moment: Any, expected: dt.datetime) -> None:
    assert convert(moment, side={"time_zone": "Europe/London"}, type="datetime") == expected


def test_that_the_day_of_a_moment_is_the_day_in_the_zone() -> None:
    late = "2027-06-05T23:30:00+00:00"
    assert convert(late, type="date") == dt.date(2027, 6, 5)
    assert convert(late, side={"time_zone": "Europe/London"}, type="date") == dt.date(2027, 6, 6)


def test_that_a_format_says_how_dates_are_written() -> None:
    assert convert("03/05/2027", side={"format": "%d/%m/%Y"}, type="date") == dt.date(2027, 5, 3)


def test_that_values_are_translated_before_they_are_converted() -> None:
    side = {"values": {"YES": "1", "5": "0"}}
    assert convert("YES", side=side, type="boolean") is True
    assert convert(Decimal(5), side=side, type="boolean") is False
    assert convert("YES", side=side) == "1"


def test_that_only_the_source_is_translated() -> None:
    column = Column("c", SideOfColumn("c", values={"a": "b"}), SideOfColumn("c"))
    assert converter(column, "target") is None


@given(st.decimals(-(10**12), 10**12, places=4), st.integers(0, 4))
def test_that_a_number_is_the_same_however_it_is_written(number: Decimal, scale: int) -> None:
    forms = [number, str(number), f"{number:+.8f}"]
    assert len({convert(each, type="decimal", scale=scale) for each in forms}) == 1


@given(st.datetimes(dt.datetime(1970, 1, 1), dt.datetime(2100, 1, 1)), st.integers(-14 * 60, 14 * 60))
def test_that_a_moment_is_the_same_in_every_offset(moment: dt.datetime, minutes: int) -> None:
    zone = dt.timezone(dt.timedelta(minutes=minutes))
    elsewhere = moment.replace(tzinfo=dt.UTC).astimezone(zone)
    assert convert(elsewhere.isoformat(" "), type="datetime") == moment
    assert convert(elsewhere, type="datetime") == moment


@given(st.text(" aB\u00df", max_size=6))
def test_that_a_text_converted_twice_is_the_text_converted_once(text: str) -> None:
    declared: dict[str, Any] = {"type": "text", "trim": "both", "ignore_case": True, "null_equals_empty": True}
    once = convert(text, **declared)
    assert convert(once, **declared) == once


@pytest.mark.parametrize(
    ("one", "other"),
    [("1", 1), (1, dt.date(2027, 1, 1)), (dt.date(2027, 1, 1), D(2027, 1, 1)), ("a", b"a"), (0.1, Decimal("0.1"))],
)
def test_that_values_of_two_kinds_are_told_apart(one: Any, other: Any) -> None:
    assert one != other
    assert kind(one) != kind(other)


@pytest.mark.parametrize(("one", "other"), [(1, Decimal(1)), (True, 1)])
def test_that_numbers_are_of_one_kind(one: Any, other: Any) -> None:
    assert one == other
    assert kind(one) == kind(other) == "a number"
