# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The process behind the estate's listeners: the vendor's service, until it is emulated."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
from typing import TYPE_CHECKING

from emulators.certificates import Authority
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
    dropping = [dropping_sockets(estate.address(entry["address"]), entry["port"]) for entry in faulty]
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
            context=_context(authority, f"{entry['host']}.{estate.seed.domain}"),
        )
        for entry in estate.seed.listeners
        if entry["host"] != estate.fault
    ]


def _context(authority: Authority, name: str) -> TlsContext:
    """Return what a listener serves: a certificate that was always there."""
    context = authority.issue([name]).server_context()
    return lambda: context


def dropping_sockets(address: str, port: int) -> list[socket.socket]:
    """Return sockets that keep a port from answering: its queue is full, so the kernel drops what else arrives."""
    listener = socket.create_server((address, port), backlog=0)
    fillers = [socket.socket() for _unused in range(2)]
    for filler in fillers:
        filler.setblocking(False)
        filler.connect_ex((address, port))
    return [listener, *fillers]
