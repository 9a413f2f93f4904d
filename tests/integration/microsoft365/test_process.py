# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulated tenant as a process of its own: it says when it can be reached, keeps its state, and ends when told."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from emulators.certificates import Authority
from emulators.microsoft365.faults import Faults
from emulators.microsoft365.seed import Seed
from emulators.microsoft365.server import NAMES, Microsoft365
from emulators.processes import wait_until
from tests.integration.microsoft365.conftest import AUTOMATION, TENANT, rsa_key
from tests.module_runner import run_module
from tests.performance.ratio import ROOT

ADDRESS, PORT = f"127.65.{secrets.randbelow(250)}.{secrets.randbelow(250) + 1}", 44365


@contextmanager
def process(directory: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run the emulator."""
    arguments = ["serve", "--directory", str(directory / "state"), "--address", ADDRESS, "--port", str(PORT)]
    arguments += ["--seed", str(directory / "seed.yml"), "--authority", str(directory / "authority")]
    running = subprocess.Popen(
        [sys.executable, "-m", "emulators.microsoft365", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / '.collections'}"},
    )
    try:
        wait_until((directory / "state" / "server.pid").exists, "the tenant to listen", seconds=60)
        yield running
    finally:
        running.send_signal(signal.SIGTERM)
        assert running.wait(20) == 0


def test_that_it_keeps_its_state(tmp_path: Path) -> None:
    authority = Authority.load_or_create(tmp_path / "authority", "Microsoft 365 test root")
    issued = authority.issue(["automation"], key=rsa_key("automation"), server_auth=False, chain=False)
    certificate, key = issued.write(tmp_path / "automation")
    client = {
        "name": "automation",
        "client_id": AUTOMATION,
        "certificate_file": "automation/fullchain.pem",
        "permissions": ["Application.ReadWrite.OwnedBy"],
    }
    (tmp_path / "seed.yml").write_text(yaml.safe_dump({"tenant": TENANT, "clients": [client]}), encoding="utf-8")
    arguments = {
        "tenant": TENANT,
        "client_id": AUTOMATION,
        "certificate": str(certificate),
        "private_key": str(key),
        "ca_certificates": str(tmp_path / "authority" / "root.pem"),
        "connect_address": ADDRESS,
        "connect_port": PORT,
        "name": "CalSync",
        "tag": "calsync",
    }
    with process(tmp_path):
        made = run_module("entra_application", arguments)
        assert made["changed"], made["msg"]
    assert not (tmp_path / "state" / "server.pid").exists()
    with process(tmp_path):
        again = run_module("entra_application", arguments)
    assert again["changed"] is False
    assert again["client_id"] == made["client_id"]


def test_that_it_is_for_loopback_alone(tmp_path: Path) -> None:
    context = Authority.create("root").issue([*NAMES]).server_context()
    with pytest.raises(ValueError, match="loopback"):
        Microsoft365(tmp_path, "192.0.2.1", context, Seed(tenant=TENANT), port=0)
    assert Faults(tmp_path / "none").find("drop") is None
