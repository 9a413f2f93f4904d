# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CREATE, ALTER and DROP LOGIN; members of server roles; KILL."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from emulators.sql.engine.errors import SqlError, refused
from emulators.sql.engine.instance import Login, now_text
from emulators.sql.tsql import security
from emulators.sql.tsql.batch import Action, Batch, statement

if TYPE_CHECKING:
    from emulators.sql.tsql.session import Session

_OPTIONS = (
    "DEFAULT_DATABASE",
    "DEFAULT_LANGUAGE",
    "CHECK_EXPIRATION",
    "CHECK_POLICY",
    "SID",
    "OLD_PASSWORD",
    "NAME",
    "PASSWORD",
)


def _options(words: Batch) -> dict[str, object]:
    """Take `PASSWORD = '...' [MUST_CHANGE], CHECK_POLICY = OFF, ...`."""
    found: dict[str, object] = {}
    while True:
        key = words.one_of(*_OPTIONS)
        words.expect_operator("=")
        if key in ("PASSWORD", "OLD_PASSWORD") and words.token.kind == "string":
            found[key] = words.string()
        elif key == "PASSWORD":
            found["HASH"] = _binary(words)
            words.expect("HASHED")
        elif key == "SID":
            found[key] = _binary(words)
        elif key.startswith("CHECK_"):
            found[key] = words.one_of("ON", "OFF") == "ON"
        else:
            found[key] = words.identifier()
        for flag in ("MUST_CHANGE", "UNLOCK"):
            if words.take(flag):
                found[flag] = True
        if not words.take_operator(","):
            return found


def _binary(words: Batch) -> str:
    if words.token.kind != "binary":
        raise words.unexpected()
    return words.next().value.lower()


def check_password(password: str, login: str) -> None:
    """Raise SqlError 15118 if a password is not what the policy of Windows wants: 8 characters of three kinds, not
    the name."""
    kinds = sum(
        any(test(each) for each in password)
        for test in (str.islower, str.isupper, str.isdigit, lambda each: not each.isalnum())
    )
    if len(password) < 8 or kinds < 3 or login.casefold() in password.casefold():
        raise SqlError(
            15118,
            "Password validation failed. The password does not meet the operating system policy requirements "
            "because it is not complex enough.",
        )


def _check_database(session: Session, options: dict[str, object]) -> None:
    name = options.get("DEFAULT_DATABASE")
    if name is not None and session.instance.state.database(str(name)) is None:
        raise SqlError(
            15010,
            f"The database '{name}' does not exist. Supply a valid database name. To see available databases, use "
            "sys.databases.",
        )


def _policy(options: dict[str, object], login: Login) -> None:
    checks, expires = (
        bool(options.get("CHECK_POLICY", login.policy_checked)),
        bool(options.get("CHECK_EXPIRATION", login.expiration_checked)),
    )
    if expires and not checks:
        raise SqlError(15122, "The CHECK_EXPIRATION option cannot be used when CHECK_POLICY is OFF.")
    login.policy_checked, login.expiration_checked = checks, expires


@statement("CREATE", "LOGIN")
def create_login(words: Batch) -> Action:
    """CREATE LOGIN name WITH PASSWORD = ..., or FROM WINDOWS."""
    name = words.identifier()
    windows = words.take("FROM", "WINDOWS")
    if words.is_word("FROM"):
        raise refused(f"CREATE LOGIN ... FROM {words.ahead(1).text}")
    options: dict[str, object] = {}
    if windows and words.take("WITH"):
        options = _options(words)
    elif not windows:
        words.expect("WITH")
        options = _options(words)
    if windows == bool(options.keys() & {"PASSWORD", "HASH"}):
        raise words.unexpected()

    def run(session: Session) -> None:
        security.require_server_role(session, "securityadmin")
        state = session.instance.state
        if state.login(name) is not None:
            raise SqlError(15025, f"The server principal '{name}' already exists.")
        if windows and "\\" not in name:
            raise SqlError(
                15407, f"'{name}' is not a valid Windows NT name. Give the complete name: <domain\\username>."
            )
        _check_database(session, options)
        sid = str(options.get("SID") or secrets.token_hex(28 if windows else 16))
        if any(each.sid == sid for each in state.logins):
            raise SqlError(15433, "Supplied parameter sid is in use.")
        now = now_text()
        login = Login(state.next_login, name, "U" if windows else "S", sid, created=now, modified=now, password_set=now)
        _policy(options, login)
        if "PASSWORD" in options:
            if login.policy_checked:
                check_password(str(options["PASSWORD"]), name)
            login.password_hash = security.hash_password(str(options["PASSWORD"]))
        login.password_hash = str(options.get("HASH", login.password_hash))
        login.must_change = bool(options.get("MUST_CHANGE", False))
        login.default_database = str(options.get("DEFAULT_DATABASE", "master"))
        state.next_login += 1
        state.logins.append(login)
        session.instance.save()

    return run


def found_login(session: Session, name: str, action: str) -> Login:
    """Return a login. Raises SqlError 15151."""
    found = session.instance.state.login(name)
    if found is None or found.kind == "R":
        raise SqlError(
            15151, f"Cannot {action} the login '{name}', because it does not exist or you do not have permission."
        )
    return found


@statement("ALTER", "LOGIN")
def alter_login(words: Batch) -> Action:
    """ALTER LOGIN name ENABLE | DISABLE | WITH options."""
    name = words.identifier()
    switch = next((word for word in ("ENABLE", "DISABLE") if words.take(word)), "")
    options: dict[str, object] = {}
    if not switch:
        words.expect("WITH")
        options = _options(words)

    def run(session: Session) -> None:
        login = found_login(session, name, "alter")
        if login is not session.login or switch or options.keys() - {"PASSWORD", "OLD_PASSWORD", "DEFAULT_DATABASE"}:
            security.require_server_role(session, "securityadmin")
        _check_database(session, options)
        _alter(session, login, switch, options)
        login.modified = now_text()
        session.instance.save()

    return run


def _alter(session: Session, login: Login, switch: str, options: dict[str, object]) -> None:
    state = session.instance.state
    if switch:
        login.disabled = switch == "DISABLE"
    _policy(options, login)
    if "NAME" in options:
        new = str(options["NAME"])
        if state.login(new) not in (None, login):
            raise SqlError(15025, f"The server principal '{new}' already exists.")
        login.name = new
    if "PASSWORD" in options:
        password = str(options["PASSWORD"])
        old = options.get("OLD_PASSWORD")
        if not session.is_sysadmin and (old is None or not security.password_matches(str(old), login.password_hash)):
            raise SqlError(
                15151,
                f"Cannot alter the login '{login.name}', because it does not exist or you do not have permission.",
            )
        if login.policy_checked:
            check_password(password, login.name)
        login.password_hash, login.password_set = security.hash_password(password), now_text()
        login.must_change = bool(options.get("MUST_CHANGE", False))
    if "HASH" in options:
        login.password_hash, login.password_set = str(options["HASH"]), now_text()
    if options.get("UNLOCK"):
        login.locked, login.bad_passwords = False, 0
    login.default_database = str(options.get("DEFAULT_DATABASE", login.default_database))


@statement("DROP", "LOGIN")
def drop_login(words: Batch) -> Action:
    """DROP LOGIN name."""
    name = words.identifier()

    def run(session: Session) -> None:
        security.require_server_role(session, "securityadmin")
        state = session.instance.state
        login = found_login(session, name, "drop")
        if any(each.owner == login.sid for each in state.databases):
            raise SqlError(
                15174,
                f"Login '{name}' owns one or more database(s). Change the owner of the database(s) before dropping "
                "the login.",
            )
        if any(getattr(each, "login", None) is login for each in session.instance.sessions.values()):
            raise SqlError(15434, f"Could not drop login '{name}' as the user is currently logged in.")
        state.logins.remove(login)
        state.members = [each for each in state.members if each[1] != login.id]
        state.permissions = [each for each in state.permissions if each[0] != login.id]
        session.instance.save()

    return run


@statement("ALTER", "SERVER", "ROLE")
def alter_server_role(words: Batch) -> Action:
    """ALTER SERVER ROLE role ADD | DROP MEMBER login."""
    role = words.identifier()
    action = words.one_of("ADD", "DROP")
    words.expect("MEMBER")
    member = words.identifier()

    def run(session: Session) -> None:
        security.require_server_role(session, "securityadmin")
        state = session.instance.state
        found = state.login(role)
        if found is None or found.kind != "R":
            raise SqlError(
                15151,
                f"Cannot alter the server role '{role}', because it does not exist or you do not have permission.",
            )
        pair = (found.id, found_login(session, member, "add").id)
        if action == "ADD" and pair not in state.members:
            state.members.append(pair)
        if action == "DROP" and pair in state.members:
            state.members.remove(pair)
        session.instance.save()

    return run


@statement("KILL")
def kill(words: Batch) -> Action:
    """KILL session."""
    number = words.integer()

    def run(session: Session) -> None:
        security.require_server_role(session, "processadmin")
        if number == session.id:
            raise SqlError(6104, "Cannot use KILL to kill your own process.")
        found = session.instance.sessions.get(number)
        if found is None:
            raise SqlError(6106, f"Process ID {number} is not an active process ID.")
        found.kill()

    return run
