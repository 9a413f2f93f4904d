# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process of its own that does a service's or a job's work: what it is asked is a line, what it says are lines."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import IO, Any, cast


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
        """End it at once."""
        self._process.kill()
        self._process.communicate()
