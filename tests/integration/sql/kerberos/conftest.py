# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows authentication, as LIVE logs in: Microsoft's driver, a real KDC (MIT), a server that is in the domain.

The server has a key for its name alone, and is always connected to by its address.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyodbc
import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.server import Server
from tests.integration.sql.conftest import NAME, Emulator, Runner, drop_login, own_address, running_emulator
from tests.kerberos import REALM, Realm, running_realm

SERVICE = f"MSSQLSvc/{NAME}:1433"
UNREGISTERED = "sql-new.exams.example"
KEYTAB = "sql.keytab"
WINDOWS: dict[str, Any] = {"authentication": "windows", "login_user": None, "login_password": None}


@pytest.fixture(scope="session")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("domain")


@pytest.fixture(scope="session")
def running(directory: Path) -> Iterator[Realm]:
    with running_realm(directory, own_address()) as realm:
        realm.add_users("deployer", "timetabling", "guest")
        realm.add_service(SERVICE, directory / KEYTAB)
        yield realm


@pytest.fixture
def realm(running: Realm, monkeypatch: pytest.MonkeyPatch) -> Iterator[Realm]:
    """The realm, as whose client this process has no ticket."""
    for name, value in running.environment.items():
        monkeypatch.setenv(name, value)
    yield running
    running.log_out()


@pytest.fixture(scope="session")
def member(running: Realm) -> Iterator[Emulator]:
    """A server that is in the domain."""
    domain = {"keytab_file": KEYTAB, "domains": {REALM: "EXAMS"}}
    with running_emulator(running.directory, names=(NAME, UNREGISTERED), kerberos=domain) as found:
        yield found


@pytest.fixture(scope="session")
def server(member: Emulator) -> Server:
    return member.server


@pytest.fixture
def windows(server: Server) -> Server:
    """The server, as whoever has a ticket."""
    return replace(server, authentication="windows", user=None, password=None)


@pytest.fixture
def login(run: Runner, admin: pyodbc.Connection) -> Iterator[Callable[..., str]]:
    """Return what gives an account of the domain a login."""
    created: list[str] = []

    def give(account: str, **declared: Any) -> str:
        created.append(f"EXAMS\\{account}")
        assert run("mssql_login", name=created[-1], type="windows", **declared)["changed"] is True
        return created[-1]

    yield give
    for name in created:
        drop_login(admin, name)
