# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes of rows, and what executing them does."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from emulators.oracle.engine.errors import OracleError, follows
from emulators.oracle.engine.results import Outcome
from emulators.oracle.engine.space import check_quota, is_limited
from emulators.oracle.engine.types import NULL
from emulators.oracle.engine.values import TextFitter
from emulators.oracle.engine.violations import violation
from emulators.oracle.sql import change_tree
from emulators.oracle.sql.bind_changes import Change, ChangeBinder, Part
from emulators.oracle.sql.catalogue import Catalogue
from emulators.oracle.sql.prepared import Kinds, Prepared, StoredRow, fill

if TYPE_CHECKING:
    from emulators.oracle.engine.session import Session


@dataclass
class _Counted:
    """Rows of binds, counted as they are taken."""

    rows: list[StoredRow]
    taken: int = field(default=0)

    def __iter__(self) -> Iterator[StoredRow]:
        for row in self.rows:
            self.taken += 1
            yield row


class ChangeStatement(Prepared):
    """A change of rows."""

    is_change = True

    def __init__(
        self,
        text: str,
        node: change_tree.RowChange,
        binds: int,
    ) -> None:
        super().__init__(text)
        self._node, self._binds = node, binds
        self._ready: dict[object, Change] = {}

    @follows
    def _bound(self, session: Session, kinds: Kinds) -> Change:
        key = (
            session.instance.model.version, session.id, session.user, session.current_schema, tuple(kinds),
            session.formats,
        )  # fmt: skip
        found = self._ready.get(key)
        if found is None:

            def register(fitter: Any) -> str:
                name = str(len(session.fitters))
                session.fitters[name] = fitter
                return name

            catalogue = Catalogue(session.instance, session.user, session.current_schema)
            found = ChangeBinder(catalogue, kinds, session.formats, register).bind(self._node)
            self._ready = {key: found}
        return found

    def describe(self, session: Session, _kinds: Kinds) -> None:
        """Look whether it could be executed. Raises OracleError."""
        with session.instance.lock:
            self._bound(session, [NULL] * self._binds)

    def run(self, session: Session, kinds: Kinds, rows: list[StoredRow]) -> Outcome:
        """Execute it for each row. Raises OracleError with the number of rows that were done before."""
        if len(kinds) < self._binds:
            raise OracleError(1008)
        with session.instance.lock:
            change = self._bound(session, kinds)
            if change.dictionary:
                fill(session, change.dictionary)
        session.begin(change.table)
        with session.instance.lock:  # somebody may have altered the table while this one waited
            change = self._bound(session, kinds)
        limited = change.verb in ("INSERT", "MERGE") and is_limited(session, change.table)
        if limited:
            session.database.execute("SAVEPOINT quota")
        done = 0
        try:
            rows, failed = _fitted(rows, change)
            if change.verb != "MERGE":
                count = _batch(session, change, rows)
            else:
                count = 0
                for row in rows:
                    count += _merge(session, change, row, done=count)
            done = count
            if failed is not None:
                raise failed
            if limited:
                check_quota(session, change.table)
        except OracleError as error:
            error.rows = max(error.rows, done)
            if error.number == 1536:
                session.database.execute("ROLLBACK TO quota")
                error.rows = 0
            raise
        finally:
            if limited:
                session.database.execute("RELEASE quota")
        return Outcome(count)


def _fitted(rows: list[StoredRow], change: Change) -> tuple[list[StoredRow], OracleError | None]:
    """Return the rows with the values of binds made ready, up to the first that fails, and its error."""
    if not change.fitters or not rows:
        return rows, None
    columns: list[Any] = list(zip(*rows, strict=True))
    upto, failed = len(rows), None
    for at, fitter in change.fitters.items():
        if isinstance(fitter, TextFitter) and fitter.all_fit(columns[at]):
            continue
        ready = []
        try:
            for value in columns[at]:
                ready.append(None if value is None else fitter(value))
        except OracleError as error:
            if len(ready) < upto:
                upto, failed = len(ready), error
        columns[at] = ready
    if failed is not None:
        columns = [each[:upto] for each in columns]
    return list(zip(*columns, strict=True)), failed


def _batch(session: Session, change: Change, rows: list[StoredRow]) -> int:
    part = change.parts[0]
    cut = [row[: part.binds] for row in rows] if rows and len(rows[0]) != part.binds else rows
    counted = _Counted(cut)
    cursor = session.database.cursor()
    before = session.database.total_changes
    try:
        cursor.executemany(part.sql, counted)
    except sqlite3.Error as error:
        found = _error(session, error, change)
        # each execution before it is done; of INSERT one row each
        found.rows = counted.taken - 1 if change.verb == "INSERT" else session.database.total_changes - before
        raise found from error
    return max(cursor.rowcount, 0)


def _merge(session: Session, change: Change, row: StoredRow, *, done: int) -> int:
    database = session.database
    database.execute("SAVEPOINT merge_row")
    count = 0
    try:
        if change.check is not None and _one(database, change.check, row):
            raise OracleError(30926)
        for part in change.parts:
            count += max(database.execute(part.sql, row[: part.binds]).rowcount, 0)
    except (sqlite3.Error, OracleError) as error:
        database.execute("ROLLBACK TO merge_row")
        database.execute("RELEASE merge_row")
        found = error if isinstance(error, OracleError) else _error(session, error, change)
        found.rows = done
        raise found from error
    database.execute("RELEASE merge_row")
    return count


def _one(database: sqlite3.Connection, part: Part, row: StoredRow) -> bool:
    return database.execute(part.sql, row[: part.binds]).fetchone() is not None


def _error(session: Session, error: sqlite3.Error, change: Change) -> OracleError:
    if isinstance(error, sqlite3.IntegrityError) and not session.caught:
        return violation(session.instance.model, change.table, str(error), update=change.verb == "UPDATE")
    return session.error_of(error)
