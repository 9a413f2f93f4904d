# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CREATE, ALTER and DROP PROFILE."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulators.oracle.engine import rights
from emulators.oracle.engine.errors import OracleError, refused
from emulators.oracle.engine.installation import DEFAULT_LIMITS
from emulators.oracle.engine.model import Model, Profile
from emulators.oracle.sql.ddl import defines
from emulators.oracle.sql.expressions import expression
from emulators.oracle.sql.registry import Action, statement
from emulators.oracle.sql.tokens import Words

if TYPE_CHECKING:
    from emulators.oracle.engine.session import Session


def _limits(words: Words) -> dict[str, str]:
    words.expect("LIMIT")
    found: dict[str, str] = {}
    while words.next.kind != "end":
        resource = words.take().value
        if resource not in DEFAULT_LIMITS:
            raise OracleError(2376, message="invalid or redundant resource")
        if words.sees_any(("UNLIMITED", "DEFAULT", "NULL")):
            found[resource] = words.take().value
        elif resource == "PASSWORD_VERIFY_FUNCTION":
            raise refused("password functions of one's own", words.next.position)
        else:
            found[resource] = _limit(words)
    if not found:
        words.fail(2376)
    return found


def _limit(words: Words) -> str:
    """Read a number, or one divided by another, as 1/24."""
    start = words.next.position
    expression(words)
    text = words.text[start : words.tokens[words.at - 1].end]
    number, _unused, divisor = text.partition("/")
    try:
        value = float(number) / float(divisor or 1)
    except (ValueError, ZeroDivisionError):
        raise refused(f"the limit {text}", start) from None
    # as DBA_PROFILES shows it
    return f"{int(value * 10000) / 10000:.4f}".lstrip("0") if value != int(value) else str(int(value))


@statement("CREATE", "PROFILE")
def create_profile(words: Words) -> Action:
    """Read CREATE PROFILE."""
    name = words.name()
    limits = _limits(words)

    def run(session: Session, model: Model) -> None:
        rights.demand(model, session.user, "CREATE PROFILE")
        if name in model.profiles:
            raise OracleError(2379, name)
        model.profiles[name] = Profile(name, {**dict.fromkeys(DEFAULT_LIMITS, "DEFAULT"), **limits})
        model.touch("profile", name)

    return defines(run)


@statement("ALTER", "PROFILE")
def alter_profile(words: Words) -> Action:
    """Read ALTER PROFILE."""
    name = "DEFAULT" if words.skip("DEFAULT") else words.name()
    limits = _limits(words)

    def run(session: Session, model: Model) -> None:
        rights.demand(model, session.user, "ALTER PROFILE")
        if name not in model.profiles:
            raise OracleError(2380, name)
        model.profiles[name].limits.update(limits)
        model.touch("profile", name)

    return defines(run)


@statement("DROP", "PROFILE")
def drop_profile(words: Words) -> Action:
    """Read DROP PROFILE."""
    name = words.name()
    cascade = words.skip("CASCADE")
    words.done()

    def run(session: Session, model: Model) -> None:
        rights.demand(model, session.user, "DROP PROFILE")
        if name not in model.profiles:
            raise OracleError(2380, name)
        users = [each for each in model.users.values() if each.profile == name]
        if users and not cascade:
            raise OracleError(2382, name)
        for each in users:
            each.profile = "DEFAULT"
            model.touch("user", each.name)
        del model.profiles[name]
        model.touch("profile", name)

    return defines(run)
