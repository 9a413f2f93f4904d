# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The live line in a real pseudo-terminal: there while work is done, gone before Ansible prints, absent elsewhere."""

from __future__ import annotations

import fcntl
import os
import re
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Callable

import pytest

from tests.integration.journal.conftest import Hold, Runner

ERASE = "\r\x1b[K"
LIVE = "DNS update  10/24 record sets"
COLUMNS = 100


class Terminal:
    """The other end of a pseudo-terminal that a program writes to."""

    def __init__(self) -> None:
        self._master, self.slave = os.openpty()
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, COLUMNS, 0, 0))
        self.written = ""

    def read(self, until: Callable[[str], bool] | None = None, *, seconds: float = 90) -> None:
        """Read until the condition holds, or else until the program has closed its end."""
        deadline = time.monotonic() + seconds
        while until is None or not until(self.written):
            assert time.monotonic() < deadline, self.written[-2000:]
            try:
                chunk = os.read(self._master, 65_536)
            except OSError:  # how Linux says that nobody is left at the other end
                break
            self.written += chunk.decode()

    def lines(self) -> list[str]:
        """Return the lines as they stand in the end, without colours: what was erased is not there any more."""
        plain = re.sub(r"\x1b\[[\d;]*m", "", self.written.replace("\r\n", "\n"))
        return [line.rpartition(ERASE)[2] for line in plain.split("\n")]

    def close(self) -> None:
        os.close(self._master)


def start(runner: Runner, terminal: Terminal, **environment: str) -> subprocess.Popen[bytes]:
    process = runner.start(
        *("live.yml", "--tags", "dns"),
        stdin=terminal.slave,
        stdout=terminal.slave,
        stderr=terminal.slave,
        environment={"TERM": "xterm-256color", **environment},
    )
    os.close(terminal.slave)
    return process


@pytest.mark.timeout(300)
def test_the_line_is_there_while_work_is_done_and_leaves_no_trace(runner: Runner, hold: Hold) -> None:
    terminal = Terminal()
    process = start(runner, terminal)
    terminal.read(until=lambda written: LIVE in written)
    shown = terminal.written.rpartition(LIVE)[2]
    assert re.match(r"  \d+(\.\d)?/s  \d+ s left", shown), shown
    hold.end("pass")
    terminal.read()
    assert process.wait(timeout=60) == 0, terminal.written[-2000:]
    lines = terminal.lines()
    terminal.close()
    assert not [line for line in lines if "DNS update" in line], "it is erased before anything else is printed"
    assert "TASK [uoe.exam_scheduling.dns : Keep the declared records on the primary] ***" in "\n".join(lines)
    assert lines[-1] == "", "the shell's prompt begins on a line of its own"
    figures = {event["what"]: event for event in runner.events() if event["event"] == "progress"}
    assert figures["DNS update"]["done"] == 24
    assert figures["DNS update"]["seconds"] > 0.2


@pytest.mark.thorough
@pytest.mark.timeout(200)
@pytest.mark.parametrize("environment", [{"TERM": "dumb"}, {"CI": "true"}], ids=["dumb", "CI"])
def test_a_terminal_that_cannot_erase_and_a_ci_job_see_no_line(
    runner: Runner, hold: Hold, environment: dict[str, str]
) -> None:
    terminal = Terminal()
    process = start(runner, terminal, **environment)
    assert hold.held.wait(timeout=60)
    _let_it_last(hold)
    terminal.read()
    assert process.wait(timeout=60) == 0
    assert ERASE not in terminal.written
    assert "DNS update" not in terminal.written
    terminal.close()


@pytest.mark.thorough
@pytest.mark.timeout(200)
def test_no_terminal_no_line(runner: Runner, hold: Hold) -> None:
    process = runner.start("live.yml", "--tags", "dns", stdout=subprocess.PIPE, environment={"TERM": "xterm"})
    assert hold.held.wait(timeout=60)
    _let_it_last(hold)
    output = process.communicate(timeout=60)[0].decode()
    assert process.returncode == 0
    assert "DNS update" not in output
    assert "\x1b" not in output


def _let_it_last(hold: Hold) -> None:
    """Have the task take twice as long as the line waits before it is shown."""
    threading.Timer(2.0, hold.end, args=("pass",)).start()
