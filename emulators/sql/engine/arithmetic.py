# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Arithmetic and concatenation: the types of their results, by the reference of Transact-SQL."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from emulators.sql.engine import numbers
from emulators.sql.engine.errors import SqlError, refused
from emulators.sql.engine.functions import call, spell
from emulators.sql.engine.scope import Bound
from emulators.sql.engine.types import (
    BINARIES,
    DATES,
    DECIMALS,
    FLOATS,
    INTEGERS,
    MAX,
    SqlType,
    unify,
)

if TYPE_CHECKING:
    from emulators.sql.engine.bind import Binder

_WHOLE = re.compile(r"-?\d+")
"""A constant, which has as many digits as it is written with."""


def arithmetic(binder: Binder, operator: str, left: Bound, right: Bound) -> Bound:
    """Return an operation on two values. Raises SqlError 402, 8117."""
    kind = unify(left.type, right.type)
    nullable = left.nullable or right.nullable
    if operator in "&|^":
        if kind.name not in INTEGERS:
            raise SqlError(
                402,
                f"The data types {left.type.name} and {right.type.name} are incompatible in the '{operator}' operator.",
            )
        (a, b), _unused = binder.same_type(left, right)
        xor = f"(({a.sql} | {b.sql}) - ({a.sql} & {b.sql}))"
        return Bound(xor if operator == "^" else f"({a.sql} {operator} {b.sql})", kind, nullable)
    if operator == "+" and (kind.is_string or kind.name in BINARIES):
        return concatenate(binder, left, right)
    if kind.name in DATES and operator in "+-" and kind.name in ("datetime", "smalldatetime"):
        raise refused("arithmetic on datetime by + and -; use DATEADD")
    if kind.name == "null":
        kind = SqlType("int")
    if not kind.is_number:
        raise SqlError(8117, f"Operand data type {kind.name} is invalid for '{operator}' operator.")
    if kind.name in DECIMALS:
        return _exact(binder, operator, left, right, kind)
    (a, b), _unused = binder.same_type(left, right)
    if kind.name == "bit":
        kind = SqlType("int")
    if kind.name in FLOATS:
        return Bound(call("float_operation", (operator,), a.sql, b.sql), kind, nullable)
    return Bound(call("integer_operation", (operator, kind.name), a.sql, b.sql), kind, nullable)


def _exact(binder: Binder, operator: str, left: Bound, right: Bound, kind: SqlType) -> Bound:
    sides = []
    for side in (left, right):
        digits = len(side.sql.lstrip("-")) if _WHOLE.fullmatch(side.sql) else side.type.declared_precision
        own = (
            side.type if side.type.name in DECIMALS else replace(kind, name="decimal", precision=digits or 38, scale=0)
        )
        if side.type.name in ("char", "varchar", "nchar", "nvarchar", "null", "unknown"):
            own = kind
        sides.append(binder.coerce(side, own))
    a, b = sides
    money = all(each.type.name.endswith("money") for each in sides)
    result = kind if money else numbers.result_type(operator, a.type, b.type)
    return Bound(
        call("exact_operation", (operator, spell(result)), a.sql, b.sql), result, left.nullable or right.nullable
    )


def concatenate(binder: Binder, left: Bound, right: Bound) -> Bound:
    """Return two strings, or two binary values, one after the other."""
    kind = unify(left.type, right.type)
    if kind.name in ("null", "unknown"):
        kind = SqlType("varchar", 1)
    sides, total = [], 0
    for side in (left, right):
        own = replace(kind, length=side.type.length or 1) if side.type.name != "null" else kind
        sides.append(binder.coerce(side, own))
        total = MAX if MAX in (own.length, total) else total + own.length
    longest = 4000 if kind.name in ("nchar", "nvarchar") else 8000
    name = {"char": "varchar", "nchar": "nvarchar", "binary": "varbinary", "rowversion": "varbinary"}.get(
        kind.name, kind.name
    )
    result = replace(kind, name=name, length=min(total, longest) if total != MAX else MAX)
    sql = f"({sides[0].sql} || {sides[1].sql})"
    if kind.name in BINARIES:
        sql = f"CAST({sql} AS BLOB)"
    elif total > longest:
        sql = call("convert", (spell(replace(result, length=MAX)), spell(result), "", ""), sql)
    return Bound(sql, result, left.nullable or right.nullable)
