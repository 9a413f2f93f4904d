# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Table functions of `sys` (`sources.TABLE_FUNCTIONS`), as views whose first columns are the arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulators.sql.engine.instance import DatabaseInfo
from emulators.sql.engine.link import Link
from emulators.sql.tsql import security
from emulators.sql.tsql.permissions import ON_DATABASE, ON_OBJECT, ON_SERVER
from emulators.sql.tsql.views import Rows, view

if TYPE_CHECKING:
    from emulators.sql.tsql.session import Session

_GIB = 2**30


@view(
    "sys.dm_os_volume_stats",
    "database_id:i file_id:i volume_mount_point:n260 logical_volume_name:n file_system_type:n total_bytes:big "
    "available_bytes:big is_read_only:t",
)
def volume_stats(session: Session, _database: DatabaseInfo, _link: Link) -> Rows:
    """One row a file: all are on one volume."""
    security.require_server_state(session)
    for each in session.instance.state.databases:
        for file in each.files:
            yield (each.id, file.id, "/var/opt/mssql/", "", "ext4", 200 * _GIB, 120 * _GIB, 0)


@view("sys.fn_builtin_permissions", "class_desc:n60 permission_name:n60 type:c4")
def builtin_permissions(_session: Session, _database: DatabaseInfo, _link: Link) -> Rows:
    """One row a permission that GRANT knows, on each class."""
    classes = {"SERVER": ON_SERVER, "DATABASE": ON_DATABASE, "SCHEMA": ON_OBJECT, "OBJECT": ON_OBJECT}
    for name, permissions in classes.items():
        for each in sorted(permissions):
            yield (name, each, "".join(word[:2] for word in each.split())[:4].ljust(4))
