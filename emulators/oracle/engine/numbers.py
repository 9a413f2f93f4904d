# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""NUMBER as Oracle stores it: bytes whose order is that of the numbers.

The same bytes are on the wire and in SQLite, where they compare, group and sort as numbers do, exactly: a batch of
rows or a fetch converts nothing.
"""

from __future__ import annotations

import decimal
from decimal import Decimal
from functools import lru_cache

from emulators.oracle.engine.errors import OracleError

ZERO = b"\x80"
_CONTEXT = decimal.Context(prec=40, rounding=decimal.ROUND_HALF_UP, Emin=-400, Emax=400)
_PAIRS = 20


@lru_cache(maxsize=65536)
def decode(data: bytes) -> Decimal:
    """Return the number that the bytes are."""
    if data == ZERO:
        return Decimal(0)
    first, mantissa = data[0], data[1:]
    if first & 0x80:
        exponent, pairs = first - 192, [each - 1 for each in mantissa]
    else:
        exponent, pairs = 63 - first, [101 - each for each in mantissa.removesuffix(b"\x66")]
    whole = 0
    for pair in pairs:
        whole = whole * 100 + pair
    return Decimal(whole if first & 0x80 else -whole).scaleb(2 * (exponent - len(pairs)), _CONTEXT)


@lru_cache(maxsize=65536)
def encode(number: Decimal | int) -> bytes:
    """Return the bytes of a number, rounded to what Oracle keeps.

    Raises:
        OracleError: 1426: it is too large.
    """
    value = _CONTEXT.create_decimal(number)
    if not value.is_finite():
        raise OracleError(1722)
    sign, digits, exponent = value.as_tuple()
    text = "".join(map(str, digits)).rstrip("0")
    if not text.strip("0"):
        return ZERO
    point = len(digits) + int(exponent)
    if point % 2:
        text, point = "0" + text, point + 1
    if len(text) > 2 * _PAIRS:
        return encode(value.quantize(Decimal(1).scaleb(point - 2 * _PAIRS), context=_CONTEXT))
    text += "0" * (len(text) % 2)
    power = point // 2
    if power > 63:
        raise OracleError(1426, message="numeric overflow")
    if power < -64:
        return ZERO
    pairs = [int(text[at : at + 2]) for at in range(0, len(text), 2)]
    if sign:
        return bytes([63 - power, *(101 - each for each in pairs)]) + (b"\x66" if len(pairs) < _PAIRS else b"")
    return bytes([192 + power, *(each + 1 for each in pairs)])


def rounded(number: Decimal, scale: int) -> Decimal:
    """Return a number rounded to decimals; a negative scale rounds left of the point."""
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= -scale:
        return number
    return number.quantize(Decimal(1).scaleb(-scale), rounding=decimal.ROUND_HALF_UP, context=_CONTEXT)


def text(number: Decimal) -> str:
    """Return a number as TO_CHAR without a format writes it."""
    if not number:
        return "0"
    written = f"{number.normalize(_CONTEXT):f}"
    if len(written.lstrip("-").replace(".", "")) > 40:
        written = f"{number:E}"
    return written.replace("0.", ".", 1) if written.startswith(("0.", "-0.")) else written


def parse(written: str) -> Decimal:
    """Return the number that a text is. Raises OracleError 1722."""
    try:
        number = Decimal(written.strip())
    except decimal.InvalidOperation:
        raise OracleError(1722) from None
    if not number.is_finite() or "_" in written:
        raise OracleError(1722)
    return number


def arithmetic(operator: str, left: Decimal, right: Decimal) -> Decimal:
    """Return the sum, difference, product or quotient. Raises OracleError 1476."""
    match operator:
        case "+":
            return _CONTEXT.add(left, right)
        case "-":
            return _CONTEXT.subtract(left, right)
        case "*":
            return _CONTEXT.multiply(left, right)
    if not right:
        raise OracleError(1476)
    return _CONTEXT.divide(left, right)


def fitted(data: bytes, precision: int, scale: int) -> bytes:
    """Return a number as a column NUMBER(precision, scale) keeps it. Raises OracleError 1438."""
    if data[0] & 0x80 and len(data) > 1:
        # most numbers fit, which their bytes show: how many digits before the point, and how many after it
        exponent = data[0] - 192
        whole = 2 * exponent - (data[1] < 11)
        below = 2 * (len(data) - 1 - exponent) - ((data[-1] - 1) % 10 == 0)
        if whole <= precision - scale and below <= scale:
            return data
    return _fitted(data, precision, scale)


@lru_cache(maxsize=65536)
def _fitted(data: bytes, precision: int, scale: int) -> bytes:
    number = rounded(decode(data), scale)
    if abs(number) >= Decimal(10) ** (precision - scale):
        raise OracleError(1438)
    return encode(number)
