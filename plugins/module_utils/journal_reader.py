# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads journals as they are, the one of a killed run too, and finds out which runs still go on."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.files import told
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.journal import SCHEMA_VERSION

_QUESTIONS = 5
"""How often it is asked whether somebody writes a journal, before that is believed."""


@dataclass(frozen=True)
class RunJournal:
    """The journal of one run."""

    run_id: str
    events: Sequence[Mapping[str, Any]]
    unreadable: int = 0
    """Lines that are no events that this version knows, a torn last one included."""
    alive: bool = False
    """Whether a process of the run is left: ansible-playbook itself, a worker, or a module that applies changes."""


def read_journals(directory: Path) -> list[RunJournal]:
    """Return the journals in the directory, the oldest run first; none if there is no such directory.

    Raises:
        Problem: one cannot be read.
    """
    with told(directory, "read the journal", "Run this as the user who runs the playbooks."):
        return [_read(path) for path in sorted(directory.glob("*.jsonl"))]


def ended_runs(directory: Path) -> list[str]:
    """Return the identifiers of the runs with a journal in the directory of which no process is left.

    Raises:
        Problem: a journal cannot be opened.
    """
    with told(directory, "read the journal", "Run this as the user who runs the playbooks."):
        return [path.stem for path in sorted(directory.glob("*.jsonl")) if not _is_alive(path)]


def parse(content: bytes) -> tuple[list[dict[str, Any]], int]:
    """Return the events, and how many lines could not be read. Whatever the content is, it is no error."""
    events, unreadable = [], 0
    for line in content.split(b"\n"):
        if not line:
            continue
        event = _event(line)
        if event is None:
            unreadable += 1
        else:
            events.append(event)
    return events, unreadable


def _event(line: bytes) -> dict[str, Any] | None:
    """Return the event, its time parsed; None if the line is none."""
    try:
        event = json.loads(line)
        if event["v"] != SCHEMA_VERSION or not isinstance(event["event"], str):
            return None
        at = datetime.fromisoformat(event["at"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return None if at.tzinfo is None else {**event, "at": at}


def _read(path: Path) -> RunJournal:
    with path.open("r+b") as stream:  # a lock over NFS wants a file that could be written
        # Asked before reading: what a run that has just ended wrote last is then read too.
        alive = _locked(stream.fileno())
        events, unreadable = parse(stream.read())
    return RunJournal(path.stem, events, unreadable, alive)


def _is_alive(path: Path) -> bool:
    with path.open("r+b") as stream:
        return _locked(stream.fileno())


def _locked(descriptor: int) -> bool:
    """Return whether anybody who writes holds the lock.

    To look is to take the lock for an instant, and who looks must not be taken for one who writes. Who writes shares
    it: where it can be had neither alone nor shared, another has it alone, and saw that nobody writes. Where it can be
    shared, it may have been given up between the two questions, so that both are asked again.
    """
    for _question in range(_QUESTIONS):
        if _could_lock(descriptor, fcntl.LOCK_EX) or not _could_lock(descriptor, fcntl.LOCK_SH):
            return False
    return True


def _could_lock(descriptor: int, how: int) -> bool:
    """Return whether the lock could be taken; it is given up at once."""
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    return True
