# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables as SQLite has them: columns by number, and triggers and indexes that guard their constraints."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from emulators.oracle.engine.errors import OracleError
from emulators.oracle.engine.model import Model
from emulators.oracle.engine.schema_objects import Column, Constraint, Table
from emulators.oracle.sql.bind_queries import QueryBinder
from emulators.oracle.sql.catalogue import table_source
from emulators.oracle.sql.expressions import expression
from emulators.oracle.sql.scope import Scope, SourceInfo
from emulators.oracle.sql.tokens import Words
from emulators.oracle.sql.view_text import DEFAULT_FORMATS

if TYPE_CHECKING:
    from emulators.oracle.sql import tree


def create(database: sqlite3.Connection, model: Model, table: Table) -> None:
    """Create a table with its guards. Raises OracleError: a condition does not bind."""
    columns = ", ".join(f'"c{each.id}" {each.type.storage}' for each in table.columns)
    database.execute(f"CREATE TABLE {table.storage} ({columns})")
    guard(database, model, table)


def drop(database: sqlite3.Connection, table: Table) -> None:
    """Drop a table."""
    database.execute(f"DROP TABLE IF EXISTS {table.storage}")


def add_column(database: sqlite3.Connection, table: Table, column: Column) -> None:
    """Add a column, NULL in all rows."""
    known = [row[1] for row in database.execute(f"PRAGMA table_info({table.storage})")]
    if f"c{column.id}".encode() not in known:  # it may be left from a process that was killed
        database.execute(f'ALTER TABLE {table.storage} ADD COLUMN "c{column.id}" {column.type.storage}')


def condition(table: Table, text: str, prefix: str) -> str:
    """Return the SQL of a CHECK, its columns after a prefix. Raises OracleError."""

    def resolve(_binder: QueryBinder, _node: tree.Table) -> SourceInfo:
        raise OracleError(2251, message="subquery not allowed here")

    words = Words(text)
    node = expression(words)
    words.done()
    if words.binds:
        raise OracleError(1027, message="bind variables not allowed for data definition operations")
    scope = Scope([table_source(table, "x", "", prefix)], aggregates=False)
    return QueryBinder([], DEFAULT_FORMATS, resolve).condition(node, scope)


def guard(database: sqlite3.Connection, model: Model, table: Table) -> None:
    """Make the triggers and indexes of a table anew. Raises OracleError, sqlite3.IntegrityError."""
    name = f"t{table.id}"
    for kind, found in database.execute(
        "SELECT type, name FROM sqlite_master WHERE tbl_name = ? AND type IN ('trigger', 'index') AND sql IS NOT NULL",
        (name,),
    ).fetchall():
        database.execute(f'DROP {kind.decode()} "{found.decode()}"')
    for each in table.constraints:
        if each.kind in "PU":
            _index(database, table, each)
    tests = [(f'NEW."c{each.id}" IS NULL', f"nn {each.id}") for each in table.columns if not each.nullable]
    tests += [
        (f"NOT {condition(table, each.condition, 'NEW')}", f"ck {each.id}")
        for each in table.constraints
        if each.kind == "C" and not each.not_null
    ]
    for event in ("INSERT", "UPDATE"):
        if tests:
            cases = " ".join(f"WHEN {test} THEN RAISE(ABORT, '{what}')" for test, what in tests)
            database.execute(
                f'CREATE TRIGGER "{name} {event}" BEFORE {event} ON {table.storage} '
                f"WHEN {' OR '.join(f'({test})' for test, _what in tests)} BEGIN SELECT CASE {cases} END; END"
            )
    for each in table.constraints:
        if each.kind == "R":
            _child(database, model, table, each)
    for child, key in model.children(table):
        _parent(database, model, table, child, key)


def _columns(table: Table, names: list[str]) -> list[str]:
    found = [table.column(each) for each in names]
    return [f'"c{each.id}"' for each in found if each is not None]


def _index(database: sqlite3.Connection, table: Table, key: Constraint) -> None:
    columns = _columns(table, key.columns)
    nullable = any((found := table.column(each)) is not None and found.nullable for each in key.columns)
    if len(columns) == 1 or not nullable:
        database.execute(f'CREATE UNIQUE INDEX "u{key.id}" ON {table.storage} ({", ".join(columns)})')
        return
    # rows that are equal where they are not NULL are equal, unless they are NULL altogether
    parts, some = (
        ", ".join(f"ifnull({each}, x'00')" for each in columns),
        " OR ".join(f"{each} IS NOT NULL" for each in columns),
    )
    database.execute(f'CREATE UNIQUE INDEX "u{key.id}" ON {table.storage} ({parts}) WHERE {some}')


def parent_of(model: Model, key: Constraint) -> tuple[Table, Constraint]:
    """Return the table and the key that a foreign key refers to."""
    found = model.constraint(key.parent_owner, key.parent)
    if found is None:
        raise OracleError(2270)
    return found


def _missing(model: Model, table: Table, key: Constraint, row: str) -> str:
    """Return the SQL that says that a row refers to nothing."""
    parent, parent_key = parent_of(model, key)
    own, theirs = _columns(table, key.columns), _columns(parent, parent_key.columns)
    given = " AND ".join(f"{row}.{each} IS NOT NULL" for each in own)
    equal = " AND ".join(f"p.{b} = {row}.{a}" for a, b in zip(own, theirs, strict=True))
    return f"{given} AND NOT EXISTS (SELECT 1 FROM {parent.storage} AS p WHERE {equal})"


def _child(database: sqlite3.Connection, model: Model, table: Table, key: Constraint) -> None:
    missing = _missing(model, table, key, "NEW")
    for event in ("INSERT", f"UPDATE OF {', '.join(_columns(table, key.columns))}"):
        database.execute(
            f'CREATE TRIGGER "f{key.id} {event[:6]}" AFTER {event} ON {table.storage} '
            f"WHEN {missing} BEGIN SELECT RAISE(ABORT, 'fk {key.id}'); END"
        )


def _parent(database: sqlite3.Connection, model: Model, table: Table, child: Table, key: Constraint) -> None:
    _unused, parent_key = parent_of(model, key)
    own, theirs = _columns(table, parent_key.columns), _columns(child, key.columns)
    equal = " AND ".join(f"{b} = OLD.{a}" for a, b in zip(own, theirs, strict=True))
    exists = f"EXISTS (SELECT 1 FROM {child.storage} WHERE {equal})"
    refuse = f"SELECT RAISE(ABORT, 'ch {key.id}')"
    match key.delete_rule:
        case "CASCADE":
            when, what = "1", f"DELETE FROM {child.storage} WHERE {equal}"
        case "SET NULL":
            when, what = (
                "1",
                f"UPDATE {child.storage} SET {', '.join(f'{each} = NULL' for each in theirs)} WHERE {equal}",
            )
        case _:
            when, what = exists, refuse
    database.execute(f'CREATE TRIGGER "r{key.id} DELETE" AFTER DELETE ON {table.storage} WHEN {when} BEGIN {what}; END')
    changed = " OR ".join(f"OLD.{each} IS NOT NEW.{each}" for each in own)
    database.execute(
        f'CREATE TRIGGER "r{key.id} UPDATE" AFTER UPDATE ON {table.storage} '
        f"WHEN ({changed}) AND {exists} BEGIN {refuse}; END"
    )


def check_rows(database: sqlite3.Connection, model: Model, table: Table, key: Constraint) -> None:
    """Raise OracleError if a row of a table violates a constraint that is to be added."""
    name = f"{table.owner}.{key.name}"
    match key.kind:
        case "C":
            if database.execute(
                f"SELECT 1 FROM {table.storage} AS x WHERE NOT {condition(table, key.condition, 'x')} LIMIT 1"
            ).fetchone():
                raise OracleError(2296 if key.not_null else 2293, name)
        case "R":
            if database.execute(
                f"SELECT 1 FROM {table.storage} AS x WHERE {_missing(model, table, key, 'x')} LIMIT 1"
            ).fetchone():
                raise OracleError(2298, name)
        case _:
            columns = _columns(table, key.columns)
            some = " OR ".join(f"{each} IS NOT NULL" for each in columns)
            if (
                key.kind == "P"
                and database.execute(
                    f"SELECT 1 FROM {table.storage} WHERE {' OR '.join(f'{each} IS NULL' for each in columns)} LIMIT 1"
                ).fetchone()
            ):
                raise OracleError(1449, message="column contains NULL values; cannot alter to NOT NULL")
            if database.execute(
                f"SELECT 1 FROM {table.storage} WHERE {some} GROUP BY {', '.join(columns)} HAVING count(*) > 1 LIMIT 1"
            ).fetchone():
                raise OracleError(2437 if key.kind == "P" else 2299, name)
