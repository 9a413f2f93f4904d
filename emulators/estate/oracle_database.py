# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The estate's EUGEX: emulators/oracle on its host's address, with the hub's tables full of invented students."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from emulators.certificates import Authority
from emulators.estate import hub
from emulators.estate.dropping import dropping_sockets
from emulators.oracle.process import serve
from emulators.oracle.seed import load_seed
from emulators.oracle.server import PORT
from emulators.processes import wait_for_the_end

if TYPE_CHECKING:
    from emulators.estate.estate import Estate

SEED = Path(__file__).with_name("eugex.yml")


def serve_oracle(estate: Estate, host: str) -> None:
    """Serve the database of a host until told to end; the pid file is written when clients can connect."""
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
    seed = load_seed(SEED, secrets=estate.directory / "secrets")
    directory = estate.directory / host
    if not (directory / "seeded").exists():
        files = hub.write(directory / "hub", students=estate.students)
        seed["rows"] = [{"user": hub.OWNER, "table": table, "file": str(file)} for table, file in files.items()]
    serve(directory, address, context=lambda: context, seed=seed, pid_file=pid_file)
