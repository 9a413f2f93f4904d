# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exact numbers of up to 38 digits, in their stored form."""

from __future__ import annotations

import decimal

from emulators.sql.engine.errors import SqlError
from emulators.sql.engine.types import SqlType

CONTEXT = decimal.Context(prec=80, rounding=decimal.ROUND_HALF_UP)
_MONEY = {"money": decimal.Decimal(2**63 - 1) / 10_000, "smallmoney": decimal.Decimal(2**31 - 1) / 10_000}


def store(number: decimal.Decimal, kind: SqlType) -> str:
    """Return the number rounded to the type's scale.

    Raises:
        SqlError: 8115 it has more digits than the type.
    """
    scaled = number.quantize(decimal.Decimal(1).scaleb(-kind.scale), context=CONTEXT)
    limit = _MONEY.get(kind.name)
    if (limit is not None and scaled.copy_abs() > limit + 1) or scaled.adjusted() + 1 > kind.precision - kind.scale > 0:
        raise overflow("numeric", str(kind.name))
    if not scaled:
        scaled = scaled.copy_abs()  # there is no negative zero
    if kind.precision == kind.scale and scaled.copy_abs() >= 1:
        raise overflow("numeric", str(kind.name))
    return format(scaled, "f")


def overflow(source: str, target: str) -> SqlError:
    """Return the error for a number that does not fit."""
    return SqlError(8115, f"Arithmetic overflow error converting {source} to data type {target}.")


def result_type(operator: str, left: SqlType, right: SqlType) -> SqlType:
    """Return the type of an operation on two exact numbers ("Precision, scale, and length" of the reference)."""
    p1, s1, p2, s2 = left.declared_precision, left.declared_scale, right.declared_precision, right.declared_scale
    match operator:
        case "+" | "-":
            scale = max(s1, s2)
            precision = max(p1 - s1, p2 - s2) + scale + 1
        case "*":
            scale, precision = s1 + s2, p1 + p2 + 1
        case "/":
            scale = max(6, s1 + p2 + 1)
            precision = p1 - s1 + s2 + scale
        case _:
            scale = max(s1, s2)
            precision = min(p1 - s1, p2 - s2) + scale
    if precision > 38:
        whole = precision - scale
        reduced = 38 - whole
        if operator in "*/":
            reduced = max(min(scale, reduced), min(scale, 6))
        scale, precision = max(0, min(scale, reduced)), 38
    return SqlType("decimal", precision=precision, scale=scale)


def calculate(operator: str, left: str, right: str, kind: SqlType) -> str:
    """Return the result of an operation in the stored form of its type.

    Raises:
        SqlError: 8134 division by zero, 8115 overflow.
    """
    a, b = decimal.Decimal(left), decimal.Decimal(right)
    match operator:
        case "+":
            result = CONTEXT.add(a, b)
        case "-":
            result = CONTEXT.subtract(a, b)
        case "*":
            result = CONTEXT.multiply(a, b)
        case _:
            if not b:
                raise SqlError(8134, "Divide by zero error encountered.")
            if operator == "%":
                result = CONTEXT.remainder(a, b)
            else:  # the division cuts off, it does not round
                unit = decimal.Decimal(1).scaleb(-kind.scale)
                result = CONTEXT.divide(a, b).quantize(unit, rounding=decimal.ROUND_DOWN, context=CONTEXT)
    return store(result, kind)
