# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What functions and operators of Transact-SQL do with values; `builtins` says what they take and return."""

from __future__ import annotations

import functools
import hashlib
import math
import re
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import cast

from emulators.sql.engine import numbers, text_forms
from emulators.sql.engine.collations import code_page, sort_key
from emulators.sql.engine.errors import SqlError, refused
from emulators.sql.engine.functions import Function, factory, unspell
from emulators.sql.engine.types import DEFAULT_COLLATION, INTEGERS, UNICODE, Value


def _strict(function: Callable[..., Value]) -> Function:
    """Return a function that is NULL where an argument is."""

    @functools.wraps(function)
    def run(*arguments: Value) -> Value:
        return None if None in arguments else function(*arguments)

    return run


def _utf16(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _zero() -> SqlError:
    return SqlError(8134, "Divide by zero error encountered.")


@factory
def integer_operation(operator: str, kind: str) -> Function:
    """Make an operation on whole numbers."""
    low, high = INTEGERS[kind]

    def run(a: int, b: int) -> Value:
        if operator in "/%" and b == 0:
            raise _zero()
        match operator:
            case "+":
                result = a + b
            case "-":
                result = a - b
            case "*":
                result = a * b
            case "/":
                result = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
            case _:
                result = int(math.copysign(1, a)) * (abs(a) % abs(b))
        if not low <= result <= high:
            raise numbers.overflow("expression", kind)
        return result

    return _strict(run)


@factory
def float_operation(operator: str) -> Function:
    """Make an operation on floats."""

    def run(a: float, b: float) -> Value:
        if operator in "/%" and b == 0:
            raise _zero()
        operations = {
            "+": float.__add__,
            "-": float.__sub__,
            "*": float.__mul__,
            "/": float.__truediv__,
            "%": math.fmod,
        }
        return operations[operator](float(a), float(b))

    return _strict(run)


@factory
def exact_operation(operator: str, kind: str) -> Function:
    """Make an operation on exact numbers."""
    result = unspell(kind)
    return _strict(lambda a, b: numbers.calculate(operator, cast(str, a), cast(str, b), result))


@factory
def one_row() -> Function:
    """Make what a query used as a value passes through: its number of rows and its value."""

    def run(rows: Value, value: Value) -> Value:
        if cast(int, rows) > 1:
            message = (
                "Subquery returned more than 1 value. This is not permitted when the subquery follows =, "
                "!=, <, <= , >, >= or when the subquery is used as an expression."
            )
            raise SqlError(512, message)
        return value

    return run


@functools.lru_cache(maxsize=1024)
def _pattern(pattern: str, escape: str, order: str) -> re.Pattern[str]:
    """Return LIKE's pattern as a regular expression."""
    parts, position = [], 0
    while position < len(pattern):
        each = pattern[position]
        if escape and each == escape and position + 1 < len(pattern):
            position += 1
            parts.append(re.escape(pattern[position]))
        elif each in "%_":
            parts.append(".*" if each == "%" else ".")
        elif each == "[" and (end := pattern.find("]", position + 2)) > 0:
            inner = pattern[position + 1 : end]
            negated = inner.startswith("^")
            listed = re.sub(r"([\\\]\[&~|])", r"\\\1", inner.removeprefix("^"))
            parts.append(f"[{'^' if negated else ''}{listed}]")
            position = end
        else:
            parts.append(re.escape(each))
        position += 1
    return re.compile("".join(parts), re.DOTALL | (re.IGNORECASE if order.startswith("CI") else 0))


@factory
def like(order: str) -> Function:
    """Make LIKE. Trailing spaces of the value may be left over, those of the pattern count."""

    def run(text: str, pattern: str, escape: str = "") -> Value:
        compiled = _pattern(pattern, escape, order)
        return int(bool(compiled.fullmatch(text) or compiled.fullmatch(text.rstrip(" "))))

    return _strict(run)


@factory
def text(operation: str, order: str = "CI_AS") -> Function:
    """Make a function on character strings."""
    fold = sort_key(order)

    def substring(value: str, start: int, length: int) -> str:
        if length < 0:
            raise SqlError(537, "Invalid length parameter passed to the LEFT or SUBSTRING function.")
        end = start - 1 + length
        return value[max(start - 1, 0) : max(end, 0)]

    def charindex(wanted: str, value: str, start: int = 1) -> int:
        key = (lambda each: each) if order == "BIN" else str.casefold if order.startswith("CI") else (lambda each: each)
        return key(value).find(key(wanted), max(start - 1, 0)) + 1 if wanted else 0

    def replaced(value: str, wanted: str, by: str) -> str:
        flags = re.IGNORECASE if order.startswith("CI") else 0
        return re.sub(re.escape(wanted), by.replace("\\", "\\\\"), value, flags=flags) if wanted else value

    def stuff(value: str, start: int, length: int, by: str) -> str | None:
        if start < 1 or start > len(value) or length < 0:
            return None
        return value[: start - 1] + by + value[start - 1 + length :]

    def quotename(value: str, quote: str = "[") -> str:
        pair = {"[": "[]", "]": "[]", "'": "''", '"': '""'}[quote]
        opening, closing = pair[0], pair[1]
        return f"{opening}{value.replace(closing, closing * 2)}{closing}"

    operations: dict[str, Callable[..., Value]] = {
        "LEN": lambda value: _utf16(value.rstrip(" ")),
        "UPPER": str.upper,
        "LOWER": str.lower,
        "LTRIM": lambda value: value.lstrip(" "),
        "RTRIM": lambda value: value.rstrip(" "),
        "TRIM": lambda value: value.strip(" "),
        "REVERSE": lambda value: value[::-1],
        "LEFT": lambda value, n: substring(value, 1, n),
        "RIGHT": lambda value, n: value[max(len(value) - n, 0) :] if n else "",
        "SUBSTRING": substring,
        "CHARINDEX": charindex,
        "REPLACE": replaced,
        "REPLICATE": lambda value, n: value * n if n >= 0 else None,
        "SPACE": lambda n: " " * n if n >= 0 else None,
        "STUFF": stuff,
        "QUOTENAME": quotename,
        "CHAR": lambda n: bytes((n,)).decode("cp1252", "replace") if 0 <= n <= 255 else None,
        "NCHAR": lambda n: chr(n) if 0 <= n <= 65535 else None,
        "ASCII": lambda value: value.encode("cp1252", "replace")[0] if value else None,
        "UNICODE": lambda value: ord(value[0]) if value else None,
        "FOLD": fold,
    }
    return _strict(operations[operation])


@factory
def concat(separated: str = "") -> Function:
    """Make CONCAT and CONCAT_WS: NULL is nothing."""

    def run(*arguments: Value) -> Value:
        if not separated:
            return "".join(cast(str, each) for each in arguments if each is not None)
        return cast(str, arguments[0] or "").join(cast(str, each) for each in arguments[1:] if each is not None)

    return run


@factory
def datalength(kind: str) -> Function:
    """Make DATALENGTH for values of a type."""
    declared = unspell(kind)

    def run(value: Value) -> Value:
        if isinstance(value, bytes):
            return len(value)
        if declared.is_string:
            codec = "utf-16-le" if declared.name in UNICODE else code_page(declared.collation or DEFAULT_COLLATION)
            return len(cast(str, value).encode(codec, "replace"))
        return declared.bytes

    return _strict(run)


@factory
def hashbytes(kind: str) -> Function:
    """Make HASHBYTES over values of a type."""
    declared = unspell(kind)

    def run(algorithm: str, value: Value) -> Value:
        names = {"MD5": "md5", "SHA": "sha1", "SHA1": "sha1", "SHA2_256": "sha256", "SHA2_512": "sha512"}
        if algorithm.upper() not in names:
            raise refused(f"HASHBYTES by {algorithm}")
        data = value if isinstance(value, bytes) else text_forms.binary(cast(str, value), declared, None)
        return hashlib.new(names[algorithm.upper()], data, usedforsecurity=False).digest()

    return _strict(run)


@factory
def number(operation: str, kind: str) -> Function:
    """Make a mathematical function whose result has the type of its first argument."""
    declared = unspell(kind)

    def run(value: Value, *rest: Value) -> Value:
        # in 80 digits, from the text of a float: as SQL Server, which rounds what is written
        given = numbers.CONTEXT.create_decimal(str(value))
        match operation:
            case "ABS":
                result = numbers.CONTEXT.abs(given)
            case "FLOOR":
                result = given.to_integral_value(ROUND_FLOOR)
            case "CEILING":
                result = given.to_integral_value(ROUND_CEILING)
            case "SIGN":
                result = Decimal((given > 0) - (given < 0))
            case _:
                places = numbers.CONTEXT.create_decimal(1).scaleb(-cast(int, rest[0]))
                result = given.quantize(places, context=numbers.CONTEXT)
        if isinstance(value, int):
            return int(result)
        return float(result) if isinstance(value, float) else numbers.store(result, declared)

    return _strict(run)
