# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads a login, and what of the databases its users depend on."""

from __future__ import annotations

from collections import defaultdict

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.login_state import (
    DatabaseSecurity,
    DeclaredLogin,
    DeclaredUser,
    Found,
    LoginState,
    Right,
    UserState,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.session import Session, in_database, quoted

_TYPES = {"S": "sql", "U": "windows", "G": "windows"}

_OF_LOGINS = (1, 3, 4)
"""`authentication_type` of users whom a login of the server lets in; 0 and 2 are those without, or with a password of
their own."""

_LOGIN = """
SELECT p.name, p.type, p.sid, p.is_disabled, p.default_database_name,
    CAST(LOGINPROPERTY(p.name, 'IsLocked') AS int), CAST(LOGINPROPERTY(p.name, 'IsMustChange') AS int)
FROM sys.server_principals AS p WHERE p.name = ? AND p.type <> 'R'"""

_ROLES = """
SELECT r.name FROM sys.server_role_members AS m
JOIN sys.server_principals AS r ON r.principal_id = m.role_principal_id
JOIN sys.server_principals AS p ON p.principal_id = m.member_principal_id WHERE p.name = ? ORDER BY r.name"""

_PERMISSIONS = """
SELECT g.permission_name FROM sys.server_permissions AS g
JOIN sys.server_principals AS p ON p.principal_id = g.grantee_principal_id
WHERE p.name = ? AND g.class = 100 AND g.state IN ('G', 'W') ORDER BY g.permission_name"""

_SESSIONS = """
SELECT session_id, host_name, program_name FROM sys.dm_exec_sessions
WHERE security_id = ? AND session_id <> @@SPID ORDER BY session_id"""

_GRANTABLE = """
SELECT DISTINCT class_desc, permission_name FROM sys.fn_builtin_permissions(DEFAULT)
WHERE class_desc IN ('SERVER', 'DATABASE', 'SCHEMA', 'OBJECT')"""

_PRINCIPALS = """
SELECT principal_id, name, type, sid, authentication_type, default_schema_name
FROM {database}.sys.database_principals ORDER BY principal_id"""

_MEMBERS = """
SELECT m.member_principal_id, r.name FROM {database}.sys.database_role_members AS m
JOIN {database}.sys.database_principals AS r ON r.principal_id = m.role_principal_id ORDER BY r.name"""

_RIGHTS = """
SELECT g.grantee_principal_id, g.class, COALESCE(s.name, os.name), o.name, g.permission_name, g.state_desc
FROM {database}.sys.database_permissions AS g
LEFT JOIN {database}.sys.schemas AS s ON g.class = 3 AND s.schema_id = g.major_id
LEFT JOIN {database}.sys.objects AS o ON g.class = 1 AND o.object_id = g.major_id
LEFT JOIN {database}.sys.schemas AS os ON os.schema_id = o.schema_id
WHERE g.class IN (0, 1, 3) AND g.minor_id = 0"""


def read_found(session: Session, declared: DeclaredLogin) -> Found:
    """Return all that a plan depends on.

    Raises:
        Problem: it cannot be read.
    """
    connected_as = str(session.value("SELECT SUSER_SNAME()"))
    login = _login(session, declared)
    databases = {each.database.casefold(): _database(session, each) for each in declared.users}
    if declared.state == "absent":
        for (name,) in session.rows(
            "SELECT name FROM sys.databases WHERE state = 0 AND source_database_id IS NULL AND name <> 'tempdb' "
            "AND HAS_DBACCESS(name) = 1 ORDER BY name"
        ):
            if name.casefold() not in databases and login is not None and _has_user(session, name, login.sid):
                databases[name.casefold()] = _database(session, DeclaredUser(name, declared.name))
    asks_permissions = declared.server_permissions or any(each.permissions for each in declared.users)
    default = declared.default_database
    principals = session.rows("SELECT name, type, sid FROM sys.server_principals")
    return Found(
        login,
        databases,
        connected_as,
        {sid.hex(): name for name, kind, sid in principals if sid and kind != "R"},
        frozenset(name.casefold() for name, kind, _sid in principals if kind == "R"),
        default is None or session.value("SELECT DB_ID(?)", default) is not None,
        frozenset((kind, name) for kind, name in session.rows(_GRANTABLE)) if asks_permissions else frozenset(),
    )


def _login(session: Session, declared: DeclaredLogin) -> LoginState | None:
    found = session.rows(_LOGIN, declared.name)
    if not found:
        return None
    ((name, kind, sid, disabled, database, locked, must_change),) = found
    policy, expiration, matches = True, False, None
    if kind == "S":
        query = "SELECT is_policy_checked, is_expiration_checked FROM sys.sql_logins WHERE name = ?"
        ((policy, expiration),) = session.rows(query, name)
        if declared.password is not None:
            query = "SELECT PWDCOMPARE(?, password_hash) FROM sys.sql_logins WHERE name = ?"
            answer = session.value(query, declared.password, name)
            matches = None if answer is None else answer == 1
    return LoginState(
        name,
        _TYPES.get(kind, kind),
        sid.hex(),
        bool(disabled),
        bool(locked),
        bool(must_change),
        database or "master",
        bool(policy),
        bool(expiration),
        matches,
        tuple(row[0] for row in session.rows(_ROLES, name)),
        tuple(row[0] for row in session.rows(_PERMISSIONS, name)),
        tuple(row[0] for row in session.rows("SELECT name FROM sys.databases WHERE owner_sid = ?", sid)),
        tuple(
            f"session {number} on {host or '?'} ({program or '?'})"
            for number, host, program in session.rows(_SESSIONS, sid)
        ),
    )


def _has_user(session: Session, database: str, sid: str) -> bool:
    query = "SELECT COUNT(*) FROM {database}.sys.database_principals WHERE sid = ?"
    return bool(session.value(in_database(query, database), bytes.fromhex(sid)))


def _database(session: Session, declared: DeclaredUser) -> DatabaseSecurity | None:
    """Return what of a database a plan depends on, None if there is none."""
    found = session.rows(
        "SELECT name, state, is_read_only, source_database_id FROM sys.databases WHERE name = ?", declared.database
    )
    if not found:
        return None
    ((name, state, read_only, source),) = found
    if state != 0:
        return DatabaseSecurity(name, usable=False)
    roles: dict[int, list[str]] = defaultdict(list)
    for member, role in session.rows(in_database(_MEMBERS, name)):
        roles[member].append(role)
    rights: dict[int, dict[Right, str]] = defaultdict(dict)
    names: dict[int, dict[Right, tuple[str | None, str | None]]] = defaultdict(dict)
    for grantee, kind, schema, thing, permission, granted in session.rows(in_database(_RIGHTS, name)):
        if kind != 0 and schema is None:
            continue  # on something of the server's own
        right = Right(schema.casefold() if schema else None, thing.casefold() if thing else None, permission)
        rights[grantee][right], names[grantee][right] = granted, (schema, thing)
    owned: dict[int, list[str]] = defaultdict(list)
    schemas = session.rows(in_database("SELECT name, principal_id FROM {database}.sys.schemas", name))
    for schema, owner in schemas:
        owned[owner].append(schema)
    principals = tuple(
        UserState(
            user,
            sid.hex() if sid else "",
            kind == "R",
            kind in ("S", "U", "G", "E", "X") and authentication in _OF_LOGINS,
            schema,
            tuple(roles[number]),
            rights[number],
            names[number],
            tuple(owned[number]),
        )
        for number, user, kind, sid, authentication, schema in session.rows(in_database(_PRINCIPALS, name))
    )
    return DatabaseSecurity(
        name,
        not read_only and source is None,
        principals,
        frozenset(schema.casefold() for schema, _owner in schemas),
        _missing_objects(session, name, declared),
    )


def _missing_objects(session: Session, database: str, declared: DeclaredUser) -> tuple[tuple[str, str], ...]:
    wanted = {(each.schema, each.object) for each in declared.permissions if each.schema and each.object}
    return tuple(
        (schema, name)
        for schema, name in sorted((str(schema), str(name)) for schema, name in wanted)
        if session.value("SELECT OBJECT_ID(?)", ".".join(map(quoted, (database, schema, name)))) is None
    )
