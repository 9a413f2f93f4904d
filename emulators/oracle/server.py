# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulated Oracle database: a listener, and a thread for each client."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Self

from emulators.oracle import statements  # noqa: F401 (what it imports registers itself)
from emulators.oracle.engine.instance import Instance
from emulators.oracle.tns.connection import Connection
from emulators.oracle.tns.transport import Transport

PORT = 2484
"""Registered for Oracle over TLS."""


class OracleServer:
    """A server in this process: a context manager, or `start` and `stop`."""

    def __init__(
        self,
        directory: Path,
        address: str,
        *,
        port: int = PORT,
        context: Callable[[], ssl.SSLContext],
        name: str = "EUGEX",
        service: str = "eugex.exams.example",
        version: str = "19.21.0.0.0",
    ) -> None:
        """Describe it; nothing runs before `start`.

        Args:
            directory: where its state is; made if absent, and found again by the next server of that directory.
            address: a loopback address.
            port: 0 takes a free one.
            context: the server's side of TLS, asked at each connection.
            name: of the database and its instance.
            service: the service name that clients ask for.
            version: of the database.

        Raises:
            ValueError: the address is not a loopback address.
        """
        if not ipaddress.ip_address(address).is_loopback:
            raise ValueError(f"an emulator listens on loopback only, not on {address}")
        self.directory, self.address, self.port = directory, address, port
        self._context = context
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.instance = Instance(directory, name=name, service=service, version=version)
        self._listener: socket.socket | None = None
        self._connections: set[Connection] = set()
        self._lock = threading.Lock()

    def start(self) -> None:
        """Listen. Raises OSError if the port is taken."""
        self._listener = socket.create_server((self.address, self.port), backlog=128)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True, name="oracle listener").start()

    def stop(self) -> None:
        """Stop listening and end all clients."""
        if self._listener is not None:
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        with self._lock:
            connections = list(self._connections)
        for each in connections:
            each.close()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, peer = listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client = Connection(self.instance, Transport(connection), self._context, f"{peer[0]}:{peer[1]}")
            with self._lock:
                self._connections.add(client)
            threading.Thread(target=self._serve, args=(client,), daemon=True, name=f"oracle client {peer[1]}").start()

    def _serve(self, client: Connection) -> None:
        try:
            client.serve()
        finally:
            with self._lock:
                self._connections.discard(client)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()
