# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""mssql_backup on a server: made and verified, restored elsewhere and over; checked, applied, and again unchanged."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pyodbc
import pytest

from tests.integration.sql.conftest import Opener, Runner, drained, drop_login, rows
from tests.integration.sql.test_databases import directory


@pytest.fixture
def filled(run: Runner, open_connection: Opener, database: str) -> str:
    """Return a database with rows, and with the record that it is not in service yet."""
    run("mssql_database", name=database, extended_properties={"exam_scheduling_service": "pre_live"})
    with closing(open_connection(database=database)) as connection:
        connection.execute("CREATE TABLE dbo.rooms (id int PRIMARY KEY, name nvarchar(20))")
        connection.execute("INSERT INTO dbo.rooms VALUES (1, N'A'), (2, N'B ')")
    return database


@pytest.fixture
def made(run: Runner, admin: pyodbc.Connection, filled: str) -> dict[str, Any]:
    """Return the task that made a backup."""
    task = {"database": filled, "path": f"{directory(admin, 'Backup')}/it's {filled}.bak"}
    assert run("mssql_backup", **task)["changed"] is True
    return task


@pytest.fixture
def copy(admin: pyodbc.Connection, filled: str) -> Iterator[str]:
    """Return the name of a database that may be restored, and is dropped afterwards."""
    name = f"{filled}_copy]"
    yield name
    escaped = name.replace("]", "]]")
    if admin.execute("SELECT DB_ID(?)", name).fetchval() is not None:
        admin.execute(f"ALTER DATABASE [{escaped}] SET SINGLE_USER WITH ROLLBACK IMMEDIATE")
        admin.execute(f"DROP DATABASE [{escaped}]")


def content(open_connection: Opener, database: str) -> list[tuple[Any, ...]]:
    with closing(open_connection(database=database)) as connection:
        return rows(connection.execute("SELECT id, name FROM dbo.rooms ORDER BY id"))


ROOMS = [(1, "A"), (2, "B ")]


def test_that_a_backup_is_made_and_proven(run: Runner, admin: pyodbc.Connection, filled: str) -> None:
    task = {"database": filled, "path": f"{directory(admin, 'Backup')}/{filled}.bak"}
    made = "SELECT COUNT(*) FROM msdb.dbo.backupset WHERE database_name = ?"
    predicted = run("mssql_backup", check=True, **task)
    assert predicted["changed"] is True, predicted
    assert predicted["evidence"] is None
    assert admin.execute(made, filled).fetchval() == 0
    done = run("mssql_backup", **task)
    assert done["changed"] is True, done
    assert done["changes"] == predicted["changes"]
    evidence = done["evidence"]
    assert (evidence["database"], evidence["copy_only"], evidence["checksums"]) == (filled, True, True)
    again = run("mssql_backup", **task)
    assert again["changed"] is False, again
    assert again["evidence"] == evidence
    assert admin.execute(made, filled).fetchval() == 1


def test_that_it_is_restored_under_another_name(
    run: Runner, open_connection: Opener, admin: pyodbc.Connection, made: dict[str, Any], copy: str
) -> None:
    task = {**made, "database": copy, "state": "restored"}
    logical = made["database"]
    moved = {**task, "move": {logical: f"{directory(admin)}/{logical} copy.mdf"}}
    predicted = run("mssql_backup", check=True, **moved)
    assert predicted["changed"] is True, predicted
    assert admin.execute("SELECT DB_ID(?)", copy).fetchval() is None
    done = run("mssql_backup", **moved)
    assert done["changed"] is True, done
    assert done["changes"] == predicted["changes"]
    assert done["changes"][0]["after"]["files"][logical].endswith(" copy.mdf")
    assert content(open_connection, copy) == ROOMS
    assert run("mssql_backup", **moved)["changed"] is False
    escaped = copy.replace("]", "]]")
    admin.execute(f"DROP DATABASE [{escaped}]; CREATE DATABASE [{escaped}]")
    other = run("mssql_backup", check=True, **task)
    assert "restoring over it is refused" in other["msg"]  # it is another database of the same name


def test_that_restoring_over_asks_whether_it_is_in_service(
    run: Runner, open_connection: Opener, made: dict[str, Any]
) -> None:
    task = {**made, "state": "restored"}
    with closing(open_connection(database=made["database"])) as connection:
        connection.execute("DELETE FROM dbo.rooms")
    record = {"exam_scheduling_service": "live"}
    run("mssql_database", name=made["database"], extended_properties=record)
    for check in (True, False):
        refused = run("mssql_backup", check=check, **task, close_connections=True, protected=False)
        assert "restoring over it is refused" in refused["msg"]
        assert "Nothing was touched." in refused["msg"]
    assert content(open_connection, made["database"]) == []
    record = {"exam_scheduling_service": "pre_live"}
    run("mssql_database", name=made["database"], extended_properties=record, withdraw_from_service=True)
    user = open_connection(database=made["database"])
    user.execute("SELECT 1").fetchall()
    in_use = run("mssql_backup", **task)
    assert "the database is in use" in in_use["msg"]
    assert content(open_connection, made["database"]) == []
    predicted = run("mssql_backup", check=True, **task, close_connections=True)
    done = run("mssql_backup", **task, close_connections=True)
    assert done["changed"] is True, done
    assert done["changes"] == predicted["changes"]
    assert content(open_connection, made["database"]) == ROOMS
    assert run("mssql_backup", **task)["changed"] is False
    with closing(open_connection(database=made["database"])) as connection:
        connection.execute("DELETE FROM dbo.rooms WHERE id = 1")
        access = "SELECT user_access_desc FROM sys.databases WHERE name = DB_NAME()"
        assert connection.execute(access).fetchval() == "MULTI_USER"
    assert run("mssql_backup", **task)["changed"] is False
    assert run("mssql_backup", **task, restore_again=True, close_connections=True)["changed"] is True
    assert content(open_connection, made["database"]) == ROOMS


def test_that_orphaned_users_are_mended(
    run: Runner, open_connection: Opener, admin: pyodbc.Connection, filled: str, copy: str
) -> None:
    names = [f"{filled}_{each}" for each in ("kept", "gone")]
    password = f"{secrets.token_urlsafe(12)}!aA1"
    for name in names:
        admin.execute(f"CREATE LOGIN [{name}] WITH PASSWORD = '{password}'")
    try:
        with closing(open_connection(database=filled)) as connection:
            for name in names:
                connection.execute(f"CREATE USER [{name}] FOR LOGIN [{name}]")
        task = {"database": filled, "path": f"{directory(admin, 'Backup')}/{filled}.bak"}
        assert run("mssql_backup", **task)["changed"] is True
        for name in names:
            admin.execute(f"DROP LOGIN [{name}]")
        admin.execute(f"CREATE LOGIN [{names[0]}] WITH PASSWORD = '{password}'")
        done = run("mssql_backup", **{**task, "database": copy}, state="restored")
        assert done["changed"] is True, done
        assert done["orphaned_users"] == [names[1]]
        assert names[1] in str(done["warnings"])
        with closing(open_connection(database=copy, user=names[0], password=password)) as connection:
            assert connection.execute("SELECT USER_NAME()").fetchval() == names[0]
        again = run("mssql_backup", **{**task, "database": copy}, state="restored")
        assert again["changed"] is False, again
        admin.execute(f"CREATE LOGIN [{names[1]}] WITH PASSWORD = '{password}'")
        mended = run("mssql_backup", **{**task, "database": copy}, state="restored")
        assert [each["item"] for each in mended["changes"]] == [f"database {copy} user {names[1]}"]
        assert run("mssql_backup", **{**task, "database": copy}, state="restored")["changed"] is False
    finally:
        for name in names:
            drop_login(admin, name)


def test_that_a_database_with_a_snapshot_is_not_restored_over(
    run: Runner, open_connection: Opener, made: dict[str, Any]
) -> None:
    snapshot = {"database": made["database"], "name": f"{made['database']}_s"}
    assert run("mssql_snapshot", **snapshot)["changed"] is True
    for check in (True, False):
        refused = run("mssql_backup", check=check, **made, state="restored", close_connections=True)
        assert "it cannot be restored over while it has snapshots" in refused["msg"]
        assert f"found {snapshot['name']}" in refused["msg"]
        assert "Nothing was touched." in refused["msg"]
    assert content(open_connection, made["database"]) == ROOMS


def test_that_another_backup_is_not_overwritten(run: Runner, admin: pyodbc.Connection, filled: str) -> None:
    path = f"{directory(admin, 'Backup')}/{filled}.bak"
    drained(admin.execute(f"BACKUP DATABASE [{filled}] TO DISK = '{path}'"))
    refused = run("mssql_backup", database=filled, path=path)
    assert "the file holds another backup, which is not overwritten" in refused["msg"]
    untrusted = run("mssql_backup", database=f"{filled}_x", path=path, state="restored")
    assert "found one without checksums" in untrusted["msg"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"database": "MSDB"}, "database='MSDB' is refused"),
        ({"path": "relative.bak"}, "path='relative.bak' is refused"),
        ({"path": "/nowhere/x.bak"}, "(error 3201)"),
        ({"database": "exam_nowhere"}, "there is no such database"),
        ({"state": "restored"}, "there is no such backup"),
        ({"restore_again": True}, "restore_again=True is refused"),
        ({"move": {"a": "x"}, "state": "restored"}, "move[a]='x' is refused"),
        ({"service_record": ""}, "service_record='' is refused"),
    ],
)
def test_bad_input(run: Runner, admin: pyodbc.Connection, filled: str, changes: dict[str, Any], message: str) -> None:
    result = run("mssql_backup", **{"database": filled, "path": f"{directory(admin, 'Backup')}/no.bak", **changes})
    assert result["failed"] is True
    assert message in result["msg"]
    assert "Nothing was " in result["msg"]
