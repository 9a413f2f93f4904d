# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a session tells its client, whatever the protocol."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Protocol

from emulators.sql.engine.errors import SqlError
from emulators.sql.engine.scope import Bound
from emulators.sql.engine.types import Value


class Output(Protocol):
    """Where results go."""

    def columns(self, columns: tuple[Bound, ...]) -> None:
        """Begin a result."""

    def rows(self, rows: Iterable[tuple[Value, ...]] | sqlite3.Cursor) -> int:
        """Send the rows of the result that was begun, and return their number."""

    def done(self, count: int | None, command: str = "") -> None:
        """End a statement, which returned or changed this many rows; None where that is not told."""

    def message(self, number: int, text: str, *, severity: int = 0, state: int = 1) -> None:
        """Send an informational message."""

    def error(self, error: SqlError) -> None:
        """Send an error."""

    def database(self, old: str, new: str) -> None:
        """Tell that the session is in another database."""

    def flush(self) -> None:
        """Send now what there is."""

    def transaction(self, event: str) -> None:
        """Tell that a transaction was begun, committed or rolled back by a statement: `begin`, `commit`, `rollback`."""


class Collected:
    """Keeps it: for sessions without a client, such as the one that runs a seed."""

    def __init__(self) -> None:
        self.results: list[list[tuple[Value, ...]]] = []
        self.messages: list[tuple[int, str]] = []
        self.errors: list[SqlError] = []
        self.counts: list[int | None] = []

    def columns(self, columns: tuple[Bound, ...]) -> None:
        """Begin a result."""
        del columns
        self.results.append([])

    def rows(self, rows: Iterable[tuple[Value, ...]] | sqlite3.Cursor) -> int:
        """Keep the rows."""
        self.results[-1].extend(rows)
        return len(self.results[-1])

    def done(self, count: int | None, command: str = "") -> None:
        """Keep the number."""
        del command
        self.counts.append(count)

    def message(self, number: int, text: str, *, severity: int = 0, state: int = 1) -> None:
        """Keep the message."""
        del severity, state
        self.messages.append((number, text))

    def error(self, error: SqlError) -> None:
        """Keep the error."""
        self.errors.append(error)

    def database(self, old: str, new: str) -> None:
        """Nobody wants to know."""

    def flush(self) -> None:
        """It is kept already."""

    def transaction(self, event: str) -> None:
        """Nobody wants to know."""
