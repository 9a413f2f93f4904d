# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process of its own that does a service's or a job's work: what it is asked is a line, what it says are lines."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from typing import IO, Any, cast

SECONDS_TO_END = 5.0


def end_when_asked() -> None:
    """Let this process, which a worker runs, tidy up before it ends."""
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(1))


class Worker:
    """A module of the emulators, run as a process, that never makes the host wait."""

    def __init__(self, module: str, asked: Mapping[str, Any]) -> None:
        self._process = subprocess.Popen([sys.executable, "-m", module], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        # both are pipes, as was asked for
        self._input = cast("IO[bytes]", self._process.stdin)
        self._output = cast("IO[bytes]", self._process.stdout)
        self._told = b""
        os.set_blocking(self._output.fileno(), False)
        self.tell(json.dumps(asked))

    def tell(self, line: str) -> None:
        """Give it a further line."""
        self._input.write(line.encode() + b"\n")
        self._input.flush()

    def lines(self) -> tuple[list[str], int | None]:
        """Return the lines that it has said since, and its exit code if it has ended, of which nothing is then left."""
        ended = self._process.poll()
        *lines, self._told = (self._told + (self._output.read() or b"")).split(b"\n")
        return [line.decode() for line in lines], ended

    def end(self) -> None:
        """End it; by force, should it not do so by itself."""
        self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(SECONDS_TO_END)
        self._process.kill()
        self._process.communicate()
