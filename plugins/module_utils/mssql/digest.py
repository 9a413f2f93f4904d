# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Digests of what a database holds, by which two are compared without moving rows.

The digest of a table is the sum, modulo 2**256, of the SHA-256 of each row, so that it does not depend on the order in
which the rows come, and counts those that come twice. A row is written as Python writes a tuple in ASCII: texts, octets
and numbers as literals, with escapes, so that no two rows look alike, and no collation or locale plays a part. Moments
are texts in ODBC's canonical form, and decimals texts with all digits of their scale, since the driver takes longer to
make a number of one than a row takes to hash. Computed columns and rowversions are left out, since they follow from the
others or from the server. Writing rows this way is what costs least: it is done by the interpreter itself.

The structure is digested by kinds: columns, keys, constraints, views and programs, principals, rights, properties.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.session import Session, quoted
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.progress import Progress
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

MODULUS = 2**256

_AS_IT_IS = "{column}"
_MOMENT = "CONVERT(varchar(40), {column}, 121)"
_BYTES = "CAST({column} AS varbinary(max))"
_TEXT = "CAST({column} AS nvarchar(max))"

EXPRESSIONS = {
    **dict.fromkeys(("bit", "tinyint", "smallint", "int", "bigint"), _AS_IT_IS),
    **dict.fromkeys(("float", "real"), _AS_IT_IS),
    **dict.fromkeys(("decimal", "numeric"), "CAST({column} AS varchar(41))"),
    **dict.fromkeys(("money", "smallmoney"), "CONVERT(varchar(30), {column}, 2)"),
    **dict.fromkeys(("char", "varchar", "nchar", "nvarchar", "binary", "varbinary"), _AS_IT_IS),
    **dict.fromkeys(("date", "time", "datetime", "smalldatetime", "datetime2", "datetimeoffset"), _MOMENT),
    "uniqueidentifier": "CAST({column} AS char(36))",
    **dict.fromkeys(("xml", "text", "ntext"), _TEXT),
    **dict.fromkeys(("image", "hierarchyid", "geometry", "geography"), _BYTES),
}
"""How the server is asked for the values of each type, so that nothing of them is lost on the way."""

_COLUMNS = """
SELECT s.name, t.name, c.name, COALESCE(b.name, y.name), c.is_computed FROM sys.tables AS t
JOIN sys.schemas AS s ON s.schema_id = t.schema_id JOIN sys.columns AS c ON c.object_id = t.object_id
JOIN sys.types AS y ON y.user_type_id = c.user_type_id LEFT JOIN sys.types AS b ON b.user_type_id = c.system_type_id
WHERE t.is_ms_shipped = 0 AND t.is_external = 0 ORDER BY s.name, t.name, c.column_id"""

_ROWS = """
SELECT SUM(p.rows) FROM sys.partitions AS p JOIN sys.tables AS t ON t.object_id = p.object_id WHERE p.index_id IN (0, 1)
"""

STRUCTURE = {
    "columns": """
SELECT s.name, t.name, c.name, y.name, c.column_id, c.max_length, c.precision, c.scale, c.is_nullable, c.collation_name,
    c.is_identity, k.definition
FROM sys.tables AS t JOIN sys.schemas AS s ON s.schema_id = t.schema_id
JOIN sys.columns AS c ON c.object_id = t.object_id JOIN sys.types AS y ON y.user_type_id = c.user_type_id
LEFT JOIN sys.computed_columns AS k ON k.object_id = c.object_id AND k.column_id = c.column_id""",
    "indexes": """
SELECT OBJECT_SCHEMA_NAME(i.object_id), OBJECT_NAME(i.object_id), i.name, i.type_desc, i.is_unique, i.is_primary_key,
    i.is_unique_constraint, i.is_disabled, i.filter_definition, k.key_ordinal, k.is_descending_key,
    k.is_included_column, c.name
FROM sys.indexes AS i JOIN sys.tables AS t ON t.object_id = i.object_id
JOIN sys.index_columns AS k ON k.object_id = i.object_id AND k.index_id = i.index_id
JOIN sys.columns AS c ON c.object_id = k.object_id AND c.column_id = k.column_id""",
    "foreign_keys": """
SELECT OBJECT_SCHEMA_NAME(f.parent_object_id), OBJECT_NAME(f.parent_object_id), f.name, f.is_disabled, f.is_not_trusted,
    f.delete_referential_action, f.update_referential_action, OBJECT_SCHEMA_NAME(f.referenced_object_id),
    OBJECT_NAME(f.referenced_object_id), k.constraint_column_id, k.parent_column_id, k.referenced_column_id
FROM sys.foreign_keys AS f JOIN sys.foreign_key_columns AS k ON k.constraint_object_id = f.object_id""",
    "constraints": """
SELECT OBJECT_SCHEMA_NAME(parent_object_id), OBJECT_NAME(parent_object_id), name, definition, is_disabled
FROM sys.check_constraints""",
    "defaults": """
SELECT OBJECT_SCHEMA_NAME(parent_object_id), OBJECT_NAME(parent_object_id), parent_column_id, name, definition
FROM sys.default_constraints""",
    "programs": """
SELECT OBJECT_SCHEMA_NAME(object_id), OBJECT_NAME(object_id), definition FROM sys.sql_modules""",
    "principals": "SELECT name, type, sid, default_schema_name FROM sys.database_principals",
    "role_members": """
SELECT r.name, p.name FROM sys.database_role_members AS m
JOIN sys.database_principals AS r ON r.principal_id = m.role_principal_id
JOIN sys.database_principals AS p ON p.principal_id = m.member_principal_id""",
    "permissions": """
SELECT p.name, g.class, g.major_id, g.minor_id, g.permission_name, g.state_desc FROM sys.database_permissions AS g
JOIN sys.database_principals AS p ON p.principal_id = g.grantee_principal_id""",
    "schemas": "SELECT s.name, p.name FROM sys.schemas AS s JOIN sys.database_principals AS p "
    "ON p.principal_id = s.principal_id",
    "extended_properties": """
SELECT class, major_id, minor_id, name, CAST(value AS nvarchar(4000)) FROM sys.extended_properties""",
}
"""Kind → what is asked for. The answers of a database and of its snapshot are the same: identifiers too."""


@dataclass(frozen=True)
class ContentDigest:
    """How many rows, of a table or of the catalogue, and their digest in hexadecimal digits."""

    rows: int
    digest: str

    def __str__(self) -> str:
        """Return what messages say of it."""
        return f"{self.rows} rows with the digest {self.digest}"

    def as_dict(self) -> dict[str, object]:
        """Return both, the digest as far as people compare it."""
        return {"rows": self.rows, "digest": self.digest[:16]}


Digests = Mapping[str, ContentDigest]
"""By `schema.table` for tables, by `structure: kind` for the structure."""


def digest_of_rows(batches: Iterable[Sequence[tuple[Any, ...]]]) -> Iterator[tuple[int, int]]:
    """Yield, after each batch of rows, how many rows there were until then, and the sum of their hashes."""
    count = total = 0
    for batch in batches:
        count += len(batch)
        total += sum_of_hashes(batch)
        yield count, total % MODULUS


def sum_of_hashes(rows: Sequence[tuple[Any, ...]]) -> int:
    """Return what rows add to a digest. A list is made first: that is quicker than adding one after the other."""
    sha256, from_bytes = hashlib.sha256, int.from_bytes
    return sum([from_bytes(sha256(ascii(row).encode()).digest(), "big") for row in rows])


def digest_of_database(session: Session, name: str) -> dict[str, ContentDigest]:
    """Return the digests of all tables of the database that the session is in, and of its structure.

    Args:
        session: in that database.
        name: what the progress calls it.

    Raises:
        Problem: it cannot be read, or a column is of a type that cannot be digested.
    """
    found = {}
    for kind, query in STRUCTURE.items():
        found[f"structure: {kind}"] = _digest(digest_of_rows([session.rows(query)]))
    queries = _queries(session)
    with Progress(f"Digest of {name}", total=int(session.value(_ROWS) or 0), unit="rows") as progress:
        for table, query in queries.items():
            count = total = 0
            for now, total in digest_of_rows(session.stream(query)):  # noqa: B007 (the last of them)
                progress.advance(now - count)
                count = now
            found[table] = _digest([(count, total)])
    return found


def differing(one: Digests, other: Digests) -> list[str]:
    """Return the names of what differs, or is in one of them only, in their order."""
    return sorted(name for name in {*one, *other} if one.get(name) != other.get(name))


def overall(digests: Digests) -> str:
    """Return one digest of all, in hexadecimal digits."""
    lines = (f"{name}\0{each.rows}\0{each.digest}\n" for name, each in sorted(digests.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _digest(states: Iterable[tuple[int, int]]) -> ContentDigest:
    count = total = 0
    for count, total in states:  # noqa: B007 (the last of them)
        pass
    return ContentDigest(count, f"{total:064x}")


def _queries(session: Session) -> dict[str, str]:
    """Return the query of each table's values."""
    columns: dict[tuple[str, str], list[str]] = defaultdict(list)
    for schema, table, column, kind, computed in session.rows(_COLUMNS):
        chosen = columns[schema, table]
        if computed or kind in ("timestamp", "rowversion"):
            continue
        if kind not in EXPRESSIONS:
            raise Problem(
                f"column {column} is of the type {kind}, which cannot be digested",
                where=f"{session.where} table {schema}.{table}",
                expected=", ".join(EXPRESSIONS),
            )
        chosen.append(EXPRESSIONS[kind].replace("{column}", quoted(column)))
    return {
        f"{schema}.{table}": " ".join(("SELECT", ", ".join(chosen) or "1", "FROM", f"{quoted(schema)}.{quoted(table)}"))
        for (schema, table), chosen in columns.items()
    }
