# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A session: its transaction, its settings, the statements that it executes."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from emulators.oracle.engine.errors import OracleError, refused
from emulators.oracle.engine.faults import asked_for, strike
from emulators.oracle.engine.results import Outcome, Rows
from emulators.oracle.engine.schema_objects import Table
from emulators.oracle.engine.sqlite_functions import register
from emulators.oracle.engine.types import OracleType, Value
from emulators.oracle.engine.userenv import context_of
from emulators.oracle.engine.values import Fitter
from emulators.oracle.sql.preparation import prepare
from emulators.oracle.sql.prepared import Prepared
from emulators.sql.engine.errors import ConnectionEnded

if TYPE_CHECKING:
    from emulators.oracle.engine.instance import Instance

StoredRow: TypeAlias = tuple[Value, ...]
_FORMATS = {
    "NLS_DATE_FORMAT": "DD-MON-RR", "NLS_TIMESTAMP_FORMAT": "DD-MON-RR HH.MI.SS.FF AM",
    "NLS_TIMESTAMP_TZ_FORMAT": "DD-MON-RR HH.MI.SS.FF AM TZH:TZM",
}  # fmt: skip
_KEPT = 200
_TOO_LARGE = (
    "parser stack overflow", "Expression tree is too large", "tables in a join", "too many FROM clause terms",
    "too many terms in compound SELECT", "too many columns", "too many arguments on function",
)  # fmt: skip
"""What SQLite says of a statement that is beyond its limits, not wrong."""
_STEPS = 5000
"""How many instructions of SQLite run before it is looked whether the client has given up."""


class Session:
    """A session of an account."""

    def __init__(self, instance: Instance, user: str) -> None:
        self.instance, self.user = instance, user
        self.id, self.serial = instance.new_number(), int(time.time()) % 60000 + 1
        self.current_schema = user
        self.ddl_lock_timeout = 0
        self.zone = 0
        """The minutes by which the session's time zone is ahead of UTC, the database's."""
        self.nls = {**_FORMATS, "NLS_NUMERIC_CHARACTERS": ".,", "NLS_SORT": "BINARY", "NLS_COMP": "BINARY",
                    "NLS_LANGUAGE": "AMERICAN", "NLS_TERRITORY": "AMERICA", "NLS_LENGTH_SEMANTICS": "BYTE"}  # fmt: skip
        self.program = self.machine = self.os_user = self.terminal = self.client_process = self.peer = ""
        self.described: dict[str, str] = {}
        """What the client says of itself: module, action, client_identifier, client_info."""
        self.login_key = b""
        self.logged_on = self.last_call = time.time()
        self.active = False
        self.in_transaction = self.read_only = False
        self.savepoints: list[str] = []
        self.touched: set[int] = set()
        """The ids of the tables that the transaction has changed or locked."""
        self.drop_after: int | None = None
        """After how many rows of a result the connection is to be cut."""
        self.fitters: dict[str, Fitter] = {}
        self.interrupted = threading.Event()
        self.gone = threading.Event()
        self.on_kill: Callable[[], None] = lambda: None
        self.caught: list[OracleError] = []
        self._open: weakref.WeakSet[Rows] = weakref.WeakSet()
        """The results that somebody may still fetch from."""
        self._prepared: dict[tuple[str, str], Prepared] = {}
        self.database = sqlite3.connect(
            instance.rows_file, isolation_level=None, check_same_thread=False, cached_statements=256, timeout=30
        )
        self.database.text_factory = bytes
        self.database.execute("PRAGMA synchronous = OFF")
        self.database.execute("PRAGMA temp_store = MEMORY")
        self.database.execute("PRAGMA recursive_triggers = ON")
        register(self.database, self.caught, self.context, lambda: self.zone)
        self.database.create_function("o_fit", 2, self._fit)
        self.database.set_progress_handler(self._must_stop, _STEPS)
        with instance.lock:
            instance.sessions[self.id] = self

    @property
    def call_status(self) -> int:
        """What the end of each call says: 2 within a transaction."""
        return 2 if self.in_transaction else 0

    @property
    def formats(self) -> tuple[str, str, str]:
        """The formats in which moments become text where a statement names none."""
        return self.nls["NLS_DATE_FORMAT"], self.nls["NLS_TIMESTAMP_FORMAT"], self.nls["NLS_TIMESTAMP_TZ_FORMAT"]

    def called(self) -> None:
        """Note that the client has called."""
        self.last_call = time.time()

    def context(self, namespace: str, name: str) -> str | None:
        """Return SYS_CONTEXT."""
        try:
            return context_of(self, namespace or "", name or "")
        except OracleError as error:  # of which SQLite says only that there was one
            self.caught.append(error)
            raise

    def _must_stop(self) -> bool:
        return self.active and (self.interrupted.is_set() or self.gone.is_set())

    def _fit(self, value: Any, key: str) -> Any:
        if value is None:
            return None
        try:
            return self.fitters[key](value)
        except OracleError as error:
            self.caught.append(error)
            raise

    # statements

    def prepare(self, text: str) -> Prepared:
        """Return a statement that is read. Raises OracleError."""
        key = (text, self.current_schema)
        known = self._prepared.get(key)
        if known is None:
            known = prepare(text.rstrip("\0"))
            if known.is_query or known.is_change:
                if len(self._prepared) >= _KEPT:
                    self._prepared.clear()
                self._prepared[key] = known
        return known

    def execute(
        self, prepared: Prepared, kinds: list[OracleType], rows: list[StoredRow], *, commit: bool = False
    ) -> Outcome:
        """Execute a statement, once for each row of binds.

        Raises:
            OracleError: with `rows`, how many were done before it.
        """
        fault, drop = strike(self, prepared.text, batch=True)
        if fault is not None:
            rows = rows[: fault["rows"]]
        self.active = True
        try:
            outcome = prepared.run(self, kinds, rows)
        finally:
            self.active = False
            self.caught.clear()
        if fault is not None:
            error = asked_for(fault)
            error.rows = outcome.count
            raise error
        if outcome.rows is not None:
            self._open.add(outcome.rows)
        self.drop_after = drop["rows"] if drop is not None and outcome.rows is not None else None
        if drop is not None and outcome.rows is None and len(rows) > drop["rows"]:
            self.gone.set()
            self.check_interrupted()
        if commit:
            self.commit()
        return outcome

    def fetch(self, rows: Rows, count: int) -> list[tuple[bytes | None, ...]]:
        """Return the next rows of a query. Raises OracleError."""
        self.active = True
        try:
            return rows.take(count)
        except sqlite3.Error as error:
            raise self.error_of(error) from error
        finally:
            self.active = False
            self.caught.clear()

    def error_of(self, error: sqlite3.Error) -> OracleError:
        """Return what an error of SQLite is in Oracle."""
        if self.caught:
            return self.caught.pop()
        if self.interrupted.is_set() or self.gone.is_set():
            return OracleError(1013)
        if "disk is full" in str(error):
            return OracleError(1653, "", "USERS")
        if any(each in str(error) for each in _TOO_LARGE):
            return refused(f"statements as large or as deep as this one is in SQLite ({error})")
        return OracleError(600, message=f"internal error code, arguments: [{error}]")

    # transactions

    def begin(self, table: Table | None = None, *, wait: float | None = None, alone: bool = False) -> None:
        """Begin to write, if the session does not yet.

        Args:
            table: what is changed.
            wait: seconds for which somebody else may hold the table; None for ever.
            alone: whether the table is wanted for oneself.

        Raises OracleError 1456 in one that only reads.
        """
        if self.read_only:
            raise OracleError(1456)
        self.instance.acquire(self, wait, table if table is not None and (alone or wait is None) else None)
        self.drain()
        if not self.in_transaction:
            self.database.execute("BEGIN IMMEDIATE")
            self.in_transaction = True
        if table is not None:
            self.touched.add(table.id)

    def drain(self) -> None:
        """Take the rows of all open queries into memory, since what they see would change."""
        for each in list(self._open):
            with contextlib.suppress(sqlite3.Error):
                each.drain()
        self._open.clear()

    def commit(self) -> None:
        """Keep what was changed."""
        self._end("COMMIT")

    def rollback(self, savepoint: str = "") -> None:
        """Undo what was changed, or what was since a savepoint. Raises OracleError 1086."""
        if not savepoint:
            self._end("ROLLBACK")
            return
        if savepoint not in self.savepoints:
            raise OracleError(1086, savepoint)
        del self.savepoints[self.savepoints.index(savepoint) + 1 :]
        self.drain()
        self.database.execute(f'ROLLBACK TO "p_{savepoint}"')

    def save(self, name: str) -> None:
        """Set a savepoint; one of the same name is moved."""
        self.begin()
        if name in self.savepoints:
            self.savepoints.remove(name)
        self.savepoints.append(name)
        self.database.execute(f'SAVEPOINT "p_{name}"')

    def _end(self, word: str) -> None:
        if self.in_transaction:
            self.drain()
            self.database.execute(word)
            self.in_transaction = self.read_only = False
            self.savepoints.clear()
            self.touched.clear()
        self.instance.release(self)

    # what comes from outside

    def set_current_schema(self, name: str) -> None:
        """Look names up in another schema. Raises OracleError 1435."""
        if name not in self.instance.model.users:
            raise OracleError(1435)
        self.current_schema = name

    def interrupt(self) -> None:
        """Break off what is executed."""
        self.interrupted.set()

    def lost(self) -> None:
        """Break off what is executed: the client is gone."""
        self.gone.set()

    def kill(self) -> None:
        """End the session from outside."""
        self.gone.set()
        self.on_kill()

    def check_interrupted(self) -> None:
        """Raise OracleError 1013 if the client has given up, ConnectionEnded if it is gone."""
        if self.gone.is_set():
            raise ConnectionEnded("the connection is cut")
        if self.interrupted.is_set():
            raise OracleError(1013)

    def sleep(self, seconds: float) -> None:
        """Wait, unless the client gives up. Raises OracleError 1013."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.check_interrupted()
            self.interrupted.wait(min(0.05, max(0.0, deadline - time.monotonic())))

    def close(self) -> None:
        """Undo what was not committed, and go."""
        self.gone.set()
        self._open.clear()  # nobody will fetch any more
        with contextlib.suppress(sqlite3.Error):
            self._end("ROLLBACK")
        self.instance.release(self)
        with self.instance.lock:
            self.instance.sessions.pop(self.id, None)
        with contextlib.suppress(sqlite3.Error):
            self.database.close()
