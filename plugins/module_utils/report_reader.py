# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the reports of earlier runs say of each line of the plan: how its last proof ended."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

_UNTOUCHED = ("not in this run", "not built yet")


@dataclass(frozen=True)
class LastState:
    """A line's state in the last report that looked at it."""

    state: str
    at: datetime
    """When that run ended."""


def last_states(directory: Path) -> dict[str, LastState]:
    """Return for each line what the last run that looked at it, not in check mode, reported.

    Args:
        directory: the reports of an environment, a directory for each run; a report that cannot be read is passed over.
    """
    states: dict[str, LastState] = {}
    for path in sorted(directory.glob("*/report.json"), reverse=True):
        # A report tells more, never less: the journal is what counts, and it can do without.
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
            report = json.loads(path.read_text(encoding="utf-8"))
            if report["check_mode"]:
                continue
            at = datetime.fromisoformat(report["ended"])
            for line in report["lines"]:
                if line["state"] not in _UNTOUCHED:
                    states.setdefault(line["line"], LastState(line["state"], at))
    return states
