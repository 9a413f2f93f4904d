# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An emulated BI platform as a process of its own, ended by SIGTERM; its state is kept."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from emulators.business_objects.seed import first_state
from emulators.business_objects.server import PORT, WebServices
from emulators.business_objects.store import Store
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
        directory: where the platform's state is.
        address: a loopback address.
        context: the server's side of TLS, asked at each connection.
        seed: what the platform has when it is started for the first time (`seed.load_seed`).
        pid_file: is there while clients can connect.
        port: of the web services.
    """
    store = Store(directory)
    if not store.seeded():
        store.create(first_state(seed))
    services = WebServices(directory, address, port=port, context=context)
    services.start()
    wait_for_the_end(pid_file)
    services.stop()
