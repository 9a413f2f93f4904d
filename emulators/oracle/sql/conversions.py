# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which types go together, and what it takes to bring one to another."""

from __future__ import annotations

from dataclasses import replace

from emulators.oracle.engine.errors import OracleError, refused
from emulators.oracle.engine.types import (
    BOOLEAN,
    CLOB,
    DATE,
    LONG,
    NULL,
    NUMBER,
    TIMESTAMP,
    TIMESTAMP_TZ,
    OracleType,
    varchar2,
)
from emulators.oracle.sql.scope import Bound


def literal(value: object) -> str:
    """Return a stored value as SQLite writes it."""
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f"x'{value.hex()}'"
    text = str(value)
    if "\0" in text:
        return f"CAST(x'{text.encode().hex()}' AS TEXT)"
    return "'" + text.replace("'", "''") + "'"


def inconsistent(expected: str, got: OracleType) -> OracleError:
    """Return error 932, or 997 for LONG."""
    if got == LONG:
        return OracleError(997)
    return OracleError(932, expected, got.name)


def no_moment(name: str) -> OracleError:
    """Return the error for a text where a date is wanted."""
    return refused(f"implicit conversions of text to {name}: write TO_DATE or TO_TIMESTAMP with a format")


def to_number(bound: Bound) -> Bound:
    """Return an expression as a number. Raises OracleError 932."""
    if bound.type.name in ("NUMBER", "NULL"):
        return bound
    if bound.type.is_string and bound.type != LONG:
        return Bound(f"o_number({bound.sql})", NUMBER, bound.nullable)
    raise inconsistent("NUMBER", bound.type)


def to_text(bound: Bound, formats: tuple[str, str, str]) -> Bound:
    """Return an expression as text.

    Args:
        bound: the expression.
        formats: of DATE, TIMESTAMP and TIMESTAMP WITH TIME ZONE, as the session has them.

    Raises:
        OracleError: 932, 997.
    """
    name = bound.type.name
    if name == "NUMBER":
        return Bound(f"o_text({bound.sql})", varchar2(40), bound.nullable)
    if bound.type.is_moment:
        model = formats[("DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE").index(name)]
        return Bound(f"o_date_text({bound.sql}, {literal(model)})", varchar2(75), bound.nullable)
    if name == "RAW":
        return Bound(f"hex({bound.sql})", varchar2(bound.type.length * 2), bound.nullable)
    if bound.type == LONG:
        raise OracleError(997)
    if bound.type == BOOLEAN:
        raise inconsistent("CHAR", bound.type)
    return bound


def to_moment(bound: Bound, kind: OracleType) -> Bound:
    """Return an expression as DATE or TIMESTAMP. Raises OracleError 932, 900."""
    name = bound.type.name
    if name in ("NULL", kind.name):
        return bound
    if bound.type.is_string:
        if bound.sql.startswith("?"):  # a bind without a value is a text for the drivers
            return Bound(f"o_no_moment({bound.sql}, '{kind.name}')", kind)
        raise no_moment(kind.name)
    if not bound.type.is_moment:
        raise inconsistent(kind.name, bound.type)
    if kind == DATE:
        return Bound(f"o_to_date({bound.sql})", DATE, bound.nullable)
    if kind.name == "TIMESTAMP":
        return bound if name == "DATE" else Bound(f"o_to_timestamp({bound.sql})", kind, bound.nullable)
    return Bound(f"o_to_zoned({bound.sql})", kind, bound.nullable)


def unify(kinds: list[OracleType], *, fixed: bool = True) -> OracleType:
    """Return the one type that the branches of a CASE or the arms of a UNION have.

    Args:
        kinds: theirs.
        fixed: whether texts of one length in CHAR stay CHAR.

    Raises:
        OracleError: 932: there is none.
    """
    known = [each for each in kinds if each != NULL]
    if not known:
        return NULL
    first = known[0]
    if all(each.is_string for each in known):
        if LONG in known:
            raise OracleError(997)
        if CLOB in known:
            return CLOB
        if fixed and all(each == first for each in known) and first.name == "CHAR":
            return first
        chars = any(each.chars for each in known)
        return varchar2(max(each.length for each in known), chars=chars)
    if all(each.name == first.name for each in known):
        if first.name == "NUMBER":
            return first if all(each == first for each in known) else NUMBER
        if first.name == "RAW":
            return replace(first, length=max(each.length for each in known))
        return first
    if all(each.is_moment for each in known):
        return TIMESTAMP_TZ if any(each.name == TIMESTAMP_TZ.name for each in known) else TIMESTAMP
    wrong = next(each for each in known if each.name != first.name)
    raise inconsistent(first.name if not first.is_string else "CHAR", wrong)


def coerce(bound: Bound, kind: OracleType, formats: tuple[str, str, str]) -> Bound:
    """Return an expression brought to a type. Raises OracleError."""
    if kind in (bound.type, NULL):
        return bound
    if kind.name == "NUMBER":
        return replace(to_number(bound), type=kind)
    if kind.is_moment:
        return replace(to_moment(bound, kind), type=kind)
    if kind.is_string:
        return replace(to_text(bound, formats), type=kind)
    if kind.name == "RAW" and bound.type.name in ("RAW", "NULL"):
        return replace(bound, type=kind)
    raise inconsistent(kind.name, bound.type)
