# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The grammar of expressions and conditions."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from emulators.oracle.engine import numbers
from emulators.oracle.engine.errors import OracleError, refused
from emulators.oracle.engine.types import LONGEST_VARCHAR2, NULL, NUMBER, OracleType
from emulators.oracle.sql import tree
from emulators.oracle.sql.tokens import Words

if TYPE_CHECKING:
    from collections.abc import Callable

_COMPARISONS = frozenset({"=", "<>", "<", "<=", ">", ">="})
PSEUDO = frozenset({"SYSDATE", "USER", "ROWNUM", "UID", "LEVEL", "ROWID"})
"""Reserved words that are values."""
_AGGREGATES_WITHIN = frozenset({"LISTAGG"})
_LONGEST_LIST = 1000


def text_type(text: str) -> OracleType:
    """Return the type of a literal: CHAR as long as it is."""
    return OracleType("CHAR", max(len(text.encode()), 1)) if text else NULL


def expression(words: Words) -> tree.Expression:
    """Read an expression or a condition. Raises OracleError."""
    left = _and(words)
    while words.sees("OR"):
        at = words.take().position
        left = tree.Binary("OR", left, _and(words), at)
    return left


def _and(words: Words) -> tree.Expression:
    left = _not(words)
    while words.sees("AND"):
        at = words.take().position
        left = tree.Binary("AND", left, _not(words), at)
    return left


def _not(words: Words) -> tree.Expression:
    if words.skip("NOT"):
        return tree.Unary("NOT", _not(words))
    return _comparison(words)


def _comparison(words: Words) -> tree.Expression:
    if words.sees("EXISTS"):
        words.take()
        words.expect("(")
        query = subquery(words)
        words.expect(")")
        return tree.Exists(query)
    left = value(words)
    token = words.next
    if token.kind == "operator" and token.value in _COMPARISONS:
        words.take()
        if words.sees_any(("ANY", "ALL", "SOME")):
            raise refused(f"{token.value} {words.next.value}", words.next.position)
        return tree.Binary(token.value, left, value(words), token.position)
    if words.skip("IS"):
        negated = words.skip("NOT")
        if not words.skip("NULL"):
            words.fail(where="after IS")
        return tree.IsNull(left, negated)
    negated = words.skip("NOT")
    if words.skip("IN"):
        return _in(words, left, negated=negated)
    if words.skip("BETWEEN"):
        at = token.position
        low = value(words)
        words.expect("AND")
        high = value(words)
        both = tree.Binary("AND", tree.Binary(">=", left, low, at), tree.Binary("<=", left, high, at), at)
        return tree.Unary("NOT", both) if negated else both
    if words.skip("LIKE"):
        pattern = value(words)
        return tree.Like(left, pattern, value(words) if words.skip("ESCAPE") else None, negated)
    if negated:
        words.fail(where="after NOT")
    return left


def _in(words: Words, left: tree.Expression, *, negated: bool) -> tree.Expression:
    words.expect("(")
    if words.sees_any(("SELECT", "WITH")):
        query = subquery(words)
        words.expect(")")
        return tree.In(left, query, negated)
    at = words.next.position
    choices = _list(words)
    words.expect(")")
    if len(choices) > _LONGEST_LIST and not isinstance(left, tree.Tuple):
        raise OracleError(1795, position=at)
    return tree.In(left, choices, negated)


def _list(words: Words) -> tuple[tree.Expression, ...]:
    found = [expression(words)]
    while words.skip(","):
        found.append(expression(words))
    return tuple(found)


def value(words: Words) -> tree.Expression:
    """Read a sum, a difference or a concatenation, which bind equally in Oracle. Raises OracleError."""
    left = _product(words)
    while words.sees_any(("+", "-", "||")):
        token = words.take()
        left = tree.Binary(token.value, left, _product(words), token.position)
    return left


def _product(words: Words) -> tree.Expression:
    left = _signed(words)
    while words.sees_any(("*", "/")):
        token = words.take()
        left = tree.Binary(token.value, left, _signed(words), token.position)
    return left


def _signed(words: Words) -> tree.Expression:
    if words.sees_any(("-", "+")):
        return tree.Unary(words.take().value, _signed(words))
    if words.sees_any(("PRIOR", "CONNECT_BY_ROOT")):
        raise refused(f"{words.next.value} (hierarchical queries)", words.next.position)
    found = _primary(words)
    if words.sees("AT") and words.ahead(1).value in ("TIME", "LOCAL"):
        raise refused("AT TIME ZONE", words.next.position)
    return found


def _primary(words: Words) -> tree.Expression:
    token = words.next
    match token.kind:
        case "string":
            words.take()
            if token.text[0] in "nN":
                raise refused("literals of the national character set (N'...')", token.position)
            if len(token.value.encode()) > LONGEST_VARCHAR2:
                raise OracleError(1704, position=token.position, message="string literal too long")
            return tree.Literal(token.value or None, text_type(token.value))
        case "number":
            words.take()
            return tree.Literal(numbers.encode(Decimal(token.text)), NUMBER)
        case "bind":
            words.take()
            words.binds.append(token)
            return tree.Bind(token.value, len(words.binds) - 1)
        case "operator" if token.value == "(":
            return _parenthesis(words)
        case "operator" if token.value == "*":
            words.fail(936)
        case "word" if (special := _special_form(words)) is not None:
            words.take()
            return special(words)
        case "word" if token.value in PSEUDO:
            words.take()
            return tree.Column((token.value,), token.position)
        case "word" | "quoted":
            return _named(words)
    words.fail(936)
    raise AssertionError


def _special_form(words: Words) -> Callable[[Words], tree.Expression] | None:
    from emulators.oracle.sql.special_forms import SPECIAL  # noqa: PLC0415 (each grammar is inside the other)

    word, following = words.next.value, words.ahead(1)
    match word:
        case "DATE" | "TIMESTAMP" | "INTERVAL" if following.kind != "string":
            return None
        case "EXTRACT" | "TRIM" | "CAST" if following.value != "(":
            return None
    return SPECIAL.get(word)


def _parenthesis(words: Words) -> tree.Expression:
    words.take()
    if words.sees_any(("SELECT", "WITH")):
        query = subquery(words)
        words.expect(")")
        return tree.Scalar(query)
    items = _list(words)
    words.expect(")")
    return items[0] if len(items) == 1 else tree.Tuple(items)


def subquery(words: Words) -> tree.Query:
    """Read a query inside something else. Raises OracleError."""
    from emulators.oracle.sql.queries import query  # noqa: PLC0415 (each grammar is inside the other)

    return query(words)


def _named(words: Words) -> tree.Expression:
    at = words.next.position
    parts = words.qualified()
    if not words.sees("("):
        return tree.Column(parts, at)
    words.take()
    name = ".".join(parts)
    if words.skip("*"):
        words.expect(")")
        return tree.Call(name, (), star=True, window=_window(words), at=at)
    if words.skip(")"):
        return tree.Call(name, (), window=_window(words), at=at)
    distinct = words.skip("DISTINCT") or words.skip("UNIQUE")
    if not distinct:
        words.skip("ALL")
    arguments = _list(words)
    if words.sees("ON", "OVERFLOW"):
        raise refused("LISTAGG ... ON OVERFLOW", words.next.position)
    if words.sees_any(("IGNORE", "RESPECT")):
        raise refused(f"{words.next.value} NULLS", words.next.position)
    words.expect(")")
    within: tuple[tree.Ordering, ...] = ()
    if words.skip("WITHIN", "GROUP"):
        if name not in _AGGREGATES_WITHIN:
            raise refused(f"{name} ... WITHIN GROUP", at)
        words.expect("(", "ORDER", "BY")
        within = ordering(words)
        words.expect(")")
    if words.sees("KEEP"):
        raise refused("KEEP (DENSE_RANK ...)", words.next.position)
    return tree.Call(name, arguments, distinct=distinct, window=_window(words), within=within, at=at)


def _window(words: Words) -> tree.Window | None:
    if not words.skip("OVER"):
        return None
    words.expect("(")
    partition: tuple[tree.Expression, ...] = ()
    order: tuple[tree.Ordering, ...] = ()
    if words.skip("PARTITION", "BY"):
        partition = _list(words)
    if words.skip("ORDER", "BY"):
        order = ordering(words)
    if words.sees_any(("ROWS", "RANGE")):
        raise refused(f"windows of {words.next.value}", words.next.position)
    words.expect(")")
    return tree.Window(partition, order)


def ordering(words: Words) -> tuple[tree.Ordering, ...]:
    """Read what follows ORDER BY. Raises OracleError."""
    found = []
    while True:
        key = expression(words)
        descending = words.skip("DESC")
        if not descending:
            words.skip("ASC")
        first = None
        if words.skip("NULLS"):
            first = words.skip("FIRST")
            if not first:
                words.expect("LAST")
        found.append(tree.Ordering(key, descending, first))
        if not words.skip(","):
            return tuple(found)
