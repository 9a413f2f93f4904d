# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The database under test, accounts in it, and a schema that has a hub's tables."""

from __future__ import annotations

import functools
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import oracledb
import pytest
import yaml

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.server import Server
from emulators.certificates import Authority
from emulators.processes import wait_until
from tests.integration.oracle_modules.databases import (
    NAME,
    NETWORK,
    REAL,
    SERVICE,
    Accounts,
    Emulator,
    Runner,
    execute,
    nobody_is,
)
from tests.integration.oracle_modules.view_sets import EXAMS, STUDENTS, write
from tests.module_runner import run_module

_RULE = {"streams_name": "APPLY_SITS", "streams_type": "APPLY", "rule_type": "DML", "schema_name": "SITS_COPY"}


STREAMS: dict[str, Any] = {
    "capture": [{"capture_name": "CAPTURE_SITS", "status": "ENABLED", "lag_seconds": 3}],
    "apply": [
        {
            "apply_name": "APPLY_SITS",
            "status": "ABORTED",
            "error_number": 26714,
            "error_message": "ORA-26714: User error encountered while applying",
        }
    ],
    "errors": [
        {
            "apply_name": "APPLY_SITS",
            "local_transaction_id": "5.1.4711",
            "error_number": 1403,
            "error_message": "ORA-01403: no data found",
            "error_creation_time": "2026-05-11 09:30:00",
        }
    ],
    "columns": [
        {"owner": "SITS_COPY", "table_name": "DISABILITIES", "column_name": "SCAN", "apply_reason": "no type for it"},
        {"owner": "SITS_COPY", "table_name": "DISABILITIES", "column_name": "EXTRA_TIME", "apply_version": 10.1},
    ],
    "deleted_columns": [{"schema_name": "SITS_COPY", "table_name": "DISABILITIES", "column_name": "NOTE"}],
    "rules": [{**_RULE, "rule_set_type": "POSITIVE", "object_name": "DISABILITIES"}],
}


HUB = """
CREATE TABLE exams (exam_id NUMBER(10) NOT NULL, code VARCHAR2(20) NOT NULL, title VARCHAR2(200), sitting DATE);
CREATE TABLE enrolments (exam_id NUMBER(10) NOT NULL, uun VARCHAR2(8) NOT NULL, extra_time NUMBER(3));
"""


if REAL:
    collect_ignore = ["test_connection.py", "test_oracle_streams_info.py"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what needs the emulator's means, where a real database is tested."""
    here = str(Path(__file__).parent)
    if REAL:
        items[:] = [each for each in items if not (str(each.path).startswith(here) and needs_emulator(each))]


def needs_emulator(item: pytest.Item) -> bool:
    """Return whether a test asks for faults, or for what only the seed has."""
    code = item.function.__code__ if isinstance(item, pytest.Function) else None
    return code is not None and ("faults" in code.co_names or "QUIET_ACCOUNT" in str(code.co_consts))


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """Return the emulator that all tests share, or what leads to the real database."""
    directory = tmp_path_factory.mktemp("oracle")
    if REAL:
        password = os.environ["EXAM_TEST_ORACLE_PASSWORD"]
        authorities = os.environ.get("EXAM_TEST_ORACLE_CA")
        real = Server(descriptor=REAL, user="SYSTEM", password=password, ca_certificates=authorities)
        yield Emulator(directory, real, {"SYSTEM": password})
        return
    Authority.load_or_create(directory / "authority", "Oracle test root")
    passwords = {"SYSTEM": f"S{secrets.token_urlsafe(12)}"}
    address = f"{NETWORK}.{secrets.randbelow(250)}.{secrets.randbelow(250) + 1}"
    quiet = {"name": "QUIET_ACCOUNT", "password": secrets.token_urlsafe(12), "last_login_days_ago": 40}
    seed = {"name": "EUGEX", "service": SERVICE, "system_password": passwords["SYSTEM"], "users": [quiet]}
    (directory / "seed.yml").write_text(yaml.safe_dump({**seed, "streams": STREAMS}), encoding="utf-8")
    server = Server(
        NAME,
        service=SERVICE,
        connect_address=address,
        user="SYSTEM",
        password=passwords["SYSTEM"],
        ca_certificates=str(directory / "authority/root.pem"),
    )
    arguments = ["serve", "--directory", str(directory / "state"), "--address", address]
    arguments += ["--seed", str(directory / "seed.yml"), "--authority", str(directory / "authority"), "--name", NAME]
    found = Emulator(directory, server, passwords, arguments)
    found.start()
    yield found
    if found.running():
        assert found.stop() == 0


@pytest.fixture
def system(emulator: Emulator) -> Iterator[oracledb.Connection]:
    """Return a connection of the administrator."""
    with emulator.connect("SYSTEM") as connection:
        yield connection


@pytest.fixture
def new_account(emulator: Emulator, system: oracledb.Connection) -> Iterator[Accounts]:
    """Return what makes an account with some privileges; it is dropped with all it has afterwards."""
    made: list[str] = []

    def maker(*privileges: str, prefix: str = "T") -> str:
        name = f"{prefix}{secrets.token_hex(4)}".upper()
        emulator.passwords[name] = f"P{secrets.token_urlsafe(12)}"
        execute(system, f'CREATE USER {name} IDENTIFIED BY "{emulator.passwords[name]}" QUOTA UNLIMITED ON USERS')
        made.append(name)
        for each in ("CREATE SESSION", *privileges):
            execute(system, f"GRANT {each} TO {name}")
        return name

    yield maker
    emulator.faults()
    for each in made:
        wait_until(functools.partial(nobody_is, system, each), "the sessions to end", seconds=20)
        execute(system, f"DROP USER {each} CASCADE")


@pytest.fixture
def hub(emulator: Emulator, new_account: Accounts) -> str:
    """Return a schema with the hub's tables."""
    name = new_account("CREATE TABLE", "CREATE VIEW", prefix="HUB")
    with emulator.connect(name) as connection:
        execute(connection, *(each.strip() for each in HUB.split(";") if each.strip()))
    return name


@pytest.fixture
def run(emulator: Emulator) -> Runner:
    """Return what runs a module on the server, as an account."""

    def runner(module: str, user: str, *, check: bool = False, **arguments: Any) -> dict[str, Any]:
        server = emulator.server
        connection = {
            "server": server.name,
            "descriptor": server.descriptor,
            "service_name": server.service,
            "connect_address": server.connect_address,
            "ca_certificates": server.ca_certificates,
            "login_user": user,
            "login_password": emulator.passwords[user],
        }
        return run_module(module, {**connection, **arguments}, check=check)

    return runner


@pytest.fixture
def reader(new_account: Accounts) -> str:
    """Return the account that gets rights."""
    return new_account(prefix="READER")


@pytest.fixture
def sources(tmp_path: Path, reader: str) -> Path:
    """Return the directory of the sources."""
    directory = tmp_path / "views"
    directory.mkdir()
    write(directory, exams=EXAMS.format(reader=reader), students=STUDENTS)
    return directory
