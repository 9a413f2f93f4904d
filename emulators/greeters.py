# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each kind of listener says, up to the point where a real service would begin to work."""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ansible_collections.uoe.exam_scheduling.plugins.module_utils import tds_prelogin as tds

Kind = Literal["tcp", "tls", "tds", "tns", "winrm", "https"]
TlsContext: TypeAlias = Callable[[], ssl.SSLContext]

LARGEST_REQUEST = 65536
SQL_SERVER_VERSION = (16, 0, 4135, 0)
LOGIN7 = 0x10


class NotUnderstood(Exception):
    """A client said what the emulator does not know; the message names it."""


@dataclass
class Peer:
    """The client's end of a connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        """Send it all."""
        self.writer.write(data)
        await self.writer.drain()

    async def receive(self) -> bytes:
        """Return what arrives next.

        Raises:
            EOFError: the client has closed the connection.
        """
        data = await self.reader.read(65536)
        if not data:
            raise EOFError("the client closed the connection")
        return data


Conversation: TypeAlias = Callable[[Peer, TlsContext | None], Awaitable[None]]


class TlsPeer:
    """TLS on memory BIOs, so that its records can be carried in TDS packets during the handshake."""

    def __init__(self, peer: Peer, context: TlsContext | None, *, inside_tds: bool = False) -> None:
        assert context is not None  # noqa: S101 (Listener has made sure)
        self._peer = peer
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._unwrapper = tds.Unwrapper() if inside_tds else None
        self._tls = _server_side(context(), self._incoming, self._outgoing, old=inside_tds)

    async def handshake(self) -> None:
        """Complete the handshake; afterwards records are bare in any case."""
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                await self._flush()
                self._take(await self._peer.receive())
            except ssl.SSLError as error:
                await self._flush()  # the alert that says why
                raise NotUnderstood(f"a TLS handshake: {error.reason or error}") from error
            else:
                await self._flush()
                break
        if self._unwrapper is not None:
            rest, self._unwrapper = self._unwrapper.rest, None
            self._incoming.write(rest)

    async def send(self, data: bytes) -> None:
        """Send it all, encrypted."""
        self._tls.write(data)
        await self._flush()

    async def receive(self) -> bytes:
        """Return what arrives next, decrypted.

        Raises:
            EOFError: the client has closed the connection.
        """
        while True:
            try:
                data = self._tls.read(65536)
            except ssl.SSLWantReadError:
                self._take(await self._peer.receive())
                continue
            except ssl.SSLZeroReturnError:
                data = b""
            if not data:
                raise EOFError("the client closed the connection")
            return data

    async def close(self) -> None:
        """Say that nothing follows, so that the client can tell the end from a cut."""
        with contextlib.suppress(ssl.SSLError):  # it wants to read the client's own farewell, which may never come
            self._tls.unwrap()
        await self._flush()

    def _take(self, data: bytes) -> None:
        try:
            self._incoming.write(self._unwrapper.payload(data) if self._unwrapper else data)
        except tds.NotTds as error:
            raise NotUnderstood(f"a TLS handshake: {error}") from error

    async def _flush(self) -> None:
        data = self._outgoing.read()
        if data:
            await self._peer.send(tds.wrap(data) if self._unwrapper else data)


def _server_side(
    context: ssl.SSLContext, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO, *, old: bool
) -> ssl.SSLObject:
    """Return the server's end. SQL Server speaks no TLS 1.3 inside TDS 7, and drivers hang if it does."""
    newest = context.maximum_version
    if old and newest in (ssl.TLSVersion.MAXIMUM_SUPPORTED, ssl.TLSVersion.TLSv1_3):
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    try:
        return context.wrap_bio(incoming, outgoing, server_side=True)
    finally:
        context.maximum_version = newest  # the context may serve others too


async def tcp(peer: Peer, context: TlsContext | None) -> None:
    """Accept, say nothing, understand nothing."""
    raise NotUnderstood(f"{(await peer.receive())[:16]!r}: this listener speaks no protocol")


async def tls(peer: Peer, context: TlsContext | None) -> None:
    """Shake hands, and understand nothing beyond."""
    secured = TlsPeer(peer, context)
    await secured.handshake()
    raise NotUnderstood(f"{(await secured.receive())[:16]!r}: this listener speaks nothing inside TLS")


async def tds_server(peer: Peer, context: TlsContext | None) -> None:
    """Pre-login, TLS inside TDS, and then every login fails as SQL Server lets it fail (MS-TDS 2.2.7.10)."""
    parser = tds.ResponseParser(tds.PRELOGIN)
    try:
        asked = None
        while asked is None:
            asked = parser.feed(await peer.receive())
    except tds.NotTds as error:
        raise NotUnderstood(f"a pre-login: {error}") from error
    wants = asked.encryption in (tds.Encryption.ON, tds.Encryption.REQUIRED)
    await peer.send(tds.response(SQL_SERVER_VERSION, tds.Encryption.ON if wants else tds.Encryption.REQUIRED))
    if asked.encryption is tds.Encryption.NOT_SUPPORTED:
        raise NotUnderstood("a client without encryption")
    secured = TlsPeer(peer, context, inside_tds=True)
    await secured.handshake()
    login, unwrapper = b"", tds.Unwrapper(LOGIN7)
    try:
        while True:
            for packet in unwrapper.packets(await secured.receive()):
                login += packet.payload
                if packet.last:
                    await secured.send(tds.wrap(_login_failed(_user_of(login)), kind=tds.TABULAR_RESULT))
                    return
    except tds.NotTds as error:
        raise NotUnderstood(f"a login: {error}") from error


def _user_of(login: bytes) -> str:
    """Return the user's name from LOGIN7 (MS-TDS 2.2.6.4)."""
    if len(login) < 44:
        raise NotUnderstood(f"a login of {len(login)} bytes")
    offset, length = struct.unpack_from("<HH", login, 40)
    return login[offset : offset + 2 * length].decode("utf-16-le", errors="replace")


def _login_failed(user: str) -> bytes:
    """Return the tokens ERROR 18456, level 14, state 1, and DONE with its error bit."""

    def short(text: str) -> bytes:
        return bytes((len(text),)) + text.encode("utf-16-le")

    message = f"Login failed for user '{user}'."
    body = struct.pack("<IBBH", 18456, 1, 14, len(message)) + message.encode("utf-16-le")
    body += short("EMULATED") + short("") + struct.pack("<I", 1)
    return struct.pack("<BH", 0xAA, len(body)) + body + struct.pack("<BHHQ", 0xFD, 2, 0, 0)


async def tns(peer: Peer, context: TlsContext | None) -> None:
    """Refuse every CONNECT: tnsping's with error 0, as a listener answers it, a session's with 12514."""
    kind, body = await _tns_packet(peer)
    if kind != 1 or len(body) < 20:
        raise NotUnderstood(f"a TNS packet of type {kind} and {len(body)} bytes, expected a CONNECT")
    length, offset = struct.unpack_from(">HH", body, 16)
    data = body[offset - 8 : offset - 8 + length]
    if length and not data:  # longer ones follow in a packet of their own, behind two bytes of flags
        data = (await _tns_packet(peer))[1][2:]
    if b"CONNECT_DATA" not in data:
        raise NotUnderstood(f"a TNS CONNECT with {data[:60]!r}")
    number = 0 if b"(COMMAND=ping)" in data else 12514
    said = f"(DESCRIPTION=(TMP=)(VSNNUM=318767104)(ERR={number})"
    said += "(ALIAS=LISTENER))" if number == 0 else f"(ERROR_STACK=(ERROR=(CODE={number})(EMFI=4))))"
    refusal = struct.pack(">BBH", 1 if number else 0x22, 0, len(said)) + said.encode()
    await peer.send(struct.pack(">HHBBH", 8 + len(refusal), 0, 4, 0, 0) + refusal)


async def _tns_packet(peer: Peer) -> tuple[int, bytes]:
    header = await peer.reader.readexactly(8)
    length, checksum, kind, _unused, header_checksum = struct.unpack(">HHBBH", header)
    if length < 8 or checksum or header_checksum:
        raise NotUnderstood(f"{header!r}, expected the header of a TNS packet")
    return kind, await peer.reader.readexactly(length - 8)


async def winrm(peer: Peer, context: TlsContext | None) -> None:
    """Answer as Windows before authentication: 401 at /wsman, 405 to a GET, 404 elsewhere."""

    def answer(method: str, path: str) -> tuple[str, list[str], bytes]:
        if path.partition("?")[0].rstrip("/").lower() != "/wsman":
            return "404 Not Found", [], b""
        if method != "POST":
            return "405 Method Not Allowed", ["Allow: POST"], b""
        return "401 Unauthorized", ["WWW-Authenticate: Negotiate", 'WWW-Authenticate: Basic realm="WSMAN"'], b""

    await _http(peer, context, "Microsoft-HTTPAPI/2.0", answer)


async def https(peer: Peer, context: TlsContext | None) -> None:
    """Serve one small page at / and nothing else."""
    page = b"<!doctype html><title>EMULATED</title><p>EMULATED\n"

    def answer(method: str, path: str) -> tuple[str, list[str], bytes]:
        if method not in ("GET", "HEAD"):
            return "405 Method Not Allowed", ["Allow: GET, HEAD"], b""
        if path != "/":
            return "404 Not Found", [], b""
        return "200 OK", ["Content-Type: text/html"], page

    await _http(peer, context, "EMULATED", answer)


async def _http(
    peer: Peer,
    context: TlsContext | None,
    server: str,
    answer: Callable[[str, str], tuple[str, list[str], bytes]],
) -> None:
    """Serve one request over TLS and close, as the answer says."""
    secured = TlsPeer(peer, context)
    await secured.handshake()
    request = b""
    while not _is_whole(request):
        request += await secured.receive()
        if len(request) > LARGEST_REQUEST:
            raise NotUnderstood(f"a request of more than {LARGEST_REQUEST} bytes")
    line = request.partition(b"\r\n")[0].decode("latin-1")
    words = line.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise NotUnderstood(f"{line[:60]!r}, expected an HTTP request")
    status, headers, body = answer(words[0], words[1])
    head = [f"HTTP/1.1 {status}", f"Server: {server}", *headers, f"Content-Length: {len(body)}", "Connection: close"]
    sent = b"" if words[0] == "HEAD" else body
    await secured.send("\r\n".join([*head, "", ""]).encode("latin-1") + sent)
    await secured.close()
    if status.startswith("404"):
        raise NotUnderstood(f"{line!r}: no such page")


def _is_whole(request: bytes) -> bool:
    """Return whether headers and body are there: closing with a body unread would reset the connection."""
    head, end, body = request.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: *([0-9]+)", head)
    return bool(end) and len(body) >= (int(length[1]) if length else 0)


GREETERS: dict[Kind, Conversation] = {
    "tcp": tcp,
    "tls": tls,
    "tds": tds_server,
    "tns": tns,
    "winrm": winrm,
    "https": https,
}
