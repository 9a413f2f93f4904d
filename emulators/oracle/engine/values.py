# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a column takes: values fitted to its type, or the error that Oracle gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from emulators.oracle.engine import moments, numbers
from emulators.oracle.engine.errors import OracleError, refused
from emulators.oracle.engine.types import OracleType

Fitter = Callable[[Any], Any]


def fitted(kind: OracleType, column: str) -> Fitter:
    """Return what brings a value of the right kind to a type's length or precision.

    Args:
        kind: the type.
        column: the column's full name, for messages.
    """
    match kind.name:
        case "VARCHAR2" | "CHAR":
            return TextFitter(kind, column)
        case "NUMBER" if kind.precision:
            precision, scale = kind.precision, kind.scale
            return lambda value: numbers.fitted(value, precision, scale)
        case "TIMESTAMP" | "TIMESTAMP WITH TIME ZONE":
            scale = kind.scale
            return lambda value: moments.rounded(value, scale)
        case "RAW":
            return _raw(kind.length, column)
    return lambda value: value


class TextFitter:
    """Fits texts to a length."""

    def __init__(self, kind: OracleType, column: str) -> None:
        self._length, self._chars, self._most, self._column = kind.length, kind.chars, kind.bytes, column
        self._padded = kind.name == "CHAR"

    def __call__(self, value: str) -> str:
        """Return a text, padded if the type is CHAR. Raises OracleError 12899."""
        size = len(value) if value.isascii() else len(value.encode())
        if size > self._length and not (self._chars and len(value) <= self._length and size <= self._most):
            raise OracleError(12899, self._column, len(value) if self._chars else size, self._length)
        if not self._padded:
            return value
        return value.ljust(self._length if self._chars else self._length - (size - len(value)))

    def all_fit(self, values: Sequence[str | None]) -> bool:
        """Return whether all values are sure to stay as they are, which is quickly seen of most."""
        texts = [each for each in values if each is not None]
        if not "".join(texts).isascii():
            return False
        lengths = [*map(len, texts)] or [self._length]
        return max(lengths) <= self._length and (not self._padded or min(lengths) == self._length)


def _raw(length: int, column: str) -> Fitter:
    def fit(value: bytes) -> bytes:
        if len(value) > length:
            raise OracleError(12899, column, len(value), length)
        return value

    return fit


def assigner(source: OracleType, target: OracleType, column: str) -> Fitter | None:
    """Return what makes a column's value of a bind's, or None if nothing is to be done.

    Raises:
        OracleError: 932: the types do not go together, or only by the session's date format, which is refused.
    """
    fit = fitted(target, column)
    if target.is_string:
        if source.name == "NUMBER":
            return lambda value: fit(numbers.text(numbers.decode(value)))
        if source.is_moment:
            raise refused(f"implicit conversions of {source.name} to text in {column}: write TO_CHAR")
        if source.name == "RAW":
            return lambda value: fit(value.hex().upper())
        return None if target.name in ("CLOB", "LONG") else fit
    if target.name == "NUMBER":
        if source.is_string:
            return lambda value: fit(numbers.encode(numbers.parse(value)))
        if source.name not in ("NUMBER", "NULL"):
            raise OracleError(932, "NUMBER", source.name)
        return fit if target.precision else None
    if target.is_moment:
        return _moment(source, target, column)
    if source.is_string:
        return lambda value: fit(_hex(value))
    if source.name not in (target.name, "NULL"):
        raise OracleError(932, target.name, source.name)
    return fit


def _moment(source: OracleType, target: OracleType, column: str) -> Fitter | None:
    if source.is_string:
        # a bind without a value is a text for the drivers
        return _refusal(f"implicit conversions of text to {target.name} in {column}: write TO_DATE with a format")
    if not source.is_moment and source.name != "NULL":
        raise OracleError(932, target.name, source.name)
    if target.name == "DATE":
        return None if source.name == "DATE" else lambda value: moments.encode(moments.local(value))
    scale = target.scale
    if target.name == "TIMESTAMP":
        if source.name == "TIMESTAMP WITH TIME ZONE":
            return lambda value: moments.rounded(
                moments.encode(moments.local(value), moments.nanoseconds(value)), scale
            )
        return lambda value: moments.rounded(value, scale)
    if source.name == "TIMESTAMP WITH TIME ZONE":
        return lambda value: moments.rounded(value, scale)
    return lambda value: moments.rounded(
        moments.encode_zoned(moments.decode(value), moments.nanoseconds(value), 0), scale
    )


def _refusal(what: str) -> Fitter:
    def refuse(_value: Any) -> Any:
        raise refused(what)

    return refuse


def _hex(value: str) -> bytes:
    try:
        return bytes.fromhex(value)
    except ValueError:
        raise OracleError(1465, message="invalid hex number") from None
