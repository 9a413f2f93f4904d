# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all statements have in common that define something: they commit, before and after."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from emulators.oracle.engine import rights
from emulators.oracle.engine.errors import OracleError
from emulators.oracle.engine.model import Model
from emulators.oracle.engine.results import Outcome
from emulators.oracle.engine.schema_objects import SchemaObject, Table, View
from emulators.oracle.sql.registry import Action
from emulators.oracle.sql.tree import Name

if TYPE_CHECKING:
    from emulators.oracle.engine.session import Session

Definition = Callable[["Session", Model], Outcome | None]
_LIBRARY_WAIT = 300.0
"""For how long Oracle waits for a view that somebody holds, in seconds."""


def defines(action: Definition, *, view: Name = ()) -> Action:
    """Return the action of a statement that changes what the database knows, and no rows.

    Args:
        action: what it does.
        view: the name of the view that it needs for itself, if it needs one.
    """

    def run(session: Session) -> Outcome | None:
        session.commit()
        found = session.instance.model.object(*owned(session, view)) if view else None
        if isinstance(found, View):
            _await_free(session, found)
        with session.instance.changing(undo=True) as model:
            return action(session, model)

    return run


def changes_table(name: Name, action: Definition, *, must_exist: bool = True) -> Action:
    """Return the action of a statement that needs a table for itself, and changes SQLite's too."""

    def run(session: Session) -> Outcome | None:
        session.commit()
        found = session.instance.model.object(*owned(session, name))
        table = (
            found if isinstance(found, Table) and rights.visible(session.instance.model, session.user, found) else None
        )
        if table is None and must_exist:
            raise OracleError(942)
        session.begin(table, wait=float(session.ddl_lock_timeout) if table is not None else None, alone=True)
        try:
            with session.instance.changing(undo=True) as model:
                outcome = action(session, model)
                session.commit()
        except sqlite3.Error as error:
            raise session.error_of(error) from error
        finally:
            session.rollback()
        return outcome

    return run


def owned(session: Session, name: Name) -> tuple[str, str]:
    """Return owner and name of what a name means. Raises OracleError 942."""
    if len(name) > 2:
        raise OracleError(942)
    return (name[0], name[1]) if len(name) == 2 else (session.current_schema, name[0])


def _await_free(session: Session, found: View) -> None:
    """Wait while somebody holds a view. Raises OracleError 4021, or what the fault says."""
    instance = session.instance
    started = time.monotonic()
    while (fault := instance.held(found)) is not None:
        wait = float(str(fault.get("seconds", _LIBRARY_WAIT)))
        number = int(str(fault.get("number", 4021)))
        if number == 54:
            wait = float(session.ddl_lock_timeout)
        if time.monotonic() >= started + wait:
            raise OracleError(number, f"{found.owner}.{found.name}")
        session.sleep(0.02)


def in_schema(session: Session, model: Model, owner: str, own: str, foreign: str) -> None:
    """Check that a session may create or change something in a schema.

    Args:
        session: whose.
        model: what the database knows.
        owner: of the schema.
        own: the system privilege that one's own schema takes; empty for none.
        foreign: the one that another's takes.

    Raises:
        OracleError: 1031, 1918.
    """
    if owner not in model.users:
        raise OracleError(1918, owner)
    if owner == session.user:
        if own and not rights.has_system(model, session.user, own, foreign):
            raise OracleError(1031)
    elif not rights.has_system(model, session.user, foreign):
        raise OracleError(1031)


def existing(session: Session, model: Model, name: Name, *, number: int = 942) -> SchemaObject:
    """Return a table or a view that the session may know of. Raises OracleError."""
    found = model.object(*owned(session, name))
    if found is None or not rights.visible(model, session.user, found):
        raise OracleError(number)
    return found
