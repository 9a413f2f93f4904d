# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the client asks: executions with their binds."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from emulators.oracle.engine.errors import OracleError, refused
from emulators.oracle.engine.types import (
    CLOB,
    DATE,
    LONG,
    NUMBER,
    TIMESTAMP,
    TIMESTAMP_TZ,
    OracleType,
    Value,
)
from emulators.oracle.sql.tokens import tokenize
from emulators.oracle.tns import messages
from emulators.oracle.tns.buffers import LONG_LENGTH, NULL_LENGTH, Reader, text

PARSE, BIND, DEFINE, EXECUTE, FETCH, COMMIT = 0x01, 0x08, 0x10, 0x20, 0x40, 0x100
DESCRIBE_ONLY, BATCH_ERRORS = 0x20000, 0x80000
SCROLLABLE, ROW_COUNTS = 0x02, 0x4000
_LONGEST_VARCHAR = 32767
_CHANGE = re.compile(r"\s*(INSERT|UPDATE|DELETE|MERGE)\b", re.IGNORECASE)
_RETURNING = re.compile(r"\bRETURN(ING)?\b", re.IGNORECASE)
RawRow = tuple[bytes | None, ...]


@dataclass(frozen=True)
class BindInfo:
    """How a bind, or a column that is defined, is on the wire."""

    number: int
    size: int

    @property
    def type(self) -> OracleType:
        """The type that its values have. Raises OracleError if the emulator has no such type."""
        match self.number:
            case messages.VARCHAR | messages.CHAR:
                return OracleType("VARCHAR2", self.size or 1)
            case messages.NUMBER | messages.BINARY_INTEGER:
                return NUMBER
            case messages.LONG:
                return LONG
            case messages.DATE:
                return DATE
            case messages.RAW:
                return OracleType("RAW", self.size or 1)
            case messages.CLOB:
                return CLOB
            case messages.TIMESTAMP:
                return TIMESTAMP
            case messages.TIMESTAMP_TZ | messages.TIMESTAMP_LTZ:
                return TIMESTAMP_TZ
        raise refused(f"binds of type {self.number} of the protocol")

    @property
    def late(self) -> bool:
        """Whether its values come after the others of a row, unless in PL/SQL."""
        return self.size > _LONGEST_VARCHAR


@dataclass
class Execution:
    """An execute message."""

    options: int
    cursor: int
    sql: str | None
    prefetch: int
    count: int
    """How often."""
    flags: int
    binds: list[BindInfo] = field(default_factory=list)
    rows: list[RawRow] = field(default_factory=list)
    defines: list[BindInfo] | None = None


def read_execute(reader: Reader) -> Execution:
    """Read an execute message up to its end. Raises ConnectionEnded."""
    integer, raw = reader.integer, reader.raw
    options, cursor = integer(), integer()
    has_sql = reader.byte()
    integer()  # length of the SQL
    raw(1)
    integer()  # length of the array below
    raw(2)
    integer()
    prefetch = integer()
    integer()  # longest LONG
    raw(1)
    bind_count = integer()
    raw(5)
    raw(1)
    define_count = integer()
    integer()
    raw(3)
    integer()
    raw(1)
    integer()
    integer()
    raw(1)
    integer()
    raw(1)
    raw(1)  # SQL signature, from 12.2 on
    integer()
    raw(1)
    integer()
    raw(1)
    raw(1)  # chunks, from 12.2 on
    integer()
    sql = text(reader.sized()) if has_sql else None
    array = [integer() for _each in range(13)]
    found = Execution(options, cursor, sql, prefetch, array[1], array[9])
    if options & DEFINE:
        found.defines = [_read_column(reader) for _each in range(define_count)]
    elif bind_count:
        found.binds = [_read_column(reader) for _each in range(bind_count)]
        given = found.binds[: bind_count - returned(sql or "")]
        if given:
            found.rows = read_rows(reader, 1 if array[7] else array[1], given, late=bool(options & 0x8000))
    return found


def returned(sql: str) -> int:
    """Return how many binds of a statement are in RETURNING ... INTO, and carry no value."""
    if _RETURNING.search(sql) is None or _CHANGE.match(sql) is None:
        return 0
    try:
        words = tokenize(sql)
    except OracleError:
        return 0
    starts = [at for at, each in enumerate(words) if each.kind == "word" and each.value in ("RETURNING", "RETURN")]
    return sum(each.kind == "bind" for each in words[starts[-1] :]) if starts else 0


def _read_column(reader: Reader) -> BindInfo:
    number = reader.byte()
    flags = reader.byte()
    reader.raw(2)
    size = reader.integer()
    reader.integer()
    reader.integer()
    reader.counted()
    reader.integer()
    reader.integer()
    reader.byte()
    reader.integer()
    reader.integer()
    if flags & 0x40:
        raise refused("arrays as binds of PL/SQL")
    return BindInfo(number, size)


def read_rows(reader: Reader, count: int, binds: list[BindInfo], *, late: bool) -> list[RawRow]:
    """Read the values of so many executions. Raises ConnectionEnded."""
    order = list(range(len(binds)))
    if late and any(each.late for each in binds):
        order.sort(key=lambda at: binds[at].late)  # stable: the others keep their order
    places = None if order == sorted(order) else sorted(order, key=order.__getitem__)
    locators = frozenset(at for at, which in enumerate(order) if binds[which].number == messages.CLOB)
    rows: list[RawRow] = []
    width = len(binds)
    while len(rows) < count:
        # as fast as may be, as long as all is in what has come; what is cut off, or long, the slow way
        data, at, size = reader.data, reader.at, len(reader.data)
        while len(rows) < count:
            start = at
            row: list[bytes | None] = []
            at += 1
            for column in range(width):
                if at >= size or column in locators:
                    break
                length = data[at]
                if length >= LONG_LENGTH:
                    break
                at += 1
                if length:
                    row.append(data[at : at + length])
                    at += length
                else:
                    row.append(None)
            if len(row) < width or at > size:
                reader.at = start
                row = _read_row(reader, width, locators)
                rows.append(tuple(row) if places is None else tuple(row[each] for each in places))
                break
            rows.append(tuple(row) if places is None else tuple(row[each] for each in places))
        else:
            reader.at = at
    return rows


def _read_row(reader: Reader, width: int, locators: frozenset[int]) -> list[bytes | None]:
    reader.byte()
    row: list[bytes | None] = []
    for column in range(width):
        if column in locators:
            row.append(reader.counted() or None)
        else:
            length = reader.byte()
            if length in (0, NULL_LENGTH):
                row.append(None)
            else:
                reader.at -= 1
                row.append(reader.sized() or None)
    return row


def stored(rows: list[RawRow], binds: list[BindInfo], text_of: dict[bytes, str]) -> list[tuple[Value, ...]]:
    """Return the values of binds in stored form.

    Args:
        rows: as they came.
        binds: how.
        text_of: the temporary LOBs of the session, by locator.

    Raises:
        OracleError: a type that the emulator does not have, or text that is no UTF-8.
    """
    if not binds or not rows:
        return [() for _each in rows]
    columns: list[list[Value]] = []
    for info, values in zip(binds, zip(*rows, strict=True), strict=True):
        kind = info.type
        if kind == CLOB:
            columns.append([None if value is None else text_of.get(value, "") or None for value in values])
        elif kind.is_string:
            columns.append([None if value is None else value.decode("utf-8", "replace") for value in values])
        else:
            columns.append(list(values))
    return list(zip(*columns, strict=True))
