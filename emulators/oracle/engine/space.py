# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Space: what tables take, and quotas on tablespaces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulators.oracle.engine.errors import OracleError
from emulators.oracle.engine.model import UNLIMITED
from emulators.oracle.engine.rights import has_system
from emulators.oracle.engine.schema_objects import Table

if TYPE_CHECKING:
    import sqlite3

    from emulators.oracle.engine.session import Session

EXTENT = 65536
_ROW_OVERHEAD = 3


def table_bytes(database: sqlite3.Connection, table: Table) -> int:
    """Return what a table takes, in whole extents of 64 KiB; nothing as long as it never had a row."""
    lengths = " + ".join(f'ifnull(length("c{each.id}"), 0) + 1' for each in table.columns)
    (total,) = database.execute(f"SELECT sum({lengths} + {_ROW_OVERHEAD}) FROM {table.storage}").fetchone()
    return -(-int(total or 0) // EXTENT) * EXTENT


def used_bytes(session: Session, owner: str, tablespace: str) -> int:
    """Return what all tables of an owner take in a tablespace."""
    tables = [each for each in session.instance.model.tables() if (each.owner, each.tablespace) == (owner, tablespace)]
    return sum(table_bytes(session.database, each) for each in tables)


def is_limited(session: Session, table: Table) -> bool:
    """Return whether a table's owner has a quota that ends. Raises OracleError 1950: it has none at all."""
    model = session.instance.model
    owner = model.users[table.owner]
    quota = owner.quotas.get(table.tablespace, 0)
    if quota == UNLIMITED or has_system(model, owner.name, "UNLIMITED TABLESPACE", direct=True):
        return False
    if quota == 0:
        raise OracleError(1950, table.tablespace)
    return True


def check_quota(session: Session, table: Table) -> None:
    """Raise OracleError 1536 if the tables of a table's owner take more than its quota."""
    quota = session.instance.model.users[table.owner].quotas[table.tablespace]
    if used_bytes(session, table.owner, table.tablespace) > quota:
        raise OracleError(1536, table.tablespace)
