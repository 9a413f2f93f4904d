# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a statement gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from emulators.oracle.engine.types import OracleType

Row = tuple[bytes | None, ...]
"""Values in stored form, text in UTF-8."""


@dataclass(frozen=True)
class OutColumn:
    """A column of a query."""

    name: str
    type: OracleType
    nullable: bool = True


class Rows:
    """The rows of a query, taken from SQLite as they are asked for."""

    def __init__(self, source: Iterator[Row]) -> None:
        self._source = source
        self._ready: list[Row] = []
        self.ended = False

    def take(self, count: int) -> list[Row]:
        """Return the next rows, at most so many; fewer at the end."""
        taken, self._ready = self._ready[:count], self._ready[count:]
        if not self.ended:
            taken += islice(self._source, count - len(taken))
            self.ended = len(taken) < count
        return taken

    def drain(self) -> None:
        """Take all that is left into memory: what is changed from now on, the query does not see."""
        if not self.ended:
            self._ready += self._source
            self.ended = True

    @property
    def exhausted(self) -> bool:
        """Whether there is nothing left to take."""
        return self.ended and not self._ready


@dataclass
class Outcome:
    """What an execution gave."""

    count: int = 0
    """Rows that it changed."""
    rows: Rows | None = None
    columns: tuple[OutColumn, ...] | None = None
    warning: bool = False
    """Whether something was created with errors."""
