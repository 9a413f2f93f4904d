# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The running database: what it knows, its rows, its sessions."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from emulators.faults import FILE, Faults
from emulators.oracle.engine.errors import OracleError
from emulators.oracle.engine.installation import fresh_model
from emulators.oracle.engine.model import Model
from emulators.oracle.engine.schema_objects import Problem, SchemaObject, Table, View
from emulators.oracle.sql.scope import BoundQuery
from emulators.oracle.sql.tokens import Words

if TYPE_CHECKING:
    from emulators.oracle.engine.session import Session

_POLL = 0.02


class Instance:
    """A database that runs."""

    def __init__(self, directory: Path, *, name: str, service: str, version: str) -> None:
        """Open it, or create it. Raises OSError."""
        self.directory, self.name, self.service, self.version = directory, name, service, version
        self.started = time.time()
        self.lock = threading.RLock()
        """Held while something is bound, or what the database knows is changed."""
        self.faults = Faults(directory / FILE)
        self.sessions: dict[int, Session] = {}
        self._numbers = iter(range(101, 2**31))
        self._writer: Session | None = None
        self._writer_free = threading.Condition()
        self._queries: dict[tuple[str, str], tuple[int, BoundQuery]] = {}
        self.dictionary_of: dict[tuple[str, str], set[str]] = {}
        """The views of the dictionary that a view uses."""
        self.rows_file = directory / "rows.sqlite"
        self._dictionary = sqlite3.connect(
            directory / "dictionary.sqlite", isolation_level=None, check_same_thread=False
        )
        self._dictionary.execute("PRAGMA journal_mode = WAL")
        self._dictionary.execute("PRAGMA synchronous = OFF")
        self._dictionary.execute(
            "CREATE TABLE IF NOT EXISTS parts (kind TEXT, key TEXT, body TEXT, PRIMARY KEY (kind, key))"
        )
        rows = sqlite3.connect(self.rows_file, isolation_level=None, check_same_thread=False)
        rows.execute("PRAGMA journal_mode = WAL")
        self.model = self._load()
        if not self.model.users:
            self.model = fresh_model()
            self._save()
        self._tidy(rows)
        self._rows = rows  # stays open: whoever is the last to close a file with a log locks it meanwhile

    def _load(self) -> Model:
        return Model.load(self._dictionary.execute("SELECT kind, key, body FROM parts").fetchall())

    def _save(self) -> None:
        changes = self.model.changes()
        if not changes:
            return
        self._dictionary.execute("BEGIN")
        for kind, key, body in changes:
            if body is None:
                self._dictionary.execute("DELETE FROM parts WHERE kind = ? AND key = ?", (kind, key))
            else:
                self._dictionary.execute("INSERT OR REPLACE INTO parts VALUES (?, ?, ?)", (kind, key, body))
        self._dictionary.execute("COMMIT")

    def _tidy(self, rows: sqlite3.Connection) -> None:
        """Drop the tables of which the dictionary does not know: the process was killed between the two."""
        known = {f"t{each.id}" for each in self.model.tables()}
        for (name,) in rows.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            if name not in known and name.startswith("t"):
                rows.execute(f'DROP TABLE "{name}"')

    @contextlib.contextmanager
    def changing(self, *, undo: bool = False) -> Iterator[Model]:
        """Change what the database knows.

        Args:
            undo: whether an error undoes it; otherwise what was changed before the error stays.
        """
        with self.lock:
            try:
                yield self.model
            except BaseException:
                if undo and self.model.pending:
                    version = self.model.version
                    self.model = self._load()
                    self.model.version = version + 1
                elif not undo:
                    self._save()
                raise
            self._save()

    def new_number(self) -> int:
        """Return the number of a new session."""
        with self.lock:
            return next(self._numbers)

    def sessions_of(self, user: str) -> list[Session]:
        """Return the sessions of an account."""
        with self.lock:
            return [each for each in self.sessions.values() if each.user == user]

    # who may write: SQLite has one writer

    def acquire(self, session: Session, wait: float | None, table: Table | None = None) -> None:
        """Wait until a session may write.

        Args:
            session: who wants to.
            wait: for how many seconds at most somebody may hold the table; None for ever.
            table: the table that is wanted for oneself, if one is.

        Raises:
            OracleError: 54: somebody else holds the table; 1013: the client gave up.
        """
        deadline = None if wait is None else time.monotonic() + wait
        with self._writer_free:
            while True:
                holder = self._writer
                fault = self.held(table) if table is not None else None
                if (holder is None or holder is session) and fault is None:
                    self._writer = session
                    return
                contested = fault is not None or table is None or (holder is not None and table.id in holder.touched)
                if deadline is not None and contested and time.monotonic() >= deadline:
                    raise OracleError(54)
                session.check_interrupted()
                self._writer_free.wait(_POLL)

    def release(self, session: Session) -> None:
        """Let others write."""
        with self._writer_free:
            if self._writer is session:
                self._writer = None
                self._writer_free.notify_all()

    def held(self, found: SchemaObject) -> dict[str, object] | None:
        """Return the fault that says that somebody holds a table or a view, if there is one."""
        fault = self.faults.find("lock", object=f"{found.owner}.{found.name}")
        return dict(fault) if fault is not None else None

    # views

    def view_query(self, view: View, depth: int = 1) -> BoundQuery:
        """Return a view's query. Raises OracleError: it is not valid."""
        from emulators.oracle.sql.catalogue import Catalogue  # noqa: PLC0415 (which knows views itself)
        from emulators.oracle.sql.view_text import bind_view  # noqa: PLC0415

        key = (view.owner, view.name)
        known = self._queries.get(key)
        if known is not None and known[0] == self.model.version:
            return known[1]
        catalogue = Catalogue(self, view.owner, view.owner, definer=True, depth=depth)
        query = bind_view(catalogue, Words(view.text), view.names)
        self._queries[key] = (self.model.version, query)
        self.dictionary_of[key] = catalogue.dictionary
        return query

    def recompile(self, view: View) -> None:
        """Compile a view, and note what comes of it."""
        from emulators.oracle.sql.view_text import compile_view  # noqa: PLC0415

        with self.changing() as model:
            compile_view(self, model, view)

    def invalidate(self, owner: str, name: str) -> None:
        """Make invalid the views that a change of a table or a view has broken, once it is made.

        As since Oracle 11g, a view that does not use what has changed stays valid; one on an invalid view does not.
        """
        waiting = [(owner, name)]
        while waiting:
            key = waiting.pop()
            changed = self.model.object(*key)
            gone = changed is None or changed.status == "INVALID"
            for each in list(self.model.objects.values()):
                if isinstance(each, View) and key in each.dependencies and each.status == "VALID":
                    if not gone and self._still_compiles(each):
                        continue
                    each.status = "INVALID"
                    self.model.touch_object(each)
                    waiting.append((each.owner, each.name))

    def _still_compiles(self, view: View) -> bool:
        try:
            found = self.view_query(view)
        except OracleError:
            return False
        return [(each.name, each.type) for each in found.columns] == [(each.name, each.type) for each in view.columns]

    def close(self) -> None:
        """Close its files."""
        self._dictionary.close()
        self._rows.close()


def problem_of(text: str, error: OracleError) -> Problem:
    """Return an error of a view's text as ALL_ERRORS has it."""
    before = text[: error.position]
    return Problem(before.count("\n") + 1, len(before) - before.rfind("\n"), error.message)
