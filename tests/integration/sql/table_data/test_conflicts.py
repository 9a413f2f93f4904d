# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""mssql_table_data between databases that do not agree, and over connections that are killed."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pyodbc
import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.session import Session
from tests.integration.sql.conftest import Opener, Runner
from tests.integration.sql.table_data.conftest import TABLES, content, execute

VIOLATIONS = {
    "sites": "UPDATE dbo.sites SET parent = N'nowhere' WHERE code = N'A'",
    "rooms": "UPDATE dbo.rooms SET site = N'nowhere' WHERE id = 8",
}
"""Of a table that refers to itself, and of one that refers to another: before the copy ends, and in its middle."""


def test_that_rows_which_violate_a_foreign_key_are_refused(
    run: Runner, open_connection: Opener, origin: dict[str, Any], source: str, target: str
) -> None:
    query = "SELECT name FROM sys.foreign_keys WHERE OBJECT_NAME(parent_object_id) = ?"
    for table, change in VIOLATIONS.items():
        with closing(open_connection(database=source)) as connection:
            name = connection.execute(query, table).fetchval()
            connection.execute(f"ALTER TABLE dbo.{table} NOCHECK CONSTRAINT [{name}]")
            connection.execute(change)
        refused = run("mssql_table_data", database=target, tables=TABLES, source=origin)
        assert "(error 547)" in refused["msg"], table
        assert 'table "dbo.sites"' in refused["msg"], "which both of them refer to"
        assert "name the tables that refer to these as well. Nothing was applied" in refused["msg"]
        assert content(open_connection, target) == [[], [], []]
        execute(open_connection, source, "UPDATE dbo.sites SET parent = NULL", "UPDATE dbo.rooms SET site = N'A'")


def test_that_what_the_targets_collation_cannot_hold_is_refused(
    run: Runner, open_connection: Opener, origin: dict[str, Any], source: str, target: str
) -> None:
    """Two keys that are one without regard to cases, and a letter that the code page has not."""
    utf8, narrow = "Latin1_General_100_CS_AS_SC_UTF8", "Latin1_General_100_CI_AS"
    for database, collation in ((source, utf8), (target, narrow)):
        columns = f"code varchar(10) COLLATE {collation} NOT NULL PRIMARY KEY, name varchar(20) COLLATE {collation}"
        execute(open_connection, database, f"CREATE TABLE dbo.codes ({columns})")
    declared = {"database": target, "tables": ["dbo.codes"], "source": origin}
    cases = [
        ("(N'a', N'x'), (N'A', N'y')", "Rows that differ in the source are the same to a unique key of the target"),
        ("(N'a', N'\u03a9mega')", "the collation of a char or varchar column has not all letters"),
    ]
    for values, message in cases:
        execute(open_connection, source, "DELETE FROM dbo.codes", f"INSERT INTO dbo.codes VALUES {values}")
        refused = run("mssql_table_data", **declared)
        assert message in refused["msg"]
        assert "everything was rolled back" in refused["msg"]
        with closing(open_connection(database=target)) as connection:
            assert connection.execute("SELECT COUNT(*) FROM dbo.codes").fetchval() == 0
    execute(open_connection, source, "DELETE FROM dbo.codes", "INSERT INTO dbo.codes VALUES (N'a', N'\u00e9 ')")
    assert run("mssql_table_data", **declared)["changed"] is True
    assert run("mssql_table_data", **declared)["changed"] is False


def test_that_a_connection_killed_in_the_middle_leaves_the_target_as_it_was(
    run: Runner,
    admin: pyodbc.Connection,
    open_connection: Opener,
    origin: dict[str, Any],
    *,
    source: str,
    target: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plain, written = Session.call_many, []

    def call_many(session: Session, statement: str, binds: Any) -> None:
        if "[rooms]" in statement:
            admin.execute(f"KILL {session.value('SELECT @@SPID'):d}")
        plain(session, statement, binds)
        written.append(statement)

    with monkeypatch.context() as patched:
        patched.setattr(Session, "call_many", call_many)
        broken = run("mssql_table_data", database=target, tables=TABLES, source=origin)
    assert len(written) == 1, "the first table was written"
    assert f"database {target}: the connection broke before anything was committed" in broken["msg"]
    assert "the tables are as they were" in broken["msg"]
    assert content(open_connection, target) == [[], [], []]
    assert run("mssql_table_data", database=target, tables=TABLES, source=origin)["changed"] is True
    assert content(open_connection, target) == content(open_connection, source)


def test_that_other_columns_are_refused(
    run: Runner, open_connection: Opener, origin: dict[str, Any], source: str, target: str
) -> None:
    execute(open_connection, source, "ALTER TABLE dbo.sites ADD old int NULL")
    execute(
        open_connection,
        target,
        "ALTER TABLE dbo.sittings ALTER COLUMN fee decimal(9, 4)",
        "ALTER TABLE dbo.rooms ADD floor int NULL",
    )
    refused = run("mssql_table_data", database=target, tables=TABLES, source=origin)
    assert "dbo.sites.old is missing, in the source int" in refused["msg"]
    assert "dbo.sittings.fee is decimal(9,4), in the source decimal(9,2)" in refused["msg"]
    assert "dbo.rooms.floor is int, in the source missing" in refused["msg"]
    assert "Nothing was touched." in refused["msg"]
