# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables of the model as tables, indexes and triggers of SQLite.

Foreign keys are triggers, because SQLite's own can be neither named in an error nor switched off one by one. Those
within one
table are checked when the statement ends, by `check_own_references`: its rows may come in any order.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from emulators.sql.engine.bind import quoted
from emulators.sql.engine.collations import clause
from emulators.sql.engine.errors import SqlError
from emulators.sql.engine.model import ColumnInfo, ForeignKey, Key, Model, TableInfo

RowExpression: TypeAlias = Callable[[TableInfo, str, ColumnInfo | None], str]
"""Returns the SQL of an expression over a row, kept as text, brought to a column's type if one is given."""
_UNIQUE = re.compile(r"UNIQUE constraint failed: (?:index 'k(?P<index>\d+)u?'|(?P<columns>.+))")


def create(
    connection: sqlite3.Connection, table: TableInfo, model: Model, bind: RowExpression, *, name: str = ""
) -> None:
    """Create a table without its indexes and triggers, under another name if one is given."""
    lines = []
    for column in table.columns:
        collation = clause(column.type, model.collation) if column.type.is_string else ""
        line = f"{quoted(column.name)} {column.type.storage}{collation}"
        if column.computed:
            line += (
                f" GENERATED ALWAYS AS ({bind(table, column.computed, column)}) "
                f"{'STORED' if column.persisted else 'VIRTUAL'}"
            )
        elif not column.nullable:
            line += " NOT NULL"
        lines.append(line)
    key = table.primary_key
    if key is not None:
        lines.append(f"PRIMARY KEY ({_key_columns(key)})")
    lines += [
        f'CONSTRAINT "c{each.id}" CHECK ({bind(table, each.text, None)})' for each in table.checks if not each.disabled
    ]
    connection.execute(f"CREATE TABLE {name or table.storage} ({', '.join(lines)}){' WITHOUT ROWID' if key else ''}")


def replace(
    connection: sqlite3.Connection,
    old: TableInfo,
    new: TableInfo,
    model: Model,
    bind: RowExpression,
    values: dict[int, str],
) -> None:
    """Make a table anew with the rows that it has.

    Args:
        connection: within a transaction.
        old: the table as it is.
        new: the table as it shall be, with the same id.
        model: the new model.
        bind: what binds conditions and computed columns.
        values: SQL of the values of columns, by their id, that are not just those of before.
    """
    drop_triggers(connection, old, model)
    create(connection, new, model, bind, name='"rebuilt"')
    before = {each.id: each for each in old.columns}
    kept = [each for each in new.columns if not each.computed and (each.id in before or each.id in values)]
    if kept:
        sources = [values.get(each.id) or quoted(before[each.id].name) for each in kept]
        listed = ", ".join(quoted(each.name) for each in kept)
        connection.execute("PRAGMA ignore_check_constraints = ON")  # whoever adds one asks for its check, or not
        try:
            connection.execute(f'INSERT INTO "rebuilt" ({listed}) SELECT {", ".join(sources)} FROM {old.storage}')
        finally:
            connection.execute("PRAGMA ignore_check_constraints = OFF")
    connection.execute(f"DROP TABLE {old.storage}")
    connection.execute(f'ALTER TABLE "rebuilt" RENAME TO {new.storage}')
    create_indexes(connection, new, model)
    create_triggers(connection, new, model)


def drop(connection: sqlite3.Connection, table: TableInfo, model: Model) -> None:
    """Drop a table and the triggers that its references made."""
    drop_triggers(connection, table, model)
    connection.execute(f"DROP TABLE {table.storage}")


def create_indexes(connection: sqlite3.Connection, table: TableInfo, model: Model) -> None:
    """Create the indexes of a new table."""
    for key in table.keys:
        if key.kind != "PK":
            create_index(connection, table, key, model)


def create_index(connection: sqlite3.Connection, table: TableInfo, key: Key, model: Model) -> None:
    """Create one index. A unique one takes NULL once only, which SQLite's does any number of times."""
    columns = [column for name in key.columns if (column := table.column(name)) is not None]
    nullable = any(each.nullable for each in columns)
    unique = "UNIQUE " if key.unique and not nullable else ""
    connection.execute(f'CREATE {unique}INDEX "k{key.id}" ON {table.storage} ({_key_columns(key)})')
    if key.unique and nullable:
        parts = ", ".join(
            f"{quoted(each.name)} IS NULL, ifnull({quoted(each.name)}, 0){clause(each.type, model.collation)}"
            for each in columns
        )
        connection.execute(f'CREATE UNIQUE INDEX "k{key.id}u" ON {table.storage} ({parts})')


def drop_index(connection: sqlite3.Connection, key: Key) -> None:
    """Drop one index."""
    connection.execute(f'DROP INDEX IF EXISTS "k{key.id}"')
    connection.execute(f'DROP INDEX IF EXISTS "k{key.id}u"')


def _key_columns(key: Key) -> str:
    return ", ".join(
        quoted(name) + (" DESC" if down else "") for name, down in zip(key.columns, key.descending, strict=True)
    )


def _references(table: TableInfo, model: Model) -> Iterator[tuple[TableInfo, ForeignKey, TableInfo]]:
    """Yield the references between this table and others: the child, the key, the parent."""
    for key in table.foreign_keys:
        if key.referenced != table.id:
            yield table, key, model.table_by_id(key.referenced)
    for child, key in model.referencing(table):
        if child.id != table.id:
            yield child, key, table


def create_triggers(connection: sqlite3.Connection, table: TableInfo, model: Model) -> None:
    """Create the triggers of all references from and to a table."""
    for child, key, parent in _references(table, model):
        if not key.disabled:
            for sql in _triggers(child, key, parent):
                connection.execute(sql)


def drop_triggers(connection: sqlite3.Connection, table: TableInfo, model: Model) -> None:
    """Drop them."""
    for _child, key, _parent in _references(table, model):
        for suffix in "iudw":
            connection.execute(f'DROP TRIGGER IF EXISTS "fk{key.id}{suffix}"')


def _triggers(child: TableInfo, key: ForeignKey, parent: TableInfo) -> Iterable[str]:
    pairs = list(zip(key.columns, key.referenced_columns, strict=True))
    given = " AND ".join(f"NEW.{quoted(a)} IS NOT NULL" for a, _unused in pairs)
    found = f"SELECT 1 FROM {parent.storage} WHERE " + " AND ".join(f"{quoted(b)} = NEW.{quoted(a)}" for a, b in pairs)
    for suffix, event in (("i", "INSERT"), ("u", "UPDATE OF " + ", ".join(quoted(a) for a, _unused in pairs))):
        yield (
            f'CREATE TRIGGER "fk{key.id}{suffix}" AFTER {event} ON {child.storage} WHEN {given} AND NOT EXISTS '
            f"({found}) "
            f"BEGIN SELECT RAISE(ABORT, 'FK {key.id}'); END"
        )
    children = " AND ".join(f"{quoted(a)} = OLD.{quoted(b)}" for a, b in pairs)
    changed = " OR ".join(f"NEW.{quoted(b)} IS NOT OLD.{quoted(b)}" for _unused, b in pairs)
    refuse = f"SELECT RAISE(ABORT, 'RK {key.id}') WHERE EXISTS (SELECT 1 FROM {child.storage} WHERE {children});"
    nulls = ", ".join(f"{quoted(a)} = NULL" for a, _unused in pairs)
    follow = ", ".join(f"{quoted(a)} = NEW.{quoted(b)}" for a, b in pairs)
    clear = f"UPDATE {child.storage} SET {nulls} WHERE {children};"
    deleted = {"CASCADE": f"DELETE FROM {child.storage} WHERE {children};", "SET_NULL": clear}.get(
        key.on_delete, refuse
    )
    updated = {"CASCADE": f"UPDATE {child.storage} SET {follow} WHERE {children};", "SET_NULL": clear}.get(
        key.on_update, refuse
    )
    yield f'CREATE TRIGGER "fk{key.id}d" AFTER DELETE ON {parent.storage} BEGIN {deleted} END'
    columns = ", ".join(quoted(b) for _unused, b in pairs)
    yield (
        f'CREATE TRIGGER "fk{key.id}w" AFTER UPDATE OF {columns} ON {parent.storage} WHEN {changed} BEGIN {updated} END'
    )


def broken_reference(connection: sqlite3.Connection, table: TableInfo, key: ForeignKey, model: Model) -> bool:
    """Return whether a row of the table refers to nothing."""
    parent = model.table_by_id(key.referenced)
    pairs = list(zip(key.columns, key.referenced_columns, strict=True))
    given = " AND ".join(f"c.{quoted(a)} IS NOT NULL" for a, _unused in pairs)
    match = " AND ".join(f"p.{quoted(b)} = c.{quoted(a)}" for a, b in pairs)
    sql = (
        f"SELECT 1 FROM {table.storage} AS c WHERE {given} AND NOT EXISTS (SELECT 1 FROM {parent.storage} AS p "
        f"WHERE {match}) LIMIT 1"
    )
    return connection.execute(sql).fetchone() is not None


def check_own_references(
    connection: sqlite3.Connection, table: TableInfo, model: Model, statement: str, database: str
) -> None:
    """Check the references of a table to itself. Raises SqlError 547."""
    for key in table.foreign_keys:
        if key.referenced == table.id and not key.disabled and broken_reference(connection, table, key, model):
            what = "SAME TABLE REFERENCE" if statement == "DELETE" else "FOREIGN KEY SAME TABLE"
            raise conflict(statement, what, key.name, database, table, key.columns)


def conflict(statement: str, what: str, name: str, database: str, table: TableInfo, columns: list[str]) -> SqlError:
    """Return error 547."""
    column = f", column '{columns[0]}'" if len(columns) == 1 else ""
    message = (
        f'The {statement} statement conflicted with the {what} constraint "{name}". The conflict occurred '
        f'in database "{database}", table "{table.schema}.{table.name}"{column}.'
    )
    return SqlError(547, message)


def translate(error: sqlite3.IntegrityError, statement: str, table: TableInfo, model: Model, database: str) -> SqlError:
    """Return SQL Server's error for a constraint that SQLite found violated."""
    text = str(error)
    kind, _unused, rest = text.partition(" ")
    if kind in ("FK", "RK") and rest.isdigit():
        child, key = next((each, key) for each in model.tables for key in each.foreign_keys if key.id == int(rest))
        if kind == "FK":
            return conflict(
                statement, "FOREIGN KEY", key.name, database, model.table_by_id(key.referenced), key.referenced_columns
            )
        return conflict(statement, "REFERENCE", key.name, database, child, key.columns)
    if text.startswith("NOT NULL constraint failed: "):
        column = text.rpartition(".")[2]
        message = (
            f"Cannot insert the value NULL into column '{column}', table "
            f"'{database}.{table.schema}.{table.name}'; column does not allow nulls. {statement} fails."
        )
        return SqlError(515, message)
    if text.startswith("CHECK constraint failed: c"):
        number = int(text.rpartition("c")[2])
        owner, check = next((each, check) for each in model.tables for check in each.checks if check.id == number)
        return conflict(statement, "CHECK", check.name, database, owner, [])
    if (match := _UNIQUE.fullmatch(text)) is not None:
        return _duplicate(_violated(match, table), table)
    return SqlError(3624, f"The emulator's engine failed: {text}", severity=20)


def _violated(match: re.Match[str], table: TableInfo) -> Key:
    if match["index"]:
        return next(each for each in table.keys if each.id == int(match["index"]))
    columns = [each.partition(".")[2] for each in match["columns"].split(", ")]
    return next(each for each in table.keys if each.unique and each.columns == columns)


def _duplicate(key: Key, table: TableInfo) -> SqlError:
    name = f"{table.schema}.{table.name}"
    if key.kind == "UNIQUE INDEX":
        return SqlError(
            2601, f"Cannot insert duplicate key row in object '{name}' with unique index '{key.name}'.", severity=14
        )
    what = "PRIMARY KEY" if key.kind == "PK" else "UNIQUE KEY"
    return SqlError(
        2627,
        f"Violation of {what} constraint '{key.name}'. Cannot insert duplicate key in object '{name}'.",
        severity=14,
    )
