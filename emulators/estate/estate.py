# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rehearsal estate on this machine: seeded once, started part by part, stopped without a trace."""

from __future__ import annotations

import base64
import os
import secrets
import shlex
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.state_directory import Marker, StateDirectory
from emulators.certificates import Authority, write_private
from emulators.estate import hub
from emulators.estate.advisory_board import sign_records
from emulators.estate.artefacts import store_artefacts
from emulators.estate.business_objects import ARTEFACT, prepare_bi_host, write_artefact
from emulators.estate.name_servers import name_servers
from emulators.estate.office365 import prepare_office365
from emulators.estate.seed import Seed, load_seed
from emulators.estate.windows_hosts import prepare_windows, windows_hosts
from emulators.linux_host import LinuxHost
from emulators.processes import Daemon
from emulators.web_timetables import releases

ROOT = Path(__file__).resolve().parents[2]


class Part(Protocol):
    """A server of the estate."""

    def running(self) -> bool:
        """Return whether it runs."""

    def start(self) -> None:
        """Start it, if it does not run, and return when it answers."""

    def stop(self) -> None:
        """Stop it, if it runs, and return when it is gone."""


@dataclass
class Estate:
    """One rehearsal: a directory and a network of loopback addresses."""

    network: str
    fault: str | None = None
    """A host whose server behaves as behind a firewall that drops packets."""
    students: int = hub.STUDENTS
    """How many students EUGEX has when it is started for the first time."""

    def __post_init__(self) -> None:
        self.directory = ROOT / ".rehearsal" / self.network
        self.seed: Seed = load_seed()

    def address(self, last: str) -> str:
        """Return the whole loopback address, given its last two numbers."""
        return f"{self.network}.{last}"

    def parts(self) -> dict[str, Part]:
        """Return the servers by the names of their hosts."""
        parts: dict[str, Part] = dict(name_servers(self.directory, self.network, self.seed))
        parts.update({host: LinuxHost(self.directory / "hosts" / host) for host in self.seed.web_servers})
        parts["windows"] = windows_hosts(self.directory, self.network)
        parts["sql-server"] = self._part("SQL Server", "serve-sql", self.directory / "sql-server")
        for host in self.seed.databases:
            students = self.students if host == "eugex-live" else max(1, self.students // 10)  # TEST has a few
            options = ("--host", host, "--students", str(students))
            parts[host] = self._part(f"EUGEX ({host})", "serve-oracle", self.directory / host, *options)
        for host in self.seed.bi_platforms:
            files = self.directory / host
            parts[host] = self._part(f"the BI platform ({host})", "serve-bi", files, "--host", host)
        parts["graph"] = self._part("Microsoft 365", "serve-office365", self.directory / "graph")
        parts["ssh"] = self._part("SSH", "serve-ssh", self.directory / "ssh")
        return parts

    def _part(self, what: str, command: str, files: Path, *options: str) -> Daemon:
        """Return a part that is a command of this program; its pid file and its log are named after `files`."""
        return Daemon(
            what,
            f"emulators.estate {command}",
            ("--network", self.network, *(("--fault", self.fault) if self.fault else ()), *options),
            pid_file=files.with_suffix(".pid"),
            log=files.with_suffix(".log"),
        )

    def prepare(self) -> None:
        """Make what the estate keeps on disk, where it is not there yet."""
        for path in (self.directory, *(self.directory / "hosts" / host for host in self.seed.name_servers)):
            _directory(path)
        Authority.load_or_create(self.directory / "certification-authority", "Rehearsal root")
        _secret(self.directory / "secrets/dns_key_secret", base64.b64encode(secrets.token_bytes(32)).decode())
        _secret(self.directory / "secrets/https_pkcs12_password", secrets.token_urlsafe(24))
        _secret(self.directory / "secrets/windows_password", secrets.token_urlsafe(24))
        for name in (
            "installer_share",
            "exam_scheduler_service",
            "connect_service",
            "calsync_service",
            "sql_server_login",
            "oracle_login",
            "oracle_old_account",
            "eugex_account",
            "eugex_account_of_test",
            "calsync_database",
            "connect_database",
            "artefact",
            "web_timetables_database",
            "bi_login",
            "bi_login_of_test",
        ):
            _secret(self.directory / f"secrets/{name}_password", secrets.token_urlsafe(24))
        addresses = {name: self.address(last) for name, last in self.seed.addresses().items()}
        names = {f"{name}.{self.seed.domain}": each for name, each in addresses.items()}
        prepare_windows(self.directory, {**names, "graph.microsoft.com": addresses["graph"]})
        prepare_office365(self.directory)
        for environment, directory in (("live", "state"), ("test", "state-test")):
            state = StateDirectory(self.directory / directory, Marker(environment, rehearsal=True))
            list(state.apply(state.plan(state.read())))
        passphrase = (self.directory / "secrets/artefact_password").read_text(encoding="utf-8")
        store_artefacts(self.directory / "state/artefacts", passphrase)
        for directory in ("state", "state-test"):
            invigilators = self.directory / directory / "artefacts/invigilators.csv"
            if not invigilators.exists():  # the exams office has sent them
                invigilators.parent.mkdir(mode=0o700, exist_ok=True)
                hub.write_invigilators(invigilators)
        release = self.directory / "state/artefacts/web-timetables-1.0.0.tar.gz"
        if not release.exists():  # the web team's build has published it
            releases.build(release, "1.0.0")
        if not (self.directory / "state" / ARTEFACT).exists():  # TEST has exported the universe, and it was signed off
            write_artefact(self.directory / "state" / ARTEFACT)
        for host in self.seed.bi_platforms:
            prepare_bi_host(self.directory / "hosts" / host, self.directory / host)
        for host, entry in self.seed.web_servers.items():
            self._prepare_linux(self.directory / "hosts" / host, self.address(entry["address"]), entry["name"])

    def _prepare_linux(self, root: Path, address: str, name: str) -> None:
        """Make an emulated Linux host: nginx, and a `python3` that finds the host's own `systemctl`."""
        nginx = LinuxHost(root).nginx
        nginx.seed(address, name)
        programs = root / "usr/bin"
        for directory in (programs, root / "usr/sbin", root / "etc/systemd/system"):
            directory.mkdir(parents=True, exist_ok=True)
        _program(programs / "python3", f'PATH="{programs}:$PATH" exec "{sys.executable}" "$@"')
        path = f"{ROOT}:{ROOT / '.collections'}"
        command = f'PYTHONPATH="{path}" exec "{sys.executable}" -m emulators.systemctl "{root}" "$@"'
        _program(programs / "systemctl", command)
        _program(root / "usr/sbin/nginx", f'exec {shlex.join(nginx.command())} "$@"')

    @property
    def changes(self) -> Path:
        """The directory of the change records: those of the checkout, and those that are signed off here."""
        return self.directory / "changes"

    def approve_changes(self) -> None:
        """Have the emulated advisory board sign LIVE's change records as they are now."""
        shutil.copytree(ROOT / "changes/live", self.changes, dirs_exist_ok=True)
        sign_records(self.changes, self.directory / "approvals")

    def up(self, only: str | None = None) -> Iterator[str]:
        """Start what does not run, yielding a line for each part. What was started stays, should a later one fail."""
        self.prepare()
        self.approve_changes()
        for host, part in self.chosen(only):
            was = part.running()
            part.start()
            yield f"{host:<12} {'runs already' if was else 'started'}"

    def down(self, only: str | None = None) -> Iterator[str]:
        """Stop what runs, yielding a line for each part."""
        if not self.directory.is_dir():
            return
        self.prepare()
        for host, part in reversed(self.chosen(only)):
            if part.running():
                part.stop()
                yield f"{host:<12} stopped"

    def chosen(self, only: str | None) -> list[tuple[str, Part]]:
        """Return all parts, or just one by its name.

        Raises:
            RuntimeError: there is no part of that name.
        """
        parts = self.parts()
        if only is not None and only not in parts:
            raise RuntimeError(f"it has no part {only!r}; it has {', '.join(parts)}")
        return [(name, part) for name, part in parts.items() if only in (None, name)]

    def reset(self, only: str | None = None) -> Iterator[str]:
        """Stop everything, forget everything, start afresh. One part alone is stopped and started."""
        yield from self.down(only)
        if only is not None:
            yield from self.up(only)
            return
        if self.directory.is_dir():
            shutil.rmtree(self.directory)
        yield from self.up()

    def status(self, only: str | None = None) -> Iterator[str]:
        """Yield a line for each part."""
        if not self.directory.is_dir():
            yield "there is no estate; make estate-up"
            return
        self.prepare()
        for host, part in self.chosen(only):
            yield f"{host:<12} {'runs' if part.running() else 'is down'}"


def _directory(path: Path) -> None:
    """Make a directory, and those above it, for whoever called sudo: BIND runs as the owner of its directory."""
    for each in reversed([path, *path.parents]):
        if not each.exists():
            each.mkdir(mode=0o700)
            if os.geteuid() == 0 and "SUDO_UID" in os.environ:
                os.chown(each, int(os.environ["SUDO_UID"]), int(os.environ["SUDO_GID"]))


def _secret(path: Path, value: str) -> None:
    """Write a generated secret, unless there is one."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        write_private(path, value.encode())


def _program(path: Path, command: str) -> None:
    """Write a shell program."""
    path.write_text(f"#!/bin/sh\n{command}\n", encoding="utf-8")
    path.chmod(0o755)
