# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The part of TDS that comes before a login: pre-login messages, and TLS records inside TDS packets.

Pure functions and one incremental parser: whoever uses them owns the socket and the deadline, and names the host in
the error. Source: MS-TDS 2.2.3.1 (packet header) and 2.2.6.5 (PRELOGIN).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum

PRELOGIN = 0x12
"""Packet type of a pre-login request, and of TLS records in either direction during the handshake."""
TABULAR_RESULT = 0x04
"""Packet type of every answer of the server, the answer to a pre-login request among them."""

PACKET_SIZE = 4096
"""Bytes of a packet, header included, that may be sent before a login has agreed on another size (MS-TDS 2.2.3.1.3)."""
LARGEST_PACKET = 32767
"""Bytes that a login can agree on at most; a longer packet is no TDS."""
LARGEST_PRELOGIN = 65535
"""Bytes of a pre-login message of which offsets of 16 bits can speak."""

_HEADER = struct.Struct(">BBHHBB")
_OPTION = struct.Struct(">BHH")
_VERSION = struct.Struct(">BBHH")
_LAST_PACKET = 0x01
_TERMINATOR = 0xFF
_VERSION_TOKEN, _ENCRYPTION_TOKEN, _INSTANCE_TOKEN, _THREAD_TOKEN, _MARS_TOKEN = range(5)


class NotTds(ValueError):
    """The other side does not speak TDS: the message says what was expected and what it sent."""


class Encryption(IntEnum):
    """What a side offers or decides on encryption: B_FENCRYPTION (MS-TDS 2.2.6.5)."""

    OFF = 0
    """Available; only the login packet is encrypted."""
    ON = 1
    """Available and wanted for the whole connection."""
    NOT_SUPPORTED = 2
    """No TLS at all."""
    REQUIRED = 3
    """The server insists on it for the whole connection."""

    @property
    def starts_tls(self) -> bool:
        """Whether a TLS handshake follows the server's answer, if the client did not say NOT_SUPPORTED."""
        return self is not Encryption.NOT_SUPPORTED


@dataclass(frozen=True)
class Prelogin:
    """What a pre-login message says."""

    version: tuple[int, int, int, int]
    """Major, minor, build and sub-build: of SQL Server in an answer, of the driver in a request."""
    encryption: Encryption

    @property
    def version_text(self) -> str:
        """The version as SQL Server writes it: `16.0.4135.0`."""
        return ".".join(map(str, self.version))


@dataclass(frozen=True)
class Packet:
    """One TDS packet."""

    kind: int
    payload: bytes
    last: bool
    """Whether it ends its message."""


def request(encryption: Encryption = Encryption.ON) -> bytes:
    """Return a whole pre-login request, packet header included, that asks for this encryption."""
    return wrap(message(Prelogin((0, 0, 0, 0), encryption)))


def response(version: tuple[int, int, int, int], encryption: Encryption) -> bytes:
    """Return a server's whole answer, packet header included; for emulators and tests."""
    return wrap(message(Prelogin(version, encryption)), kind=TABULAR_RESULT)


def message(prelogin: Prelogin) -> bytes:
    """Return a pre-login message without packet header. VERSION comes first, as the standard demands."""
    return _encode(
        {
            _VERSION_TOKEN: _VERSION.pack(*prelogin.version),
            _ENCRYPTION_TOKEN: bytes((prelogin.encryption,)),
            _INSTANCE_TOKEN: b"\0",
            _THREAD_TOKEN: bytes(4),
            _MARS_TOKEN: b"\0",
        }
    )


def parse_message(payload: bytes) -> Prelogin:
    """Return what a pre-login message, its packet headers taken off, says.

    Raises:
        NotTds: it has no terminator, an option lies outside the message or comes twice, VERSION or ENCRYPTION is
            missing, of a wrong length or of an unknown value.
    """
    options = _options(payload)
    version = _option(options, _VERSION_TOKEN, "VERSION", _VERSION.size)
    (encryption,) = _option(options, _ENCRYPTION_TOKEN, "ENCRYPTION", 1)
    try:
        return Prelogin(_VERSION.unpack(version), Encryption(encryption))
    except ValueError:
        raise NotTds(f"pre-login: expected ENCRYPTION 0 to 3, found {encryption}") from None


def wrap(payload: bytes, *, kind: int = PRELOGIN) -> bytes:
    """Return the payload as TDS packets of at most `PACKET_SIZE` bytes, the last one marked as such.

    For TLS the payload is what the outgoing memory BIO holds; nothing to send is no packet at all.
    """
    room = PACKET_SIZE - _HEADER.size
    pieces = [payload[start : start + room] for start in range(0, len(payload), room)]
    return b"".join(
        _HEADER.pack(
            kind,
            _LAST_PACKET if number == len(pieces) else 0,
            _HEADER.size + len(piece),
            0,
            number % 256,
            0,
        )
        + piece
        for number, piece in enumerate(pieces, start=1)
    )


class Unwrapper:
    """Takes bytes as they arrive and returns what the packets carry; keeps an unfinished packet for the next call.

    It never holds more than one packet, however long the other side claims it to be.
    """

    def __init__(self, *kinds: int) -> None:
        """Accept packets of these types only: by default `PRELOGIN`, what a server sends during the TLS handshake."""
        self._kinds = kinds or (PRELOGIN,)
        self._held = b""

    def packets(self, data: bytes) -> Iterator[Packet]:
        """Yield the packets that are complete now.

        Raises:
            NotTds: as soon as the bytes cannot be the beginning of a packet that is acceptable here.
        """
        self._held += data
        while self._held:
            length = self._length()
            if length is None or len(self._held) < length:
                return
            kind, status = self._held[:2]
            payload, self._held = self._held[_HEADER.size : length], self._held[length:]
            yield Packet(kind, payload, bool(status & _LAST_PACKET))

    def payload(self, data: bytes) -> bytes:
        """Return what the packets complete now carry, joined: what goes into the incoming memory BIO for TLS.

        Raises:
            NotTds: as `packets`.
        """
        return b"".join(packet.payload for packet in self.packets(data))

    @property
    def rest(self) -> bytes:
        """What came after the last complete packet, taken out: after the handshake these are bare TLS records."""
        rest, self._held = self._held, b""
        return rest

    def _length(self) -> int | None:
        """Return the length of the packet at the start, None if that is not known yet."""
        if self._held[0] not in self._kinds:
            expected = " or ".join(f"{kind:#04x}" for kind in self._kinds)
            raise NotTds(f"expected a TDS packet of type {expected}, found bytes {self._held[:8].hex(' ')}")
        if len(self._held) < 4:
            return None
        length = int.from_bytes(self._held[2:4], "big")
        if not _HEADER.size <= length <= LARGEST_PACKET:
            raise NotTds(f"expected a TDS packet of {_HEADER.size} to {LARGEST_PACKET} bytes, found one of {length}")
        return length


class ResponseParser:
    """Collects the server's answer to a pre-login request from bytes as they arrive."""

    def __init__(self, kind: int = TABULAR_RESULT) -> None:
        """Expect a message of this type: an answer by default, `PRELOGIN` on the server's side."""
        self._unwrapper = Unwrapper(kind)
        self._payload = b""

    def feed(self, data: bytes) -> Prelogin | None:
        """Return the answer once it is complete, None before.

        Raises:
            NotTds: as `Unwrapper.packets` and `parse_message`; or more follows, or it is longer than any can be.
        """
        for packet in self._unwrapper.packets(data):
            self._payload += packet.payload
            if len(self._payload) > LARGEST_PRELOGIN:
                raise NotTds(f"pre-login: expected at most {LARGEST_PRELOGIN} bytes, found more")
            if packet.last:
                if rest := self._unwrapper.rest:
                    raise NotTds(f"pre-login: expected the server to wait, found {len(rest)} bytes more")
                return parse_message(self._payload)
        return None


def _encode(options: Mapping[int, bytes]) -> bytes:
    """Return options as PRELOGIN lays them out: a table of token, offset and length, a terminator, then the data."""
    offset = len(options) * _OPTION.size + 1
    table = b""
    for token, data in options.items():
        table += _OPTION.pack(token, offset, len(data))
        offset += len(data)
    return table + bytes((_TERMINATOR,)) + b"".join(options.values())


def _options(payload: bytes) -> dict[int, bytes]:
    options: dict[int, bytes] = {}
    position = 0
    while position < len(payload) and payload[position] != _TERMINATOR:
        if position + _OPTION.size > len(payload):
            raise NotTds("pre-login: the table of options is cut off")
        token, offset, length = _OPTION.unpack_from(payload, position)
        if offset + length > len(payload):
            raise NotTds(
                f"pre-login: option {token} claims bytes {offset} to {offset + length}, the message has {len(payload)}"
            )
        if token in options:
            raise NotTds(f"pre-login: option {token} comes twice")
        options[token] = payload[offset : offset + length]
        position += _OPTION.size
    if position >= len(payload):
        raise NotTds("pre-login: the table of options has no terminator")
    return options


def _option(options: Mapping[int, bytes], token: int, name: str, length: int) -> bytes:
    data = options.get(token)
    if data is None or len(data) != length:
        found = "nothing" if data is None else f"{len(data)} bytes"
        raise NotTds(f"pre-login: expected option {name} of {length} bytes, found {found}")
    return data
