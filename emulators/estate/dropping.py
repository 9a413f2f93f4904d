# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A port that behaves as behind a firewall that drops packets."""

from __future__ import annotations

import contextlib
import socket
from pathlib import Path

from emulators.processes import wait_for_the_end


def serve_nothing(address: str, port: int, pid_file: Path) -> None:
    """Keep a port from answering until told to end: its queue is full, so the kernel drops what else arrives."""
    with contextlib.ExitStack() as sockets:
        sockets.enter_context(socket.create_server((address, port), backlog=0))
        for _filler in range(2):
            filler = sockets.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex((address, port))
        wait_for_the_end(pid_file)
