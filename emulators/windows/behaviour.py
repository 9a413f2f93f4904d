# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a service does while it runs."""

from __future__ import annotations

import importlib
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emulators.windows.machine import Machine
    from emulators.windows.model import Service


class StartFailure(Exception):
    """The service does not come up; the message goes to who wanted to start it."""


class ServiceEnded(Exception):
    """The service has come to an end by itself."""


class Behaviour(ABC):
    """The contract of what an emulated service does; made anew at each start, and after a restart of the emulator.

    A file `emulators/windows/behaviours/<name>.py` holds one as `BEHAVIOUR`; a service of the seed names it, and gives
    it its `options`. All methods are called in the emulator's one thread, so they must not wait: what takes time is
    another process's work, which `tick` looks at.
    """

    def __init__(self, machine: Machine, service: Service) -> None:
        self.machine = machine
        self.service = service

    @abstractmethod
    def start(self) -> None:
        """Do what the service does when it starts.

        Raises:
            StartFailure: it cannot.
        """

    def stop(self) -> None:  # noqa: B027 - most services have nothing to do then
        """Do what the service does when it is stopped."""

    def tick(self) -> bool:
        """Do what is due by now, and return whether anything was; called a few times a second while it runs.

        Raises:
            ServiceEnded: it does not run any more.
        """
        return False

    @property
    def busy(self) -> bool:
        """Whether it is still at what it began when it was started. Its host answers the next command afterwards, so
        that whoever looks sees what came of it."""
        return False


def behaviour_of(machine: Machine, service: Service) -> Behaviour | None:
    """Return what the service does, or None if it just runs.

    Raises:
        ModuleNotFoundError: it names a behaviour that there is not.
    """
    if service.behaviour is None:
        return None
    found: type[Behaviour] = importlib.import_module(f"emulators.windows.behaviours.{service.behaviour}").BEHAVIOUR
    return found(machine, service)
