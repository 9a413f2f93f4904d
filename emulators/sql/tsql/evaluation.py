# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Expressions and conditions outside of queries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulators.sql.engine import syntax as tree
from emulators.sql.engine.bind_changes import ChangeBinder
from emulators.sql.engine.scope import Scope
from emulators.sql.engine.types import SqlType, Value
from emulators.sql.tsql.catalogue import SessionCatalogue
from emulators.sql.tsql.views import fill

if TYPE_CHECKING:
    from emulators.sql.tsql.session import Session


def evaluate(session: Session, node: tree.Expression, kind: SqlType | None = None) -> Value:
    """Return the value of an expression outside a query, brought to a type if one is given. Raises SqlError."""
    catalogue = SessionCatalogue(session)
    binder = ChangeBinder(catalogue)
    bound = binder.value(node, Scope())
    sql = (binder.coerce(bound, kind) if kind else bound).sql
    fill(session, frozenset(catalogue.views))
    row = session.link.run(f"SELECT {sql}", [session.variable(name) for name in binder.variables]).fetchone()
    value: Value = row[0]
    return value


def holds(session: Session, node: tree.Expression) -> bool:
    """Return whether a condition outside a query is true. Raises SqlError."""
    catalogue = SessionCatalogue(session)
    binder = ChangeBinder(catalogue)
    sql = binder.condition(node, Scope())
    fill(session, frozenset(catalogue.views))
    row = session.link.run(f"SELECT {sql}", [session.variable(name) for name in binder.variables]).fetchone()
    return bool(row[0])
