# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the dictionary says of a table."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.names import shown
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.session import Session
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.table_columns import Column
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

_COLUMNS = """
SELECT column_name, data_type, data_length, char_length, char_used, data_precision, data_scale, nullable, data_default
FROM all_tab_columns WHERE owner = :1 AND table_name = :2 ORDER BY column_id"""

_CONSTRAINTS = """
SELECT constraint_name, constraint_type, search_condition, r_owner, r_constraint_name, delete_rule, status, generated
FROM all_constraints WHERE owner = :1 AND table_name = :2 ORDER BY constraint_name"""

_CONSTRAINT_COLUMNS = """
SELECT constraint_name, column_name FROM all_cons_columns
WHERE owner = :1 AND table_name = :2 ORDER BY constraint_name, position"""

_REFERRED = """
SELECT owner, constraint_name, table_name, column_name, position FROM all_cons_columns
WHERE (owner, constraint_name) IN {pairs} ORDER BY owner, constraint_name, position"""


@dataclass(frozen=True)
class Constraint:
    """A constraint as the dictionary has it."""

    name: str
    type: str
    """P, U, R or C."""
    columns: tuple[str, ...]
    condition: str | None = None
    parent: tuple[str, str] | None = None
    """Of a foreign key: schema and table."""
    parent_columns: tuple[str, ...] = ()
    delete_rule: str | None = None
    enabled: bool = True
    generated: bool = False
    """Whether the server named it."""


def read_object_type(session: Session, schema: str, name: str) -> str | None:
    """Return what there is of a name, None if there is nothing."""
    found = session.rows(
        "SELECT object_type FROM all_objects WHERE owner = :1 AND object_name = :2 AND object_type <> 'INDEX'",
        schema,
        name,
    )
    return str(found[0][0]) if found else None


def read_columns(session: Session, schema: str, table: str) -> list[Column]:
    """Return the columns of a table, none if it is not there."""
    return [
        Column(
            name,
            kind,
            int(characters or octets or 0),
            used == "C" or kind.startswith("N"),
            None if precision is None else int(precision),
            None if scale is None else int(scale),
            nullable == "Y",
            None if default is None or default.strip().upper() in ("", "NULL") else default.strip(),
        )
        for name, kind, octets, characters, used, precision, scale, nullable, default in session.rows(
            _COLUMNS, schema, table
        )
    ]


def read_constraints(session: Session, schema: str, table: str) -> list[Constraint]:
    """Return the constraints of a table, without those that only say NOT NULL."""
    columns: dict[str, list[str]] = defaultdict(list)
    for name, column in session.rows(_CONSTRAINT_COLUMNS, schema, table):
        columns[name].append(column)
    rows = session.rows(_CONSTRAINTS, schema, table)
    parents = sorted({(row[3], row[4]) for row in rows if row[1] == "R"})
    referred: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for owner, name, parent, column, _position in session.rows_of_pairs(_REFERRED, parents):
        referred[owner, name].append((parent, column))
    found = []
    for name, kind, condition, parent_owner, parent_name, rule, status, generated in rows:
        if kind == "C" and generated == "GENERATED NAME" and _says_not_null(condition, columns[name]):
            continue
        parent = referred.get((parent_owner, parent_name), [])
        found.append(
            Constraint(
                name,
                kind,
                tuple(columns[name]),
                condition,
                (parent_owner, parent[0][0]) if parent else None,
                tuple(column for _table, column in parent),
                rule,
                status == "ENABLED",
                generated == "GENERATED NAME",
            )
        )
    return found


def _says_not_null(condition: str | None, columns: list[str]) -> bool:
    return len(columns) == 1 and condition is not None and condition.strip() == f'"{columns[0]}" IS NOT NULL'


def check_is_table(session: Session, schema: str, name: str, kind: str | None) -> None:
    """Raise Problem if something else than a table has the name."""
    if kind not in (None, "TABLE"):
        raise Problem(
            f"{shown(schema, name)} is no table but a {str(kind).lower()}", where=session.where, remedy="Correct table."
        )
