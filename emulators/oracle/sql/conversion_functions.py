# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The functions of SQL that make a value of one type one of another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from emulators.oracle.engine.errors import refused
from emulators.oracle.engine.types import CLOB, DATE, NUMBER, TIMESTAMP, TIMESTAMP_TZ, OracleType, varchar2
from emulators.oracle.sql.conversions import coerce, literal, to_number, to_text
from emulators.oracle.sql.scope import Bound

if TYPE_CHECKING:
    from emulators.oracle.sql.bind import Binder

Maker = Callable[["Binder", list[Bound]], Bound]


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


def as_texts(binder: Binder, arguments: list[Bound]) -> list[Bound]:
    """Return arguments brought to text."""
    return [to_text(each, binder.formats) for each in arguments]


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
    parts = as_texts(binder, arguments)
    return Bound(f"o_read_number({parts[0].sql}, {parts[1].sql})", NUMBER)


def _to_clob(binder: Binder, arguments: list[Bound]) -> Bound:
    return replace(to_text(arguments[0], binder.formats), type=CLOB)


def _rawtohex(_binder: Binder, arguments: list[Bound]) -> Bound:
    if arguments[0].type.name != "RAW":
        raise refused(f"RAWTOHEX of {arguments[0].type.name}")
    return Bound(f"nullif(hex({arguments[0].sql}), '')", varchar2(arguments[0].type.length * 2))


CONVERSIONS: dict[str, tuple[int, int, Maker]] = {
    "TO_CHAR": (1, 2, _to_char),
    "TO_DATE": (1, 2, _to_moment("TO_DATE", DATE)),
    "TO_TIMESTAMP": (1, 2, _to_moment("TO_TIMESTAMP", TIMESTAMP)),
    "TO_TIMESTAMP_TZ": (1, 2, _to_moment("TO_TIMESTAMP_TZ", TIMESTAMP_TZ)),
    "TO_NUMBER": (1, 2, _to_number),
    "TO_CLOB": (1, 1, _to_clob),
    "RAWTOHEX": (1, 1, _rawtohex),
}
"""By name: the fewest arguments, the most, and what makes it."""
