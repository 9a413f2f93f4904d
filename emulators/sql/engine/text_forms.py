# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How values are written as character strings and read from them, by the styles of CONVERT."""

from __future__ import annotations

import datetime as dt
import re
import struct
import uuid
from collections.abc import Callable
from typing import cast

from emulators.sql.engine import moments
from emulators.sql.engine.collations import code_page
from emulators.sql.engine.errors import SqlError, refused
from emulators.sql.engine.types import BINARIES, DATES, DECIMALS, DEFAULT_COLLATION, FLOATS, UNICODE, SqlType, Value

_SLASHED = {101: "%m/%d/%Y", 103: "%d/%m/%Y", 104: "%d.%m.%Y", 105: "%d-%m-%Y", 111: "%Y/%m/%d"}


_AS_STORED = ("date", "time", "datetime2")
"""Types whose stored form is that of style 121."""


def shown(value: Value) -> str:
    """Return the value as an error message shows it."""
    return "0x" + value.hex().upper() if isinstance(value, bytes) else str(value)


def single(number: float) -> float:
    """Return the number in single precision."""
    result: float = struct.unpack("<f", struct.pack("<f", number))[0]
    return result


def clip(text: str, limit: int, codec: str, *, unicode: bool) -> str:
    """Return as much of the text as fits, never half a character."""
    if unicode:
        return text.encode("utf-16-le")[: limit * 2].decode("utf-16-le", "ignore")
    return text.encode(codec, "replace")[:limit].decode(codec, "ignore")


def too_short(source: SqlType, target: SqlType) -> SqlError:
    """Return the error for a string type that a number or date does not fit into."""
    if source.name in DATES:
        return SqlError(8152, "String or binary data would be truncated.")
    return SqlError(8115, f"Arithmetic overflow error converting expression to data type {target.name}.")


def writer(source: SqlType, style: int | None) -> Callable[[Value], Value] | None:
    """Return what writes values of a type as text, None if their stored form is that text."""
    if source.is_string or (source.name in _AS_STORED and style in (None, 21, 25, 121)):
        return None
    if source.name in DATES:
        return lambda value: _write_moment(cast(str, value), source, style)
    if source.name in BINARIES:
        return lambda value: _write_binary(cast(bytes, value), style)
    if source.name in FLOATS:
        return lambda value: _write_float(cast(float, value), style)
    if source.name.endswith("money") and style not in (2, 126):
        return lambda value: f"{round(float(cast(str, value)), 2):.2f}" if style in (None, 0) else _refuse_style(style)
    if source.name in DECIMALS or source.name == "uniqueidentifier":
        return str
    return str


def _refuse_style(style: int | None) -> Value:
    raise refused(f"style {style} of CONVERT")


def _write_float(value: float, style: int | None) -> str:
    if style == 3:
        return f"{value:.17g}"
    if style not in (None, 0):
        raise refused(f"style {style} of CONVERT for float")
    text = f"{value:.6g}"
    mantissa, exponent, power = text.partition("e")
    return f"{mantissa}e{power[0]}{int(power[1:]):03}" if exponent else text


def _write_binary(value: bytes, style: int | None) -> str:
    if style == 1:
        return "0x" + value.hex().upper()
    if style == 2:
        return value.hex().upper()
    if style not in (None, 0):
        raise refused(f"style {style} of CONVERT for binary")
    return value.decode("cp1252", "replace")


def _write_moment(stored: str, source: SqlType, style: int | None) -> str:
    old = source.name in ("datetime", "smalldatetime")
    if style is None:
        style = 0 if old else 121
    text = moments.local_text(stored, source) if source.name == "datetimeoffset" else stored
    date, _unused, clock = text.partition(" ")
    if source.name == "time":
        date, clock = "", text
    if style in (20, 120, 21, 25, 121):
        return _joined(date, clock[:8] if style in (20, 120) else clock.ljust(8), " ", source)
    if style in (126, 127):
        return _joined(date, clock.removesuffix(".000") if old else clock, "T", source).replace(" ", "")
    if style in (23, 112):
        return date if style == 23 else date.replace("-", "")
    if style in (8, 108, 24):
        return clock[:8]
    if style in _SLASHED and date:
        return dt.date.fromisoformat(date).strftime(_SLASHED[style])
    if style in (0, 100) and date and clock:
        moment = dt.datetime.fromisoformat(f"{date} {clock[:8]}")
        return f"{moment:%b} {moment.day:>2} {moment.year} {moment.hour % 12 or 12:>2}:{moment:%M%p}"
    raise refused(f"style {style} of CONVERT for {source.name}")


def _joined(date: str, clock: str, between: str, source: SqlType) -> str:
    if source.name == "smalldatetime" and len(clock) == 8 and between == " ":
        clock += ".000"
    return f"{date}{between}{clock}" if date and clock.strip() else date or clock


def parse_moment(text: str, style: int | None) -> moments.Moment:
    """Return what a string says by a style.

    Raises:
        ValueError: it is no date or time by that style.
    """
    if style in (None, 0, 20, 120, 21, 25, 121, 126, 127, 23, 112):
        return moments.parse(text)
    if style in _SLASHED:
        return moments.parse(dt.datetime.strptime(text.strip(), _SLASHED[style]).date().isoformat())
    raise refused(f"style {style} of CONVERT from a string")


def binary(text: str, source: SqlType, style: int | None) -> bytes:
    """Return the bytes of a string: of its characters, or those that its hexadecimal digits say (styles 1 and 2)."""
    if source.name == "uniqueidentifier":
        return uuid.UUID(text).bytes_le
    if style in (1, 2):
        digits = text[2:] if style == 1 else text
        if (style == 1 and not text.lower().startswith("0x")) or not re.fullmatch(r"(?:[0-9A-Fa-f]{2})*", digits):
            raise SqlError(8114, f"Error converting data type {source.name} to varbinary.")
        return bytes.fromhex(digits)
    return (
        text.encode("utf-16-le")
        if source.name in UNICODE
        else text.encode(code_page(source.collation or DEFAULT_COLLATION))
    )


def guid(value: Value) -> Value:
    """Return a uniqueidentifier."""
    try:
        if isinstance(value, bytes):
            return str(uuid.UUID(bytes_le=value.ljust(16, b"\0")[:16])).upper()
        text = str(value).strip().strip("{}")[:36]
        if not re.fullmatch(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", text):
            raise ValueError(text)
        return text.upper()
    except ValueError:
        raise SqlError(8169, "Conversion failed when converting from a character string to uniqueidentifier.") from None
