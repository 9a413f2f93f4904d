# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows that are not loaded: counted, the first of them kept, all of them written to a file if one is given."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.uoe.exam_scheduling.plugins.module_utils import files

SHOWN = 20
"""How many a message has; module and file have more."""
RETURNED = 200


@dataclass(frozen=True)
class Reject:
    """A row that is not loaded."""

    line: int
    """Of the file; of rows of a task their number, from 1."""
    reason: str

    def __str__(self) -> str:
        """Return what a message says of it."""
        return f"line {self.line}: {self.reason}"


class Rejects:
    """The rows of one source that are not loaded."""

    def __init__(self, path: str | None) -> None:
        """Keep where all of them are written to."""
        self._path = path
        self._text = io.StringIO()
        self._writer = csv.writer(self._text)
        self._writer.writerow(("line", "reason"))
        self.count = 0
        self.first: list[Reject] = []

    def add(self, reject: Reject) -> None:
        """Add one."""
        self.count += 1
        if len(self.first) < RETURNED:
            self.first.append(reject)
        if self._path is not None:
            self._writer.writerow((reject.line, reject.reason))

    def write(self) -> None:
        """Write all of them to the file, if one is given and there are any. Raises Problem if it cannot be written."""
        if self._path is not None and self.count:
            files.write(Path(self._path), self._text.getvalue().encode(), files.PRIVATE_FILE)

    def told(self) -> str:
        """Return them as a message says them."""
        text = "; ".join(map(str, self.first[:SHOWN]))
        more = self.count - min(self.count, SHOWN)
        where = f", all of them in {self._path}" if self._path else ""
        return f"{text}{f'; and {more} more{where}' if more else where}"
