# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Aggregates that SQLite has not."""

from __future__ import annotations

from decimal import Decimal
from typing import cast

from emulators.sql.engine import numbers
from emulators.sql.engine.functions import AGGREGATES
from emulators.sql.engine.types import SqlType, Value


class StringAggregate:
    """STRING_AGG: value, separator, then key and direction of each item of WITHIN GROUP."""

    def __init__(self) -> None:
        self._found: list[tuple[Value, ...]] = []
        self._separator = ""

    def step(self, *arguments: Value) -> None:
        """Take a row."""
        if arguments[0] is not None:
            self._separator = cast(str, arguments[1])
            self._found.append((arguments[0], *arguments[2:]))

    def finalize(self) -> Value:
        """Return the joined strings."""
        for at in range(len(self._found[0]) - 2, 0, -2) if self._found else ():
            self._found.sort(
                key=lambda row: (row[at] is not None, row[at] if row[at] is not None else 0),
                reverse=self._found[0][at + 1] == 1,
            )
        return self._separator.join(cast(str, each[0]) for each in self._found) if self._found else None


class ExactSum:
    """SUM of exact numbers; the type is the second argument."""

    def __init__(self) -> None:
        self._total: Decimal | None = None
        self._scale = 0

    def step(self, value: Value, scale: Value) -> None:
        """Take a row."""
        self._scale = cast(int, scale)
        if value is not None:
            self._total = numbers.CONTEXT.add(self._total or Decimal(0), Decimal(cast(str, value)))

    def finalize(self) -> Value:
        """Return the sum in its stored form."""
        return (
            None
            if self._total is None
            else numbers.store(self._total, SqlType("decimal", precision=38, scale=self._scale))
        )


AGGREGATES.update({"string_agg": StringAggregate, "exact_sum": ExactSum})
