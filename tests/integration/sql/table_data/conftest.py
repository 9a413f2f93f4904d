# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two databases of different collations with the same tables, one of them with rows."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pyodbc
import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.server import Server
from tests.integration.sql.conftest import REAL, Opener, Runner, rows

if REAL:
    collect_ignore = ["test_table_data_faults.py"]

TABLES = ["dbo.sittings", "dbo.Rooms", "dbo.sites"]
SCHEMA = """
CREATE TABLE dbo.sites (code nvarchar(20) NOT NULL PRIMARY KEY, parent nvarchar(20) NULL REFERENCES dbo.sites (code));
CREATE TABLE dbo.rooms (id int IDENTITY PRIMARY KEY, site nvarchar(20) NOT NULL REFERENCES dbo.sites (code),
    name varchar(30) NOT NULL UNIQUE, seats AS (id * 2), rv rowversion);
CREATE TABLE dbo.sittings (at datetimeoffset(3) NOT NULL, room int NOT NULL REFERENCES dbo.rooms (id),
    fee decimal(9, 2), note nvarchar(max), paper varbinary(max), CONSTRAINT pk_sittings PRIMARY KEY (at, room))"""
ROWS = """
INSERT INTO dbo.sites VALUES (N'A', NULL), (N'a b', N'A'), (N'Z \U0001f600', N'A');
SET IDENTITY_INSERT dbo.rooms ON;
INSERT INTO dbo.rooms (id, site, name) VALUES (3, N'A', 'Grand '), (7, N'a b', 'é'), (8, N'A', 'x');
SET IDENTITY_INSERT dbo.rooms OFF;
INSERT INTO dbo.sittings VALUES ('2027-01-02T09:00:00+05:30', 3, 1.50, N'', 0x00ff),
    ('2027-01-02T09:00:00+00:00', 3, NULL, NULL, NULL), ('2027-01-02T09:00:00Z', 7, 0, N'\U0001f600 ', 0x)"""
READ = [
    "SELECT code, parent FROM dbo.sites ORDER BY code",
    "SELECT id, site, name, DATALENGTH(name) FROM dbo.rooms ORDER BY id",
    "SELECT CONVERT(varchar(40), at, 121), room, fee, note, paper FROM dbo.sittings ORDER BY at, room",
]


def execute(open_connection: Opener, database: str, *statements: str) -> None:
    with closing(open_connection(database=database)) as connection:
        for statement in statements:
            connection.execute(statement)


def content(open_connection: Opener, database: str) -> list[list[tuple[Any, ...]]]:
    with closing(open_connection(database=database)) as connection:
        return [rows(connection.execute(query)) for query in READ]


@pytest.fixture
def source(open_connection: Opener, database: str) -> str:
    """Return a database with tables and rows."""
    execute(open_connection, database, SCHEMA, ROWS)
    return database


@pytest.fixture
def target(admin: pyodbc.Connection, open_connection: Opener, run: Runner) -> Iterator[str]:
    """Return a database of another collation with the tables, without rows, and not yet in service."""
    name = f"exam_{secrets.token_hex(4)}"
    admin.execute(f"CREATE DATABASE [{name}] COLLATE Latin1_General_100_CS_AS")
    execute(open_connection, name, SCHEMA)
    run("mssql_database", name=name, extended_properties={"exam_scheduling_service": "pre_live"})
    yield name
    admin.execute(f"ALTER DATABASE [{name}] SET SINGLE_USER WITH ROLLBACK IMMEDIATE")
    admin.execute(f"DROP DATABASE [{name}]")


@pytest.fixture
def origin(server: Server, source: str) -> dict[str, Any]:
    """Return the parameter `source`."""
    return {
        "server": server.name,
        "port": server.port,
        "connect_address": server.connect_address,
        "ca_certificates": server.ca_certificates,
        "login_user": server.user,
        "login_password": server.password,
        "database": source,
    }


def counts(result: dict[str, Any]) -> dict[str, tuple[int, int, int]]:
    return {
        name: (each["inserted"], each["updated"], each["deleted"])
        for name, each in result["tables"].items()
        if each["inserted"] + each["updated"] + each["deleted"]
    }
