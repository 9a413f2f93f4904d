# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Aggregate and analytic functions, and what ORDER BY sorts by."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from emulators.oracle.engine.errors import OracleError, refused
from emulators.oracle.engine.types import CLOB, NUMBER, varchar2
from emulators.oracle.sql import tree
from emulators.oracle.sql.conversions import inconsistent, to_number, to_text
from emulators.oracle.sql.scope import Bound, Scope

if TYPE_CHECKING:
    from emulators.oracle.sql.bind import Binder


def aggregate(binder: Binder, node: tree.Call, scope: Scope) -> Bound:
    """Return a function of the rows of a group. Raises OracleError."""
    if scope.inside_aggregate or not scope.aggregates or scope.grouped is None:
        raise OracleError(934, position=node.at)
    within = replace(scope, inside_aggregate=True)
    distinct = "DISTINCT " if node.distinct else ""
    if node.star:
        if node.name != "COUNT":
            raise OracleError(936, position=node.at)
        return Bound("o_count(count(*))", NUMBER, nullable=False)
    wanted = 2 if node.name == "LISTAGG" else 1
    if not 1 <= len(node.arguments) <= wanted:
        raise OracleError(909, position=node.at)
    operand = binder.value(node.arguments[0], within)
    if operand.type == CLOB or operand.type.name == "LONG":
        raise inconsistent("-", operand.type)
    match node.name:
        case "COUNT":
            return Bound(f"o_count(count({distinct}{operand.sql}))", NUMBER, nullable=False)
        case "MIN" | "MAX":
            return Bound(f"{node.name.lower()}({operand.sql})", operand.type)
        case "LISTAGG":
            return _listagg(binder, node, within, operand)
    return Bound(f"o_{node.name.lower()}({distinct}{to_number(operand).sql})", NUMBER)


def _listagg(binder: Binder, node: tree.Call, scope: Scope, operand: Bound) -> Bound:
    if node.distinct:
        raise refused("LISTAGG (DISTINCT ...)", node.at)
    separator = binder.value(node.arguments[1], scope).sql if len(node.arguments) == 2 else "NULL"
    directions, keys = "", []
    for each in node.within:
        first = each.descending if each.nulls_first is None else each.nulls_first
        directions += ("d" if each.descending else "a") + ("f" if first else "l")
        keys.append(binder.value(each.key, scope).sql)
    arguments = ", ".join([to_text(operand, binder.formats).sql, separator, f"'{directions}'", *keys])
    return Bound(f"o_listagg({arguments})", varchar2(4000))


_RANKS = frozenset({"ROW_NUMBER", "RANK", "DENSE_RANK"})


def analytic(binder: Binder, node: tree.Call, scope: Scope) -> Bound:
    """Return a function with OVER. Raises OracleError."""
    if node.window is None or not scope.aggregates:
        raise OracleError(30483, position=node.at, message="window  functions are not allowed here")
    if scope.grouped is not None:
        raise refused("analytic functions in a query with groups: put the groups into a subquery", node.at)
    if node.distinct or (node.name not in _RANKS and node.name not in ("COUNT", "MIN", "MAX")):
        raise refused(f"the analytic function {node.name}{' (DISTINCT)' if node.distinct else ''}", node.at)
    parts = []
    if node.window.partition:
        parts.append("PARTITION BY " + ", ".join(binder.value(each, scope).sql for each in node.window.partition))
    if node.window.order:
        parts.append("ORDER BY " + ", ".join(ordered(binder, each, scope) for each in node.window.order))
    elif node.name in _RANKS:
        raise OracleError(30485, position=node.at, message="missing ORDER BY expression in the window specification")
    over = f"OVER ({' '.join(parts)})"
    if node.name in _RANKS:
        return Bound(f"o_count({node.name.lower()}() {over})", NUMBER, nullable=False)
    if node.name == "COUNT":
        what = "*" if node.star else binder.value(node.arguments[0], scope).sql
        return Bound(f"o_count(count({what}) {over})", NUMBER, nullable=False)
    operand = binder.value(node.arguments[0], scope)
    return Bound(f"{node.name.lower()}({operand.sql}) {over}", operand.type)


def ordered(binder: Binder, item: tree.Ordering, scope: Scope) -> str:
    """Return an item of ORDER BY, NULL last unless it descends. Raises OracleError."""
    return direction(binder.value(item.key, scope), item)


def direction(key: Bound, item: tree.Ordering) -> str:
    """Return the SQL of an item of ORDER BY. Raises OracleError 932."""
    if key.type == CLOB or key.type.name == "LONG":
        raise inconsistent("-", key.type)
    first = item.descending if item.nulls_first is None else item.nulls_first
    return f"{key.sql} {'DESC' if item.descending else 'ASC'} NULLS {'FIRST' if first else 'LAST'}"
