# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Columns of tables: as the dictionary has them, and what turns a text into a value of their types. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Context, Decimal, InvalidOperation
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.names import quoted

_SHOWN = 40
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
CHARACTERS = ("VARCHAR2", "NVARCHAR2", "CHAR", "NCHAR")
PADDED = ("CHAR", "NCHAR")
LARGE = ("CLOB", "NCLOB")
_MAXIMUM = Decimal("1E+126")
_EXACT = Context(prec=300)
"""Loses no digit of a number of Oracle, which has up to 40 between 1E-130 and 1E+126."""


class NotAValue(ValueError):
    """A text is no value of a type; the message says why, as a list of rejects shows it."""


@dataclass(frozen=True)
class Column:
    """A column as the dictionary has it."""

    name: str
    type: str
    """VARCHAR2, NUMBER, DATE, TIMESTAMP(6), CLOB …"""
    length: int = 0
    """Characters or octets of a text."""
    in_characters: bool = True
    precision: int | None = None
    scale: int | None = None
    nullable: bool = True
    default: str | None = None

    @property
    def family(self) -> str:
        """Its type without size: TIMESTAMP for TIMESTAMP(6)."""
        return self.type.partition("(")[0]

    @property
    def declared(self) -> str:
        """Its type as a statement writes it."""
        if self.family in CHARACTERS:
            unit = "" if self.family.startswith("N") else " CHAR" if self.in_characters else " BYTE"
            return f"{self.family}({self.length}{unit})"
        if self.family == "NUMBER" and self.precision is not None:
            return f"NUMBER({self.precision}{f',{self.scale}' if self.scale else ''})"
        if self.family == "NUMBER" and self.scale == 0:
            return "NUMBER(38)"
        return self.type

    @property
    def compared(self) -> str:
        """What is read to compare it: without the blanks that fill a CHAR up."""
        return f"RTRIM({quoted(self.name)})" if self.family in PADDED else quoted(self.name)

    @property
    def required(self) -> bool:
        """Whether a row without it cannot be inserted."""
        return not self.nullable and self.default is None


Converter = Callable[[str], Any]


def shortened(text: str) -> str:
    """Return a text as a message shows it."""
    return repr(text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…")


def converter_of(column: Column, formats: Sequence[str]) -> Converter | None:
    """Return what makes a value of a text that is not empty, raising NotAValue; None for a type that is not known.

    Args:
        column: the column.
        formats: how dates and times are written, as strptime takes them.
    """
    if column.family in CHARACTERS:
        return _text_of(column)
    if column.family in LARGE:
        return lambda text: text
    if column.family == "NUMBER":
        return _number_of(column)
    if column.type == "DATE" or re.fullmatch(r"TIMESTAMP\(\d\)", column.type):
        return _moment_of(column, formats)
    return None


def _text_of(column: Column) -> Converter:
    length, in_characters, name = column.length, column.in_characters or column.family.startswith("N"), column.declared
    padded = column.family in PADDED

    def convert(text: str) -> str | None:
        # no character takes more than four octets: most texts need no encoding to be measured
        size = len(text) if in_characters or len(text) * 4 <= length else len(text.encode())
        if size > length:
            raise NotAValue(f"{shortened(text)} is longer than {name}: {size}")
        return text.rstrip(" ") or None if padded else text

    return convert


def _number_of(column: Column) -> Converter:
    precision, scale = column.precision, column.scale or 0
    limit = Decimal(10) ** (precision - scale) if precision is not None else _MAXIMUM
    whole, step = column.scale is not None, Decimal(1).scaleb(-scale)

    def convert(text: str) -> Decimal:
        if not _NUMBER.fullmatch(text.strip()):
            raise NotAValue(f"{shortened(text)} is no number")
        try:
            value = Decimal(text.strip())
        except InvalidOperation:
            raise NotAValue(f"{shortened(text)} is no number") from None
        if not -limit < value < limit:
            raise NotAValue(f"{shortened(text)} is too large for {column.declared}")
        if whole and value != value.quantize(step, context=_EXACT):
            raise NotAValue(f"{shortened(text)} has more decimals than {column.declared} keeps")
        return value

    return convert


def _moment_of(column: Column, formats: Sequence[str]) -> Converter:
    fractions = column.type != "DATE"
    shown = " or ".join(formats) or "YYYY-MM-DD[ HH:MM:SS]"

    def convert(text: str) -> datetime:
        value = _moment(text.strip(), formats)
        if value is None:
            raise NotAValue(f"{shortened(text)} is no date ({shown})")
        if value.microsecond and not fractions:
            raise NotAValue(f"{shortened(text)} has fractions of a second, which DATE does not keep")
        return value

    return convert


def _moment(text: str, formats: Sequence[str]) -> datetime | None:
    """Return what a text says, None if it is in none of the formats. Without formats it is as ISO 8601 has it."""
    if not formats:
        try:
            value = datetime.fromisoformat(text) if text[4:5] == text[7:8] == "-" else None
        except ValueError:
            return None
        return value if value is not None and value.tzinfo is None else None
    for form in formats:
        try:
            value = datetime.strptime(text, form)
        except ValueError:
            continue
        return value if value.tzinfo is None else None
    return None


def canonical(row: Sequence[Any]) -> tuple[Any, ...]:
    """Return a row so that equal values of equal types are written equally, wherever they come from."""
    return tuple(map(_canonical, row))


def _canonical(value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    whole = int(value)
    return whole if whole == value else f"{Decimal(value).normalize(_EXACT):E}"
