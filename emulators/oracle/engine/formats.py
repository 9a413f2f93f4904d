# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The format models of TO_CHAR, TO_DATE, TO_TIMESTAMP and TO_NUMBER: what is used is there, the rest is refused."""

from __future__ import annotations

import datetime as dt
import decimal
import re
from decimal import Decimal
from functools import lru_cache

from emulators.oracle.engine import moments
from emulators.oracle.engine.errors import OracleError, refused

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ELEMENT = re.compile(
    r"FM|FX|SYYYY|YYYY|RRRR|YYY|YY|RR|Y|MONTH|MON|MM|DDD|DD|DAY|DY|D|HH24|HH12|HH|MI|SSSSS|SS|FF[1-9]?|A\.M\.|P\.M\.|AM|PM"
    r'|TZH|TZM|Q|IW|WW|"[^"]*"|[-/,.;: ]',
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(FM)?(S|\$)?([09,G]+)(?:([.D])([09]*))?(MI)?", re.IGNORECASE)


@lru_cache(maxsize=512)
def elements(model: str) -> tuple[str, ...]:
    """Return the elements of a date's format. Raises OracleError 1821."""
    found = []
    position = 0
    while position < len(model):
        match = _ELEMENT.match(model, position)
        if match is None:
            raise OracleError(1821)
        if match.group().upper() in ("FX", "SYYYY", "YYY", "Y", "IW", "WW"):
            raise refused(f"the element {match.group()} of a date's format")
        found.append(match.group())
        position = match.end()
    return tuple(found)


def _cased(text: str, element: str) -> str:
    if element.isupper():
        return text.upper()
    return text if element[0].isupper() else text.lower()


def write(data: bytes, model: str) -> str:
    """Return a moment as TO_CHAR writes it. Raises OracleError 1821."""
    moment, below = moments.local(data), moments.nanoseconds(data)
    filled = True
    parts = []
    for element in elements(model):
        key = element.upper()
        if key == "FM":
            filled = not filled
            continue
        text = _written(key, element, moment, below, moments.offset(data))
        if not filled:
            text = (text.lstrip("0") or "0") if text.isdigit() and not key.startswith("FF") else text
        elif key in ("MONTH", "DAY"):
            text = text.ljust(9)
        parts.append(text)
    return "".join(parts)


def _written(key: str, element: str, moment: dt.datetime, below: int, ahead: int) -> str:
    match key:
        case "YYYY" | "RRRR":
            return f"{moment.year:04}"
        case "YY" | "RR":
            return f"{moment.year % 100:02}"
        case "MONTH":
            return _cased(MONTHS[moment.month - 1], element)
        case "MON":
            return _cased(MONTHS[moment.month - 1][:3], element)
        case "DAY":
            return _cased(DAYS[moment.weekday()], element)
        case "DY":
            return _cased(DAYS[moment.weekday()][:3], element)
        case "D":
            return str(moment.isoweekday())
        case "HH" | "HH12":
            return f"{(moment.hour + 11) % 12 + 1:02}"
        case "AM" | "PM":
            return _cased("Am" if moment.hour < 12 else "Pm", element)
        case "A.M." | "P.M.":
            return "A.M." if moment.hour < 12 else "P.M."
        case "TZH":
            return f"{'-' if ahead < 0 else '+'}{abs(ahead) // 60:02}"
    if key.startswith("FF"):
        return f"{below:09}"[: int(key[2:] or 6)]
    if element.startswith('"'):
        return element[1:-1]
    numbers = {
        "MM": f"{moment.month:02}", "DD": f"{moment.day:02}", "DDD": f"{moment.timetuple().tm_yday:03}",
        "HH24": f"{moment.hour:02}", "MI": f"{moment.minute:02}", "SS": f"{moment.second:02}",
        "SSSSS": f"{moment.hour * 3600 + moment.minute * 60 + moment.second:05}",
        "Q": str((moment.month + 2) // 3), "TZM": f"{abs(ahead) % 60:02}",
    }  # fmt: skip
    return numbers.get(key, element)


_WIDTHS = {
    "YYYY": 4, "RRRR": 4, "YY": 2, "RR": 2, "MM": 2, "DD": 2, "DDD": 3, "HH24": 2, "HH12": 2, "HH": 2, "MI": 2, "SS": 2,
    "SSSSS": 5, "TZH": 2, "TZM": 2,
}  # fmt: skip


def read(text: str, model: str, *, zoned: bool = False) -> bytes:
    """Return the moment that a text is in a format.

    Raises:
        OracleError: 1821 or what is wrong: 1830, 1839, 1840, 1843, 1847, 1858, 1861 …
    """
    present = moments.now()
    parts = {"year": present.year, "month": present.month, "day": 1, "hour": 0, "minute": 0, "second": 0, "below": 0}
    afternoon: bool | None = None
    sign, position = 1, 0
    zone = 0
    for element in elements(model):
        key = element.upper()
        if key == "FM":
            continue
        rest = text[position:]
        if key in ("MON", "MONTH"):
            number, size = _month(rest)
            parts["month"] = number
            position += size
        elif key in ("AM", "PM", "A.M.", "P.M."):
            match = re.match(r"([AP])\.?M\.?", rest, re.IGNORECASE)
            if match is None:
                raise OracleError(1855, message="AM/A.M. or PM/P.M. required")
            afternoon = match[1].upper() == "P"
            position += match.end()
        elif key in _WIDTHS or key.startswith("FF"):
            if key == "TZH":
                sign = -1 if rest.startswith("-") else 1
                position += rest[:1] in ("+", "-")
                rest = text[position:]
            width = _WIDTHS.get(key, 9)
            match = re.match(rf"\d{{1,{width}}}", rest)
            if match is None:
                raise OracleError(1840 if not rest.strip() else 1858)
            position += match.end()
            if key in ("TZH", "TZM"):
                zone += int(match[0]) * (60 if key == "TZH" else 1)
            else:
                _assign(parts, key, match[0], present)
        elif key in ("DAY", "DY", "D", "Q"):
            raise refused(f"the element {element} in the format of TO_DATE")
        else:
            wanted = element[1:-1] if element.startswith('"') else element
            if rest.startswith(wanted):
                position += len(wanted)
            elif rest[:1] and not rest[0].isalnum() and not element.startswith('"'):
                position += 1  # any other punctuation does, as in Oracle
            elif not rest:
                raise OracleError(1840)
            else:
                raise OracleError(1861)
    if text[position:].strip():
        raise OracleError(1830)
    if afternoon is not None:
        parts["hour"] = parts["hour"] % 12 + 12 * afternoon
    below = parts.pop("below")
    moment = moments.checked(**parts)
    if zoned:
        return moments.encode_zoned(moment - dt.timedelta(minutes=sign * zone), below, sign * zone)
    return moments.encode(moment, below)


def _month(text: str) -> tuple[int, int]:
    for number, name in enumerate(MONTHS, start=1):
        if text.upper().startswith(name.upper()):
            return number, len(name)
    for number, name in enumerate(MONTHS, start=1):
        if text.upper().startswith(name[:3].upper()):
            return number, 3
    raise OracleError(1843)


def _assign(parts: dict[str, int], key: str, digits: str, present: dt.datetime) -> None:
    number = int(digits)
    match key:
        case "YYYY":
            parts["year"] = number
        case "RRRR" | "RR" if len(digits) <= 2:
            parts["year"] = number + (2000 if number < 50 else 1900)
        case "RRRR" | "RR":
            parts["year"] = number
        case "YY":
            parts["year"] = present.year // 100 * 100 + number
        case "MM":
            parts["month"] = number
        case "DD":
            parts["day"] = number
        case "DDD":
            day = dt.datetime(parts["year"], 1, 1) + dt.timedelta(days=number - 1)
            parts["month"], parts["day"] = day.month, day.day
        case "HH24" | "HH" | "HH12":
            parts["hour"] = number
        case "MI":
            parts["minute"] = number
        case "SS":
            parts["second"] = number
        case "SSSSS":
            parts["hour"], parts["minute"], parts["second"] = number // 3600, number // 60 % 60, number % 60
        case _:
            parts["below"] = int(digits.ljust(9, "0")[:9])


def write_number(number: Decimal, model: str) -> str:
    """Return a number as TO_CHAR writes it in a format. Raises OracleError 1481."""
    match = _NUMBER.fullmatch(model)
    if match is None:
        raise refused(f"the number format {model!r}")
    filled, sign, whole, point, fraction, trailing = (
        match[1] is None, (match[2] or "").upper(), match[3], match[4], match[5] or "", match[6],
    )  # fmt: skip
    if sign == "$" or trailing:
        raise refused(f"the number format {model!r}")
    digits = [each for each in whole if each in "09"]
    shown = number.quantize(Decimal(1).scaleb(-len(fraction)), rounding=decimal.ROUND_HALF_UP)
    left, _unused, right = f"{abs(shown):f}".partition(".")
    width = len(whole) + (1 + len(fraction) if point else 0) + 1
    if len(left.lstrip("0")) > len(digits):
        return "#" * width
    zeros = len(digits) - next((at for at, each in enumerate(digits) if each == "0"), len(digits))
    left = left.lstrip("0").rjust(max(zeros, 0), "0")
    if not left and not point:
        left = "0"
    padded = left.rjust(len(digits))
    grouped = ""
    at = 0
    for each in whole:
        if each in "09":
            grouped += padded[at]
            at += 1
        else:
            grouped += "," if grouped.strip() else " "
    text = grouped.lstrip() if not filled else grouped
    if point:
        if not filled:
            # FM drops the zeros at the end that the format does not ask for
            least = len(fraction.rstrip("9")) if "0" in fraction else 0
            right = right[:least] + right[least:].rstrip("0")
        text += "." + right
    negative = shown < 0
    mark = ("-" if negative else "+") if sign == "S" else ("-" if negative else " ")
    if not filled:
        return (mark if mark != " " else "") + text.strip()
    bare = text.lstrip()
    return (mark + bare).rjust(len(text) + 1)


def read_number(text: str, model: str) -> Decimal:
    """Return the number that a text is in a format. Raises OracleError 1722, 1481."""
    if _NUMBER.fullmatch(model) is None:
        raise refused(f"the number format {model!r}")
    cleaned = text.strip().replace(",", "")
    try:
        return Decimal(cleaned)
    except decimal.InvalidOperation:
        raise OracleError(1722) from None
