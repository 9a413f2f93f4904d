# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Views about the instance, its sessions and locks, and about Streams."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from emulators.oracle.dictionary.registry import Rows, view
from emulators.oracle.engine import moments
from emulators.oracle.engine.model import Streams
from emulators.oracle.engine.types import OracleType

if TYPE_CHECKING:
    from emulators.oracle.engine.session import Session

_NAME = "VARCHAR2(128)"


@view(
    "V$SESSION",
    f"SADDR RAW(8), SID NUMBER, SERIAL# NUMBER, AUDSID NUMBER, USER# NUMBER, USERNAME {_NAME}, COMMAND NUMBER, "
    f"STATUS VARCHAR2(8), SERVER VARCHAR2(9), SCHEMA# NUMBER, SCHEMANAME {_NAME}, OSUSER {_NAME}, "
    "PROCESS VARCHAR2(24), "
    "MACHINE VARCHAR2(64), PORT NUMBER, TERMINAL VARCHAR2(30), PROGRAM VARCHAR2(48), TYPE VARCHAR2(10), "
    "MODULE VARCHAR2(64), ACTION VARCHAR2(64), CLIENT_INFO VARCHAR2(64), CLIENT_IDENTIFIER VARCHAR2(64), "
    "LOGON_TIME DATE, LAST_CALL_ET NUMBER, BLOCKING_SESSION NUMBER, EVENT VARCHAR2(64), SERVICE_NAME VARCHAR2(64)",
    restricted=True,
)
def _session(session: Session) -> Rows:
    instance = session.instance
    for each in list(instance.sessions.values()):
        user = instance.model.users.get(each.user)
        schema = instance.model.users.get(each.current_schema)
        yield (
            None, each.id, each.serial, each.id, user.id if user else None, each.user, 0,
            "ACTIVE" if each is session or each.active else "INACTIVE", "DEDICATED", schema.id if schema else None,
            each.current_schema, each.os_user, each.client_process, each.machine,
            int(each.peer.rpartition(":")[2] or 0), each.terminal, each.program, "USER",
            each.described.get("module") or each.program, each.described.get("action"),
            each.described.get("client_info"), each.described.get("client_identifier"),
            moments.of_seconds(each.logged_on), int(time.time() - each.last_call), None,
            "SQL*Net message from client", instance.service,
        )  # fmt: skip


@view(
    "V$INSTANCE",
    "INSTANCE_NUMBER NUMBER, INSTANCE_NAME VARCHAR2(16), HOST_NAME VARCHAR2(64), VERSION VARCHAR2(17), "
    "VERSION_FULL VARCHAR2(17), STARTUP_TIME DATE, STATUS VARCHAR2(12), DATABASE_STATUS VARCHAR2(17), "
    "LOGINS VARCHAR2(10), EDITION VARCHAR2(7)",
    restricted=True,
)
def _instance(session: Session) -> Rows:
    instance = session.instance
    major = instance.version.split(".")[0] + ".0.0.0.0"
    yield (
        1, instance.name, "emulated", major, instance.version, moments.of_seconds(instance.started), "OPEN", "ACTIVE",
        "ALLOWED", "EE",
    )  # fmt: skip


@view("V$VERSION", "BANNER VARCHAR2(80), BANNER_FULL VARCHAR2(160), BANNER_LEGACY VARCHAR2(80), CON_ID NUMBER")
def _version(session: Session) -> Rows:
    major = session.instance.version.split(".")[0]
    banner = f"Oracle Database {major}c Enterprise Edition Release {major}.0.0.0.0 - EMULATED"
    yield banner, f"{banner}\nVersion {session.instance.version}", banner, 0


@view(
    "PRODUCT_COMPONENT_VERSION",
    f"PRODUCT {_NAME}, VERSION VARCHAR2(160), VERSION_FULL VARCHAR2(160), STATUS VARCHAR2(160)",
)
def _product_component_version(session: Session) -> Rows:
    major = session.instance.version.split(".")[0]
    yield f"Oracle Database {major}c Enterprise Edition", f"{major}.0.0.0.0", session.instance.version, "EMULATED"


@view("V$DATABASE", "DBID NUMBER, NAME VARCHAR2(9), CREATED DATE, LOG_MODE VARCHAR2(12), OPEN_MODE VARCHAR2(20), "
      "DATABASE_ROLE VARCHAR2(16), DB_UNIQUE_NAME VARCHAR2(30), PLATFORM_NAME VARCHAR2(101)",
      restricted=True)  # fmt: skip
def _database(session: Session) -> Rows:
    instance = session.instance
    created = moments.of_seconds(instance.model.users["SYS"].created)
    yield 1, instance.name, created, "ARCHIVELOG", "READ WRITE", "PRIMARY", instance.name, "Linux x86 64-bit"


@view("NLS_DATABASE_PARAMETERS", "PARAMETER VARCHAR2(128), VALUE VARCHAR2(64)")
def _nls_database_parameters(_session: Session) -> Rows:
    yield "NLS_CHARACTERSET", "AL32UTF8"
    yield "NLS_NCHAR_CHARACTERSET", "AL16UTF16"
    yield "NLS_LENGTH_SEMANTICS", "BYTE"


@view("NLS_SESSION_PARAMETERS", "PARAMETER VARCHAR2(128), VALUE VARCHAR2(64)")
def _nls_session_parameters(session: Session) -> Rows:
    return list(session.nls.items())


@view(
    "V$LOCKED_OBJECT",
    f"OBJECT_ID NUMBER, SESSION_ID NUMBER, ORACLE_USERNAME {_NAME}, OS_USER_NAME {_NAME}, LOCKED_MODE NUMBER",
    restricted=True,
)
def _locked_object(session: Session) -> Rows:
    for each in list(session.instance.sessions.values()):
        for number in each.touched:
            yield number, each.id, each.user, each.os_user, 3


def _listed(
    rows: list[dict[str, Any]], columns: str, number_columns: str = "", date_columns: str = ""
) -> Iterator[Any]:
    numbers, dates = number_columns.split(), date_columns.split()
    for row in rows:
        values: list[Any] = []
        for name in columns.split():
            value = row.get(name.lower())
            if value is None:
                values.append(None)
            elif name in dates:
                values.append(moments.literal(str(value), OracleType("TIMESTAMP"))[0][:7])
            else:
                values.append(int(value) if name in numbers else str(value))
        yield tuple(values)


_CAPTURE = (
    "CAPTURE_NAME QUEUE_NAME QUEUE_OWNER RULE_SET_NAME RULE_SET_OWNER CAPTURE_USER STATUS CAPTURED_SCN APPLIED_SCN "
    "ERROR_NUMBER ERROR_MESSAGE STATUS_CHANGE_TIME CAPTURE_TYPE START_TIME"
)


@view(
    "DBA_CAPTURE",
    f"CAPTURE_NAME {_NAME}, QUEUE_NAME {_NAME}, QUEUE_OWNER {_NAME}, RULE_SET_NAME {_NAME}, RULE_SET_OWNER {_NAME}, "
    f"CAPTURE_USER {_NAME}, STATUS VARCHAR2(8), CAPTURED_SCN NUMBER, APPLIED_SCN NUMBER, ERROR_NUMBER NUMBER, "
    "ERROR_MESSAGE VARCHAR2(4000), STATUS_CHANGE_TIME DATE, CAPTURE_TYPE VARCHAR2(10), START_TIME TIMESTAMP(6)",
    restricted=True,
)
def _capture(session: Session) -> Rows:
    rows = _streams(session).capture
    return _listed(rows, _CAPTURE, "CAPTURED_SCN APPLIED_SCN ERROR_NUMBER", "STATUS_CHANGE_TIME START_TIME")


_APPLY = (
    "APPLY_NAME QUEUE_NAME QUEUE_OWNER APPLY_CAPTURED RULE_SET_NAME RULE_SET_OWNER APPLY_USER STATUS "
    "STATUS_CHANGE_TIME ERROR_NUMBER ERROR_MESSAGE"
)


@view(
    "DBA_APPLY",
    f"APPLY_NAME {_NAME}, QUEUE_NAME {_NAME}, QUEUE_OWNER {_NAME}, APPLY_CAPTURED VARCHAR2(3), RULE_SET_NAME {_NAME}, "
    f"RULE_SET_OWNER {_NAME}, APPLY_USER {_NAME}, STATUS VARCHAR2(8), STATUS_CHANGE_TIME DATE, ERROR_NUMBER NUMBER, "
    "ERROR_MESSAGE VARCHAR2(4000)",
    restricted=True,
)
def _apply(session: Session) -> Rows:
    return _listed(_streams(session).apply, _APPLY, "ERROR_NUMBER", "STATUS_CHANGE_TIME")


_ERRORS = (
    "APPLY_NAME QUEUE_NAME QUEUE_OWNER LOCAL_TRANSACTION_ID SOURCE_DATABASE SOURCE_TRANSACTION_ID SOURCE_COMMIT_SCN "
    "MESSAGE_NUMBER ERROR_NUMBER ERROR_MESSAGE MESSAGE_COUNT ERROR_CREATION_TIME"
)


@view(
    "DBA_APPLY_ERROR",
    f"APPLY_NAME {_NAME}, QUEUE_NAME {_NAME}, QUEUE_OWNER {_NAME}, LOCAL_TRANSACTION_ID VARCHAR2(22), "
    f"SOURCE_DATABASE {_NAME}, SOURCE_TRANSACTION_ID VARCHAR2(128), SOURCE_COMMIT_SCN NUMBER, MESSAGE_NUMBER NUMBER, "
    "ERROR_NUMBER NUMBER, ERROR_MESSAGE VARCHAR2(4000), MESSAGE_COUNT NUMBER, ERROR_CREATION_TIME DATE",
    restricted=True,
)
def _apply_error(session: Session) -> Rows:
    numbers = "SOURCE_COMMIT_SCN MESSAGE_NUMBER ERROR_NUMBER MESSAGE_COUNT"
    return _listed(_streams(session).errors, _ERRORS, numbers, "ERROR_CREATION_TIME")


_RULES = (
    "STREAMS_NAME STREAMS_TYPE STREAMS_RULE_TYPE RULE_SET_OWNER RULE_SET_NAME RULE_SET_TYPE RULE_OWNER RULE_NAME "
    "RULE_TYPE "
    "RULE_CONDITION SCHEMA_NAME OBJECT_NAME SOURCE_DATABASE INCLUDE_TAGGED_LCR SAME_RULE_CONDITION"
)


@view(
    "DBA_STREAMS_RULES",
    f"STREAMS_NAME {_NAME}, STREAMS_TYPE VARCHAR2(12), STREAMS_RULE_TYPE VARCHAR2(6), RULE_SET_OWNER {_NAME}, "
    f"RULE_SET_NAME {_NAME}, RULE_SET_TYPE VARCHAR2(8), RULE_OWNER {_NAME}, RULE_NAME {_NAME}, RULE_TYPE VARCHAR2(3), "
    f"RULE_CONDITION VARCHAR2(4000), SCHEMA_NAME {_NAME}, OBJECT_NAME {_NAME}, SOURCE_DATABASE {_NAME}, "
    "INCLUDE_TAGGED_LCR VARCHAR2(3), SAME_RULE_CONDITION VARCHAR2(3)",
    restricted=True,
)
def _streams_rules(session: Session) -> Rows:
    return _listed(_streams(session).rules, _RULES)


@view(
    "DBA_STREAMS_COLUMNS",
    f"OWNER {_NAME}, TABLE_NAME {_NAME}, COLUMN_NAME {_NAME}, SYNC_CAPTURE_VERSION NUMBER, SYNC_CAPTURE_REASON "
    "VARCHAR2(39), APPLY_VERSION NUMBER, APPLY_REASON VARCHAR2(39)",
    restricted=True,
)
def _streams_columns(session: Session) -> Rows:
    columns = "OWNER TABLE_NAME COLUMN_NAME SYNC_CAPTURE_VERSION SYNC_CAPTURE_REASON APPLY_VERSION APPLY_REASON"
    return _listed(_streams(session).columns, columns, "SYNC_CAPTURE_VERSION APPLY_VERSION")


@view(
    "DBA_STREAMS_DELETE_COLUMN",
    f"RULE_OWNER {_NAME}, RULE_NAME {_NAME}, SCHEMA_NAME {_NAME}, TABLE_NAME {_NAME}, COLUMN_NAME VARCHAR2(4000), "
    "VALUE_TYPE VARCHAR2(3), PRECEDENCE NUMBER, STEP_NUMBER NUMBER",
    restricted=True,
)
def _streams_delete_column(session: Session) -> Rows:
    columns = "RULE_OWNER RULE_NAME SCHEMA_NAME TABLE_NAME COLUMN_NAME VALUE_TYPE PRECEDENCE STEP_NUMBER"
    return _listed(_streams(session).deleted_columns, columns, "PRECEDENCE STEP_NUMBER")


@view(
    "V$STREAMS_CAPTURE",
    f"SID NUMBER, CAPTURE_NAME {_NAME}, STATE VARCHAR2(551), TOTAL_MESSAGES_CAPTURED NUMBER, CAPTURE_TIME DATE, "
    "CAPTURE_MESSAGE_CREATE_TIME DATE, ENQUEUE_TIME DATE, ENQUEUE_MESSAGE_CREATE_TIME DATE",
    restricted=True,
)
def _streams_capture(session: Session) -> Rows:
    running = [each for each in _streams(session).capture if each["status"] == "ENABLED"]
    columns = (
        "SID CAPTURE_NAME STATE TOTAL_MESSAGES_CAPTURED CAPTURE_TIME CAPTURE_MESSAGE_CREATE_TIME ENQUEUE_TIME "
        "ENQUEUE_MESSAGE_CREATE_TIME"
    )
    dates = "CAPTURE_TIME CAPTURE_MESSAGE_CREATE_TIME ENQUEUE_TIME ENQUEUE_MESSAGE_CREATE_TIME"
    return _listed([{"state": "WAITING FOR REDO", **_lagging(each)} for each in running], columns,
                   "SID TOTAL_MESSAGES_CAPTURED", dates)  # fmt: skip


@view(
    "V$STREAMS_APPLY_COORDINATOR",
    f"SID NUMBER, APPLY_NAME {_NAME}, STATE VARCHAR2(21), TOTAL_APPLIED NUMBER, TOTAL_ERRORS NUMBER, LWM_TIME DATE, "
    "LWM_MESSAGE_CREATE_TIME DATE, HWM_TIME DATE, HWM_MESSAGE_CREATE_TIME DATE",
    restricted=True,
)
def _streams_apply_coordinator(session: Session) -> Rows:
    running = [each for each in _streams(session).apply if each["status"] == "ENABLED"]
    dates = "LWM_TIME LWM_MESSAGE_CREATE_TIME HWM_TIME HWM_MESSAGE_CREATE_TIME"
    columns = "SID APPLY_NAME STATE TOTAL_APPLIED TOTAL_ERRORS " + dates
    rows = [{"state": "IDLE", **_lagging(each)} for each in running]
    return _listed(rows, columns, "SID TOTAL_APPLIED TOTAL_ERRORS", dates)


def _lagging(row: dict[str, Any]) -> dict[str, Any]:
    """Return a process with its times: what it handles now was made so many seconds ago."""
    now = moments.now()
    made = moments.decode(moments.of_seconds(time.time() - float(row.get("lag_seconds", 2))) or b"")
    times = dict.fromkeys(("capture_time", "enqueue_time", "lwm_time", "hwm_time"), now)
    times |= {name.replace("_time", "_message_create_time"): made for name in times}
    return {**{name: each.isoformat(sep=" ", timespec="seconds") for name, each in times.items()}, **row}


def _streams(session: Session) -> Streams:
    return session.instance.model.streams
