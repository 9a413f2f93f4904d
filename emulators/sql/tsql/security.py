# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may do what."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING

from emulators.sql.engine.errors import SqlError
from emulators.sql.engine.model import DBO, PUBLIC, Model, TableInfo, ViewInfo

if TYPE_CHECKING:
    from emulators.sql.tsql.session import Session

_READ, _WRITE = frozenset({"SELECT"}), frozenset({"INSERT", "UPDATE", "DELETE"})
IMPLIED = {
    "CONTROL": frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "ALTER", "REFERENCES", "EXECUTE", "VIEW DEFINITION"})
}


def hash_password(password: str) -> str:
    """Return a password's hash as SQL Server 2012 and later keeps it: version, salt, SHA-512, in hexadecimal digits."""
    salt = secrets.token_bytes(4)
    return (b"\x02\x00" + salt + hashlib.sha512(password.encode("utf-16-le") + salt).digest()).hex()


def password_matches(password: str, stored: str) -> bool:
    """Return whether a password is the one of a hash."""
    data = bytes.fromhex(stored)
    if data[:2] != b"\x02\x00":
        return False
    return secrets.compare_digest(hashlib.sha512(password.encode("utf-16-le") + data[2:6]).digest(), data[6:])


def roles_of(model: Model, principal: int) -> set[int]:
    """Return a principal and all roles that it is in, directly or by a role."""
    found, new = set[int](), {principal, PUBLIC}
    while new:
        found |= new
        new = {role for role, member in model.members if member in new} - found
    return found


def role_names(session: Session) -> set[str]:
    """Return the names of the roles of the current database that the session's user is in."""
    model = session.model
    mine = roles_of(model, session.user.id)
    return {each.name for each in model.principals if each.id in mine}


def allowed(session: Session, permission: str, target: TableInfo | ViewInfo | None = None) -> bool:
    """Return whether the session has a permission on an object, or on the current database."""
    user = session.user
    if user.id == DBO:
        return True
    names = role_names(session)
    if "db_owner" in names:
        return True
    model = session.model
    mine = roles_of(model, user.id)
    states = set()
    for each in model.permissions:
        on_object = target is not None and (
            (each.scope == "OBJECT_OR_COLUMN" and each.major == target.id)
            or (each.scope == "SCHEMA" and each.major == _schema_id(model, target.schema))
        )
        covers = each.permission == permission or permission in IMPLIED.get(each.permission, ())
        if each.grantee in mine and covers and (on_object or each.scope == "DATABASE"):
            states.add(each.state)
    if "DENY" in states:
        return False
    if (permission in _READ and "db_denydatareader" in names) or (
        permission in _WRITE and "db_denydatawriter" in names
    ):
        return False
    if (permission in _READ and "db_datareader" in names) or (permission in _WRITE and "db_datawriter" in names):
        return True
    if "db_ddladmin" in names and (permission.startswith("CREATE") or permission in ("ALTER", "REFERENCES")):
        return True
    if "db_backupoperator" in names and permission.startswith("BACKUP"):
        return True
    return bool(states)


def _schema_id(model: Model, name: str) -> int:
    found = model.schema(name)
    return found.id if found else 0


def require(session: Session, permission: str, target: TableInfo | ViewInfo) -> None:
    """Raise SqlError 229 unless the session has a permission on a table or view."""
    if not allowed(session, permission, target):
        where = f"object '{target.name}', database '{session.database.name}', schema '{target.schema}'"
        raise SqlError(229, f"The {permission} permission was denied on the {where}.", severity=14, state=5)


def require_in_database(session: Session, permission: str) -> None:
    """Raise SqlError 262 unless the session has a permission in the current database."""
    if not allowed(session, permission):
        raise SqlError(262, f"{permission} permission denied in database '{session.database.name}'.", severity=14)


def require_alter(session: Session, target: TableInfo | ViewInfo) -> None:
    """Raise SqlError 1088 unless the session may alter or drop an object."""
    if not allowed(session, "ALTER", target):
        raise SqlError(
            1088, f'Cannot find the object "{target.name}" because it does not exist or you do not have permissions.'
        )


def require_role(session: Session, *roles: str) -> None:
    """Raise SqlError 15247 unless the session is in one of these roles of the database, or owns it."""
    if session.user.id != DBO and not role_names(session) & {"db_owner", *roles}:
        raise SqlError(15247, "User does not have permission to perform this action.")


def require_server_role(session: Session, *roles: str) -> None:
    """Raise SqlError 15247 unless the login is in one of these roles of the server."""
    if not session.is_sysadmin and not any(session.has_server_role(role) for role in roles):
        raise SqlError(15247, "User does not have permission to perform this action.")


def require_server_state(session: Session) -> None:
    """Raise SqlError 300 unless the login may see the server's state."""
    granted = {(session.login.id, "VIEW SERVER STATE", state) for state in ("GRANT", "GRANT_WITH_GRANT_OPTION")}
    if not session.is_sysadmin and not granted & {tuple(each) for each in session.instance.state.permissions}:
        raise SqlError(
            300, "VIEW SERVER STATE permission was denied on object 'server', database 'master'.", severity=14
        )
