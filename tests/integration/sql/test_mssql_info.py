# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What mssql_info says of a server, to the administrator and to a login of few rights."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pyodbc
import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql._odbc import find_driver
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.server import Server
from tests.integration.sql.conftest import Runner, drop_login

PASSWORD = f"{secrets.token_urlsafe(12)}!aA1"


@pytest.fixture
def login(admin: pyodbc.Connection) -> Iterator[str]:
    name = f"exam_{secrets.token_hex(4)}"
    admin.execute(f"CREATE LOGIN [{name}] WITH PASSWORD = '{PASSWORD}'")
    yield name
    drop_login(admin, name)


def named(entries: list[dict[str, object]], name: str) -> dict[str, object]:
    """Return the entry of this name."""
    (found,) = [each for each in entries if each["name"] == name]
    return found


def test_what_the_administrator_sees(run: Runner, connection: pyodbc.Connection, database: str) -> None:
    connection.execute("EXEC sp_addextendedproperty N'exam', N'pre_live'")
    connection.execute(f"ALTER DATABASE [{database}] SET RECOVERY SIMPLE")
    connection.execute(
        "CREATE TABLE dbo.Exams (id int IDENTITY PRIMARY KEY, name nvarchar(20) NULL, hours AS id + 1, "
        "cost money NOT NULL);"
        "CREATE TABLE dbo.Areas (part int NOT NULL, area char(3) NOT NULL, PRIMARY KEY (area, part))"
    )
    result = run("mssql_info", tables_of=[database, "no such database"])
    assert result["changed"] is False
    assert result["driver"] == str(find_driver())
    assert result["tables"] == {
        database: {
            "dbo.Areas": ["area char(3), key 1", "part int, key 2"],
            "dbo.Exams": ["cost money", "hours int computed", "id int identity, key 1", "name nvarchar(20) null"],
        },
        "no such database": None,
    }
    assert result["not_visible"] == []
    assert result["instance"]["version"].split(".")[0] in ("14", "15", "16", "17")
    assert result["instance"]["edition"]
    assert result["instance"]["collation"]
    assert result["connection"]["encrypted"] is True
    assert result["connection"]["sysadmin"] is True
    assert result["memory"]["physical_mb"] >= result["memory"]["target_mb"] > 0
    assert result["memory"]["max_server_memory_mb"] == result["settings"]["max server memory (MB)"]
    assert all(each["total_mb"] >= each["free_mb"] > 0 for each in result["volumes"])
    assert {each["name"] for each in result["databases"]} >= {"master", "model", "msdb", "tempdb", database}
    mine = named(result["databases"], database)
    assert mine["recovery_model"] == "SIMPLE"
    assert mine["collation"] == "Latin1_General_100_CI_AS"
    assert mine["state"] == "ONLINE"
    assert mine["extended_properties"] == {"exam": "pre_live"}
    assert [each["type"] for each in mine["files"]] == ["rows", "log"]  # type: ignore[attr-defined]  # a list of dicts


def test_that_snapshots_are_told_from_databases(run: Runner, admin: pyodbc.Connection, database: str) -> None:
    directory = admin.execute("SELECT CAST(SERVERPROPERTY('InstanceDefaultDataPath') AS nvarchar(260))").fetchval()
    admin.execute(
        f"CREATE DATABASE [{database}_s] ON (NAME = [{database}], FILENAME = '{directory}{database}.ss') "
        f"AS SNAPSHOT OF [{database}]"
    )
    result = run("mssql_info")
    assert named(result["snapshots"], f"{database}_s")["source"] == database
    assert not [each for each in result["databases"] if each["name"] == f"{database}_s"]


def test_a_setting_that_is_not_in_use_yet(run: Runner, admin: pyodbc.Connection) -> None:
    before = run("mssql_info")["settings"]["backup checksum default"]
    admin.execute(f"EXEC sp_configure 'backup checksum default', {1 - before}")
    try:
        result = run("mssql_info")
        assert result["settings"]["backup checksum default"] == before
        assert result["pending_settings"] == {"backup checksum default": 1 - before}
    finally:
        admin.execute(f"EXEC sp_configure 'backup checksum default', {before}; RECONFIGURE")


def test_that_a_login_of_few_rights_is_told_what_it_does_not_see(run: Runner, login: str, database: str) -> None:
    result = run("mssql_info", login_user=login, login_password=PASSWORD)
    assert result["not_visible"] == ["connection", "memory", "volumes"]
    assert result["connection"] is None
    assert result["instance"]["version"]
    assert named(result["databases"], database)["extended_properties"] is None


def test_that_what_cannot_be_verified_is_an_error(run: Runner, server: Server) -> None:
    result = run("mssql_info", server="other.exams.example", connect_address=server.connect_address or server.name)
    assert result["failed"] is True
    assert "certificate does not verify" in result["msg"]


def test_that_a_wrong_password_is_an_error_that_does_not_show_it(run: Runner, login: str) -> None:
    result = run("mssql_info", login_user=login, login_password="Wr0ng-and-secret!")
    assert result["failed"] is True
    assert "the login of" in result["msg"]
    assert "Wr0ng-and-secret!" not in str(result)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"port": 70000}, "port=70000 is refused"),
        ({"server": "sql,1433"}, "server='sql,1433' is refused"),
        ({"ca_certificates": "/nowhere/root.pem"}, "ca_certificates='/nowhere/root.pem' is refused"),
        ({"login_password": None}, "needs login_password"),
        ({"authentication": "windows"}, "takes no login_password and no login_user"),
        ({"timeout": 0}, "timeout=0 is refused"),
        ({"driver": "ODBC Driver 99"}, "the ODBC driver 'ODBC Driver 99' is configured and not there"),
    ],
)
def test_bad_input(run: Runner, arguments: dict[str, object], message: str) -> None:
    result = run("mssql_info", **arguments)
    assert result["failed"] is True
    assert message in result["msg"]
