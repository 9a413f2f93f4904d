# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Statements whose results are known from the reference of Transact-SQL."""

from __future__ import annotations

import datetime as dt
import decimal
from typing import Any

import pyodbc
import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql._odbc import connect
from tests.integration.sql.conftest import number_of, rows

D = decimal.Decimal
VALUES: list[tuple[str, Any]] = [
    ("7 / 2", 3), ("-7 / 2", -3), ("7 % 3", 1), ("-7 % 3", -1), ("7 / 2.0", D("3.500000")), ("1 + 1.5", D("2.5")),
    ("CAST(1.005 AS decimal(5,2))", D("1.01")), ("CAST(2.5 AS int)", 2), ("ROUND(123.456, 1)", D("123.500")),
    ("LEN('ab  ')", 2), ("DATALENGTH(N'ab')", 4), ("DATALENGTH('ab ')", 3), ("'a' + 'b'", "ab"), ("'a' + NULL", None),
    ("CONCAT('a', NULL, 1)", "a1"), ("ISNULL(NULL, 'x')", "x"), ("COALESCE(NULL, NULL, 3)", 3), ("NULLIF(1, 1)", None),
    ("SUBSTRING('abcdef', 2, 3)", "bcd"), ("CHARINDEX('C', 'abc')", 3), ("REPLACE('aXa', 'x', 'b')", "aba"),
    ("STUFF('abc', 2, 1, 'XX')", "aXXc"),
    ("LEFT('abc', 2)", "ab"), ("RIGHT('abc', 2)", "bc"), ("UPPER('é')", "É"), ("QUOTENAME('a]b')", "[a]]b]"),
    ("REPLICATE('ab', 2)", "abab"),
    ("CONVERT(varchar(30), CAST('2026-03-04T05:06:07' AS datetime2(0)), 120)", "2026-03-04 05:06:07"),
    ("CONVERT(varchar(10), CAST('2026-03-04' AS date), 103)", "04/03/2026"), ("CONVERT(varchar(30), "
        "CAST('2026-03-04 15:06:00' AS datetime))", "Mar  4 2026  3:06PM"),
    ("CONVERT(varchar(10), 0x1F, 1)", "0x1F"), ("CONVERT(varbinary(4), '1F', "
        "2)", b"\x1f"), ("CAST(1 AS varbinary(4))", b"\0\0\0\1"),
    ("CAST(CAST('2026-01-02 03:04:05.6' AS datetime2(7)) AS "
        "datetime2(0))", dt.datetime(2026, 1, 2, 3, 4, 6)), ("TRY_CONVERT(int, 'x')", None), ("TRY_CAST('2026-13-01' "
            "AS date)", None), ("CAST(' 12 ' AS int)", 12),
    ("DATEADD(month, 1, CAST('2026-01-31' AS "
        "date))", dt.date(2026, 2, 28)), ("DATEDIFF(year, '2025-12-31', '2026-01-01')", 1),
    ("DATEDIFF(day, '2026-01-01', "
        "'2026-03-01')", 59), ("DATEPART(quarter, '2026-05-01')", 2), ("YEAR('2026-05-01')", 2026),
    ("CASE WHEN 'a' = 'A ' THEN 1 ELSE 0 "
        "END", 1), ("CASE WHEN 'é' = 'e' THEN 1 ELSE 0 END", 0), ("CASE WHEN 'a_c' LIKE "
        "'a[_]_' THEN 1 ELSE 0 END", 1),
    ("CASE WHEN 'abc' LIKE '[^x]%C' THEN 1 ELSE 0 "
        "END", 1), ("IIF(1 > 2, 'a', 'b')", "b"), ("CASE WHEN NULL IN (1) THEN 1 ELSE 0 END", 0),
    ("HASHBYTES('SHA2_256', 'abc')", bytes.fromhex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")),
    ("CASE WHEN CAST('00000000-0000-0000-0000-000000000001' AS uniqueidentifier) > "
        "CAST('FF000000-0000-0000-0000-000000000000' AS uniqueidentifier) THEN 1 ELSE 0 END", 1),
    ("CAST('1' AS decimal(3,1)) / "
        "3", D("0.333333")), ("CAST(0.1 AS float) + 0.2", 0.30000000000000004), ("DB_NAME(1)", "master"),
        ("@@TRANCOUNT", 0),
    ("CAST(COLLATIONPROPERTY('Latin1_General_CI_AS', 'CodePage') AS int)", 1252),
    ("CAST(COLLATIONPROPERTY('No_Such_CI_AS', 'CodePage') AS int)", None),
    ("PWDCOMPARE(N'x', PWDENCRYPT(N'x'))", 1), ("CAST(SERVERPROPERTY('EngineEdition') AS int) % 10 % "
        "8", 3), ("STRING_AGG('a', ',')", "a"),
]  # fmt: skip
ERRORS: list[tuple[str, int]] = [
    ("SELECT 1 / 0", 8134), ("SELECT CAST('x' AS int)", 245), ("SELECT CAST('2026-02-30' AS "
        "date)", 241), ("SELECT CAST(300 AS tinyint)", 8115),
    ("SELECT CAST('x' AS decimal(5,2))", 8114), ("SELECT CAST(12345 AS decimal(4,1))", 8115), ("SELECT CAST('x' AS "
        "uniqueidentifier)", 8169),
    ("SELECT * FROM dbo.nowhere", 208), ("SELECT nothing FROM "
        "sys.databases", 207), ("SELECT NOSUCH(1)", 195), ("SELECT @x", 137), ("SELECT 1 +", 102),
    ("SELECT (SELECT name FROM sys.databases)", 512), ("SELECT name, COUNT(*) FROM "
        "sys.databases", 8120), ("EXEC dbo.nothing_here", 2812),
    ("SELECT CAST(1 AS date)", 529), ("COMMIT", 3902), ("ROLLBACK", 3903), ("USE exam_nowhere", 911),
    ("DROP TABLE dbo.nowhere", 3701),
    ("SELECT d.name FROM sys.databases d JOIN sys.databases e ON 1 = 1 WHERE name = "
        "'x'", 209), ("DECLARE @a int, @a int", 134),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "expected"), VALUES)
def test_values(shared: pyodbc.Connection, expression: str, expected: Any) -> None:
    assert shared.execute(f"SELECT {expression}").fetchval() == expected


@pytest.mark.parametrize(("statement", "number"), ERRORS)
def test_errors(shared: pyodbc.Connection, statement: str, number: int) -> None:
    with pytest.raises(pyodbc.Error) as caught:
        shared.execute(statement).fetchall()
    assert number_of(caught.value) == number


def test_queries(connection: pyodbc.Connection) -> None:
    connection.execute(
        "CREATE TABLE dbo.rooms (id int IDENTITY(10,5) PRIMARY KEY, name nvarchar(20) NOT NULL, site varchar(5), "
        "seats int)"
    )
    connection.execute(
        "INSERT INTO dbo.rooms (name, site, seats) VALUES (N'B', 'N', 20), (N'a', 'N', 10), (N'C', 'S', NULL)"
    )
    queries: dict[str, list[tuple[Any, ...]]] = {
        "SELECT id, name FROM dbo.rooms ORDER BY name": [(15, "a"), (10, "B"), (20, "C")],
        "SELECT site, COUNT(*), SUM(seats), AVG(seats) FROM dbo.rooms GROUP BY site HAVING COUNT(*) > 1": [
            ("N", 2, 30, 15)
        ],
        "SELECT TOP (1) name FROM dbo.rooms ORDER BY seats DESC": [("B",)],
        "SELECT name FROM dbo.rooms ORDER BY id OFFSET 1 ROWS FETCH NEXT 1 ROWS ONLY": [("a",)],
        "SELECT STRING_AGG(name, N',') WITHIN GROUP (ORDER BY name DESC) FROM dbo.rooms": [("C,B,a",)],
        "WITH big AS (SELECT * FROM dbo.rooms WHERE seats > 15) SELECT name FROM big": [("B",)],
        "SELECT name FROM dbo.rooms WHERE seats NOT IN (SELECT seats FROM dbo.rooms)": [],
        "SELECT r.name FROM dbo.rooms r LEFT JOIN (VALUES ('S', 1)) AS v (site, n) ON v.site = r.site WHERE v.n "
        "IS NULL ORDER BY 1": [
            ("a",),
            ("B",),
        ],
        "SELECT site FROM dbo.rooms UNION SELECT 'N' EXCEPT SELECT 'S'": [("N",)],
        "SELECT name, ROW_NUMBER() OVER (PARTITION BY site ORDER BY seats) FROM dbo.rooms ORDER BY id": [
            ("B", 2),
            ("a", 1),
            ("C", 1),
        ],
        "SELECT DISTINCT UPPER(site) FROM dbo.rooms WHERE EXISTS (SELECT 1 FROM dbo.rooms q WHERE q.seats = 20) "
        "ORDER BY 1": [
            ("N",),
            ("S",),
        ],
    }
    for query, expected in queries.items():
        assert [tuple(row) for row in connection.execute(query).fetchall()] == expected, query


def test_changes(connection: pyodbc.Connection) -> None:
    connection.execute("CREATE TABLE dbo.t (id int PRIMARY KEY, n int DEFAULT 7, twice AS n * 2)")
    assert rows(connection.execute("INSERT INTO dbo.t (id) OUTPUT INSERTED.n VALUES (1), (2)")) == [(7,), (7,)]
    assert connection.execute("UPDATE dbo.t SET n += 1 WHERE id = 2").rowcount == 1
    assert connection.execute("UPDATE a SET n = b.n FROM dbo.t a JOIN dbo.t b ON b.id = 2 WHERE a.id = 1").rowcount == 1
    assert [tuple(row) for row in connection.execute("SELECT * FROM dbo.t").fetchall()] == [(1, 8, 16), (2, 8, 16)]
    assert connection.execute("DELETE FROM a FROM dbo.t a WHERE a.id = 1").rowcount == 1
    assert connection.execute("INSERT INTO dbo.t (id, n) SELECT id + 10, n FROM dbo.t").rowcount == 1
    assert connection.execute("SELECT COUNT(*) FROM dbo.t").fetchval() == 2


def test_batches(shared: pyodbc.Connection) -> None:
    batch = "DECLARE @n int = 3; IF @n > 2 BEGIN SELECT @n + 1; SET @n = 9 END ELSE SELECT 0; SELECT @n"
    cursor = shared.execute(batch)
    assert cursor.fetchval() == 4
    assert cursor.nextset()
    assert cursor.fetchval() == 9
    caught = shared.execute("BEGIN TRY SELECT 1 / 0 END TRY BEGIN CATCH SELECT ERROR_NUMBER() END CATCH")
    while caught.description is None or not (found := caught.fetchall()):
        assert caught.nextset()
    assert found[0][0] == 8134


@pytest.fixture(scope="module")
def shared(server: Any) -> Any:
    with connect(server, autocommit=True) as found:
        yield found
