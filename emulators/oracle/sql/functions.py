# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The functions of SQL: what each takes, and what it is in SQLite. What is not in the tables is refused by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from emulators.oracle.engine.errors import OracleError, refused
from emulators.oracle.engine.types import (
    CLOB,
    DATE,
    NULL,
    NUMBER,
    TIMESTAMP,
    TIMESTAMP_TZ,
    OracleType,
    varchar2,
)
from emulators.oracle.sql import tree
from emulators.oracle.sql.conversions import coerce, inconsistent, literal, to_moment, to_number, to_text, unify
from emulators.oracle.sql.scope import AGGREGATES, Bound, Scope

if TYPE_CHECKING:
    from emulators.oracle.sql.bind import Binder

Maker = Callable[["Binder", list[Bound]], Bound]


def call(binder: Binder, node: tree.Call, scope: Scope) -> Bound:
    """Return a function. Raises OracleError."""
    name = node.name
    if node.window is not None:
        return _analytic(binder, node, scope)
    if name in AGGREGATES:
        return _aggregate(binder, node, scope)
    if node.distinct or node.star or node.within:
        raise refused(f"{name} with {'DISTINCT' if node.distinct else '*'}", node.at)
    if name == "DECODE":
        return _decode(binder, node, scope)
    if name not in FUNCTIONS:
        raise refused(f"the function {name}", node.at)
    least, most, make = FUNCTIONS[name]
    if len(node.arguments) < least:
        raise OracleError(938, position=node.at, message="not enough arguments for function")
    if len(node.arguments) > most:
        raise OracleError(939, position=node.at, message="too many arguments for function")
    return make(binder, [binder.value(each, scope) for each in node.arguments])


def pseudo_column(binder: Binder, node: tree.Column, scope: Scope) -> Bound | None:
    """Return what an unqualified name means that is no column, or None."""
    if len(node.name) != 1:
        return None
    match node.name[0]:
        case "SYSDATE":
            return Bound("o_now('DATE')", DATE, nullable=False)
        case "SYSTIMESTAMP":
            return Bound("o_now('ZONED')", TIMESTAMP_TZ, nullable=False)
        case "CURRENT_DATE":
            return Bound("o_here('DATE')", DATE, nullable=False)
        case "CURRENT_TIMESTAMP":
            return Bound("o_here('ZONED')", TIMESTAMP_TZ, nullable=False)
        case "LOCALTIMESTAMP":
            return Bound("o_here('TIMESTAMP')", TIMESTAMP, nullable=False)
        case "DBTIMEZONE":
            return Bound("'+00:00'", varchar2(6), nullable=False)
        case "SESSIONTIMEZONE":
            return Bound("o_date_text(o_here('ZONED'), 'TZH:TZM')", varchar2(75), nullable=False)
        case "USER":
            return Bound("o_context('USERENV', 'SESSION_USER')", varchar2(128), nullable=False)
        case "ROWNUM":
            if scope.grouped is not None or not scope.aggregates:
                raise refused("ROWNUM here", node.at)
            return Bound("o_count(row_number() OVER ())", NUMBER, nullable=False)
        case "LEVEL" | "ROWID" | "UID" | "ORA_ROWSCN" | "CONNECT_BY_ISLEAF":
            raise refused(node.name[0], node.at)
    return None


def _decode(binder: Binder, node: tree.Call, scope: Scope) -> Bound:
    arguments = node.arguments
    if len(arguments) < 3:
        raise OracleError(938, position=node.at, message="not enough arguments for function")
    pairs = tuple((arguments[at], arguments[at + 1]) for at in range(1, len(arguments) - 1, 2))
    otherwise = arguments[-1] if len(arguments) % 2 == 0 else None
    return binder.expression(tree.Case(arguments[0], pairs, otherwise, decode=True), scope)


def _aggregate(binder: Binder, node: tree.Call, scope: Scope) -> Bound:
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


def _analytic(binder: Binder, node: tree.Call, scope: Scope) -> Bound:
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


def cast(binder: Binder, operand: Bound, kind: OracleType) -> Bound:
    """Return CAST. Raises OracleError."""
    if kind.name in ("CLOB", "LONG"):
        raise refused(f"CAST ... AS {kind.name}")
    if operand.type.is_string and kind.is_moment:
        raise refused(f"CAST of text AS {kind.name}: write TO_DATE or TO_TIMESTAMP with a format")
    if operand.type.name.startswith("TIMESTAMP") and kind == DATE:
        return Bound(f"o_to_date({operand.sql})", DATE, operand.nullable)
    brought = coerce(operand, kind, binder.formats)
    if kind.name in ("VARCHAR2", "CHAR") and not operand.type.is_string:
        return Bound(f"o_cast({brought.sql}, {literal(_spelt(kind))}, 'whole')", kind, operand.nullable)
    return Bound(f"o_cast({brought.sql}, {literal(_spelt(kind))})", kind, operand.nullable)


def _spelt(kind: OracleType) -> str:
    return f"{kind.name}|{kind.length}|{int(kind.chars)}|{kind.precision}|{kind.scale}"


def _texts(binder: Binder, arguments: list[Bound]) -> list[Bound]:
    return [to_text(each, binder.formats) for each in arguments]


def _text_function(name: str, length: Callable[[list[Bound]], int] | None = None, *, numbers_from: int = 9) -> Maker:
    """Return the maker of a function of texts; from an argument on they are numbers."""

    def make(binder: Binder, arguments: list[Bound]) -> Bound:
        texts = _texts(binder, arguments[:numbers_from]) + [to_number(each) for each in arguments[numbers_from:]]
        kind = CLOB if texts[0].type == CLOB else varchar2(texts[0].type.length if length is None else length(texts))
        if texts[0].type.chars and length is None and kind != CLOB:
            kind = replace(kind, chars=True)
        return Bound(f"{name}({', '.join(each.sql for each in texts)})", kind)

    return make


def _longest(_arguments: list[Bound]) -> int:
    return 4000


def _number_of_text(name: str, *, numbers_from: int = 9) -> Maker:
    def make(binder: Binder, arguments: list[Bound]) -> Bound:
        texts = _texts(binder, arguments[:numbers_from]) + [to_number(each) for each in arguments[numbers_from:]]
        return Bound(f"{name}({', '.join(each.sql for each in texts)})", NUMBER)

    return make


def _numeric(name: str) -> Maker:
    def make(_binder: Binder, arguments: list[Bound]) -> Bound:
        return Bound(f"{name}({', '.join(to_number(each).sql for each in arguments)})", NUMBER)

    return make


def _round(name: str) -> Maker:
    def make(binder: Binder, arguments: list[Bound]) -> Bound:
        if arguments[0].type.is_moment:
            model = to_text(arguments[1], binder.formats).sql if len(arguments) > 1 else "'DD'"
            return Bound(f"{name}_date({to_moment(arguments[0], DATE).sql}, {model})", DATE, arguments[0].nullable)
        return Bound(f"{name}({', '.join(to_number(each).sql for each in arguments)})", NUMBER)

    return make


def _nvl(binder: Binder, arguments: list[Bound]) -> Bound:
    first, second = arguments
    kind = first.type if first.type != NULL else second.type
    if kind.is_string:
        kind = unify([each.type for each in arguments if each.type.is_string] or [kind], fixed=False)
    a, b = coerce(first, kind, binder.formats), coerce(second, kind, binder.formats)
    return Bound(f"ifnull({a.sql}, {b.sql})", kind, first.nullable and second.nullable)


def _nvl2(binder: Binder, arguments: list[Bound]) -> Bound:
    kind = unify([each.type for each in arguments[1:]], fixed=False)
    a, b = (coerce(each, kind, binder.formats) for each in arguments[1:])
    return Bound(f"iif({arguments[0].sql} IS NOT NULL, {a.sql}, {b.sql})", kind, a.nullable or b.nullable)


def _coalesce(binder: Binder, arguments: list[Bound]) -> Bound:
    kind = unify([each.type for each in arguments], fixed=False)
    parts = [coerce(each, kind, binder.formats).sql for each in arguments]
    return Bound(f"coalesce({', '.join(parts)})", kind, all(each.nullable for each in arguments))


def _extreme(name: str) -> Maker:
    def make(binder: Binder, arguments: list[Bound]) -> Bound:
        kind = arguments[0].type
        if kind.is_string:
            kind = varchar2(max(each.type.length for each in arguments))
        parts = [coerce(each, kind, binder.formats).sql for each in arguments]
        # SQLite's own give NULL if one is NULL, as Oracle's do
        return Bound(f"{name}({', '.join(parts)})" if len(parts) > 1 else parts[0], kind)

    return make


def _nullif(binder: Binder, arguments: list[Bound]) -> Bound:
    a, b = binder.comparable(*arguments)
    return Bound(f"iif({a} = {b}, NULL, {arguments[0].sql})", arguments[0].type)


def _to_char(binder: Binder, arguments: list[Bound]) -> Bound:
    first = arguments[0]
    if len(arguments) == 1:
        found = to_text(first, binder.formats)
        return found if found.type == CLOB else replace(found, type=varchar2(max(found.type.length, 1)))
    model = to_text(arguments[1], binder.formats).sql
    if first.type.is_moment:
        return Bound(f"o_date_text({first.sql}, {model})", varchar2(75), first.nullable)
    return Bound(f"o_number_text({to_number(first).sql}, {model})", varchar2(64), first.nullable)


def _to_moment(name: str, kind: OracleType) -> Maker:
    def make(binder: Binder, arguments: list[Bound]) -> Bound:
        first = arguments[0]
        if first.type.is_moment:
            raise refused(f"{name} of {first.type.name}, which takes a way by text through the session's format")
        if len(arguments) == 1:
            raise refused(f"{name} without a format")
        model = to_text(arguments[1], binder.formats).sql
        return Bound(f"o_read_moment({to_text(first, binder.formats).sql}, {model}, '{kind.name}')", kind)

    return make


def _to_number(binder: Binder, arguments: list[Bound]) -> Bound:
    if len(arguments) == 1:
        return to_number(arguments[0])
    parts = _texts(binder, arguments)
    return Bound(f"o_read_number({parts[0].sql}, {parts[1].sql})", NUMBER)


def _of_dates(name: str, kinds: str, result: OracleType) -> Maker:
    """Return the maker of a function of dates (d) and numbers (n)."""

    def make(_binder: Binder, arguments: list[Bound]) -> Bound:
        parts = [
            (to_moment(each, DATE) if kind == "d" else to_number(each)).sql
            for each, kind in zip(arguments, kinds, strict=True)
        ]
        return Bound(f"{name}({', '.join(parts)})", result)

    return make


def _extract(_binder: Binder, arguments: list[Bound]) -> Bound:
    if not arguments[1].type.is_moment:
        raise OracleError(30076, message="invalid extract field for extract source")
    return Bound(f"o_extract({arguments[0].sql}, {arguments[1].sql})", NUMBER)


def _context(binder: Binder, arguments: list[Bound]) -> Bound:
    parts = _texts(binder, arguments)
    return Bound(f"o_context({parts[0].sql}, {parts[1].sql})", varchar2(256))


def _hash(binder: Binder, arguments: list[Bound]) -> Bound:
    operand = arguments[0] if arguments[0].type.name == "RAW" else to_text(arguments[0], binder.formats)
    method = to_text(arguments[1], binder.formats).sql if len(arguments) > 1 else "'SHA1'"
    return Bound(f"o_hash({operand.sql}, {method})", OracleType("RAW", 64))


def _to_clob(binder: Binder, arguments: list[Bound]) -> Bound:
    return replace(to_text(arguments[0], binder.formats), type=CLOB)


def _rawtohex(_binder: Binder, arguments: list[Bound]) -> Bound:
    if arguments[0].type.name != "RAW":
        raise refused(f"RAWTOHEX of {arguments[0].type.name}")
    return Bound(f"nullif(hex({arguments[0].sql}), '')", varchar2(arguments[0].type.length * 2))


FUNCTIONS: dict[str, tuple[int, int, Maker]] = {
    "UPPER": (1, 1, _text_function("o_upper")),
    "LOWER": (1, 1, _text_function("o_lower")),
    "INITCAP": (1, 1, _text_function("o_initcap")),
    "TRIM": (1, 2, _text_function("o_trim")),
    "LTRIM": (1, 2, _text_function("o_ltrim")),
    "RTRIM": (1, 2, _text_function("o_rtrim")),
    "SUBSTR": (2, 3, _text_function("o_substr", numbers_from=1)),
    "LPAD": (2, 3, lambda binder, given: _padded("o_lpad", binder, given)),
    "RPAD": (2, 3, lambda binder, given: _padded("o_rpad", binder, given)),
    "REPLACE": (2, 3, _text_function("o_replace", _longest)),
    "TRANSLATE": (3, 3, _text_function("o_translate")),
    "CHR": (1, 1, lambda _binder, given: Bound(f"o_chr({to_number(given[0]).sql})", varchar2(4))),
    "CONCAT": (2, 2, lambda binder, given: binder.concatenation(*given)),
    "INSTR": (2, 4, _number_of_text("o_instr", numbers_from=2)),
    "LENGTH": (1, 1, _number_of_text("o_length")),
    "LENGTHB": (1, 1, _number_of_text("o_lengthb")),
    "ASCII": (1, 1, _number_of_text("o_ascii")),
    "ABS": (1, 1, _numeric("o_abs")),
    "SIGN": (1, 1, _numeric("o_sign")),
    "CEIL": (1, 1, _numeric("o_ceil")),
    "FLOOR": (1, 1, _numeric("o_floor")),
    "MOD": (2, 2, _numeric("o_mod")),
    "ROUND": (1, 2, _round("o_round")),
    "TRUNC": (1, 2, _round("o_trunc")),
    "NVL": (2, 2, _nvl),
    "NVL2": (3, 3, _nvl2),
    "COALESCE": (2, 99, _coalesce),
    "NULLIF": (2, 2, _nullif),
    "GREATEST": (1, 99, _extreme("max")),
    "LEAST": (1, 99, _extreme("min")),
    "TO_CHAR": (1, 2, _to_char),
    "TO_DATE": (1, 2, _to_moment("TO_DATE", DATE)),
    "TO_TIMESTAMP": (1, 2, _to_moment("TO_TIMESTAMP", TIMESTAMP)),
    "TO_TIMESTAMP_TZ": (1, 2, _to_moment("TO_TIMESTAMP_TZ", TIMESTAMP_TZ)),
    "TO_NUMBER": (1, 2, _to_number),
    "TO_CLOB": (1, 1, _to_clob),
    "RAWTOHEX": (1, 1, _rawtohex),
    "ADD_MONTHS": (2, 2, _of_dates("o_add_months", "dn", DATE)),
    "MONTHS_BETWEEN": (2, 2, _of_dates("o_months_between", "dd", NUMBER)),
    "LAST_DAY": (1, 1, _of_dates("o_last_day", "d", DATE)),
    "EXTRACT": (2, 2, _extract),
    "SYS_CONTEXT": (2, 2, _context),
    "STANDARD_HASH": (1, 2, _hash),
    "DBMS_LOB.GETLENGTH": (1, 1, _number_of_text("o_length")),
    "DBMS_LOB.SUBSTR": (
        1, 3,
        lambda binder, given: Bound(
            f"o_lob_substr({', '.join(each.sql for each in [*_texts(binder, given[:1]), *map(to_number, given[1:])])})",
            varchar2(4000),
        ),
    ),
}  # fmt: skip
"""By name: the fewest arguments, the most, and what makes it."""


def _padded(name: str, binder: Binder, arguments: list[Bound]) -> Bound:
    parts = [to_text(arguments[0], binder.formats), to_number(arguments[1])]
    parts += _texts(binder, arguments[2:])
    return Bound(f"{name}({', '.join(each.sql for each in parts)})", varchar2(4000))
