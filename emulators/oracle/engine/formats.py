# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The format models of TO_CHAR and TO_NUMBER: what is used is there, the rest is refused."""

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
        case "MONTH":
            return _cased(MONTHS[moment.month - 1], element)
        case "MON":
            return _cased(MONTHS[moment.month - 1][:3], element)
        case "DAY":
            return _cased(DAYS[moment.weekday()], element)
        case "DY":
            return _cased(DAYS[moment.weekday()][:3], element)
        case "D":
            return str(moment.isoweekday() % 7 + 1)  # as in America, from Sunday on
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
        "YYYY": f"{moment.year:04}",
        "RRRR": f"{moment.year:04}", "YY": f"{moment.year % 100:02}",
        "RR": f"{moment.year % 100:02}", "MM": f"{moment.month:02}",
        "DD": f"{moment.day:02}", "DDD": f"{moment.timetuple().tm_yday:03}",
        "HH24": f"{moment.hour:02}", "MI": f"{moment.minute:02}", "SS": f"{moment.second:02}",
        "SSSSS": f"{moment.hour * 3600 + moment.minute * 60 + moment.second:05}",
        "Q": str((moment.month + 2) // 3), "TZM": f"{abs(ahead) % 60:02}",
    }  # fmt: skip
    return numbers.get(key, element)


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
