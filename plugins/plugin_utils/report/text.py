# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Words from modules and systems, made fit for a report: no control characters, no unbounded length. Pure."""

from __future__ import annotations

import re
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

LONGEST = 2000
"""How much of one message the report keeps, in characters."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
"""What a terminal obeys and XML refuses. Tab and newline stay."""


def clean(value: object, longest: int = LONGEST) -> str:
    """Return the value as text that can be printed, written as UTF-8 and put into XML."""
    text = value if isinstance(value, str) else "" if value is None else str(value)
    text = _CONTROL.sub("", text.encode("utf-8", "replace").decode("utf-8"))
    return text if len(text) <= longest else f"{text[:longest]}… ({len(text) - longest} characters more)"


def first_line(value: object) -> str:
    """Return the first line that says something."""
    return next((line.strip() for line in clean(value).splitlines() if line.strip()), "").removesuffix(":")


def shorten(text: str, width: int) -> str:
    """Return the text in at most that many characters."""
    return text if len(text) <= width else f"{text[: max(0, width - 1)].rstrip()}…"


def duration(seconds: float) -> str:
    """Return seconds as somebody would say them: `0.4 s`, `42 s`, `3 min 12 s`, `2 h 5 min`, `12 days`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 1:
        return f"{rest} s"
    hours, minutes = divmod(minutes, 60)
    if hours < 1:
        return f"{minutes} min {rest} s"
    days, hours_of_day = divmod(hours, 24)
    if days < 2:
        return f"{hours} h {minutes} min"
    return f"{days} days" if days > 9 else f"{days} days {hours_of_day} h"


def moment(at: datetime | str | None, zone: tzinfo | None = None) -> str:
    """Return a time for readers: `2027-02-03 10:15 GMT`; in the zone, by default that of this machine."""
    if at is None or at == "":
        return ""
    try:
        when = datetime.fromisoformat(at) if isinstance(at, str) else at
        return f"{when.astimezone(zone):%Y-%m-%d %H:%M %Z}" if when.tzinfo else f"{when:%Y-%m-%d %H:%M}"
    except ValueError:
        return str(at)


def day(at: datetime | str | None, zone: tzinfo | None = None) -> str:
    """Return the day that a time is on, `2027-02-03`, in the zone, by default that of this machine; a day as it is."""
    return moment(at, zone)[:10]


def zone_of(name: str | None) -> tzinfo | None:
    """Return the time zone; None, which is this machine's, where there is none of that name."""
    try:
        return ZoneInfo(name) if name else None
    except (OSError, ValueError, KeyError):  # not known on this machine (ZoneInfoNotFoundError is a KeyError)
        return None


def listed(words: list[str], most: int = 8) -> str:
    """Return `a`, `a and b`, `a, b and c`; of a long list its beginning."""
    if len(words) > most:
        return f"{', '.join(words[:most])} and {len(words) - most} more"
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
