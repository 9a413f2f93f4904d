# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on request: a JSON file that a running server reads again whenever it has changed.

    [{"kind": "error", "number": 1205, "match": "INSERT INTO", "times": 1}]

Each entry has a `kind`, optionally `match` (a regular expression that a statement's text must hold, without regard
to case),
`login`, `after` (how many that fit pass before it), and `times` (how often; without it until the file changes). Kinds:

- `refuse`: a new connection is closed before anything is said;
- `late`: the answer comes after `seconds`;
- `halt`: a BACKUP or RESTORE pauses at 20 percent for `seconds`, or until the client cancels it;
- `throttle`: rows are sent at most `rows_per_second`;
- `drop`: the connection is closed after `rows` rows of a result or of a batch of executions (default 0: before the
first);
- `lose`: what was sent is done, and the connection is closed instead of the answer;
- `error`: the statement fails with `number`: 1205 deadlock victim, 1101 and 9002 disk full, 5061 and 3101 database
in use, 1222.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from emulators.faults import Faults as RequestedFaults
from emulators.faults import write_faults
from emulators.sql.engine.errors import SqlError

KINDS = frozenset({"refuse", "late", "throttle", "drop", "lose", "error", "halt"})
MESSAGES = {
    1101: (17, "Could not allocate a new page for database '{database}' because of insufficient disk space in "
        "filegroup 'PRIMARY'."),
    1105: (17, "Could not allocate space for object '' in database '{database}' because the 'PRIMARY' filegroup "
        "is full."),
    1205: (13, "Transaction (Process ID {session}) was deadlocked on lock resources with another process and has "
        "been chosen as the deadlock victim. Rerun the transaction."),
    1222: (16, "Lock request time out period exceeded."),
    3101: (16, "Exclusive access could not be obtained because the database is in use."),
    3013: (16, "BACKUP DATABASE is terminating abnormally."),
    3202: (16, 'Write on "{database}.bak" failed: 112(There is not enough space on the disk.)'),
    5061: (16, "ALTER DATABASE failed because a lock could not be placed on database '{database}'. Try again later."),
    9002: (17, "The transaction log for database '{database}' is full due to 'ACTIVE_TRANSACTION'."),
}  # fmt: skip


class Faults(RequestedFaults):
    """The faults that are asked for at present."""

    def strike(self, text: str, login: str, *, session: int, database: str) -> None:
        """Answer late, or fail, if that is asked for. Raises SqlError."""
        if (late := self.find("late", text, login)) is not None:
            time.sleep(late["seconds"])
        if (error := self.find("error", text, login)) is not None:
            severity, message = MESSAGES.get(error["number"], (16, error.get("message", "a fault that was asked for")))
            raise SqlError(error["number"], message.format(session=session, database=database), severity=severity)


def write(directory: Path, entries: Sequence[Mapping[str, Any]]) -> None:
    """Ask the server of a directory for these faults, and for no others. Raises ValueError for an unknown kind."""
    write_faults(directory, entries, KINDS)
