# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on request, for any emulated server: a JSON file that it reads again whenever it has changed.

Each emulator's own `faults` says which kinds it knows, and what else an entry can say. Common to all are `kind`,
`match` (a regular expression that the text of what is asked must hold, without regard to case), `login` (a user name),
`after` (how many that fit pass before it) and `times` (how often; without it until the file changes).
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

FILE = "faults.json"
MET = "faults.met"
"""Beside that file: the kind of each fault that has struck, a line each."""


class Faults:
    """The faults that are asked for at present."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._seen: tuple[int, int] | None = None
        self._entries: list[dict[str, Any]] = []

    def find(self, kind: str, text: str = "", login: str = "", **named: str) -> Mapping[str, Any] | None:
        """Return the first fault of a kind that fits, and count it; what is named it must have."""
        with self._lock:
            self._read()
            for entry in self._entries:
                if entry["kind"] != kind or entry.get("times") == 0 or entry.get("login", login) != login:
                    continue
                if any(entry.get(key) != value for key, value in named.items()):
                    continue
                if re.search(entry.get("match", ""), text, re.IGNORECASE) is None:
                    continue
                if entry.get("after", 0) > 0:
                    entry["after"] -= 1
                    continue
                if "times" in entry:
                    entry["times"] -= 1
                note_met(self._file, kind)
                return entry
        return None

    def met(self) -> bool:
        """Return whether any has struck since they were last written."""
        return self._file.with_name(MET).exists()

    def _read(self) -> None:
        try:
            status = self._file.stat()
        except FileNotFoundError:
            self._seen, self._entries = None, []
            return
        if (status.st_mtime_ns, status.st_ino) != self._seen:
            self._seen = (status.st_mtime_ns, status.st_ino)
            self._entries = json.loads(self._file.read_text(encoding="utf-8"))


def note_met(file: Path, kind: str) -> None:
    """Note beside a file of faults that one of them has struck."""
    with file.with_name(MET).open("a", encoding="ascii") as log:
        log.write(f"{kind}\n")


def write_faults(directory: Path, entries: Sequence[Mapping[str, Any]], kinds: Collection[str]) -> None:
    """Ask the server of a directory for these faults, and for no others.

    Raises:
        ValueError: an entry is of no kind that there is.
    """
    for entry in entries:
        if entry.get("kind") not in kinds:
            raise ValueError(f"a fault is of one of the kinds {', '.join(sorted(kinds))}, not {entry.get('kind')!r}")
    (directory / MET).unlink(missing_ok=True)
    temporary = directory / f"{FILE}.new"
    temporary.write_text(json.dumps(list(entries)), encoding="utf-8")
    temporary.rename(directory / FILE)
