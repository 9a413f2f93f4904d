# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a program does that a scheduled task runs, and that takes a while."""

from __future__ import annotations

import importlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emulators.windows.machine import Machine
    from emulators.windows.model import Program


class Job(ABC):
    """The contract of a program at work; made anew each time that it is run.

    A file `emulators/windows/jobs/<name>.py` holds one as `JOB`; a program of the seed names it, and gives it its
    `options`. All methods are called in the emulator's one thread, so they must not wait.
    """

    def __init__(self, machine: Machine, options: Mapping[str, str]) -> None:
        self.machine = machine
        self.options = options

    @abstractmethod
    def start(self) -> None:
        """Begin."""

    @abstractmethod
    def tick(self) -> int | None:
        """Do what is due by now; called a few times a second. Return the exit code once it has ended."""

    @abstractmethod
    def stop(self) -> None:
        """End at once, half-way or not; what it did stands."""


def job_of(machine: Machine, program: Program) -> Job:
    """Return a program at work.

    Raises:
        ModuleNotFoundError: it names a job that there is not.
    """
    found: type[Job] = importlib.import_module(f"emulators.windows.jobs.{program.job}").JOB
    return found(machine, program.options)
