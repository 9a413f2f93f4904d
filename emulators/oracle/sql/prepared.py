# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Statements that are read, and what executing them does."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from emulators.oracle.dictionary.registry import VIEWS, stored
from emulators.oracle.engine.errors import OracleError
from emulators.oracle.engine.model import Table
from emulators.oracle.engine.results import OutColumn, Outcome, Row, Rows
from emulators.oracle.engine.space import check_quota, is_limited
from emulators.oracle.engine.types import NULL, OracleType, Value
from emulators.oracle.engine.values import TextFitter
from emulators.oracle.engine.violations import violation
from emulators.oracle.sql import changes, tree
from emulators.oracle.sql.bind_changes import Change, ChangeBinder, Part
from emulators.oracle.sql.bind_queries import QueryBinder
from emulators.oracle.sql.catalogue import Catalogue
from emulators.oracle.sql.queries import query
from emulators.oracle.sql.registry import find_statement
from emulators.oracle.sql.scope import BoundQuery
from emulators.oracle.sql.tokens import Words

if TYPE_CHECKING:
    from emulators.oracle.engine.session import Session

StoredRow: TypeAlias = tuple[Value, ...]
Kinds: TypeAlias = list[OracleType]


class Prepared:
    """A statement that is read."""

    is_query = is_change = is_block = False

    def __init__(self, text: str) -> None:
        self.text = text

    def describe(self, _session: Session, _kinds: Kinds) -> tuple[OutColumn, ...] | None:
        """Return the columns of a query, None of anything else. Raises OracleError."""
        return None

    def run(self, session: Session, kinds: Kinds, rows: list[StoredRow]) -> Outcome:
        """Execute it. Raises OracleError."""
        raise NotImplementedError


def prepare(text: str) -> Prepared:
    """Return a statement. Raises OracleError."""
    words = Words(text)
    if words.next.kind == "end":
        raise OracleError(900)
    first = words.next.value if words.next.kind == "word" else ""
    if first in ("SELECT", "WITH") or words.sees("("):
        found = query(words)
        words.done()
        return QueryStatement(text, found, len(words.binds))
    if first in _CHANGES:
        words.take()
        node = _CHANGES[first](words)
        words.done()
        return ChangeStatement(text, node, len(words.binds))
    if first in ("BEGIN", "DECLARE", "CALL"):
        from emulators.oracle.sql.blocks import block  # noqa: PLC0415 (which prepares statements itself)

        return block(text, words)
    return OtherStatement(text, find_statement(words))


_CHANGES: dict[str, Callable[[Words], tree.Insert | tree.Update | tree.Delete | tree.Merge]] = {
    "INSERT": changes.insert, "UPDATE": changes.update, "DELETE": changes.delete, "MERGE": changes.merge,
}  # fmt: skip


@dataclass
class _Ready:
    query: BoundQuery
    dictionary: set[str]
    uses: list[tuple[str, str]]


class QueryStatement(Prepared):
    """A query."""

    is_query = True

    def __init__(self, text: str, node: tree.Query, binds: int) -> None:
        super().__init__(text)
        self._node, self._binds = node, binds
        self._ready: dict[object, _Ready] = {}

    def _bound(self, session: Session, kinds: Kinds | None) -> _Ready:
        key = (
            session.instance.model.version, session.user, session.current_schema,
            None if kinds is None else tuple(kinds), session.formats,
        )  # fmt: skip
        found = self._ready.get(key)
        if found is None:
            catalogue = Catalogue(session.instance, session.user, session.current_schema)
            bound = QueryBinder(kinds, session.formats, catalogue.resolve).query(self._node)
            # compiling an invalid view on the way makes a new version, under which it is bound again next time
            self._ready = {key: (found := _Ready(bound, catalogue.dictionary, catalogue.uses))}
        return found

    def describe(self, session: Session, kinds: Kinds) -> tuple[OutColumn, ...]:
        """Return its columns. Raises OracleError."""
        with session.instance.lock:
            return self._bound(session, kinds or None).query.columns

    def run(self, session: Session, kinds: Kinds, rows: list[StoredRow]) -> Outcome:
        """Execute it. Raises OracleError."""
        if len(kinds) < self._binds:
            raise OracleError(1008)
        with session.instance.lock:
            ready = self._bound(session, kinds)
            locked = self._locked(session, ready) if self._node.lock is not None else None
            if ready.dictionary:
                fill(session, ready.dictionary)
        if self._node.lock is not None:
            try:
                session.begin(locked, wait=self._node.lock.wait, alone=True)
            except OracleError as error:
                raise (OracleError(30006) if error.number == 54 and self._node.lock.wait else error) from error
        row = rows[0] if rows else ()
        try:
            cursor = session.database.execute(ready.query.sql, row)
        except sqlite3.Error as error:
            if "no such" not in str(error):
                raise session.error_of(error) from error
            with session.instance.lock:  # somebody has altered or dropped a table meanwhile
                ready = self._bound(session, kinds)
                cursor = session.database.execute(ready.query.sql, row)
        return Outcome(rows=Rows(_tuples(cursor)), columns=ready.query.columns)

    def _locked(self, session: Session, ready: _Ready) -> Table | None:
        tables = [session.instance.model.object(*each) for each in ready.uses]
        return next((each for each in tables if isinstance(each, Table)), None)


def _tuples(cursor: sqlite3.Cursor) -> Iterator[Row]:
    yield from cursor


def fill(session: Session, names: set[str]) -> None:
    """Put the present rows of views of the dictionary where a statement finds them."""
    session.drain()
    database = session.database
    alone = not session.in_transaction
    if alone:
        database.execute("BEGIN")
    for name in sorted(names):
        view = VIEWS[name]
        table = f'temp."d_{name}"'
        columns = ", ".join(f"k{at} {kind.storage}" for at, (_name, kind) in enumerate(view.columns))
        database.execute(f"CREATE TABLE IF NOT EXISTS {table} ({columns})")
        database.execute(f"DELETE FROM {table}")
        marks = ", ".join("?" * len(view.columns))
        database.executemany(
            f"INSERT INTO {table} VALUES ({marks})", ([stored(each) for each in row] for row in view.fill(session))
        )
    if alone:
        database.execute("COMMIT")


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

    def __init__(self, text: str, node: tree.Insert | tree.Update | tree.Delete | tree.Merge, binds: int) -> None:
        super().__init__(text)
        self._node, self._binds = node, binds
        self._ready: dict[object, Change] = {}

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


class OtherStatement(Prepared):
    """Anything that is neither query nor change nor block."""

    def __init__(self, text: str, action: Callable[[Session], Outcome | None]) -> None:
        super().__init__(text)
        self._action = action

    def run(self, session: Session, kinds: Kinds, _rows: list[StoredRow]) -> Outcome:
        """Execute it. Raises OracleError."""
        if kinds:
            raise OracleError(1036)
        return self._action(session) or Outcome()
