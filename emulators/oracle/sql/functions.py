# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The functions of SQL: what each takes, and what it is in SQLite. What is not in the tables is refused by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from emulators.oracle.engine.errors import OracleError, refused
from emulators.oracle.engine.types import CLOB, DATE, NULL, NUMBER, TIMESTAMP, TIMESTAMP_TZ, OracleType, varchar2
from emulators.oracle.sql import tree
from emulators.oracle.sql.aggregates import aggregate, analytic
from emulators.oracle.sql.conversion_functions import CONVERSIONS, Maker, as_texts
from emulators.oracle.sql.conversions import coerce, to_moment, to_number, to_text, unify
from emulators.oracle.sql.scope import AGGREGATES, Bound, Scope

if TYPE_CHECKING:
    from emulators.oracle.sql.bind import Binder


def call(binder: Binder, node: tree.Call, scope: Scope) -> Bound:
    """Return a function. Raises OracleError."""
    name = node.name
    if node.window is not None:
        return analytic(binder, node, scope)
    if name in AGGREGATES:
        return aggregate(binder, node, scope)
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


def _text_function(name: str, length: Callable[[list[Bound]], int] | None = None, *, numbers_from: int = 9) -> Maker:
    """Return the maker of a function of texts; from an argument on they are numbers."""

    def make(binder: Binder, arguments: list[Bound]) -> Bound:
        texts = as_texts(binder, arguments[:numbers_from]) + [to_number(each) for each in arguments[numbers_from:]]
        kind = CLOB if texts[0].type == CLOB else varchar2(texts[0].type.length if length is None else length(texts))
        if texts[0].type.chars and length is None and kind != CLOB:
            kind = replace(kind, chars=True)
        return Bound(f"{name}({', '.join(each.sql for each in texts)})", kind)

    return make


def _longest(_arguments: list[Bound]) -> int:
    return 4000


def _number_of_text(name: str, *, numbers_from: int = 9) -> Maker:
    def make(binder: Binder, arguments: list[Bound]) -> Bound:
        texts = as_texts(binder, arguments[:numbers_from]) + [to_number(each) for each in arguments[numbers_from:]]
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
    parts = as_texts(binder, arguments)
    return Bound(f"o_context({parts[0].sql}, {parts[1].sql})", varchar2(256))


def _hash(binder: Binder, arguments: list[Bound]) -> Bound:
    operand = arguments[0] if arguments[0].type.name == "RAW" else to_text(arguments[0], binder.formats)
    method = to_text(arguments[1], binder.formats).sql if len(arguments) > 1 else "'SHA1'"
    return Bound(f"o_hash({operand.sql}, {method})", OracleType("RAW", 64))


def _padding(name: str) -> Maker:
    def make(binder: Binder, arguments: list[Bound]) -> Bound:
        parts = [to_text(arguments[0], binder.formats), to_number(arguments[1]), *as_texts(binder, arguments[2:])]
        return Bound(f"{name}({', '.join(each.sql for each in parts)})", varchar2(4000))

    return make


def _lob_part(binder: Binder, arguments: list[Bound]) -> Bound:
    parts = [*as_texts(binder, arguments[:1]), *map(to_number, arguments[1:])]
    return Bound(f"o_lob_substr({', '.join(each.sql for each in parts)})", varchar2(4000))


FUNCTIONS: dict[str, tuple[int, int, Maker]] = {
    "UPPER": (1, 1, _text_function("o_upper")),
    "LOWER": (1, 1, _text_function("o_lower")),
    "INITCAP": (1, 1, _text_function("o_initcap")),
    "TRIM": (1, 2, _text_function("o_trim")),
    "LTRIM": (1, 2, _text_function("o_ltrim")),
    "RTRIM": (1, 2, _text_function("o_rtrim")),
    "SUBSTR": (2, 3, _text_function("o_substr", numbers_from=1)),
    "LPAD": (2, 3, _padding("o_lpad")),
    "RPAD": (2, 3, _padding("o_rpad")),
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
    **CONVERSIONS,
    "ADD_MONTHS": (2, 2, _of_dates("o_add_months", "dn", DATE)),
    "MONTHS_BETWEEN": (2, 2, _of_dates("o_months_between", "dd", NUMBER)),
    "LAST_DAY": (1, 1, _of_dates("o_last_day", "d", DATE)),
    "EXTRACT": (2, 2, _extract),
    "SYS_CONTEXT": (2, 2, _context),
    "STANDARD_HASH": (1, 2, _hash),
    "DBMS_LOB.GETLENGTH": (1, 1, _number_of_text("o_length")),
    "DBMS_LOB.SUBSTR": (1, 3, _lob_part),
}
"""By name: the fewest arguments, the most, and what makes it."""
