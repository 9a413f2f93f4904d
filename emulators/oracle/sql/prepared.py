# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Statements that are read, and what executing them does."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from emulators.oracle.dictionary.registry import VIEWS, stored
from emulators.oracle.engine.errors import OracleError, follows
from emulators.oracle.engine.results import OutColumn, Outcome, Row, Rows
from emulators.oracle.engine.schema_objects import Table
from emulators.oracle.engine.types import OracleType, Value
from emulators.oracle.sql import tree
from emulators.oracle.sql.bind_queries import QueryBinder
from emulators.oracle.sql.catalogue import Catalogue
from emulators.oracle.sql.scope import BoundQuery

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

    @follows
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
