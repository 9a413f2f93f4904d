# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One line at the bottom of the terminal that says how far the work is, while it is being done."""

from __future__ import annotations

import atexit
import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TextIO

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.progress import Figures, ProgressFollower
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.run_events import Listener, Run, Task

PATIENCE = 1.0
"""Seconds that a task may take before there is something to watch."""

_INTERVAL = 0.2
_ERASE = b"\r\x1b[K"


def wanted(stream: TextIO | Any, environment: Mapping[str, str]) -> bool:
    """Return whether somebody watches: the output is a terminal that can erase a line, and not a CI job's."""
    terminal = environment.get("TERM", "")
    return stream.isatty() and terminal not in ("", "dumb") and not environment.get("CI")


def text(going: Sequence[Figures], width: int) -> bytes:
    """Return the line, not wider than the terminal: what, how much of how much, how fast, and how long it will take.

    The same work for several hosts is one: how much all of them have done, since the first began.
    """
    parts = [_part(figures) for figures in _together(going)]
    line = "  |  ".join(parts)
    return (line if len(line) < width else f"{line[: max(width - 2, 0)]}…").encode()


def duration(seconds: float) -> str:
    """Return seconds as one reads them off: `8 s`, `2 min 05 s`, `1 h 03 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def _together(going: Sequence[Figures]) -> list[Figures]:
    sums: dict[tuple[str, str], Figures] = {}
    for each in going:
        key = each.what, each.unit
        have = sums.get(key)
        if have is None:
            sums[key] = each
            continue
        total = None if have.total is None or each.total is None else have.total + each.total
        sums[key] = replace(have, done=have.done + each.done, total=total, seconds=max(have.seconds, each.seconds))
    return list(sums.values())


def _part(figures: Figures) -> str:
    of = "" if figures.total is None else f"/{figures.total:,}"
    words = [f"{figures.what}  {figures.done:,}{of} {figures.unit}"]
    if figures.rate is not None:
        words.append(f"{figures.rate:,.0f}/s" if figures.rate >= 10 else f"{figures.rate:.1f}/s")
    if figures.seconds_left is not None:
        words.append(f"{duration(figures.seconds_left)} left")
    elif figures.done == 0:
        words.append(f"since {duration(figures.seconds)}")
    return "  ".join(words)


class LiveLine(Listener):
    """The listener that shows the line. Where nobody watches, it does nothing at all.

    It writes to the terminal past Python's buffers, so that a worker that is forked meanwhile inherits no half-written
    text and no lock, and takes its line away before Ansible prints.
    """

    def __init__(self, progress: ProgressFollower, display: Any) -> None:
        """Keep what to show, and Ansible's `Display`, through which all of Ansible's output goes."""
        self._progress = progress
        self._display = display
        self._lock = threading.RLock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._process = os.getpid()
        self._terminal = -1
        self._task_began = time.monotonic()
        self._shown = b""
        self._unfinished = False
        """Ansible has begun a line of its own and not ended it."""

    def run_began(self, run: Run) -> None:
        """Begin to look for something to show."""
        if self._thread is not None or not wanted(sys.stdout, os.environ):
            return
        if self._terminal < 0:
            self._terminal = sys.stdout.fileno()
            self._step_aside()
            atexit.register(self.stop)
        self._stop.clear()
        self._thread = threading.Thread(target=self._follow, name="live line", daemon=True)
        self._thread.start()

    def task_began(self, task: Task) -> None:
        """Wait again before anything is shown."""
        self._task_began = time.monotonic()

    def run_ended(self, hosts: Mapping[str, Mapping[str, int]], at: datetime) -> Sequence[str]:
        """Take the line away."""
        self.stop()
        return ()

    def rates(self) -> Sequence[Figures]:
        """Return the work of this run that has ended."""
        return self._progress.rates()

    def stop(self) -> None:
        """Take the line away until another playbook begins. A worker that was forked meanwhile has no part in it."""
        thread, self._thread = self._thread, None
        if os.getpid() != self._process or thread is None:
            return
        self._stop.set()
        thread.join(timeout=5)
        with self._lock:
            self._erase()

    def _follow(self) -> None:
        while not self._stop.wait(_INTERVAL):
            # A terminal that has gone, or a file that cannot be read, is no reason to trouble anybody.
            with contextlib.suppress(OSError):
                self._show(self._progress.going())

    def _show(self, going: Sequence[Figures]) -> None:
        with self._lock:
            if not going or time.monotonic() - self._task_began < PATIENCE:
                self._erase()
                return
            if self._unfinished or self._stop.is_set():
                return
            line = text(going, os.get_terminal_size(self._terminal).columns)
            if line != self._shown:
                os.write(self._terminal, _ERASE + line)
                self._shown = line

    def _erase(self) -> None:
        if self._shown:
            self._shown = b""
            with contextlib.suppress(OSError):
                os.write(self._terminal, _ERASE)

    def _step_aside(self) -> None:
        """Have the line taken away before Ansible prints; in a worker, whose output goes to this process, nothing."""
        prints: Callable[..., None] = self._display.display

        def display(msg: str, *arguments: Any, **options: Any) -> None:
            if os.getpid() != self._process:
                prints(msg, *arguments, **options)
                return
            with self._lock:
                self._erase()
                prints(msg, *arguments, **options)
                self._unfinished = not options.get("newline", True) and not msg.endswith("\n")

        self._display.display = display
