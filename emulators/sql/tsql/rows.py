# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""SELECT, INSERT, UPDATE, DELETE: bound once, run many times."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from emulators.sql.engine import syntax as tree
from emulators.sql.engine.bind_changes import BoundChange, ChangeBinder
from emulators.sql.engine.bind_queries import presented
from emulators.sql.engine.errors import SqlError
from emulators.sql.engine.link import Link
from emulators.sql.engine.scope import Bound
from emulators.sql.engine.storage import check_own_references
from emulators.sql.engine.types import Value
from emulators.sql.tsql.batch import Action, Batch, statement
from emulators.sql.tsql.catalogue import SessionCatalogue
from emulators.sql.tsql.views import fill

if TYPE_CHECKING:
    from emulators.sql.tsql.session import Session


@dataclass(frozen=True)
class Plan:
    """A statement bound to the tables as they are."""

    node: tree.RowStatement
    sql: str
    columns: tuple[Bound, ...]
    parameters: tuple[str, ...]
    assigned: tuple[str, ...]
    change: BoundChange | None
    views: frozenset[tuple[int, str]]


def plan(session: Session, node: tree.RowStatement) -> Plan:
    """Return the plan of a statement, made at first use. Raises SqlError."""
    link = session.link
    model = link.model  # looks whether plans are still good
    types = tuple((name, kind) for name, (kind, _unused) in session.variables.items())
    key = (id(node), types, session.user.id, session.is_sysadmin, session.identity_insert)
    found: Plan | None = link.plans.get(key)
    if found is None:
        del model
        if len(link.plans) > 2000:
            link.plans.clear()
        found = link.plans[key] = bind(session, node)
    return found


def bind(session: Session, node: tree.RowStatement, binder: ChangeBinder | None = None) -> Plan:
    """Bind a statement."""
    binder = binder or ChangeBinder(SessionCatalogue(session))
    catalogue = binder.catalogue
    assert isinstance(catalogue, SessionCatalogue)  # noqa: S101 (nobody else makes binders here)
    change: BoundChange | None = None
    assigned: tuple[str, ...] = ()
    match node:
        case tree.Insert():
            change = binder.insert(node)
        case tree.Update():
            change = binder.update(node)
        case tree.Delete():
            change = binder.delete(node)
        case tree.Query():
            query = binder.query(node)
            assigned = query.variables
            columns = query.columns if assigned else presented(query.columns)
            return Plan(node, query.sql, columns, tuple(binder.variables), assigned, None, frozenset(catalogue.views))
    return Plan(
        node, change.sql, presented(change.columns), tuple(binder.variables), (), change, frozenset(catalogue.views)
    )


def run(session: Session, node: tree.RowStatement) -> None:
    """Run a statement and send what it returns. Raises SqlError."""
    if session.doomed and not isinstance(node, tree.Query):
        raise SqlError(
            3930,
            "The current transaction cannot be committed and cannot support operations that write to the log "
            "file. Roll back the transaction.",
        )
    session.begin_statement()
    prepared = plan(session, node)
    parameters = [session.variable(name) for name in prepared.parameters]
    fill(session, prepared.views)
    if prepared.change is None:
        _run_query(session, prepared, parameters)
    else:
        _run_change(session, prepared, parameters)


def _run_query(session: Session, prepared: Plan, parameters: Sequence[Value]) -> None:
    link = session.link
    link.guard.take()
    try:
        cursor = link.run(prepared.sql, parameters)
        if prepared.assigned:
            _assign(session, prepared, cursor)
            return
        session.output.columns(prepared.columns)
        session.rowcount = session.output.rows(_until_stopped(session, cursor))
    except sqlite3.Error as error:
        raise link.translated(error) from error
    session.output.done(session.rowcount, "SELECT")


def _assign(session: Session, prepared: Plan, cursor: sqlite3.Cursor) -> None:
    count, last = 0, None
    for row in cursor:
        count, last = count + 1, row
    if last is not None:
        for name, value in zip(prepared.assigned, last, strict=True):
            session.variables[name] = (session.variables[name][0], value)
    session.rowcount = count


def _until_stopped(session: Session, cursor: sqlite3.Cursor) -> Iterator[tuple[Value, ...]]:
    def batches() -> Iterator[list[tuple[Value, ...]]]:
        while rows := cursor.fetchmany(1000):
            yield rows
            session.check()

    return chain.from_iterable(batches())


def _run_change(session: Session, prepared: Plan, parameters: Sequence[Value]) -> None:
    link, change = session.link, prepared.change
    assert change is not None  # noqa: S101 (the caller has looked)
    link.begin()
    returned: list[tuple[Value, ...]] = []

    def work() -> int:
        cursor = link.run(prepared.sql, parameters, statement=change.kind, table=change.table)
        if prepared.columns:
            returned.extend(cursor.fetchall())
            return len(returned)
        return cursor.rowcount

    count = atomically(session, link, change, work)
    if link.last_identity is not None:
        session.scope_identity, link.last_identity = link.last_identity, None
    session.end_statement()
    session.rowcount = count
    if prepared.columns:
        session.output.columns(prepared.columns)
        session.output.rows(returned)
    session.output.done(None if session.nocount else count, change.kind)


def atomically(session: Session, link: Link, change: BoundChange, work: Callable[[], int]) -> int:
    """Do the work of one statement, and undo it if the table's references to itself do not hold afterwards."""
    own = any(key.referenced == change.table.id for key in change.table.foreign_keys)
    if not own:
        return work()
    link.connection.execute("SAVEPOINT statement")
    try:
        count = work()
        check_own_references(link.connection, change.table, link.model_for_rows, change.kind, session.database.name)
    except BaseException:
        link.connection.execute("ROLLBACK TO statement")
        raise
    finally:
        link.connection.execute("RELEASE statement")
    return count


def run_many(
    session: Session, node: tree.RowStatement, names: Sequence[str], rows: Sequence[tuple[Value, ...]]
) -> bool:
    """Run a change once for each row of parameters, all or none of them.

    Returns:
        False, having changed nothing, if that cannot be done or one of them fails: then they are to be run one by one.
    """
    session.begin_statement()
    prepared = plan(session, node)
    if prepared.change is None or prepared.columns or session.doomed or not set(prepared.parameters) <= set(names):
        return False
    link, change = session.link, prepared.change
    order = [list(names).index(name) for name in prepared.parameters]
    chosen = rows if order == list(range(len(names))) else [tuple(row[at] for at in order) for row in rows]
    link.begin()
    link.connection.execute("SAVEPOINT many")
    try:
        cursor = link.run_many(prepared.sql, chosen, statement=change.kind, table=change.table)
        if cursor.rowcount != len(rows):
            raise SqlError(0, "not one row for each")  # each has to be told its own number
        if any(key.referenced == change.table.id for key in change.table.foreign_keys):
            check_own_references(link.connection, change.table, link.model_for_rows, change.kind, session.database.name)
    except SqlError:
        link.connection.execute("ROLLBACK TO many")
        link.connection.execute("RELEASE many")
        return False
    link.connection.execute("RELEASE many")
    if link.last_identity is not None:
        session.scope_identity, link.last_identity = link.last_identity, None
    session.end_statement()
    session.rowcount = 1
    return True


@dataclass(frozen=True, eq=False)
class _RowsAction:
    """What runs a statement, and can be asked for its tree."""

    node: tree.RowStatement

    def __call__(self, session: Session) -> None:
        run(session, self.node)


def _rows_action(node: tree.RowStatement) -> Action:
    return _RowsAction(node)


@statement("SELECT", quiet=True)
def take_select(words: Batch) -> Action:
    """SELECT."""
    words.at -= 1
    return _rows_action(words.query())


@statement("INSERT", quiet=True)
def take_insert(words: Batch) -> Action:
    """INSERT."""
    return _rows_action(words.insert())


@statement("UPDATE", quiet=True)
def take_update(words: Batch) -> Action:
    """UPDATE."""
    return _rows_action(words.update())


@statement("DELETE", quiet=True)
def take_delete(words: Batch) -> Action:
    """DELETE."""
    return _rows_action(words.delete())


@statement("WITH", quiet=True)
def take_with(words: Batch) -> Action:
    """WITH, before any of the others."""
    start = words.at - 1
    words.at = start
    tables = words.common_tables()
    if words.take("UPDATE"):
        return _rows_action(words.update(tables))
    if words.take("DELETE"):
        return _rows_action(words.delete(tables))
    if words.take("INSERT"):
        node = words.insert()
        rows = (
            None
            if node.rows is None
            else tree.Query(node.rows.body, node.rows.order, node.rows.offset, node.rows.fetch, tables)
        )
        return _rows_action(tree.Insert(node.table, node.columns, rows, node.output))
    words.at = start
    return _rows_action(words.query())
