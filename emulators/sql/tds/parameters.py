# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters of calls as they arrive: TYPE_INFO, then the value, which becomes its stored form."""

from __future__ import annotations

import functools
import struct
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from emulators.sql.engine import moments
from emulators.sql.engine.types import MAX, SqlType, Value, declared, time_bytes
from emulators.sql.tds.types import unsupported

Reader: TypeAlias = Callable[[bytes, int], tuple[Value, int]]
"""Reads a value at a position and returns it and the position after it."""

_FIXED = {0x30: "tinyint", 0x34: "smallint", 0x38: "int", 0x7F: "bigint", 0x32: "bit", 0x3E: "float", 0x3B: "real"}
_INTEGERS = {1: "tinyint", 2: "smallint", 4: "int", 8: "bigint"}
_FORMATS = {1: "<B", 2: "<h", 4: "<i", 8: "<q"}


@dataclass(frozen=True)
class Parameter:
    """One parameter of a call."""

    name: str
    by_reference: bool
    type: SqlType
    value: Value


def read_parameters(data: bytes, at: int) -> tuple[list[Parameter], int]:
    """Return the parameters of a call and the position after them: the end, or the mark before the next call."""
    found = []
    while at < len(data) and data[at] not in (0xFF, 0x80):
        length = data[at]
        name = data[at + 1 : at + 1 + 2 * length].decode("utf-16-le")
        at += 1 + 2 * length
        status = data[at]
        size = info_size(data, at + 1)
        kind, read = reader(data[at + 1 : at + 1 + size])
        value, at = read(data, at + 1 + size)
        found.append(Parameter(name.lower(), bool(status & 1), kind, value))
    return found, at


def info_size(data: bytes, at: int) -> int:
    """Return how many bytes TYPE_INFO has there. Raises SqlError for a type that is not known."""
    token = data[at]
    if token in _FIXED or token in (0x1F, 0x28):
        return 1
    if token in (0x24, 0x26, 0x68, 0x6D, 0x6E, 0x6F, 0x29, 0x2A, 0x2B, 0xF1):
        return 2
    if token in (0x6A, 0x6C):
        return 4
    if token in (0xA5, 0xAD):
        return 3
    if token in (0xA7, 0xAF, 0xE7, 0xEF):
        return 8
    if token in (0x63, 0x23):
        return 10
    if token in (0x22, 0x62):
        return 5
    raise unsupported(token)


@functools.lru_cache(maxsize=1024)
def reader(info: bytes) -> tuple[SqlType, Reader]:
    """Return the type that TYPE_INFO declares, and what reads its values."""
    token = info[0]
    if token == 0x1F:
        return SqlType("null"), lambda data, at: (None, at)
    if token in _FIXED:
        kind = SqlType(_FIXED[token])
        return kind, _fixed(
            struct.Struct({"float": "<d", "real": "<f"}.get(kind.name, _FORMATS[kind.bytes])), kind.bytes
        )
    if token in (0x26, 0x68):
        kind = SqlType("bit" if token == 0x68 else _INTEGERS[info[1]])
        return kind, _sized(_integer)
    if token == 0x6D:
        return SqlType("float" if info[1] == 8 else "real"), _sized(
            lambda raw: float(struct.unpack("<d" if len(raw) == 8 else "<f", raw)[0])
        )
    if token in (0x6A, 0x6C):
        kind = declared("decimal" if token == 0x6A else "numeric", info[2], info[3])
        return kind, _sized(lambda raw: _exact(int.from_bytes(raw[1:], "little") * (1 if raw[0] else -1), kind.scale))
    if token == 0x6E:
        kind = declared("money" if info[1] == 8 else "smallmoney")
        return kind, _sized(_money)
    if token in (0x28, 0x29, 0x2A, 0x2B, 0x6F):
        return _moment(info)
    if token == 0x24:
        return SqlType("uniqueidentifier"), _sized(lambda raw: str(uuid.UUID(bytes_le=raw)).upper())
    if token == 0xF1:
        return SqlType("xml"), _plp("utf-16-le")
    if token in (0x63, 0x23, 0x22):
        kind, codec = {0x63: (SqlType("nvarchar", MAX), "utf-16-le"), 0x23: (SqlType("varchar", MAX), "cp1252")}.get(
            token, (SqlType("varbinary", MAX), "")
        )
        return kind, _long(codec)
    names = {0xA5: "varbinary", 0xAD: "binary", 0xA7: "varchar", 0xAF: "char", 0xE7: "nvarchar", 0xEF: "nchar"}
    if token not in names:
        raise unsupported(token)
    name = names[token]
    utf8 = len(info) == 8 and bool(info[6] & 0x04)
    codec = {"n": "utf-16-le"}.get(name[0], "" if "binary" in name else "utf-8" if utf8 else "cp1252")
    size = int.from_bytes(info[1:3], "little")
    if size == 0xFFFF:
        return SqlType(name, MAX), _plp(codec)
    # a fixed-length parameter keeps its own length: as a value it is a varying one
    varying = {"char": "varchar", "nchar": "nvarchar", "binary": "varbinary"}.get(name, name)
    return SqlType(varying, max(size // (2 if codec == "utf-16-le" else 1), 1)), _short(codec)


def _fixed(form: struct.Struct, size: int) -> Reader:
    return lambda data, at: (form.unpack_from(data, at)[0], at + size)


def _sized(convert: Callable[[bytes], Value]) -> Reader:
    def read(data: bytes, at: int) -> tuple[Value, int]:
        end = at + 1 + data[at]
        return (convert(data[at + 1 : end]) if end > at + 1 else None), end

    return read


def _integer(raw: bytes) -> int:
    return int.from_bytes(raw, "little", signed=len(raw) > 1)


def _short(codec: str) -> Reader:
    def read(data: bytes, at: int) -> tuple[Value, int]:
        length = data[at] | data[at + 1] << 8
        if length == 0xFFFF:
            return None, at + 2
        end = at + 2 + length
        raw = data[at + 2 : end]
        return (raw.decode(codec, "surrogatepass" if codec == "utf-16-le" else "replace") if codec else raw), end

    return read


def _plp(codec: str) -> Reader:
    def read(data: bytes, at: int) -> tuple[Value, int]:
        total = data[at : at + 8]
        at += 8
        if total == b"\xff" * 8:
            return None, at
        parts = []
        while True:
            (length,) = struct.unpack_from("<I", data, at)
            at += 4
            if not length:
                break
            parts.append(data[at : at + length])
            at += length
        raw = b"".join(parts)
        if codec == "utf-16-le" and raw.startswith(b"\xff\xfe"):
            raw = raw[2:]
        return (raw.decode(codec, "surrogatepass" if codec == "utf-16-le" else "replace") if codec else raw), at

    return read


def _long(codec: str) -> Reader:
    def read(data: bytes, at: int) -> tuple[Value, int]:
        (length,) = struct.unpack_from("<i", data, at)
        if length < 0:
            return None, at + 4
        raw = data[at + 4 : at + 4 + length]
        return (raw.decode(codec) if codec else raw), at + 4 + length

    return read


def _exact(number: int, scale: int) -> str:
    sign, digits = "-" if number < 0 else "", str(abs(number))
    if not scale:
        return sign + digits
    digits = digits.rjust(scale + 1, "0")
    return f"{sign}{digits[:-scale]}.{digits[-scale:]}"


def _money(raw: bytes) -> str:
    if len(raw) == 8:
        high, low = struct.unpack("<iI", raw)
        return _exact((high << 32) | low, 4)
    return _exact(int.from_bytes(raw, "little", signed=True), 4)


def _moment(info: bytes) -> tuple[SqlType, Reader]:
    token = info[0]
    if token == 0x28:
        return SqlType("date"), _sized(lambda raw: moments.date_text(int.from_bytes(raw, "little")))
    if token == 0x6F:
        kind = SqlType("datetime" if info[1] == 8 else "smalldatetime")
        return kind, _sized(_datetime)
    scale = info[1]
    kind = declared({0x29: "time", 0x2A: "datetime2", 0x2B: "datetimeoffset"}[token], scale)
    size, unit = time_bytes(scale), 10 ** (7 - scale)

    def convert(raw: bytes) -> Value:
        clock = moments.time_text(int.from_bytes(raw[:size], "little") * unit, scale)
        if kind.name == "time":
            return clock
        date = moments.date_text(int.from_bytes(raw[size : size + 3], "little"))
        zone = moments.zone_text(struct.unpack("<h", raw[size + 3 :])[0]) if kind.name == "datetimeoffset" else ""
        return f"{date} {clock}{zone}"

    return kind, _sized(convert)


def _datetime(raw: bytes) -> str:
    if len(raw) == 8:
        days, units = struct.unpack("<iI", raw)
        return moments.from_three_hundredths(days, units)
    days, minutes = struct.unpack("<HH", raw)
    return f"{moments.date_text(days + moments.days_of('1900-01-01'))} {minutes // 60:02}:{minutes % 60:02}:00"
