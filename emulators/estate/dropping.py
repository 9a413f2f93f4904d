# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ports that behave as behind a firewall that drops packets."""

from __future__ import annotations

import socket


def dropping_sockets(address: str, port: int) -> list[socket.socket]:
    """Return sockets that keep a port from answering: its queue is full, so the kernel drops what else arrives."""
    listener = socket.create_server((address, port), backlog=0)
    fillers = [socket.socket() for _unused in range(2)]
    for filler in fillers:
        filler.setblocking(False)
        filler.connect_ex((address, port))
    return [listener, *fillers]
