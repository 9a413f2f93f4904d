# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conversions between types, from stored form to stored form, with SQL Server's errors."""

from __future__ import annotations

import decimal
import json
from collections.abc import Callable
from typing import TypeAlias, cast

from emulators.sql.engine import moments, numbers, text_forms
from emulators.sql.engine.collations import code_page
from emulators.sql.engine.errors import SqlError, refused
from emulators.sql.engine.types import (
    BINARIES,
    DATES,
    DECIMALS,
    DEFAULT_COLLATION,
    FLOATS,
    INTEGERS,
    MAX,
    UNICODE,
    SqlType,
    Value,
    declared,
)

Converter: TypeAlias = Callable[[Value], Value]
_MOMENT_LENGTH = 27
"""Characters of the longest datetime2."""


def converter(source: SqlType, target: SqlType, style: int | None = None, *, cut: bool = True) -> Converter | None:
    """Return what converts a value that is not NULL, None if nothing is to be done.

    Args:
        source: the type of the values.
        target: the type they get.
        style: the third argument of CONVERT.
        cut: whether a string that is too long is cut off, as CAST does; if not, it is error 8152, as on assignment.

    Raises:
        SqlError: 206 there is no such conversion.
    """
    if source.name in ("null", "unknown") or source == target:
        return None
    if source.name == "sql_variant" and target.name != "sql_variant":
        return lambda value: _from_variant(cast(str, value), target, style)
    if target.name == "sql_variant":
        return lambda value: json.dumps([str(source), value.hex() if isinstance(value, bytes) else value])
    if target.name in INTEGERS:
        return _to_integer(source, target)
    if target.name in DECIMALS:
        return _to_decimal(source, target)
    if target.name in FLOATS:
        return _to_float(source, target)
    if target.is_string:
        return _to_string(source, target, style, cut=cut)
    if target.name in DATES:
        return _to_moment(source, target, style)
    if target.name in BINARIES:
        return _to_binary(source, target, style, cut=cut)
    if target.name == "uniqueidentifier":
        return _to_guid(source)
    raise _clash(source, target)


def _clash(source: SqlType, target: SqlType) -> SqlError:
    return SqlError(206, f"Operand type clash: {source.name} is incompatible with {target.name}")


def _failed(value: Value, source: SqlType, target: SqlType) -> SqlError:
    shown = text_forms.shown(value)
    return SqlError(
        245, f"Conversion failed when converting the {source.name} value '{shown}' to data type {target.name}."
    )


def _to_integer(source: SqlType, target: SqlType) -> Converter | None:
    low, high = INTEGERS[target.name]
    if target.name == "bit":
        return _to_bit(source, target)
    if source.name in INTEGERS and INTEGERS[source.name][0] >= low and INTEGERS[source.name][1] <= high:
        return None

    def convert(value: Value) -> Value:
        if isinstance(value, bytes):
            number = int.from_bytes(value[-8:], "big", signed=len(value) >= 8)
        elif source.is_string:
            try:
                number = int(cast(str, value).strip() or "0")
            except ValueError:
                raise _failed(value, source, target) from None
            if not low <= number <= high:
                raise SqlError(
                    248, f"The conversion of the {source.name} value '{value}' overflowed an {target.name} column."
                )
        else:
            number = int(decimal.Decimal(cast(str, value)))
        if not low <= number <= high:
            raise numbers.overflow("expression", target.name)
        return number

    if source.name in (*DATES, "uniqueidentifier", "xml"):
        raise _clash(source, target)
    return convert


def _to_bit(source: SqlType, target: SqlType) -> Converter | None:
    def convert(value: Value) -> Value:
        if isinstance(value, str) and source.is_string:
            word = value.strip().lower()
            if word in ("true", "false"):
                return int(word == "true")
            try:
                return int(int(word or "0") != 0)
            except ValueError:
                raise _failed(value, source, target) from None
        if isinstance(value, bytes):
            return int(any(value))
        return int(bool(decimal.Decimal(cast(str, value))))

    if source.name in (*DATES, "uniqueidentifier", "xml"):
        raise _clash(source, target)
    return convert


def _to_decimal(source: SqlType, target: SqlType) -> Converter:
    def convert(value: Value) -> Value:
        if isinstance(value, bytes):
            raise refused(f"a conversion of {source.name} to {target.name}")
        text = cast(str, value)
        if source.is_string and target.name.endswith("money"):
            text = text.replace(",", "").replace("$", "")
        try:
            # SQL Server takes 17 digits of a float, as they are written
            number = decimal.Decimal(repr(value) if isinstance(value, float) else text)
        except (decimal.InvalidOperation, ValueError):
            raise SqlError(8114, f"Error converting data type {source.name} to {_numeric(target)}.") from None
        if not number.is_finite() or (source.is_string and "e" in text.lower()):
            raise SqlError(8114, f"Error converting data type {source.name} to {_numeric(target)}.")
        try:
            return numbers.store(number, target)
        except SqlError:
            raise numbers.overflow(
                _numeric(source) if source.name in DECIMALS else source.name, _numeric(target)
            ) from None

    if source.name in (*DATES, "uniqueidentifier", "xml"):
        raise _clash(source, target)
    return convert


def _numeric(kind: SqlType) -> str:
    return "numeric" if kind.name in ("decimal", "numeric") else kind.name


def _to_float(source: SqlType, target: SqlType) -> Converter:
    def convert(value: Value) -> Value:
        try:
            number = float(cast(str, value)) if value != "" else 0.0
        except ValueError:
            raise SqlError(8114, f"Error converting data type {source.name} to {target.name}.") from None
        return text_forms.single(number) if target.name == "real" else number

    if source.name in (*DATES, *BINARIES, "uniqueidentifier", "xml"):
        raise _clash(source, target)
    return convert


def _to_string(source: SqlType, target: SqlType, style: int | None, *, cut: bool) -> Converter | None:
    write = text_forms.writer(source, style)
    limit, unicode = target.length, target.name in UNICODE
    codec = code_page(target.collation or DEFAULT_COLLATION)
    length = source.length if source.is_string else _MOMENT_LENGTH
    fits = (source.is_string or write is None) and (limit == MAX or 0 < length <= limit)
    narrows = not unicode and source.name in UNICODE
    if target.name == "xml" or (fits and not target.fixed and not narrows):
        return write

    def convert(value: Value) -> Value:
        text = write(value) if write else cast(str, value)
        text = cast(str, text)
        if not unicode and not text.isascii():
            text = text.encode(codec, "replace").decode(codec, "replace")
        if limit == MAX:
            return text
        plain = text.isascii()
        size = len(text) if plain else len(text.encode("utf-16-le" if unicode else codec)) // (2 if unicode else 1)
        if size > limit:
            if not source.is_string and source.name != "sql_variant" and source.name not in BINARIES:
                raise text_forms.too_short(source, target)
            if not cut and text_forms.clip(text, limit, codec, unicode=unicode) != text.rstrip(" "):
                raise SqlError(8152, text)
            text = text_forms.clip(text, limit, codec, unicode=unicode)
            size = limit
        return text + " " * (limit - size) if target.fixed else text

    return convert


def _to_moment(source: SqlType, target: SqlType, style: int | None) -> Converter:
    if not (source.is_string or source.name in DATES):
        raise _clash(source, target)
    if {source.name, target.name} == {"date", "time"}:
        raise _clash(source, target)

    def convert(value: Value) -> Value:
        text = cast(str, value)
        try:
            moment = moments.read(text, source) if source.name in DATES else text_forms.parse_moment(text, style)
            if source.name in DATES and source.name != "datetimeoffset":
                moment = moment._replace(offset=0)
            return moments.write(moment, target)
        except ValueError:
            if source.is_string:
                raise SqlError(
                    241, "Conversion failed when converting date and/or time from character string."
                ) from None
            message = (
                f"The conversion of a {source.name} data type to a {target.name} data type resulted in an "
                "out-of-range value."
            )
            raise SqlError(242, message) from None

    return convert


def _to_binary(source: SqlType, target: SqlType, style: int | None, *, cut: bool) -> Converter:
    size = {"rowversion": 8}.get(target.name, target.length)
    widths = {"bit": 1, "tinyint": 1, "smallint": 2, "int": 4, "bigint": 8}

    def convert(value: Value) -> Value:
        if isinstance(value, int):
            data = value.to_bytes(widths[source.name], "big", signed=value < 0)
            data = data.rjust(size, b"\0") if target.fixed else data
        elif isinstance(value, str):
            data = text_forms.binary(value, source, style)
        elif isinstance(value, bytes):
            data = value
        else:
            raise refused(f"a conversion of {source.name} to {target.name}")
        if size != MAX and len(data) > size:
            if not cut:
                raise SqlError(8152, "0x" + data.hex())
            data = data[-size:] if isinstance(value, int) else data[:size]
        return data.ljust(size, b"\0") if target.fixed or target.name == "rowversion" else data

    if source.name in (*DATES, *DECIMALS, *FLOATS):
        raise refused(f"a conversion of {source.name} to {target.name}")
    return convert


def _to_guid(source: SqlType) -> Converter:
    if not (source.is_string or source.name in BINARIES):
        raise _clash(source, SqlType("uniqueidentifier"))
    return text_forms.guid


def _from_variant(value: str, target: SqlType, style: int | None) -> Value:
    kind, inner = variant(value)
    convert = converter(kind, target, style)
    return convert(inner) if convert else inner


def variant(value: str) -> tuple[SqlType, Value]:
    """Return the base type and the value of a stored sql_variant."""
    declaration, inner = json.loads(value)
    name, _unused, arguments = declaration.rstrip(")").partition("(")
    kind = declared(name, *(MAX if each == "max" else int(each) for each in arguments.split(",") if each))
    return kind, bytes.fromhex(inner) if kind.name in BINARIES else inner
