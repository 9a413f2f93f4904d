# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CREATE, ALTER and DROP USER."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from emulators.oracle.engine import accounts, rights
from emulators.oracle.engine.errors import OracleError, refused
from emulators.oracle.engine.model import UNLIMITED, Model, User
from emulators.oracle.engine.schema_objects import Table
from emulators.oracle.sql.ddl import defines
from emulators.oracle.sql.registry import Action, statement
from emulators.oracle.sql.tables import drop
from emulators.oracle.sql.tokens import Words
from emulators.oracle.sql.views import forget
from emulators.oracle.tns.login import derived

if TYPE_CHECKING:
    from emulators.oracle.engine.session import Session

Option = Callable[[Model, User], None]
_UNITS = {"K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}


def password(words: Words) -> str:
    """Read a password: as it is written, quoted or not. Raises OracleError 988."""
    if words.sees("VALUES"):
        raise refused("IDENTIFIED BY VALUES", words.next.position)
    token = words.take()
    if token.kind == "quoted":
        return token.text[1:-1]
    if token.kind != "word":
        raise OracleError(988, position=token.position)
    return token.text


@statement("CREATE", "USER")
def create_user(words: Words) -> Action:
    """Read CREATE USER."""
    name = words.name()
    secret = None
    if words.skip("IDENTIFIED"):
        if words.sees_any(("EXTERNALLY", "GLOBALLY")):
            raise refused(f"IDENTIFIED {words.next.value}", words.next.position)
        words.expect("BY")
        secret = password(words)
    elif not words.skip("NO", "AUTHENTICATION"):
        words.fail(922)
    options = _options(words)

    def run(session: Session, model: Model) -> None:
        rights.demand(model, session.user, "CREATE USER")
        if model.is_grantee(name):
            raise OracleError(1920, name)
        model.touch("user", name)
        user = model.users[name] = User(name, model.new_id(), time.time())
        for option in options:
            option(model, user)
        if secret is not None:
            expired = user.expired
            accounts.set_password(model, user, secret)
            user.expired = expired

    return defines(run)


@statement("ALTER", "USER")
def alter_user(words: Words) -> Action:
    """Read ALTER USER."""
    name = words.name()
    secret = old = None
    options: list[Option] = []
    ends_rollover = False
    if words.skip("EXPIRE", "PASSWORD", "ROLLOVER", "PERIOD"):
        ends_rollover = True
        words.done()
    else:
        if words.skip("IDENTIFIED"):
            if words.sees_any(("EXTERNALLY", "GLOBALLY")):
                raise refused(f"IDENTIFIED {words.next.value}", words.next.position)
            words.expect("BY")
            secret = password(words)
            if words.skip("REPLACE"):
                old = password(words)
        options = _options(words)
        if secret is None and not options:
            words.fail(922)

    def run(session: Session, model: Model) -> None:
        own = name == session.user and not options and not ends_rollover
        if not own:
            rights.demand(model, session.user, "ALTER USER")
        if name not in model.users:
            raise OracleError(1918, name)
        user = model.users[name]
        model.touch("user", name)
        if old is not None and derived(old.encode(), bytes.fromhex(user.salt)) != user.verifier:
            raise OracleError(28008)
        if ends_rollover:
            accounts.end_rollover(user)
        if secret is not None:
            accounts.set_password(model, user, secret)
        for option in options:
            option(model, user)

    return defines(run)


def _options(words: Words) -> list[Option]:
    found: list[Option] = []
    while words.next.kind != "end":
        found.append(_option(words))
    return found


def _option(words: Words) -> Option:
    if words.skip("DEFAULT", "TABLESPACE"):
        return _tablespace(words.name(), temporary=False)
    if words.skip("TEMPORARY", "TABLESPACE"):
        return _tablespace(words.name(), temporary=True)
    if words.skip("QUOTA"):
        return _quota(words)
    if words.skip("PROFILE"):
        return _profile(words.take().value)
    if words.skip("PASSWORD", "EXPIRE"):
        return _expire
    if words.skip("ACCOUNT"):
        if words.skip("LOCK"):
            return _lock
        words.expect("UNLOCK")
        return _unlock
    if words.sees("DEFAULT", "ROLE") or words.next.kind == "word":
        raise refused(f"the option {words.next.text} {words.ahead(1).text} of a user", words.next.position)
    words.fail(922)
    raise AssertionError


def _tablespace(name: str, *, temporary: bool) -> Option:
    def option(model: Model, user: User) -> None:
        if name not in model.tablespaces:
            raise OracleError(959, message=f"tablespace '{name}' does not exist")
        if temporary:
            user.temporary_tablespace = name
        else:
            user.default_tablespace = name

    return option


def _quota(words: Words) -> Option:
    if words.skip("UNLIMITED"):
        size = UNLIMITED
    else:
        size = words.integer()
        if words.sees_any(_UNITS):
            size *= _UNITS[words.take().value]
    words.expect("ON")
    name = words.name()

    def option(model: Model, user: User) -> None:
        if name not in model.tablespaces:
            raise OracleError(959, message=f"tablespace '{name}' does not exist")
        user.quotas[name] = size
        if not size:
            del user.quotas[name]

    return option


def _profile(name: str) -> Option:
    def option(model: Model, user: User) -> None:
        if name not in model.profiles:
            raise OracleError(2380, name)
        user.profile = name

    return option


def _expire(_model: Model, user: User) -> None:
    user.expired = True


def _lock(_model: Model, user: User) -> None:
    user.lock, user.locked_at = "LOCKED", time.time()


def _unlock(_model: Model, user: User) -> None:
    user.lock, user.locked_at, user.failures = "", 0, 0


@statement("DROP", "USER")
def drop_user(words: Words) -> Action:
    """Read DROP USER."""
    name = words.name()
    cascade = words.skip("CASCADE")
    words.done()

    def run(session: Session) -> None:
        session.commit()
        if any(each.owner == name for each in session.instance.model.tables()):
            session.begin()  # who writes may need what is locked below: so it is waited for first
        try:
            with session.instance.changing(undo=True) as model:
                _drop_user(session, model, name, cascade=cascade)
                session.commit()
        finally:
            session.rollback()

    return run


def _drop_user(session: Session, model: Model, name: str, *, cascade: bool) -> None:
    rights.demand(model, session.user, "DROP USER")
    if name not in model.users:
        raise OracleError(1918, name)
    if session.instance.sessions_of(name):
        raise OracleError(1940)
    objects = [each for each in model.objects.values() if each.owner == name]
    if objects and not cascade:
        raise OracleError(1922, name)
    for each in objects:
        if isinstance(each, Table):
            drop(session, model, each, cascade=True)
        else:
            forget(model, each.owner, each.name)
            session.instance.invalidate(each.owner, each.name)
    del model.users[name]
    model.grants = [each for each in model.grants if each.grantee != name]
    model.touch("user", name)
    model.touch("grants")
