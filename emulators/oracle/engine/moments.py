# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""DATE and TIMESTAMP as Oracle stores them: bytes whose order is that of the moments.

Seven bytes from the century to the second; four more for nanoseconds where there are any; with a time zone, always
both, in UTC, and two bytes for the zone. Years from 1 to 9999.
"""

from __future__ import annotations

import datetime as dt
import re
import time
from functools import lru_cache

from emulators.oracle.engine.errors import OracleError
from emulators.oracle.engine.types import OracleType

_ZONE_HOUR, _ZONE_MINUTE = 20, 60
_LITERAL = re.compile(
    r"\s*(\d{1,4})-(\d{1,2})-(\d{1,2})(?: (\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,9}))?)?"
    r"(?: ?([+-])(\d{1,2}):(\d{2}))?\s*"
)


def encode(moment: dt.datetime, nanoseconds: int = 0) -> bytes:
    """Return the bytes of a moment; its microseconds do not count."""
    century, year = divmod(moment.year, 100)
    data = bytes(
        (century + 100, year + 100, moment.month, moment.day, moment.hour + 1, moment.minute + 1, moment.second + 1)
    )
    return data + nanoseconds.to_bytes(4, "big") if nanoseconds else data


def encode_zoned(moment: dt.datetime, nanoseconds: int, offset: int) -> bytes:
    """Return the bytes of a moment in UTC, with the minutes by which its zone is ahead."""
    hours, minutes = divmod(abs(offset), 60)
    sign = -1 if offset < 0 else 1
    return encode(moment) + nanoseconds.to_bytes(4, "big") + bytes(
        (_ZONE_HOUR + sign * hours, _ZONE_MINUTE + sign * minutes)
    )  # fmt: skip


@lru_cache(maxsize=65536)
def decode(data: bytes) -> dt.datetime:
    """Return the moment to the second; of one with a time zone, in UTC."""
    year = (data[0] - 100) * 100 + data[1] - 100
    try:
        return dt.datetime(year, data[2], data[3], data[4] - 1, data[5] - 1, data[6] - 1)
    except ValueError:
        raise OracleError(1841) from None


def nanoseconds(data: bytes) -> int:
    """Return what is below the second."""
    return int.from_bytes(data[7:11], "big") if len(data) >= 11 else 0


def offset(data: bytes) -> int:
    """Return the minutes by which the time zone is ahead; 0 without one."""
    return (data[11] - _ZONE_HOUR) * 60 + data[12] - _ZONE_MINUTE if len(data) == 13 else 0


def local(data: bytes) -> dt.datetime:
    """Return the moment to the second as its own time zone has it."""
    return decode(data) + dt.timedelta(minutes=offset(data))


def literal(text: str, kind: OracleType) -> tuple[bytes, bool]:
    """Return a date or a timestamp literal, and whether it has a time zone.

    Raises:
        OracleError: 1861, 1843, 1847 …: it is none.
    """
    match = _LITERAL.fullmatch(text)
    if match is None or (kind.name == "DATE" and match[4]):
        raise OracleError(1861)
    year, month, day, hour, minute, second = (int(each or 0) for each in match.groups()[:6])
    moment = checked(year, month, day, hour, minute, second)
    below = int((match[7] or "").ljust(9, "0") or 0)
    if match[8] is None:
        return encode(moment, below), False
    ahead = (int(match[9]) * 60 + int(match[10])) * (-1 if match[8] == "-" else 1)
    return encode_zoned(moment - dt.timedelta(minutes=ahead), below, ahead), True


def checked(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> dt.datetime:
    """Return a moment. Raises OracleError that says which part is wrong."""
    if not 1 <= year <= 9999:
        raise OracleError(1841)
    if not 1 <= month <= 12:
        raise OracleError(1843)
    if not 1 <= day <= 31:
        raise OracleError(1847)
    if hour > 23:
        raise OracleError(1850, message="hour must be between 0 and 23")
    if minute > 59:
        raise OracleError(1851, message="minutes must be between 0 and 59")
    if second > 59:
        raise OracleError(1852, message="seconds must be between 0 and 59")
    try:
        return dt.datetime(year, month, day, hour, minute, second)
    except ValueError:
        raise OracleError(1839) from None


def now() -> dt.datetime:
    """Return the present moment in UTC, which is the database's time zone."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


def of_seconds(seconds: float) -> bytes | None:
    """Return a DATE from seconds since 1970, or None for 0."""
    return encode(dt.datetime.fromtimestamp(seconds, dt.UTC).replace(tzinfo=None)) if seconds else None


def zoned_of_seconds(seconds: float) -> bytes | None:
    """Return a TIMESTAMP WITH TIME ZONE from seconds since 1970, or None for 0."""
    if not seconds:
        return None
    return encode_zoned(dt.datetime.fromtimestamp(seconds, dt.UTC).replace(tzinfo=None), int(seconds % 1 * 1e9), 0)


def zoned_now() -> bytes:
    """Return the present moment as TIMESTAMP WITH TIME ZONE."""
    present = time.time()
    return zoned_of_seconds(int(present * 1e6) / 1e6) or b""


def rounded(data: bytes, decimals: int) -> bytes:
    """Return a timestamp with so many decimals of a second."""
    below, unit = nanoseconds(data), 10 ** (9 - decimals)
    wanted = (below + unit // 2) // unit * unit
    if wanted == below:
        return data if len(data) == 13 or below else data[:7]
    base = decode(data) + dt.timedelta(seconds=wanted // 10**9)
    wanted %= 10**9
    return encode_zoned(base, wanted, offset(data)) if len(data) == 13 else encode(base, wanted)


def add_months(moment: dt.datetime, months: int) -> dt.datetime:
    """Return a moment so many months later; the last day of a month stays the last."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise OracleError(1841)
    last = last_day(dt.datetime(year, month + 1, 1)).day
    day = last if moment.day == last_day(moment).day else min(moment.day, last)
    return moment.replace(year=year, month=month + 1, day=day)


def last_day(moment: dt.datetime) -> dt.datetime:
    """Return the last day of a moment's month, at the same time."""
    first = moment.replace(day=28) + dt.timedelta(days=4)
    return first - dt.timedelta(days=first.day)
