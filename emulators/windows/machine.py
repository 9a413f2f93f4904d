# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An emulated Windows host at work: its state, kept over a restart, and what acts on it."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from cryptography import x509

from emulators.certificates import write_private
from emulators.windows.faults import FaultFile, Faults, Killed, Strikes
from emulators.windows.files import Blobs, FileSystem
from emulators.windows.model import STATE, HostState
from emulators.windows.payload import Credentials
from emulators.windows.seed import HostSeed
from emulators.windows.services import ServiceControl
from emulators.windows.tasks import TaskScheduler


class Machine:
    """One host. Everything here runs in one thread."""

    def __init__(
        self, seed: HostSeed, directory: Path, blobs: Blobs, faults: FaultFile, winrm_certificate: x509.Certificate
    ) -> None:
        """Take up the host where it was left, or make it of its seed."""
        self.winrm_certificate = winrm_certificate
        self.name = seed.name
        self.address = seed.address
        self.accounts = seed.accounts
        self._share_readers = seed.share_readers
        self._path = directory / f"{seed.name}.json"
        self._faults = faults
        self._strikes = Strikes()
        self._saved = b""
        self.state: HostState = self._load() or seed.state(blobs)
        self.files = FileSystem(self.state, blobs, self.now, lambda: self.faults.disk_full)
        self.services = ServiceControl(self)
        self.tasks = TaskScheduler(self)
        self.state.booted = self.state.booted or self.now() - 86400
        self.services.resume()
        self.tasks.close()  # a program does not outlive the emulator
        self.save()

    @property
    def faults(self) -> Faults:
        """What is wrong with the host now."""
        return self._faults.of(self.name)

    @property
    def reboot_pending(self) -> bool:
        """Whether Windows wants to be restarted."""
        return self.state.reboot_pending or self.faults.reboot_pending

    def reads_shares(self, credentials: Credentials | None) -> bool:
        """Return whether a task finds the files of shares: everybody, unless the seed names who reads them.

        Those who log in by WinRM without delegation are nobody to another host, whoever they are here.
        """
        if not self._share_readers:
            return True
        return credentials is not None and self._share_readers.get(credentials.user.lower()) == credentials.password

    def now(self) -> float:
        """Return what the host's clock says, in seconds since 1970 UTC."""
        return time.time() + self.state.time.offset_seconds

    def struck(self, fault: str, command: str) -> bool:
        """Return whether a fault that names commands strikes at this one. Each command is asked about once.

        Args:
            fault: a field of Faults: `drop`.
            command: what it is called.
        """
        faults = self.faults
        named: str | None = getattr(faults, fault)
        if named not in ("*", command, command.rpartition(".")[2]):
            return False
        return self._strikes.now(fault, faults.at, faults.set_at)

    def file_changed(self) -> None:
        """Go on after a change of win_config_files, or raise Killed."""
        faults = self.faults
        at = faults.config_files_killed_at
        if at is not None and self._strikes.now("config_files_killed_at", at, faults.set_at):
            raise Killed

    def go_down(self) -> None:
        """Be off from now on, until the faults are cleared."""
        self._faults.set(self.name, replace(self.faults, refuse=True))

    def reboot(self) -> None:
        """Restart Windows."""
        self.state.reboot_pending = False
        self.state.booted = self.now()
        self.tasks.close()
        self.services.boot()
        self.tasks.boot()

    def tick(self) -> None:
        """Do what is due by now."""
        ran = self.tasks.tick()
        if self.services.tick() or ran:
            self.save()

    def save(self) -> bool:
        """Write the state to its file, atomically, if it has changed, and return whether it had."""
        content = STATE.dump_json(self.state)
        if content == self._saved:
            return False
        part = self._path.with_suffix(".part")
        write_private(part, content)
        part.replace(self._path)
        self._saved = content
        return True

    def _load(self) -> HostState | None:
        try:
            self._saved = self._path.read_bytes()
        except FileNotFoundError:
            return None
        return STATE.validate_json(self._saved)
