# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may do what."""

from __future__ import annotations

from collections.abc import Iterable

from emulators.oracle.engine.errors import OracleError
from emulators.oracle.engine.model import PUBLIC, SYS, Grant, Model
from emulators.oracle.engine.schema_objects import SchemaObject

_ANY = {
    "SELECT": ("SELECT ANY TABLE", "READ ANY TABLE"),
    "READ": ("READ ANY TABLE", "SELECT ANY TABLE"), "INSERT": ("INSERT ANY TABLE",),
    "UPDATE": ("UPDATE ANY TABLE",), "DELETE": ("DELETE ANY TABLE",), "ALTER": ("ALTER ANY TABLE",),
    "INDEX": ("CREATE ANY INDEX",), "LOCK": ("LOCK ANY TABLE",),
}  # fmt: skip
_LISTED = {"DELETE", "EXECUTE", "INSERT", "READ", "REFERENCES", "SELECT", "UPDATE"}
_LISTED_ANY = {"DELETE", "INSERT", "LOCK", "READ", "SELECT", "UPDATE"}
_SUFFICIENT = {
    "SELECT": ("SELECT", "READ"), "READ": ("SELECT", "READ"),
    "LOCK": ("ALTER", "DEBUG", "DELETE", "FLASHBACK", "INDEX", "INSERT", "REFERENCES", "SELECT", "UPDATE"),
}  # fmt: skip


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
        if is_on(each, found.owner, found.name):
            return True
        if each.kind == "SYSTEM" and " ANY TABLE" in each.privilege:
            return True
    return False


def listed(model: Model, user: str, found: SchemaObject) -> bool:
    """Return whether ALL_OBJECTS has a table or a view for a user: fewer privileges count than for `visible`."""
    if found.owner == user:
        return True
    names = holders(model, user)
    return any(
        each.grantee in names
        and (
            (is_on(each, found.owner, found.name) and each.privilege in _LISTED)
            or (each.kind == "SYSTEM" and each.privilege.removesuffix(" ANY TABLE") in _LISTED_ANY)
        )
        for each in model.grants
    )


def is_on(grant: Grant, owner: str, name: str) -> bool:
    """Return whether a grant is on an object or its columns."""
    return grant.kind in ("OBJECT", "COLUMN") and (grant.owner, grant.object) == (owner, name)


def concerns(model: Model, user: str, grant: Grant) -> bool:
    """Return whether ALL_TAB_PRIVS or ALL_COL_PRIVS has a grant for a user: it owns the object, has granted or got it,
    or one of its roles or PUBLIC has got it."""
    return user in (grant.owner, grant.grantor) or grant.grantee in holders(model, user)


def add(model: Model, wanted: Grant) -> None:
    """Add a grant; one that is there may get its option, and never loses it."""
    for each in model.grants:
        if (each.kind, each.grantee, each.privilege, each.owner, each.object, each.column) == (
            wanted.kind, wanted.grantee, wanted.privilege, wanted.owner, wanted.object, wanted.column,
        ):  # fmt: skip
            each.option = each.option or wanted.option
            model.touch("grants")
            return
    model.grants.append(wanted)
    model.touch("grants")


def _may_columns(model: Model, user: str, privilege: str, found: SchemaObject, columns: Iterable[str]) -> bool:
    """Return whether a user has a privilege on each of some columns; without any it has none."""
    names = holders(model, user)
    held = {
        each.column for each in model.grants
        if each.kind == "COLUMN" and each.grantee in names and each.privilege == privilege
        and is_on(each, found.owner, found.name)
    }  # fmt: skip
    there = {each.name: each.id for each in found.columns}
    wanted = {there.get(each) for each in columns}
    return bool(wanted) and wanted <= held


def check(
    model: Model, user: str, privilege: str, found: SchemaObject, *, direct: bool = False, columns: Iterable[str] = ()
) -> None:
    """Raise OracleError unless a user has a privilege, on the whole or on each of the columns that are given: 942 if
    it may not know of the object, else 1031."""
    if may(model, user, privilege, found, direct=direct) or _may_columns(model, user, privilege, found, columns):
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
