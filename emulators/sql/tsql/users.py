# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CREATE, ALTER and DROP of users and roles of a database, and members of roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulators.sql.engine.errors import SqlError, refused
from emulators.sql.engine.instance import Login, now_text
from emulators.sql.engine.model import GUEST, Model, Permission, Principal
from emulators.sql.tsql import security
from emulators.sql.tsql.batch import Action, Batch, statement

if TYPE_CHECKING:
    from emulators.sql.tsql.session import Session


def _new_id(model: Model) -> int:
    return max([each.id for each in model.principals if each.id < 16384], default=4) + 1


def _login(session: Session, name: str) -> Login:
    found = session.instance.state.login(name)
    if found is None or found.kind == "R":
        raise SqlError(15007, f"'{name}' is not a valid login or you do not have permission.")
    return found


def _not_found(action: str, what: str, name: str) -> SqlError:
    return SqlError(
        15151, f"Cannot {action} the {what} '{name}', because it does not exist or you do not have permission."
    )


@statement("CREATE", "USER")
def create_user(words: Batch) -> Action:
    """CREATE USER name [FOR LOGIN login | WITHOUT LOGIN] [WITH DEFAULT_SCHEMA = schema]."""
    name = words.identifier()
    login = name
    if words.take("FOR", "LOGIN") or words.take("FROM", "LOGIN"):
        login = words.identifier()
    elif words.take("WITHOUT", "LOGIN"):
        login = ""
    schema = "dbo"
    if words.take("WITH"):
        words.expect("DEFAULT_SCHEMA")
        words.expect_operator("=")
        schema = words.identifier()

    def run(session: Session) -> None:
        session.begin_statement()
        security.require_role(session, "db_accessadmin")
        found = _login(session, login) if login else None
        link = session.link
        link.begin()
        model = link.copy_model()
        if model.principal(name) is not None:
            raise SqlError(15023, f"User, group, or role '{name}' already exists in the current database.")
        if found is not None and any(each.sid == found.sid for each in model.principals):
            raise SqlError(15063, "The login already has an account under a different user name.")
        user = Principal(
            _new_id(model),
            name,
            "U" if found is not None and found.kind == "U" else "S",
            found.sid if found else "",
            schema,
            now_text(),
        )
        model.principals.append(user)
        model.permissions.append(Permission(user.id, "DATABASE", 0, "CONNECT", "GRANT"))
        link.store(model)
        session.end_statement()

    return run


@statement("ALTER", "USER")
def alter_user(words: Batch) -> Action:
    """ALTER USER name WITH LOGIN = login | NAME = new | DEFAULT_SCHEMA = schema."""
    name = words.identifier()
    words.expect("WITH")
    changes = []
    while True:
        key = words.one_of("LOGIN", "NAME", "DEFAULT_SCHEMA")
        words.expect_operator("=")
        changes.append((key, words.identifier()))
        if not words.take_operator(","):
            break

    def run(session: Session) -> None:
        session.begin_statement()
        security.require_role(session, "db_accessadmin")
        link = session.link
        link.begin()
        model = link.copy_model()
        user = model.principal(name)
        if user is None or user.kind == "R":
            raise _not_found("alter", "user", name)
        for key, value in changes:
            if key == "LOGIN":
                sid = _login(session, value).sid
                if any(each.sid == sid and each is not user for each in model.principals):
                    raise SqlError(15063, "The login already has an account under a different user name.")
                user.sid = sid
            elif key == "NAME":
                if model.principal(value) not in (None, user):
                    raise SqlError(15023, f"User, group, or role '{value}' already exists in the current database.")
                user.name = value
            else:
                user.default_schema = value
        link.store(model)
        session.end_statement()

    return run


def _take_drop(words: Batch, what: str) -> Action:
    quiet, name = words.take("IF", "EXISTS"), words.identifier()

    def run(session: Session) -> None:
        session.begin_statement()
        security.require_role(session, "db_accessadmin" if what == "user" else "db_securityadmin")
        link = session.link
        link.begin()
        model = link.copy_model()
        found = model.principal(name)
        if found is None or (found.kind == "R") != (what == "role"):
            if quiet:
                return
            raise _not_found("drop", what, name)
        if found.fixed or found.id <= 4:
            raise SqlError(15150, f"Cannot drop the {what} '{name}'.")
        if any(each.owner == found.id for each in model.schemas):
            raise SqlError(15138, "The database principal owns a schema in the database, and cannot be dropped.")
        if what == "role" and any(role == found.id for role, _member in model.members):
            raise SqlError(15144, "The role has members. It must be empty before it can be dropped.")
        model.principals.remove(found)
        model.members = [each for each in model.members if found.id not in each]
        model.permissions = [each for each in model.permissions if each.grantee != found.id]
        link.store(model)
        session.end_statement()

    return run


@statement("DROP", "USER")
def drop_user(words: Batch) -> Action:
    """DROP USER [IF EXISTS] name."""
    return _take_drop(words, "user")


@statement("DROP", "ROLE")
def drop_role(words: Batch) -> Action:
    """DROP ROLE [IF EXISTS] name."""
    return _take_drop(words, "role")


@statement("CREATE", "ROLE")
def create_role(words: Batch) -> Action:
    """CREATE ROLE name."""
    name = words.identifier()
    if words.is_word("AUTHORIZATION"):
        raise refused("CREATE ROLE ... AUTHORIZATION")

    def run(session: Session) -> None:
        session.begin_statement()
        security.require_role(session, "db_securityadmin")
        link = session.link
        link.begin()
        model = link.copy_model()
        if model.principal(name) is not None:
            raise SqlError(15023, f"User, group, or role '{name}' already exists in the current database.")
        model.principals.append(Principal(_new_id(model), name, "R", default_schema="", created=now_text()))
        link.store(model)
        session.end_statement()

    return run


@statement("ALTER", "ROLE")
def alter_role(words: Batch) -> Action:
    """ALTER ROLE role ADD | DROP MEMBER principal."""
    role = words.identifier()
    action = words.one_of("ADD", "DROP")
    words.expect("MEMBER")
    member = words.identifier()

    def run(session: Session) -> None:
        session.begin_statement()
        security.require_role(session, "db_securityadmin")
        link = session.link
        link.begin()
        model = link.copy_model()
        found, who = model.principal(role), model.principal(member)
        if found is None or found.kind != "R":
            raise _not_found("alter", "role", role)
        if who is None:
            raise _not_found("add", "principal", member)
        if who.id in (0, 1, GUEST) or found.id in security.roles_of(model, who.id) & {who.id}:
            raise SqlError(15405, f"Cannot use the special principal '{member}'.")
        if found.id == who.id or who.id in security.roles_of(model, found.id):
            raise SqlError(15413, "Cannot make a role a member of itself.")
        pair = (found.id, who.id)
        if action == "ADD" and pair not in model.members:
            model.members.append(pair)
        if action == "DROP":
            if pair not in model.members:
                raise _not_found("drop", "principal", member)
            model.members.remove(pair)
        link.store(model)
        session.end_statement()

    return run
