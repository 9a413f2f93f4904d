# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on request: a JSON file that the running services read again whenever it has changed.

    [{"kind": "throttle", "match": "GET /v1.0/users", "seconds": 1, "times": 2}]

Each entry has a `kind`, optionally `match` (a regular expression that "METHOD path" must hold, without regard to
case) and `times` (how often; without it until the file changes). Kinds:

- `throttle`: 429, with `Retry-After: seconds` if `seconds` is given;
- `error`: `status` (default 503), with `Retry-After` if `seconds` is given;
- `late`: the answer comes after `seconds`;
- `drop`: the connection is closed before anything is done;
- `lose`: what was asked for is done, and the connection is closed instead of the answer;
- `skew`: the services' clocks are ahead by `seconds`;
- `propagation`: calendars see changes of roles and scopes after `seconds`, instead of what the seed says;
- `consistency`: a new object of the directory is found after `seconds`, instead of what the seed says.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

KINDS = frozenset({"throttle", "error", "late", "drop", "lose", "skew", "propagation", "consistency"})


class Faults:
    """The faults that are asked for at present."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._seen: tuple[int, int] | None = None
        self._entries: list[dict[str, Any]] = []

    def find(self, kind: str, text: str = "") -> Mapping[str, Any] | None:
        """Return the first fault of a kind that fits, and count it."""
        with self._lock:
            self._read()
            for entry in self._entries:
                if entry["kind"] != kind or entry.get("times") == 0:
                    continue
                if re.search(entry.get("match", ""), text, re.IGNORECASE) is None:
                    continue
                if "times" in entry:
                    entry["times"] -= 1
                return entry
        return None

    def seconds(self, kind: str, otherwise: float) -> float:
        """Return the seconds of a setting."""
        entry = self.find(kind)
        return otherwise if entry is None else float(entry["seconds"])

    def _read(self) -> None:
        try:
            status = self._file.stat()
        except FileNotFoundError:
            self._seen, self._entries = None, []
            return
        if (status.st_mtime_ns, status.st_ino) != self._seen:
            self._seen = (status.st_mtime_ns, status.st_ino)
            self._entries = json.loads(self._file.read_text(encoding="utf-8"))


def write(directory: Path, entries: Sequence[Mapping[str, Any]]) -> None:
    """Ask the services of a directory for these faults, and for no others.

    Raises:
        ValueError: an entry is of no kind that there is.
    """
    for entry in entries:
        if entry.get("kind") not in KINDS:
            raise ValueError(f"a fault is of one of the kinds {', '.join(sorted(KINDS))}, not {entry.get('kind')!r}")
    temporary = directory / "faults.json.new"
    temporary.write_text(json.dumps(list(entries)), encoding="utf-8")
    temporary.rename(directory / "faults.json")
