# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a SQL Server says of itself, its databases and its disks. Reads only.

What the login may not see is left out and named, so that a login of few rights learns what it may.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.configuration import read_settings
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.configuration_planner import Setting
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.server import DatabaseRefused
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.session import Session, SqlProblem, in_database
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_catalogue import COLUMNS
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_shapes import Column

T = TypeVar("T")

_NOT_ALLOWED = (229, 297, 300, 371)
"""Permission denied: on an object, of a user, on the server's state."""

_PROPERTIES = {
    "name": "ServerName",
    "version": "ProductVersion",
    "level": "ProductLevel",
    "update_level": "ProductUpdateLevel",
    "edition": "Edition",
    "collation": "Collation",
    "data_directory": "InstanceDefaultDataPath",
    "log_directory": "InstanceDefaultLogPath",
}

_DATABASES = """
SELECT d.name, d.database_id, s.name, SUSER_SNAME(d.owner_sid), d.create_date, d.state_desc, d.user_access_desc,
    d.is_read_only, d.collation_name, d.recovery_model_desc, d.compatibility_level, d.is_read_committed_snapshot_on,
    HAS_DBACCESS(d.name)
FROM sys.databases AS d LEFT JOIN sys.databases AS s ON s.database_id = d.source_database_id ORDER BY d.name"""

_FILES = """
SELECT database_id, name, type_desc, physical_name, size, max_size, growth, is_percent_growth
FROM sys.master_files ORDER BY database_id, file_id"""

_VOLUMES = """
SELECT DISTINCT v.volume_mount_point, v.total_bytes, v.available_bytes FROM sys.master_files AS f
CROSS APPLY sys.dm_os_volume_stats(f.database_id, f.file_id) AS v ORDER BY v.volume_mount_point"""

_EXTENDED_PROPERTIES = """
SELECT name, CAST(value AS nvarchar(max)) FROM {database}.sys.extended_properties WHERE class = 0 ORDER BY name"""

PAGES_PER_MB = 128
"""SQL Server counts the sizes of files in pages of 8 KiB."""


def survey(session: Session, tables_of: Sequence[str] = ()) -> dict[str, object]:
    """Return the facts that module `mssql_info` documents.

    Args:
        session: whose login asks.
        tables_of: the databases whose tables are described.

    Raises:
        Problem: no connection, or a question that every login may ask was refused.
    """
    hidden: list[str] = []

    def visible(what: str, ask: Callable[[], T]) -> T | None:
        """Return what is asked for, None if the login may not see it."""
        try:
            return ask()
        except SqlProblem as problem:
            if problem.number not in _NOT_ALLOWED:
                raise
            hidden.append(what)
            return None

    settings = read_settings(session)
    databases, snapshots = _databases(session)
    return {
        "driver": str(session.driver),
        "instance": _instance(session),
        "connection": visible("connection", lambda: _connection(session)),
        "memory": visible("memory", lambda: _memory(session, settings)),
        "settings": {name: each.in_use for name, each in settings.items()},
        "pending_settings": {name: each.value for name, each in settings.items() if not each.installed},
        "databases": databases,
        "snapshots": snapshots,
        "tables": {name: _tables(session, name) for name in tables_of},
        "volumes": visible("volumes", lambda: _volumes(session)),
        "not_visible": hidden,
    }


def _instance(session: Session) -> dict[str, object]:
    columns = [f"CAST(SERVERPROPERTY('{each}') AS nvarchar(260))" for each in _PROPERTIES.values()]
    columns.append("CAST(SERVERPROPERTY('IsIntegratedSecurityOnly') AS int)")
    (row,) = session.rows(f"SELECT {', '.join(columns)}")
    return {**dict(zip(_PROPERTIES, row, strict=False)), "windows_authentication_only": bool(row[-1])}


def _connection(session: Session) -> dict[str, object]:
    (row,) = session.rows(
        "SELECT SUSER_SNAME(), IS_SRVROLEMEMBER('sysadmin'), encrypt_option, auth_scheme, net_transport "
        "FROM sys.dm_exec_connections WHERE session_id = @@SPID"
    )
    login, sysadmin, encrypted, scheme, transport = row
    return {
        "login": login,
        "sysadmin": bool(sysadmin),
        "encrypted": encrypted == "TRUE",
        "authentication_scheme": scheme,
        "transport": transport,
    }


def _memory(session: Session, settings: Mapping[str, Setting]) -> dict[str, object]:
    ((physical, target),) = session.rows("SELECT physical_memory_kb, committed_target_kb FROM sys.dm_os_sys_info")
    return {
        "physical_mb": physical // 1024,
        "target_mb": target // 1024,
        "max_server_memory_mb": settings["max server memory (MB)"].in_use,
        "min_server_memory_mb": settings["min server memory (MB)"].in_use,
    }


def _volumes(session: Session) -> list[dict[str, object]]:
    return [
        {"mount_point": path, "total_mb": total // 2**20, "free_mb": free // 2**20}
        for path, total, free in session.rows(_VOLUMES)
    ]


def _tables(session: Session, database: str) -> dict[str, list[str]] | None:
    """Return the columns of a database's tables, None if the login does not get into a database of this name."""
    within = session.within(database)
    tables: dict[str, list[str]] = defaultdict(list)
    try:
        for schema, table, *shape, computed, nullable in within.rows(COLUMNS):
            tables[f"{schema}.{table}"].append(_description(Column(*shape), computed, nullable))
    except DatabaseRefused:
        return None
    finally:
        within.close()
    return {name: sorted(columns) for name, columns in sorted(tables.items())}


def _description(column: Column, computed: bool, nullable: bool) -> str:
    """Return a column in words: `LocationId int identity, key 1`."""
    of_value = " computed" if computed else " identity" if column.identity else " null" if nullable else ""
    return f"{column.name} {column.declared}{of_value}{f', key {column.key}' if column.key else ''}"


def _databases(session: Session) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Return the databases, and the snapshots of databases."""
    files: dict[int, list[dict[str, object]]] = defaultdict(list)
    for number, *columns in session.rows(_FILES):
        files[number].append(file_facts(columns))
    databases, snapshots = [], []
    for row in session.rows(_DATABASES):
        name, number, source, owner, created, state, access, read_only, collation, recovery, level, rcsi, mine = row
        if source is not None:
            snapshots.append({"name": name, "source": source, "created": created.isoformat()})
            continue
        databases.append(
            {
                "name": name,
                "owner": owner,
                "created": created.isoformat(),
                "state": state,
                "user_access": access,
                "read_only": bool(read_only),
                "collation": collation,
                "recovery_model": recovery,
                "compatibility_level": level,
                "read_committed_snapshot": bool(rcsi),
                "files": files[number],
                "extended_properties": extended_properties(session, name) if mine == 1 else None,
            }
        )
    return databases, snapshots


def file_facts(row: Sequence[Any]) -> dict[str, object]:
    """Return a file of a database as modules return it.

    Args:
        row: of `sys.master_files`: name, type_desc, physical_name, size, max_size, growth, is_percent_growth.
    """
    name, kind, path, size, limit, growth, percent = row
    unlimited = limit in (-1, 268435456)  # 2 TiB is what a log file has that was declared without a limit
    return {
        "name": name,
        "type": kind.lower(),
        "path": path,
        "size_mb": _megabytes(size),
        "max_size_mb": None if unlimited else _megabytes(limit),
        "growth_mb": None if percent else _megabytes(growth),
        "growth_percent": growth if percent else None,
    }


def _megabytes(pages: int) -> int | float:
    number = pages / PAGES_PER_MB
    return int(number) if number.is_integer() else number


def extended_properties(session: Session, database: str) -> dict[str, str]:
    """Return the extended properties of a database itself, as text. Raises Problem if it cannot be read."""
    rows = session.rows(in_database(_EXTENDED_PROPERTIES, database))
    return {name: "" if value is None else value for name, value in rows}
