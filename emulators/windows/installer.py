# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an emulated installer does: its file says it, in YAML, under `emulated_installer`."""

from __future__ import annotations

import copy
from dataclasses import field
from typing import TYPE_CHECKING

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from emulators.windows import paths
from emulators.windows.files import FileError
from emulators.windows.model import Product, Service
from emulators.windows.services import ServiceError

if TYPE_CHECKING:
    from emulators.windows.machine import Machine


@dataclass(config=ConfigDict(extra="forbid"), kw_only=True)
class Installer:
    """A program to be installed."""

    id: str
    name: str
    version: str
    publisher: str = ""
    location: str = ""
    upgrade_code: str = ""
    exit_code: int = 0
    uninstall_exit_code: int = 0
    replaces: list[str] = field(default_factory=list)
    """Product codes of earlier versions, which go when this one comes."""
    services: list[Service] = field(default_factory=list)
    """Those with start mode auto are started."""
    files: dict[str, str] = field(default_factory=dict)
    """Texts, by path."""

    def install(self, machine: Machine) -> None:
        """Install the program.

        Raises:
            FileError: the disk has no room; nothing is installed then.
        """
        before = set(machine.state.files)
        try:
            for path, text in self.files.items():
                machine.files.make_directory(paths.parent(path))
                if machine.files.find(path) is None:
                    machine.files.write(path, text.encode())
        except FileError:
            # as Windows Installer: what was begun is taken back, directories included
            for path in set(machine.state.files) - before:
                machine.files.remove(path)
            raise
        state = machine.state
        state.products = [each for each in state.products if each.id not in self.replaces]
        state.products.append(
            Product(
                id=self.id,
                name=self.name,
                version=self.version,
                publisher=self.publisher,
                location=self.location,
                upgrade_code=self.upgrade_code,
                services=[each.name for each in self.services],
                uninstall_exit_code=self.uninstall_exit_code,
            )
        )
        for service in copy.deepcopy(self.services):
            known = machine.services.find(service.name)
            if known is None:
                state.services.append(service)
                known = service
            if known.start_mode in ("auto", "delayed"):
                self._start(machine, known)

    @staticmethod
    def _start(machine: Machine, service: Service) -> None:
        try:
            machine.services.start(service)
        except ServiceError:
            # as Windows Installer: the program is there, its service is not running
            service.state = "stopped"
