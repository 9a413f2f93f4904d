# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Privileges on columns: INSERT and UPDATE of tables. Oracle has none for SELECT, and revokes them with the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulators.oracle.engine import rights
from emulators.oracle.engine.errors import OracleError, refused
from emulators.oracle.engine.model import Grant, Model
from emulators.oracle.engine.schema_objects import SchemaObject, Table
from emulators.oracle.sql.tokens import Words

if TYPE_CHECKING:
    from emulators.oracle.engine.session import Session

Columns = dict[str, list[str]]
"""By privilege, the names of columns."""


def read_columns(words: Words, privilege: str, columns: Columns | None) -> None:
    """Read the columns that follow a privilege into `columns`, which is None in REVOKE. Raises OracleError."""
    if columns is None:
        raise OracleError(1750, message="UPDATE/REFERENCES may only be REVOKEd from the whole table, not by column")
    if privilege == "REFERENCES":
        raise refused("REFERENCES on columns", words.next.position)
    if privilege not in ("INSERT", "UPDATE"):
        raise OracleError(969, position=words.next.position)
    words.expect("(")
    columns.setdefault(privilege, []).append(words.name())
    while words.skip(","):
        columns[privilege].append(words.name())
    words.expect(")")


def grant_columns(
    session: Session, model: Model, found: SchemaObject | None, columns: Columns, grantees: list[str], *, option: bool
) -> None:
    """Grant privileges on columns of a table. Raises OracleError."""
    if not isinstance(found, Table):
        raise refused("privileges on columns of a view")
    if option and any(each in model.roles for each in grantees):
        raise OracleError(1926, message="cannot GRANT to a role WITH GRANT OPTION")
    for privilege, names in columns.items():
        if not rights.may_grant(model, session.user, privilege, found):
            raise OracleError(1031)
        for name in names:
            column = found.column(name)
            if column is None:
                raise OracleError(904, f'"{name}"')
            for grantee in grantees:
                if grantee != found.owner:
                    granted = Grant(
                        grantee, privilege, "COLUMN", option, found.owner, found.name, found.owner, column.id
                    )
                    rights.add(model, granted)
