# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The web services of an emulated BI platform: HTTPS on a loopback address, a thread for each client."""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from emulators.business_objects import faults
from emulators.business_objects.resources import NotEmulated, Reply, Request, answer
from emulators.business_objects.store import Store

PORT = 6405
LOG = logging.getLogger(__name__)


class WebServices:
    """A server in this process: a context manager, or `start` and `stop`."""

    def __init__(
        self, directory: Path, address: str, *, port: int = PORT, context: Callable[[], ssl.SSLContext]
    ) -> None:
        """Describe it; nothing runs before `start`.

        Args:
            directory: of the platform, which has been seeded.
            address: a loopback address.
            port: 0 takes a free one.
            context: the server's side of TLS, asked at each connection.

        Raises:
            ValueError: the address is not a loopback address.
        """
        if not ipaddress.ip_address(address).is_loopback:
            raise ValueError(f"an emulator listens on loopback only, not on {address}")
        self.store = Store(directory)
        self.address, self.port, self._context = address, port, context
        self.refused: list[str] = []
        """What it was asked that it does not know."""
        self._closing = threading.Event()

    def start(self) -> None:
        """Listen. Raises OSError if the port is taken."""
        services = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 30

            def setup(self) -> None:
                # here, in the client's own thread, a handshake that never ends keeps nobody else waiting
                self.request = services._context().wrap_socket(self.request, server_side=True)
                super().setup()

            def __getattr__(self, name: str) -> Any:
                if name.startswith("do_"):
                    return lambda: services.serve(self)
                raise AttributeError(name)

            def log_message(self, format: str, *args: object) -> None:
                LOG.info("%s %s", self.client_address[0], format % args)

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                LOG.info("%s: the connection ended", client_address[0], exc_info=True)

        self._server = Server((self.address, self.port), Handler)
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop listening."""
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer a request, or do what a fault asks for."""
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        address = urlsplit(handler.path)
        text = f"{handler.command} {address.path}"
        fault = faults.find(self.store.directory, ("drop", "late", "error", "nonsense", "redirect", "licence"), text)
        kind = fault["kind"] if fault else ""
        if kind == "drop":
            handler.close_connection = True
            return
        if kind == "late" and fault:
            self._closing.wait(fault["seconds"])
        query = dict(parse_qsl(address.query))
        request = Request(
            handler.command, address.path, query, dict(handler.headers.items()), body, no_licence=kind == "licence"
        )
        if kind == "error" and fault:
            reply = Reply(fault.get("status", 500), b"Service Unavailable", "text/plain")
        elif kind == "nonsense":
            reply = Reply(200, b"<html>Please log in</html>", "text/html")
        elif kind == "redirect":
            reply = Reply(302, b"", "text/plain", {"Location": f"http://{self.address}{handler.path}"})
        else:
            reply = self._answer(request)
        with contextlib.suppress(OSError):
            _send(handler, reply)

    def _answer(self, request: Request) -> Reply:
        try:
            with self.store.changing() as state:
                return answer(state, request)
        except NotEmulated as error:
            self.refused.append(str(error))
            LOG.warning("refused %s", error)
            message = f"the emulated BI platform does not know {error}; teach emulators/business_objects"
            return Reply(501, message.encode(), "text/plain")


def _send(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    handler.send_response(reply.status)
    headers = {"Content-Type": reply.kind, "Content-Length": str(len(reply.body)), **reply.headers}
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(reply.body)
