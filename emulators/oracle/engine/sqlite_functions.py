# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The functions that SQLite calls: everything in Oracle's SQL that is not SQLite's own, on stored values."""

from __future__ import annotations

import datetime as dt
import decimal
import functools
import hashlib
import re
import sqlite3
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from emulators.oracle.engine import formats, moments, numbers
from emulators.oracle.engine.date_reading import read
from emulators.oracle.engine.errors import OracleError, refused
from emulators.oracle.engine.numbers import decode, encode
from emulators.oracle.engine.types import LONGEST_VARCHAR2, OracleType
from emulators.oracle.engine.values import fitted

_DAY = Decimal(86400)


def _letters(change: Callable[[str], str]) -> Callable[[str], str]:
    """Return UPPER or LOWER: a letter that would become two stays, as in Oracle."""

    def convert(text: str) -> str:
        changed = change(text)
        if len(changed) == len(text):
            return changed
        return "".join(new if len(new := change(each)) == 1 else each for each in text)

    return convert


def _short(text: str) -> str:
    if len(text.encode()) > LONGEST_VARCHAR2:
        raise OracleError(1489, message="result of string concatenation is too long")
    return text


def _no_moment(_text: str, name: str) -> bytes:
    raise refused(f"implicit conversions of text to {name}: write TO_DATE or TO_TIMESTAMP with a format")


def _binary(operator: str) -> Callable[[bytes, bytes], bytes]:
    @functools.lru_cache(maxsize=16384)
    def compute(left: bytes, right: bytes) -> bytes:
        return encode(numbers.arithmetic(operator, decode(left), decode(right)))

    return compute


def _trim(text: str, what: str = " ", *, left: bool, right: bool) -> str:
    if left:
        text = text.lstrip(what)
    return text.rstrip(what) if right else text


def _substr(text: str, start: bytes, count: bytes | None = None) -> str:
    at = int(decode(start))
    begin = at - 1 if at > 0 else (0 if at == 0 else len(text) + at)
    if begin < 0 or (count is not None and int(decode(count)) < 1):
        return ""
    return text[begin:] if count is None else text[begin : begin + int(decode(count))]


def _lob_substr(text: str, count: bytes | None = None, start: bytes | None = None) -> str:
    begin = int(decode(start)) - 1 if start is not None else 0
    return text[begin : begin + (int(decode(count)) if count is not None else 32767)][:4000]


def _pad(text: str, size: bytes, what: str = " ", *, left: bool) -> str:
    length = int(decode(size))
    if length <= len(text):
        return text[: max(length, 0)]
    filling = (what * length)[: length - len(text)]
    return filling + text if left else text + filling


def _translate(text: str, old: str, new: str) -> str:
    table = {ord(each): (new[at] if at < len(new) else None) for at, each in reversed(list(enumerate(old)))}
    return text.translate(table)


def _instr(text: str, what: str, start: bytes | None = None, occurrence: bytes | None = None) -> bytes:
    at = int(decode(start)) if start is not None else 1
    count = int(decode(occurrence)) if occurrence is not None else 1
    if at == 0:
        return numbers.ZERO
    position = at - 2 if at > 0 else len(text) + at + 1
    for _each in range(count):
        position = text.find(what, position + 1) if at > 0 else text.rfind(what, 0, position - 1 + len(what))
        if position < 0:
            return numbers.ZERO
    return encode(position + 1)


@functools.lru_cache(maxsize=1024)
def _pattern(pattern: str, escape: str | None) -> re.Pattern[str]:
    parts = []
    at = 0
    while at < len(pattern):
        each = pattern[at]
        if escape is not None and each == escape:
            at += 1
            if at >= len(pattern) or pattern[at] not in ("%", "_", escape):
                raise OracleError(1424, message="missing or illegal character following the escape character")
            parts.append(re.escape(pattern[at]))
        else:
            parts.append({"%": ".*", "_": "."}.get(each, re.escape(each)))
        at += 1
    return re.compile("".join(parts), re.DOTALL)


def _like(text: str, pattern: str, escape: str | None = None) -> int:
    return int(_pattern(pattern, escape).fullmatch(text) is not None)


def _later(moment: bytes, days: bytes, sign: str) -> bytes:
    seconds = int((decode(days) * _DAY).to_integral_value(decimal.ROUND_HALF_UP))
    try:
        return moments.encode(moments.decode(moment) + dt.timedelta(seconds=-seconds if sign else seconds))
    except OverflowError:
        raise OracleError(1841) from None


def _days(left: bytes, right: bytes) -> bytes:
    span = moments.decode(left) - moments.decode(right)
    return encode(numbers.arithmetic("/", Decimal(span.days * 86400 + span.seconds), _DAY))


def _round(value: bytes, scale: bytes | None = None) -> bytes:
    return encode(numbers.rounded(decode(value), int(decode(scale)) if scale is not None else 0))


def _trunc(value: bytes, scale: bytes | None = None) -> bytes:
    places = int(decode(scale)) if scale is not None else 0
    number = decode(value)
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= -places:
        return value
    return encode(number.quantize(Decimal(1).scaleb(-places), rounding=decimal.ROUND_DOWN))


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


def _now(kind: str, ahead: int) -> bytes:
    """Return the present moment: DATE or TIMESTAMP as clocks so many minutes ahead of UTC show it, or ZONED."""
    present = moments.zoned_now()
    below = moments.nanoseconds(present)
    if kind == "ZONED":
        return moments.encode_zoned(moments.decode(present), below, ahead)
    shown = moments.decode(present) + dt.timedelta(minutes=ahead)
    return moments.encode(shown, 0 if kind == "DATE" else below)


def _to_zoned(value: bytes, ahead: int) -> bytes:
    return moments.encode_zoned(moments.decode(value) - dt.timedelta(minutes=ahead), moments.nanoseconds(value), ahead)


def _to_timestamp(value: bytes) -> bytes:
    return moments.encode(moments.local(value), moments.nanoseconds(value))


def _read_moment(text: str, model: str, kind: str) -> bytes:
    found = read(text, model, zoned=kind.endswith("ZONE"))
    return found[:7] if kind == "DATE" else found


def _cast(value: Any, spelt: str, how: str = "cut") -> Any:
    """Return CAST; a text is cut to its length, but what was no text must fit whole."""
    name, length, chars, precision, scale = spelt.split("|")
    kind = OracleType(name, int(length), bool(int(chars)), int(precision), int(scale))
    if kind.name in ("VARCHAR2", "CHAR"):
        if how == "whole" and len(value) > kind.length:
            raise OracleError(25137, message="Data value out of range")
        text = value if kind.chars else value.encode()[: kind.length].decode("utf-8", "ignore")
        return text[: kind.length].ljust(kind.length if kind.name == "CHAR" else 0)
    return fitted(kind, "")(value)


def _hash(value: str | bytes, method: str) -> bytes:
    names = {"SHA1": "sha1", "SHA256": "sha256", "SHA384": "sha384", "SHA512": "sha512", "MD5": "md5"}
    if method.upper() not in names:
        raise OracleError(902)
    return hashlib.new(names[method.upper()], value if isinstance(value, bytes) else value.encode()).digest()


def _mod(left: bytes, right: bytes) -> bytes:
    divisor = decode(right)
    return left if not divisor else encode(decode(left) % divisor)


STRICT: dict[str, Callable[..., Any]] = {
    "o_add": _binary("+"), "o_subtract": _binary("-"), "o_multiply": _binary("*"), "o_divide": _binary("/"),
    "o_negative": lambda value: encode(-decode(value)),
    "o_number": lambda text: encode(numbers.parse(text)),
    "o_text": lambda value: numbers.text(decode(value)),
    "o_count": encode,
    "o_date_text": formats.write, "o_number_text": lambda value, model: formats.write_number(decode(value), model),
    "o_read_moment": _read_moment, "o_read_number": lambda text, model: encode(formats.read_number(text, model)),
    "o_to_date": lambda value: moments.encode(moments.local(value)), "o_to_timestamp": _to_timestamp,
    "o_cast": _cast,
    "o_upper": _letters(str.upper), "o_lower": _letters(str.lower),
    "o_short": _short,
    "o_no_moment": _no_moment, "o_initcap": lambda text: re.sub(
        r"[^\W_]+", lambda match: match[0][0].upper() + match[0][1:].lower(), text),
    "o_trim": functools.partial(_trim, left=True, right=True),
    "o_ltrim": functools.partial(_trim, left=True, right=False),
    "o_rtrim": functools.partial(_trim, left=False, right=True),
    "o_substr": _substr, "o_lob_substr": _lob_substr, "o_lpad": functools.partial(_pad, left=True),
    "o_rpad": functools.partial(_pad, left=False), "o_translate": _translate,
    "o_chr": lambda value: chr(int(decode(value))), "o_instr": _instr,
    "o_length": lambda text: encode(len(text)), "o_lengthb": lambda text: encode(len(text.encode())),
    "o_ascii": lambda text: encode(ord(text[0])), "o_like": _like,
    "o_later": _later, "o_days": _days,
    "o_abs": lambda value: encode(abs(decode(value))),
    "o_sign": lambda value: encode((decode(value) > 0) - (decode(value) < 0)),
    "o_ceil": lambda value: encode(decode(value).to_integral_value(decimal.ROUND_CEILING)),
    "o_floor": lambda value: encode(decode(value).to_integral_value(decimal.ROUND_FLOOR)), "o_mod": _mod,
    "o_round": _round, "o_trunc": _trunc, "o_trunc_date": _trunc_date, "o_round_date": _round_date,
    "o_add_months": lambda value, months: moments.encode(
        moments.add_months(moments.decode(value), int(decode(months)))),
    "o_months_between": _months_between,
    "o_last_day": lambda value: moments.encode(moments.last_day(moments.decode(value))),
    "o_extract": _extract, "o_hash": _hash, "o_int": lambda value: int(decode(value)),
}  # fmt: skip
"""Those that give NULL as soon as an argument is NULL."""


def _replace(text: str | None, old: str | None, new: str | None = None) -> str | None:
    return text if text is None or not old else text.replace(old, new or "")


class _One:
    """A query as a value: two rows are an error."""

    def __init__(self) -> None:
        self._rows = 0
        self._value: Any = None

    def step(self, value: Any) -> None:
        self._rows += 1
        self._value = value

    def finalize(self) -> Any:
        if self._rows > 1:
            raise OracleError(1427)
        return self._value


class _Sum:
    def __init__(self) -> None:
        self.total, self.count = Decimal(0), 0

    def step(self, value: bytes | None) -> None:
        if value is not None:
            self.total, self.count = numbers.arithmetic("+", self.total, decode(value)), self.count + 1

    def finalize(self) -> bytes | None:
        return encode(self.total) if self.count else None


class _Average(_Sum):
    def finalize(self) -> bytes | None:
        return encode(numbers.arithmetic("/", self.total, Decimal(self.count))) if self.count else None


class _Listagg:
    def __init__(self) -> None:
        self._items: list[tuple[str, tuple[Any, ...]]] = []
        self._separator, self._directions = "", ""

    def step(self, value: str | None, separator: str | None, directions: str, *keys: Any) -> None:
        self._separator, self._directions = separator or "", directions
        if value is not None:
            self._items.append((value, keys))

    def finalize(self) -> str | None:
        for at in reversed(range(len(self._directions) // 2)):
            descending, first = self._directions[2 * at] == "d", self._directions[2 * at + 1] == "f"
            present = [each for each in self._items if each[1][at] is not None]
            absent = [each for each in self._items if each[1][at] is None]
            present.sort(key=lambda item, at=at: item[1][at], reverse=descending)  # type: ignore[misc]
            self._items = absent + present if first else present + absent
        text = self._separator.join(value for value, _keys in self._items)
        if len(text.encode()) > 4000:
            raise OracleError(1489, message="result of string concatenation is too long")
        return text or None


def register(
    connection: sqlite3.Connection,
    caught: list[OracleError],
    context: Callable[[str, str], str | None],
    zone: Callable[[], int],
) -> None:
    """Give a connection the functions.

    Args:
        connection: to SQLite.
        caught: where an error goes that a function raises: SQLite says only that there was one.
        context: SYS_CONTEXT.
        zone: the minutes by which the session's time zone is ahead of UTC.
    """

    def strict(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            if None in arguments:
                return None
            try:
                value = function(*arguments)
            except OracleError as error:
                caught.append(error)
                raise
            return None if value == "" else value

        return call

    def aggregate(kind: type[Any]) -> type[Any]:
        class Caught(kind):  # type: ignore[misc]
            def finalize(self) -> Any:
                try:
                    return super().finalize()
                except OracleError as error:
                    caught.append(error)
                    raise

        return Caught

    for name, function in STRICT.items():
        connection.create_function(name, -1, strict(function), deterministic=True)
    connection.create_function("o_now", 1, lambda kind: _now(kind, 0))
    connection.create_function("o_here", 1, lambda kind: _now(kind, zone()))
    connection.create_function("o_to_zoned", 1, lambda value: None if value is None else _to_zoned(value, zone()))
    connection.create_function("o_replace", -1, lambda *given: _replace(*given) or None, deterministic=True)
    connection.create_function("o_context", 2, context)
    for name, kind in (("o_one", _One), ("o_sum", _Sum), ("o_avg", _Average), ("o_listagg", _Listagg)):
        connection.create_aggregate(name, -1, aggregate(kind))
