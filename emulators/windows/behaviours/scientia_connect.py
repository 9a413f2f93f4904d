# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scientia Connect: logs in to its databases when it starts, by its own configuration, and stops if it cannot.

Options: `config_file` (.NET's, with `connectionStrings`), `connector_file` (the connector's, JSON: which views and
tables it uses, of which connection) and `log_file`. Names are looked up in the host's own file `hosts`; certificates
are verified with the store Root. The log says where it logged in and as whom, or why not; it never has a password.
"""

from __future__ import annotations

from typing import Any

from emulators.windows.behaviour import Behaviour, ServiceEnded, StartFailure
from emulators.windows.connect_files import UNREADABLE, append_log, read_configuration
from emulators.windows.connect_logins import READY
from emulators.windows.worker import Worker


class ScientiaConnect(Behaviour):
    """Logs in by a process of its own (connect_logins), which stays logged in while the service runs."""

    _worker: Worker | None = None
    _settled = True

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
        self._worker = Worker("emulators.windows.connect_logins", asked)
        self._settled = False

    @property
    def busy(self) -> bool:
        """Whether it has not logged in everywhere yet."""
        return not self._settled

    def tick(self) -> bool:
        """Write down what has been logged in to since; end where that is not possible."""
        if self._worker is None:
            return False
        lines, ended = self._worker.lines()
        for line in lines:
            if line == READY:
                self._settled = True
            else:
                self._log(*line.split(" ", 1))
        if ended is not None:
            self._log("ERROR", "Connect stopped: it cannot work without its databases")
            raise ServiceEnded
        return bool(lines)

    def stop(self) -> None:
        """Log out."""
        if self._worker is not None:
            self._worker.end()
        self._worker, self._settled = None, True

    def _asked(self) -> dict[str, Any]:
        """Return what the process has to do."""
        read = read_configuration(self.machine, self.service.options)
        used = [read["connector"][part] for part in ("source", "target") if part in read["connector"]]
        return {**read, "objects": {each["connection"]: each["objects"] for each in used}}

    def _log(self, level: str, message: str) -> None:
        append_log(self.machine, self.service.options["log_file"], level, message)


BEHAVIOUR = ScientiaConnect
