# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""mssql_snapshot on a server: made, reverted to with proof, removed; checked, applied, and again unchanged."""

from __future__ import annotations

import signal
from contextlib import closing
from typing import Any

import pyodbc
import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.session import Session, Statement
from tests.integration.sql.conftest import Opener, Runner, rows

RECORD = {"exam_scheduling_service": "pre_live"}


@pytest.fixture
def filled(run: Runner, open_connection: Opener, database: str) -> str:
    """Return a database with rows, and with the record that it is not in service yet."""
    run("mssql_database", name=database, extended_properties=RECORD)
    with closing(open_connection(database=database)) as connection:
        connection.execute("CREATE TABLE dbo.rooms (id int IDENTITY PRIMARY KEY, name nvarchar(20), rv rowversion)")
        connection.execute("INSERT INTO dbo.rooms (name) VALUES (N'A'), (N'B ')")
    return database


def arguments(database: str, state: str, **further: Any) -> dict[str, Any]:
    return {"database": database, "name": f"{database} s]'", "state": state, **further}


def change(open_connection: Opener, database: str, *statements: str) -> None:
    with closing(open_connection(database=database)) as connection:
        for statement in statements:
            connection.execute(statement)


def test_that_a_snapshot_is_made_and_removed(run: Runner, admin: pyodbc.Connection, filled: str) -> None:
    query = "SELECT name FROM sys.databases WHERE source_database_id = DB_ID(?)"
    present, absent = arguments(filled, "present"), arguments(filled, "absent")
    predicted = run("mssql_snapshot", check=True, **present)
    assert rows(admin.execute(query, filled)) == []
    done = run("mssql_snapshot", **present)
    assert done["changed"] is True, done
    assert done["changes"] == predicted["changes"]
    assert rows(admin.execute(query, filled)) == [(present["name"],)]
    again = run("mssql_snapshot", **present)
    assert again["changed"] is False
    assert again["created"]
    predicted = run("mssql_snapshot", check=True, **absent)
    assert rows(admin.execute(query, filled)) == [(present["name"],)]
    done = run("mssql_snapshot", **absent)
    assert done["changed"] is True
    assert done["changes"] == predicted["changes"]
    assert rows(admin.execute(query, filled)) == []
    assert run("mssql_snapshot", **absent)["changed"] is False


def test_that_a_revert_brings_everything_back(run: Runner, open_connection: Opener, filled: str) -> None:
    run("mssql_snapshot", **arguments(filled, "present"))
    reverted = arguments(filled, "reverted")
    unchanged = run("mssql_snapshot", **reverted)
    assert unchanged["changed"] is False, unchanged
    change(
        open_connection,
        filled,
        "DELETE FROM dbo.rooms WHERE id = 1",
        "INSERT INTO dbo.rooms (name) VALUES (N'C'), (N'D')",
        "CREATE TABLE dbo.more (id int)",
        "CREATE VIEW dbo.v AS SELECT id FROM dbo.rooms",
    )
    predicted = run("mssql_snapshot", check=True, **reverted)
    with closing(open_connection(database=filled)) as connection:
        assert connection.execute("SELECT COUNT(*) FROM dbo.rooms").fetchval() == 3
    done = run("mssql_snapshot", **reverted, close_connections=True)
    assert done["changed"] is True, done
    assert done["changes"] == predicted["changes"]
    assert done["digest"] == unchanged["digest"]
    differs = {"dbo.more", "dbo.rooms", "structure: columns", "structure: programs"}
    assert set(done["changes"][0]["before"]) == differs
    assert set(done["changes"][0]["after"]) == differs - {"dbo.more"}
    assert done["changes"][0]["before"]["dbo.rooms"]["rows"] == 3
    assert done["changes"][0]["after"]["dbo.rooms"]["rows"] == 2
    assert "breaks the chain of log backups" in str(done["warnings"])
    with closing(open_connection(database=filled)) as connection:
        assert rows(connection.execute("SELECT id, name FROM dbo.rooms ORDER BY id")) == [(1, "A"), (2, "B ")]
        assert connection.execute("SELECT OBJECT_ID('dbo.more')").fetchval() is None
        access = connection.execute("SELECT user_access_desc FROM sys.databases WHERE name = ?", filled).fetchval()
    assert access == "MULTI_USER"
    again = run("mssql_snapshot", **reverted)
    assert again["changed"] is False, again


@pytest.mark.parametrize("record", ["live", "", None])
def test_that_a_database_in_service_is_not_reverted(
    run: Runner, open_connection: Opener, filled: str, record: str | None
) -> None:
    told = run("mssql_database", name=filled, extended_properties={"exam_scheduling_service": record})
    assert told["changed"] is True
    run("mssql_snapshot", **arguments(filled, "present"))
    change(open_connection, filled, "DELETE FROM dbo.rooms")
    for check in (True, False):
        refused = run("mssql_snapshot", check=check, **arguments(filled, "reverted", close_connections=True))
        assert "reverting it is refused" in refused["msg"]
    with closing(open_connection(database=filled)) as connection:
        assert connection.execute("SELECT COUNT(*) FROM dbo.rooms").fetchval() == 0
    if record is None:
        done = run("mssql_snapshot", **arguments(filled, "reverted", close_connections=True, protected=False))
        assert done["changed"] is True, done


def test_that_who_uses_it_is_named_or_disconnected(run: Runner, open_connection: Opener, filled: str) -> None:
    run("mssql_snapshot", **arguments(filled, "present"))
    change(open_connection, filled, "DELETE FROM dbo.rooms")
    user, reader = open_connection(database=filled), open_connection(database=arguments(filled, "")["name"])
    user.execute("SELECT 1").fetchall()
    refused = run("mssql_snapshot", **arguments(filled, "reverted"))
    assert "the database is in use" in refused["msg"]
    assert "of sa on" in refused["msg"]
    done = run("mssql_snapshot", **arguments(filled, "reverted", close_connections=True))
    assert done["changed"] is True, done
    for each in (user, reader):
        with pytest.raises(pyodbc.Error):
            each.execute("SELECT 1").fetchall()
    reader = open_connection(database=arguments(filled, "")["name"])
    assert "the database is in use" in run("mssql_snapshot", **arguments(filled, "absent"))["msg"]
    assert run("mssql_snapshot", **arguments(filled, "absent", close_connections=True))["changed"] is True


def test_that_it_is_the_only_snapshot(run: Runner, open_connection: Opener, filled: str) -> None:
    run("mssql_snapshot", **arguments(filled, "present"))
    run("mssql_snapshot", database=filled, name=f"{filled}_2")
    change(open_connection, filled, "DELETE FROM dbo.rooms")
    refused = run("mssql_snapshot", **arguments(filled, "reverted", close_connections=True))
    assert "it can only be reverted while it has one snapshot" in refused["msg"]
    assert f"found {filled}_2" in refused["msg"]
    assert f"removed by whoever made them, and keep {arguments(filled, '')['name']}." in refused["msg"]
    assert "Nothing was touched." in refused["msg"]
    for check in (True, False):
        kept = run("mssql_database", check=check, name=filled, state="absent", close_connections=True)
        assert "it cannot be dropped while it has snapshots" in kept["msg"]
        assert f"{filled} s]', {filled}_2" in kept["msg"]
        assert "Nothing was touched." in kept["msg"]


@pytest.mark.parametrize("afterwards", [False, True])
def test_that_a_cancelled_revert_leaves_the_database_open_and_says_what_is_not_known(
    run: Runner, open_connection: Opener, filled: str, monkeypatch: pytest.MonkeyPatch, *, afterwards: bool
) -> None:
    run("mssql_snapshot", **arguments(filled, "present"))
    change(open_connection, filled, "DELETE FROM dbo.rooms")
    plain = Session.execute

    def execute(session: Session, statement: Statement) -> None:
        restores = str(statement[0]).startswith("RESTORE")
        if restores and not afterwards:
            signal.raise_signal(signal.SIGINT)
        plain(session, statement)
        if restores:
            signal.raise_signal(signal.SIGINT)

    with monkeypatch.context() as patched:
        patched.setattr(Session, "execute", execute)
        broken = run("mssql_snapshot", **arguments(filled, "reverted", close_connections=True))
    told = f"it was cancelled. Applied: nothing. Not known whether applied: database {filled}. Running again finds out."
    assert broken["msg"] == told
    with closing(open_connection(database=filled)) as connection:
        access = connection.execute("SELECT user_access_desc FROM sys.databases WHERE name = ?", filled).fetchval()
        assert access == "MULTI_USER"
        assert connection.execute("SELECT COUNT(*) FROM dbo.rooms").fetchval() == (2 if afterwards else 0)
    rest = run("mssql_snapshot", **arguments(filled, "reverted", close_connections=True))
    assert rest["changed"] is not afterwards


def test_that_a_database_that_was_left_closed_is_opened(run: Runner, admin: pyodbc.Connection, filled: str) -> None:
    run("mssql_snapshot", **arguments(filled, "present"))
    admin.execute(f"ALTER DATABASE [{filled}] SET RESTRICTED_USER WITH ROLLBACK IMMEDIATE")
    done = run("mssql_snapshot", **arguments(filled, "reverted"))
    assert [each["item"] for each in done["changes"]] == [f"database {filled} access"]
    assert run("mssql_snapshot", **arguments(filled, "reverted"))["changed"] is False


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "master"}, "name='master' is refused"),
        ({"database": "MSDB"}, "database='MSDB' is refused"),
        ({"directory": "relative"}, "directory='relative' is refused"),
        ({"directory": "/nowhere"}, "(error 5133)"),
        ({"database": "exam_nowhere"}, "there is no such database"),
        ({"state": "reverted"}, "there is no such snapshot"),
    ],
)
def test_bad_input(run: Runner, admin: pyodbc.Connection, filled: str, changes: dict[str, Any], message: str) -> None:
    result = run("mssql_snapshot", **{**arguments(filled, "present"), **changes})
    assert result["failed"] is True
    assert message in result["msg"]
    assert "Nothing was" in result["msg"]
    assert rows(admin.execute("SELECT name FROM sys.databases WHERE source_database_id = DB_ID(?)", filled)) == []


def test_that_a_snapshot_to_revert_to_may_be_pending(run: Runner, filled: str) -> None:
    result = run("mssql_snapshot", check=True, **arguments(filled, "reverted"), prerequisite_line="7.1")
    assert result["pending_line"] == "7.1"


def test_that_the_name_of_something_else_is_refused(run: Runner, admin: pyodbc.Connection, filled: str) -> None:
    run("mssql_snapshot", **arguments(filled, "present"))
    other = f"{filled}_other"
    admin.execute(f"CREATE DATABASE [{other}]")
    try:
        taken = run("mssql_snapshot", database=other, name=arguments(filled, "")["name"], state="absent")
        assert f"found a snapshot of {filled}" in taken["msg"]
        taken = run("mssql_snapshot", database=filled, name=other, state="absent")
        assert "a database, and no snapshot" in taken["msg"]
    finally:
        admin.execute(f"DROP DATABASE [{other}]")
