# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Follows the progress that modules on the controller report, by the file that they append to."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from ansible_collections.uoe.exam_scheduling.plugins.module_utils import run_variables
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.run_events import Listener, Result, Run

DIRECTORY = "progress"
"""Under the state directory. A run's file goes with the run."""


@dataclass(frozen=True)
class Figures:
    """How far a piece of work is."""

    task: str
    """The unique identifier of its task."""
    host: str
    """The host of the inventory that the task works for."""
    what: str
    unit: str
    done: int
    total: int | None
    seconds: float
    """Since it began."""

    @property
    def rate(self) -> float | None:
        """How many a second; None as long as that cannot be said."""
        return self.done / self.seconds if self.seconds > 0 and self.done else None

    @property
    def seconds_left(self) -> float | None:
        """How many seconds it will take at this rate; None if that cannot be said."""
        if self.total is None or self.rate is None:
            return None
        return max(self.total - self.done, 0) / self.rate


class ProgressFollower(Listener):
    """The listener that offers modules a file to report to, and knows what they reported."""

    def __init__(self) -> None:
        """Offer nothing yet: where the file is to be is known when the gate has answered."""
        self._lock = threading.Lock()
        self._path: Path | None = None
        self._descriptor = -1
        self._rest = b""
        self._going: dict[str, Figures] = {}
        self._began: dict[str, float] = {}
        """When each piece of work began, on this process's monotonic clock."""
        self._finished: list[Figures] = []

    def run_began(self, run: Run) -> None:
        """Make the file, and remove what runs that were killed left."""
        if self._path is not None:
            return
        directory = run.state_directory / DIRECTORY
        directory.mkdir(mode=0o700, exist_ok=True)
        _remove_abandoned(directory)
        path = directory / f"{run.run_id}.jsonl"
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)
        self._path = path
        os.environ[run_variables.PROGRESS] = str(path)

    def task_ended(self, result: Result) -> None:
        """Forget what a module that was killed reported last: its task on this host is over."""
        with self._lock:
            self._read()
            over = (result.task.uuid, result.inventory_host)
            self._going = {key: each for key, each in self._going.items() if (each.task, each.host) != over}

    def run_ended(self, hosts: Mapping[str, Mapping[str, int]], at: datetime) -> Sequence[str]:
        """Take the last figures, and remove the file."""
        self.going()
        self.close()
        return ()

    def close(self) -> None:
        """Remove the file; nobody listens any more."""
        os.environ.pop(run_variables.PROGRESS, None)
        with self._lock:
            path, self._path = self._path, None
            if path is None:
                return
            path.unlink(missing_ok=True)
            os.close(self._descriptor)
            with contextlib.suppress(OSError):
                path.parent.rmdir()  # only when no other run has a file in it

    def going(self) -> Sequence[Figures]:
        """Return the work that is being done now, as it was last reported, and how long it has been going on by now.

        What is stuck reports nothing; its rate must sink all the same.
        """
        with self._lock:
            self._read()
            now = time.monotonic()
            return [replace(each, seconds=now - self._began[key]) for key, each in self._going.items()]

    def rates(self) -> Sequence[Figures]:
        """Return the work of this run that has ended: what, how many, in how many seconds."""
        with self._lock:
            self._read()
            return list(self._finished)

    def finished(self, task: str, host: str) -> Sequence[Figures]:
        """Return the work of one task on one host that has ended."""
        return [figures for figures in self.rates() if (figures.task, figures.host) == (task, host)]

    def _read(self) -> None:
        """Take in what was appended since the last time."""
        if self._path is None:
            return
        while chunk := os.read(self._descriptor, 65_536):
            *lines, self._rest = (self._rest + chunk).split(b"\n")
            for line in lines:
                with contextlib.suppress(ValueError, KeyError, TypeError):
                    self._take(json.loads(line))

    def _take(self, content: Mapping[str, object]) -> None:
        total = content["total"]
        figures = Figures(
            task=str(content["task"]),
            host=str(content["host"]),
            what=str(content["what"]),
            unit=str(content["unit"]),
            done=int(str(content["done"])),
            total=None if total is None else int(str(total)),
            seconds=float(str(content["seconds"])),
        )
        key = str(content["id"])
        if content["ended"]:
            self._going.pop(key, None)
            self._finished.append(figures)
        else:
            self._going[key] = figures
            self._began.setdefault(key, time.monotonic() - figures.seconds)


def _remove_abandoned(directory: Path) -> None:
    """Remove the files on which no run holds its lock."""
    for path in directory.glob("*.jsonl"):
        with contextlib.suppress(OSError), path.open("rb") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
