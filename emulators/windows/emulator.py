# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulated Windows hosts of one seed, in one process and one thread."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Self

from emulators.certificates import Authority
from emulators.windows import arguments, module, seed
from emulators.windows.commands import Commands
from emulators.windows.faults import FaultFile
from emulators.windows.files import Blobs
from emulators.windows.listeners import Iis, WinRM
from emulators.windows.machine import Machine
from emulators.windows.shells import Observer, Shells

LOG = logging.getLogger(__name__)
WINRM_PORT = 5986
TICK_SECONDS = 0.1


class Emulator:
    """What runs the hosts; an asynchronous context manager."""

    def __init__(
        self,
        seed_file: Path,
        directory: Path,
        authority: Authority,
        *,
        network: str,
        port: int = WINRM_PORT,
        port_of: Callable[[int], int] = lambda port: port,
        observer: Observer | None = None,
    ) -> None:
        """Take up the hosts where they were left, or make them.

        Args:
            seed_file: the hosts as on their first day.
            directory: where their state is kept, and where password files are looked for.
            authority: what issues the certificates of WinRM.
            network: the first two numbers of the hosts' loopback addresses.
            port: the port of WinRM.
            port_of: what a port of an IIS binding becomes on this machine, for those who may not use ports below 1024.
            observer: is told of each command line and its standard input.

        Raises:
            ValueError: the seed, a state or the faults are not understood.
            NotDocumented: a collection whose modules are emulated is not installed.
        """
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        states = directory / "hosts"
        states.mkdir(mode=0o700, exist_ok=True)
        arguments.prepare()
        self.faults = FaultFile(directory / "faults.json")
        blobs, commands = Blobs(directory / "blobs"), Commands(module.load())
        self.machines: dict[str, Machine] = {}
        self._listening: list[WinRM | Iis] = []
        for host in seed.load(seed_file, network=network, directory=directory):
            issued = authority.issue([host.fqdn, host.name, host.address])
            machine = Machine(host, states, blobs, self.faults, issued.certificate)
            self.machines[host.name] = machine
            self._listening += [
                WinRM(machine, issued, Shells(machine, commands, observer), port),
                Iis(machine, port_of),
            ]
        self._ticking: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        try:
            await self.follow()
        except OSError:
            await self.__aexit__()
            raise
        self._ticking = asyncio.create_task(self._tick())
        return self

    async def __aexit__(self, *_exception: object) -> None:
        if self._ticking is not None:
            self._ticking.cancel()
        for each in self._listening:
            await each.close()
        for machine in self.machines.values():
            machine.services.close()
            machine.tasks.close()
            machine.save()

    async def follow(self) -> None:
        """Listen where it is to be listened, as faults and bindings say at this moment."""
        for each in self._listening:
            await each.follow()

    async def _tick(self) -> None:
        """Follow faults, bindings, scheduled tasks and services: all that changes without a request."""
        while True:
            await asyncio.sleep(TICK_SECONDS)
            try:
                await self.follow()
                for machine in self.machines.values():
                    machine.tick()
            except Exception:
                LOG.exception("a tick broke; the emulator goes on")
