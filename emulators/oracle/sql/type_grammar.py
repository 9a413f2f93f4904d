# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Types as declarations and CAST write them."""

from __future__ import annotations

from emulators.oracle.engine.errors import OracleError, refused
from emulators.oracle.engine.types import (
    CLOB,
    DATE,
    INTEGER,
    LONG,
    LONGEST_CHAR,
    LONGEST_VARCHAR2,
    NUMBER,
    SCALE_ANY,
    OracleType,
)
from emulators.oracle.sql.tokens import Words

_REFUSED = frozenset(
    "NVARCHAR2 NCHAR NCLOB BLOB BFILE BINARY_FLOAT BINARY_DOUBLE FLOAT REAL DOUBLE ROWID UROWID XMLTYPE INTERVAL "
    "JSON BOOLEAN VECTOR SDO_GEOMETRY ANYDATA".split()
)


def data_type(words: Words) -> OracleType:
    """Read a type. Raises OracleError 902, 910 or 900."""
    at = words.next.position
    name = words.take().value
    match name:
        case "VARCHAR2" | "VARCHAR":
            return _text(words, "VARCHAR2", LONGEST_VARCHAR2, at)
        case "CHAR" | "CHARACTER":
            return _text(words, "CHAR", LONGEST_CHAR, at)
        case "NUMBER" | "NUMERIC" | "DECIMAL" | "DEC":
            return _number(words, whole=name != "NUMBER")
        case "INTEGER" | "INT" | "SMALLINT":
            return INTEGER
        case "DATE":
            return DATE
        case "TIMESTAMP":
            return _timestamp(words)
        case "CLOB":
            return CLOB
        case "LONG":
            if words.sees("RAW"):
                raise refused("the type LONG RAW", at)
            return LONG
        case "RAW":
            words.expect("(", number=906)
            length = words.integer()
            words.expect(")")
            if not 1 <= length <= LONGEST_CHAR:
                raise OracleError(910, position=at)
            return OracleType("RAW", length)
    if name in _REFUSED:
        raise refused(f"the type {name}", at)
    raise OracleError(902, position=at)


def _text(words: Words, name: str, longest: int, at: int) -> OracleType:
    if not words.skip("("):
        if name == "VARCHAR2":
            raise OracleError(906, position=words.next.position)
        return OracleType(name, 1)
    length = words.integer()
    chars = words.skip("CHAR")
    if not chars:
        words.skip("BYTE")
    words.expect(")")
    if not 1 <= length <= longest:
        raise OracleError(910, position=at)
    return OracleType(name, length, chars)


def _number(words: Words, *, whole: bool) -> OracleType:
    if not words.skip("("):
        return INTEGER if whole else NUMBER
    precision = 38 if words.skip("*") else words.integer()
    scale = 0
    if words.skip(","):
        negative = words.skip("-")
        scale = -words.integer() if negative else words.integer()
    words.expect(")")
    if not 1 <= precision <= 38:
        raise OracleError(1727, message="numeric precision specifier is out of range (1 to 38)")
    if not -84 <= scale <= 127 or scale == SCALE_ANY:
        raise OracleError(1728, message="numeric scale specifier is out of range (-84 to 127)")
    return OracleType("NUMBER", precision=precision, scale=scale)


def _timestamp(words: Words) -> OracleType:
    scale = 6
    if words.skip("("):
        scale = words.integer()
        words.expect(")")
        if scale > 9:
            raise OracleError(30088, message="datetime/interval precision is out of range")
    name = "TIMESTAMP"
    if words.skip("WITH"):
        if words.sees("LOCAL"):
            raise refused("the type TIMESTAMP WITH LOCAL TIME ZONE", words.next.position)
        words.expect("TIME", "ZONE")
        name = "TIMESTAMP WITH TIME ZONE"
    return OracleType(name, scale=scale)
