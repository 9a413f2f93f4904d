# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A TCP relay between a module and a real name server, which loses, changes or delays messages as a test wants."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Literal, Self

import dns.message
import dns.opcode

Fate = Literal["pass", "swallow", "close", "lose answer", "strip signature"]


def is_update(wire: bytes) -> bool:
    return dns.opcode.from_flags(int.from_bytes(wire[2:4])) == dns.opcode.UPDATE


class Relay:
    """Listens on an address, and asks `decide` about each message from the client before it is passed on."""

    def __init__(self, address: str, upstream: tuple[str, int], decide: Callable[[bytes], Fate]) -> None:
        self.upstream = upstream
        self.decide = decide
        self._listener = socket.create_server((address, 53))

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client = self._listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, socket.create_connection(self.upstream) as server:
            to_client, to_server = client.makefile("rwb"), server.makefile("rwb")
            while head := to_client.read(2):
                message = to_client.read(int.from_bytes(head))
                fate = self.decide(message)
                if fate == "close":
                    client.shutdown(socket.SHUT_RDWR)
                    return
                if fate == "swallow":
                    continue
                to_server.write(head + message)
                to_server.flush()
                answer = to_server.read(int.from_bytes(to_server.read(2)))
                if fate == "lose answer":
                    client.shutdown(socket.SHUT_RDWR)
                    return
                if fate == "strip signature":
                    unsigned = dns.message.from_wire(answer, keyring=False)
                    unsigned.tsig = None
                    answer = unsigned.to_wire()
                to_client.write(len(answer).to_bytes(2) + answer)
                to_client.flush()
