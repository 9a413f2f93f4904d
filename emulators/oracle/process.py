# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An emulated Oracle database as a process of its own, ended by SIGTERM; its state is kept."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from emulators.oracle.seed import apply_seed
from emulators.oracle.server import PORT, OracleServer
from emulators.processes import wait_for_the_end


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
        directory: where the database's state is.
        address: a loopback address.
        context: the server's side of TLS, asked at each connection.
        seed: what the database has when it is started for the first time (`seed.load_seed`).
        pid_file: is there while clients can connect.
        port: as a server has it.
    """
    named = {key: seed[key] for key in ("name", "service", "version") if key in seed}
    server = OracleServer(directory, address, port=port, context=context, **named)
    apply_seed(server.instance, seed)
    server.start()
    wait_for_the_end(pid_file)
    server.stop()
