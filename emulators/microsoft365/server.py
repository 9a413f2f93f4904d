# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The services of a tenant over HTTPS, a context manager; each client is served by a thread of its own."""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import socket
import socketserver
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

from emulators.microsoft365.faults import Faults
from emulators.microsoft365.seed import Seed, tenant_from
from emulators.microsoft365.service import HOSTS, Lost, Services, request_from

LOG = logging.getLogger(__name__)
NAMES = tuple(HOSTS)
"""The names that the certificate has to hold besides the address."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(
        self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler], context: ssl.SSLContext
    ) -> None:
        self._context = context
        super().__init__(address, handler)

    def server_bind(self) -> None:
        """Bind it, without asking a name server what the address is called, as the library would."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        """Return a connection; its handshake is left to its own thread."""
        connection, peer = super().get_request()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), peer

    def handle_error(self, request: object, client_address: object) -> None:
        """Say what went wrong in the log."""
        LOG.info("the conversation with %s ended", client_address, exc_info=True)


class Microsoft365:
    """A running tenant."""

    def __init__(self, directory: Path, address: str, context: ssl.SSLContext, seed: Seed, *, port: int = 443) -> None:
        """Prepare it.

        Args:
            directory: where its state, its faults and what it was asked for are kept.
            address: a loopback address.
            context: the server's side of TLS, for `NAMES` and the address.
            seed: what the tenant has when it is started for the first time.
            port: 0 takes a free one.

        Raises:
            ValueError: the address is no loopback address.
        """
        if not ipaddress.ip_address(address).is_loopback:
            raise ValueError(f"{address} is no address of this machine's loopback interface")
        directory.mkdir(parents=True, exist_ok=True)
        self.directory, self.address = directory, address
        self.tenant = tenant_from(seed, Faults(directory / "faults.json"), directory / "tenant.json")
        self.services = Services(self.tenant, directory)
        services = self.services

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 60

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                request = request_from(self.command, self.path, dict(self.headers.items()), body)
                try:
                    answer = services.answer(request)
                except Lost:
                    self.close_connection = True
                    with contextlib.suppress(OSError):
                        self.connection.shutdown(socket.SHUT_RDWR)
                    return
                content = answer.content()
                self.send_response_only(answer.status)
                kind = "text/plain" if isinstance(answer.body, int) else "application/json; charset=utf-8"
                for name, value in {**answer.headers, "Content-Length": str(len(content))}.items():
                    self.send_header(name, value)
                if content:
                    self.send_header("Content-Type", kind)
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = answer  # noqa: N815 (the names that the library looks for)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self._server = _Server((address, port), Handler, context)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._server.server_address[1])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
