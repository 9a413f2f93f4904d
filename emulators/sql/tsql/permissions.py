# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""GRANT, DENY and REVOKE."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from emulators.sql.engine import syntax as tree
from emulators.sql.engine.errors import SqlError, refused
from emulators.sql.engine.model import DBO, Permission, Principal
from emulators.sql.tsql import security
from emulators.sql.tsql.batch import Action, Batch, statement
from emulators.sql.tsql.catalogue import find_table

if TYPE_CHECKING:
    from emulators.sql.tsql.session import Session

ON_DATABASE = frozenset(
    ("ALTER", "ALTER ANY USER", "ALTER ANY ROLE", "ALTER ANY SCHEMA", "BACKUP DATABASE", "BACKUP LOG", "CONNECT",
    "CONTROL", "CREATE ROLE",
     "CREATE SCHEMA", "CREATE TABLE", "CREATE VIEW", "CREATE PROCEDURE", "DELETE", "EXECUTE", "INSERT", "REFERENCES",
     "SELECT", "SHOWPLAN",
     "UPDATE", "VIEW DATABASE STATE", "VIEW DEFINITION")
)  # fmt: skip
ON_OBJECT = frozenset(
    (
        "ALTER",
        "CONTROL",
        "DELETE",
        "EXECUTE",
        "INSERT",
        "REFERENCES",
        "SELECT",
        "TAKE OWNERSHIP",
        "UPDATE",
        "VIEW DEFINITION",
    )
)
ON_SERVER = frozenset(
    (
        "ALTER ANY LOGIN",
        "ALTER ANY DATABASE",
        "CONNECT SQL",
        "CREATE ANY DATABASE",
        "VIEW ANY DATABASE",
        "VIEW ANY DEFINITION",
        "VIEW SERVER STATE",
        "ALTER SETTINGS",
        "VIEW SERVER PERFORMANCE STATE",
    )
)
_WORDS = frozenset(word for each in (*ON_DATABASE, *ON_OBJECT, *ON_SERVER) for word in each.split())


@dataclass(frozen=True)
class _Clause:
    permissions: tuple[str, ...]
    scope: str
    """DATABASE, OBJECT, SCHEMA or SERVER."""
    securable: tree.Name
    principals: tuple[str, ...]
    grant_option: bool


def _clause(words: Batch, *, to: tuple[str, ...]) -> _Clause:
    permissions = []
    while True:
        parts = []
        while words.token.kind == "word" and words.token.value in _WORDS:
            parts.append(words.next().value)
        if words.is_operator("("):
            raise refused("permissions on columns")
        permissions.append(" ".join(parts))
        if not words.take_operator(","):
            break
    scope, securable = "DATABASE", cast(tree.Name, ())
    if words.take("ON"):
        scope = "OBJECT"
        for word in ("OBJECT", "SCHEMA", "DATABASE", "LOGIN", "USER", "ROLE"):
            if words.is_word(word) and words.ahead(1).value == "::":
                if word in ("LOGIN", "USER", "ROLE"):
                    raise refused(f"permissions on {word}::")
                words.next()
                words.next()
                scope = word
        securable = words.name()
    elif all(each in ON_SERVER for each in permissions):
        scope = "SERVER"
    words.one_of(*to)
    principals = [words.identifier()]
    while words.take_operator(","):
        principals.append(words.identifier())
    option = words.take("WITH", "GRANT", "OPTION")
    words.take("CASCADE")
    known = {"DATABASE": ON_DATABASE, "SERVER": ON_SERVER}.get(scope, ON_OBJECT)
    for each in permissions:
        if each not in known:
            raise (
                SqlError(102, f"Incorrect syntax near '{each or words.token.text}'.", severity=15)
                if not each
                else refused(f"the permission {each} on {scope}")
            )
    return _Clause(tuple(permissions), scope, securable, tuple(principals), option)


def _apply(session: Session, clause: _Clause, state: str) -> None:
    if clause.scope == "SERVER":
        _apply_on_server(session, clause, state)
        return
    session.begin_statement()
    security.require_role(session, "db_securityadmin")
    scope, major = _securable(session, clause)
    link = session.link
    link.begin()
    model = link.copy_model()
    for name in clause.principals:
        principal = model.principal(name)
        _check_grantee(principal, name)
        assert principal is not None  # noqa: S101 (checked above)
        for permission in clause.permissions:
            mine = [
                each
                for each in model.permissions
                if (each.grantee, each.scope, each.major, each.permission) == (principal.id, scope, major, permission)
            ]
            for each in mine:
                model.permissions.remove(each)
            if state != "REVOKE":
                value = "GRANT_WITH_GRANT_OPTION" if clause.grant_option else state
                model.permissions.append(
                    Permission(principal.id, scope, major, permission, cast(Literal["GRANT", "DENY"], value))
                )
    link.store(model)
    session.end_statement()


def _check_grantee(principal: Principal | None, name: str) -> None:
    if principal is None:
        raise SqlError(
            15151, f"Cannot find the user '{name}', because it does not exist or you do not have permission."
        )
    if principal.id == DBO or principal.fixed:
        raise SqlError(
            4617 if principal.fixed else 15151,
            "Cannot grant, deny or revoke permissions to or from special roles."
            if principal.fixed
            else f"Cannot find the user '{name}', because it does not exist or you do not have permission.",
        )


def _securable(session: Session, clause: _Clause) -> tuple[Literal["DATABASE", "OBJECT_OR_COLUMN", "SCHEMA"], int]:
    if clause.scope == "DATABASE":
        if clause.securable and clause.securable[-1].casefold() != session.database.name.casefold():
            raise SqlError(
                15151,
                f"Cannot find the database '{clause.securable[-1]}', because it does not exist or you do not have "
                "permission.",
            )
        return "DATABASE", 0
    if clause.scope == "SCHEMA":
        schema = session.model.schema(clause.securable[-1])
        if schema is None:
            raise SqlError(
                15151,
                f"Cannot find the schema '{clause.securable[-1]}', because it does not exist or you do not have "
                "permission.",
            )
        return "SCHEMA", schema.id
    found = find_table(session, clause.securable)
    if found is None:
        raise SqlError(
            15151,
            f"Cannot find the object '{clause.securable[-1]}', because it does not exist or you do not have "
            "permission.",
        )
    return "OBJECT_OR_COLUMN", found.id


def _apply_on_server(session: Session, clause: _Clause, state: str) -> None:
    security.require_server_role(session, "securityadmin")
    server = session.instance.state
    for name in clause.principals:
        login = server.login(name)
        if login is None:
            raise SqlError(
                15151, f"Cannot find the login '{name}', because it does not exist or you do not have permission."
            )
        for permission in clause.permissions:
            server.permissions = [each for each in server.permissions if each[:2] != (login.id, permission)]
            if state != "REVOKE":
                server.permissions.append((login.id, permission, state))
    session.instance.save()


@statement("GRANT")
def grant(words: Batch) -> Action:
    """GRANT permissions [ON securable] TO principals [WITH GRANT OPTION]."""
    clause = _clause(words, to=("TO",))
    return lambda session: _apply(session, clause, "GRANT")


@statement("DENY")
def deny(words: Batch) -> Action:
    """DENY permissions [ON securable] TO principals."""
    clause = _clause(words, to=("TO",))
    return lambda session: _apply(session, clause, "DENY")


@statement("REVOKE")
def revoke(words: Batch) -> Action:
    """REVOKE permissions [ON securable] FROM principals."""
    if words.is_word("GRANT", "OPTION"):
        raise refused("REVOKE GRANT OPTION FOR")
    clause = _clause(words, to=("FROM", "TO"))
    return lambda session: _apply(session, clause, "REVOKE")
