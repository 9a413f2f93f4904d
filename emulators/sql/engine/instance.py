# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server: its logins, databases and settings, kept in `instance.json`; each database is an SQLite file beside
it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from emulators.sql.engine.faults import Faults
from emulators.sql.engine.model import Model, build, new_model

SA_SID = "01"
_GRACE = 0.5


def now_text() -> str:
    """Return the present time as a stored datetime."""
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-4] + "0"


@dataclass
class Login:
    """A login of the server, or a role of it."""

    id: int
    name: str
    kind: str
    """S SQL login, U Windows login, G Windows group, E external, R server role."""
    sid: str
    password_hash: str = ""
    disabled: bool = False
    locked: bool = False
    bad_passwords: int = 0
    """Wrong ones since the last right one."""
    default_database: str = "master"
    policy_checked: bool = True
    expiration_checked: bool = False
    must_change: bool = False
    created: str = ""
    modified: str = ""
    password_set: str = ""


@dataclass
class FileInfo:
    """A file of a database, as it is declared: what is really stored is one SQLite file."""

    id: int
    kind: str
    """ROWS or LOG."""
    name: str
    physical: str
    size: int = 1024
    """In pages of 8 KiB."""
    max_size: int = -1
    growth: int = 8192
    """In pages, or per cent."""
    percent: bool = False


@dataclass
class DatabaseInfo:
    """A database."""

    id: int
    name: str
    owner: str
    """The SID of its owner."""
    collation: str
    created: str
    recovery: str = "FULL"
    compatibility: int = 160
    access: str = "MULTI_USER"
    read_only: bool = False
    state: str = "ONLINE"
    source: int | None = None
    """Of a snapshot: the id of its source."""
    options: dict[str, bool] = field(default_factory=dict)
    """`is_read_committed_snapshot_on` and other switches of `sys.databases` that are on."""
    files: list[FileInfo] = field(default_factory=list)
    family: str = ""
    """The GUID that it was created with, and keeps wherever it is restored."""

    def __post_init__(self) -> None:
        """Give a new database its family."""
        if not self.family:
            self.family = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self.name} {self.created}")).upper()


@dataclass
class State:
    """All that the server keeps."""

    name: str
    collation: str
    version: str = "16.0.4135.4"
    edition: str = "Developer Edition (64-bit)"
    physical_memory_mb: int = 16384
    directories: list[str] = field(default_factory=list)
    """Where database and backup files may be; others do not exist."""
    next_login: int = 260
    next_database: int = 5
    logins: list[Login] = field(default_factory=list)
    members: list[tuple[int, int]] = field(default_factory=list)
    """Server role and member."""
    permissions: list[tuple[int, str, str]] = field(default_factory=list)
    """Grantee, permission, state."""
    databases: list[DatabaseInfo] = field(default_factory=list)
    configurations: dict[str, list[int]] = field(default_factory=dict)
    """Name: value, value in use."""
    backups: list[dict[str, object]] = field(default_factory=list)
    restores: list[dict[str, object]] = field(default_factory=list)

    def login(self, name: str) -> Login | None:
        """Return a login or server role."""
        return next((each for each in self.logins if each.name.casefold() == name.casefold()), None)

    def database(self, name: str) -> DatabaseInfo | None:
        """Return a database."""
        return next((each for each in self.databases if each.name.casefold() == name.casefold()), None)

    def snapshots(self, database: DatabaseInfo) -> list[DatabaseInfo]:
        """Return the snapshots of a database."""
        return [each for each in self.databases if each.source == database.id]


@dataclass
class Runtime:
    """What is known of a database only while the server runs."""

    counters: dict[int, int] = field(default_factory=dict)
    """The identity value given out last, by table; the rowversion under 0."""
    owner: object | None = None
    """The session that has a single-user database."""
    generation: int = 0
    """Rises when the file is replaced, so that sessions open it anew."""


class Connected(Protocol):
    """A session, as far as the instance needs it."""

    id: int

    @property
    def database_id(self) -> int:
        """Which database it is in."""

    def kill(self) -> None:
        """End it, whatever it does."""


class Instance:
    """A running server."""

    def __init__(self, directory: Path, *, name: str, collation: str, make_state: Callable[[str, str], State]) -> None:
        self.directory = directory
        self.lock = threading.RLock()
        self.sessions: dict[int, Connected] = {}
        self.runtime: dict[int, Runtime] = {}
        self.faults = Faults(directory / "faults.json")
        self.started = now_text()
        (directory / "databases").mkdir(parents=True, exist_ok=True)
        (directory / "disk").mkdir(exist_ok=True)
        self._file = directory / "instance.json"
        if self._file.exists():
            self.state = build(State, json.loads(self._file.read_text(encoding="utf-8")))
            return
        self.state = make_state(name, collation)
        for database in self.state.databases:
            self.create_file(database, new_model(database.collation, database.owner, database.created))
        self.save()

    def save(self) -> None:
        """Write the state so that it is there whole or as it was before."""
        with self.lock:
            temporary = self._file.with_suffix(".new")
            temporary.write_text(json.dumps(dataclasses.asdict(self.state), indent=1), encoding="utf-8")
            temporary.replace(self._file)

    def path(self, database: DatabaseInfo) -> Path:
        """Return where a database's rows are."""
        return self.directory / "databases" / f"{database.id}.sqlite"

    def running(self, database_id: int) -> Runtime:
        """Return what is known of a database while it runs."""
        with self.lock:
            return self.runtime.setdefault(database_id, Runtime())

    def create_file(self, database: DatabaseInfo, model: Model) -> None:
        """Create the file of a new database."""
        remove(self.path(database))
        connection = opened(self.path(database), isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE model (version INTEGER NOT NULL, body TEXT NOT NULL)")
        connection.execute("CREATE TABLE counters (id INTEGER PRIMARY KEY, value INTEGER NOT NULL)")
        connection.execute("INSERT INTO model VALUES (1, ?)", (model.dump(),))
        connection.close()

    def copy(self, source: Path, target: Path) -> None:
        """Copy a database as it is at this moment, whoever is changing it."""
        remove(target)
        reader, writer = opened(source), opened(target)
        try:
            reader.backup(writer)
            writer.execute(
                "PRAGMA journal_mode = WAL" if target.parent.name == "databases" else "PRAGMA journal_mode = DELETE"
            )
        finally:
            reader.close()
            writer.close()

    def replace(self, database: DatabaseInfo, source: Path) -> None:
        """Put the content of another file into a database that nobody uses."""
        self.copy(source, self.path(database))
        runtime = self.running(database.id)
        runtime.counters.clear()
        runtime.generation += 1

    def settle(self, database: DatabaseInfo, *, but: Connected) -> None:
        """Wait a moment for sessions whose clients have gone: they take as long to end as their threads to notice
        it."""
        deadline = time.monotonic() + _GRACE
        while self.users_of(database, but=but) and time.monotonic() < deadline:
            time.sleep(0.01)

    def users_of(self, database: DatabaseInfo, *, but: Connected) -> list[Connected]:
        """Return the other sessions that are in a database."""
        with self.lock:
            return [each for each in self.sessions.values() if each is not but and each.database_id == database.id]


def opened(path: Path, **named: Any) -> sqlite3.Connection:
    """Open a file of SQLite. What it writes outlives the process, but not the machine: to wait for the disk would be
    most of what the copy of a small database takes."""
    connection: sqlite3.Connection = sqlite3.connect(path, **named)
    connection.execute("PRAGMA synchronous = OFF")
    return connection


def remove(path: Path) -> None:
    """Delete a database's file and what SQLite keeps beside it."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
