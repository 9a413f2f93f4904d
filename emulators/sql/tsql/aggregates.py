# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Aggregates and ranking functions."""

from __future__ import annotations

from dataclasses import replace

from emulators.sql.engine import syntax as tree
from emulators.sql.engine.bind import Binder
from emulators.sql.engine.collations import order_of
from emulators.sql.engine.errors import SqlError, refused
from emulators.sql.engine.functions import call, spell
from emulators.sql.engine.scope import Bound, Scope
from emulators.sql.engine.types import (
    BIGINT,
    DECIMALS,
    FLOATS,
    INT,
    INTEGERS,
    MAX,
    SqlType,
    nvarchar,
)

TEXT = nvarchar(4000)


def check_count(name: str, bounds: list[Bound], least: int, most: int) -> None:
    """Raise SqlError 174 unless a function has as many arguments as it takes."""
    if not least <= len(bounds) <= most:
        raise SqlError(174, f"The {name.lower()} function requires {least} argument(s).", severity=15)


def aggregate(binder: Binder, node: tree.Call, scope: Scope) -> Bound:
    """Return an aggregate or a ranking function. Raises SqlError 174, 8117."""
    name, over = node.name, ""
    if node.window is not None:
        if name not in ("ROW_NUMBER", "RANK", "DENSE_RANK", "COUNT"):
            raise refused(f"{name} OVER")
        partition = [binder.value(each, scope) for each in node.window.partition]
        order = [(binder.value(each.key, scope), each.descending) for each in node.window.order]
        clauses = (
            [f"PARTITION BY {', '.join(binder.collate(each.sql, each.type) for each in partition)}"]
            if partition
            else []
        )
        if order:
            clauses.append(
                "ORDER BY "
                + ", ".join(binder.collate(each.sql, each.type) + (" DESC" if down else "") for each, down in order)
            )
        over = f" OVER ({' '.join(clauses)})"
        if name != "COUNT":
            return Bound(f"{name.lower()}(){over}", BIGINT, nullable=False)
    inner = replace(scope, inside_aggregate=True)
    if name in ("COUNT", "COUNT_BIG"):
        kind = INT if name == "COUNT" else BIGINT
        if node.arguments == (tree.Star(),):
            return Bound(f"count(*){over}", kind, nullable=False)
    bounds = [binder.value(each, inner) for each in node.arguments]
    check_count(name, bounds, 1, 2 if name == "STRING_AGG" else 1)
    value, distinct = bounds[0], "DISTINCT " if node.distinct else ""
    collated = binder.collate(value.sql, value.type)
    if name in ("COUNT", "COUNT_BIG"):
        return Bound(f"count({distinct}{collated}){over}", kind, nullable=False)
    if name in ("MIN", "MAX"):
        return Bound(f"{name.lower()}({collated})", value.type)
    if name == "STRING_AGG":
        return _string_agg(binder, node, bounds, inner)
    return _sum(name, value, distinct)


def _sum(name: str, value: Bound, distinct: str) -> Bound:
    kind = value.type
    if kind.name in FLOATS:
        return Bound(f"{'sum' if name == 'SUM' else 'avg'}({distinct}{value.sql})", SqlType("float"))
    if kind.name in INTEGERS and kind.name != "bit":
        result = BIGINT if kind.name == "bigint" else INT
        total = f"sum({distinct}{value.sql})"
        if name == "AVG":
            total = call("integer_operation", ("/", "bigint"), total, f"count({distinct}{value.sql})")
        return Bound(call("convert", ("bigint", spell(result), "", ""), total), result)
    if kind.name in DECIMALS and not distinct:
        result = SqlType("decimal", precision=38, scale=kind.scale)
        total = f"exact_sum({value.sql}, {kind.scale})"
        if name == "SUM":
            return Bound(total, result)
        result = replace(result, scale=max(kind.scale, 6))
        return Bound(call("exact_operation", ("/", spell(result)), total, f"nullif(count({value.sql}), 0)"), result)
    raise SqlError(8117, f"Operand data type {kind.name} is invalid for {name.lower()} operator.")


def _string_agg(binder: Binder, node: tree.Call, bounds: list[Bound], scope: Scope) -> Bound:
    value = bounds[0] if bounds[0].type.is_string else binder.coerce(bounds[0], TEXT)
    arguments = [value.sql, binder.coerce(bounds[1], TEXT).sql]
    for each in node.within:
        key = binder.value(each.key, scope)
        order = order_of(key.type.collation or binder.catalogue.collation)
        arguments += [
            call("text", ("FOLD", order), key.sql) if key.type.is_string else key.sql,
            str(int(each.descending)),
        ]
    length = MAX if value.type.length == MAX else 4000 if value.type.name.startswith("n") else 8000
    return Bound(
        f"string_agg({', '.join(arguments)})",
        replace(value.type, name=value.type.name.replace("char", "varchar").replace("varvar", "var"), length=length),
    )
