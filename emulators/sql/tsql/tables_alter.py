# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ALTER TABLE, and indexes."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from emulators.sql.engine import storage
from emulators.sql.engine.bind import quoted
from emulators.sql.engine.bind_changes import ChangeBinder
from emulators.sql.engine.collations import check
from emulators.sql.engine.errors import SqlError
from emulators.sql.engine.instance import now_text
from emulators.sql.engine.model import CheckInfo, ForeignKey, Model, TableInfo
from emulators.sql.engine.scope import Bound, Scope
from emulators.sql.tsql import security
from emulators.sql.tsql.batch import Action, Batch, statement
from emulators.sql.tsql.catalogue import SessionCatalogue, parse_expression
from emulators.sql.tsql.table_grammar import ColumnPart, column_part, constraint_part
from emulators.sql.tsql.table_model import add_column, add_constraint, row_expression

if TYPE_CHECKING:
    from emulators.sql.tsql.session import Session


Edit = Callable[["Session", Model, TableInfo], dict[int, str]]
"""Changes a table of the model; returns the SQL of columns whose values are new, by the column's id."""


@statement("ALTER", "TABLE")
def alter_table(words: Batch) -> Action:
    """ALTER TABLE name ADD | ALTER COLUMN | DROP | [NO]CHECK CONSTRAINT."""
    name = words.name()
    checked: bool | None = None
    if words.take("WITH"):
        checked = words.one_of("CHECK", "NOCHECK") == "CHECK"
    edit = _edit(words, checked)

    def run(session: Session) -> None:
        session.begin_statement()
        before = SessionCatalogue(session).target(name)
        security.require_alter(session, before)
        link = session.link
        link.begin()
        model = link.copy_model()
        table = model.table_by_id(before.id)
        connection = link.connection
        connection.execute("SAVEPOINT altering")
        try:
            values = edit(session, model, table)
            table.modified = now_text()
            old = link.model
            storage.drop_triggers(connection, before, old)
            storage.replace(connection, before, table, model, row_expression(session), values)
            _validate(session, model, before, table, checked)
            link.store(model)
        except sqlite3.IntegrityError as error:
            connection.execute("ROLLBACK TO altering")
            raise link.translated(error, "ALTER TABLE", table) from error
        except sqlite3.OperationalError as error:
            connection.execute("ROLLBACK TO altering")
            raise link.translated(error) from error
        except SqlError:
            connection.execute("ROLLBACK TO altering")
            raise
        finally:
            connection.execute("RELEASE altering")
        session.end_statement()

    return run


def _edit(words: Batch, checked: bool | None) -> Edit:
    if words.take("ADD"):
        return _add(words)
    if words.take("ALTER", "COLUMN"):
        return _alter_column(words)
    if words.take("DROP"):
        return _drop(words)
    if checked is None or words.is_word("CHECK") or words.is_word("NOCHECK"):
        disabled = words.one_of("CHECK", "NOCHECK") == "NOCHECK"
        words.expect("CONSTRAINT")
        names = [] if words.take("ALL") else [words.identifier()]
        while names and words.take_operator(","):
            names.append(words.identifier())
        return _switch(names, disabled=disabled, checked=bool(checked))
    raise words.unexpected()


def _add(words: Batch) -> Edit:
    parts = []
    while True:
        parts.append(constraint_part(words) or column_part(words))
        if not words.take_operator(","):
            break

    def edit(session: Session, model: Model, table: TableInfo) -> dict[int, str]:
        values: dict[int, str] = {}
        for part in parts:
            if not isinstance(part, ColumnPart):
                if part.kind == "DF":
                    column = table.column(part.columns[0])
                    if column is None:
                        raise SqlError(
                            1752,
                            f"Column '{part.columns[0]}' in table '{table.name}' is invalid for creating a default "
                            "constraint.",
                        )
                    column.default, column.default_name = part.text, part.name
                else:
                    add_constraint(session, model, table, part)
                continue
            column = add_column(session, model, table, part)
            filled = column.default and (not column.nullable or part.with_values)
            binder = ChangeBinder(SessionCatalogue(session))
            if column.identity:
                values[column.id] = f"next_identity({table.id})"
            elif column.type.name == "rowversion":
                values[column.id] = "next_rowversion()"
            elif filled:
                values[column.id] = binder.coerce(
                    binder.value(parse_expression(column.default), Scope()), column.type
                ).sql
            elif (
                not column.nullable
                and not column.computed
                and session.link.connection.execute(f"SELECT 1 FROM {table.storage} LIMIT 1").fetchone()
            ):
                raise SqlError(
                    4901,
                    "ALTER TABLE only allows columns to be added that can contain nulls, or have a DEFAULT "
                    f"definition specified. Column '{column.name}' cannot be added to non-empty table "
                    f"'{table.name}' because it does not satisfy these conditions.",
                )
            for each in part.constraints:
                add_constraint(session, model, table, each)
        return values

    return edit


def _alter_column(words: Batch) -> Edit:
    name, kind = words.identifier(), words.type()
    collation = check(words.identifier()) if words.take("COLLATE") else ""
    nullable = not words.take("NOT", "NULL")
    words.take("NULL") if nullable else None

    def edit(session: Session, model: Model, table: TableInfo) -> dict[int, str]:
        column = table.column(name)
        if column is None:
            raise SqlError(
                4924, f"ALTER TABLE ALTER COLUMN failed because column '{name}' does not exist in table '{table.name}'."
            )
        used = [key.name for key in table.keys if column.name in key.columns]
        if column.computed or (used and column.type.name != kind.name):
            raise SqlError(5074, f"The object '{used[0] if used else name}' is dependent on column '{name}'.")
        binder = ChangeBinder(SessionCatalogue(session))
        target = (
            replace(kind, collation=collation or column.type.collation or model.collation)
            if kind.is_string and kind.name != "xml"
            else kind
        )
        before = Bound(quoted(column.name), column.type)
        column_sql = binder._assigned(before, table, replace(column, type=target, identity=False))
        column.type, column.nullable = target, nullable
        return {column.id: column_sql}

    return edit


def _drop(words: Batch) -> Edit:
    is_column = words.take("COLUMN")
    if not is_column:
        words.take("CONSTRAINT")
    quiet = words.take("IF", "EXISTS")
    names = [words.identifier()]
    while words.take_operator(","):
        names.append(words.identifier())

    def edit(session: Session, model: Model, table: TableInfo) -> dict[int, str]:
        del session
        for name in names:
            if is_column:
                _drop_column(model, table, name, quiet=quiet)
            elif not _drop_constraint(model, table, name) and not quiet:
                raise SqlError(3728, f"'{name}' is not a constraint.")
        return {}

    return edit


def _drop_column(model: Model, table: TableInfo, name: str, *, quiet: bool) -> None:
    column = table.column(name)
    if column is None:
        if quiet:
            return
        raise SqlError(
            4924, f"ALTER TABLE DROP COLUMN failed because column '{name}' does not exist in table '{table.name}'."
        )
    users = [key.name for key in table.keys if column.name in (*key.columns, *key.included)]
    users += [key.name for key in table.foreign_keys if column.name in key.columns]
    users += [key.name for _child, key in model.referencing(table) if column.name in key.referenced_columns]
    users += [column.default_name] if column.default else []
    users += [each.name for each in table.checks if column.name.casefold() in each.text.casefold()]
    if users:
        raise SqlError(5074, f"The object '{users[0]}' is dependent on column '{name}'.")
    table.columns.remove(column)


def _drop_constraint(model: Model, table: TableInfo, name: str) -> bool:
    wanted = name.casefold()
    for column in table.columns:
        if column.default_name.casefold() == wanted and column.default:
            column.default = column.default_name = ""
            return True
    for key in table.keys:
        if key.name.casefold() == wanted and key.kind in ("PK", "UQ"):
            user = next(
                (
                    each.name
                    for _child, each in model.referencing(table)
                    if sorted(each.referenced_columns) == sorted(key.columns)
                ),
                None,
            )
            if user is not None:
                raise SqlError(
                    3725, f"The constraint '{key.name}' is being referenced by table, foreign key constraint '{user}'."
                )
            table.keys.remove(key)
            return True
    before = len(table.foreign_keys) + len(table.checks)
    table.foreign_keys = [each for each in table.foreign_keys if each.name.casefold() != wanted]
    table.checks = [each for each in table.checks if each.name.casefold() != wanted]
    return len(table.foreign_keys) + len(table.checks) < before


def _switch(names: list[str], *, disabled: bool, checked: bool) -> Edit:
    def edit(session: Session, model: Model, table: TableInfo) -> dict[int, str]:
        del session, model
        every: list[ForeignKey | CheckInfo] = [*table.foreign_keys, *table.checks]
        for name in names:
            if not any(each.name.casefold() == name.casefold() for each in every):
                raise SqlError(4917, f"Constraint '{name}' does not exist.")
        folded = {name.casefold() for name in names}
        for each in every:
            if not names or each.name.casefold() in folded:
                each.disabled = disabled
                each.trusted = not disabled and (checked or each.trusted)
        return {}

    return edit


def _validate(session: Session, model: Model, before: TableInfo, table: TableInfo, checked: bool | None) -> None:
    """Check the rows against constraints that are new, or that were switched on WITH CHECK."""
    connection, database = session.link.connection, session.database.name
    every: list[ForeignKey | CheckInfo] = [*table.foreign_keys, *table.checks]
    former: list[ForeignKey | CheckInfo] = [*before.foreign_keys, *before.checks]
    old = {each.id: each for each in former}
    for each in every:
        earlier = old.get(each.id)
        wanted = (checked is not False) if earlier is None else (earlier.disabled and checked is True)
        if earlier is None and checked is False:
            each.trusted = False
        if each.disabled or not wanted:
            continue
        if isinstance(each, ForeignKey):
            if storage.broken_reference(connection, table, each, model):
                parent = model.table_by_id(each.referenced)
                raise storage.conflict(
                    "ALTER TABLE", "FOREIGN KEY", each.name, database, parent, each.referenced_columns
                )
        else:
            condition = row_expression(session)(table, each.text, None)
            if connection.execute(f"SELECT 1 FROM {table.storage} WHERE NOT ({condition}) LIMIT 1").fetchone():
                raise storage.conflict("ALTER TABLE", "CHECK", each.name, database, table, [])
