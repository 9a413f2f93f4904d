# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same server through a client that is not Microsoft's: python-tds."""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Iterator
from typing import Any

import pytds
import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.server import Server


def second(server: Server, database: str = "master", *, password: str | None = None, autocommit: bool = True) -> Any:
    return pytds.connect(
        server.connect_address or server.name, database, server.user, password or server.password, port=server.port,
        cafile=server.ca_certificates, validate_host=False, autocommit=autocommit, login_timeout=10,
    )  # fmt: skip


@pytest.fixture
def client(server: Server, database: str) -> Iterator[Any]:
    connection = second(server, database)
    yield connection
    connection.close()


def test_types_and_parameters(client: Any) -> None:
    with client.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE dbo.t (id int PRIMARY KEY, name nvarchar(50), amount decimal(10,2), at datetime2(7), "
            "raw varbinary(max), day date, flag bit)"
        )
        row = (
            1,
            "é😀",
            decimal.Decimal("12.50"),
            dt.datetime(2026, 1, 2, 3, 4, 5, 678900),
            b"\0\1",
            dt.date(2026, 1, 2),
            True,
        )
        cursor.execute(
            "INSERT INTO dbo.t VALUES (%s, %s, %s, %s, %s, %s, %s)", (*row[:4], pytds.Binary(row[4]), *row[5:])
        )
        cursor.execute("SELECT * FROM dbo.t")
        assert cursor.fetchall() == [row]
        assert [each[0] for each in cursor.description] == ["id", "name", "amount", "at", "raw", "day", "flag"]


def test_several_results_and_errors(client: Any) -> None:
    with client.cursor() as cursor:
        cursor.execute("SELECT 1; SELECT N'two', CAST(2.5 AS float)")
        assert cursor.fetchall() == [(1,)]
        assert cursor.nextset()
        assert cursor.fetchall() == [("two", 2.5)]
        with pytest.raises(pytds.Error) as caught:
            cursor.execute("SELECT * FROM dbo.nowhere")
        assert getattr(caught.value, "number", None) == 208


def test_that_sql_variant_is_sent_with_its_own_type(client: Any) -> None:
    with client.cursor() as cursor:
        cursor.execute(
            "SELECT SERVERPROPERTY('EngineEdition'), SERVERPROPERTY('Collation'), SERVERPROPERTY('InstanceName')"
        )
        ((number, collation, nothing),) = cursor.fetchall()
        assert isinstance(number, int)
        assert "CI" in collation or "CS" in collation
        assert nothing is None or isinstance(nothing, str)


def test_transactions(server: Server, database: str, client: Any) -> None:
    with client.cursor() as cursor:
        cursor.execute("CREATE TABLE dbo.t (id int)")
    with second(server, database, autocommit=False) as other:
        with other.cursor() as cursor:
            cursor.execute("INSERT INTO dbo.t VALUES (1)")
        other.rollback()
        with other.cursor() as cursor:
            cursor.execute("INSERT INTO dbo.t VALUES (2)")
        other.commit()
    with client.cursor() as cursor:
        cursor.execute("SELECT id FROM dbo.t")
        assert cursor.fetchall() == [(2,)]


def test_that_a_rejected_login_is_told(server: Server) -> None:
    with pytest.raises(pytds.OperationalError, match="Login failed for user"):
        second(server, password="Wr0ng!password")
