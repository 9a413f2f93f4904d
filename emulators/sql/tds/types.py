# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Types and values on the wire (MS-TDS 2.2.5.4 and 2.2.5.5), from and to their stored form."""

from __future__ import annotations

import struct
import uuid
from codecs import utf_16_le_encode
from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias, cast

from emulators.sql.engine import moments
from emulators.sql.engine.collations import code_page
from emulators.sql.engine.convert import variant
from emulators.sql.engine.errors import SqlError
from emulators.sql.engine.types import DATES, DECIMALS, INTEGERS, MAX, SqlType, Value, time_bytes

Encoder: TypeAlias = Callable[[Value], bytes]

TOKENS = {
    "uniqueidentifier": 0x24, "date": 0x28, "time": 0x29, "datetime2": 0x2A, "datetimeoffset": 0x2B, "bit": 0x68,
    "decimal": 0x6A, "numeric": 0x6C, "real": 0x6D, "float": 0x6D, "money": 0x6E, "smallmoney": 0x6E, "datetime": 0x6F,
    "smalldatetime": 0x6F, "varbinary": 0xA5, "varchar": 0xA7, "binary": 0xAD, "rowversion": 0xAD, "char": 0xAF,
    "nvarchar": 0xE7, "nchar": 0xEF, "xml": 0xF1, "sql_variant": 0x62, "tinyint": 0x26, "smallint": 0x26,
    "int": 0x26, "bigint": 0x26,
}  # fmt: skip
_NULL_PLP = b"\xff" * 8
_UTF8_FLAG = 0x04000000
_REMEMBERED = 10_000


def collation_bytes(name: str) -> bytes:
    """Return a collation as the five bytes of the wire: language, flags, sort order."""
    upper = name.upper()
    flags = 0x0409 | 0x00C00000 | (0x00100000 if "_CI" in upper else 0) | (0x00200000 if "_AI" in upper else 0)
    if "_BIN" in upper:
        flags = 0x0409 | (0x02000000 if "_BIN2" in upper else 0x01000000)
    if upper.endswith("_UTF8"):
        flags |= _UTF8_FLAG
    sort = (0x34 if "_CI" in upper else 0x33) if upper.startswith("SQL_") else 0
    return struct.pack("<IB", flags, sort)


def type_info(kind: SqlType, collation: str) -> bytes:
    """Return TYPE_INFO of a type, in a database of this collation."""
    token = bytes((TOKENS[kind.name],))
    if kind.name in ("date",):
        return token
    if kind.name in ("time", "datetime2", "datetimeoffset"):
        return token + bytes((kind.scale,))
    if kind.name in ("decimal", "numeric"):
        return token + bytes((_decimal_size(kind) + 1, kind.precision, kind.scale))
    if kind.name == "xml":
        return token + b"\0"
    if kind.name == "sql_variant":
        return token + struct.pack("<I", 8009)
    if kind.is_string or kind.name in ("varbinary", "binary", "rowversion"):
        size = 0xFFFF if kind.length == MAX else kind.bytes
        return (
            token + struct.pack("<H", size) + (collation_bytes(kind.collation or collation) if kind.is_string else b"")
        )
    return token + bytes((kind.bytes,))


def _decimal_size(kind: SqlType) -> int:
    return kind.bytes - 1


def encoder(kind: SqlType, collation: str) -> Encoder:
    """Return what writes values of a type that are in their stored form, NULL too."""
    name = kind.name
    if name in ("bit", "tinyint", "smallint"):
        return _Remembered(struct.Struct("<h" if name == "smallint" else "<B").pack).__getitem__
    if name in INTEGERS:
        pack = struct.Struct("<Bi" if name == "int" else "<Bq").pack
        size = kind.bytes
        return lambda value: b"\0" if value is None else pack(size, value)
    if name in ("float", "real"):
        pack = struct.Struct("<Bd" if name == "float" else "<Bf").pack
        size = kind.bytes
        return lambda value: b"\0" if value is None else pack(size, value)
    if kind.length == MAX or name == "xml":
        codec = (
            ""
            if name == "varbinary"
            else "utf-16-le"
            if name in ("nvarchar", "xml")
            else code_page(kind.collation or collation)
        )
        return lambda value: (
            _NULL_PLP
            if value is None
            else _plp(
                cast(bytes, value)
                if not codec
                else cast(str, value).encode(codec, "surrogatepass" if "16" in codec else "replace")
            )
        )
    if name in ("nvarchar", "nchar"):
        short = struct.Struct("<H").pack

        def unicode(value: str | None) -> bytes:
            if value is None:
                return b"\xff\xff"
            data = utf_16_le_encode(value, "surrogatepass")[0]  # `str.encode` would look the codec up
            return short(len(data)) + data

        return cast(Encoder, unicode)
    if name in ("varchar", "char", "varbinary", "binary", "rowversion"):
        codec = code_page(kind.collation or collation)
        short = struct.Struct("<H").pack

        def narrow(value: str | bytes | None) -> bytes:
            if value is None:
                return b"\xff\xff"
            if isinstance(value, bytes):
                data = value
            else:
                data = value.encode() if value.isascii() else value.encode(codec, "replace")
            return short(len(data)) + data

        return cast(Encoder, narrow)
    if name == "sql_variant":
        return lambda value: b"\0\0\0\0" if value is None else _variant(cast(str, value), collation)
    write = _fixed(kind)
    return _Remembered(lambda value: write(cast(str, value))).__getitem__


class _Remembered(dict[Value, bytes]):
    """Values of one type as they are written, each found out once: dates, prices, small numbers repeat themselves."""

    def __init__(self, write: Encoder) -> None:
        """Args: what writes a value that is not NULL, without its length."""
        super().__init__({None: b"\0"})
        self._write = write

    def __missing__(self, value: Value) -> bytes:
        if len(self) > _REMEMBERED:
            self.clear()
            self[None] = b"\0"
        data = self._write(value)
        self[value] = written = bytes((len(data),)) + data
        return written


def _plp(data: bytes) -> bytes:
    total = struct.pack("<Q", len(data))
    return total + (struct.pack("<I", len(data)) + data if data else b"") + b"\0\0\0\0"


def _fixed(kind: SqlType) -> Callable[[str], bytes]:
    """Return what writes a value that is not NULL, without its length."""
    match kind.name:
        case "decimal" | "numeric":
            size = _decimal_size(kind)
            return lambda text: (
                (b"\0" if text[0] == "-" else b"\1") + int(text.replace(".", "").lstrip("-")).to_bytes(size, "little")
            )
        case "money":
            return lambda text: struct.pack(
                "<iI", int(text.replace(".", "")) >> 32, int(text.replace(".", "")) & 0xFFFFFFFF
            )
        case "smallmoney":
            return lambda text: struct.pack("<i", int(text.replace(".", "")))
        case "uniqueidentifier":
            return lambda text: uuid.UUID(text).bytes_le
        case "date":
            return lambda text: moments.days_of(text).to_bytes(3, "little")
        case "datetime":
            return lambda text: struct.pack("<iI", *moments.three_hundredths(moments.read(text, kind)))
        case "smalldatetime":
            base = moments.days_of("1900-01-01")
            return lambda text: struct.pack(
                "<HH", moments.days_of(text[:10]) - base, int(text[11:13]) * 60 + int(text[14:16])
            )
    unit, size = int(10 ** (7 - kind.scale)), time_bytes(kind.scale)

    def datetime2(text: str) -> bytes:
        clock: int = moments.ticks_of(text[11:]) // unit
        return clock.to_bytes(size, "little") + moments.days_of(text[:10]).to_bytes(3, "little")

    def scaled(text: str) -> bytes:
        moment = moments.read(text, kind)
        clock = (moment.ticks // unit).to_bytes(size, "little")
        if kind.name == "time":
            return clock
        date = moment.days.to_bytes(3, "little")
        return clock + date + (struct.pack("<h", moment.offset) if kind.name == "datetimeoffset" else b"")

    return datetime2 if kind.name == "datetime2" else scaled


def _variant(stored: str, collation: str) -> bytes:
    """Return a sql_variant: its length, base type, the type's properties, the value."""
    kind, value = variant(stored)
    if kind.length == MAX:
        kind = replace(kind, length=4000 if kind.name == "nvarchar" else 8000)
    info, data = type_info(kind, collation), encoder(kind, collation)(value)
    base = {
        0x26: {1: 0x30, 2: 0x34, 4: 0x38, 8: 0x7F},
        0x68: {1: 0x32},
        0x6D: {4: 0x3B, 8: 0x3E},
        0x6E: {8: 0x3C, 4: 0x7A},
        0x6F: {8: 0x3D, 4: 0x3A},
    }
    token = base[info[0]][kind.bytes] if info[0] in base else info[0]
    if kind.is_string:
        properties, value_bytes = info[3:] + info[1:3], data[2:]
    elif kind.name in ("varbinary", "binary"):
        properties, value_bytes = info[1:3], data[2:]
    elif kind.name in DECIMALS and kind.name in ("decimal", "numeric"):
        properties, value_bytes = info[2:], data[1:]
    else:
        properties, value_bytes = info[1:] if kind.name in DATES and kind.scale else b"", data[1:]
    body = bytes((token, len(properties))) + properties + value_bytes
    return struct.pack("<I", len(body)) + body


def unsupported(token: int) -> SqlError:
    """Return the error for a type that is not emulated."""
    return SqlError(2715, f"The emulator does not know parameters of the TDS type {token:#04x}.")
