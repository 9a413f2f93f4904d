# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Functions of dates and timestamps in stored form."""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from emulators.oracle.engine import formats, moments, numbers
from emulators.oracle.engine.date_reading import read
from emulators.oracle.engine.errors import OracleError, refused
from emulators.oracle.engine.numbers import decode, encode

_DAY = Decimal(86400)


def _no_moment(_text: str, name: str) -> bytes:
    raise refused(f"implicit conversions of text to {name}: write TO_DATE or TO_TIMESTAMP with a format")


def _later(moment: bytes, days: bytes, sign: str) -> bytes:
    seconds = int((decode(days) * _DAY).to_integral_value(decimal.ROUND_HALF_UP))
    try:
        return moments.encode(moments.decode(moment) + dt.timedelta(seconds=-seconds if sign else seconds))
    except OverflowError:
        raise OracleError(1841) from None


def _days(left: bytes, right: bytes) -> bytes:
    span = moments.decode(left) - moments.decode(right)
    return encode(numbers.arithmetic("/", Decimal(span.days * 86400 + span.seconds), _DAY))


_UNITS = {"YYYY": "Y", "YEAR": "Y", "YY": "Y", "Y": "Y", "MM": "M", "MON": "M", "MONTH": "M", "DD": "D", "DDD": "D",
          "J": "D", "IW": "W", "HH": "h", "HH24": "h", "HH12": "h", "MI": "m", "Q": "Q"}  # fmt: skip


def _trunc_date(value: bytes, model: str) -> bytes:
    moment = moments.decode(value)
    start = moment.replace(hour=0, minute=0, second=0)
    match _UNITS.get(model.upper()):
        case "Y":
            start = start.replace(month=1, day=1)
        case "Q":
            start = start.replace(month=(start.month - 1) // 3 * 3 + 1, day=1)
        case "M":
            start = start.replace(day=1)
        case "W":
            start -= dt.timedelta(days=start.weekday())
        case "h":
            start = moment.replace(minute=0, second=0)
        case "m":
            start = moment.replace(second=0)
        case "D":
            pass
        case _:
            raise OracleError(1821)
    return moments.encode(start)


def _round_date(value: bytes, model: str) -> bytes:
    if _UNITS.get(model.upper()) != "D":
        raise refused(f"ROUND of a date to {model}")
    moment = moments.decode(value)
    return _trunc_date(moments.encode(moment + dt.timedelta(days=1) if moment.hour >= 12 else moment), "DD")


def _months_between(left: bytes, right: bytes) -> bytes:
    a, b = moments.decode(left), moments.decode(right)
    whole = (a.year - b.year) * 12 + a.month - b.month
    if a.day == b.day or (a == moments.last_day(a) and b == moments.last_day(b)):
        return encode(whole)
    seconds = Decimal(
        (a.day - b.day) * 86400 + (a.hour - b.hour) * 3600 + (a.minute - b.minute) * 60 + a.second - b.second
    )
    return encode(whole + numbers.arithmetic("/", seconds, Decimal(31 * 86400)))


def _extract(part: str, value: bytes) -> bytes:
    moment = moments.decode(value)
    if part == "SECOND":
        return encode(Decimal(moment.second) + Decimal(moments.nanoseconds(value)).scaleb(-9))
    return encode(int(getattr(moment, part.lower())))


def now(kind: str, ahead: int) -> bytes:
    """Return the present moment: DATE or TIMESTAMP as clocks so many minutes ahead of UTC show it, or ZONED."""
    present = moments.zoned_now()
    below = moments.nanoseconds(present)
    if kind == "ZONED":
        return moments.encode_zoned(moments.decode(present), below, ahead)
    shown = moments.decode(present) + dt.timedelta(minutes=ahead)
    return moments.encode(shown, 0 if kind == "DATE" else below)


def to_zoned(value: bytes, ahead: int) -> bytes:
    """Return a local moment as TIMESTAMP WITH TIME ZONE, where clocks are so many minutes ahead of UTC."""
    return moments.encode_zoned(moments.decode(value) - dt.timedelta(minutes=ahead), moments.nanoseconds(value), ahead)


def _to_timestamp(value: bytes) -> bytes:
    return moments.encode(moments.local(value), moments.nanoseconds(value))


def _read_moment(text: str, model: str, kind: str) -> bytes:
    found = read(text, model, zoned=kind.endswith("ZONE"))
    return found[:7] if kind == "DATE" else found


MOMENTS: dict[str, Callable[..., Any]] = {
    "o_date_text": formats.write, "o_read_moment": _read_moment, "o_no_moment": _no_moment,
    "o_to_date": lambda value: moments.encode(moments.local(value)), "o_to_timestamp": _to_timestamp,
    "o_later": _later, "o_days": _days, "o_trunc_date": _trunc_date, "o_round_date": _round_date,
    "o_add_months": lambda value, months: moments.encode(
        moments.add_months(moments.decode(value), int(decode(months)))),
    "o_months_between": _months_between,
    "o_last_day": lambda value: moments.encode(moments.last_day(moments.decode(value))),
    "o_extract": _extract,
}  # fmt: skip
"""Those that give NULL as soon as an argument is NULL, by their names in SQLite."""
