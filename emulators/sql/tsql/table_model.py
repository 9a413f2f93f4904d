# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Columns and constraints as a declaration puts them into the model."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from emulators.sql.engine import storage
from emulators.sql.engine import syntax as tree
from emulators.sql.engine.bind import quoted
from emulators.sql.engine.bind_changes import ChangeBinder
from emulators.sql.engine.collations import check
from emulators.sql.engine.errors import SqlError, refused
from emulators.sql.engine.model import CheckInfo, ColumnInfo, ForeignKey, Key, Model, TableInfo
from emulators.sql.engine.scope import ColumnSource, Scope, SourceInfo
from emulators.sql.tsql import security
from emulators.sql.tsql.catalogue import SessionCatalogue, database_of, parse_expression
from emulators.sql.tsql.table_grammar import ColumnPart, ConstraintPart

if TYPE_CHECKING:
    from emulators.sql.tsql.session import Session


def row_expression(session: Session) -> storage.RowExpression:
    """Return what binds conditions on rows and computed columns."""

    def bind(table: TableInfo, text: str, column: ColumnInfo | None) -> str:
        scope = Scope(
            [
                SourceInfo(
                    "",
                    "",
                    (table.name,),
                    tuple(
                        ColumnSource(each.name, quoted(each.name), each.type, each.nullable) for each in table.columns
                    ),
                )
            ]
        )
        binder = ChangeBinder(SessionCatalogue(session))
        if column is None:
            return binder.condition(parse_expression(text), scope)
        return binder.coerce(binder.value(parse_expression(text), scope), column.type).sql

    return bind


def generated_name(kind: str, table: str, column: str = "") -> str:
    """Return a name such as SQL Server gives to a constraint that has none."""
    middle = f"__{table[:9]}__{column[:5] + '__' if column else ''}"
    return f"{kind}{middle}{secrets.token_hex(4).upper()}"


def place(session: Session, name: tree.Name) -> tuple[str, str]:
    """Return the schema and the name of an object to be made in the current database. Raises SqlError."""
    database, schema, last = database_of(session, name)
    if database is not session.database:
        raise refused("CREATE in another database than the current one")
    if last.startswith("#"):
        raise refused("temporary tables")
    schema = schema or session.user.default_schema or "dbo"
    found = session.model.schema(schema)
    if found is None:
        raise SqlError(
            2760, f'The specified schema name "{schema}" either does not exist or you do not have permission to use it.'
        )
    return found.name, last


def check_free(model: Model, schema: str, *names: str) -> None:
    """Raise SqlError 2714 if one of the names is taken."""
    taken = model.names_taken(schema)
    for name in names:
        if name.casefold() in taken:
            raise SqlError(2714, f"There is already an object named '{name}' in the database.", state=6)


def add_column(session: Session, model: Model, table: TableInfo, part: ColumnPart) -> ColumnInfo:
    """Add a column to a table of the model. Raises SqlError."""
    if table.column(part.name) is not None:
        raise SqlError(
            2705,
            f"Column names in each table must be unique. Column name '{part.name}' in table '{table.name}' is "
            "specified more than once.",
        )
    kind = part.type
    if part.computed:
        scope = Scope(
            [
                SourceInfo(
                    "",
                    "",
                    (table.name,),
                    tuple(
                        ColumnSource(each.name, quoted(each.name), each.type, each.nullable) for each in table.columns
                    ),
                )
            ]
        )
        kind = ChangeBinder(SessionCatalogue(session)).value(parse_expression(part.computed), scope).type
    if kind is None:
        raise SqlError(173, f"The definition for column '{part.name}' must include a data type.", severity=15)
    if kind.is_string and kind.name != "xml":
        collation = part.collation if part.collation.lower() != "database_default" else ""
        kind = replace(kind, collation=check(collation) if collation else model.collation)
    key = any(each.kind == "PK" for each in part.constraints)
    identity = part.identity is not None
    if identity and any(each.identity for each in table.columns):
        raise SqlError(
            2744,
            f"Multiple identity columns specified for table '{table.name}'. Only one identity column per table is "
            "allowed.",
        )
    nullable = part.nullable if part.nullable is not None else not (key or identity or kind.name == "rowversion")
    number = max([each.id for each in table.columns], default=0) + 1
    column = ColumnInfo(number, part.name, kind, nullable, identity, computed=part.computed, persisted=part.persisted)
    if part.identity is not None:
        column.seed, column.increment = part.identity
    if part.default:
        column.default, column.default_name = (
            part.default,
            part.default_name or generated_name("DF", table.name, part.name),
        )
        check_free(model, table.schema, column.default_name)
    table.columns.append(column)
    return column


def _columns(table: TableInfo, names: list[str], what: str) -> list[str]:
    found = []
    for name in names:
        column = table.column(name)
        if column is None:
            raise SqlError(
                1911 if what != "FK" else 1769, f"Column name '{name}' does not exist in the target table or view."
            )
        found.append(column.name)
    return found


def add_constraint(
    session: Session, model: Model, table: TableInfo, part: ConstraintPart
) -> Key | ForeignKey | CheckInfo | None:
    """Add a constraint to a table of the model. Raises SqlError."""
    kinds = {"PK": "PK", "UQ": "UQ", "FK": "FK", "CK": "CK"}
    name = part.name or generated_name(
        kinds.get(part.kind, "DF"), table.name, part.columns[0] if part.kind != "PK" and part.columns else ""
    )
    check_free(model, table.schema, name)
    if part.kind in ("PK", "UQ"):
        if part.kind == "PK" and table.primary_key is not None:
            raise SqlError(1779, f"Table '{table.name}' already has a primary key defined on it.")
        columns = _columns(table, part.columns, part.kind)
        if part.kind == "PK":
            for each in table.columns:
                if each.name in columns and each.nullable:
                    if session.link.connection.execute(
                        "SELECT 1 FROM sqlite_master WHERE name = ?", (f"t{table.id}",)
                    ).fetchone():
                        raise SqlError(
                            8111, f"Cannot define PRIMARY KEY constraint on nullable column in table '{table.name}'."
                        )
                    each.nullable = False
        clustered = part.clustered if part.clustered is not None else part.kind == "PK"
        kind: Literal["PK", "UQ"] = "PK" if part.kind == "PK" else "UQ"
        key = Key(model.new_id(), name, kind, columns, part.descending, clustered)
        table.keys.append(key)
        return key
    if part.kind == "CK":
        condition = CheckInfo(model.new_id(), name, part.text)
        row_expression(session)(table, part.text, None)
        table.checks.append(condition)
        return condition
    return _add_reference(session, model, table, part, name)


def _add_reference(session: Session, model: Model, table: TableInfo, part: ConstraintPart, name: str) -> ForeignKey:
    schema = (
        part.referenced[-2]
        if len(part.referenced) > 1 and part.referenced[-2]
        else session.user.default_schema or "dbo"
    )
    parent = model.object(schema, part.referenced[-1])
    if not isinstance(parent, TableInfo):
        raise SqlError(1767, f"Foreign key '{name}' references invalid table '{'.'.join(part.referenced)}'.")
    names = part.referenced_columns or (parent.primary_key.columns if parent.primary_key else [])
    referenced = _columns(parent, names, "FK")
    columns = _columns(table, part.columns, "FK")
    if not any(each.unique and sorted(each.columns) == sorted(referenced) for each in parent.keys):
        raise SqlError(
            1776,
            f"There are no primary or candidate keys in the referenced table '{schema}.{parent.name}' that match "
            f"the referencing column list in the foreign key '{name}'.",
        )
    for mine, theirs in zip(columns, referenced, strict=True):
        a, b = table.column(mine), parent.column(theirs)
        if a is not None and b is not None and (a.type.name, a.type.bytes) != (b.type.name, b.type.bytes):
            raise SqlError(
                1778,
                f"Column '{parent.schema}.{parent.name}.{theirs}' is not the same data type as referencing column "
                f"'{table.name}.{mine}' in foreign key '{name}'.",
            )
    if parent is not table:
        security.require(session, "REFERENCES", parent)
    key = ForeignKey(model.new_id(), name, columns, parent.id, referenced, part.on_delete, part.on_update)
    if parent is table and (key.on_delete, key.on_update) != ("NO_ACTION", "NO_ACTION"):
        raise SqlError(
            1785,
            f"Introducing FOREIGN KEY constraint '{name}' on table '{table.name}' may cause cycles or multiple "
            "cascade paths.",
        )
    table.foreign_keys.append(key)
    return key
