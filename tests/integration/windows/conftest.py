# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process of emulated Windows hosts, one host for each test, and Ansible's own connection to them."""

from __future__ import annotations

import itertools
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from emulators.certificates import Authority
from emulators.processes import wait_until
from emulators.windows.faults import FaultFile, Faults
from emulators.windows.model import STATE, HostState
from scripts.working_copy import ROOT
from tests.integration.windows.playbook import Ansible, Result

NETWORK = "127.61"
HOSTS = 120
SHARE_PASSWORD = secrets.token_urlsafe(16)
"""Of the account that reads shares, where a seed names one."""


class Process:
    """The emulator as a process of its own."""

    def __init__(self, directory: Path, seed: dict[str, Any], password: str) -> None:
        self.directory = directory
        self.authority = directory / "authority"
        (directory / "secrets").mkdir(parents=True)
        (directory / "secrets" / "windows_password").write_text(password, encoding="utf-8")
        (directory / "secrets" / "installer_share_password").write_text(SHARE_PASSWORD, encoding="utf-8")
        (directory / "seed.yml").write_text(yaml.safe_dump(seed), encoding="utf-8")
        self.faults = FaultFile(directory / "faults.json")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self.directory / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "emulators.windows", "serve", "--directory", str(self.directory)),
                    *("--seed", str(self.directory / "seed.yml"), "--authority", str(self.authority)),
                    *("--network", NETWORK),
                ],
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )
        process = self._process
        ready = self.directory / "ready"
        wait_until(lambda: ready.exists() or process.poll() is not None, "the emulator's start", seconds=60)
        assert process.poll() is None, self.log

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            assert self._process.wait(timeout=10) == 0, self.log

    @property
    def log(self) -> str:
        return (self.directory / "log").read_text(encoding="utf-8")

    def shown(self, host: str) -> str:
        """Return what `show` says of a host."""
        command = [sys.executable, "-m", "emulators.windows", "show", "--directory", str(self.directory), host]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    def state(self, host: str) -> HostState:
        return STATE.validate_json((self.directory / "hosts" / f"{host}.json").read_bytes())


class Host:
    """One emulated host, which no other test uses."""

    def __init__(self, process: Process, name: str, ansible: Ansible) -> None:
        self.process = process
        self.name = name
        self.address = str(yaml.safe_load((process.directory / "seed.yml").read_text())["hosts"][name]["listen"])
        self.ansible = ansible

    @property
    def state(self) -> HostState:
        """What the emulator has written down about it."""
        return self.process.state(self.name)

    def run(self, *tasks: dict[str, Any], **settings: Any) -> list[Result]:
        """Run tasks on it, each with diff mode on, and return their results."""
        return self.ansible.run(list(tasks), [self.name], **settings)[self.name]

    def fault(self, **faults: Any) -> None:
        """Let something be wrong with it."""
        self.process.faults.set(self.name, Faults(**faults))


Some = Callable[[int], list[Host]]


def seed_of(hosts: list[str]) -> dict[str, Any]:
    seed: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("seed.yml").read_text(encoding="utf-8"))
    listens = {name: {"listen": f"{NETWORK}.1.{number}"} for number, name in enumerate(hosts, 1)}
    return {**seed, "hosts": listens}


@pytest.fixture(scope="session")
def password() -> str:
    return secrets.token_urlsafe(16)


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory, password: str) -> Iterator[Process]:
    process = Process(tmp_path_factory.mktemp("windows") / "emulator", seed_of(NAMES), password)
    process.start()
    yield process
    process.stop()
    assert "Traceback" not in process.log, process.log[process.log.index("Traceback") :]


NAMES = [f"host{number:02d}" for number in range(1, HOSTS + 1)]
_NEXT = itertools.count()


@pytest.fixture(scope="session")
def ansible(tmp_path_factory: pytest.TempPathFactory, emulator: Process, password: str) -> Ansible:
    addresses = {name: str(each["listen"]) for name, each in seed_of(NAMES)["hosts"].items()}
    return Ansible(tmp_path_factory.mktemp("ansible"), addresses, password, emulator.authority / "root.pem")


@pytest.fixture
def some(emulator: Process, ansible: Ansible) -> Some:
    """Return so many hosts that no other test uses."""
    return lambda number: [Host(emulator, NAMES[next(_NEXT)], ansible) for _unused in range(number)]


@pytest.fixture
def host(some: Some) -> Host:
    return some(1)[0]


@pytest.fixture(scope="session")
def other_authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("other")
    Authority.create("Somebody else's").save(directory)
    return directory / "root.pem"
