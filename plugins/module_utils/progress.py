# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Progress of long work, for whoever watches the run: how much of how much is done, while it is being done.

    with Progress("DNS update", total=len(changes), unit="records") as progress:
        for batch in batches:
            send(batch)
            progress.advance(len(batch))

Where nobody listens, which is on every host but the controller, each of these calls returns at once.
"""

from __future__ import annotations

import itertools
import json
import os
import threading
import time
from types import TracebackType

from ansible_collections.uoe.exam_scheduling.plugins.module_utils import run_variables

INTERVAL = 0.2
"""Seconds between two lines of the same work, its first and its last apart."""

_numbers = itertools.count()


class Progress:
    """One piece of work. Threads may share it; another process needs one of its own."""

    def __init__(self, what: str, *, total: int | None = None, unit: str = "items") -> None:
        """Say what is done; nothing is written yet.

        Args:
            what: the work, as it is called on the terminal: `DNS update`. Never a secret.
            total: how many there are to do; None if that is not known.
            unit: what is counted, in the plural.
        """
        self._what = what
        self._total = total
        self._unit = unit
        self._done = 0
        self._timer: threading.Timer | None = None
        self._descriptor: int | None = None

    def __enter__(self) -> Progress:
        """Begin."""
        path = os.environ.get(run_variables.PROGRESS)
        if path:
            self._open(path)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End, with whatever was done."""
        if self._descriptor is None:
            return
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            self._write(time.monotonic(), ended=True)
            self._close()

    def expect(self, total: int | None) -> None:
        """Say how many there are to do, where that is known only once the work has begun."""
        self._total = total

    def advance(self, number: int = 1) -> None:
        """Count what was done since the last call."""
        if self._descriptor is None:
            return
        with self._lock:
            self._done += number
            if self._timer is not None:
                return
            now = time.monotonic()
            if now >= self._next:
                self._write(now)
                return
            # Nothing may come after this for a long time, and then this is what has to be seen meanwhile.
            self._timer = threading.Timer(self._next - now, self._catch_up)
            self._timer.daemon = True
            self._timer.start()

    def _open(self, path: str) -> None:
        try:
            # Not made here: whoever listens has made it, and when it is gone nobody listens any more.
            self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        except OSError:
            return  # nobody is kept from working because nobody can watch
        self._lock = threading.Lock()
        self._id = f"{os.getpid()}-{next(_numbers)}"
        self._began = self._next = time.monotonic()
        self._write(self._began)

    def _catch_up(self) -> None:
        with self._lock:
            self._timer = None
            self._write(time.monotonic())

    def _write(self, now: float, *, ended: bool = False) -> None:
        """Append a line: one write, so that lines of several processes never mix."""
        content = {
            "id": self._id,
            "task": os.environ.get(run_variables.TASK),
            "host": os.environ.get(run_variables.HOST),
            "what": self._what,
            "done": self._done,
            "total": self._total,
            "unit": self._unit,
            "seconds": round(now - self._began, 3),
            "ended": ended,
        }
        self._next = now + INTERVAL
        line = json.dumps(content, separators=(",", ":")).encode() + b"\n"
        if self._descriptor is None:
            return
        try:
            os.write(self._descriptor, line)
        except OSError:
            self._close()

    def _close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
