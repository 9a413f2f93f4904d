# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The estate's tenant of Microsoft 365: emulators/microsoft365 on the address of the host `graph`."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from emulators.certificates import Authority, generate_key
from emulators.estate.dropping import dropping_sockets
from emulators.microsoft365.seed import load_seed
from emulators.microsoft365.server import NAMES, Microsoft365
from emulators.processes import wait_for_the_end

if TYPE_CHECKING:
    from emulators.estate.estate import Estate

SEED = Path(__file__).with_name("office365.yml")
HOST = "graph"
PORT = 443
AUTOMATION = "office365_automation"


def prepare_office365(directory: Path) -> None:
    """Make the automation's key and its certificate, unless they are there."""
    files = directory / AUTOMATION
    if not files.exists():
        authority = Authority.load(directory / "certification-authority")
        key = generate_key("rsa2048")
        authority.issue(["exam scheduling automation"], key=key, server_auth=False, chain=False).write(files)


def serve_office365(estate: Estate) -> None:
    """Serve until told to end; the pid file is written when clients can connect."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    pid_file = estate.directory / f"{HOST}.pid"
    address = estate.address(estate.seed.addresses()[HOST])
    if estate.fault == HOST:
        sockets = dropping_sockets(address, PORT)
        wait_for_the_end(pid_file)
        for each in sockets:
            each.close()
        return
    authority = Authority.load(estate.directory / "certification-authority")
    context = authority.issue([*NAMES, f"{HOST}.{estate.seed.domain}", address]).server_context()
    seed = load_seed(SEED)
    for client in seed.clients:
        client.certificate_file = str(estate.directory / AUTOMATION / "fullchain.pem")
    with Microsoft365(estate.directory / HOST, address, context, seed, port=PORT):
        wait_for_the_end(pid_file)
