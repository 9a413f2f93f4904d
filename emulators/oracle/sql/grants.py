# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""GRANT and REVOKE."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulators.oracle.dictionary.registry import dictionary_name
from emulators.oracle.engine import rights
from emulators.oracle.engine.errors import OracleError, refused
from emulators.oracle.engine.installation import OBJECT_PRIVILEGES, SYSTEM_PRIVILEGES, TABLE_PRIVILEGES, VIEW_PRIVILEGES
from emulators.oracle.engine.model import SYS, Grant, Model
from emulators.oracle.engine.schema_objects import SchemaObject, View
from emulators.oracle.sql.column_grants import Columns, grant_columns, read_columns
from emulators.oracle.sql.ddl import defines, existing
from emulators.oracle.sql.registry import Action, statement
from emulators.oracle.sql.tokens import Words
from emulators.oracle.sql.tree import Name
from emulators.oracle.sql.views import check_bases

if TYPE_CHECKING:
    from emulators.oracle.engine.session import Session

_PACKAGES = frozenset({"DBMS_LOCK", "DBMS_CAPTURE_ADM", "DBMS_APPLY_ADM", "DBMS_SESSION", "DBMS_LOB"})


def _privileges(words: Words, end: str, columns: Columns | None = None) -> list[str]:
    """Read privileges or roles: words up to a comma, ON, or where the list ends; those on columns go to `columns`."""
    found = []
    while True:
        parts = []
        while words.next.kind in ("word", "quoted") and not words.sees_any(("ON", end)):
            parts.append(words.take().value)
        if not parts:
            words.fail(990)
        if words.sees("("):
            read_columns(words, " ".join(parts), columns)
        else:
            found.append(" ".join(parts))
        if not words.skip(","):
            return found


def _grantees(words: Words) -> list[str]:
    found = []
    while True:
        found.append("PUBLIC" if words.skip("PUBLIC") else words.name(987))
        if words.sees("IDENTIFIED"):
            raise refused("GRANT ... IDENTIFIED BY", words.next.position)
        if not words.skip(","):
            return found


@statement("GRANT")
def grant(words: Words) -> Action:
    """Read GRANT."""
    columns: Columns = {}
    privileges = _privileges(words, "TO", columns)
    name = _on(words)
    if columns and not name:
        words.fail(969)
    words.expect("TO", number=905)
    grantees = _grantees(words)
    option = False
    if words.skip("WITH"):
        if words.sees("HIERARCHY") or words.sees("DELEGATE"):
            raise refused(f"WITH {words.next.value} OPTION", words.next.position)
        words.expect("GRANT" if name else "ADMIN")
        words.expect("OPTION")
        option = True
    words.done()

    def run(session: Session, model: Model) -> None:
        _known(model, grantees, 1917)
        if columns:
            grant_columns(session, model, _object(session, model, name)[2], columns, grantees, option=option)
        if name:
            _grant_on(session, model, name, privileges, grantees, option=option)
        else:
            for privilege in privileges:
                _grant_system(session, model, privilege, grantees, option=option)

    return defines(run)


def _on(words: Words) -> Name:
    if not words.skip("ON"):
        return ()
    if words.sees_any(("DIRECTORY", "USER", "EDITION", "MINING", "JAVA")) and words.ahead(1).kind in ("word", "quoted"):
        raise refused(f"privileges ON {words.next.value}", words.next.position)
    return words.qualified()


def _known(model: Model, grantees: list[str], number: int) -> None:
    for each in grantees:
        if not model.is_grantee(each):
            raise OracleError(number, each)


def _grant_on(
    session: Session, model: Model, name: Name, privileges: list[str], grantees: list[str], *, option: bool
) -> None:
    owner, last, found = _object(session, model, name)
    wanted = _expanded(privileges, found)
    if found is None:
        if session.user != SYS and not rights.has_system(model, session.user, "GRANT ANY OBJECT PRIVILEGE"):
            raise OracleError(1031 if dictionary_name(name) else 942)
    else:
        for each in wanted:
            if not rights.may_grant(model, session.user, each, found):
                raise OracleError(1031)
        if isinstance(found, View) and any(each != owner for each in grantees):
            check_bases(model, found)
    if session.user in grantees and owner != session.user:
        raise OracleError(1749)
    if option and any(each in model.roles for each in grantees):
        raise OracleError(1926, message="cannot GRANT to a role WITH GRANT OPTION")
    grantor = owner if found is None or found.owner != session.user else session.user
    for grantee in grantees:
        for each in wanted:
            if grantee != owner:
                rights.add(model, Grant(grantee, each, "OBJECT", option, owner, last, grantor))


def _object(session: Session, model: Model, name: Name) -> tuple[str, str, SchemaObject | None]:
    """Return owner and name of what a privilege is on; views of the dictionary and packages are SYS's."""
    owner = name[0] if len(name) == 2 else session.current_schema
    found = model.object(owner, name[-1])
    if found is None:
        view = dictionary_name(name)
        if view is not None:
            return SYS, view.replace("V$", "V_$") if view.startswith("V$") else view, None
        if name[-1] in _PACKAGES and (len(name) == 1 or owner == SYS):
            return SYS, name[-1], None
    # whoever may grant privileges on everything need not have one himself
    if found is None or not rights.has_system(model, session.user, "GRANT ANY OBJECT PRIVILEGE"):
        found = existing(session, model, name)
    return found.owner, found.name, found


def _expanded(privileges: list[str], found: SchemaObject | None) -> list[str]:
    possible = (
        OBJECT_PRIVILEGES if found is None else (VIEW_PRIVILEGES if isinstance(found, View) else TABLE_PRIVILEGES)
    )
    wanted: list[str] = []
    for each in privileges:
        if each in ("ALL", "ALL PRIVILEGES"):
            wanted += sorted(possible)
        elif each not in OBJECT_PRIVILEGES:
            raise OracleError(990)
        elif each not in possible:
            raise (
                OracleError(2204, message="ALTER, INDEX and EXECUTE not allowed for views")
                if isinstance(found, View)
                else OracleError(2224, message="EXECUTE privilege not allowed for tables")
            )
        else:
            wanted.append(each)
    return wanted


def _grant_system(session: Session, model: Model, privilege: str, grantees: list[str], *, option: bool) -> None:
    if privilege in model.roles:
        allowed = rights.has_system(model, session.user, "GRANT ANY ROLE") or rights.has_option(
            model, session.user, privilege, "ROLE"
        )
        if not allowed:
            raise OracleError(1932, privilege)
        for each in grantees:
            if each == privilege or (
                privilege in rights.roles_of(model, each) and each in rights.roles_of(model, privilege)
            ):
                raise OracleError(1934, message="circular role grant detected")
            rights.add(model, Grant(each, privilege, "ROLE", option))
        return
    if privilege not in SYSTEM_PRIVILEGES:
        if " " not in privilege:
            raise OracleError(1919, privilege)
        raise refused(f"the privilege {privilege}")
    if not rights.has_system(model, session.user, "GRANT ANY PRIVILEGE") and not rights.has_option(
        model, session.user, privilege, "SYSTEM"
    ):
        raise OracleError(1031)
    for each in grantees:
        rights.add(model, Grant(each, privilege, "SYSTEM", option))


@statement("REVOKE")
def revoke(words: Words) -> Action:
    """Read REVOKE."""
    privileges = _privileges(words, "FROM")
    name = _on(words)
    words.expect("FROM", number=905)
    grantees = _grantees(words)
    if words.sees_any(("CASCADE", "FORCE")):
        raise refused(f"REVOKE ... {words.next.value}", words.next.position)
    words.done()

    def run(session: Session, model: Model) -> None:
        _known(model, grantees, 1917)
        if name:
            _revoke_on(session, model, name, privileges, grantees)
        else:
            for privilege in privileges:
                _revoke_system(session, model, privilege, grantees)

    return defines(run)


def _revoke_on(session: Session, model: Model, name: Name, privileges: list[str], grantees: list[str]) -> None:
    owner, last, found = _object(session, model, name)
    if owner != session.user and not rights.has_system(model, session.user, "GRANT ANY OBJECT PRIVILEGE"):
        raise OracleError(1927)
    wanted = _expanded(privileges, found)
    every = any(each.startswith("ALL") for each in privileges)
    for grantee in grantees:
        held = [
            each for each in model.grants
            if rights.is_on(each, owner, last) and each.grantee == grantee and each.privilege in wanted
        ]  # fmt: skip
        if not every and len({each.privilege for each in held}) < len(set(wanted)):
            raise OracleError(1927)
        model.grants = [each for each in model.grants if each not in held]
    model.touch("grants")
    # views that read it in the name of who has lost it
    session.instance.invalidate(owner, last)


def _revoke_system(session: Session, model: Model, privilege: str, grantees: list[str]) -> None:
    kind = "ROLE" if privilege in model.roles else "SYSTEM"
    if kind == "SYSTEM" and privilege not in SYSTEM_PRIVILEGES:
        if " " not in privilege:
            raise OracleError(1919, privilege)
        raise refused(f"the privilege {privilege}")
    needed = "GRANT ANY ROLE" if kind == "ROLE" else "GRANT ANY PRIVILEGE"
    if not rights.has_system(model, session.user, needed) and not rights.has_option(
        model, session.user, privilege, kind
    ):
        raise OracleError(1932, privilege) if kind == "ROLE" else OracleError(1031)
    for grantee in grantees:
        held = [
            each for each in model.grants if (each.kind, each.grantee, each.privilege) == (kind, grantee, privilege)
        ]
        if not held:
            raise OracleError(1951, privilege, grantee) if kind == "ROLE" else OracleError(1952, grantee)
        model.grants = [each for each in model.grants if each not in held]
    model.touch("grants")
