# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Port 22 of the estate's Linux hosts, for the flow matrix alone: what is done on them is done without SSH."""

from __future__ import annotations

import contextlib
import errno
import socket
from typing import TYPE_CHECKING

from emulators.listeners import Listener, ThreadedListeners
from emulators.processes import wait_for_the_end

if TYPE_CHECKING:
    from emulators.estate.estate import Estate

PORT = 22


def serve_ssh(estate: Estate) -> None:
    """Serve until told to end; the pid file is written when clients can connect."""
    hosts = [*estate.seed.web_servers, *estate.seed.bi_platforms]
    addresses = [estate.address(estate.seed.addresses()[host]) for host in hosts]
    with contextlib.ExitStack() as serving:
        for address in addresses:
            if not _answered(address):  # this machine's own sshd, which may listen on every address
                serving.enter_context(ThreadedListeners(Listener(address, PORT, "tcp")))
        wait_for_the_end(estate.directory / "ssh.pid")


def _answered(address: str) -> bool:
    with socket.socket() as client:
        return client.connect_ex((address, PORT)) != errno.ECONNREFUSED
