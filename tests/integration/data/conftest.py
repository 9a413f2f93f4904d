# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A SQL Server and an Oracle database, emulated or those that the environment names, and what runs a module on them.

EXAM_TEST_MSSQL_* and EXAM_TEST_ORACLE_* are as in tests/integration/sql and oracle_modules.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql._odbc import connect as connect_to_sql_server
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.server import Server as SqlServer
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.server import Server as OracleServer
from tests.integration.oracle_modules import databases
from tests.integration.oracle_modules.databases import Emulator as Oracle
from tests.integration.oracle_modules.databases import execute
from tests.integration.sql.conftest import REAL, real_server, require_documented, running_emulator
from tests.module_runner import run_module
from tests.performance.bench_oracle import running

Runner = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def sql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlServer]:
    """Return a SQL Server, as its administrator."""
    if REAL:
        yield real_server(REAL)
        return
    with running_emulator(tmp_path_factory.mktemp("sql")) as found:
        yield found.server


@pytest.fixture(scope="session")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Oracle]:
    """Return an Oracle database; its administrator makes accounts."""
    directory = tmp_path_factory.mktemp("oracle")
    if databases.REAL:
        password, authorities = os.environ["EXAM_TEST_ORACLE_PASSWORD"], os.environ.get("EXAM_TEST_ORACLE_CA")
        server = OracleServer(descriptor=databases.REAL, user="SYSTEM", password=password, ca_certificates=authorities)
        yield Oracle(directory, server, {"SYSTEM": password})
        return
    with running(directory) as found:
        yield found


@pytest.fixture
def database(sql_server: SqlServer) -> Iterator[SqlServer]:
    """Return a new database on the SQL Server, of the collation that Exam Scheduler's has."""
    name = f"exam_{secrets.token_hex(4)}"
    with closing(connect_to_sql_server(sql_server, autocommit=True)) as connection:
        connection.execute(f"CREATE DATABASE [{name}] COLLATE Latin1_General_CI_AS")
        yield replace(sql_server, database=name)
        connection.execute(f"ALTER DATABASE [{name}] SET SINGLE_USER WITH ROLLBACK IMMEDIATE")
        connection.execute(f"DROP DATABASE [{name}]")


@pytest.fixture
def account(oracle: Oracle) -> Iterator[str]:
    """Return a new account of the Oracle database, which can make tables; it is dropped with all that it has."""
    name = f"T{secrets.token_hex(4)}".upper()
    oracle.passwords[name] = f"P{secrets.token_urlsafe(12)}"
    with oracle.connect("SYSTEM") as system:
        execute(
            system,
            f'CREATE USER {name} IDENTIFIED BY "{oracle.passwords[name]}" QUOTA UNLIMITED ON USERS',
            f"GRANT CREATE SESSION, CREATE TABLE TO {name}",
        )
        yield name
        execute(system, f"DROP USER {name} CASCADE")


@pytest.fixture
def on_sql_server(database: SqlServer) -> Callable[..., dict[str, Any]]:
    """Return what executes statements in the database, and then says where it is, as modules take it."""

    def execute_there(*statements: str, **more: Any) -> dict[str, Any]:
        with closing(connect_to_sql_server(database, autocommit=True)) as connection:
            for each in statements:
                connection.execute(each)
        return {
            "server": database.name,
            "port": database.port,
            "connect_address": database.connect_address,
            "ca_certificates": database.ca_certificates,
            "login_user": database.user,
            "login_password": database.password,
            "database": database.database,
            **more,
        }

    return execute_there


@pytest.fixture
def on_oracle(oracle: Oracle, account: str) -> Callable[..., dict[str, Any]]:
    """Return what executes statements in the account, commits, and then says where it is, as modules take it."""

    def execute_there(*statements: str, **more: Any) -> dict[str, Any]:
        with oracle.connect(account) as connection:
            execute(connection, *statements)
            connection.commit()
        server = oracle.server
        where = {
            "server": server.name,
            "service_name": server.service,
            "connect_address": server.connect_address,
            "descriptor": server.descriptor,
            "ca_certificates": server.ca_certificates,
        }
        given = {name: value for name, value in where.items() if value is not None}
        return {**given, "login_user": account, "login_password": oracle.passwords[account], **more}

    return execute_there


def documented(module: str, arguments: dict[str, Any], *, check: bool = False) -> dict[str, Any]:
    """Run a module, hold what it returns against its documentation, and return it without the invocation."""
    result = run_module(module, arguments, check=check)
    require_documented(module, result)
    result.pop("invocation", None)
    return result


def write(path: Path, *lines: str, encoding: str = "utf-8") -> str:
    """Write a CSV file and return its path."""
    path.write_bytes("".join(f"{line}\r\n" for line in lines).encode(encoding))
    return str(path)
