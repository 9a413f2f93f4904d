# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every scalar type, there and back, as one value, in a batch, as NULL."""

from __future__ import annotations

import datetime as dt
import decimal
import struct
import uuid
from typing import Any

import pyodbc
import pytest

D = decimal.Decimal
TYPES: list[tuple[str, Any, Any]] = [
    ("bit", True, True),
    ("tinyint", 255, 255),
    ("smallint", -32768, -32768),
    ("int", -(2**31), -(2**31)),
    ("bigint", 2**63 - 1, 2**63 - 1),
    ("decimal(38,10)", D("-1234567890123456789012345678.0123456789"), D("-1234567890123456789012345678.0123456789")),
    ("numeric(5,2)", D("999.99"), D("999.99")),
    ("money", D("-922337203685477.5808"), D("-922337203685477.5808")),
    ("smallmoney", D("214748.3647"), D("214748.3647")),
    ("float", 1.7976931348623157e308, 1.7976931348623157e308),
    ("real", 1.25, 1.25),
    ("date", dt.date(1, 1, 1), dt.date(1, 1, 1)),
    ("time(0)", dt.time(23, 59, 59), dt.time(23, 59, 59)),
    ("datetime2(7)", dt.datetime(9999, 12, 31, 23, 59, 59, 999999), dt.datetime(9999, 12, 31, 23, 59, 59, 999999)),
    ("datetime2(0)", dt.datetime(2026, 1, 2, 3, 4, 5), dt.datetime(2026, 1, 2, 3, 4, 5)),
    ("datetime", dt.datetime(2026, 1, 2, 3, 4, 5, 998000), dt.datetime(2026, 1, 2, 3, 4, 5, 997000)),
    ("smalldatetime", dt.datetime(2026, 1, 2, 3, 4, 30), dt.datetime(2026, 1, 2, 3, 5)),
    ("uniqueidentifier", uuid.UUID(int=2**127 + 5), str(uuid.UUID(int=2**127 + 5)).upper()),
    ("char(5)", "ab", "ab   "),
    ("varchar(10)", "ab  ", "ab  "),
    ("nchar(4)", "é", "é   "),
    ("nvarchar(10)", "a😀 ", "a😀 "),
    ("nvarchar(max)", "x" * 9000 + "😀", "x" * 9000 + "😀"),
    ("varchar(max)", "y" * 9000, "y" * 9000),
    ("varbinary(max)", b"\0\xff" * 9000, b"\0\xff" * 9000),
    ("varbinary(5)", b"\0\1", b"\0\1"),
    ("binary(4)", b"\1", b"\1\0\0\0"),
    ("xml", "<a>é</a>", "<a>é</a>"),
]


@pytest.mark.parametrize("fast", [False, True])
def test_that_values_come_back(connection: pyodbc.Connection, fast: bool) -> None:
    columns = ", ".join(f"c{n} {name} NULL" for n, (name, _given, _expected) in enumerate(TYPES))
    connection.execute(f"CREATE TABLE dbo.kept (id int NOT NULL PRIMARY KEY, {columns})")
    marks = ", ".join("?" * (len(TYPES) + 1))
    cursor = connection.cursor()
    cursor.fast_executemany = fast
    cursor.executemany(
        f"INSERT INTO dbo.kept VALUES ({marks})",
        [[1, *(given for _name, given, _expected in TYPES)], [2, *([None] * len(TYPES))]],
    )
    full, empty = connection.execute("SELECT * FROM dbo.kept ORDER BY id").fetchall()
    for (name, _given, expected), found, nothing in zip(TYPES, full[1:], empty[1:], strict=True):
        assert found == expected, name
        assert nothing is None, name


def test_that_datetimeoffset_keeps_instant_and_offset(connection: pyodbc.Connection) -> None:
    connection.execute("CREATE TABLE dbo.moments (id int PRIMARY KEY, at datetimeoffset(7))")
    connection.execute("INSERT INTO dbo.moments VALUES (1, ?)", "2026-01-02 03:04:05.1234567 +05:30")
    connection.add_output_converter(-155, lambda raw: struct.unpack("<6hI2h", raw))
    row = connection.execute("SELECT at FROM dbo.moments").fetchone()
    assert row is not None
    assert row[0] == (2026, 1, 2, 3, 4, 5, 123456700, 5, 30)
    same = "SELECT COUNT(*) FROM dbo.moments WHERE at = CAST('2026-01-01T21:34:05.1234567Z' AS datetimeoffset(7))"
    assert connection.execute(same).fetchval() == 1


def test_that_rowversion_rises_with_each_change(connection: pyodbc.Connection) -> None:
    connection.execute("CREATE TABLE dbo.versions (id int PRIMARY KEY, n int, v rowversion)")
    connection.execute("INSERT INTO dbo.versions (id, n) VALUES (1, 1), (2, 1)")
    before = connection.execute("SELECT v FROM dbo.versions ORDER BY id").fetchall()
    connection.execute("UPDATE dbo.versions SET n = 2 WHERE id = 1")
    after = connection.execute("SELECT v FROM dbo.versions ORDER BY id").fetchall()
    assert before[0][0] < before[1][0] < after[0][0]
    assert before[1][0] == after[1][0]


def test_that_a_row_is_written_as_a_tuple_is(connection: pyodbc.Connection) -> None:
    """Digests are made of rows as the driver gives them, and of tuples that were read from files."""
    for query in ("SELECT N'é'", "SELECT N'😀''', 1, CAST(1.50 AS decimal(9, 2)), NULL, 0xff, 1e0"):
        (row,) = connection.execute(query).fetchall()
        assert not isinstance(row, tuple)
        assert ascii(row) == ascii(tuple(row))
