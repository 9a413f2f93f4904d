# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The estate's BI platforms: emulators/business_objects on their hosts' addresses, and what TEST has exported."""

from __future__ import annotations

import logging
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from emulators.business_objects import archive
from emulators.business_objects.process import serve
from emulators.business_objects.seed import first_state, with_passwords
from emulators.business_objects.server import PORT
from emulators.business_objects.store import folder_path
from emulators.certificates import Authority
from emulators.estate.dropping import dropping_sockets
from emulators.processes import wait_for_the_end

if TYPE_CHECKING:
    from emulators.estate.estate import Estate

SEED = Path(__file__).with_name("business_objects.yml")
ROOT = Path(__file__).resolve().parents[2]
ARTEFACT = "artefacts/exams-timetabling.lcmbiar"
SOURCE = "bi-test"


def serve_bi(estate: Estate, host: str) -> None:
    """Serve the platform of a host until told to end; the pid file is written when clients can connect."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    pid_file = estate.directory / f"{host}.pid"
    address = estate.address(estate.seed.addresses()[host])
    if estate.fault == host:
        sockets = dropping_sockets(address, PORT)
        wait_for_the_end(pid_file)
        for each in sockets:
            each.close()
        return
    authority = Authority.load(estate.directory / "certification-authority")
    context = authority.issue([f"{host}.{estate.seed.domain}"]).server_context()
    serve(
        estate.directory / host,
        address,
        context=lambda: context,
        seed=with_passwords(_seeds()[host], secrets=estate.directory / "secrets"),
        pid_file=pid_file,
    )


def prepare_bi_host(root: Path, platform: Path) -> None:
    """Make an emulated BI host: where its programs and this collection's files are, with its own `lcm_cli`."""
    for path in ("var/lib", "opt/sap_bobj"):
        (root / path).mkdir(parents=True, exist_ok=True)
    command = shlex.join([sys.executable, "-m", "emulators.business_objects.lcm_cli", str(platform)])
    program = root / "opt/sap_bobj/lcm_cli.sh"
    path = f"{ROOT}:{ROOT / '.collections'}"
    program.write_text(f'#!/bin/sh\nPYTHONPATH="{path}" exec {command} "$@"\n', encoding="utf-8")
    program.chmod(0o755)


def write_artefact(file: Path) -> None:
    """Write what TEST's platform has exported and what was signed off: always the same."""
    seed = _seeds()[SOURCE]
    state = first_state({**seed, "accounts": []})
    universe = state["universes"][0]
    file.parent.mkdir(mode=0o700, exist_ok=True)
    archive.write(file, {**universe, "folder": folder_path(state, universe["folder_id"])}, version=state["version"])
    file.chmod(0o600)


def _seeds() -> dict[str, dict[str, Any]]:
    seeds: dict[str, dict[str, Any]] = yaml.safe_load(SEED.read_text(encoding="utf-8"))
    return seeds
