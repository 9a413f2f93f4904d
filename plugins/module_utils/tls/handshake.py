# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Handshakes with servers: what each address of an endpoint offers, seen as a client sees it."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ansible_collections.uoe.exam_scheduling.plugins.module_utils import tds_prelogin
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.resolution import is_address
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.tls._pyopenssl import (
    VERSIONS,
    ClientSide,
    TlsFailure,
    untestable_versions,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.tls.endpoint import Endpoint, StartTls

if TYPE_CHECKING:
    from cryptography import x509

OFFERED, REFUSED, NOT_TESTED = "offered", "refused", "not tested"

_READ_AT_ONCE = 65536
_ALERT, _HANDSHAKE = 0x15, 0x16
_SERVER_HELLO = 0x02
_PROTOCOL_VERSION_AT = slice(9, 11)
"""Where a ServerHello says its version: after record header (5), type (1) and length (3), RFC 5246, 7.4.1.3."""


class NotReached(Exception):
    """Nothing can be said of the endpoint: no connection, or no answer."""


class NotServed(Exception):
    """There is an answer, but no TLS handshake comes about."""

    def __init__(self, defect: str, found: str) -> None:
        """Keep the defect's name, and what the server did."""
        self.defect = defect
        self.found = found
        super().__init__(found)


@dataclass(frozen=True)
class Session:
    """What a server showed in its handshakes."""

    chain: tuple[x509.Certificate, ...]
    """As sent, the server's own first."""
    version: str
    cipher: str
    ocsp_response: bytes
    protocols: Mapping[str, str] = field(default_factory=dict)
    """For each version: offered, refused or not tested."""


async def look_at(endpoint: Endpoint, address: str, *, deadline: float) -> Session:
    """Return what the server at the address shows, within `deadline` seconds for everything.

    Raises:
        NotReached: no connection, or no answer in time.
        NotServed: an alert, another protocol, or a connection closed in the middle.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + deadline
    try:
        async with asyncio.timeout_at(end):
            side = await _whole_handshake(endpoint, address)
    except TimeoutError:
        raise NotReached(f"no answer within {deadline:g} s") from None
    try:
        chain = side.chain
    except ValueError as error:
        raise NotServed("unreadable_certificate", str(error)) from error
    protocols = await _protocols(endpoint, address, side.version, end)
    return Session(chain, side.version, side.cipher, side.ocsp_response, protocols)


async def _whole_handshake(endpoint: Endpoint, address: str) -> ClientSide:
    async with _channel(endpoint, address) as channel:
        side = ClientSide(_server_name(endpoint))
        await channel.send(side.advance())
        first = True
        while not side.finished:
            received = await channel.receive()
            if first and received[:1] not in (bytes((_ALERT,)), bytes((_HANDSHAKE,))):
                raise NotServed("not_tls", f"bytes {received[:16]!r}")
            first = False
            try:
                await channel.send(side.advance(received))
            except TlsFailure as error:
                raise NotServed("handshake_refused", str(error)) from error
        return side


async def _protocols(endpoint: Endpoint, address: str, agreed: str, end: float) -> dict[str, str]:
    """Return for each version whether it is offered: the agreed one is, a newer one would have been agreed on."""
    result = {}
    for version in reversed(VERSIONS):
        if version in untestable_versions():
            result[version] = NOT_TESTED
        elif VERSIONS[version] >= VERSIONS[agreed]:
            result[version] = OFFERED if version == agreed else REFUSED
        else:
            result[version] = await _answer_to(endpoint, address, version, end)
    return {version: result[version] for version in VERSIONS}


async def _answer_to(endpoint: Endpoint, address: str, version: str, end: float) -> str:
    """Return how the server answers a ClientHello of one version; its first record tells, the rest is not needed."""
    try:
        async with asyncio.timeout_at(end), _channel(endpoint, address) as channel:
            await channel.send(ClientSide(_server_name(endpoint), oldest=version, newest=version).advance())
            received = b""
            while len(received) < _PROTOCOL_VERSION_AT.stop and received[:1] != bytes((_ALERT,)):
                received += await channel.receive()
    except (TimeoutError, NotReached):
        return NOT_TESTED
    except NotServed:
        return REFUSED
    hello = received[0] == _HANDSHAKE and received[5] == _SERVER_HELLO
    answered = int.from_bytes(received[_PROTOCOL_VERSION_AT], "big")
    return OFFERED if hello and answered == VERSIONS[version] else REFUSED


def _server_name(endpoint: Endpoint) -> str | None:
    return None if is_address(endpoint.host) else endpoint.host


class _Channel:
    """Bytes of TLS records to and from a server, whatever they are wrapped in."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, starttls: StartTls) -> None:
        self._reader = reader
        self._writer = writer
        self._unwrapper = tds_prelogin.Unwrapper() if starttls == "tds" else None

    async def send(self, records: bytes) -> None:
        self._writer.write(tds_prelogin.wrap(records) if self._unwrapper else records)
        with contextlib.suppress(ConnectionError):  # the server has hung up; what it said before that is to be read
            await self._writer.drain()

    async def receive(self) -> bytes:
        while True:
            data = await self.read()
            try:
                records = self._unwrapper.payload(data) if self._unwrapper else data
            except tds_prelogin.NotTds as error:
                raise NotServed("not_tds", str(error)) from error
            if records:
                return records

    async def begin_tds(self) -> None:
        """Agree on encryption, as a driver does before it begins the handshake."""
        self._writer.write(tds_prelogin.request())
        parser = tds_prelogin.ResponseParser()
        answer = None
        while answer is None:
            try:
                answer = parser.feed(await self.read())
            except tds_prelogin.NotTds as error:
                raise NotServed("not_tds", str(error)) from error
        if not answer.encryption.starts_tls:
            raise NotServed("not_tls", "the pre-login answer says that encryption is not supported")

    async def read(self) -> bytes:
        try:
            data = await self._reader.read(_READ_AT_ONCE)
        except ConnectionError as error:
            raise NotServed("handshake_refused", "the connection was reset") from error
        if not data:
            raise NotServed("handshake_refused", "the connection was closed")
        return data


@contextlib.asynccontextmanager
async def _channel(endpoint: Endpoint, address: str) -> AsyncIterator[_Channel]:
    try:
        reader, writer = await asyncio.open_connection(address, endpoint.port)
    except OSError as error:
        raise NotReached(os.strerror(error.errno) if error.errno else str(error)) from error
    try:
        channel = _Channel(reader, writer, endpoint.starttls)
        if endpoint.starttls == "tds":
            await channel.begin_tds()
        yield channel
    finally:
        # Not a close in good order: nothing but the handshake was wanted, and waiting for the other side could block.
        writer.transport.abort()
