# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task scheduler of an emulated host: runs what is due, by triggers of the kinds `time` and `boot`, or on demand.

A program that takes a while (`programs` of the host) is the last action of its task, and is followed until it ends.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from emulators.windows import clock, programs
from emulators.windows.job import Job, job_of
from emulators.windows.model import ScheduledTask

if TYPE_CHECKING:
    from emulators.windows.machine import Machine

TRIGGERS = ("time", "boot")
FILE_NOT_FOUND = 0x80070002
RUNNING = 0x41301
TERMINATED = 0x41306


class TaskScheduler:
    """The scheduled tasks of one host."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._began = time.time()
        self._jobs: dict[str, Job] = {}

    def find(self, path: str, name: str) -> ScheduledTask | None:
        """Return a task by its folder and name, without regard to case."""
        wanted = (path.lower(), name.lower())
        return next((t for t in self._machine.state.tasks if (t.path.lower(), t.name.lower()) == wanted), None)

    def tick(self) -> bool:
        """Run what is due, and return whether anything was."""
        ended = [task for task in self._machine.state.tasks if task.running and self._has_ended(task)]
        due = [task for task in self._machine.state.tasks if self._is_due(task)]
        for task in due:
            self.run(task)
        return bool(due or ended)

    def run(self, task: ScheduledTask) -> None:
        """Run a task now, unless it runs: of two at once the second one is not begun."""
        if task.running:
            return
        task.last_run, task.last_result = self._machine.now(), 0
        for action in task.actions:
            program = self._machine.state.programs.get(action["path"])
            if program is not None:
                self._jobs[_key(task)] = job = job_of(self._machine, program)
                task.running, task.last_result = True, RUNNING
                job.start()
                return
            command = f'"{action["path"]}" {action.get("arguments") or ""}'.strip()
            try:
                task.last_result = programs.run(self._machine, command).exit_code
            except programs.UnknownProgram:
                task.last_result = FILE_NOT_FOUND
            if task.last_result:
                return

    def end(self, task: ScheduledTask) -> None:
        """End what a task runs, half-way."""
        job = self._jobs.pop(_key(task), None)
        if job is not None:
            job.stop()
        task.running, task.last_result = False, TERMINATED

    def close(self) -> None:
        """End what all tasks run, as when Windows goes down, or has gone down."""
        for task in self._machine.state.tasks:
            if task.running:
                self.end(task)

    def _has_ended(self, task: ScheduledTask) -> bool:
        exit_code = self._jobs[_key(task)].tick()
        if exit_code is None:
            return False
        self._jobs.pop(_key(task)).stop()
        task.running, task.last_result = False, exit_code
        return True

    def next_run(self, task: ScheduledTask) -> float | None:
        """Return when a task runs next, as far as that is known."""
        now = self._machine.now()
        return min((start for start in self._starts(task) if start > now), default=None)

    def boot(self) -> None:
        """Run the tasks that a start of Windows triggers."""
        for task in self._machine.state.tasks:
            kinds = [trigger["type"] for trigger in task.triggers if trigger.get("enabled", True)]
            if task.enabled and "boot" in kinds:
                self.run(task)

    def _starts(self, task: ScheduledTask) -> list[float]:
        zone = self._machine.state.time.timezone
        return [
            clock.moment(trigger["start_boundary"], zone)
            for trigger in task.triggers
            if trigger["type"] == "time" and trigger.get("enabled", True)
        ]

    def _is_due(self, task: ScheduledTask) -> bool:
        """A time that was missed as the host was off counts only with start_when_available.

        One that was past when the task was registered never counts: it was not missed.
        """
        if not task.enabled:
            return False
        now, offset = self._machine.now(), self._machine.state.time.offset_seconds
        up_since = max(self._began + offset, self._machine.state.booted)
        earliest = max(0.0 if task.settings.get("start_when_available") else up_since, task.registered)
        last = task.last_run or 0.0
        return any(max(earliest, last) < start <= now for start in self._starts(task))


def _key(task: ScheduledTask) -> str:
    return f"{task.path}\\{task.name}".lower()
