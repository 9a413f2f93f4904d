# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host's local time, in Windows' names of time zones."""

from __future__ import annotations

import datetime as dt
import zoneinfo

ZONES = {
    "GMT Standard Time": "Europe/London",
    "Greenwich Standard Time": "Atlantic/Reykjavik",
    "UTC": "Etc/UTC",
    "W. Europe Standard Time": "Europe/Berlin",
    "Romance Standard Time": "Europe/Paris",
}
"""The time zones that an emulated host knows, and what IANA calls them (Unicode CLDR, windowsZones)."""


def local(moment: float, timezone: str) -> dt.datetime:
    """Return a moment (seconds since 1970 UTC) in a zone of ZONES."""
    return dt.datetime.fromtimestamp(moment, zoneinfo.ZoneInfo(ZONES[timezone]))


def moment(text: str, timezone: str) -> float:
    """Return the seconds since 1970 UTC of an ISO 8601 time; one without an offset is local.

    Raises:
        ValueError: it is no such time.
    """
    parsed = dt.datetime.fromisoformat(text)
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=zoneinfo.ZoneInfo(ZONES[timezone]))
    return parsed.timestamp()


def file_time(moment: float) -> int:
    """Return Windows' FILETIME: tenths of a microsecond since 1601."""
    return int(moment * 10_000_000) + 116_444_736_000_000_000
