# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The functions that SQLite calls: everything in Oracle's SQL that is not SQLite's own, on stored values."""

from __future__ import annotations

import decimal
import functools
import hashlib
import sqlite3
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from emulators.oracle.engine import formats, numbers
from emulators.oracle.engine.aggregates import AGGREGATES
from emulators.oracle.engine.date_functions import MOMENTS, now, to_zoned
from emulators.oracle.engine.errors import OracleError
from emulators.oracle.engine.numbers import decode, encode
from emulators.oracle.engine.text_functions import TEXTS, replaced
from emulators.oracle.engine.types import OracleType
from emulators.oracle.engine.values import fitted


def _binary(operator: str) -> Callable[[bytes, bytes], bytes]:
    @functools.lru_cache(maxsize=16384)
    def compute(left: bytes, right: bytes) -> bytes:
        return encode(numbers.arithmetic(operator, decode(left), decode(right)))

    return compute


def _round(value: bytes, scale: bytes | None = None) -> bytes:
    return encode(numbers.rounded(decode(value), int(decode(scale)) if scale is not None else 0))


def _trunc(value: bytes, scale: bytes | None = None) -> bytes:
    places = int(decode(scale)) if scale is not None else 0
    number = decode(value)
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= -places:
        return value
    return encode(number.quantize(Decimal(1).scaleb(-places), rounding=decimal.ROUND_DOWN))


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
    **TEXTS,
    **MOMENTS,
    "o_add": _binary("+"), "o_subtract": _binary("-"), "o_multiply": _binary("*"), "o_divide": _binary("/"),
    "o_negative": lambda value: encode(-decode(value)),
    "o_number": lambda text: encode(numbers.parse(text)),
    "o_text": lambda value: numbers.text(decode(value)),
    "o_count": encode, "o_int": lambda value: int(decode(value)),
    "o_number_text": lambda value, model: formats.write_number(decode(value), model),
    "o_read_number": lambda text, model: encode(formats.read_number(text, model)),
    "o_abs": lambda value: encode(abs(decode(value))),
    "o_sign": lambda value: encode((decode(value) > 0) - (decode(value) < 0)),
    "o_ceil": lambda value: encode(decode(value).to_integral_value(decimal.ROUND_CEILING)),
    "o_floor": lambda value: encode(decode(value).to_integral_value(decimal.ROUND_FLOOR)), "o_mod": _mod,
    "o_round": _round, "o_trunc": _trunc, "o_cast": _cast, "o_hash": _hash,
}  # fmt: skip
"""Those that give NULL as soon as an argument is NULL."""


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
    connection.create_function("o_now", 1, lambda kind: now(kind, 0))
    connection.create_function("o_here", 1, lambda kind: now(kind, zone()))
    connection.create_function("o_to_zoned", 1, lambda value: None if value is None else to_zoned(value, zone()))
    connection.create_function("o_replace", -1, lambda *given: replaced(*given) or None, deterministic=True)
    connection.create_function("o_context", 2, context)
    for name, kind in AGGREGATES.items():
        connection.create_aggregate(name, -1, aggregate(kind))
