# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors as SQL Server numbers them: what a client sees is the number, the severity and the text."""

from __future__ import annotations

REFUSED = 40510
"""SQL Server's own number for "statement not supported": what the emulator does not know is refused with it."""

BATCH_ENDING = frozenset({102, 156, 207, 208, 241, 242, 245, 295, 468, 911, 1205, 3930, 3960, 8114, 8115, 8169})
"""Errors after which the rest of the batch is not run."""
DOOMING = frozenset({241, 242, 245, 295, 1205, 3960, 8114, 8169})
"""Errors that roll the transaction back whatever XACT_ABORT says."""


class SqlError(Exception):
    """An error that is sent to the client."""

    def __init__(self, number: int, message: str, *, severity: int = 16, state: int = 1) -> None:
        super().__init__(message)
        self.number = number
        self.message = message
        self.severity = severity
        self.state = state
        self.told = False
        """Whether the client has been told."""

    def __str__(self) -> str:
        return f"{self.number}: {self.message}"


class ConnectionEnded(Exception):
    """The connection was dropped: by a fault, by KILL, or because its database was taken away."""


class Cancelled(Exception):
    """The client sent an attention; what ran is undone and the client told so."""


def refused(construct: str) -> SqlError:
    """Return the error for what is not emulated; it names the construct."""
    return SqlError(REFUSED, f"The emulator does not know {construct}; emulators/sql/README.md says what it knows.")


def syntax(near: str) -> SqlError:
    """Return SQL Server's error for what its grammar does not allow there."""
    return SqlError(102, f"Incorrect syntax near '{near}'.", severity=15)
