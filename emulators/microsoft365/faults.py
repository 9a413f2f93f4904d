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
- `consistency`: a new object of the directory is found after `seconds`, instead of what the seed says, and a new
  certificate signs in after them;
- `replica`: a replica that has a new object after `seconds`, whoever else has it, answers where service principals are
  made, and found by a filter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from emulators.faults import Faults as RequestedFaults
from emulators.faults import write_faults

KINDS = frozenset({"throttle", "error", "late", "drop", "lose", "skew", "propagation", "consistency", "replica"})


class Faults(RequestedFaults):
    """The faults and settings that are asked for at present."""

    def seconds(self, kind: str, otherwise: float) -> float:
        """Return the seconds of a setting."""
        entry = self.find(kind)
        return otherwise if entry is None else float(entry["seconds"])


def write(directory: Path, entries: Sequence[Mapping[str, Any]]) -> None:
    """Ask the services of a directory for these faults, and for no others. Raises ValueError for an unknown kind."""
    write_faults(directory, entries, KINDS)
