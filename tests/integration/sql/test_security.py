# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logins, users, roles, permissions that hold, orphans that are mended."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import closing

import pyodbc
import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.server import DatabaseRefused, LoginRejected
from tests.integration.sql.conftest import Opener, drop_login, number_of, rows

PASSWORD = "N0t-so-secret!"


@pytest.fixture
def login(admin: pyodbc.Connection) -> Iterator[str]:
    name = f"exam_{secrets.token_hex(4)}"
    admin.execute(f"CREATE LOGIN [{name}] WITH PASSWORD = '{PASSWORD}', CHECK_POLICY = ON")
    yield name
    admin.execute("USE master")
    drop_login(admin, name)


def refused(connection: pyodbc.Connection, statement: str) -> int:
    with pytest.raises(pyodbc.Error) as caught:
        connection.execute(statement).fetchall()
    return number_of(caught.value)


def test_permissions(connection: pyodbc.Connection, open_connection: Opener, database: str, login: str) -> None:
    with pytest.raises(DatabaseRefused):
        open_connection(database=database, user=login, password=PASSWORD)
    connection.execute(
        f"CREATE TABLE dbo.t (id int); CREATE TABLE dbo.u (id int); CREATE USER [{login}] FOR LOGIN [{login}]; "
        "CREATE ROLE readers"
    )
    user = open_connection(database=database, user=login, password=PASSWORD)
    assert rows(user.execute("SELECT USER_NAME(), IS_SRVROLEMEMBER('sysadmin')")) == [(login, 0)]
    assert refused(user, "SELECT * FROM dbo.t") == 229
    connection.execute(f"GRANT SELECT ON dbo.t TO readers; ALTER ROLE readers ADD MEMBER [{login}]")
    user.execute("SELECT * FROM dbo.t").fetchall()
    assert refused(user, "INSERT INTO dbo.t VALUES (1)") == 229
    assert refused(user, "SELECT * FROM dbo.u") == 229
    connection.execute(f"ALTER ROLE db_datareader ADD MEMBER [{login}]; DENY SELECT ON OBJECT::dbo.u TO [{login}]")
    assert refused(user, "SELECT * FROM dbo.u") == 229
    connection.execute(f"REVOKE SELECT ON OBJECT::dbo.u FROM [{login}]; GRANT INSERT ON SCHEMA::dbo TO [{login}]")
    user.execute("SELECT * FROM dbo.u").fetchall()
    user.execute("INSERT INTO dbo.u VALUES (1)")
    assert refused(user, "CREATE TABLE dbo.v (id int)") == 262
    assert refused(user, "CREATE DATABASE exam_z") == 262
    assert refused(user, "CREATE LOGIN exam_q WITH PASSWORD = 'Another-0ne!'") == 15247
    query = (
        "SELECT permission_name, state_desc, class_desc FROM sys.database_permissions WHERE "
        "grantee_principal_id = USER_ID(?) ORDER BY permission_name"
    )
    found = [tuple(row) for row in connection.execute(query, login).fetchall()]
    assert found == [("CONNECT", "GRANT", "DATABASE"), ("INSERT", "GRANT", "SCHEMA")]


def test_passwords(admin: pyodbc.Connection, open_connection: Opener, login: str) -> None:
    compare = "SELECT PWDCOMPARE(?, password_hash), is_disabled FROM sys.sql_logins WHERE name = ?"
    assert rows(admin.execute(compare, PASSWORD, login)) == [(1, False)]
    assert rows(admin.execute(compare, "something else", login)) == [(0, False)]
    admin.execute(f"ALTER LOGIN [{login}] WITH PASSWORD = 'An0ther-one!'")
    with pytest.raises(LoginRejected):
        open_connection(user=login, password=PASSWORD)
    open_connection(user=login, password="An0ther-one!").close()
    admin.execute(f"ALTER LOGIN [{login}] DISABLE")
    with pytest.raises(LoginRejected, match="disabled"):
        open_connection(user=login, password="An0ther-one!")
    assert refused(admin, f"ALTER LOGIN [{login}] WITH PASSWORD = 'weak'") == 15118
    assert refused(admin, f"CREATE LOGIN [{login}] WITH PASSWORD = 'An0ther-one!'") == 15025


def test_that_an_orphan_is_found_and_mended(
    connection: pyodbc.Connection, admin: pyodbc.Connection, login: str
) -> None:
    connection.execute(f"CREATE USER [{login}] FOR LOGIN [{login}]")
    admin.execute(f"DROP LOGIN [{login}]")
    orphans = """
        SELECT d.name FROM sys.database_principals d LEFT JOIN sys.server_principals s ON s.sid = d.sid
        WHERE d.authentication_type_desc = 'INSTANCE' AND s.sid IS NULL AND d.principal_id > 4"""
    assert rows(connection.execute(orphans)) == [(login,)]
    admin.execute(f"CREATE LOGIN [{login}] WITH PASSWORD = '{PASSWORD}'")
    connection.execute(f"ALTER USER [{login}] WITH LOGIN = [{login}]")
    assert rows(connection.execute(orphans)) == []


def test_properties_and_settings(connection: pyodbc.Connection) -> None:
    read = "SELECT CAST(value AS nvarchar(100)) FROM sys.extended_properties WHERE class = 0 AND name = N'exam'"
    connection.execute("EXEC sys.sp_addextendedproperty @name = ?, @value = ?", "exam", "pre_live")
    assert connection.execute(read).fetchval() == "pre_live"
    assert refused(connection, "EXEC sp_addextendedproperty N'exam', N'x'") == 15233
    connection.execute("EXEC sp_updateextendedproperty N'exam', N'live'")
    assert connection.execute(read).fetchval() == "live"
    connection.execute("EXEC sp_dropextendedproperty N'exam'")
    assert rows(connection.execute(read)) == []
    row = connection.execute(
        "SELECT CAST(value_in_use AS int) FROM sys.configurations WHERE name = 'show advanced options'"
    ).fetchone()
    assert row is not None
    assert row[0] in (0, 1)


def test_table_functions_and_who_may_ask_them(admin: pyodbc.Connection, open_connection: Opener, login: str) -> None:
    volumes = """
        SELECT DISTINCT v.volume_mount_point, v.total_bytes, v.available_bytes FROM sys.master_files AS f
        CROSS APPLY sys.dm_os_volume_stats(f.database_id, f.file_id) AS v WHERE f.database_id = 1"""
    found = rows(admin.execute(volumes))
    assert found
    assert all(total >= free > 0 for _path, total, free in found)
    theirs = open_connection(user=login, password=PASSWORD)
    assert refused(theirs, volumes) == 300
    admin.execute(f"GRANT VIEW SERVER STATE TO [{login}]")
    assert rows(theirs.execute(volumes)) == found
    permissions = rows(theirs.execute("SELECT class_desc, permission_name FROM sys.fn_builtin_permissions(DEFAULT)"))
    assert {("DATABASE", "CREATE TABLE"), ("SCHEMA", "SELECT"), ("SERVER", "VIEW SERVER STATE")} <= set(permissions)
    assert ("OBJECT", "CREATE TABLE") not in permissions


def test_which_databases_a_login_may_use(
    connection: pyodbc.Connection, open_connection: Opener, login: str, database: str
) -> None:
    with closing(open_connection(user=login, password=PASSWORD)) as theirs:
        query = "SELECT HAS_DBACCESS(?), HAS_DBACCESS('master'), HAS_DBACCESS('exam_nowhere')"
        assert rows(theirs.execute(query, database)) == [(0, 1, None)]
        connection.execute(f"CREATE USER [{login}]")
        assert rows(theirs.execute(query, database)) == [(1, 1, None)]


def test_a_procedure_in_another_database(
    admin: pyodbc.Connection, connection: pyodbc.Connection, database: str
) -> None:
    admin.execute(f"EXEC [{database}].sys.sp_addextendedproperty N'exam', N'pre_live'")
    admin.execute(f"EXEC [{database}].sys.sp_executesql N'CREATE SCHEMA exams'")
    assert admin.execute("SELECT DB_NAME()").fetchval() == "master"
    assert rows(connection.execute("SELECT name FROM sys.extended_properties")) == [("exam",)]
    assert connection.execute("SELECT SCHEMA_ID('exams')").fetchval() is not None
    assert refused(admin, "EXEC exam_nowhere.sys.sp_executesql N'SELECT 1'") == 911


def test_permissions_in_another_database(
    connection: pyodbc.Connection, open_connection: Opener, login: str, database: str
) -> None:
    query = "SELECT HAS_PERMS_BY_NAME(QUOTENAME(?), 'DATABASE', 'VIEW DEFINITION')"
    with closing(open_connection(user=login, password=PASSWORD)) as theirs:
        assert rows(theirs.execute(query, database)) == [(None,)]
        connection.execute(f"CREATE USER [{login}]")
        assert rows(theirs.execute(query, database)) == [(0,)]
        connection.execute(f"GRANT VIEW DEFINITION TO [{login}]")
        assert rows(theirs.execute(query, database)) == [(1,)]
