# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulated SQL Server: a listener, and a thread for each client."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Self

from emulators.sql.engine.instance import Instance
from emulators.sql.tds.connection import Connection
from emulators.sql.tds.negotiation import Negotiation
from emulators.sql.tds.transport import Transport
from emulators.sql.tsql import statements  # noqa: F401 (the grammar registers itself)
from emulators.sql.tsql.installation import fresh_state, in_use

PORT = 1433
DEFAULT_COLLATION = "SQL_Latin1_General_CP1_CI_AS"


class SqlServer:
    """A server in this process: a context manager, or `start` and `stop`."""

    def __init__(
        self,
        directory: Path,
        address: str,
        *,
        port: int = PORT,
        context: Callable[[], ssl.SSLContext],
        name: str = "SQL-LIVE",
        collation: str = DEFAULT_COLLATION,
        negotiation: Callable[[], Negotiation] | None = None,
    ) -> None:
        """Describe it; nothing runs before `start`.

        Args:
            directory: where its state is; made if absent, and found again by the next server of that directory.
            address: a loopback address.
            port: 0 takes a free one.
            context: the server's side of TLS, asked at each connection.
            name: @@SERVERNAME.
            collation: of the server, and of databases that say nothing else.
            negotiation: begins to find out which Windows account a client is; without it the server is in no domain.

        Raises:
            ValueError: the address is not a loopback address.
        """
        if not ipaddress.ip_address(address).is_loopback:
            raise ValueError(f"an emulator listens on loopback only, not on {address}")
        self.directory, self.address, self.port = directory, address, port
        self._context, self._negotiation = context, negotiation
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.instance = Instance(directory, name=name, collation=collation, make_state=fresh_state)
        for setting, values in self.instance.state.configurations.items():
            values[1] = in_use(setting, values[0])  # what waited for a restart
        self._listener: socket.socket | None = None
        self._connections: set[Connection] = set()
        self._lock = threading.Lock()

    def start(self) -> None:
        """Listen. Raises OSError if the port is taken."""
        self._listener = socket.create_server((self.address, self.port), backlog=128)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True, name="sql listener").start()

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
            client = Connection(
                self.instance, Transport(connection), self._context, self._negotiation, f"{peer[0]}:{peer[1]}"
            )
            with self._lock:
                self._connections.add(client)
            threading.Thread(target=self._serve, args=(client,), daemon=True, name=f"sql client {peer[1]}").start()

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
