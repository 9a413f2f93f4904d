# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""TO_DATE and TO_TIMESTAMP: reading a text by a format model."""

from __future__ import annotations

import datetime as dt
import re

from emulators.oracle.engine import moments
from emulators.oracle.engine.errors import OracleError, refused
from emulators.oracle.engine.formats import MONTHS, elements

_WIDTHS = {
    "YYYY": 4, "RRRR": 4, "YY": 2, "RR": 2, "MM": 2, "DD": 2, "DDD": 3, "HH24": 2, "HH12": 2, "HH": 2, "MI": 2, "SS": 2,
    "SSSSS": 5, "TZH": 2, "TZM": 2,
}  # fmt: skip
_HALVES = frozenset({"AM", "PM", "A.M.", "P.M."})
_HALF = re.compile(r"([AP])\.?M\.?", re.IGNORECASE)


def read(text: str, model: str, *, zoned: bool = False) -> bytes:
    """Return the moment that a text is in a format.

    Raises:
        OracleError: 1821 or what is wrong: 1830, 1839, 1840, 1843, 1847, 1858, 1861 …
    """
    reading = _Reading(text)
    for element in elements(model):
        reading.take(element)
    return reading.result(zoned=zoned)


class _Reading:
    """A text on its way to a moment."""

    def __init__(self, text: str) -> None:
        self._rest = text
        self._present = moments.now()
        # what the format leaves out is the present month's first day
        self._parts = {"year": self._present.year, "month": self._present.month, "day": 1}
        self._parts |= dict.fromkeys(("hour", "minute", "second", "below"), 0)
        self._afternoon: bool | None = None
        self._zone, self._sign = 0, 1

    def take(self, element: str) -> None:
        """Read one element of the format."""
        key = element.upper()
        if key == "FM":
            return
        if key in ("MON", "MONTH"):
            self._parts["month"], size = _month(self._rest)
            self._rest = self._rest[size:]
        elif key in _HALVES:
            match = _HALF.match(self._rest)
            if match is None:
                raise OracleError(1855, message="AM/A.M. or PM/P.M. required")
            self._afternoon = match[1].upper() == "P"
            self._rest = self._rest[match.end() :]
        elif key in _WIDTHS or key.startswith("FF"):
            self._number(key)
        elif key in ("DAY", "DY", "D", "Q"):
            raise refused(f"the element {element} in the format of TO_DATE")
        else:
            self._mark(element)

    def _number(self, key: str) -> None:
        if key == "TZH" and self._rest[:1] in ("+", "-"):
            self._sign = -1 if self._rest[0] == "-" else 1
            self._rest = self._rest[1:]
        match = re.match(rf"\d{{1,{_WIDTHS.get(key, 9)}}}", self._rest)
        if match is None:
            raise OracleError(1858 if self._rest.strip() else 1840)
        self._rest = self._rest[match.end() :]
        if key in ("TZH", "TZM"):
            self._zone += int(match[0]) * (60 if key == "TZH" else 1)
        else:
            self._assign(key, match[0])

    def _mark(self, element: str) -> None:
        literal = element.startswith('"')
        wanted = element[1:-1] if literal else element
        if self._rest.startswith(wanted):
            self._rest = self._rest[len(wanted) :]
        elif self._rest[:1] and not self._rest[0].isalnum() and not literal:
            self._rest = self._rest[1:]  # any other punctuation does, as in Oracle
        else:
            raise OracleError(1861 if self._rest else 1840)

    def _assign(self, key: str, digits: str) -> None:
        number, parts = int(digits), self._parts
        simple = {"MM": "month", "DD": "day", "HH24": "hour", "HH": "hour", "HH12": "hour", "MI": "minute"}
        simple |= {"SS": "second", "YYYY": "year"}
        if key in simple:
            parts[simple[key]] = number
            return
        match key:
            case "RRRR" | "RR":
                century = (2000 if number < 50 else 1900) if len(digits) <= 2 else 0
                parts["year"] = century + number
            case "YY":
                parts["year"] = self._present.year // 100 * 100 + number
            case "DDD":
                day = dt.datetime(parts["year"], 1, 1) + dt.timedelta(days=number - 1)
                parts["month"], parts["day"] = day.month, day.day
            case "SSSSS":
                parts["hour"], parts["minute"], parts["second"] = number // 3600, number // 60 % 60, number % 60
            case _:
                parts["below"] = int(digits.ljust(9, "0")[:9])

    def result(self, *, zoned: bool) -> bytes:
        """Return the moment. Raises OracleError."""
        if self._rest.strip():
            raise OracleError(1830)
        if self._afternoon is not None:
            self._parts["hour"] = self._parts["hour"] % 12 + 12 * self._afternoon
        below = self._parts.pop("below")
        moment = moments.checked(**self._parts)
        if zoned:
            ahead = self._sign * self._zone
            return moments.encode_zoned(moment - dt.timedelta(minutes=ahead), below, ahead)
        return moments.encode(moment, below)


def _month(text: str) -> tuple[int, int]:
    for size in (None, 3):
        for number, name in enumerate(MONTHS, start=1):
            if text.upper().startswith(name[:size].upper()):
                return number, len(name[:size])
    raise OracleError(1843)
