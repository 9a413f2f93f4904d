# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scientia Connect: logs in to its databases when it starts, by its own configuration, and stops if it cannot.

Options: `config_file` (.NET's, with `connectionStrings`), `connector_file` (the connector's, JSON: which views and
tables it uses, of which connection) and `log_file`. Names are looked up in the host's own file `hosts`; certificates
are verified with the store Root. The log says where it logged in and as whom, or why not; it never has a password.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from emulators.windows.behaviour import Behaviour, ServiceEnded, StartFailure
from emulators.windows.connect_files import UNREADABLE, append_log, read_configuration
from emulators.windows.connect_logins import READY


class ScientiaConnect(Behaviour):
    """Logs in by a process of its own (connect_logins), which stays logged in while the service runs."""

    _process: subprocess.Popen[bytes] | None = None
    _settled = True
    _told = b""

    def start(self) -> None:
        """Read the configuration as it is at this moment, and begin to log in by it."""
        self._log("INFO", "Connect started")
        try:
            asked = self._asked()
        except UNREADABLE as error:
            self._log("ERROR", f"The configuration cannot be read: {error}")
            raise StartFailure(f"The service {self.service.name} ended with {error!r}.") from error
        for name in [name for name, string in asked["connections"].items() if not string.strip()]:
            self._log("WARN", f"{name} is not configured")
            del asked["connections"][name]
        if not asked["connections"]:
            return
        self._process = subprocess.Popen(
            [sys.executable, "-m", "emulators.windows.connect_logins"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        if self._process.stdin is not None and self._process.stdout is not None:
            os.set_blocking(self._process.stdout.fileno(), False)
            self._process.stdin.write(json.dumps(asked).encode() + b"\n")
            self._process.stdin.flush()
        self._settled = False

    @property
    def busy(self) -> bool:
        """Whether it has not logged in everywhere yet."""
        return not self._settled

    def tick(self) -> bool:
        """Write down what has been logged in to since; end where that is not possible."""
        if self._process is None or self._process.stdout is None:
            return False
        ended = self._process.poll() is not None
        told = self._told + (self._process.stdout.read() or b"")
        *lines, self._told = told.split(b"\n")
        for line in lines:
            if line.decode() == READY:
                self._settled = True
            else:
                self._log(*line.decode().split(" ", 1))
        if ended:
            self._log("ERROR", "Connect stopped: it cannot work without its databases")
            raise ServiceEnded
        return bool(lines)

    def stop(self) -> None:
        """Log out."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
        self._process, self._settled = None, True

    def _asked(self) -> dict[str, Any]:
        """Return what the process has to do."""
        read = read_configuration(self.machine, self.service.options)
        used = [read["connector"][part] for part in ("source", "target") if part in read["connector"]]
        return {**read, "objects": {each["connection"]: each["objects"] for each in used}}

    def _log(self, level: str, message: str) -> None:
        append_log(self.machine, self.service.options["log_file"], level, message)


BEHAVIOUR = ScientiaConnect
