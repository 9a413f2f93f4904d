# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is written in words of its own inside an expression: CASE, CAST, EXTRACT, TRIM, literals of moments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulators.oracle.engine import moments
from emulators.oracle.engine.errors import refused
from emulators.oracle.engine.types import DATE, NULL, TIMESTAMP, TIMESTAMP_TZ, OracleType
from emulators.oracle.sql import tree
from emulators.oracle.sql.expressions import expression, text_type
from emulators.oracle.sql.tokens import Words
from emulators.oracle.sql.type_grammar import data_type

if TYPE_CHECKING:
    from collections.abc import Callable

_FIELDS = frozenset({"YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"})


def _case(words: Words) -> tree.Expression:
    operand = None if words.sees("WHEN") else expression(words)
    branches = []
    while words.skip("WHEN"):
        condition = expression(words)
        words.expect("THEN", number=905)
        branches.append((condition, expression(words)))
    otherwise = expression(words) if words.skip("ELSE") else None
    words.expect("END", number=905)
    return tree.Case(operand, tuple(branches), otherwise)


def _cast(words: Words) -> tree.Expression:
    words.expect("(")
    operand = expression(words)
    words.expect("AS")
    kind = data_type(words)
    words.expect(")")
    return tree.Cast(operand, kind)


def _extract(words: Words) -> tree.Expression:
    at = words.next.position
    words.expect("(")
    part = words.take().value
    if part not in _FIELDS:
        raise refused(f"EXTRACT ({part} ...)", at)
    words.expect("FROM")
    operand = expression(words)
    words.expect(")")
    return tree.Call("EXTRACT", (tree.Literal(part, text_type(part)), operand), at=at)


def _trim(words: Words) -> tree.Expression:
    at = words.next.position
    words.expect("(")
    sides = {"LEADING": "LTRIM", "TRAILING": "RTRIM", "BOTH": "TRIM"}
    name = sides[words.take().value] if words.sees_any(sides) else "TRIM"
    if words.skip("FROM"):
        arguments: tuple[tree.Expression, ...] = (expression(words),)
    else:
        arguments = (expression(words),)
        if words.skip("FROM"):
            arguments = (expression(words), *arguments)
    words.expect(")")
    return tree.Call(name, arguments, at=at)


def _moment(kind: OracleType) -> Callable[[Words], tree.Expression]:
    def read(words: Words) -> tree.Expression:
        token = words.take()
        found, zoned = moments.literal(token.value, kind)
        return tree.Literal(found, TIMESTAMP_TZ if zoned else kind)

    return read


def _interval(words: Words) -> tree.Expression:
    raise refused("INTERVAL", words.next.position)


def _null(_words: Words) -> tree.Expression:
    return tree.Literal(None, NULL)


SPECIAL: dict[str, Callable[[Words], tree.Expression]] = {
    "CASE": _case, "CAST": _cast, "EXTRACT": _extract, "TRIM": _trim, "NULL": _null,
    "DATE": _moment(DATE), "TIMESTAMP": _moment(TIMESTAMP), "INTERVAL": _interval,
}  # fmt: skip
"""By the word that each begins with; it is taken already."""
