# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on request: a JSON file that each request, and each run of `lcm_cli`, reads.

    [{"kind": "error", "match": "GET /biprws/raylight", "status": 503, "times": 1}]

Each entry has a `kind`, optionally `match` (a regular expression that `METHOD path`, or the action of `lcm_cli`, must
hold), `after` (how many that fit pass before it) and `times` (how often; without it until the file changes). Of the web
services:

- `drop`: the connection is closed instead of an answer;
- `late`: the answer comes after `seconds`;
- `error`: HTTP `status` (default 500);
- `nonsense`: 200, and a page for people;
- `redirect`: elsewhere, without TLS;
- `licence`: a logon with the right password finds no licence free.

Of `lcm_cli`:

- `partial`: one object of the job fails; what the universe is bound to is then not written;
- `failed`: the job fails and nothing is written;
- `lie`: the job says that it succeeded, and nothing is written;
- `rebound`: what is imported is bound to the connection whose CUID is `connection`;
- `hang`: it never ends;
- `crash`: it ends with code 134 and no status, after the import.
"""

from __future__ import annotations

import fcntl
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from emulators.faults import FILE, note_met, write_faults

KINDS = frozenset(
    {"drop", "late", "error", "nonsense", "redirect", "licence"}
    | {"partial", "failed", "lie", "rebound", "hang", "crash"}
)


def find(directory: Path, kinds: Sequence[str], text: str) -> Mapping[str, Any] | None:
    """Return the first fault of these kinds that fits, and count it."""
    file = directory / FILE
    with (directory / "faults.lock").open("a", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            entries: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        for entry in entries:
            fits = entry["kind"] in kinds and re.search(entry.get("match", ""), text) is not None
            if not fits or entry.get("times") == 0:
                continue
            counter = "after" if entry.get("after") else "times"
            if counter in entry:
                entry[counter] -= 1
                write(directory, entries)
            if counter == "after":
                continue
            note_met(file, entry["kind"])
            return entry
    return None


def write(directory: Path, entries: Sequence[Mapping[str, Any]]) -> None:
    """Ask the platform of a directory for these faults, and for no others. Raises ValueError for an unknown kind."""
    write_faults(directory, entries, KINDS)
