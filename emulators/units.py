# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The services of an emulated Linux host: unit files as systemd reads them, run without an init system.

A directive that is not known here is refused, so that none passes by accident. Those that confine a service have no
effect here.
"""

from __future__ import annotations

import os
import pwd
import shlex
import shutil
import signal
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

from emulators.processes import NotReady, daemon_pid, stop_daemon

CONFINING = {
    *("CapabilityBoundingSet", "LockPersonality", "NoNewPrivileges", "PrivateDevices", "PrivateTmp", "ProtectClock"),
    *("ProtectControlGroups", "ProtectHome", "ProtectHostname", "ProtectKernelLogs", "ProtectKernelModules"),
    *("ProtectKernelTunables", "ProtectProc", "ProtectSystem", "RemoveIPC", "RestrictAddressFamilies"),
    *("RestrictNamespaces", "RestrictRealtime", "RestrictSUIDSGID", "SystemCallArchitectures", "SystemCallFilter"),
    "UMask",
}
KNOWN = {
    "Unit": {"After", "Description", "Wants"},
    "Service": {
        *("Environment", "ExecStart", "ExecReload", "Group", "KillMode", "Restart", "RestartSec", "RuntimeDirectory"),
        *("RuntimeDirectoryMode", "TimeoutStartSec", "TimeoutStopSec", "Type", "User", "WorkingDirectory", *CONFINING),
    },
    "Install": {"WantedBy"},
}


class Refused(RuntimeError):
    """A unit that systemd would not run, or that is beyond what is emulated; the message says why."""


@dataclass(frozen=True)
class Unit:
    """A service of a host, named without its suffix."""

    root: Path
    name: str

    @property
    def file(self) -> Path:
        """The unit file."""
        return self.root / "etc/systemd/system" / f"{self.name}.service"

    @property
    def _wanted(self) -> Path:
        return self.root / "etc/systemd/system/multi-user.target.wants" / self.file.name

    @property
    def _pid_file(self) -> Path:
        return self.root / "run/systemd" / f"{self.name}.pid"

    @property
    def log(self) -> Path:
        """What it prints, which the journal would have."""
        return self.root / "var/log/units" / f"{self.name}.log"

    def read(self) -> dict[str, dict[str, list[str]]]:
        """Return the directives of its file, by section.

        Raises:
            Refused: there is none, or it has what is not known here.
        """
        if not self.file.is_file():
            raise Refused(f"Unit {self.name}.service not found.")
        sections: dict[str, dict[str, list[str]]] = {}
        section = ""
        for line in self.file.read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
            text = line.strip()
            if not text or text.startswith(("#", ";")):
                continue
            if text.startswith("["):
                section = text.strip("[]")
                continue
            key, _, value = text.partition("=")
            if key not in KNOWN.get(section, ()):
                raise Refused(f"{self.file}: it does not know [{section}] {key}=; teach emulators/units.py")
            expanded = value.replace("%i", self.name.partition("@")[2])
            sections.setdefault(section, {}).setdefault(key, []).append(expanded)
        return sections

    def running(self) -> bool:
        """Return whether its process runs."""
        return daemon_pid(self._pid_file, self._word()) is not None

    def enabled(self) -> bool:
        """Return whether it is started with the host."""
        return self._wanted.is_symlink()

    def enable(self) -> None:
        """Have it started with the host."""
        self.read()
        self._wanted.parent.mkdir(parents=True, exist_ok=True)
        if not self.enabled():
            self._wanted.symlink_to(self.file)

    def disable(self) -> None:
        """Have it not started with the host."""
        self._wanted.unlink(missing_ok=True)

    def start(self) -> None:
        """Start it, unless it runs, and return when it says that it is ready (sd_notify).

        Raises:
            Refused: its file cannot be run here.
            NotReady: it ended, or did not say in time that it is ready.
        """
        if self.running():
            return
        service = self.read()["Service"]
        one = {key: values[-1] for key, values in service.items()}
        if (user := one.get("User")) is not None and pwd.getpwnam(user).pw_uid != os.geteuid():
            raise Refused(
                f"{self.file}: an emulated host has one user, {pwd.getpwuid(os.geteuid()).pw_name}, not {user}"
            )
        runtime = self.root / "run" / one["RuntimeDirectory"] if "RuntimeDirectory" in one else None
        if runtime is not None:
            runtime.mkdir(mode=int(one.get("RuntimeDirectoryMode", "0755"), 8), parents=True, exist_ok=True)
        for path in (self.log, self._pid_file):
            path.parent.mkdir(parents=True, exist_ok=True)
        environment = dict(
            word.partition("=")[::2] for line in service.get("Environment", []) for word in shlex.split(line)
        )
        # an abstract address: a path might be too long
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready, self.log.open("ab") as log:
            address = f"\0emulated-unit-{os.getpid()}-{self.name}"
            ready.bind(address)
            process = subprocess.Popen(
                shlex.split(one["ExecStart"]),
                cwd=one.get("WorkingDirectory", "/"),
                env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "NOTIFY_SOCKET": f"@{address[1:]}", **environment},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
            self._pid_file.write_text(str(process.pid), encoding="ascii")
            ready.settimeout(0.2)
            for _ in range(int(one.get("TimeoutStartSec", "90")) * 5):
                if process.poll() is not None:
                    self._pid_file.unlink()
                    raise NotReady(f"Job for {self.name}.service failed: it ended with {process.returncode}.")
                try:
                    if b"READY=1" in ready.recv(4096):
                        return
                except TimeoutError:
                    continue
        self.stop()
        raise NotReady(f"Job for {self.name}.service failed: it was not ready in time.")

    def stop(self) -> None:
        """Stop it, if it runs, and return when it is gone; its runtime directory goes with it."""
        service = self.read()["Service"]
        pid = daemon_pid(self._pid_file, self._word())
        try:
            stop_daemon(self._pid_file, self._word(), seconds=float(service.get("TimeoutStopSec", ["90"])[-1]))
        except NotReady:
            if pid is not None:  # it has a session of its own
                os.killpg(pid, signal.SIGKILL)
            stop_daemon(self._pid_file, self._word())
        for directory in service.get("RuntimeDirectory", ()):
            shutil.rmtree(self.root / "run" / directory, ignore_errors=True)

    def _word(self) -> str:
        """Return what its command line has and no other's."""
        return self.name.partition("@")[2] or self.name


def units(root: Path) -> list[Unit]:
    """Return the services that a host has files of."""
    return [Unit(root, path.stem) for path in sorted((root / "etc/systemd/system").glob("*.service"))]
