# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs commands side by side, output to files, and lets none of their processes outlive them (Linux)."""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import os
import signal
import subprocess
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36
"""`prctl(2)`: processes whose parent has gone become children of this one, where they can be seen and ended."""

_POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Command:
    """A program to run, with the file that gets all it prints."""

    name: str
    argv: Sequence[str]
    output: Path
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Ended:
    """How a command ended: `returncode` is None if it was stopped because its time was over."""

    command: Command
    returncode: int | None
    seconds: float


@dataclass
class _Running:
    command: Command
    process: subprocess.Popen[bytes]
    started: float


def adopt_orphans() -> None:
    """Have processes that daemonise below this one become its children, so that `end_leftovers` finds them."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER) was refused")


def run(
    commands: Iterable[Command], *, at_once: int, limit_seconds: float, watch: Callable[[Path], None] | None = None
) -> Generator[Ended, None, None]:
    """Run all commands, `at_once` of them side by side, each for at most `limit_seconds`.

    Args:
        commands: each becomes a session of its own, without input. The next one is asked for when it can be started.
        at_once: how many run at the same time.
        limit_seconds: a command that takes longer is ended.
        watch: called with a running command's output file, again and again, for showing it live.

    Yields:
        How each ended, in the order of ending. If interrupted or closed, everything is ended before that goes on.
    """
    waiting, running = iter(commands), list[_Running]()
    try:
        while True:
            for command in itertools.islice(waiting, at_once - len(running)):
                with _interrupted_afterwards():
                    running.append(_start(command))
            if not running:
                return
            time.sleep(_POLL_SECONDS)
            _reap_adopted({one.process.pid for one in running})
            for one in list(running):
                seconds = time.monotonic() - one.started
                returncode = one.process.poll()
                if returncode is None and seconds > limit_seconds:
                    _end_groups([one])
                elif returncode is None:
                    if watch is not None:
                        watch(one.command.output)
                    continue
                if watch is not None:
                    watch(one.command.output)
                running.remove(one)
                yield Ended(one.command, returncode, seconds)
    finally:
        _end_groups(running)


def end_leftovers(grace_seconds: float = 5.0) -> list[str]:
    """End every process that is left below this one.

    Args:
        grace_seconds: how long a process may take to go by itself, and again after being asked to.

    Returns:
        The command lines of those that did not go by themselves.
    """
    if _none_left_within(grace_seconds):
        return []
    named = [_command_line(child) for child in _children()]
    for number in (signal.SIGTERM, signal.SIGKILL):
        if _none_left_within(grace_seconds, number):
            break
    return named


@contextlib.contextmanager
def _interrupted_afterwards() -> Iterator[None]:
    """Have an interrupt wait: what is started just then would be known to nobody, and go on for ever."""
    interrupts: list[int] = []
    handlers = {
        number: signal.signal(number, lambda number, _frame: interrupts.append(number))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    if interrupts:
        os.kill(os.getpid(), interrupts[0])


def _start(command: Command) -> _Running:
    with command.output.open("wb") as output:
        process = subprocess.Popen(
            command.argv,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **command.environment},
            start_new_session=True,
        )
    return _Running(command, process, time.monotonic())


def _end_groups(running: Sequence[_Running]) -> None:
    """Interrupt the commands as Ctrl-C would, so that they clean up, and be firmer with those that do not go."""
    for number, patience in ((signal.SIGINT, 20.0), (signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)):
        left = [one.process for one in running if one.process.poll() is None]
        for process in left:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)
        deadline = time.monotonic() + patience
        while any(process.poll() is None for process in left) and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
            _reap_adopted({process.pid for process in left})


def _none_left_within(seconds: float, number: signal.Signals | None = None) -> bool:
    """Wait for all children to be gone, sending each the signal; the children of those that go are then ours too."""
    deadline, told = time.monotonic() + seconds, set[int]()
    while True:
        _reap_adopted(set())
        children = set(_children())
        if not children:
            return True
        if time.monotonic() > deadline:
            return False
        for child in children - told if number else ():
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, number or 0)
        told |= children
        time.sleep(_POLL_SECONDS)


def _children() -> list[int]:
    """Return the process ids of all direct children, those that have ended and wait to be reaped included."""
    lists = (Path(thread, "children").read_text() for thread in Path("/proc/self/task").iterdir())
    return [int(child) for one in lists for child in one.split()]


def _reap_adopted(own: set[int]) -> None:
    """Reap adopted children that have ended: who waits for a daemon to go must not see it as a zombie for ever."""
    for child in _children():
        if child not in own:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(child, os.WNOHANG)


def _command_line(process: int) -> str:
    with contextlib.suppress(OSError):
        line = Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        return f"{line or '?'} (process {process})"
    return f"process {process}"
