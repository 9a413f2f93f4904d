# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calculations with dates."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import cast

from emulators.sql.engine import moments
from emulators.sql.engine.errors import SqlError, refused
from emulators.sql.engine.functions import Function, factory, unspell
from emulators.sql.engine.types import SqlType, Value

_PARTS = {
    "YEAR": "YEAR YY YYYY", "QUARTER": "QUARTER QQ Q", "MONTH": "MONTH MM M", "DAYOFYEAR": "DAYOFYEAR DY Y",
    "DAY": "DAY DD D", "WEEKDAY": "WEEKDAY DW W", "HOUR": "HOUR HH", "MINUTE": "MINUTE MI N", "SECOND": "SECOND SS S",
    "MILLISECOND": "MILLISECOND MS", "MICROSECOND": "MICROSECOND MCS", "NANOSECOND": "NANOSECOND NS",
    "ISO_WEEK": "ISO_WEEK ISOWK ISOWW", "TZOFFSET": "TZOFFSET TZ",
}  # fmt: skip
_TICKS = {"HOUR": 3600 * 10**7, "MINUTE": 60 * 10**7, "SECOND": 10**7, "MILLISECOND": 10**4, "MICROSECOND": 10}


def date_part(word: str) -> str:
    """Return the part that a word or its abbreviation means. Raises SqlError 155."""
    for part, words in _PARTS.items():
        if word.upper() in words.split():
            return part
    raise SqlError(155, f"'{word}' is not a recognized datepart option.", severity=15)


def now(kind: SqlType, *, utc: bool) -> str:
    """Return the present time in the stored form of a type. The emulated server's clock is on UTC."""
    moment = dt.datetime.now(dt.UTC)
    ticks = ((moment.hour * 60 + moment.minute) * 60 + moment.second) * 10**7 + moment.microsecond * 10
    return moments.write(moments.Moment(moment.toordinal() - 1, ticks), kind)


@factory
def dateadd(part: str, kind: str) -> Function:
    """Make DATEADD for a type."""
    declared = unspell(kind)

    def run(count: Value, stored: Value) -> Value:
        if count is None or stored is None:
            return None
        moment, number = moments.read(cast(str, stored), declared), cast(int, count)
        try:
            if part in ("YEAR", "QUARTER", "MONTH"):
                months = number * {"YEAR": 12, "QUARTER": 3, "MONTH": 1}[part]
                date = dt.date.fromordinal(moment.days + 1)
                year, month = divmod(date.year * 12 + date.month - 1 + months, 12)
                day = min(date.day, calendar.monthrange(year, month + 1)[1])
                moved = moment._replace(days=dt.date(year, month + 1, day).toordinal() - 1)
            elif part in ("DAY", "DAYOFYEAR", "WEEKDAY"):
                moved = moments.normal(moment.days + number, moment.ticks, moment.offset)
            elif part in _TICKS:
                moved = moments.normal(moment.days, moment.ticks + number * _TICKS[part], moment.offset)
            else:
                raise refused(f"DATEADD of {part}")
            return moments.write(moved, declared)
        except (ValueError, calendar.IllegalMonthError):
            raise SqlError(517, f"Adding a value to a '{declared.name}' column caused an overflow.") from None

    return run


@factory
def datediff(part: str, first: str, second: str) -> Function:
    """Make DATEDIFF: how many boundaries of a part lie between two moments."""
    types = unspell(first), unspell(second)

    def run(start: Value, end: Value) -> Value:
        if start is None or end is None:
            return None
        a, b = (moments.read(cast(str, value), kind) for value, kind in zip((start, end), types, strict=True))
        result = _boundary(b, part) - _boundary(a, part)
        if not -(2**31) <= result < 2**31:
            raise SqlError(
                535,
                "The datediff function resulted in an overflow. The number of dateparts separating two date/time "
                "instances is too large.",
            )
        return result

    return run


def _boundary(moment: moments.Moment, part: str) -> int:
    date = dt.date.fromordinal(moment.days + 1)
    if part in ("YEAR", "QUARTER", "MONTH"):
        return {
            "YEAR": date.year,
            "QUARTER": date.year * 4 + (date.month - 1) // 3,
            "MONTH": date.year * 12 + date.month,
        }[part]
    if part in ("DAY", "DAYOFYEAR", "WEEKDAY"):
        return moment.days
    if part not in _TICKS:
        raise refused(f"DATEDIFF of {part}")
    return (moment.days * moments.TICKS_A_DAY + moment.ticks) // _TICKS[part]


@factory
def datepart(part: str, kind: str) -> Function:
    """Make DATEPART."""
    declared = unspell(kind)

    def run(stored: Value) -> Value:
        if stored is None:
            return None
        text = (
            moments.local_text(cast(str, stored), declared) if declared.name == "datetimeoffset" else cast(str, stored)
        )
        moment = moments.parse(text[:-7] if declared.name == "datetimeoffset" else text)
        date = dt.date.fromordinal(moment.days + 1)
        seconds, fraction = divmod(moment.ticks, 10**7)
        parts = {
            "YEAR": date.year, "QUARTER": (date.month + 2) // 3, "MONTH": date.month, "DAY": date.day,
            "DAYOFYEAR": date.timetuple().tm_yday, "WEEKDAY": date.isoweekday() % 7 + 1,
            "ISO_WEEK": date.isocalendar()[1],
            "HOUR": seconds // 3600, "MINUTE": seconds // 60 % 60, "SECOND": seconds % 60,
            "MILLISECOND": fraction // 10**4,
            "MICROSECOND": fraction // 10, "NANOSECOND": fraction * 100,
            "TZOFFSET": moments.read(cast(str, stored), declared).offset,
        }  # fmt: skip
        return parts[part]

    return run
