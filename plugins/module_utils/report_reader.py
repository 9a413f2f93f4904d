# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the reports of earlier runs say of each line of the plan: how its last proof ended, and when it was seen."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

_UNTOUCHED = ("not in this run", "not built yet")
_SAW_NOTHING = (*_UNTOUCHED, "not run yet", "not proven")


@dataclass(frozen=True)
class LastState:
    """A line's state in the last report that looked at it, as its run saw it: what people vouch for is left out."""

    state: str
    run: str
    at: datetime
    """When that run ended, to the second."""


def last_states(directory: Path) -> tuple[dict[str, LastState], Sequence[Path]]:
    """Return for each line what the last run that looked at it, not in check mode, reported; and what cannot be read.

    Args:
        directory: the reports of an environment, a directory for each run. A report that cannot be read is passed over:
            the journal is what counts, and can do without.
    """
    states: dict[str, LastState] = {}
    unreadable = []
    for path in sorted(directory.glob("*/report.json"), reverse=True):
        try:
            found = _states(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            unreadable.append(path)
            continue
        states = found | states
    return states, unreadable


def _states(report: dict[str, Any]) -> dict[str, LastState]:
    """Return the state of each line that a run has touched; none if it only predicted."""
    if report["check_mode"]:
        return {}
    run, at = report["run"]["id"], datetime.fromisoformat(report["run"]["ended"])
    touched = [line for line in report["lines"] if line["state_of_run"] not in _UNTOUCHED]
    return {line["line"]: LastState(line["state_of_run"], run, at) for line in touched}


def last_seen(directory: Path, line: str) -> datetime | None:
    """Return when a run saw something of a line last, or changed it; None if none did, or that cannot be read.

    Args:
        directory: the reports of all environments, each with the living plan.
        line: the line of the plan.
    """
    found: list[datetime] = []
    for path in directory.glob("*/plan.json"):
        try:
            known = json.loads(path.read_text(encoding="utf-8"))["lines"][line]
            seen = (one for one in (*known["earlier"], *known["recent"]) if one["state"] not in _SAW_NOTHING)
            found += [datetime.fromisoformat(one.get("seen_last") or one.get("seen") or one["at"]) for one in seen]
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            continue
    return max(found, default=None)
