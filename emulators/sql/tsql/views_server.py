# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""System views of the server: databases, files, sessions, settings, and msdb's history."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from emulators.sql.engine.instance import DatabaseInfo
from emulators.sql.engine.link import Link
from emulators.sql.engine.types import Value
from emulators.sql.tsql import security
from emulators.sql.tsql.installation import CONFIGURATIONS
from emulators.sql.tsql.properties import variant
from emulators.sql.tsql.views import Rows, view

if TYPE_CHECKING:
    from emulators.sql.tsql.session import Session

_RECOVERY = {"FULL": 1, "BULK_LOGGED": 2, "SIMPLE": 3}
_ACCESS = {"MULTI_USER": 0, "SINGLE_USER": 1, "RESTRICTED_USER": 2}


def _flag(database: DatabaseInfo, name: str) -> int:
    return int(database.options.get(name, False))


@view(
    "sys.databases",
    "name:n database_id:i source_database_id:i owner_sid:sid create_date:d compatibility_level:t collation_name:n "
    "user_access:t user_access_desc:n60"
    " is_read_only:b state:t state_desc:n60 snapshot_isolation_state:t snapshot_isolation_state_desc:n60 "
    "is_read_committed_snapshot_on:b"
    " recovery_model:t recovery_model_desc:n60 is_auto_close_on:b is_auto_shrink_on:b is_auto_create_stats_on:b "
    "is_auto_update_stats_on:b"
    " is_trustworthy_on:b is_query_store_on:b page_verify_option_desc:n60 is_encrypted:b containment:t "
    "log_reuse_wait_desc:n60"
    " is_broker_enabled:b is_in_standby:b is_cdc_enabled:b",
)
def databases(session: Session, _database: DatabaseInfo, _link: Link) -> Rows:
    """One row a database."""
    for each in session.instance.state.databases:
        isolation = _flag(each, "snapshot_isolation_state")
        yield (
            each.name, each.id, each.source, bytes.fromhex(each.owner), each.created, each.compatibility,
            each.collation, _ACCESS[each.access], each.access,
            int(each.read_only), 0 if each.state == "ONLINE" else 6, each.state, isolation,
            "ON" if isolation else "OFF",
            _flag(each, "is_read_committed_snapshot_on"), _RECOVERY[each.recovery], each.recovery, _flag(each,
            "is_auto_close_on"),
            _flag(each, "is_auto_shrink_on"), _flag(each, "is_auto_create_stats_on"), _flag(each,
            "is_auto_update_stats_on"),
            _flag(each, "is_trustworthy_on"), _flag(each, "is_query_store_on"), "CHECKSUM", 0, 0, "NOTHING", 0, 0, 0,
        )  # fmt: skip


def _files(database: DatabaseInfo) -> Rows:
    for each in database.files:
        data = each.kind == "ROWS"
        yield (
            each.id, None, 0 if data else 1, each.kind, 1 if data else 0, each.name, each.physical, 0, "ONLINE",
            each.size, each.max_size, each.growth,
            0, int(database.read_only), 0, int(each.percent),
        )  # fmt: skip


_FILE = (
    "file_id:i file_guid:g type:t type_desc:n60 data_space_id:i name:n physical_name:n260 state:t state_desc:n60 "
    "size:i max_size:i growth:i"
    " is_media_read_only:b is_read_only:b is_sparse:b is_percent_growth:b"
)


@view("sys.database_files", _FILE)
def database_files(_session: Session, database: DatabaseInfo, _link: Link) -> Rows:
    """One row a file of the database."""
    yield from _files(database)


@view("sys.master_files", f"database_id:i {_FILE}")
def master_files(session: Session, _database: DatabaseInfo, _link: Link) -> Rows:
    """One row a file of any database."""
    for database in session.instance.state.databases:
        for row in _files(database):
            yield (database.id, *row)


@view(
    "sys.configurations",
    "configuration_id:i name:n minimum:v maximum:v value:v value_in_use:v description:n260 is_dynamic:b is_advanced:b",
)
def configurations(session: Session, _database: DatabaseInfo, _link: Link) -> Rows:
    """One row a setting."""
    for name, (least, most, _default, dynamic, advanced, number, text) in CONFIGURATIONS.items():
        value, used = session.instance.state.configurations[name]
        yield (number, name, *(variant("int", each) for each in (least, most, value, used)), text, dynamic, advanced)


@view(
    "sys.dm_exec_sessions",
    "session_id:s login_time:d host_name:n program_name:n login_name:n original_login_name:n security_id:sid "
    "status:n60 database_id:s"
    " is_user_process:b open_transaction_count:i transaction_isolation_level:s",
)
def sessions(session: Session, _database: DatabaseInfo, _link: Link) -> Rows:
    """One row a session; of others only for those who may see them."""
    for each in list(session.instance.sessions.values()):
        if each is session or session.is_sysadmin:
            other = cast("Session", each)
            status = "running" if each is session else "sleeping"
            yield (
                other.id,
                other.login_time,
                other.host,
                other.program,
                other.login.name,
                other.login.name,
                bytes.fromhex(other.login.sid),
                status,
                other.database_id,
                1,
                other.transactions,
                2,
            )


@view(
    "sys.dm_exec_connections",
    "session_id:i connect_time:d net_transport:n protocol_type:n encrypt_option:n auth_scheme:n "
    "client_net_address:n local_tcp_port:i",
)
def connections(session: Session, _database: DatabaseInfo, _link: Link) -> Rows:
    """One row a connection."""
    security.require_server_state(session)
    for each in list(session.instance.sessions.values()):
        other = cast("Session", each)
        yield (
            other.id,
            other.login_time,
            "TCP",
            "TSQL",
            "TRUE" if other.encrypted else "FALSE",
            other.scheme,
            other.address.partition(":")[0],
            None,
        )


@view("sys.dm_os_sys_memory", "total_physical_memory_kb:big available_physical_memory_kb:big")
def memory(session: Session, _database: DatabaseInfo, _link: Link) -> Rows:
    """One row."""
    security.require_server_state(session)
    physical = session.instance.state.physical_memory_mb * 1024
    yield (physical, physical // 2)


@view("sys.dm_os_sys_info", "cpu_count:i physical_memory_kb:big committed_target_kb:big sqlserver_start_time:d")
def system(session: Session, _database: DatabaseInfo, _link: Link) -> Rows:
    """One row."""
    security.require_server_state(session)
    state = session.instance.state
    target = min(state.physical_memory_mb * 3 // 4, state.configurations["max server memory (MB)"][1])
    yield (4, state.physical_memory_mb * 1024, target * 1024, session.instance.started)


@view(
    "sys.database_recovery_status",
    "database_id:i database_guid:g family_guid:g last_log_backup_lsn:num recovery_fork_guid:g "
    "first_recovery_fork_guid:g fork_point_lsn:num",
)
def recovery_status(session: Session, _database: DatabaseInfo, _link: Link) -> Rows:
    """One row a database that the login may use. What the emulator has no such thing of is NULL."""
    for each in session.instance.state.databases:
        if each.state == "ONLINE" and session.user_of(each, session.link_to(each).model) is not None:
            yield (each.id, None, each.family, None, None, None, None)


_BACKUP = (
    "backup_set_id:i backup_set_uuid:g name:n128 description:n260 type:c1 database_name:n server_name:n machine_name:n "
    "user_name:n backup_start_date:d backup_finish_date:d"
    " is_copy_only:b has_backup_checksums:b is_damaged:b backup_size:num compressed_backup_size:num "
    "recovery_model:n60 collation_name:n"
    " compatibility_level:t database_creation_date:d media_set_id:i position:i"
)
_RESTORE = (
    "restore_history_id:i restore_date:d destination_database_name:n user_name:n backup_set_id:i "
    "restore_type:c1 replace:b recovery:b restart:b"
)


def _chosen(records: list[dict[str, object]], columns: str) -> Rows:
    declared = [each.partition(":") for each in columns.split()]
    for record in records:
        row: list[Value] = []
        for name, _unused, kind in declared:
            value = record.get(name)
            row.append(str(value) if kind == "num" else cast("Value", value))
        yield tuple(row)


@view("msdb.backupset", _BACKUP)
def backupset(session: Session, _database: DatabaseInfo, _link: Link) -> Rows:
    """One row a backup."""
    yield from _chosen(session.instance.state.backups, _BACKUP)


@view("msdb.backupmediafamily", "media_set_id:i physical_device_name:n260 device_type:t")
def backupmediafamily(session: Session, _database: DatabaseInfo, _link: Link) -> Rows:
    """One row a file of a backup."""
    for each in session.instance.state.backups:
        yield (cast("int", each["media_set_id"]), cast("str", each["physical_device_name"]), 2)


@view("msdb.restorehistory", _RESTORE)
def restorehistory(session: Session, _database: DatabaseInfo, _link: Link) -> Rows:
    """One row a restore."""
    yield from _chosen(session.instance.state.restores, _RESTORE)
