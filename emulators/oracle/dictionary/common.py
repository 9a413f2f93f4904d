# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the views of the dictionary have in common: which objects they show, and to whom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from emulators.oracle.engine import rights
from emulators.oracle.engine.schema_objects import SchemaObject, Table, View

if TYPE_CHECKING:
    from emulators.oracle.engine.session import Session


def objects(session: Session, scope: str) -> Iterator[SchemaObject]:
    """Yield the tables and views that ALL_, DBA_ or USER_ shows."""
    model = session.instance.model
    for key in sorted(model.objects):
        found = model.objects[key]
        if scope == "DBA" or found.owner == session.user or (
            scope == "ALL" and rights.visible(model, session.user, found)
        ):  # fmt: skip
            yield found


def tables(session: Session, scope: str) -> Iterator[Table]:
    """Yield the tables that ALL_, DBA_ or USER_ shows."""
    return (each for each in objects(session, scope) if isinstance(each, Table))


def views(session: Session, scope: str) -> Iterator[View]:
    """Yield the views that ALL_, DBA_ or USER_ shows."""
    return (each for each in objects(session, scope) if isinstance(each, View))


def yes(value: object) -> str:
    """Return YES or NO."""
    return "YES" if value else "NO"
