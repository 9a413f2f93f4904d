# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Functions of many rows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from emulators.oracle.engine import numbers
from emulators.oracle.engine.errors import OracleError
from emulators.oracle.engine.numbers import decode, encode


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


AGGREGATES: dict[str, type[Any]] = {"o_one": _One, "o_sum": _Sum, "o_avg": _Average, "o_listagg": _Listagg}
"""By their names in SQLite."""
