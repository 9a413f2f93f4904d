# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""TNS packets over TLS, and one thread that reads ahead for breaks."""

from __future__ import annotations

import contextlib
import queue
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass

from emulators.sql.engine.errors import ConnectionEnded

CONNECT, ACCEPT, REFUSE, DATA, MARKER = 1, 2, 4, 6, 12
BREAK, RESET, INTERRUPT = 1, 2, 3
SDU = 65535
LARGEST_PACKET = 2**21
_SMALL, _LARGE = struct.Struct(">HHBBH"), struct.Struct(">IBBH")
_END = 0x0040


@dataclass(frozen=True)
class Packet:
    """A packet without its header."""

    kind: int
    data: bytes


class Transport:
    """One client's connection."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._tls: ssl.SSLObject | None = None
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._lock = threading.Lock()
        self._held = bytearray()
        self.large = False
        """Whether lengths have four bytes, as they have once a connection is accepted."""
        self.sdu = SDU
        self.broken = threading.Event()
        """Set from a break until it is answered."""
        self.on_break: Callable[[], None] = lambda: None
        self.on_loss: Callable[[], None] = lambda: None
        self._packets: queue.SimpleQueue[Packet | None] = queue.SimpleQueue()

    def start_tls(self, context: ssl.SSLContext) -> None:
        """Shake hands. Raises ConnectionEnded."""
        tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        while True:
            try:
                tls.do_handshake()
            except ssl.SSLWantReadError:
                self._flush()
                raw = self._receive()
                self._incoming.write(raw)
            except ssl.SSLError as error:
                self._flush()
                raise ConnectionEnded(f"a TLS handshake: {error.reason or error}") from error
            else:
                break
        self._flush()
        self._tls = tls

    def _flush(self) -> None:
        if data := self._outgoing.read():
            self._send(data)

    def _receive(self) -> bytes:
        try:
            raw = self._socket.recv(262144)
        except OSError as error:
            raise ConnectionEnded(str(error)) from error
        if not raw:
            raise ConnectionEnded("the client closed the connection")
        return raw

    def _send(self, data: bytes) -> None:
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise ConnectionEnded(str(error)) from error

    def receive(self) -> Packet:
        """Read the next packet, before the reading thread is started. Raises ConnectionEnded."""
        header = self._exactly(8)
        if self.large:
            length, kind, _flags, _checksum = _LARGE.unpack(header)
        else:
            length, _sum, kind, _flags, _checksum = _SMALL.unpack(header)
        if not 8 <= length <= LARGEST_PACKET:
            raise ConnectionEnded(f"a packet of {length} bytes")
        return Packet(kind, self._exactly(length - 8))

    def _exactly(self, size: int) -> bytes:
        while len(self._held) < size:
            self._held += self._some()
        data = bytes(self._held[:size])
        del self._held[:size]
        return data

    def _some(self) -> bytes:
        while True:
            if self._tls is not None:
                with self._lock:
                    try:
                        data = self._tls.read(262144)
                    except ssl.SSLWantReadError:
                        data = None
                    except ssl.SSLError as error:
                        raise ConnectionEnded(str(error)) from error
                if data is not None:
                    if not data:
                        raise ConnectionEnded("the client closed the connection")
                    return data
            raw = self._receive()
            if self._tls is None:
                return raw
            with self._lock:
                self._incoming.write(raw)

    def read_ahead(self) -> None:
        """Start the thread that reads; from now on `next_packet` has the packets."""
        threading.Thread(target=self._read_ahead, daemon=True, name="tns reader").start()

    def _read_ahead(self) -> None:
        try:
            while True:
                packet = self.receive()
                if packet.kind == MARKER and packet.data[-1:] in (b"\x01", b"\x03"):
                    self.broken.set()
                    self.on_break()
                self._packets.put(packet)
        except (ConnectionEnded, OSError):
            self.on_loss()
            self._packets.put(None)

    def next_packet(self) -> Packet:
        """Return the next packet. Raises ConnectionEnded if there will be none."""
        packet = self._packets.get()
        if packet is None:
            self._packets.put(None)
            raise ConnectionEnded("the client closed the connection")
        return packet

    def packet(self, kind: int, data: bytes) -> bytes:
        """Return a packet with its header."""
        if self.large:
            return _LARGE.pack(len(data) + 8, kind, 0, 0) + data
        return _SMALL.pack(len(data) + 8, 0, kind, 0, 0) + data

    def send(self, kind: int, data: bytes) -> None:
        """Send one packet. Raises ConnectionEnded."""
        self.send_raw(self.packet(kind, data))

    def send_data(self, data: bytes) -> None:
        """Send a message in as many packets as it takes. Raises ConnectionEnded."""
        room = self.sdu - 10
        self.send_raw(
            b"".join(self.packet(DATA, b"\0\0" + data[at : at + room]) for at in range(0, len(data) or 1, room))
        )

    def send_raw(self, data: bytes) -> None:
        """Send bytes, encrypted. Raises ConnectionEnded."""
        if self._tls is not None:
            with self._lock:
                try:
                    self._tls.write(data)
                except ssl.SSLError as error:
                    raise ConnectionEnded(str(error)) from error
                data = self._outgoing.read()
        self._send(data)

    def send_marker(self, kind: int) -> None:
        """Send a break or a reset."""
        self.send(MARKER, bytes([1, 0, kind]))

    def close(self) -> None:
        """Close the connection; whoever waits for it wakes up."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


def ends(packet: Packet) -> bool:
    """Return whether a packet says that the client goes."""
    return packet.kind == DATA and len(packet.data) == 2 and bool(int.from_bytes(packet.data, "big") & _END)
