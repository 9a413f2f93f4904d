# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the server says: columns, rows, errors, the end of a call."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from emulators.oracle.engine.errors import OracleError
from emulators.oracle.engine.results import OutColumn
from emulators.oracle.engine.types import SCALE_ANY, OracleType
from emulators.oracle.tns.buffers import SHORTEST_LONG, counted, integer, sized

VARCHAR, NUMBER, BINARY_INTEGER, LONG, DATE, RAW, CHAR, CLOB = 1, 2, 3, 8, 12, 23, 96, 112
TIMESTAMP, TIMESTAMP_TZ, TIMESTAMP_LTZ = 180, 181, 231
TYPE_NUMBERS = {
    "VARCHAR2": VARCHAR, "NUMBER": NUMBER, "LONG": LONG, "DATE": DATE, "RAW": RAW, "CHAR": CHAR, "CLOB": CLOB,
    "TIMESTAMP": TIMESTAMP, "TIMESTAMP WITH TIME ZONE": TIMESTAMP_TZ, "NULL": VARCHAR,
}  # fmt: skip
UTF8 = 873
IN_TRANSACTION = 2
NO_DATA_FOUND = 1403
_COMPILATION = 0x20
_LENGTHS = [bytes([each]) for each in range(256)]


def status(call_status: int = 0) -> bytes:
    """Return the end of a call that cannot fail."""
    return b"\x09" + integer(call_status) + b"\0"


def ending(
    *,
    number: int = 0,
    text: str = "",
    cursor: int = 0,
    rows: int = 0,
    position: int = 0,
    call_status: int = 0,
    warning: bool = False,
) -> bytes:
    """Return the end of a call, with its error if it has one.

    Args:
        number: of the error, 0 for none, 1403 at the end of rows.
        text: of the error, with its number.
        cursor: the number of the statement.
        rows: changed or fetched so far.
        position: where in the statement the error is, in characters.
        call_status: 2 within a transaction.
        warning: the object was created with compilation errors.
    """
    flags = _COMPILATION if warning else 0
    return b"".join(
        (
            b"\x04",
            integer(call_status),
            b"\0\0",  # sequence, current row
            integer(min(number, 65535)),
            b"\0\0",  # errors of elements
            integer(cursor),
            integer(min(position, 32767)),
            bytes((0, 0, 0, 0, 0, flags)),
            b"\0\0\0\0\0",  # rowid
            b"\0\0\0\0\0\0",  # system's error, statement, call, padding, iterations, logical rowid
            b"\0\0\0",  # errors of a batch: numbers, offsets, messages
            integer(number),
            integer(rows),
            sized(text.encode()) if number else b"",
        )
    )


def error(problem: OracleError, *, cursor: int = 0, call_status: int = 0) -> bytes:
    """Return the end of a call that failed."""
    return ending(
        number=problem.number,
        text=problem.message,
        cursor=cursor,
        rows=problem.rows,
        position=problem.position,
        call_status=call_status,
    )


def _column(column: OutColumn, position: int) -> bytes:
    kind = column.type
    number = TYPE_NUMBERS[kind.name]
    characters = number in (VARCHAR, CHAR, LONG, CLOB)
    size = max(kind.bytes, 1) if number in (VARCHAR, CHAR, RAW) else kind.bytes
    longest = (kind.length if kind.chars else kind.bytes) if number in (VARCHAR, CHAR) else 0
    return b"".join(
        (
            bytes((number, 0)),
            _scales(kind),
            integer(size),
            b"\0\0\0\0",  # elements, flags, type, its version
            integer(UTF8 if characters else 0),
            b"\x01" if characters else b"\0",
            integer(longest),
            b"\0",
            b"\x01" if column.nullable else b"\0",
            bytes([min(len(column.name.encode()), 255)]),
            counted(column.name.encode()),
            b"\0\0",  # schema and name of a type
            integer(position),
            b"\0",
        )
    )


def _scales(kind: OracleType) -> bytes:
    if kind.name == "NUMBER":
        return bytes((kind.precision, (kind.scale if kind.precision else SCALE_ANY) & 0xFF))
    return bytes((0, kind.scale & 0xFF)) if kind.name.startswith("TIMESTAMP") else b"\0\0"


def describe(columns: Sequence[OutColumn]) -> bytes:
    """Return the description of a query's columns."""
    parts = [b"\x10\0", integer(sum(each.type.bytes for each in columns)), integer(len(columns))]
    if columns:
        parts.append(b"\0")
    parts += [_column(each, position) for position, each in enumerate(columns, start=1)]
    parts.append(b"\0\0\0\0\0\0")
    return b"".join(parts)


ROW_HEADER = b"\x06\0\0\0\0\0\0\0"


def rows(batch: Sequence[Sequence[bytes | None]], endings: Sequence[bytes]) -> bytes:
    """Return rows.

    Args:
        batch: their values in stored form, text in UTF-8.
        endings: what follows each value of a column: two zero bytes after one of LONG.
    """
    columns = [_values(values, end) for values, end in zip(zip(*batch, strict=True), endings, strict=True)]
    return ROW_HEADER + b"".join(itertools.chain.from_iterable(zip(itertools.repeat(b"\x07"), *columns)))


def _values(values: Sequence[bytes | None], end: bytes) -> list[bytes]:
    """Return the values of a column as they are sent."""
    lengths = _LENGTHS
    if end == LOB:
        return [b"\0" if value is None else value for value in values]
    if end:
        return [(b"\0" if value is None else sized(value)) + end for value in values]
    return [
        b"\0" if value is None else lengths[len(value)] + value if len(value) < SHORTEST_LONG else sized(value)
        for value in values
    ]


LOB = b"LOB"
"""Stands for a column whose values are locators, made before."""


def locator_value(locator: bytes, size: int) -> bytes:
    """Return a LOB in a row: its locator, its length in characters, the size of its chunks."""
    return integer(len(locator)) + integer(size) + integer(8132) + sized(locator)
