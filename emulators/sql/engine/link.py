# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A session's connection to the file of one database, and its part of the session's transaction."""

from __future__ import annotations

import secrets
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from emulators.sql.engine import collations, functions, storage
from emulators.sql.engine.errors import Cancelled, SqlError
from emulators.sql.engine.instance import DatabaseInfo, Instance
from emulators.sql.engine.model import Model, TableInfo
from emulators.sql.engine.types import Value

if TYPE_CHECKING:
    from emulators.sql.tsql.session import Session

_LOCK_POLL = 0.02

_PATIENT, _IMPATIENT = "PRAGMA busy_timeout = 60000", "PRAGMA busy_timeout = 0"
"""Readers never wait for writers, but for the last of the others to leave, who writes all that is in the log into the
file. Who wants to write waits here and not in SQLite, where nothing could interrupt it."""


class Link:
    """One SQLite connection."""

    def __init__(self, instance: Instance, database: DatabaseInfo, session: Session) -> None:
        self.instance, self.database, self.session = instance, database, session
        self.runtime = instance.running(database.id)
        self.generation = self.runtime.generation
        self.guard = functions.Guard()
        self.writing = False
        self.touched: set[int] = set()
        """Counters that were advanced and are to be written."""
        self.last_identity: int | None = None
        self.plans: dict[Any, Any] = {}
        self._model: Model | None = None
        self._version = 0
        # the reader of attentions interrupts it from another thread
        self.connection = sqlite3.connect(
            instance.path(database), isolation_level=None, check_same_thread=False, cached_statements=512
        )
        self.connection.execute(_PATIENT)
        self.connection.execute("PRAGMA synchronous = OFF")
        self.connection.execute("PRAGMA temp_store = MEMORY")
        collations.register(self.connection)
        functions.register(self.connection, self.guard)
        watch = self.guard.watch
        self.connection.create_function("session_call", -1, watch(session.call))
        self.connection.create_function("next_identity", 1, watch(self._next_identity))
        self.connection.create_function("seen_identity", 2, watch(self._seen_identity))
        self.connection.create_function("next_rowversion", 0, watch(self._next_rowversion))

    @property
    def model(self) -> Model:
        """What the database knows of itself now, read anew if anybody has changed it."""
        (version,) = self.connection.execute("SELECT version FROM model").fetchone()
        if self._model is None or version != self._version:
            version, body = self.connection.execute("SELECT version, body FROM model").fetchone()
            self._model, self._version = Model.load(body), version
            self.plans.clear()
        return self._model

    def copy_model(self) -> Model:
        """Return a model of one's own to change; `store` puts it in force."""
        return Model.load(self.connection.execute("SELECT body FROM model").fetchone()[0])

    def store(self, model: Model) -> None:
        """Put a changed model in force, within the transaction."""
        self.begin()
        self.connection.execute("UPDATE model SET version = ?, body = ?", (secrets.randbits(62), model.dump()))
        self._model = None

    def begin(self) -> None:
        """Begin to write: wait for the lock on the database. Raises SqlError 1222 or Cancelled."""
        if self.writing:
            return
        if self.database.source is not None or self.database.read_only:
            raise SqlError(3906, f'Failed to update database "{self.database.name}" because the database is read-only.')
        deadline = time.monotonic() + self.session.lock_timeout
        while True:
            try:
                self.connection.execute(_IMPATIENT)
                self.connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if "locked" not in str(error):
                    raise
                if time.monotonic() > deadline:
                    raise SqlError(1222, "Lock request time out period exceeded.") from None
                self.session.check()
                time.sleep(_LOCK_POLL)
            else:
                self.writing = True
                return
            finally:
                self.connection.execute(_PATIENT)

    def commit(self) -> None:
        """End this part of the transaction."""
        if self.writing:
            self.write_counters()
            self.connection.execute("COMMIT")
            self.writing = False

    def rollback(self) -> None:
        """Undo this part of the transaction."""
        if self.writing:
            self.writing = False
            self.touched.clear()
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            self._model = None
            self.plans.clear()

    def write_counters(self) -> None:
        """Keep the identity values that were given out."""
        for number in self.touched:
            self.connection.execute(
                "INSERT OR REPLACE INTO counters VALUES (?, ?)", (number, self.runtime.counters[number])
            )
        self.touched.clear()

    def run(
        self, sql: str, parameters: Sequence[Value] = (), *, statement: str = "", table: TableInfo | None = None
    ) -> sqlite3.Cursor:
        """Run one SQLite statement, its errors turned into SQL Server's."""
        return self._translated(lambda: self.connection.execute(sql, parameters), statement, table)

    def run_many(
        self, sql: str, rows: Iterable[Sequence[Value]], *, statement: str, table: TableInfo
    ) -> sqlite3.Cursor:
        """Run one SQLite statement for each row of parameters."""
        return self._translated(lambda: self.connection.executemany(sql, rows), statement, table)

    def translated(self, error: sqlite3.Error, statement: str = "", table: TableInfo | None = None) -> Exception:
        """Return what a client is told for an error of SQLite."""
        if (raised := self.guard.take()) is not None:
            return raised
        if isinstance(error, sqlite3.IntegrityError) and table is not None:
            return storage.translate(error, statement, table, self.model, self.database.name)
        if "interrupted" in str(error):
            self.session.check()
            return Cancelled()
        if "integer overflow" in str(error):
            return SqlError(8115, "Arithmetic overflow error converting expression to data type int.")
        return SqlError(3624, f"The emulator's engine failed: {error}", severity=20)

    def _translated(
        self, work: Callable[[], sqlite3.Cursor], statement: str, table: TableInfo | None
    ) -> sqlite3.Cursor:
        self.guard.take()
        try:
            return work()
        except sqlite3.Error as error:
            raise self.translated(error, statement, table) from error

    def _counter(self, number: int, start: int) -> int:
        """Return the value given out last, or the one before the first."""
        if number not in self.runtime.counters:
            found = self.connection.execute("SELECT value FROM counters WHERE id = ?", (number,)).fetchone()
            self.runtime.counters[number] = found[0] if found else start
        return self.runtime.counters[number]

    def identity(self, table: TableInfo) -> int | None:
        """Return the identity value given out last, None if there was none."""
        column = next(each for each in table.columns if each.identity)
        value = self._counter(table.id, column.seed - column.increment)
        return None if value == column.seed - column.increment else value

    def reseed(self, table: TableInfo, value: int) -> None:
        """Set the identity value that counts as given out last."""
        self.runtime.counters[table.id] = value
        self.touched.add(table.id)

    def _next_identity(self, number: Value) -> Value:
        table = self.model_for_rows.table_by_id(int(number or 0))
        column = next(each for each in table.columns if each.identity)
        with self.instance.lock:
            value = self._counter(table.id, column.seed - column.increment) + column.increment
            self.runtime.counters[table.id] = value
        self.touched.add(table.id)
        self.last_identity = value
        return value

    def _seen_identity(self, number: Value, value: Value) -> Value:
        table = self.model_for_rows.table_by_id(int(number or 0))
        column = next(each for each in table.columns if each.identity)
        if isinstance(value, int):
            with self.instance.lock:
                before = self._counter(table.id, column.seed - column.increment)
                if (value - before) * column.increment > 0:
                    self.runtime.counters[table.id] = value
            self.touched.add(table.id)
            self.last_identity = value
        return value

    def _next_rowversion(self) -> Value:
        with self.instance.lock:
            value = self._counter(0, 2000) + 1
            self.runtime.counters[0] = value
        self.touched.add(0)
        return value.to_bytes(8, "big")

    @property
    def model_for_rows(self) -> Model:
        """The model as the running statement was bound with."""
        return self._model or self.model

    def close(self) -> None:
        """Undo what is open, and let go of the file."""
        self.rollback()
        self.connection.close()
