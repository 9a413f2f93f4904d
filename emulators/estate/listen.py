# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The process behind the estate's listeners: SQL Server, the hub, the vendor's service, until they are emulated."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
from typing import TYPE_CHECKING

from emulators.certificates import Authority
from emulators.estate.windows_team import MachineStore, default_context
from emulators.greeters import TlsContext
from emulators.listeners import Listener, serve

if TYPE_CHECKING:
    from emulators.estate.estate import Estate


def listen(estate: Estate) -> None:
    """Serve until told to end; the pid file is written when all ports are bound."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    asyncio.run(_serve(estate))


async def _serve(estate: Estate) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    faulty = [entry for entry in estate.seed.listeners if entry["host"] == estate.fault]
    dropping = [_dropping(estate.address(entry["address"]), entry["port"]) for entry in faulty]
    serving = await serve(_listeners(estate))
    (estate.directory / "listeners.pid").write_text(f"{os.getpid()}\n", encoding="ascii")
    await ended.wait()
    await serving.close()
    for each in (each for sockets in dropping for each in sockets):
        each.close()


def _listeners(estate: Estate) -> list[Listener]:
    """Return the listeners of the seed, each with the certificate that its host serves."""
    authority = Authority.load(estate.directory / "certification-authority")
    return [
        Listener(
            address=estate.address(entry["address"]),
            port=entry["port"],
            kind=entry["kind"],
            context=_context(estate, authority, entry["host"], entry.get("certificate")),
        )
        for entry in estate.seed.listeners
        if entry["host"] != estate.fault
    ]


def _dropping(address: str, port: int) -> list[socket.socket]:
    """Return sockets that keep a port from answering: its queue is full, so the kernel drops what else arrives."""
    listener = socket.create_server((address, port), backlog=0)
    fillers = [socket.socket() for _unused in range(2)]
    for filler in fillers:
        filler.setblocking(False)
        filler.connect_ex((address, port))
    return [listener, *fillers]


def _context(estate: Estate, authority: Authority, host: str, certificate: str | None) -> TlsContext:
    """Return what a listener serves: the certificate that its team imports, or one that was always there."""
    name = f"{host}.{estate.seed.domain}"
    if certificate is None:
        context = authority.issue([name]).server_context()
        return lambda: context
    store = MachineStore(
        estate.directory / "hosts" / host,
        hand_over=estate.directory / "state/hand-overs/1.6-certificates-to-import.md",
        pkcs12_file=estate.directory / "state/https" / certificate / "certificate.pfx",
        password=(estate.directory / "secrets/https_pkcs12_password").read_text(encoding="utf-8"),
        default=default_context(name),
    )
    return store.context
