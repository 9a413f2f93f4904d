# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ALTER TABLE."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from emulators.oracle.engine import rights
from emulators.oracle.engine.errors import OracleError, refused
from emulators.oracle.engine.model import Model
from emulators.oracle.engine.schema_objects import Column, Table
from emulators.oracle.engine.types import LARGE, OracleType
from emulators.oracle.engine.values import assigner, fitted
from emulators.oracle.sql import physical
from emulators.oracle.sql.bind_changes import full_name
from emulators.oracle.sql.bind_queries import QueryBinder
from emulators.oracle.sql.catalogue import Catalogue
from emulators.oracle.sql.ddl import changes_table, existing
from emulators.oracle.sql.expressions import expression
from emulators.oracle.sql.registry import Action, statement
from emulators.oracle.sql.scope import Scope
from emulators.oracle.sql.table_grammar import ColumnSpec, column, names, out_of_line
from emulators.oracle.sql.tables import add_column, add_constraint, column_of
from emulators.oracle.sql.tokens import Words

if TYPE_CHECKING:
    from emulators.oracle.engine.session import Session

Step = Callable[["Session", Model, Table], None]


@statement("ALTER", "TABLE")
def alter_table(words: Words) -> Action:
    """Read ALTER TABLE."""
    name = words.qualified()
    steps: list[Step] = []
    while True:
        if words.skip("ADD"):
            steps += _add(words)
        elif words.skip("MODIFY"):
            steps += _modify(words)
        elif words.skip("DROP"):
            steps.append(_drop(words))
        elif words.sees("RENAME"):
            steps.append(_rename(words))
        else:
            break
    if not steps:
        words.fail(where="after ALTER TABLE")
    words.done(922)

    def run(session: Session, model: Model) -> None:
        table = existing(session, model, name)
        if not isinstance(table, Table):
            raise OracleError(942)
        rights.check(model, session.user, "ALTER", table)
        model.touch_object(table)  # an error half-way is undone
        for step in steps:
            step(session, model, table)
        table.changed = time.time()
        physical.guard(session.database, model, table)
        session.instance.invalidate(table.owner, table.name)

    return changes_table(name, run)


def _in_parentheses(words: Words, read: Callable[[], Step]) -> list[Step]:
    if not words.skip("("):
        return [read()]
    found = [read()]
    while words.skip(","):
        found.append(read())
    words.expect(")")
    return found


def _add(words: Words) -> list[Step]:
    def read() -> Step:
        constraint = out_of_line(words)
        if constraint is None:
            return _adding(column(words))

        def step(session: Session, model: Model, table: Table) -> None:
            added = add_constraint(session, model, table, constraint)
            physical.check_rows(session.database, model, table, added)
            if added.kind == "R":
                parent, _key = physical.parent_of(model, added)
                if parent is not table:
                    physical.guard(session.database, model, parent)

        return step

    return _in_parentheses(words, read)


def _adding(spec: ColumnSpec) -> Step:
    def step(session: Session, model: Model, table: Table) -> None:
        if table.column(spec.name) is not None:
            raise OracleError(1430)
        added = add_column(table, spec)
        filled = session.database.execute(f"SELECT 1 FROM {table.storage} LIMIT 1").fetchone() is not None
        if not added.nullable and filled and not added.default:
            raise OracleError(1758)
        physical.add_column(session.database, table, added)
        if added.default and filled:
            value = default_value(session, table, added)
            session.database.execute(f'UPDATE {table.storage} SET "c{added.id}" = ?', (value,))
        for each in spec.constraints:
            physical.check_rows(session.database, model, table, add_constraint(session, model, table, each))

    return step


def default_value(session: Session, table: Table, column: Column) -> object:
    """Return what a column's default is now, in stored form. Raises OracleError."""
    catalogue = Catalogue(session.instance, session.user, session.current_schema)
    binder = QueryBinder([], session.formats, catalogue.resolve)
    bound = binder.value(expression(Words(column.default)), Scope())
    (value,) = session.database.execute(f"SELECT {bound.sql}").fetchone()
    if value is None:
        return None
    value = value.decode() if bound.type.is_string else value
    fitter = assigner(bound.type, column.type, full_name(table, column))
    return value if fitter is None else fitter(value)


def _modify(words: Words) -> list[Step]:
    if words.sees_any(("CONSTRAINT", "PRIMARY", "UNIQUE")):
        raise refused(f"ALTER TABLE ... MODIFY {words.next.value}", words.next.position)

    def read() -> Step:
        spec = column(words, modify=True)

        def step(session: Session, model: Model, table: Table) -> None:
            found = table.column(spec.name)
            if found is None:
                raise OracleError(904, f'"{spec.name}"')
            if spec.type is not None and spec.type != found.type:
                _change_type(session, table, found, spec.type)
            if spec.default is not None:
                found.default = spec.default
            _change_nullability(session, model, table, found, spec)

        return step

    return _in_parentheses(words, read)


def _change_nullability(session: Session, model: Model, table: Table, found: Column, spec: ColumnSpec) -> None:
    for each in spec.constraints:
        if each.kind == "NOT NULL" and not found.nullable:
            raise OracleError(1442)
        added = add_constraint(session, model, table, each)
        physical.check_rows(session.database, model, table, added)
        if added.not_null:
            found.nullable = False
    if spec.nullable is True:
        if found.nullable or (table.primary_key is not None and found.name in table.primary_key.columns):
            raise OracleError(1451)
        found.nullable = True
        table.constraints = [each for each in table.constraints if not (each.not_null and each.columns == [found.name])]


def _change_type(session: Session, table: Table, found: Column, wanted: OracleType) -> None:
    name = f'"c{found.id}"'
    some = session.database.execute(f"SELECT 1 FROM {table.storage} WHERE {name} IS NOT NULL LIMIT 1").fetchone()
    old = found.type
    if some is not None:
        same = old.name == wanted.name or (old.name, wanted.name) in (("CHAR", "VARCHAR2"), ("VARCHAR2", "CHAR"))
        if not same or old.name in LARGE:
            raise OracleError(1439)
        if old.name == "NUMBER" and _narrows(old, wanted):
            raise OracleError(1440)
        if old.is_string or old.name == "RAW":
            fit = fitted(replace(wanted, name="VARCHAR2") if wanted.is_string else wanted, full_name(table, found))
            for (value,) in session.database.execute(f"SELECT {name} FROM {table.storage} WHERE {name} IS NOT NULL"):
                try:
                    fit(value.decode() if old.is_string else value)
                except OracleError as error:
                    raise OracleError(1441) from error
        if wanted.name == "CHAR":
            pad = fitted(wanted, full_name(table, found))
            rows = session.database.execute(f"SELECT rowid, {name} FROM {table.storage} WHERE {name} IS NOT NULL")
            for number, value in rows.fetchall():
                session.database.execute(
                    f"UPDATE {table.storage} SET {name} = ? WHERE rowid = ?", (pad(value.decode().rstrip(" ")), number)
                )
    found.type = wanted


def _narrows(old: OracleType, wanted: OracleType) -> bool:
    if not wanted.precision:
        return False
    if not old.precision:
        return True
    return wanted.precision - wanted.scale < old.precision - old.scale or wanted.scale < old.scale


def _drop(words: Words) -> Step:
    if words.skip("CONSTRAINT"):
        name = words.name()
        cascade = words.skip("CASCADE")
        return lambda session, model, table: _drop_constraint(session, model, table, name, cascade=cascade)
    if words.skip("PRIMARY", "KEY"):
        cascade = words.skip("CASCADE")

        def step(session: Session, model: Model, table: Table) -> None:
            if table.primary_key is None:
                raise OracleError(2441, message="Cannot drop nonexistent primary key")
            _drop_constraint(session, model, table, table.primary_key.name, cascade=cascade)

        return step
    if words.sees("UNIQUE"):
        raise refused("ALTER TABLE ... DROP UNIQUE: name the constraint", words.next.position)
    dropped = [words.name()] if words.skip("COLUMN") else names(words)
    cascade = words.skip("CASCADE", "CONSTRAINTS")
    return lambda session, model, table: _drop_columns(session, model, table, dropped, cascade=cascade)


def _drop_constraint(session: Session, model: Model, table: Table, name: str, *, cascade: bool) -> None:
    found = next((each for each in table.constraints if each.name == name), None)
    if found is None:
        raise OracleError(2443)
    children = [(child, key) for child, key in model.children(table) if key.parent == name]
    if children and not cascade:
        raise OracleError(2273)
    table.constraints.remove(found)
    for child, key in children:
        child.constraints.remove(key)
        model.touch_object(child)
        physical.guard(session.database, model, child)
    if found.kind == "P" or found.not_null:
        held = [each for other in table.constraints if other.not_null or other.kind == "P" for each in other.columns]
        for each in found.columns:
            if each not in held:
                column_of(table, each).nullable = True


def _drop_columns(session: Session, model: Model, table: Table, dropped: list[str], *, cascade: bool) -> None:
    gone = [column_of(table, each) for each in dropped]
    if len(gone) == len(table.columns):
        raise OracleError(12983)
    for each in list(table.constraints):
        touched = [name for name in each.columns if name in dropped]
        if not touched:
            continue
        children = [key for _child, key in model.children(table) if key.parent == each.name]
        if children and not cascade:
            raise OracleError(12992)
        if len(each.columns) > len(touched) and not cascade:
            raise OracleError(12991)
        _drop_constraint(session, model, table, each.name, cascade=True)
    table.columns = [each for each in table.columns if each not in gone]
    physical.guard(session.database, model, table)
    for column_gone in gone:
        session.database.execute(f'ALTER TABLE {table.storage} DROP COLUMN "c{column_gone.id}"')


def _rename(words: Words) -> Step:
    words.expect("RENAME")
    if words.skip("COLUMN"):
        old = words.name()
        words.expect("TO")
        new = words.name()

        def step(_session: Session, _model: Model, table: Table) -> None:
            found = column_of(table, old)
            if table.column(new) is not None:
                raise OracleError(957)
            if any(old in each.columns for each in table.constraints if each.kind == "C" and not each.not_null):
                raise refused("RENAME of a column that a CHECK names")
            found.name = new
            for each in table.constraints:
                each.columns = [new if name == old else name for name in each.columns]
                if each.not_null:
                    each.condition = f'"{each.columns[0]}" IS NOT NULL'

        return step
    raise refused(f"ALTER TABLE ... RENAME {words.next.text}", words.next.position)
