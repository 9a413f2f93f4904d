# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Permits: what was let begin, when, under which change. Kept in the run's journal, before the work begins."""

from __future__ import annotations

import getpass
import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.decision import Begun

EVENT = "permit"


def who() -> str:
    """Return who runs this: the user, and before sudo whom."""
    user = getpass.getuser()
    before = os.environ.get("SUDO_USER")
    return f"{before} (as {user})" if before and before != user else user


def append(
    journals: Path, run_id: str, at: datetime, lines: Mapping[str, str], emergency: Mapping[str, Any] | None
) -> None:
    """Write down what is let begin: one line, on the disk when this returns.

    Args:
        journals: the directory with a file for each run.
        run_id: this run's name.
        at: when, by the clock that the windows are held against.
        lines: what begins, lines of the plan or a procedure, and the change record of each.
        emergency: on whose word and why, where something begins outside every approved change.

    Raises:
        OSError: it cannot be written; then nothing may begin.
    """
    journals.mkdir(mode=0o700, exist_ok=True)
    event = {
        "event": EVENT,
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "at": at.isoformat(),
        "lines": dict(lines),
        "emergency": emergency,
        "who": who(),
    }
    descriptor = os.open(journals / f"{run_id}.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, json.dumps(event).encode() + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def begun(journals: Path) -> list[Begun]:
    """Return all work that was ever let begin under a change record. A line that cannot be read counts for nothing."""
    found = []
    for path in sorted(journals.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            if f'"{EVENT}"' not in line:
                continue
            try:
                event = json.loads(line)
                at = datetime.fromisoformat(event["at"])
                found += [Begun(name, record, at) for name, record in event["lines"].items()]
            except (ValueError, KeyError, TypeError, AttributeError):
                continue
    return found
