# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which tables a database has, in what shape, and how they refer to each other: read from its catalogue."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.session import Session
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_shapes import Column, ForeignKey, Table

COLUMNS = """
SELECT s.name, t.name, c.name, COALESCE(b.name, y.name), c.max_length, c.precision, c.scale, COALESCE(k.key_ordinal, 0),
    c.is_identity, c.is_computed, c.is_nullable
FROM sys.tables AS t JOIN sys.schemas AS s ON s.schema_id = t.schema_id
JOIN sys.columns AS c ON c.object_id = t.object_id
JOIN sys.types AS y ON y.user_type_id = c.user_type_id LEFT JOIN sys.types AS b ON b.user_type_id = c.system_type_id
LEFT JOIN sys.indexes AS i ON i.object_id = t.object_id AND i.is_primary_key = 1
LEFT JOIN sys.index_columns AS k ON k.object_id = i.object_id AND k.index_id = i.index_id AND k.column_id = c.column_id
WHERE t.is_ms_shipped = 0 AND t.is_external = 0"""
"""Asks for every column of every table: what `Column` has, then whether it is computed, and whether it takes NULL."""

_UNIQUE = """
SELECT DISTINCT s.name, t.name FROM sys.indexes AS i JOIN sys.tables AS t ON t.object_id = i.object_id
JOIN sys.schemas AS s ON s.schema_id = t.schema_id WHERE i.is_unique = 1 AND i.is_primary_key = 0"""

_FOREIGN_KEYS = """
SELECT f.name, OBJECT_SCHEMA_NAME(f.parent_object_id), OBJECT_NAME(f.parent_object_id),
    OBJECT_SCHEMA_NAME(f.referenced_object_id), OBJECT_NAME(f.referenced_object_id), f.delete_referential_action,
    f.is_disabled
FROM sys.foreign_keys AS f"""

GENERATED = ("timestamp", "rowversion")
"""Types whose values the server makes."""


@dataclass(frozen=True)
class Catalogue:
    """The tables of a database."""

    where: str
    """What messages call it."""
    tables: Mapping[str, Table]
    """By `schema.table` without regard to cases."""
    foreign_keys: tuple[ForeignKey, ...] = ()

    def find(self, name: str) -> Table | None:
        """Return a table by its name."""
        return self.tables.get(name.casefold())


def read_catalogue(session: Session) -> Catalogue:
    """Return the tables of the database that the session is in. Raises Problem if it cannot be read."""
    columns: dict[tuple[str, str], list[Column]] = defaultdict(list)
    for schema, table, name, kind, length, precision, scale, key, identity, computed, _null in session.rows(COLUMNS):
        chosen = columns[schema, table]
        if not computed and kind not in GENERATED:
            chosen.append(Column(name, kind, length, precision, scale, key, bool(identity)))
    unique = set(session.rows(_UNIQUE))
    tables = {}
    for (schema, name), found in columns.items():
        ordered = tuple(sorted(found, key=lambda each: each.name.casefold()))
        tables[f"{schema}.{name}".casefold()] = Table(schema, name, ordered, (schema, name) in unique)
    foreign_keys = tuple(
        ForeignKey(name, f"{schema}.{table}", f"{other_schema}.{other}", bool(action), bool(disabled))
        for name, schema, table, other_schema, other, action, disabled in session.rows(_FOREIGN_KEYS)
    )
    return Catalogue(session.where, tables, foreign_keys)
