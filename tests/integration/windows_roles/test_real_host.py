# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the hosted CI runs on Windows, run on an emulated host by the same script."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulators.certificates import Authority
from emulators.windows.faults import Faults
from emulators.windows.model import HostState
from scripts.working_copy import ROOT
from tests.integration.windows.conftest import Process

# five runs of ansible-playbook, with some 70 tasks in three of them
pytestmark = [pytest.mark.thorough, pytest.mark.timeout(600)]
HOST, BARE = "real", "bare"
ADDRESSES = {HOST: "127.62.2.1", BARE: "127.62.2.2"}
PASSWORD = secrets.token_urlsafe(16)
PRODUCTS = [
    {"id": "{6F1E5C62-0000-4000-8000-000000000001}", "name": "Of another form", "version": "2024a"},
    {"id": "{6F1E5C62-0000-4000-8000-000000000002}", "name": "Runtime", "version": "14.42.34438"},
]
SEED = {
    "accounts": [{"name": "ansible", "password_file": "secrets/windows_password"}],
    "defaults": {
        "domain": "exams.example",
        "time": {"source": "time.windows.com"},
        "disks": [{"letter": "C", "size_bytes": 10**11, "free_bytes": 10**10}],
        "network": {"address": "192.0.2.10"},
        "services": [
            {"name": "WinRM", "state": "started", "username": "NT AUTHORITY\\NETWORK SERVICE"},
            {"name": "W32Time", "state": "stopped", "start_mode": "manual"},
        ],
        "sites": [{"name": "Default Web Site", "site_id": 1, "bindings": [{"ip": "*", "port": 80}]}],
    },
    "hosts": {HOST: {"listen": ADDRESSES[HOST], "products": PRODUCTS}, BARE: {"listen": ADDRESSES[BARE]}},
}


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    process = Process(tmp_path_factory.mktemp("real_host") / "emulator", SEED, PASSWORD)
    process.start()
    yield process
    process.stop()
    assert "Traceback" not in process.log


def run(process: Process, host: str = HOST, **different: str) -> subprocess.CompletedProcess[str]:
    """Run the script on an emulated host; `different` are variables that are not the usual ones."""
    usual = {
        "NAME": f"{host}.exams.example",
        "ADDRESS": ADDRESSES[host],
        "USER": "ansible",
        "PASSWORD_FILE": str(process.directory / "secrets/windows_password"),
        "CA": str(process.authority / "root.pem"),
    }
    variables = {f"EXAM_TEST_WINDOWS_{name}": value for name, value in {**usual, **different}.items()}
    done = subprocess.run(
        [sys.executable, "-m", "scripts.windows_host"],
        cwd=ROOT,
        env={
            **os.environ,
            "PYTHONPATH": f"{os.environ.get('PYTHONPATH', '')}:{ROOT}:{ROOT / '.collections'}",
            **variables,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert PASSWORD not in done.stdout + done.stderr, "a password was shown"
    return done


def left(state: HostState) -> tuple[list[str], list[str], list[str]]:
    """Return the sites, certificates and files of a host that playbooks can have made."""
    files = [each.path for each in state.files.values() if "exam" in each.path.lower()]
    return [each.name for each in state.sites], [each.thumbprint for each in state.certificates], files


def test_that_it_changes_once_and_leaves_nothing(process: Process) -> None:
    before = left(process.state(HOST))
    done = run(process)
    assert done.returncode == 0, done.stdout + done.stderr
    recaps = [line.split("changed=")[1].split()[0] for line in done.stdout.splitlines() if "changed=" in line]
    assert (len(recaps), recaps[1], recaps[2], recaps[4]) == (5, "0", "0", "0"), done.stdout
    assert int(recaps[0]) > 4
    assert left(process.state(HOST)) == before


def test_that_what_a_run_has_made_before_it_failed_is_removed(process: Process) -> None:
    """And no program need be installed for what is read."""
    before = left(process.state(BARE))
    process.faults.set(BARE, Faults(certificate_import_breaks=True))
    try:
        done = run(process, BARE)
    finally:
        process.faults.set(BARE, Faults())
    assert done.returncode == 1, done.stdout
    assert "The certificate could not be imported" in done.stdout
    assert left(process.state(BARE)) == before


def test_that_winrms_certificate_is_verified(process: Process, tmp_path: Path) -> None:
    Authority.create("Somebody else's").save(tmp_path)
    done = run(process, CA=str(tmp_path / "root.pem"))
    assert done.returncode == 1
    assert "CERTIFICATE_VERIFY_FAILED" in done.stdout
