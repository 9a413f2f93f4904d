# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ALTER SESSION, ALTER SYSTEM KILL SESSION, and transactions."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from emulators.oracle.engine import formats, rights
from emulators.oracle.engine.errors import OracleError, refused
from emulators.oracle.sql.registry import Action, statement
from emulators.oracle.sql.tokens import Words

if TYPE_CHECKING:
    from emulators.oracle.engine.session import Session

_ONE_VALUE = {
    "NLS_NUMERIC_CHARACTERS": (".,",), "NLS_SORT": ("BINARY",), "NLS_COMP": ("BINARY",), "NLS_LANGUAGE": ("AMERICAN",),
    "NLS_TERRITORY": ("AMERICA",), "NLS_LENGTH_SEMANTICS": ("BYTE",),
}  # fmt: skip
_ZONE = re.compile(r"([+-]?)(\d{1,2}):(\d{1,2})")


@statement("ALTER", "SESSION", "SET")
def alter_session(words: Words) -> Action:
    """Read ALTER SESSION SET."""
    settings: list[tuple[str, str, int]] = []
    while words.next.kind != "end":
        at = words.next.position
        name = words.take().value
        words.expect("=")
        token = words.take()
        if token.kind == "operator" and token.value in "+-":
            token = words.take()
        settings.append((name, token.value, at))
    if not settings:
        words.fail(2248)
    for name, value, at in settings:
        _check(name, value, at)

    def run(session: Session) -> None:
        for name, value, _at in settings:
            _set(session, name, value)

    return run


def _check(name: str, value: str, at: int) -> None:
    match name:
        case "DDL_LOCK_TIMEOUT":
            if not value.isdigit() or int(value) > 1_000_000:
                raise OracleError(
                    2097, position=at, message="parameter cannot be modified because specified value is invalid"
                )
        case "NLS_DATE_FORMAT" | "NLS_TIMESTAMP_FORMAT" | "NLS_TIMESTAMP_TZ_FORMAT":
            formats.elements(value)
        case "CURRENT_SCHEMA":
            pass
        case "TIME_ZONE":
            _minutes(value)
        case _:
            if name not in _ONE_VALUE:
                raise refused(f"ALTER SESSION SET {name}", at)
            if value.upper() not in _ONE_VALUE[name]:
                raise refused(f"{name} = {value!r}: only {_ONE_VALUE[name][0]!r} is known", at)


def _minutes(zone: str) -> int:
    """Return the minutes by which a time zone is ahead of UTC. Raises OracleError."""
    if zone.upper() in ("UTC", "GMT", "DBTIMEZONE"):
        return 0
    match = _ZONE.fullmatch(zone.strip())
    if match is None:
        raise refused(f"the session's time zone {zone!r}: only hours and minutes are known")
    return (int(match[2]) * 60 + int(match[3])) * (-1 if match[1] == "-" else 1)


def _set(session: Session, name: str, value: str) -> None:
    if name == "DDL_LOCK_TIMEOUT":
        session.ddl_lock_timeout = int(value)
    elif name == "CURRENT_SCHEMA":
        session.set_current_schema(value)
    elif name == "TIME_ZONE":
        session.zone = _minutes(value)
    elif name in session.nls:
        session.nls[name] = value


@statement("ALTER", "SYSTEM", "KILL", "SESSION")
def kill_session(words: Words) -> Action:
    """Read ALTER SYSTEM KILL SESSION."""
    text = words.string()
    words.skip("IMMEDIATE")
    words.done()

    def run(session: Session) -> None:
        rights.demand(session.instance.model, session.user, "ALTER SYSTEM")
        parts = text.split(",")
        number, serial = (
            (int(each) if each.strip().isdigit() else -1 for each in parts[:2]) if len(parts) > 1 else (-1, -1)
        )
        found = session.instance.sessions.get(number)
        if found is None or found.serial != serial:
            raise OracleError(30, message="User session ID does not exist.")
        if found is session:
            raise OracleError(27, message="cannot kill current session")
        found.kill()

    return run


def _simple(what: Callable[[Session], None]) -> Action:
    return what


@statement("COMMIT")
def commit(words: Words) -> Action:
    """Read COMMIT."""
    words.skip("WORK")
    words.done()
    return _simple(lambda session: session.commit())


@statement("ROLLBACK")
def rollback(words: Words) -> Action:
    """Read ROLLBACK."""
    words.skip("WORK")
    name = ""
    if words.skip("TO"):
        words.skip("SAVEPOINT")
        name = words.name()
    words.done()
    return _simple(lambda session: session.rollback(name))


@statement("SAVEPOINT")
def savepoint(words: Words) -> Action:
    """Read SAVEPOINT."""
    name = words.name()
    words.done()
    return _simple(lambda session: session.save(name))


@statement("SET", "TRANSACTION")
def set_transaction(words: Words) -> Action:
    """Read SET TRANSACTION READ ONLY."""
    if not words.skip("READ", "ONLY"):
        raise refused(f"SET TRANSACTION {words.next.text}", words.next.position)
    words.done()

    def run(session: Session) -> None:
        if session.in_transaction:
            raise OracleError(1453)
        session.database.execute("BEGIN")
        session.database.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()  # SQLite sees what there is now
        session.in_transaction = session.read_only = True

    return run
