# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host listens on: WinRM over HTTPS, and the HTTPS bindings of its IIS sites, each with its certificate."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable, Container
from http import HTTPStatus

from emulators.certificates import Issued
from emulators.windows import http_messages, wsman
from emulators.windows.authentication import CHALLENGES, Authentication
from emulators.windows.certificates import served_by
from emulators.windows.machine import Machine
from emulators.windows.model import Binding
from emulators.windows.shells import Dropped, Shells
from emulators.windows.tls_server import TlsServer
from emulators.windows.wsman import WsmanFault

LOG = logging.getLogger(__name__)
SOAP_TYPE = "application/soap+xml;charset=UTF-8"


class WinRM:
    """The WS-Management service of one host."""

    def __init__(self, machine: Machine, issued: Issued, shells: Shells, port: int) -> None:
        self.port = port
        self._machine = machine
        self._certificate = issued.certificate
        self._context = issued.server_context()
        self._shells = shells
        self._server: TlsServer | None = None

    async def follow(self) -> None:
        """Listen, or do not: as the host's faults want it."""
        refuses = self._machine.faults.refuse
        if refuses and self._server is not None:
            await self._server.close()
            self._server = None
        elif not refuses and self._server is None:
            self._server = await TlsServer.start(self._converse, self._machine.address, self.port, self._context)

    async def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            await self._server.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        authentication = Authentication(self._machine.accounts, self._certificate)
        while (request := await http_messages.read_request(reader)) is not None:
            if self._machine.faults.refuse:
                raise Dropped("refuse")
            writer.write(await self._response(authentication, request))
            await writer.drain()
            if not request.keeps_alive:
                return

    async def _response(self, authentication: Authentication, request: http_messages.HttpRequest) -> bytes:
        if request.target.partition("?")[0] != "/wsman":
            return http_messages.response(HTTPStatus.NOT_FOUND)
        if request.method != "POST":
            return http_messages.response(HTTPStatus.METHOD_NOT_ALLOWED)
        token = authentication.step(request.headers.get("authorization"))
        if authentication.user is None:
            return http_messages.response(HTTPStatus.UNAUTHORIZED, challenges=[token] if token else CHALLENGES)
        if not request.body:
            return http_messages.response(HTTPStatus.OK, challenges=[token] if token else ())
        message_id = ""
        try:
            message = wsman.parse(request.body)
            message_id = message.message_id
            answer = await self._shells.answer(authentication.user, message)
        except WsmanFault as fault:
            body = wsman.fault(message_id, fault).encode()
            return http_messages.response(HTTPStatus.INTERNAL_SERVER_ERROR, body, content_type=SOAP_TYPE)
        return http_messages.response(
            HTTPStatus.OK, answer.encode(), content_type=SOAP_TYPE, challenges=[token] if token else ()
        )


class Iis:
    """The HTTPS bindings of one host's sites: a listener for each address and port, the certificate by SNI."""

    def __init__(self, machine: Machine, port_of: Callable[[int], int]) -> None:
        self._machine = machine
        self._port_of = port_of
        self._servers: dict[int, TlsServer] = {}
        self._refused = set[int]()
        self._contexts: dict[str, ssl.SSLContext] = {}

    async def follow(self) -> None:
        """Listen on the ports of the bindings of started sites, and on no others."""
        wanted = {binding.port for binding in self._bindings()}
        for port in self._servers.keys() - wanted:
            await self._servers.pop(port).close()
        for port in wanted - self._servers.keys():
            try:
                self._servers[port] = await self._listen(port)
            except OSError as error:
                if port not in self._refused:
                    LOG.warning("%s: port %d cannot be listened on: %s", self._machine.name, port, error)
                self._refused.add(port)

    async def close(self) -> None:
        """Listen no more."""
        for server in self._servers.values():
            await server.close()

    def _bindings(self) -> list[Binding]:
        return [
            binding
            for site in self._machine.state.sites
            for binding in site.bindings
            if site.state == "Started" and binding.protocol == "https"
        ]

    async def _listen(self, port: int) -> TlsServer:
        chooser = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)

        def choose(connection: ssl.SSLObject | ssl.SSLSocket, name: str | None, _context: ssl.SSLContext) -> int | None:
            context = self._context(port, name)
            if context is None:
                return int(ssl.AlertDescription.ALERT_DESCRIPTION_UNRECOGNIZED_NAME)
            connection.context = context
            return None

        chooser.sni_callback = choose
        return await TlsServer.start(self._converse, self._machine.address, self._port_of(port), chooser)

    def _context(self, port: int, name: str | None) -> ssl.SSLContext | None:
        """Return what to serve; None if there is nothing, or the certificate that is bound has gone: none stands in."""
        bindings = [binding for binding in self._bindings() if binding.port == port]
        chosen = chosen_by(bindings, name, {self._machine.address, self._machine.state.network.address})
        return None if chosen is None else self._served(chosen.certificate_hash)

    def _served(self, thumbprint: str) -> ssl.SSLContext | None:
        stored = next((c for c in self._machine.state.certificates if c.thumbprint == thumbprint), None)
        if stored is None or stored.key_pem is None:
            return None
        if thumbprint not in self._contexts:
            self._contexts[thumbprint] = served_by(stored, self._machine.state.certificates)
        return self._contexts[thumbprint]

    @staticmethod
    async def _converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer as an empty site of IIS does."""
        while (request := await http_messages.read_request(reader)) is not None:
            writer.write(http_messages.response(HTTPStatus.NOT_FOUND))
            await writer.drain()
            if not request.keeps_alive:
                return


def chosen_by(bindings: list[Binding], name: str | None, addresses: Container[str]) -> Binding | None:
    """Return the binding whose certificate http.sys serves: an exact address, else the name by SNI, else any address.

    Args:
        bindings: of the port that is connected to.
        name: what the client asks for by SNI.
        addresses: those of the host.
    """
    exact = (b for b in bindings if not b.use_sni and b.ip in addresses)
    named = (b for b in bindings if b.use_sni and name and b.hostname.lower() == name.lower())
    wildcard = (b for b in bindings if not b.use_sni and b.ip == "*")
    return next((binding for group in (exact, named, wildcard) for binding in group), None)
