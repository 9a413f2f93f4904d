# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The job of Connect's Student Systems connector: moves EUGEX's rows into Exam Scheduler, by Connect's configuration.

Options: `config_file` and `connector_file` as behaviours/scientia_connect has them; `log_file`; `status_file`, JSON
that says how far it is; `sync_file`, JSON with what was transferred already, which the next run leaves alone. The work
is done by a process of its own (connect_transfer), which knows no file of the host.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from emulators.windows import paths
from emulators.windows.connect_files import UNREADABLE, append_log, read_configuration
from emulators.windows.job import Job
from emulators.windows.worker import Worker

FAILED = 1


class StudentSystems(Job):
    """One run."""

    _worker: Worker | None = None

    def start(self) -> None:
        """Read configuration and synchronisation state as they are at this moment, and begin."""
        self._status: dict[str, Any] = {
            "job": "Student Systems",
            "state": "running",
            "started": self._now(),
            "ended": None,
            "rows": {"done": 0, "total": None, "rejected": 0},
            "message": "",
        }
        self._log("INFO", "The job Student Systems started")
        faults = self.machine.faults
        try:
            asked = {
                **read_configuration(self.machine, self.options),
                "sync": self._read_sync(),
                "fails_after": faults.job_fails_after,
                "waits_after": faults.job_waits_after,
            }
        except UNREADABLE as error:
            self._end("failed", f"The configuration cannot be read: {error}")
            return
        self._worker = Worker("emulators.windows.connect_transfer", asked)
        self._waits = faults.job_waits_after is not None
        self._write_status()

    def tick(self) -> int | None:
        """Write down what was told since."""
        if self._worker is None:
            return FAILED
        lines, ended = self._worker.lines()
        for line in lines:
            self._take(json.loads(line))
        if lines:
            self._write_status()
        if self._waits and self.machine.faults.job_waits_after is None:
            self._waits = False
            self._worker.tell("")
        if ended is not None and self._status["state"] == "running":
            self._end("failed", f"The process ended with {ended}")
        return ended

    def stop(self) -> None:
        """End the process."""
        if self._worker is not None:
            self._worker.end()
        if self._status["state"] == "running":
            self._end("terminated", "The job was terminated")

    def _take(self, told: dict[str, Any]) -> None:
        rows = self._status["rows"]
        for name in ("done", "total"):
            rows[name] = told.get(name, rows[name])
        rows["rejected"] += told.get("rejected", 0)
        if "log" in told:
            self._log(*told["log"])
        if "sync" in told:
            path = self.options["sync_file"]
            self.machine.files.make_directory(paths.parent(path))
            self.machine.files.write(path, json.dumps(told["sync"]).encode())
        if "state" in told:
            self._end(told["state"], told.get("message", ""))

    def _end(self, state: str, message: str) -> None:
        self._status.update(state=state, message=message, ended=self._now())
        self._log("INFO" if state == "succeeded" else "ERROR", f"The job Student Systems {state}. {message}".strip())
        self._write_status()

    def _read_sync(self) -> dict[str, Any]:
        path = self.options["sync_file"]
        there = self.machine.files.find(path) is not None
        sync: dict[str, Any] = json.loads(self.machine.files.read(path)) if there else {}
        return sync

    def _write_status(self) -> None:
        path = self.options["status_file"]
        self.machine.files.make_directory(paths.parent(path))
        self.machine.files.write(path, json.dumps(self._status).encode())

    def _now(self) -> str:
        return dt.datetime.fromtimestamp(self.machine.now(), dt.UTC).isoformat(timespec="seconds")

    def _log(self, level: str, message: str) -> None:
        append_log(self.machine, self.options["log_file"], level, message)


JOB = StudentSystems
