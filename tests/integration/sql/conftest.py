# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server in a process of its own, or a real one that environment variables name.

EXAM_TEST_MSSQL_SERVER (name[,port], as its certificate has it), _ADDRESS (if that name is not to be resolved), _USER,
_PASSWORD (of a sysadmin), _CA (PEM file): then the tests run on that server, in databases of their own, and those that
need the emulator's means (faults, restarts) are not collected. `python -m scripts.sql_server` sets them for the
vendor's container.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyodbc
import pytest
import yaml

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql._odbc import connect
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.server import Server
from emulators.certificates import Authority
from emulators.processes import wait_until
from emulators.sql.engine import faults
from tests.module_runner import MODULES, run_module

NAME = "sql-live.exams.example"
REAL = os.environ.get("EXAM_TEST_MSSQL_SERVER")
ROOT = Path(__file__).parents[3]

if REAL:
    collect_ignore = ["kerberos", "test_faults.py", "test_module_faults.py", "test_process.py", "test_refusals.py"]


@dataclass
class Emulator:
    """The emulator's process."""

    directory: Path
    server: Server
    process: subprocess.Popen[bytes] | None = None
    arguments: list[str] = field(default_factory=list)
    program: tuple[str, ...] = ("emulators.sql",)

    def start(self) -> None:
        pid_file = self.directory / "state" / "server.pid"
        with (self.directory / "log").open("ab") as log:
            environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / '.collections'}"}
            self.process = subprocess.Popen(
                [sys.executable, "-m", *self.program, *self.arguments], cwd=ROOT, stderr=log, env=environment
            )
        wait_until(lambda: pid_file.exists() or self.running() is False, "the emulator to listen", seconds=30)
        assert self.running(), (self.directory / "log").read_text(encoding="utf-8")

    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(20)

    def faults(self, *entries: dict[str, Any]) -> None:
        faults.write(self.directory / "state", entries)


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """Return the emulator that most tests share."""
    with running_emulator(tmp_path_factory.mktemp("sql")) as found:
        yield found


def own_address() -> str:
    """Return a loopback address that no other test run uses."""
    return f"127.62.{secrets.randbelow(250)}.{secrets.randbelow(250) + 1}"


class running_emulator:  # noqa: N801 (a context manager)
    """An emulator in a directory of its own."""

    def __init__(
        self,
        directory: Path,
        *,
        names: Sequence[str] = (NAME,),
        program: tuple[str, ...] = ("emulators.sql",),
        **seed: Any,
    ) -> None:
        """Args: where it keeps all; its certificate's names, its own first; what is started; more of its seed."""
        Authority.load_or_create(directory / "authority", "SQL test root")
        password, address = f"{secrets.token_urlsafe(12)}!aA1", own_address()
        content = yaml.safe_dump({"name": "SQL-LIVE", "sa_password": password, **seed})
        (directory / "seed.yml").write_text(content, encoding="utf-8")
        server = Server(
            names[0],
            1433,
            connect_address=address,
            user="sa",
            password=password,
            ca_certificates=str(directory / "authority/root.pem"),
        )
        arguments = [
            "serve",
            "--directory",
            str(directory / "state"),
            "--address",
            address,
            "--seed",
            str(directory / "seed.yml"),
        ]
        arguments += ["--authority", str(directory / "authority"), *(f"--name={name}" for name in names)]
        self._emulator = Emulator(directory, server, None, arguments, program)

    def __enter__(self) -> Emulator:
        self._emulator.start()
        return self._emulator

    def __exit__(self, *_exception: object) -> None:
        if self._emulator.running():
            assert self._emulator.stop() == 0


@pytest.fixture
def no_fault_afterwards(emulator: Emulator) -> Iterator[None]:
    """Leave the emulator without faults."""
    yield
    emulator.faults()


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Server:
    """Return the server under test, as its administrator."""
    if not REAL:
        found: Emulator = request.getfixturevalue("emulator")
        return found.server
    return real_server(REAL)


def real_server(name_and_port: str) -> Server:
    """Return a real server, as the environment's variables say."""
    name, _unused, port = name_and_port.partition(",")
    environment = os.environ
    return Server(
        name, int(port or 1433), connect_address=environment.get("EXAM_TEST_MSSQL_ADDRESS"),
        user=environment["EXAM_TEST_MSSQL_USER"],
        password=environment["EXAM_TEST_MSSQL_PASSWORD"],
        ca_certificates=environment.get("EXAM_TEST_MSSQL_CA"),
    )  # fmt: skip


Opener = Callable[..., pyodbc.Connection]


@pytest.fixture
def open_connection(server: Server) -> Iterator[Opener]:
    """Return what connects to the server; what it opened is closed afterwards."""
    opened: list[pyodbc.Connection] = []

    def opener(*, autocommit: bool = True, **changes: Any) -> pyodbc.Connection:
        opened.append(connect(replace(server, **changes), autocommit=autocommit))
        return opened[-1]

    yield opener
    for each in opened:
        with contextlib.suppress(pyodbc.ProgrammingError):  # a test has closed it
            each.close()


@pytest.fixture
def admin(open_connection: Opener) -> pyodbc.Connection:
    """Return a connection of the administrator, in master, that commits each statement."""
    return open_connection()


@pytest.fixture
def database(server: Server) -> Iterator[str]:
    """Return the name of a new database, which is dropped afterwards with its snapshots."""
    name = f"exam_{secrets.token_hex(4)}"
    with connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE [{name}] COLLATE Latin1_General_100_CI_AS")
    yield name
    connection = connect(server, autocommit=True)
    for (snapshot,) in connection.execute(
        "SELECT name FROM sys.databases WHERE source_database_id = DB_ID(?)", name
    ).fetchall():
        escaped = snapshot.replace("]", "]]")
        connection.execute(f"DROP DATABASE [{escaped}]")
    if connection.execute("SELECT DB_ID(?)", name).fetchval() is not None:
        connection.execute(f"ALTER DATABASE [{name}] SET SINGLE_USER WITH ROLLBACK IMMEDIATE")
        connection.execute(f"DROP DATABASE [{name}]")
    connection.close()


@pytest.fixture
def connection(open_connection: Opener, database: str) -> pyodbc.Connection:
    """Return a connection in the new database, that commits each statement."""
    return open_connection(database=database)


def sessions_of(admin: pyodbc.Connection, login: str) -> list[int]:
    """Return the sessions of a login: a closed connection is one until the server has noticed."""
    query = "SELECT session_id FROM sys.dm_exec_sessions WHERE login_name = ?"
    return [number for (number,) in admin.execute(query, login).fetchall()]


def drop_login(admin: pyodbc.Connection, login: str) -> None:
    """End the sessions of a login and drop it, if it is there."""
    for number in sessions_of(admin, login):
        with contextlib.suppress(pyodbc.ProgrammingError):  # it ends by itself meanwhile
            admin.execute(f"KILL {number}")
    wait_until(lambda: not sessions_of(admin, login), "the sessions to end", seconds=20)
    if admin.execute("SELECT COUNT(*) FROM sys.server_principals WHERE name = ?", login).fetchval():
        escaped = login.replace("]", "]]")
        admin.execute(f"DROP LOGIN [{escaped}]")


@pytest.fixture
def table(connection: pyodbc.Connection) -> pyodbc.Connection:
    """Return a connection in the new database, which has a table `dbo.t` of three rows."""
    connection.execute("CREATE TABLE dbo.t (id int PRIMARY KEY); INSERT INTO dbo.t VALUES (1), (2), (3)")
    return connection


Runner = Callable[..., dict[str, Any]]


@pytest.fixture
def run(server: Server) -> Runner:
    """Return what runs a module on the server, as its administrator unless told otherwise."""

    def runner(module: str, *, check: bool = False, **arguments: Any) -> dict[str, Any]:
        connection = {
            "server": server.name,
            "port": server.port,
            "connect_address": server.connect_address,
            "ca_certificates": server.ca_certificates,
            "login_user": server.user,
            "login_password": server.password,
        }
        result = run_module(module, {**connection, **arguments}, check=check)
        require_documented(module, result)
        return result

    return runner


OF_ANSIBLE = {"changed", "deprecations", "diff", "exception", "failed", "invocation", "msg", "warnings"}
OF_THE_FRAGMENT = {"pending_line"}


@functools.cache
def documented(module: str) -> dict[str, str]:
    """Return when a module says that it returns each of its values."""
    values = yaml.safe_load(importlib.import_module(f"{MODULES}.{module}").RETURN)
    return {name: str(each["returned"]) for name, each in values.items()}


def require_documented(module: str, result: dict[str, Any]) -> None:
    """Hold what a module returned against its documentation."""
    promised = documented(module)
    further = set(result) - set(promised) - OF_ANSIBLE - OF_THE_FRAGMENT
    assert not further, f"{module} returns what it does not document: {further}"
    if not result.get("failed") and "pending_line" not in result:
        missing = {name for name, when in promised.items() if when in ("success", "always")} - set(result)
        assert not missing, f"{module} does not return what it documents: {missing}"
        early = {name for name, when in promised.items() if when.startswith("failure")} & set(result)
        assert not early, f"{module} returns what it documents for failures: {early}"


def drained(cursor: pyodbc.Cursor) -> list[str]:
    """Take all results of a statement and return its messages."""
    messages = [text for _state, text in cursor.messages or []]
    while cursor.nextset():
        messages += [text for _state, text in cursor.messages or []]
    return messages


def rows(cursor: pyodbc.Cursor) -> list[tuple[Any, ...]]:
    """Return all rows as tuples, which rows of pyodbc do not equal."""
    return [tuple(row) for row in cursor.fetchall()]


def number_of(error: BaseException) -> int:
    """Return SQL Server's number of an error of pyodbc."""
    text = str(error.args[-1])
    return int(text.rpartition(") (")[0].rpartition("(")[2])
