# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values of two systems brought to one form, as the declaration of their column says, so that `==` compares them. Pure.

A value that cannot be brought to the declared form becomes `Unreadable`, which equals nothing: it is a difference, and
never by accident the same as another one.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
import zoneinfo
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, localcontext
from typing import Any, Literal

SideName = Literal["source", "target"]
SIDES: tuple[SideName, SideName] = ("source", "target")
Type = Literal["text", "integer", "decimal", "date", "datetime", "boolean", "bytes"]
Trim = Literal["none", "leading", "trailing", "both"]
Value = Callable[[Any], Any]
"""Converts a value that is not None."""
Converter = Callable[[Sequence[Any]], Sequence[Any]]
"""Converts the values of one column, None included."""

TYPES = ("text", "integer", "decimal", "date", "datetime", "boolean", "bytes")
TRIMS = ("none", "leading", "trailing", "both")

_TRIM: Mapping[str, Value] = {
    "leading": lambda text: text.lstrip(" "),
    "trailing": lambda text: text.rstrip(" "),
    "both": lambda text: text.strip(" "),
}
_TRUTH = {**dict.fromkeys(("1", "y", "yes", "t", "true"), True), **dict.fromkeys(("0", "n", "no", "f", "false"), False)}
_DIGITS = 60
"""Of exact calculations: both databases have 38 at most."""
_REMEMBERED = 4096
"""Values of a column whose conversions are remembered: most columns have few."""


class NotAValue(Exception):
    """A value that cannot be brought to the declared form."""


@dataclass(frozen=True, eq=False)
class Unreadable:
    """A value that could not be brought to the declared form. It equals nothing, itself included."""

    value: Any

    def __str__(self) -> str:
        """Return it as it was found."""
        return str(self.value)

    def __eq__(self, other: object) -> bool:
        """Return False."""
        return False

    __hash__ = None  # type: ignore[assignment]  # how Python is told that it has none


@dataclass(frozen=True)
class SideOfColumn:
    """What a column is on one side."""

    column: str
    """Its name in the query."""
    format: str | None = None
    """How texts write dates and times, as strptime has it; None for ISO 8601."""
    time_zone: str | None = None
    """Which moments are meant that have no offset; None to leave them as they are."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """What values of this side are called on the other."""


@dataclass(frozen=True)
class Column:
    """A column that is compared, and the conversions that are declared for it."""

    name: str
    source: SideOfColumn
    target: SideOfColumn
    type: Type | None = None
    """None to compare the values as the drivers give them."""
    trim: Trim = "none"
    ignore_case: bool = False
    null_equals_empty: bool = False
    scale: int | None = None
    """Decimal places that count; of moments, those of the second."""

    def side(self, name: SideName) -> SideOfColumn:
        """Return what the column is on a side."""
        return self.source if name == "source" else self.target


def converter(column: Column, side: SideName) -> Converter | None:
    """Return what converts the values of a column of a side, None if nothing is declared that changes any."""
    steps = list(_steps(column, column.side(side)))
    empty_is_null = column.null_equals_empty
    if not steps and not empty_is_null:
        return None

    @functools.lru_cache(_REMEMBERED, typed=True)
    def remembered(value: Any) -> Any:
        return _converted(value, steps, empty_is_null=empty_is_null)

    def convert(values: Sequence[Any]) -> Sequence[Any]:
        try:
            return list(map(remembered, values))
        except TypeError:  # octets in a form that has no hash
            return [_converted(each, steps, empty_is_null=empty_is_null) for each in values]

    return convert


def _converted(value: Any, steps: Sequence[Value], *, empty_is_null: bool) -> Any:
    if value is None:
        return None
    found = value
    try:
        for step in steps:
            found = step(found)
    except (NotAValue, ValueError, InvalidOperation, OverflowError):
        return Unreadable(value)
    return None if empty_is_null and found == "" else found


def _steps(column: Column, side: SideOfColumn) -> list[Value]:
    """Return the conversions of a value that is not None, in their order."""
    steps: list[Value] = []
    texts: list[Value] = []
    if column.trim != "none":
        texts.append(_TRIM[column.trim])
    if column.ignore_case:
        texts.append(str.casefold)
    if side.values:
        steps.append(functools.partial(_translated, dict(side.values)))
    if column.type in (None, "text"):
        if column.type == "text":
            steps.append(_text)
        return [*steps, *(functools.partial(_if_text, each) for each in texts)]
    makers: dict[str, Callable[[], Value]] = {
        "integer": lambda: _integer,
        "decimal": lambda: functools.partial(_decimal, column.scale),
        "boolean": lambda: _boolean,
        "bytes": lambda: _octets,
        "date": lambda: functools.partial(_date, side.format, _zone(side.time_zone)),
        "datetime": lambda: functools.partial(_datetime, side.format, _zone(side.time_zone), column.scale),
    }
    return [*steps, makers[str(column.type)]()]


def _translated(names: Mapping[str, Any], value: Any) -> Any:
    return names.get(value if isinstance(value, str) else _text(value), value)


def _if_text(convert: Value, value: Any) -> Any:
    return convert(value) if isinstance(value, str) else value


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, Decimal):
        # digit by digit: to normalise it would round it to 28 of them
        text = f"{value:f}" if value else "0"
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, bytes | bytearray):
        return value.hex()
    if isinstance(value, dt.datetime):
        return value.isoformat(" ")
    return str(value)


def _integer(value: Any) -> int:
    if isinstance(value, str):
        return int(value)  # blanks around it mean nothing
    if isinstance(value, int):  # bit too
        return int(value)
    if isinstance(value, Decimal | float) and value == int(value):
        return int(value)
    raise NotAValue


def _decimal(scale: int | None, value: Any) -> Decimal:
    """Return a number, rounded as both databases round: half away from zero."""
    if isinstance(value, bytes | dt.date | dt.time):
        raise NotAValue
    # a float means the shortest number that is written for it
    number = Decimal(
        repr(value) if isinstance(value, float) else str(value).strip() if isinstance(value, str) else value
    )
    if not number.is_finite():
        raise NotAValue
    if scale is None:
        return number
    with localcontext() as context:
        context.prec = _DIGITS
        return number.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP)


def _boolean(value: Any) -> bool:
    text = str(int(value)) if isinstance(value, bool | int | Decimal) else str(value).strip().casefold()
    if text not in _TRUTH or (isinstance(value, Decimal) and value != int(value)):
        raise NotAValue
    return _TRUTH[text]


def _octets(value: Any) -> bytes:
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    if isinstance(value, str):
        return bytes.fromhex(value.removeprefix("0x").removeprefix("0X"))
    raise NotAValue


def _date(written: str | None, zone: dt.tzinfo | None, value: Any) -> dt.date:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    moment = _moment(written, value)
    return moment.astimezone(zone).date() if moment.tzinfo and zone else moment.date()


def _datetime(written: str | None, zone: dt.tzinfo | None, scale: int | None, value: Any) -> dt.datetime:
    """Return a moment in UTC, without saying so, if it has an offset or a zone; else as it is."""
    moment = _moment(written, value)
    if moment.tzinfo is None and zone is not None:
        moment = moment.replace(tzinfo=zone)
    if moment.tzinfo is not None:
        moment = moment.astimezone(dt.UTC).replace(tzinfo=None)
    if scale is None or scale >= 6:
        return moment.replace(fold=0)
    unit = int(10 ** (6 - scale))
    return moment.replace(microsecond=moment.microsecond // unit * unit, fold=0)


def _moment(written: str | None, value: Any) -> dt.datetime:
    if isinstance(value, dt.datetime):
        return value
    if isinstance(value, dt.date):
        return dt.datetime.combine(value, dt.time())
    if not isinstance(value, str):
        raise NotAValue
    text = value.strip()
    if written is not None:
        return dt.datetime.strptime(text, written)
    # SQL Server writes a blank before the offset
    day, _blank, rest = text.replace("T", " ").partition(" ")
    return dt.datetime.fromisoformat(f"{day}T{rest.replace(' ', '')}" if rest else day)


@functools.cache
def _zone(name: str | None) -> dt.tzinfo | None:
    return None if name is None else zoneinfo.ZoneInfo(name)


def same(one: Any, other: Any) -> bool:
    """Return whether two values are equal. What is not a number is equal to itself, as it is to Oracle."""
    if isinstance(one, float) and isinstance(other, float) and math.isnan(one):
        return math.isnan(other)
    return bool(one == other)


def kind(value: Any) -> str:
    """Return what a value is, as messages say it: values of two kinds are never equal."""
    for what, types in _KINDS.items():
        if isinstance(value, types):
            return what
    return type(value).__name__


_KINDS: Mapping[str, tuple[type, ...]] = {
    "a text": (str,),
    "a number": (bool, int, Decimal),
    "a binary floating-point number": (float,),
    "a date with a time": (dt.datetime,),
    "a date": (dt.date,),
    "octets": (bytes, bytearray),
}
