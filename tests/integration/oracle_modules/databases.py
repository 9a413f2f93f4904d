# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An emulated Oracle database in a process of its own, or a real one, and what tests do with it.

EXAM_TEST_ORACLE_DSN (a full descriptor, of tcps), _PASSWORD (of SYSTEM), _CA (PEM file): then the tests run there, in
accounts of their own, and those that need the emulator's means (faults, Streams) are not collected.
"""

from __future__ import annotations

import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import oracledb

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle._oracledb import connect
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.server import Server
from emulators.oracle.engine import faults
from emulators.processes import wait_until

NAME, SERVICE = "eugex-live.exams.example", "eugex.exams.example"
REAL = os.environ.get("EXAM_TEST_ORACLE_DSN")
ROOT = Path(__file__).parents[3]
NETWORK = os.environ.get("EXAM_TEST_ORACLE_NETWORK", "127.74")


@dataclass
class Emulator:
    """The emulator's process, or none where a real database is tested."""

    directory: Path
    server: Server
    passwords: dict[str, str]
    arguments: list[str] = field(default_factory=list)
    program: tuple[str, ...] = ("emulators.oracle",)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        pid_file = self.directory / "state" / "server.pid"
        with (self.directory / "log").open("ab") as log:
            environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / '.collections'}"}
            self.process = subprocess.Popen(
                [sys.executable, "-m", *self.program, *self.arguments], cwd=ROOT, stderr=log, env=environment
            )
        wait_until(lambda: pid_file.exists() or not self.running(), "the emulator to listen", seconds=30)
        assert self.running(), (self.directory / "log").read_text(encoding="utf-8")

    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)

    def faults(self, *entries: dict[str, Any]) -> None:
        if REAL and not entries:
            return
        faults.write(self.directory / "state", entries)

    def connect(self, user: str) -> oracledb.Connection:
        return connect(replace(self.server, user=user, password=self.passwords[user]))


def execute(connection: oracledb.Connection, *statements: str) -> None:
    """Execute statements."""
    with connection.cursor() as cursor:
        for each in statements:
            cursor.execute(each)


def rows(connection: oracledb.Connection, query: str, *values: object) -> list[tuple[Any, ...]]:
    """Return the rows of a query."""
    with connection.cursor() as cursor:
        return list(cursor.execute(query, values))


def nobody_is(system: oracledb.Connection, account: str) -> bool:
    """Return whether an account is logged in nowhere: a connection that was cut is one until the server notices."""
    return not rows(system, "SELECT sid FROM v$session WHERE username = :1", account)


Accounts = Callable[..., str]


Runner = Callable[..., dict[str, Any]]


class Trips(ssl.SSLSocket):
    """A socket that counts how often something is sent after something was received."""

    made = 0
    _received = True

    @staticmethod
    def begin() -> None:
        """Count from 0; the first that is sent counts, whatever was received last."""
        Trips.made, Trips._received = 0, True

    def send(self, data: Any, flags: int = 0) -> int:
        Trips.made += Trips._received
        Trips._received = False
        return super().send(data, flags)

    def recv(self, size: int = 1024, flags: int = 0) -> bytes:
        Trips._received = True
        return super().recv(size, flags)
