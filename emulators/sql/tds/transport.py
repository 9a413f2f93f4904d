# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""TDS packets over a socket, with TLS inside them during the handshake, and one thread that reads ahead for
attentions."""

from __future__ import annotations

import contextlib
import queue
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass

from ansible_collections.uoe.exam_scheduling.plugins.module_utils import tds_prelogin as tds
from emulators.sql.engine.errors import ConnectionEnded

ATTENTION_PACKET = 0x06
_HEADER = struct.Struct(">BBHHBB")
_RESET = 0x08 | 0x10
LARGEST_MESSAGE = 2**30


@dataclass(frozen=True)
class Message:
    """A message of the client, its packets joined."""

    kind: int
    data: bytes
    reset: bool = False
    """Whether the session is to be as new before it is handled."""


class Transport:
    """One client's connection."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._tls: ssl.SSLObject | None = None
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._lock = threading.Lock()
        self._held = b""
        self._sequence = 0
        self.packet_size = tds.PACKET_SIZE
        self.on_attention: Callable[[], None] = lambda: None
        self.on_loss: Callable[[], None] = lambda: None
        self._messages: queue.Queue[Message | None] = queue.Queue()

    def receive(self) -> Message:
        """Read the next message, before the reading thread is started. Raises ConnectionEnded."""
        kind, data, reset = 0, bytearray(), False
        while True:
            kind, status, payload = self._packet()
            data += payload
            reset = reset or bool(status & _RESET)
            if len(data) > LARGEST_MESSAGE:
                raise ConnectionEnded("a message without end")
            if status & 1:
                return Message(kind, bytes(data), reset)

    def read_ahead(self) -> None:
        """Start the thread that reads; from now on `next_message` has the messages."""
        threading.Thread(target=self._read_ahead, daemon=True, name="tds reader").start()

    def next_message(self) -> Message:
        """Return the next message. Raises ConnectionEnded if there will be none."""
        message = self._messages.get()
        if message is None:
            raise ConnectionEnded("the client closed the connection")
        return message

    def _read_ahead(self) -> None:
        try:
            while True:
                message = self.receive()
                if message.kind == ATTENTION_PACKET:
                    self.on_attention()
                self._messages.put(message)
        except (ConnectionEnded, OSError):
            self.on_loss()
            self._messages.put(None)

    def _packet(self) -> tuple[int, int, bytes]:
        kind, status, length, _spid, _number, _window = _HEADER.unpack(self._exactly(_HEADER.size))
        if length < _HEADER.size:
            raise ConnectionEnded(f"a TDS packet of {length} bytes")
        return kind, status, self._exactly(length - _HEADER.size)

    def _exactly(self, size: int) -> bytes:
        while len(self._held) < size:
            self._held += self._some()
        data, self._held = self._held[:size], self._held[size:]
        return data

    def _some(self) -> bytes:
        while True:
            if self._tls is not None:
                with self._lock:
                    try:
                        data = self._tls.read(65536)
                    except ssl.SSLWantReadError:
                        data = None
                    except ssl.SSLError as error:
                        raise ConnectionEnded(str(error)) from error
                if data is not None:
                    if not data:
                        raise ConnectionEnded("the client closed the connection")
                    return data
            raw = self._socket.recv(65536)
            if not raw:
                raise ConnectionEnded("the client closed the connection")
            if self._tls is None:
                return raw
            with self._lock:
                self._incoming.write(raw)

    def send(self, data: bytes, end: bool, *, kind: int = tds.TABULAR_RESULT) -> None:
        """Send a part of a message. Raises ConnectionEnded."""
        room = self.packet_size - _HEADER.size
        pieces = [data[start : start + room] for start in range(0, len(data), room)] or [b""]
        packets = []
        for number, piece in enumerate(pieces, start=1):
            self._sequence = self._sequence % 255 + 1
            last = end and number == len(pieces)
            packets.append(
                _HEADER.pack(kind, 1 if last else 0, _HEADER.size + len(piece), 0, self._sequence, 0) + piece
            )
        self.send_raw(b"".join(packets))
        if end:
            self._sequence = 0

    def send_raw(self, data: bytes) -> None:
        """Send bytes, encrypted if there is TLS."""
        try:
            if self._tls is not None:
                with self._lock:
                    self._tls.write(data)
                    data = self._outgoing.read()
            self._socket.sendall(data)
        except (OSError, ssl.SSLError) as error:
            raise ConnectionEnded(str(error)) from error

    def start_tls(self, context: ssl.SSLContext) -> None:
        """Shake hands inside TDS packets; afterwards TLS records are bare. Raises ConnectionEnded."""
        newest, context.maximum_version = context.maximum_version, ssl.TLSVersion.TLSv1_2
        shaking = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        context.maximum_version = newest
        while True:
            try:
                shaking.do_handshake()
            except ssl.SSLWantReadError:
                self._flush_handshake()
                self._incoming.write(self._packet()[2])
            except ssl.SSLError as error:
                self._flush_handshake()
                raise ConnectionEnded(f"a TLS handshake: {error.reason or error}") from error
            else:
                self._flush_handshake()
                break
        rest, self._held = self._held, b""
        self._incoming.write(rest)
        self._tls = shaking

    def _flush_handshake(self) -> None:
        if data := self._outgoing.read():
            self.send_raw(tds.wrap(data))

    def end_tls(self) -> None:
        """Go on without TLS, as after a login of which only itself was encrypted."""
        rest = self._incoming.read()
        self._tls, self._held = None, self._held + rest

    def close(self) -> None:
        """Close the connection; whoever waits for it wakes up."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
