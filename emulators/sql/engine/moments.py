# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dates and times to 100 ns, in their stored form: Python's own stop at the microsecond."""

from __future__ import annotations

import datetime as dt
import functools
import re
from typing import NamedTuple

from emulators.sql.engine.types import SqlType

TICKS_A_SECOND = 10_000_000
TICKS_A_DAY = 86_400 * TICKS_A_SECOND
_TEXT = re.compile(
    r"(?:(\d{4})-?(\d\d)-?(\d\d))?(?:[ T]+|$)?(?:(\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?\s*(Z|[+-]\d\d:\d\d)?"
)


class Moment(NamedTuple):
    """A point in time, or a part of one."""

    days: int
    """Days since 0001-01-01."""
    ticks: int
    """Units of 100 ns since midnight."""
    offset: int = 0
    """Minutes by which the local time of a datetimeoffset is ahead of UTC; days and ticks are then UTC."""


@functools.lru_cache(maxsize=65536)
def days_of(text: str) -> int:
    """Return the days since 0001-01-01 of `YYYY-MM-DD`."""
    return dt.date(int(text[:4]), int(text[5:7]), int(text[8:10])).toordinal() - 1


@functools.lru_cache(maxsize=65536)
def date_text(days: int) -> str:
    """Return `YYYY-MM-DD`."""
    return dt.date.fromordinal(days + 1).isoformat()


def ticks_of(text: str) -> int:
    """Return the units of 100 ns since midnight of `HH:MM:SS[.fffffff]`."""
    seconds = int(text[0:2]) * 3600 + int(text[3:5]) * 60 + int(text[6:8])
    return seconds * TICKS_A_SECOND + (int(text[9:].ljust(7, "0")) if len(text) > 9 else 0)


def time_text(ticks: int, scale: int) -> str:
    """Return `HH:MM:SS` with exactly `scale` decimals; what is beyond them is cut off."""
    seconds, fraction = divmod(ticks, TICKS_A_SECOND)
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{text}.{fraction:07}"[: 9 + scale] if scale else text


def parse(text: str) -> Moment:
    """Return what a character string says, in the ISO forms that do not depend on the session's language.

    A string without a date means 1900-01-01, one without a time midnight.

    Raises:
        ValueError: it is none of them.
    """
    match = _TEXT.fullmatch(text.strip())
    if match is None or not any(match.groups()):
        raise ValueError(text)
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    days = dt.date(int(year or 1900), int(month or 1), int(day or 1)).toordinal() - 1
    clock = dt.time(int(hour or 0), int(minute or 0), int(second or 0))
    ticks = (clock.hour * 3600 + clock.minute * 60 + clock.second) * TICKS_A_SECOND
    ticks += round(int((fraction or "0").ljust(9, "0")) / 100)
    offset = 0
    if zone and zone != "Z":
        offset = (int(zone[1:3]) * 60 + int(zone[4:6])) * (-1 if zone[0] == "-" else 1)
    if abs(offset) > 14 * 60:
        raise ValueError(text)
    return normal(days, ticks - offset * 60 * TICKS_A_SECOND, offset)


def normal(days: int, ticks: int, offset: int = 0) -> Moment:
    """Return the moment with ticks within the day.

    Raises:
        ValueError: it is before the year 1 or after 9999.
    """
    more, ticks = divmod(ticks, TICKS_A_DAY)
    if not 0 <= days + more <= 3652058:
        raise ValueError(days + more)
    return Moment(days + more, ticks, offset)


def read(stored: str, kind: SqlType) -> Moment:
    """Return a stored value."""
    match kind.name:
        case "date":
            return Moment(days_of(stored), 0)
        case "time":
            return Moment(days_of("1900-01-01"), ticks_of(stored))
        case "datetimeoffset":
            sign = -1 if stored[-6] == "-" else 1
            offset = (int(stored[-5:-3]) * 60 + int(stored[-2:])) * sign
            return Moment(days_of(stored[:10]), ticks_of(stored[11:-6]), offset)
    return Moment(days_of(stored[:10]), ticks_of(stored[11:]))


def write(moment: Moment, kind: SqlType) -> str:
    """Return the stored form for a type, rounded to its precision.

    Raises:
        ValueError: it is outside the range of the type.
    """
    match kind.name:
        case "date":
            return date_text(_local(moment).days)
        case "time":
            ticks = _rounded(_local(moment).ticks, kind.scale)
            return time_text(min(ticks, TICKS_A_DAY - 10 ** (7 - kind.scale)), kind.scale)
        case "datetimeoffset":
            utc = normal(moment.days, _rounded(moment.ticks, kind.scale))
            return f"{date_text(utc.days)} {time_text(utc.ticks, kind.scale)}{zone_text(moment.offset)}"
        case "datetime2":
            local = _local(moment)
            local = normal(local.days, _rounded(local.ticks, kind.scale))
            return f"{date_text(local.days)} {time_text(local.ticks, kind.scale)}"
        case "datetime":
            return from_three_hundredths(*three_hundredths(_local(moment)))
    local = _local(moment)
    local = normal(local.days, _minutes(local.ticks) * 60 * TICKS_A_SECOND)
    if not days_of("1900-01-01") <= local.days <= days_of("2079-06-06"):
        raise ValueError(local.days)
    return f"{date_text(local.days)} {time_text(local.ticks, 0)}"


def three_hundredths(moment: Moment) -> tuple[int, int]:
    """Return a datetime as the wire has it: days since 1900-01-01 and 1/300 s since midnight."""
    units = (moment.ticks * 300 + TICKS_A_SECOND // 2) // TICKS_A_SECOND
    local = normal(moment.days, units * TICKS_A_DAY // (300 * 86400))
    if local.days < days_of("1753-01-01"):
        raise ValueError(local.days)
    return local.days - days_of("1900-01-01"), units % (300 * 86400)


def from_three_hundredths(days: int, units: int) -> str:
    """Return a datetime in its stored form: milliseconds end in 0, 3 or 7."""
    milliseconds = (units * 10 + 1) // 3
    return f"{date_text(days + days_of('1900-01-01'))} {time_text(milliseconds * 10_000, 3)}"


def zone_text(offset: int) -> str:
    """Return `+HH:MM`."""
    return f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02}:{abs(offset) % 60:02}"


def local_text(stored: str, kind: SqlType) -> str:
    """Return a datetimeoffset as it is displayed: the local time, then its offset."""
    moment = read(stored, kind)
    local = _local(moment)
    return f"{date_text(local.days)} {time_text(local.ticks, kind.scale)} {zone_text(moment.offset)}"


def _local(moment: Moment) -> Moment:
    return normal(moment.days, moment.ticks + moment.offset * 60 * TICKS_A_SECOND)


def _minutes(ticks: int) -> int:
    """Round to the minute as smalldatetime does: 29.998 s and less down."""
    minutes, rest = divmod(ticks, 60 * TICKS_A_SECOND)
    return minutes + (rest > 29_998 * 10_000)


def _rounded(ticks: int, scale: int) -> int:
    unit = int(10 ** (7 - scale))
    return (ticks + unit // 2) // unit * unit
