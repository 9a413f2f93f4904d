# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""System views of logins, users, roles and permissions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulators.sql.engine.instance import DatabaseInfo, Login
from emulators.sql.engine.link import Link
from emulators.sql.engine.types import Value
from emulators.sql.tsql.views import Rows, view

if TYPE_CHECKING:
    from emulators.sql.tsql.session import Session

_LOGIN_KINDS = {"S": "SQL_LOGIN", "U": "WINDOWS_LOGIN", "G": "WINDOWS_GROUP", "E": "EXTERNAL_LOGIN", "R": "SERVER_ROLE"}
_USER_KINDS = {"S": "SQL_USER", "U": "WINDOWS_USER", "E": "EXTERNAL_USER", "R": "DATABASE_ROLE"}
_PRINCIPAL = (
    "name:n principal_id:i sid:sid type:c1 type_desc:n60 is_disabled:b create_date:d modify_date:d "
    "default_database_name:n default_language_name:n is_fixed_role:b"
)
_CODES = {
    "ALTER": "AL", "CONNECT": "CO", "CONTROL": "CL", "CREATE TABLE": "CRTB", "CREATE VIEW": "CRVW", "DELETE": "DL",
    "EXECUTE": "EX", "INSERT": "IN",
    "REFERENCES": "RF", "SELECT": "SL", "UPDATE": "UP", "VIEW DEFINITION": "VW", "VIEW DATABASE STATE": "VWDS",
    "CREATE SCHEMA": "CRSM",
    "BACKUP DATABASE": "BADB", "CONNECT SQL": "COSQ", "VIEW SERVER STATE": "VWSS",
}  # fmt: skip
_STATES = {"GRANT": "G", "DENY": "D", "GRANT_WITH_GRANT_OPTION": "W"}


def _visible(session: Session) -> list[Login]:
    """Return the logins that the session may see: others only for those who may alter them."""
    if session.is_sysadmin or session.has_server_role("securityadmin"):
        return session.instance.state.logins
    return [
        each for each in session.instance.state.logins if each is session.login or each.kind == "R" or each.name == "sa"
    ]


def _principal(each: Login) -> tuple[Value, ...]:
    role = each.kind == "R"
    return (
        each.name,
        each.id,
        bytes.fromhex(each.sid),
        each.kind,
        _LOGIN_KINDS[each.kind],
        int(each.disabled),
        each.created,
        each.modified,
        None if role else each.default_database,
        None if role else "us_english",
        int(role),
    )


@view("sys.server_principals", _PRINCIPAL)
def server_principals(session: Session, _database: DatabaseInfo, _link: Link) -> Rows:
    """One row a login or server role."""
    for each in _visible(session):
        yield _principal(each)


@view("sys.sql_logins", f"{_PRINCIPAL} is_policy_checked:b is_expiration_checked:b password_hash:hash")
def sql_logins(session: Session, _database: DatabaseInfo, _link: Link) -> Rows:
    """One row an SQL login; the hash only for those who may see it."""
    for each in _visible(session):
        if each.kind == "S":
            hidden = not (session.is_sysadmin or session.has_server_role("securityadmin"))
            yield (
                *_principal(each),
                int(each.policy_checked),
                int(each.expiration_checked),
                None if hidden else bytes.fromhex(each.password_hash),
            )


@view("sys.server_role_members", "role_principal_id:i member_principal_id:i")
def server_role_members(session: Session, _database: DatabaseInfo, _link: Link) -> Rows:
    """One row a member of a server role."""
    yield from session.instance.state.members


@view(
    "sys.server_permissions",
    "class:t class_desc:n60 major_id:i minor_id:i grantee_principal_id:i grantor_principal_id:i type:c4 "
    "permission_name:n state:c1 state_desc:n60",
)
def server_permissions(session: Session, _database: DatabaseInfo, _link: Link) -> Rows:
    """One row a permission on the server."""
    for login in session.instance.state.logins:
        if login.kind != "R":
            yield (100, "SERVER", 0, 0, login.id, 1, "COSQ", "CONNECT SQL", "G", "GRANT")
    for grantee, permission, state in session.instance.state.permissions:
        yield (
            100,
            "SERVER",
            0,
            0,
            grantee,
            1,
            _CODES.get(permission, "AL").ljust(4),
            permission,
            _STATES[state],
            state,
        )


@view(
    "sys.database_principals",
    "name:n principal_id:i type:c1 type_desc:n60 default_schema_name:n create_date:d modify_date:d "
    "owning_principal_id:i sid:sid is_fixed_role:b"
    " authentication_type:i authentication_type_desc:n60",
)
def database_principals(session: Session, database: DatabaseInfo, link: Link) -> Rows:
    """One row a user or role. Who lost the login keeps its SID: `INSTANCE`, with no server principal of that SID."""
    del session, database
    for each in link.model.principals:
        external = each.kind in ("U", "E")
        authentication = 0 if each.kind == "R" or not each.sid or each.id in (2, 3, 4) else 3 if external else 1
        description = {0: "NONE", 1: "INSTANCE", 3: "WINDOWS"}[authentication]
        sid = bytes.fromhex(each.sid) if each.sid else None
        yield (
            each.name,
            each.id,
            each.kind,
            _USER_KINDS[each.kind],
            each.default_schema or None,
            each.created,
            each.created,
            1 if each.kind == "R" else None,
            sid,
            int(each.fixed),
            authentication,
            description,
        )


@view("sys.database_role_members", "role_principal_id:i member_principal_id:i")
def database_role_members(_session: Session, _database: DatabaseInfo, link: Link) -> Rows:
    """One row a member of a role; dbo is one of db_owner."""
    owner = link.model.principal("db_owner")
    if owner is not None:
        yield (owner.id, 1)
    yield from link.model.members


@view(
    "sys.database_permissions",
    "class:t class_desc:n60 major_id:i minor_id:i grantee_principal_id:i grantor_principal_id:i type:c4 "
    "permission_name:n state:c1 state_desc:n60",
)
def database_permissions(_session: Session, _database: DatabaseInfo, link: Link) -> Rows:
    """One row a permission in the database."""
    classes = {"DATABASE": 0, "OBJECT_OR_COLUMN": 1, "SCHEMA": 3}
    for each in link.model.permissions:
        code = _CODES.get(each.permission, "AL").ljust(4)
        yield (
            classes[each.scope],
            each.scope,
            each.major,
            0,
            each.grantee,
            1,
            code,
            each.permission,
            _STATES[each.state],
            each.state,
        )
