# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The estate's SQL Server: emulators/sql on its host's address, with the certificate that its team imported."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from emulators.estate.dropping import dropping_sockets
from emulators.estate.windows_team import MachineStore, default_context
from emulators.processes import wait_for_the_end
from emulators.sql.process import serve
from emulators.sql.seed import load_seed
from emulators.sql.server import PORT

if TYPE_CHECKING:
    from emulators.estate.estate import Estate

SEED = Path(__file__).with_name("sql_server.yml")
HOST = "sql-live"


def serve_sql(estate: Estate) -> None:
    """Serve until told to end; the pid file is written when clients can connect."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    pid_file = estate.directory / "sql-server.pid"
    address = estate.address(estate.seed.addresses()[HOST])
    if estate.fault == HOST:
        sockets = dropping_sockets(address, PORT)
        wait_for_the_end(pid_file)
        for each in sockets:
            each.close()
        return
    name = f"{HOST}.{estate.seed.domain}"
    store = MachineStore(
        estate.directory / "hosts" / HOST,
        hand_over=estate.directory / "state/hand-overs/1.6-certificates-to-import.md",
        pkcs12_file=estate.directory / "state/https" / HOST / "certificate.pfx",
        password=(estate.directory / "secrets/https_pkcs12_password").read_text(encoding="utf-8"),
        default=default_context(name),
    )
    serve(
        estate.directory / "sql-server",
        address,
        context=store.context,
        seed=load_seed(SEED, secrets=estate.directory / "secrets"),
        pid_file=pid_file,
    )
