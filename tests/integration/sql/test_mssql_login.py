# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""mssql_login on a server: check, nothing changed, apply, again unchanged; bad input; rotation; orphans."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from typing import Any

import pyodbc
import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql._odbc import connect
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.server import LoginRejected, Server
from emulators.processes import wait_until
from tests.integration.sql.conftest import Opener, Runner, drop_login, rows, sessions_of

FIRST, SECOND = f"{secrets.token_urlsafe(12)}!aA1'", f"{secrets.token_urlsafe(12)}!aA1]"


@pytest.fixture
def name(admin: pyodbc.Connection) -> Iterator[str]:
    """Return the name of a login that is not there yet."""
    found = f"exam]'s {secrets.token_hex(4)}"
    yield found
    drop_login(admin, found)


@pytest.fixture
def table(connection: pyodbc.Connection) -> pyodbc.Connection:
    connection.execute("CREATE TABLE dbo.rooms (id int PRIMARY KEY); INSERT INTO dbo.rooms VALUES (1)")
    return connection


def database_of(connection: pyodbc.Connection) -> str:
    return str(connection.execute("SELECT DB_NAME()").fetchval())


def wait_until_logged_out(admin: pyodbc.Connection, name: str) -> None:
    """Return when the server has noticed that the login's connections are closed."""
    wait_until(lambda: not sessions_of(admin, name), "the sessions to end", seconds=20)


@pytest.fixture
def trust_in_all_threads(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust the server's authority all the time, since threads share the variable that `connect` sets meanwhile."""
    if server.ca_certificates:
        monkeypatch.setenv("SSL_CERT_FILE", server.ca_certificates)


def full(name: str, database: str) -> dict[str, Any]:
    """Return a declaration of everything."""
    return {
        "name": name,
        "state": "exact",
        "password": FIRST,
        "default_database": database,
        "check_policy": True,
        "check_expiration": False,
        "enabled": True,
        "server_roles": ["processadmin"],
        "server_permissions": ["view  server state"],
        "databases": [
            {
                "name": database,
                "user": "exam user]",
                "default_schema": "exam's",
                "create_schema": True,
                "roles": ["db_ddladmin"],
                "permissions": [
                    {"permissions": ["SELECT", "INSERT"], "schema": "dbo", "object": "rooms"},
                    {"permissions": ["DELETE"], "schema": "dbo", "state": "deny"},
                    {"permissions": ["CREATE TABLE"]},
                ],
            }
        ],
    }


def found_of(admin: pyodbc.Connection, connection: pyodbc.Connection, name: str) -> list[tuple[Any, ...]]:
    """Return what the server's views say of a login and its users, read without the module."""
    return [
        *rows(
            admin.execute(
                "SELECT name, sid, is_disabled, default_database_name, modify_date FROM sys.server_principals "
                "WHERE name = ?",
                name,
            )
        ),
        *rows(connection.execute("SELECT name, sid, default_schema_name FROM sys.database_principals")),
        *rows(connection.execute("SELECT role_principal_id, member_principal_id FROM sys.database_role_members")),
        *rows(connection.execute("SELECT grantee_principal_id, permission_name, state FROM sys.database_permissions")),
    ]


def test_from_nothing_to_all_of_it(
    run: Runner, admin: pyodbc.Connection, table: pyodbc.Connection, open_connection: Opener, name: str
) -> None:
    database = database_of(table)
    declared = full(name, database)
    before = found_of(admin, table, name)
    predicted = run("mssql_login", check=True, **declared)
    assert predicted["changed"] is True, predicted
    assert found_of(admin, table, name) == before
    done = run("mssql_login", **declared)
    assert done["changed"] is True, done
    assert done["changes"] == predicted["changes"]
    assert done["diff"] == predicted["diff"]
    again = run("mssql_login", **declared)
    assert again["changed"] is False, again
    assert FIRST not in str([predicted, done, again])
    with closing(open_connection(user=name, password=FIRST, database=database)) as theirs:
        theirs.execute("INSERT INTO dbo.rooms VALUES (2)")
        assert theirs.execute("SELECT COUNT(*) FROM dbo.rooms").fetchval() == 2
        with pytest.raises(pyodbc.ProgrammingError, match="DELETE permission was denied"):
            theirs.execute("DELETE FROM dbo.rooms")


def test_that_exact_takes_away_what_is_not_declared(
    run: Runner, table: pyodbc.Connection, name: str, database: str
) -> None:
    assert run("mssql_login", **full(name, database))["changed"] is True
    user = {"name": database, "user": "exam user]", "roles": ["db_datareader"]}
    less = {"name": name, "databases": [user]}
    kept = run("mssql_login", **less)
    assert [each["action"] for each in kept["changes"]] == ["create"]
    predicted = run("mssql_login", check=True, **less, state="exact")
    done = run("mssql_login", **less, state="exact")
    assert done["changes"] == predicted["changes"]
    assert {each["action"] for each in done["changes"]} == {"delete"}
    assert len(done["changes"]) == 7
    assert run("mssql_login", **less, state="exact")["changed"] is False
    granted = rows(table.execute("SELECT permission_name FROM sys.database_permissions WHERE grantee_principal_id > 4"))
    assert granted == [("CONNECT",)]


def test_that_one_task_keeps_users_in_several_databases(
    run: Runner, admin: pyodbc.Connection, table: pyodbc.Connection, open_connection: Opener, name: str
) -> None:
    database = database_of(table)
    other = f"{database}_2"
    admin.execute(f"CREATE DATABASE [{other}]")
    try:
        users = [{"name": database, "roles": ["db_datareader"]}, {"name": other, "user": "exams"}]
        declared = {"name": name, "password": FIRST, "databases": users}
        predicted = run("mssql_login", check=True, **declared)
        done = run("mssql_login", **declared)
        assert done["changes"] == predicted["changes"]
        assert [each["item"] for each in done["changes"]] == [
            f"login {name}",
            f"database {database} user {name}",
            f"database {database} user {name} role db_datareader",
            f"database {other} user exams",
        ]
        assert run("mssql_login", **declared)["changed"] is False
        for each, user in ((database, name), (other, "exams")):
            with closing(open_connection(user=name, password=FIRST, database=each)) as theirs:
                assert theirs.execute("SELECT USER_NAME()").fetchval() == user
        wait_until_logged_out(admin, name)
        gone = run("mssql_login", name=name, state="absent")
        assert [each["action"] for each in gone["changes"]] == ["delete"] * 3
    finally:
        admin.execute(f"DROP DATABASE [{other}]")


@pytest.mark.usefixtures("trust_in_all_threads")
def test_that_a_rotation_leaves_no_moment_without_access(
    run: Runner, server: Server, admin: pyodbc.Connection, open_connection: Opener, name: str
) -> None:
    run("mssql_login", name=name, password=FIRST)
    sid = admin.execute("SELECT SUSER_SID(?)", name).fetchval()
    open_before = open_connection(user=name, password=FIRST)
    stop, refused, attempts = threading.Event(), [], []

    def log_in() -> None:
        while not stop.is_set():
            for password in (FIRST, SECOND):
                with suppress(LoginRejected):
                    connect(replace(server, user=name, password=password), autocommit=True).close()
                    attempts.append(password)
                    break
            else:
                refused.append(len(attempts))

    thread = threading.Thread(target=log_in)
    thread.start()
    try:
        wait_until(lambda: FIRST in attempts, "a login with the first password", seconds=20)
        predicted = run("mssql_login", check=True, name=name, password=SECOND)
        done = run("mssql_login", name=name, password=SECOND)
        wait_until(lambda: SECOND in attempts, "a login with the second password", seconds=20)
    finally:
        stop.set()
        thread.join()
    assert done["changes"] == predicted["changes"]
    assert [each["item"] for each in done["changes"]] == [f"login {name} password"]
    assert refused == []
    assert open_before.execute("SELECT SUSER_SNAME()").fetchval() == name
    assert admin.execute("SELECT SUSER_SID(?)", name).fetchval() == sid
    assert run("mssql_login", name=name, password=SECOND)["changed"] is False
    assert FIRST not in str(done)
    assert SECOND not in str(done)


def test_that_an_orphan_is_mended(
    run: Runner, admin: pyodbc.Connection, table: pyodbc.Connection, open_connection: Opener, name: str
) -> None:
    database = database_of(table)
    declared = {"name": name, "password": FIRST, "databases": [{"name": database, "roles": ["db_datareader"]}]}
    run("mssql_login", **declared)
    sid = run("mssql_login", **declared)["login_before"]["sid"]
    escaped = name.replace("]", "]]")
    admin.execute(f"DROP LOGIN [{escaped}]")
    predicted = run("mssql_login", check=True, **declared)
    done = run("mssql_login", **declared)
    assert done["changes"] == predicted["changes"]
    assert [each["item"] for each in done["changes"]] == [f"login {name}", f"database {database} user {name}"]
    assert done["changes"][1]["before"]["sid"] == sid
    with closing(open_connection(user=name, password=FIRST, database=database)) as theirs:
        assert theirs.execute("SELECT COUNT(*) FROM dbo.rooms").fetchval() == 1
    wait_until_logged_out(admin, name)
    admin.execute(f"DROP LOGIN [{escaped}]")
    # with the SID that the user has now, there is nothing to mend
    now = table.execute("SELECT sid FROM sys.database_principals WHERE name = ?", name).fetchval()
    same = run("mssql_login", **declared, sid=f"0x{now.hex()}")
    assert [each["item"] for each in same["changes"]] == [f"login {name}"]
    assert run("mssql_login", **declared)["changed"] is False


def test_a_disabled_login(run: Runner, open_connection: Opener, name: str) -> None:
    run("mssql_login", name=name, password=FIRST, enabled=False)
    told = run("mssql_login", name=name, password=FIRST)
    assert told["changed"] is False
    assert "is disabled" in str(told["warnings"])
    with pytest.raises(LoginRejected):
        open_connection(user=name, password=FIRST)
    enabled = run("mssql_login", name=name, enabled=True)
    assert [each["item"] for each in enabled["changes"]] == [f"login {name} enabled"]
    open_connection(user=name, password=FIRST).close()


def test_that_a_login_goes_with_all_its_users(
    run: Runner, admin: pyodbc.Connection, table: pyodbc.Connection, open_connection: Opener, name: str
) -> None:
    database = database_of(table)
    run("mssql_login", name=name, password=FIRST, databases=[{"name": database, "user": "other name"}])
    theirs = open_connection(user=name, password=FIRST)
    refused = run("mssql_login", name=name, state="absent")
    assert "it cannot be dropped while it is logged in" in refused["msg"]
    theirs.close()
    wait_until_logged_out(admin, name)
    predicted = run("mssql_login", check=True, name=name, state="absent")
    done = run("mssql_login", name=name, state="absent")
    assert done["changes"] == predicted["changes"]
    assert [each["item"] for each in done["changes"]] == [f"database {database} user other name", f"login {name}"]
    assert admin.execute("SELECT SUSER_SID(?)", name).fetchval() is None
    assert rows(table.execute("SELECT name FROM sys.database_principals WHERE name = 'other name'")) == []
    assert run("mssql_login", name=name, state="absent")["changed"] is False


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"password": ""}, "password='********' is refused"),
        ({}, "a new login needs a password"),
        ({"password": FIRST, "server_roles": ["nobody"]}, "server_roles=nobody is refused"),
        ({"password": FIRST, "server_permissions": ["FLY"]}, "permission FLY is refused"),
        ({"password": FIRST, "default_database": "exam_nowhere"}, "default_database=exam_nowhere is refused"),
        ({"password": FIRST, "databases": [{"name": "exam_nowhere"}]}, "there is no such database"),
    ],
)
def test_bad_input(run: Runner, admin: pyodbc.Connection, name: str, arguments: dict[str, Any], message: str) -> None:
    for check in (True, False):
        result = run("mssql_login", check=check, name=name, **arguments)
        assert result["failed"] is True
        assert message in result["msg"]
        assert "Nothing was touched." in result["msg"]
        assert FIRST not in str(result)
    assert admin.execute("SELECT SUSER_SID(?)", name).fetchval() is None


def test_that_a_weak_password_is_refused_and_not_shown(run: Runner, name: str) -> None:
    result = run("mssql_login", name=name, password="weak-and-secret", check_policy=True)
    assert result["failed"] is True
    assert "(error 15118)" in result["msg"]
    assert "Nothing was applied" in result["msg"]
    assert "weak-and-secret" not in str(result)


def test_a_login_of_windows(run: Runner, name: str) -> None:
    refused = run("mssql_login", name="EXAMS\\timetabling", type="windows", password=FIRST)
    assert "type=windows has none" in refused["msg"]
    predicted = run("mssql_login", check=True, name="EXAMS\\timetabling", type="windows", default_database="master")
    assert [each["after"] for each in predicted["changes"]] == [{"type": "windows", "default_database": "master"}]
