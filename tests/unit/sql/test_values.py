# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values: from the wire to their stored form and back, converted, compared. Properties, and what the reference says."""

from __future__ import annotations

import datetime as dt
import decimal
import sqlite3
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulators.sql.engine import collations, moments, numbers
from emulators.sql.engine.convert import converter
from emulators.sql.engine.errors import SqlError
from emulators.sql.engine.types import MAX, SqlType, Value, declared, unify
from emulators.sql.tds.parameters import info_size, reader
from emulators.sql.tds.types import encoder, type_info

COLLATION = "Latin1_General_100_CI_AS"
DATES = st.dates().map(dt.date.isoformat)
DATETIMES = st.datetimes(min_value=dt.datetime(1, 1, 2), max_value=dt.datetime(9999, 12, 30))
TEXT = st.text(st.characters(codec="utf-8"), max_size=40)


def there_and_back(kind: SqlType, value: Value) -> Value:
    """Return what a value is after it was written as a result and read as a parameter."""
    data = type_info(kind, COLLATION) + encoder(kind, COLLATION)(value)
    size = info_size(data, 0)
    read_kind, read = reader(data[:size])
    found, end = read(data, size)
    assert end == len(data)
    assert read_kind.is_string == kind.is_string
    return found


def exact(precision: int, scale: int) -> st.SearchStrategy[str]:
    limit = 10**precision - 1
    return st.integers(-limit, limit).map(lambda n: format(decimal.Decimal(n).scaleb(-scale, numbers.CONTEXT), "f"))


@given(st.integers(-(2**63), 2**63 - 1), TEXT, st.binary(max_size=50), st.floats(allow_nan=False), st.booleans())
def test_that_simple_values_come_back(number: int, text: str, data: bytes, real: float, flag: bool) -> None:
    assert there_and_back(declared("bigint"), number) == number
    assert there_and_back(SqlType("nvarchar", 100), text) == text
    assert there_and_back(SqlType("nvarchar", MAX), text) == text
    assert there_and_back(SqlType("xml"), text) == text.removeprefix("\ufeff")
    assert there_and_back(SqlType("varbinary", 60), data) == data
    assert there_and_back(SqlType("varbinary", MAX), data) == data
    assert there_and_back(declared("float"), real) == real
    assert there_and_back(declared("bit"), int(flag)) == int(flag)


@pytest.mark.parametrize(("precision", "scale"), [(38, 10), (38, 38), (9, 0), (19, 4), (5, 5)])
def test_that_exact_numbers_come_back(precision: int, scale: int) -> None:
    @given(exact(precision, scale))
    def check(text: str) -> None:
        kind = declared("decimal", precision, scale)
        stored = numbers.store(decimal.Decimal(text), kind)
        assert decimal.Decimal(stored) == decimal.Decimal(text)
        assert there_and_back(kind, stored) == stored

    check()


@given(st.integers(-(2**63), 2**63 - 1))
def test_that_money_comes_back(units: int) -> None:
    kind = declared("money")
    stored = numbers.store(decimal.Decimal(units).scaleb(-4, numbers.CONTEXT), kind)
    assert there_and_back(kind, stored) == stored


@given(DATETIMES, st.integers(0, 7), st.integers(-14 * 60, 14 * 60), st.integers(0, 9))
def test_that_moments_come_back(moment: dt.datetime, scale: int, offset: int, tenths: int) -> None:
    text = f"{moment:%H:%M:%S}.{moment.microsecond:06}{tenths}"
    date = moment.date().isoformat()
    zone = moments.zone_text(offset)
    for kind, given_text in (
        (declared("datetime2", scale), f"{date} {text}"),
        (declared("time", scale), text),
        (declared("datetimeoffset", scale), f"{date} {text}{zone}"),
        (declared("date"), date),
    ):
        stored = moments.write(moments.parse(given_text), kind)
        assert there_and_back(kind, stored) == stored
        assert moments.write(moments.read(stored, kind), kind) == stored


@given(st.datetimes(min_value=dt.datetime(1753, 1, 1), max_value=dt.datetime(9999, 12, 30)))
def test_that_datetime_ends_in_0_3_or_7(moment: dt.datetime) -> None:
    kind = declared("datetime")
    stored = moments.write(moments.parse(moment.isoformat(sep=" ")), kind)
    assert stored[-1] in "037"
    assert there_and_back(kind, stored) == stored


@given(st.uuids())
def test_that_identifiers_come_back(value: uuid.UUID) -> None:
    stored = str(value).upper()
    assert there_and_back(declared("uniqueidentifier"), stored) == stored


@given(DATETIMES, DATETIMES)
def test_that_stored_moments_compare_as_moments(first: dt.datetime, second: dt.datetime) -> None:
    kind = declared("datetime2", 7)
    a, b = (moments.write(moments.parse(each.isoformat(sep=" ")), kind) for each in (first, second))
    assert (a < b) == (first < second)


@given(exact(30, 10), exact(20, 3))
def test_that_stored_numbers_compare_as_numbers(first: str, second: str) -> None:
    connection = sqlite3.connect(":memory:")
    collations.register(connection)
    (less,) = connection.execute('SELECT ? COLLATE "DECIMAL" < ?', (first, second)).fetchone()
    assert bool(less) == (decimal.Decimal(first) < decimal.Decimal(second))


@pytest.mark.parametrize(
    ("order", "first", "second", "equal"),
    [
        ("CI_AS", "a", "A  ", True),
        ("CI_AS", "e", "é", False),
        ("CI_AI", "e", "É", True),
        ("CS_AS", "a", "A", False),
        ("BIN", "a ", "a", True),
    ],
)
def test_collations(order: str, first: str, second: str, equal: bool) -> None:
    key = collations.sort_key(order)
    assert (key(first) == key(second)) is equal


def test_that_lower_case_comes_before_upper_case_of_the_same_letter() -> None:
    assert sorted(["B", "a", "A", "b"], key=collations.sort_key("CS_AS")) == ["a", "A", "b", "B"]


@pytest.mark.parametrize(
    ("source", "target", "value", "expected"),
    [
        ("varchar", "char", "ab", "ab   "),
        ("nvarchar", "varchar", "a→b", "a?b"),
        ("float", "varchar", 1234567.0, "1.23457e+006"),
        ("date", "datetime2", "2026-01-02", "2026-01-02 00:00:00.0000000"),
        ("varbinary", "bigint", b"\0\0\0\1", 1),
    ],
)
def test_conversions(source: str, target: str, value: Value, expected: Value) -> None:
    lengths = {"char": (5,), "varchar": (20,), "nvarchar": (20,), "varbinary": (8,)}
    change = converter(declared(source, *lengths.get(source, ())), declared(target, *lengths.get(target, ())))
    assert change is not None
    assert change(value) == expected


@given(TEXT.filter(lambda text: len(text.encode("utf-16-le")) > 10))
def test_that_what_is_too_long_is_cut_by_a_cast_and_refused_by_an_assignment(text: str) -> None:
    target = declared("nvarchar", 5)
    cut = converter(declared("nvarchar", 100), target)
    assert cut is not None
    assert len(str(cut(text)).encode("utf-16-le")) <= 10
    assign = converter(declared("nvarchar", 100), target, cut=False)
    assert assign is not None
    if len(text.rstrip(" ").encode("utf-16-le")) > 10:
        with pytest.raises(SqlError, match=r"^8152"):
            assign(text)


@pytest.mark.parametrize(
    ("operator", "left", "right", "expected"),
    [
        ("+", (5, 2), (5, 2), (6, 2)),
        ("*", (5, 2), (5, 2), (11, 4)),
        ("/", (5, 2), (5, 2), (13, 8)),
        ("*", (38, 10), (38, 10), (38, 6)),
    ],
)
def test_the_types_of_results(
    operator: str, left: tuple[int, int], right: tuple[int, int], expected: tuple[int, int]
) -> None:
    found = numbers.result_type(operator, declared("decimal", *left), declared("decimal", *right))
    assert (found.precision, found.scale) == expected


def test_that_types_are_brought_together_by_precedence() -> None:
    assert unify(declared("varchar", 5), declared("nvarchar", 3)) == SqlType("nvarchar", 5)
    assert unify(declared("int"), declared("varchar", 5)).name == "int"
    assert str(unify(declared("decimal", 5, 2), declared("int"))) == "decimal(12,2)"


def test_that_values_are_written_the_same_however_many_there_are() -> None:
    kind = declared("decimal", 9, 2)
    write = encoder(kind, COLLATION)
    for number in [*range(25_000), *range(25_000)]:
        assert write(f"{number}.50") == b"\5\1" + (100 * number + 50).to_bytes(4, "little")
    assert write(None) == b"\0"


@pytest.mark.parametrize(
    ("source", "target", "stored", "text"),
    [
        (declared("date"), declared("varchar", 40), "2027-01-02", "2027-01-02"),
        (declared("date"), declared("varchar", 10), "2027-01-02", "2027-01-02"),
        (declared("date"), declared("char", 12), "2027-01-02", "2027-01-02  "),
        (declared("time", 0), declared("varchar", 40), "09:30:00", "09:30:00"),
        (declared("datetime2", 0), declared("nvarchar", MAX), "2027-01-02 09:30:00", "2027-01-02 09:30:00"),
        (
            declared("datetime2", 7),
            declared("varchar", 27),
            "2027-01-02 09:30:00.1234567",
            "2027-01-02 09:30:00.1234567",
        ),
        (declared("datetime"), declared("varchar", 40), "2027-01-02 09:30:00.123", "2027-01-02 09:30:00.123"),
    ],
)
def test_moments_as_texts_of_style_121(source: SqlType, target: SqlType, stored: str, text: str) -> None:
    convert = converter(source, target, 121)
    assert (convert(stored) if convert else stored) == text


def test_that_a_moment_that_does_not_fit_is_not_cut_off() -> None:
    convert = converter(declared("datetime2", 0), declared("varchar", 10), 121)
    assert convert is not None
    with pytest.raises(SqlError, match="truncated"):
        convert("2027-01-02 09:30:00")
