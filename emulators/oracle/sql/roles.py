# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CREATE and DROP ROLE."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulators.oracle.engine import rights
from emulators.oracle.engine.errors import OracleError, refused
from emulators.oracle.engine.model import Grant, Model, Role
from emulators.oracle.sql.ddl import defines
from emulators.oracle.sql.registry import Action, statement
from emulators.oracle.sql.tokens import Words

if TYPE_CHECKING:
    from emulators.oracle.engine.session import Session


@statement("CREATE", "ROLE")
def create_role(words: Words) -> Action:
    """Read CREATE ROLE."""
    name = words.name()
    if words.skip("NOT"):
        words.expect("IDENTIFIED")
    if words.sees("IDENTIFIED"):
        raise refused("roles with a password", words.next.position)
    words.done()

    def run(session: Session, model: Model) -> None:
        rights.demand(model, session.user, "CREATE ROLE")
        if model.is_grantee(name):
            raise OracleError(1921, name)
        model.roles[name] = Role(name, model.new_id())
        model.touch("role", name)
        rights.add(model, Grant(session.user, name, "ROLE", option=True))

    return defines(run)


@statement("DROP", "ROLE")
def drop_role(words: Words) -> Action:
    """Read DROP ROLE."""
    name = words.name()
    words.done()

    def run(session: Session, model: Model) -> None:
        if name not in model.roles:
            raise OracleError(1919, name)
        if not rights.has_option(model, session.user, name, "ROLE"):
            rights.demand(model, session.user, "DROP ANY ROLE")
        del model.roles[name]
        model.grants = [
            each
            for each in model.grants
            if each.grantee != name and not (each.kind == "ROLE" and each.privilege == name)
        ]
        model.touch("role", name)
        model.touch("grants")

    return defines(run)
