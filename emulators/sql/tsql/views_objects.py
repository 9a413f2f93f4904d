# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""System views of tables, columns, keys and references."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from emulators.sql.engine.instance import DatabaseInfo
from emulators.sql.engine.link import Link
from emulators.sql.engine.model import ColumnInfo, Model, TableInfo, ViewInfo
from emulators.sql.engine.types import SYSTEM_TYPE_IDS, SqlType, Value
from emulators.sql.tsql import security
from emulators.sql.tsql.properties import variant
from emulators.sql.tsql.views import Rows, view

if TYPE_CHECKING:
    from emulators.sql.tsql.session import Session


OBJECT = (
    "name:n object_id:i principal_id:i schema_id:i parent_object_id:i type:c2 type_desc:n60 create_date:d "
    "modify_date:d is_ms_shipped:b"
)


_MAY_SEE = ("SELECT", "INSERT", "UPDATE", "DELETE", "ALTER", "CONTROL", "VIEW DEFINITION", "REFERENCES")


def visible(session: Session, database: DatabaseInfo, link: Link) -> tuple[list[TableInfo], list[ViewInfo]]:
    """Return the tables and views on which the session has any permission."""
    model = link.model
    if database is not session.database:
        return model.tables, model.views

    def see(each: TableInfo | ViewInfo) -> bool:
        return any(security.allowed(session, permission, each) for permission in _MAY_SEE)

    return [each for each in model.tables if see(each)], [each for each in model.views if see(each)]


def _schema(model: Model, name: str) -> int:
    found = model.schema(name)
    return found.id if found else 0


def object_row(
    model: Model, number: int, name: str, schema: str, parent: int, kind: str, description: str, dates: tuple[str, str]
) -> tuple[Value, ...]:
    """Return the columns that every view of objects begins with."""
    return (name, number, None, _schema(model, schema), parent, kind.ljust(2), description, *dates, 0)


@view("sys.schemas", "name:n schema_id:i principal_id:i")
def schemas(_session: Session, _database: DatabaseInfo, link: Link) -> Rows:
    """One row a schema."""
    for each in link.model.schemas:
        yield (each.name, each.id, each.owner)


@view(
    "sys.tables",
    f"{OBJECT} lob_data_space_id:i max_column_id_used:i temporal_type:t is_memory_optimized:b is_external:b",
)
def tables(session: Session, database: DatabaseInfo, link: Link) -> Rows:
    """One row a table."""
    for each in visible(session, database, link)[0]:
        yield (
            *object_row(
                link.model, each.id, each.name, each.schema, 0, "U", "USER_TABLE", (each.created, each.modified)
            ),
            0,
            max(column.id for column in each.columns),
            0,
            0,
            0,
        )


@view("sys.views", OBJECT)
def views(session: Session, database: DatabaseInfo, link: Link) -> Rows:
    """One row a view."""
    for each in visible(session, database, link)[1]:
        yield object_row(link.model, each.id, each.name, each.schema, 0, "V", "VIEW", (each.created, each.created))


@view("sys.objects", OBJECT)
def objects(session: Session, database: DatabaseInfo, link: Link) -> Rows:
    """One row a table, view or constraint."""
    found, found_views = visible(session, database, link)
    for table in found:
        dates = (table.created, table.modified)
        yield object_row(link.model, table.id, table.name, table.schema, 0, "U", "USER_TABLE", dates)
        for number, name, kind, description in _constraints(table):
            yield object_row(link.model, number, name, table.schema, table.id, kind, description, dates)
    for each in found_views:
        yield object_row(link.model, each.id, each.name, each.schema, 0, "V", "VIEW", (each.created, each.created))


def _constraints(table: TableInfo) -> Iterator[tuple[int, str, str, str]]:
    for key in table.keys:
        if key.kind in ("PK", "UQ"):
            yield key.id, key.name, key.kind, "PRIMARY_KEY_CONSTRAINT" if key.kind == "PK" else "UNIQUE_CONSTRAINT"
    for reference in table.foreign_keys:
        yield reference.id, reference.name, "F", "FOREIGN_KEY_CONSTRAINT"
    for check in table.checks:
        yield check.id, check.name, "C", "CHECK_CONSTRAINT"
    for column in table.columns:
        if column.default:
            yield default_id(table, column), column.default_name, "D", "DEFAULT_CONSTRAINT"


def default_id(table: TableInfo, column: ColumnInfo) -> int:
    """Return the object id of a column's default."""
    return table.id + 1_000_000_000 + column.id


_COLUMN = (
    "object_id:i name:n column_id:i system_type_id:t user_type_id:i max_length:s precision:t scale:t "
    "collation_name:n is_nullable:b is_ansi_padded:b"
    " is_rowguidcol:b is_identity:b is_computed:b is_filestream:b is_sparse:b is_hidden:b default_object_id:i "
    "generated_always_type:t"
)


def _column(table: TableInfo, each: ColumnInfo) -> tuple[Value, ...]:
    kind = each.type
    number = SYSTEM_TYPE_IDS[kind.name]
    collation = kind.collation if kind.is_string and kind.name != "xml" else None
    default = default_id(table, each) if each.default else 0
    return (
        table.id,
        each.name,
        each.id,
        number,
        number,
        kind.bytes,
        kind.declared_precision,
        kind.declared_scale,
        collation,
        int(each.nullable),
        1,
        0,
        int(each.identity),
        int(bool(each.computed)),
        0,
        0,
        0,
        default,
        0,
    )


def _each_column(session: Session, database: DatabaseInfo, link: Link) -> Iterator[tuple[TableInfo, ColumnInfo]]:
    for table in visible(session, database, link)[0]:
        for column in table.columns:
            yield table, column


@view("sys.columns", _COLUMN)
def columns(session: Session, database: DatabaseInfo, link: Link) -> Rows:
    """One row a column of a table."""
    for table, each in _each_column(session, database, link):
        yield _column(table, each)


@view("sys.identity_columns", f"{_COLUMN} seed_value:v increment_value:v last_value:v is_not_for_replication:b")
def identity_columns(session: Session, database: DatabaseInfo, link: Link) -> Rows:
    """One row an identity column."""
    for table, each in _each_column(session, database, link):
        if each.identity:
            values = (each.seed, each.increment, link.identity(table))
            yield (
                *_column(table, each),
                *(variant(each.type.name if each.type.name != "numeric" else "bigint", value) for value in values),
                0,
            )


@view("sys.computed_columns", f"{_COLUMN} definition:nmax uses_database_collation:b is_persisted:b")
def computed_columns(session: Session, database: DatabaseInfo, link: Link) -> Rows:
    """One row a computed column."""
    for table, each in _each_column(session, database, link):
        if each.computed:
            yield (*_column(table, each), f"({each.computed})", 1, int(each.persisted))


@view("sys.default_constraints", f"{OBJECT} parent_column_id:i definition:nmax is_system_named:b")
def default_constraints(session: Session, database: DatabaseInfo, link: Link) -> Rows:
    """One row a default."""
    for table, each in _each_column(session, database, link):
        if each.default:
            dates = (table.created, table.modified)
            row = object_row(
                link.model,
                default_id(table, each),
                each.default_name,
                table.schema,
                table.id,
                "D",
                "DEFAULT_CONSTRAINT",
                dates,
            )
            yield (*row, each.id, f"({each.default})", int(each.default_name.startswith("DF__")))


@view(
    "sys.types",
    "name:n system_type_id:t user_type_id:i schema_id:i max_length:s precision:t scale:t collation_name:n "
    "is_nullable:b is_user_defined:b",
)
def types(_session: Session, database: DatabaseInfo, _link: Link) -> Rows:
    """One row a type."""
    limits = {"varchar": 8000, "char": 8000, "nvarchar": 8000, "nchar": 8000, "varbinary": 8000, "binary": 8000}
    for name, number in SYSTEM_TYPE_IDS.items():
        kind = SqlType(
            name,
            precision=38 if name in ("decimal", "numeric") else 0,
            scale=7 if name in ("time", "datetime2", "datetimeoffset") else 38 if name in ("decimal", "numeric") else 0,
        )
        collation = database.collation if name in ("varchar", "char", "nvarchar", "nchar") else None
        shown = "timestamp" if name == "rowversion" else name
        yield (
            shown,
            number,
            number,
            4,
            limits.get(name, kind.bytes),
            kind.declared_precision,
            kind.declared_scale,
            collation,
            1,
            0,
        )
    yield ("sysname", 231, 256, 4, 256, 0, 0, database.collation, 0, 0)


@view("sys.sql_modules", "object_id:i definition:nmax uses_ansi_nulls:b is_schema_bound:b")
def sql_modules(session: Session, database: DatabaseInfo, link: Link) -> Rows:
    """One row a view."""
    for each in visible(session, database, link)[1]:
        columns = f" ({', '.join(each.columns)})" if each.columns else ""
        yield (each.id, f"CREATE VIEW [{each.schema}].[{each.name}]{columns} AS {each.text}", 1, 0)
