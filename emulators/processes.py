# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Daemons, known by pid file and by a word of their command line, so that no other process is ever signalled."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


class NotReady(RuntimeError):
    """Something did not come up, or did not go, within its deadline."""


def wait_until(condition: Callable[[], bool], what: str, *, seconds: float = 15.0) -> None:
    """Return when the condition holds.

    Raises:
        NotReady: it did not hold within the deadline.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise NotReady(f"{what}: not within {seconds:g} s")
        time.sleep(0.02)


def daemon_pid(pid_file: Path, word: str) -> int | None:
    """Return the process of the pid file if it runs and its command line holds the word, else None."""
    try:
        pid = int(pid_file.read_text(encoding="ascii"))
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except (OSError, ValueError):
        return None
    return pid if word in command else None


def stop_daemon(pid_file: Path, word: str, *, seconds: float = 15.0) -> None:
    """End the process of the pid file, if it runs, and wait until it is gone.

    Raises:
        NotReady: it is still there after so many seconds.
    """
    pid = daemon_pid(pid_file, word)
    if pid is not None:
        os.kill(pid, signal.SIGTERM)
        wait_until(lambda: daemon_pid(pid_file, word) is None, f"the end of process {pid}", seconds=seconds)
    pid_file.unlink(missing_ok=True)


@dataclass(frozen=True)
class Daemon:
    """A process of ours in a session of its own, which writes its pid file itself once it answers."""

    what: str
    """What messages call it, in the plural."""
    module: str
    """What Python runs, with its first argument; the process is known by it."""
    arguments: Sequence[str]
    pid_file: Path
    log: Path

    def running(self) -> bool:
        """Return whether it runs and answers."""
        return daemon_pid(self.pid_file, self.module) is not None

    def start(self) -> None:
        """Start it, unless it runs, and return when it answers.

        Raises:
            RuntimeError: it ended at once; the message has its last words.
            NotReady: it does not answer.
        """
        if self.running():
            return
        self.pid_file.unlink(missing_ok=True)
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *self.module.split(), *self.arguments],
                cwd=ROOT,
                env={"PYTHONPATH": f"{ROOT}:{ROOT / '.collections'}", "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until(lambda: self.running() or process.poll() is not None, f"the start of {self.what}", seconds=60)
        if process.poll() is not None:
            last = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-1:]
            raise RuntimeError(f"{self.what} ended at once: {' '.join(last)}; see {self.log}")

    def stop(self) -> None:
        """Stop it, if it runs."""
        stop_daemon(self.pid_file, self.module)


def wait_for_the_end(pid_file: Path) -> None:
    """Write the pid file, wait for SIGTERM or SIGINT, and remove it: whoever waits for the file can connect."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: ended.set())
    pid_file.write_text(f"{os.getpid()}\n", encoding="ascii")
    ended.wait()
    pid_file.unlink(missing_ok=True)


def as_owner(directory: Path) -> list[str]:
    """Return the arguments that make BIND run as the owner of a directory, to whom all in it is given.

    As root it gives up root's right to pass other users' directories, such as the home of whoever used sudo.
    """
    owner = directory.stat()
    if os.geteuid() != 0 or owner.st_uid == 0:
        return []
    for path in directory.rglob("*"):
        os.chown(path, owner.st_uid, owner.st_gid)
    return ["-u", pwd.getpwuid(owner.st_uid).pw_name]
