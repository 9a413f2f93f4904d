# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""System views of indexes, keys and checks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from emulators.sql.engine.instance import DatabaseInfo
from emulators.sql.engine.link import Link
from emulators.sql.engine.model import Key, TableInfo
from emulators.sql.tsql.views import Rows, view

if TYPE_CHECKING:
    from emulators.sql.tsql.session import Session
from emulators.sql.tsql.views_objects import OBJECT, object_row, visible


@view(
    "sys.check_constraints",
    f"{OBJECT} is_disabled:b is_not_trusted:b definition:nmax is_system_named:b parent_column_id:i",
)
def check_constraints(session: Session, database: DatabaseInfo, link: Link) -> Rows:
    """One row a check."""
    for table in visible(session, database, link)[0]:
        for each in table.checks:
            row = object_row(
                link.model,
                each.id,
                each.name,
                table.schema,
                table.id,
                "C",
                "CHECK_CONSTRAINT",
                (table.created, table.modified),
            )
            yield (
                *row,
                int(each.disabled),
                int(not each.trusted),
                f"({each.text})",
                int(each.name.startswith("CK__")),
                0,
            )


def indexes_of(table: TableInfo) -> Iterator[tuple[int, Key | None]]:
    """Yield the indexes of a table with their numbers: 1 for the clustered one, 0 and None for a heap."""
    clustered = next((each for each in table.keys if each.clustered), None)
    yield (1, clustered) if clustered else (0, None)
    yield from enumerate((key for key in table.keys if not key.clustered), start=2)


@view(
    "sys.indexes",
    "object_id:i name:n index_id:i type:t type_desc:n60 is_unique:b data_space_id:i ignore_dup_key:b "
    "is_primary_key:b is_unique_constraint:b fill_factor:t is_padded:b is_disabled:b is_hypothetical:b "
    "has_filter:b filter_definition:nmax",
)
def indexes(session: Session, database: DatabaseInfo, link: Link) -> Rows:
    """One row an index or heap."""
    for table in visible(session, database, link)[0]:
        for number, key in indexes_of(table):
            kind = {0: (0, "HEAP"), 1: (1, "CLUSTERED")}.get(number, (2, "NONCLUSTERED"))
            flags = (0, 0, 0) if key is None else (int(key.unique), int(key.kind == "PK"), int(key.kind == "UQ"))
            yield (
                table.id,
                key.name if key else None,
                number,
                *kind,
                flags[0],
                1,
                0,
                flags[1],
                flags[2],
                0,
                0,
                0,
                0,
                0,
                None,
            )


@view(
    "sys.index_columns",
    "object_id:i index_id:i index_column_id:i column_id:i key_ordinal:t partition_ordinal:t is_descending_key:b "
    "is_included_column:b",
)
def index_columns(session: Session, database: DatabaseInfo, link: Link) -> Rows:
    """One row a column of an index."""
    for table in visible(session, database, link)[0]:
        for number, key in indexes_of(table):
            names = [] if key is None else [*key.columns, *key.included]
            for at, name in enumerate(names, start=1):
                column = table.column(name)
                ordinal = at if key is not None and at <= len(key.columns) else 0
                down = int(bool(ordinal) and key is not None and key.descending[at - 1])
                yield (table.id, number, at, column.id if column else 0, ordinal, 0, down, int(not ordinal))


@view("sys.key_constraints", f"{OBJECT} unique_index_id:i is_system_named:b is_enforced:b")
def key_constraints(session: Session, database: DatabaseInfo, link: Link) -> Rows:
    """One row a primary key or unique constraint."""
    for table in visible(session, database, link)[0]:
        for number, key in indexes_of(table):
            if key is not None and key.kind in ("PK", "UQ"):
                description = "PRIMARY_KEY_CONSTRAINT" if key.kind == "PK" else "UNIQUE_CONSTRAINT"
                row = object_row(
                    link.model,
                    key.id,
                    key.name,
                    table.schema,
                    table.id,
                    key.kind,
                    description,
                    (table.created, table.modified),
                )
                yield (*row, number, int(key.name.startswith(f"{key.kind}__")), 1)
