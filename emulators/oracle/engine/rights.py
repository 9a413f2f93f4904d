# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may do what."""

from __future__ import annotations

from emulators.oracle.engine.errors import OracleError
from emulators.oracle.engine.model import PUBLIC, SYS, Model
from emulators.oracle.engine.schema_objects import SchemaObject

_ANY = {
    "SELECT": ("SELECT ANY TABLE",), "READ": ("READ ANY TABLE", "SELECT ANY TABLE"), "INSERT": ("INSERT ANY TABLE",),
    "UPDATE": ("UPDATE ANY TABLE",), "DELETE": ("DELETE ANY TABLE",), "ALTER": ("ALTER ANY TABLE",),
}  # fmt: skip
_SUFFICIENT = {"SELECT": ("SELECT", "READ"), "READ": ("SELECT", "READ")}


def roles_of(model: Model, name: str) -> set[str]:
    """Return the roles that a user or a role has, and those that these have."""
    found: set[str] = set()
    waiting = [name, PUBLIC]
    while waiting:
        one = waiting.pop()
        for grant in model.grants:
            if grant.kind == "ROLE" and grant.grantee == one and grant.privilege not in found:
                found.add(grant.privilege)
                waiting.append(grant.privilege)
    return found


def holders(model: Model, user: str, *, direct: bool = False) -> set[str]:
    """Return in whose names a user may act: its own, everybody's, its roles' (unless only direct grants count)."""
    return {user, PUBLIC} if direct else {user, PUBLIC, *roles_of(model, user)}


def has_system(model: Model, user: str, *privileges: str, direct: bool = False) -> bool:
    """Return whether a user has one of some system privileges."""
    names = holders(model, user, direct=direct)
    return any(
        each.kind == "SYSTEM" and each.grantee in names and each.privilege in privileges for each in model.grants
    )


def demand(model: Model, user: str, *privileges: str) -> None:
    """Raise OracleError 1031 unless a user has one of some system privileges."""
    if not has_system(model, user, *privileges):
        raise OracleError(1031)


def sees_dictionary(model: Model, user: str, view: str) -> bool:
    """Return whether a user may read a view of the dictionary that not everybody may."""
    names = holders(model, user)
    if has_system(model, user, "SELECT ANY DICTIONARY") or "SELECT_CATALOG_ROLE" in names:
        return True
    real = view.replace("V$", "V_$") if view.startswith("V$") else view
    return any(
        each.kind == "OBJECT" and each.grantee in names and each.owner == SYS and each.object == real
        for each in model.grants
    )


def may(model: Model, user: str, privilege: str, found: SchemaObject, *, direct: bool = False) -> bool:
    """Return whether a user has a privilege on a table or a view."""
    if found.owner == user:
        return True
    names = holders(model, user, direct=direct)
    wanted = _SUFFICIENT.get(privilege, (privilege,))
    for each in model.grants:
        if each.grantee not in names:
            continue
        if each.kind == "OBJECT" and (each.owner, each.object) == (found.owner, found.name):
            if each.privilege in wanted:
                return True
        elif each.kind == "SYSTEM" and found.owner != SYS and each.privilege in _ANY.get(privilege, ()):
            return True
    return False


def visible(model: Model, user: str, found: SchemaObject) -> bool:
    """Return whether a user may know of a table or a view: it has some privilege on it."""
    if found.owner == user:
        return True
    names = holders(model, user)
    for each in model.grants:
        if each.grantee not in names:
            continue
        if each.kind == "OBJECT" and (each.owner, each.object) == (found.owner, found.name):
            return True
        if each.kind == "SYSTEM" and " ANY TABLE" in each.privilege:
            return True
    return False


def check(model: Model, user: str, privilege: str, found: SchemaObject, *, direct: bool = False) -> None:
    """Raise OracleError unless a user has a privilege: 942 if it may not know of the object, else 1031."""
    if may(model, user, privilege, found, direct=direct):
        return
    if direct and may(model, user, privilege, found):
        raise OracleError(1031)  # it has it by a role, which does not count in a view
    raise OracleError(1031 if visible(model, user, found) else 942)


def may_grant(model: Model, user: str, privilege: str, found: SchemaObject) -> bool:
    """Return whether a user may grant a privilege on a table or a view."""
    if found.owner == user or has_system(model, user, "GRANT ANY OBJECT PRIVILEGE"):
        return True
    return any(
        each.kind == "OBJECT"
        and each.option
        and each.grantee in (user, PUBLIC)
        and each.privilege == privilege
        and (each.owner, each.object) == (found.owner, found.name)
        for each in model.grants
    )


def has_option(model: Model, user: str, privilege: str, kind: str) -> bool:
    """Return whether an account may hand on a system privilege or a role."""
    names = holders(model, user)
    return any(
        each.kind == kind and each.option and each.privilege == privilege and each.grantee in names
        for each in model.grants
    )
