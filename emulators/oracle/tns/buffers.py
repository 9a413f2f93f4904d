# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What TTC messages are made of: integers of variable length, and bytes after their length."""

from __future__ import annotations

import struct
from collections.abc import Callable

from emulators.sql.engine.errors import ConnectionEnded

LONG_LENGTH, NULL_LENGTH = 254, 255
SHORTEST_LONG = 253
_CHUNK = 32767


class Reader:
    """Reads a message whose end only its content says: more packets are fetched when it needs them."""

    def __init__(self, data: bytes, more: Callable[[], bytes]) -> None:
        self.data, self.at, self._more = data, 0, more

    def raw(self, size: int) -> bytes:
        """Return so many bytes. Raises ConnectionEnded."""
        if size < 0:
            raise ConnectionEnded(f"something that has {size} bytes")
        end = self.at + size
        while end > len(self.data):
            self.fetch()
            end = self.at + size
        taken = self.data[self.at : end]
        self.at = end
        return taken

    def fetch(self) -> None:
        """Take another packet, and let go of what was read. Raises ConnectionEnded."""
        self.data = self.data[self.at :] + self._more()
        self.at = 0

    @property
    def exhausted(self) -> bool:
        """Whether all that has come is read."""
        return self.at >= len(self.data)

    def byte(self) -> int:
        """Return one byte."""
        return self.raw(1)[0]

    def integer(self) -> int:
        """Return an integer after its length; the length's highest bit is the sign."""
        length = self.byte()
        if not length:
            return 0
        number = int.from_bytes(self.raw(length & 0x7F), "big")
        return -number if length & 0x80 else number

    def sized(self) -> bytes:
        """Return bytes after their length, in one piece or in chunks; none if it is null."""
        length = self.byte()
        if length in (0, NULL_LENGTH):
            return b""
        if length != LONG_LENGTH:
            return self.raw(length)
        pieces = []
        while size := self.integer():
            pieces.append(self.raw(size))
        return b"".join(pieces)

    def counted(self) -> bytes:
        """Return bytes after two lengths; none if the first is zero."""
        return self.sized() if self.integer() else b""


def text(data: bytes) -> str:
    """Return what bytes say. Raises ConnectionEnded if they are no text."""
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise ConnectionEnded(f"a text that is no UTF-8: {error}") from error


def octets(digits: str) -> bytes:
    """Return the bytes that hexadecimal digits say. Raises ConnectionEnded if they are none."""
    try:
        return bytes.fromhex(digits)
    except ValueError as error:
        raise ConnectionEnded(f"hexadecimal digits that are none: {error}") from error


def integer(number: int) -> bytes:
    """Return an integer after its length."""
    if number < 0:
        positive = integer(-number)
        return bytes([positive[0] | 0x80]) + positive[1:]
    if not number:
        return b"\0"
    size = (number.bit_length() + 7) // 8
    size = next(each for each in (1, 2, 4, 8) if each >= size)
    return bytes([size]) + number.to_bytes(size, "big")


def sized(data: bytes) -> bytes:
    """Return bytes after their length, in chunks if there are many."""
    if len(data) < SHORTEST_LONG:
        return bytes([len(data)]) + data
    chunks = [data[at : at + _CHUNK] for at in range(0, len(data), _CHUNK)]
    return b"\xfe" + b"".join(integer(len(each)) + each for each in chunks) + b"\0"


def counted(data: bytes) -> bytes:
    """Return bytes after two lengths."""
    return integer(len(data)) + sized(data) if data else b"\0"


def pair(key: str, value: str, flags: int = 0) -> bytes:
    """Return a key and a value of a login."""
    return counted(key.encode()) + counted(value.encode()) + integer(flags)


def unpack(form: str, data: bytes) -> tuple[int, ...]:
    """Return integers of fixed size. Raises ConnectionEnded if there are too few bytes."""
    if len(data) < struct.calcsize(form):
        raise ConnectionEnded("a packet that is too short")
    return struct.unpack_from(form, data)
