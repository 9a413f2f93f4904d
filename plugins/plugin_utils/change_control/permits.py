# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Permits: what was let begin, when, under which change. Written before the work begins, in one file for all runs."""

from __future__ import annotations

import getpass
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.journal import JournalFile
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.journal_reader import parse
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.decision import Begun

NAME = "permits.jsonl"
"""Under the state directory."""
EVENT = "permit"


def who() -> str:
    """Return who runs this: the user, and before sudo whom."""
    user = getpass.getuser()
    before = os.environ.get("SUDO_USER")
    return f"{before} (as {user})" if before and before != user else user


def append(
    state_directory: Path, run_id: str, at: datetime, lines: Mapping[str, str], emergency: Mapping[str, Any] | None
) -> None:
    """Write down what is let begin: one line, on the disk when this returns.

    Args:
        state_directory: the environment's.
        run_id: this run's name.
        at: when, by the clock that the windows are held against.
        lines: what begins, lines of the plan or a procedure, and the change record of each.
        emergency: on whose word and why, where something begins outside every approved change.

    Raises:
        OSError: it cannot be written; then nothing may begin.
    """
    permits = JournalFile(state_directory / NAME, create=True)
    try:
        permits.append(EVENT, run=run_id, clock=at.isoformat(), lines=dict(lines), emergency=emergency, who=who())
        permits.sync()
    finally:
        permits.close()


def events(state_directory: Path) -> list[dict[str, Any]]:
    """Return all permits that were written down; lines that cannot be read are left out."""
    try:
        content = (state_directory / NAME).read_bytes()
    except FileNotFoundError:
        return []
    return [event for event in parse(content)[0] if event["event"] == EVENT]


def begun(state_directory: Path) -> list[Begun]:
    """Return all work that was ever let begin under a change record."""
    found = []
    for event in events(state_directory):
        try:
            found += [Begun(str(name), str(record)) for name, record in event["lines"].items()]
        except (KeyError, AttributeError):
            continue
    return found


def given(state_directory: Path, run_id: str | None) -> bool:
    """Return whether this run was let begin something already."""
    return any(event.get("run") == run_id for event in events(state_directory))
