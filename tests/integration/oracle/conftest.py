# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An emulated Oracle database in a process of its own, or a real one that environment variables name.

EXAM_TEST_ORACLE_DSN (a full descriptor, or host:port/service), _USER, _PASSWORD (of a database administrator, such as
SYSTEM), _CA (PEM file, for tcps): then the tests run there, in accounts of their own, and those that need the
emulator's means (faults, restarts, Streams) are not collected.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import oracledb
import pytest

from emulators.certificates import Authority
from emulators.oracle.engine import faults
from emulators.processes import wait_until

NAME, SERVICE = "eugex-db.exams.example", "eugex.exams.example"
REAL = os.environ.get("EXAM_TEST_ORACLE_DSN")
ROOT = Path(__file__).parents[3]
STREAMS = """
streams:
  capture: [{capture_name: CAPTURE_SITS, status: ENABLED, captured_scn: 1200, applied_scn: 1100, lag_seconds: 3}]
  apply: [{apply_name: APPLY_SITS, status: ENABLED, apply_captured: 'YES'}]
  errors:
    - {apply_name: APPLY_SITS, local_transaction_id: 1.2.3, source_database: SITS, error_number: 1403,
       error_message: 'ORA-01403: no data found', message_count: 1, error_creation_time: '2026-11-25 08:00:00'}
  rules: [{streams_name: APPLY_SITS, streams_type: APPLY, schema_name: SITS, object_name: SRS_SCE, rule_type: DML}]
"""

if REAL:
    collect_ignore = [
        "test_faults.py",
        "test_process.py",
        "test_refusals.py",
        "test_streams.py",
        "test_second_client.py",
    ]


@dataclass(frozen=True)
class Database:
    """How to reach the database under test, as its administrator."""

    dsn: str
    user: str
    password: str
    ca: str | None

    def connect(self, user: str = "", password: str = "", **options: Any) -> oracledb.Connection:
        context = ssl.create_default_context(cafile=self.ca) if self.ca else None
        return oracledb.connect(
            user=user or self.user, password=password or self.password, dsn=self.dsn, ssl_context=context, **options
        )


@dataclass
class Emulator:
    """The emulator's process."""

    directory: Path
    database: Database
    address: str
    arguments: list[str] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        pid_file = self.directory / "state" / "server.pid"
        with (self.directory / "log").open("ab") as log:
            environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / '.collections'}"}
            self.process = subprocess.Popen(
                [sys.executable, "-m", "emulators.oracle", *self.arguments], cwd=ROOT, stderr=log, env=environment
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


class running_emulator:  # noqa: N801 (a context manager)
    """An emulator in a directory of its own."""

    def __init__(self, directory: Path) -> None:
        Authority.load_or_create(directory / "authority", "Oracle test root")
        password = secrets.token_urlsafe(12)
        address = f"127.73.{secrets.randbelow(250)}.{secrets.randbelow(250) + 1}"
        seed = f"name: EUGEX\nservice: {SERVICE}\nsystem_password: {password}\n{STREAMS}"
        (directory / "seed.yml").write_text(seed, encoding="utf-8")
        # the name in the certificate is the one that is asked for; the packets go to the address
        dsn = (
            f"(DESCRIPTION=(ADDRESS=(PROTOCOL=tcps)(HOST={address})(PORT=2484))"
            f"(CONNECT_DATA=(SERVICE_NAME={SERVICE}))(SECURITY=(SSL_SERVER_CERT_DN=CN={NAME})))"
        )
        database = Database(dsn, "SYSTEM", password, str(directory / "authority/root.pem"))
        arguments = ["serve", "--directory", str(directory / "state"), "--address", address]
        arguments += ["--seed", str(directory / "seed.yml"), "--authority", str(directory / "authority")]
        self._emulator = Emulator(directory, database, address, [*arguments, "--name", NAME])

    def __enter__(self) -> Emulator:
        self._emulator.start()
        return self._emulator

    def __exit__(self, *_exception: object) -> None:
        if self._emulator.running():
            assert self._emulator.stop() == 0


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """Return the emulator that most tests share."""
    with running_emulator(tmp_path_factory.mktemp("oracle")) as found:
        yield found


@pytest.fixture(scope="session")
def database(request: pytest.FixtureRequest) -> Database:
    """Return the database under test, as its administrator."""
    if not REAL:
        found: Emulator = request.getfixturevalue("emulator")
        return found.database
    environment = os.environ
    return Database(
        REAL, environment["EXAM_TEST_ORACLE_USER"], environment["EXAM_TEST_ORACLE_PASSWORD"],
        environment.get("EXAM_TEST_ORACLE_CA"),
    )  # fmt: skip


Opener = Callable[..., oracledb.Connection]


@pytest.fixture
def open_connection(database: Database, make_account: Maker) -> Iterator[Opener]:
    """Return what connects to the database; what it opened is closed afterwards, before accounts are dropped."""
    opened: list[oracledb.Connection] = []

    def opener(user: str = "", password: str = "", **options: Any) -> oracledb.Connection:
        opened.append(database.connect(user, password, **options))
        return opened[-1]

    yield opener
    for each in opened:
        with contextlib.suppress(oracledb.Error):  # a test has closed it, or a fault has
            each.close()


@pytest.fixture(scope="session")
def administration(database: Database) -> Iterator[oracledb.Connection]:
    """Return a connection of the administrator that all tests share."""
    with database.connect() as connection:
        yield connection


@pytest.fixture
def admin(administration: oracledb.Connection) -> oracledb.Cursor:
    """Return a cursor of the administrator."""
    return administration.cursor()


@dataclass(frozen=True)
class Account:
    """An account of a test's own."""

    name: str
    password: str


def new_password() -> str:
    """Return a password that Oracle's rules take."""
    return f"A1_{secrets.token_hex(8)}"


Maker = Callable[..., Account]


@pytest.fixture
def make_account(database: Database, administration: oracledb.Connection) -> Iterator[Maker]:
    """Return what makes accounts, with privileges; they are dropped afterwards."""
    made: list[str] = []
    cursor = administration.cursor()

    def maker(*privileges: str, options: str = "") -> Account:
        account = Account(f"EXAM_{secrets.token_hex(4).upper()}", new_password())
        cursor.execute(f'CREATE USER {account.name} IDENTIFIED BY "{account.password}" {options}')
        made.append(account.name)
        for each in ("CREATE SESSION", *privileges):
            cursor.execute(f"GRANT {each} TO {account.name}")
        return account

    yield maker
    for name in made:
        end_sessions(cursor, name)
        with contextlib.suppress(oracledb.DatabaseError):  # a test has dropped it
            cursor.execute(f"DROP USER {name} CASCADE")


def sessions_of(admin: oracledb.Cursor, name: str) -> list[tuple[int, int]]:
    """Return number and serial number of an account's sessions."""
    found: list[tuple[int, int]] = admin.execute(
        "SELECT sid, serial# FROM v$session WHERE username = :1", [name]
    ).fetchall()
    return found


def end_sessions(admin: oracledb.Cursor, name: str) -> None:
    """End the sessions of an account, and wait until they are gone."""
    for number, serial in sessions_of(admin, name):
        with contextlib.suppress(oracledb.DatabaseError):  # it ends by itself meanwhile
            admin.execute(f"ALTER SYSTEM KILL SESSION '{number},{serial}' IMMEDIATE")
    wait_until(lambda: not sessions_of(admin, name), "the sessions to end", seconds=20)


@pytest.fixture
def owner(make_account: Maker) -> Account:
    """Return an account that may create tables and views."""
    return make_account("CREATE TABLE", "CREATE VIEW", options="QUOTA UNLIMITED ON users")


@pytest.fixture
def connection(open_connection: Opener, owner: Account) -> oracledb.Connection:
    """Return a connection of that account; texts are fetched whole."""
    return open_connection(owner.name, owner.password)


@pytest.fixture
def cursor(connection: oracledb.Connection) -> oracledb.Cursor:
    """Return a cursor of that account."""
    return connection.cursor()


@pytest.fixture(autouse=True)
def _whole_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oracledb.defaults, "fetch_lobs", False)


def number_of(error: pytest.ExceptionInfo[oracledb.Error]) -> int:
    """Return Oracle's number of an error."""
    assert str(error.value).startswith("ORA-"), error.value
    return int(error.value.args[0].code)


def rows(cursor: oracledb.Cursor, sql: str, *binds: Any) -> list[tuple[Any, ...]]:
    """Return all rows of a query."""
    found: list[tuple[Any, ...]] = cursor.execute(sql, list(binds)).fetchall()
    return found


def fails(cursor: oracledb.Cursor, sql: str, *binds: Any) -> int:
    """Return the number of the error that a statement fails with."""
    with pytest.raises(oracledb.DatabaseError) as error:
        cursor.execute(sql, list(binds))
    return number_of(error)
