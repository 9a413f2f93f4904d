# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An emulated SQL Server as a process of its own, ended by SIGTERM; its state is kept."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from emulators.processes import wait_for_the_end
from emulators.sql.seed import apply_seed
from emulators.sql.server import PORT, SqlServer


def serve(
    directory: Path,
    address: str,
    *,
    context: Callable[[], ssl.SSLContext],
    seed: Mapping[str, Any],
    pid_file: Path,
    port: int = PORT,
) -> None:
    """Serve until told to end.

    Args:
        directory: where the server's state is.
        address: a loopback address.
        context: the server's side of TLS, asked at each connection.
        seed: what the server has when it is started for the first time, and its domains (`seed.load_seed`).
        pid_file: is there while clients can connect.
        port: as a server has it.
    """
    named = {key: seed[key] for key in ("name", "collation") if key in seed}
    negotiation = None
    if "kerberos" in seed:
        from emulators.sql.tds.kerberos import Kerberos  # noqa: PLC0415 (a rehearsal does not have its library)

        keytab, domains = Path(seed["kerberos"]["keytab_file"]), seed["kerberos"]["domains"]
        negotiation = Kerberos(keytab, domains, replays=directory / "replays").negotiation
    server = SqlServer(directory, address, port=port, context=context, negotiation=negotiation, **named)
    apply_seed(server.instance, seed)
    server.start()
    wait_for_the_end(pid_file)
    server.stop()
