# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""System views of references between tables, extended properties, numbers of rows, and INFORMATION_SCHEMA."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulators.sql.engine.instance import DatabaseInfo
from emulators.sql.engine.link import Link
from emulators.sql.engine.types import MAX
from emulators.sql.tsql.views import Rows, view
from emulators.sql.tsql.views_keys import indexes_of
from emulators.sql.tsql.views_objects import visible

if TYPE_CHECKING:
    from emulators.sql.tsql.session import Session

_ACTIONS = {"NO_ACTION": 0, "CASCADE": 1, "SET_NULL": 2}


@view(
    "sys.foreign_keys",
    "name:n object_id:i principal_id:i schema_id:i parent_object_id:i type:c2 type_desc:n60 create_date:d "
    "modify_date:d is_ms_shipped:b"
    " referenced_object_id:i key_index_id:i is_disabled:b is_not_trusted:b delete_referential_action:t "
    "delete_referential_action_desc:n60"
    " update_referential_action:t update_referential_action_desc:n60 is_system_named:b",
)
def foreign_keys(session: Session, database: DatabaseInfo, link: Link) -> Rows:
    """One row a foreign key."""
    for table in visible(session, database, link)[0]:
        schema = link.model.schema(table.schema)
        for key in table.foreign_keys:
            parent = link.model.table_by_id(key.referenced)
            index = next(
                (
                    n
                    for n, each in indexes_of(parent)
                    if each and sorted(each.columns) == sorted(key.referenced_columns)
                ),
                1,
            )
            yield (
                key.name, key.id, None, schema.id if schema else 1, table.id, "F ", "FOREIGN_KEY_CONSTRAINT",
                table.created, table.modified, 0,
                key.referenced, index, int(key.disabled), int(not key.trusted), _ACTIONS[key.on_delete],
                key.on_delete, _ACTIONS[key.on_update],
                key.on_update, int(key.name.startswith("FK__")),
            )  # fmt: skip


@view(
    "sys.foreign_key_columns",
    "constraint_object_id:i constraint_column_id:i parent_object_id:i parent_column_id:i referenced_object_id:i "
    "referenced_column_id:i",
)
def foreign_key_columns(session: Session, database: DatabaseInfo, link: Link) -> Rows:
    """One row a column of a foreign key."""
    for table in visible(session, database, link)[0]:
        for key in table.foreign_keys:
            parent = link.model.table_by_id(key.referenced)
            for number, (mine, theirs) in enumerate(zip(key.columns, key.referenced_columns, strict=True), start=1):
                a, b = table.column(mine), parent.column(theirs)
                yield (key.id, number, table.id, a.id if a else 0, parent.id, b.id if b else 0)


@view("sys.extended_properties", "class:t class_desc:n60 major_id:i minor_id:i name:n value:v")
def extended_properties(_session: Session, _database: DatabaseInfo, link: Link) -> Rows:
    """One row a property."""
    names = {0: "DATABASE", 1: "OBJECT_OR_COLUMN", 3: "SCHEMA"}
    for each in link.model.properties:
        yield (each.scope, names[each.scope], each.major, each.minor, each.name, each.value)


@view("sys.partitions", "partition_id:big object_id:i index_id:i partition_number:i rows:big")
def partitions(session: Session, database: DatabaseInfo, link: Link) -> Rows:
    """One row an index or heap, with its number of rows."""
    for table in visible(session, database, link)[0]:
        (count,) = link.connection.execute(f"SELECT count(*) FROM {table.storage}").fetchone()
        for number, _key in indexes_of(table):
            yield (table.id * 1000 + number, table.id, number, 1, count)


@view("information_schema.tables", "TABLE_CATALOG:n TABLE_SCHEMA:n TABLE_NAME:n TABLE_TYPE:n")
def schema_tables(session: Session, database: DatabaseInfo, link: Link) -> Rows:
    """One row a table or view."""
    tables, views = visible(session, database, link)
    for table in tables:
        yield (database.name, table.schema, table.name, "BASE TABLE")
    for each in views:
        yield (database.name, each.schema, each.name, "VIEW")


@view(
    "information_schema.columns",
    "TABLE_CATALOG:n TABLE_SCHEMA:n TABLE_NAME:n COLUMN_NAME:n ORDINAL_POSITION:i COLUMN_DEFAULT:nmax "
    "IS_NULLABLE:n DATA_TYPE:n"
    " CHARACTER_MAXIMUM_LENGTH:i NUMERIC_PRECISION:t NUMERIC_SCALE:i DATETIME_PRECISION:s COLLATION_NAME:n",
)
def schema_columns(session: Session, database: DatabaseInfo, link: Link) -> Rows:
    """One row a column."""
    for table in visible(session, database, link)[0]:
        for number, each in enumerate(table.columns, start=1):
            kind = each.type
            length = kind.length if kind.is_string or kind.name in ("binary", "varbinary") else None
            precision = kind.declared_precision if kind.is_number and kind.name != "bit" else None
            moment = {"date": 0, "datetime": 3, "smalldatetime": 0}.get(
                kind.name, kind.scale if kind.name in ("time", "datetime2", "datetimeoffset") else None
            )
            default = f"({each.default})" if each.default else None
            yield (
                database.name, table.schema, table.name, each.name, number, default, "YES" if each.nullable else "NO",
                "timestamp" if kind.name == "rowversion" else kind.name, MAX if kind.name == "xml" else length,
                precision,
                kind.declared_scale if precision and kind.name not in ("float", "real") else None, moment,
                kind.collation or None if kind.is_string else None,
            )  # fmt: skip
