# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The estate that faults strike: kept as it was before a step, brought back for each case, and struck."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from emulators.estate.estate import Estate
from emulators.faults import FILE, Faults, write_faults
from emulators.name_server import NameServer
from emulators.processes import daemon_pid, wait_until
from emulators.windows.faults import FaultFile
from emulators.windows.faults import Faults as WindowsFaults
from tests.chaos import matrix

OVERLAY = {"implementation_responsibilities": {"1.4": {"carried_out_by": "collection"}}}
"""So that there is an installation that a fault can strike: in LIVE these are the vendors'."""
PATIENCE = {"business_intelligence_lcm_timeout": 60}
"""Seconds that a run waits for what hangs: as long as in LIVE, it would be for half an hour."""


class Occupied(RuntimeError):
    """Another `make chaos` has this estate: it would lose its secrets, and see logins rejected."""


class Arena:
    """An estate of its own, of which only what the steps need runs."""

    def __init__(self, network: str, steps: Iterable[matrix.Step]) -> None:
        self.estate = Estate(network)
        self.kept = self.estate.directory / "kept"
        self.overlay = self.estate.directory / "overlay"
        self._names = {part for step in steps for part in step.parts}

    def hold(self) -> None:
        """Keep others from this estate until this process ends.

        Raises:
            Occupied: somebody has it.
        """
        path = self.estate.directory.with_name(f"{self.estate.directory.name}.lock")
        path.parent.mkdir(mode=0o700, exist_ok=True)
        self._lock = path.open("w", encoding="ascii")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Occupied(f"another make chaos runs on {self.estate.network}: give this one --network") from None

    def start(self) -> None:
        """Make the estate anew, Exam Scheduler not installed yet, and start it. Raises Occupied."""
        self.hold()
        self.stop()
        shutil.rmtree(self.estate.directory, ignore_errors=True)
        self.estate.prepare()
        self.estate.approve_changes()
        self._withdraw_installation()
        (self.overlay / "group_vars").mkdir(parents=True)
        responsibilities = Path("inventories/live/group_vars/all/responsibilities.yml")
        content: dict[str, dict[str, dict[str, Any]]] = yaml.safe_load(responsibilities.read_text(encoding="utf-8"))
        for name, lines in OVERLAY.items():
            for line, entry in lines.items():
                content[name][line].update(entry)
        (self.overlay / "group_vars/all.yml").write_text(yaml.safe_dump({**content, **PATIENCE}), encoding="utf-8")
        (self.overlay / "hosts.yml").write_text("all: {}\n", encoding="utf-8")
        self._start(self._names)

    def stop(self) -> None:
        """Stop all that runs."""
        if self.estate.directory.is_dir():
            for name, _part in self.estate.chosen(None):
                self._signal(name, signal.SIGCONT)
            for _line in self.estate.down():
                pass

    def keep(self, step: matrix.Step) -> None:
        """Keep what a step changes as it is now."""
        self._stop(step.parts)
        shutil.rmtree(self.kept, ignore_errors=True)
        self.kept.mkdir()
        for name in _directories(step):
            self._copy(self.estate.directory / name, self.kept / name)
        self._start(step.parts)

    def bring_back(self, step: matrix.Step) -> None:
        """Let what a step changes be as it was kept."""
        self._stop(step.parts)
        for name in _directories(step):
            shutil.rmtree(self.estate.directory / name, ignore_errors=True)
            self._copy(self.kept / name, self.estate.directory / name)
        self._start(step.parts)

    def strike(self, case: matrix.Case, entry: dict[str, Any]) -> None:
        """Let the fault of a case be there from now on."""
        fault, directory = case.fault, self.estate.directory
        if fault.system == matrix.WINDOWS:
            value = WindowsFaults(**{fault.kind: fault.entry["value"]})
            FaultFile(directory / "windows/faults.json").set(fault.where, value)
        elif fault.kind == "frozen":
            self._signal(fault.where, signal.SIGSTOP)
        elif fault.kind == "stopped":
            self._stop([fault.where])
        else:
            write_faults(directory / fault.where, [entry], [fault.kind])

    def clear(self, case: matrix.Case) -> bool | None:
        """Let the fault be over; return whether anything met it, or None where that is not known."""
        fault, directory = case.fault, self.estate.directory
        if fault.system == matrix.WINDOWS:
            FaultFile(directory / "windows/faults.json").clear()
        elif fault.kind == "frozen":
            self._signal(fault.where, signal.SIGCONT)
        elif fault.kind == "stopped":
            self._start([fault.where])
            self._catch_up(fault.where)
        elif fault.system != matrix.RUN:
            (directory / fault.where / FILE).unlink(missing_ok=True)
            return Faults(directory / fault.where / FILE).met()
        return None

    def _catch_up(self, name: str) -> None:
        """Do what the proof of DNS asks for of a secondary that was down while its primary told of a change."""
        zones = self.estate.seed.zones if self.estate.seed.name_servers.get(name, {}).get("kind") == "secondary" else ()
        server = self.estate.parts()[name]
        for zone in zones:
            assert isinstance(server, NameServer)
            newest = self._primary().serial(zone)
            server.transfer_now(zone)
            wait_until(partial(self._holds, server, zone, newest), f"{name} to hold serial {newest} of {zone}")

    def _primary(self) -> NameServer:
        # the first of them is
        return next(part for part in self.estate.parts().values() if isinstance(part, NameServer))

    @staticmethod
    def _holds(server: NameServer, zone: str, serial: int | None) -> bool:
        return server.serial(zone) == serial

    def _withdraw_installation(self) -> None:
        path = self.estate.directory / "windows/seed.yml"
        seed = yaml.safe_load(path.read_text(encoding="utf-8"))
        host = seed["hosts"]["es-live"]
        host["services"] = [one for one in host["services"] if one["name"] != "ScientiaExamScheduler"]
        host["products"] = []
        path.write_text(yaml.safe_dump(seed, sort_keys=False), encoding="utf-8")

    def _parts(self, names: Iterable[str]) -> list[Any]:
        parts = self.estate.parts()
        return [parts[name] for name in names]

    def _start(self, names: Iterable[str]) -> None:
        for part in self._parts(names):
            part.start()

    def _stop(self, names: Iterable[str]) -> None:
        for part in self._parts(names):
            part.stop()

    def _signal(self, name: str, number: signal.Signals) -> None:
        pid = daemon_pid(self.estate.directory / "hosts" / name / "pid", "named")
        if pid is not None:
            os.kill(pid, number)

    @staticmethod
    def _copy(source: Path, target: Path) -> None:
        if source.is_dir():
            target.parent.mkdir(parents=True, exist_ok=True)
            # by cp, since servers leave sockets in their directories, which shutil refuses
            subprocess.run(["cp", "--archive", source, target], check=True)


def _directories(step: matrix.Step) -> list[str]:
    """Return the directories that hold what a step changes."""
    found = ["state"]
    for part in step.parts:
        if part != "sql-server":
            found.append(f"hosts/{part}")
        else:
            found.append("hosts/sql-live")
        found.append(part)
    return found
