# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An emulated BI platform in a process of its own, and archives as TEST's platform exports them."""

from __future__ import annotations

import hashlib
import os
import secrets
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from emulators.business_objects import archive, faults
from emulators.business_objects.seed import first_state
from emulators.business_objects.store import Store, folder_path
from emulators.certificates import Authority
from emulators.processes import wait_until
from tests.module_runner import run_module

ROOT = Path(__file__).parents[3]
NAME, USER, VERSION = "bi-live.exams.example", "svc-exam-automation", "14.3.4.4990"
CMS = f"{NAME}:6400"
CUID, LIVE, TEST = "AUniverse.Exams_01", "AConnection.Eugex-Live", "AConnection.Eugex-Test"
AUTHENTICATIONS = {"enterprise": "secEnterprise", "ldap": "secLDAP", "windows_ad": "secWinAD"}


def seed(password: str, *, revision: int | None = 6) -> dict[str, Any]:
    """Return what LIVE has: the connection of LIVE, TEST's too, and unless there is no revision, the universe."""
    universe = {
        "cuid": CUID,
        "name": "Exams timetabling",
        "kind": "DSL.MetaDataFile",
        "folder": "Universes/Exams",
        "connections": [LIVE],
        "objects": ["Exam code", "Candidates"],
    }
    return {
        "name": "BI-LIVE",
        "cms": CMS,
        "version": VERSION,
        "licences": 2,
        "accounts": [{"name": USER, "authentication": kind, "password": password} for kind in AUTHENTICATIONS.values()],
        "connections": [
            {"cuid": LIVE, "name": "EUGEX LIVE", "rows": [{"Exam code": "INVT08001", "Candidates": 40}] * 3},
            {"cuid": TEST, "name": "EUGEX TEST", "rows": [{"Exam code": "TEST00001", "Candidates": 1}]},
        ],
        "universes": [] if revision is None else [{**universe, "revision": revision}],
    }


@dataclass
class Platform:
    """A platform under test, and how modules reach it."""

    directory: Path
    address: str
    password: str

    @property
    def state(self) -> dict[str, Any]:
        """What it holds."""
        return Store(self.directory / "platform").read()

    @property
    def universe(self) -> dict[str, Any]:
        """What it holds of the universe, or nothing."""
        found: dict[str, Any] = next((each for each in self.state["universes"] if each["cuid"] == CUID), {})
        return found

    @property
    def work(self) -> Path:
        """The module's directory."""
        return self.directory / "work"

    @property
    def log(self) -> str:
        """What the server has said."""
        return (self.directory / "log").read_text(encoding="utf-8")

    def faults(self, *entries: dict[str, Any]) -> None:
        """Have these things go wrong, and no others."""
        faults.write(self.directory / "platform", entries)

    def reset(self, *, revision: int | None) -> None:
        """Make it what it is on the first day."""
        Store(self.directory / "platform").create(first_state(seed(self.password, revision=revision)))

    def bind(self, connection: str) -> None:
        """Have somebody bind the universe to a connection."""
        with Store(self.directory / "platform").changing() as state:
            state["universes"][0]["connections"] = [connection]

    def archive(self, *, revision: int, connections: tuple[str, ...] = (LIVE,), version: str = VERSION) -> Path:
        """Return what TEST's platform has exported."""
        state = first_state(seed("x", revision=revision))
        universe = {**state["universes"][0], "connections": list(connections)}
        path = self.directory / f"revision-{revision}.lcmbiar"
        archive.write(path, {**universe, "folder": folder_path(state, universe["folder_id"])}, version=version)
        return path

    def connection(self, **other: Any) -> dict[str, Any]:
        """Return the arguments that all modules take."""
        return {
            "server": NAME,
            "connect_address": self.address,
            "ca_certificates": str(self.directory / "authority/root.pem"),
            "login_user": USER,
            "login_password": self.password,
            "timeout": 5,
            **other,
        }

    def info(self, **other: Any) -> dict[str, Any]:
        """Run `bi_universe_info`."""
        return run_module("bi_universe_info", self.connection(**other))

    def arguments(self, **other: Any) -> dict[str, Any]:
        """Return the arguments of `bi_universe` with an archive of revision 7, unless something else is said."""
        artefact = Path(other["artefact"]) if other.get("artefact") else self.archive(revision=7)
        arguments = {
            "cuid": CUID,
            "artefact": str(artefact),
            "digest": hashlib.sha256(artefact.read_bytes()).hexdigest() if artefact.exists() else None,
            "revision": 7,
            "platform_version": VERSION,
            "connection": {"cuid": LIVE, "name": "EUGEX LIVE"},
            "query": {"objects": ["Exam code"]},
            "cms": CMS,
            "lcm_cli": str(self.directory / "lcm_cli.sh"),
            "lcm_timeout": 20,
            "work_directory": str(self.work),
            **other,
        }
        return self.connection(**arguments)

    def run(self, *, check: bool = False, **other: Any) -> dict[str, Any]:
        """Run `bi_universe`."""
        return run_module("bi_universe", self.arguments(**other), check=check)


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    directory = tmp_path_factory.mktemp("bi")
    address = f"127.74.{secrets.randbelow(250)}.{secrets.randbelow(250) + 1}"
    # what a shell, a file of properties and XML would each take for something else
    platform = Platform(directory, address, "pass\\word =:#!<&>\"'é€𝄞" + secrets.token_urlsafe(6))
    Authority.load_or_create(directory / "authority", "BI test root")
    (directory / "seed.yml").write_text(yaml.safe_dump(seed(platform.password)), encoding="utf-8")
    path = f"{ROOT}:{ROOT / '.collections'}"
    program = directory / "lcm_cli.sh"
    command = shlex.join([sys.executable, "-m", "emulators.business_objects.lcm_cli", str(directory / "platform")])
    # what it was called with, and what others could see of the file, is kept
    program.write_text(
        f'#!/bin/sh\necho "$@" >>"{directory}/arguments"\nstat -c "%a %n" "$2" >>"{directory}/modes"\n'
        f'cp "$2" "{directory}/properties"\nPYTHONPATH="{path}" exec {command} "$@"\n',
        encoding="utf-8",
    )
    program.chmod(0o755)
    words = ["serve", "--directory", str(directory / "platform"), "--address", address, "--name", NAME]
    words += ["--seed", str(directory / "seed.yml"), "--authority", str(directory / "authority")]
    with (directory / "log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "emulators.business_objects", *words],
            cwd=ROOT,
            stderr=log,
            env={**os.environ, "PYTHONPATH": path},
        )
    pid_file = directory / "platform/server.pid"
    wait_until(lambda: pid_file.exists() or process.poll() is not None, "the emulator to listen", seconds=30)
    assert process.poll() is None, platform.log
    yield platform
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0


@pytest.fixture
def platform(running: Platform) -> Iterator[Platform]:
    """LIVE with the universe's revision 6, and nothing kept of earlier tests."""
    running.reset(revision=6)
    running.faults()
    for path in sorted(running.work.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    yield running
    assert running.state["sessions"] == {}, "a session was not logged off"
    assert not list(running.work.glob("*.properties")), "a file with a password was left"
