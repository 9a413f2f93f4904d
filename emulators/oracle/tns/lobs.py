# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CLOBs on the wire: locators, and what is done with them."""

from __future__ import annotations

import struct
from collections import OrderedDict

from emulators.oracle.engine.errors import OracleError, refused
from emulators.oracle.tns.buffers import Reader, integer, sized, text

GET_LENGTH, READ, TRIM, WRITE, CHUNK_SIZE = 0x0001, 0x0002, 0x0020, 0x0040, 0x4000
CREATE_TEMPORARY, FREE_TEMPORARY, ARRAY = 0x0110, 0x0111, 0x80000
OPEN, CLOSE, IS_OPEN = 0x8000, 0x10000, 0x11000
LOCATOR_SIZE, CHUNK = 40, 8132
LARGEST_LOB = 2**28
_HELD = 20000
_TEMPORARY = 0x01


class Lobs:
    """The LOBs that a session's client knows."""

    def __init__(self) -> None:
        self._number = 0
        self._texts: OrderedDict[bytes, str] = OrderedDict()
        self.temporary: dict[bytes, str] = {}
        """Those that the client has made, by locator."""

    def locator(self, text: str) -> bytes:
        """Return a locator for a value that was fetched; those of long ago are forgotten."""
        locator = self._new(0)
        self._texts[locator] = text
        if len(self._texts) > _HELD:
            self._texts.popitem(last=False)
        return locator

    def _new(self, flags: int) -> bytes:
        self._number += 1
        return struct.pack(">HBBBBBBQ", LOCATOR_SIZE - 2, 0, 1, 0, 8, 0, flags, self._number).ljust(LOCATOR_SIZE, b"\0")

    def _text(self, locator: bytes) -> str:
        if locator in self.temporary:
            return self.temporary[locator]
        if locator not in self._texts:
            raise OracleError(22275, message="invalid LOB locator specified")
        return self._texts[locator]

    def handle(self, reader: Reader) -> bytes:
        """Read a request and return what is answered, up to the end of the call.

        Raises:
            OracleError: a locator that there is not, or an operation that the emulator does not know.
        """
        request = _read(reader)
        if request.operation & ARRAY:
            for at in range(0, len(request.locator), LOCATOR_SIZE):
                self.temporary.pop(request.locator[at : at + LOCATOR_SIZE], None)
            return b""
        if request.operation == CREATE_TEMPORARY:
            locator = self._new(_TEMPORARY)
            self.temporary[locator] = ""
            return b"\x08" + locator + integer(873) + b"\0"
        reply = b""
        amount = request.amount
        match request.operation:
            case 0x0001:
                amount = len(self._text(request.locator))
            case 0x4000:
                amount = CHUNK
            case 0x0002:
                piece = self._text(request.locator)[request.offset - 1 :][:amount]
                amount = len(piece)
                reply = b"\x0e" + sized(piece.encode())
            case 0x0040:
                amount = self._write(request.locator, request.offset, request.data)
            case 0x0020:
                self._change(request.locator, self._text(request.locator)[:amount])
            case 0x8000 | 0x10000 | 0x0111:
                if request.operation == FREE_TEMPORARY:
                    self.temporary.pop(request.locator, None)
            case 0x11000:
                return b"\x08" + request.locator + (integer(0) if request.has_amount else b"") + b"\0"
            case _:
                raise refused(f"the LOB operation {request.operation:#x}")
        return reply + b"\x08" + request.locator + (integer(amount) if request.has_amount else b"")

    def _write(self, locator: bytes, offset: int, data: bytes) -> int:
        whole, piece = self._text(locator), text(data)
        if not 1 <= offset <= LARGEST_LOB:
            raise refused(f"writing at {offset}")
        self._change(locator, whole[: offset - 1].ljust(offset - 1) + piece + whole[offset - 1 + len(piece) :])
        return len(piece)

    def _change(self, locator: bytes, text: str) -> None:
        if locator not in self.temporary:
            raise refused("changes through the locator of a stored CLOB; use UPDATE")
        self.temporary[locator] = text


class _Request:
    """A LOB request as it was read."""

    def __init__(self) -> None:
        self.operation = self.offset = self.amount = 0
        self.locator = self.data = b""
        self.has_amount = False


def _read(reader: Reader) -> _Request:
    found = _Request()
    reader.raw(1)
    size = reader.integer()
    reader.raw(1)
    for _each in range(3):
        reader.integer()
    character_set = reader.byte()
    reader.raw(2)
    found.operation = reader.integer()
    reader.raw(2)
    found.offset = reader.integer()
    reader.integer()
    found.has_amount = bool(reader.byte())
    reader.raw(6)
    found.locator = reader.raw(size)
    if character_set:
        reader.integer()
    if found.operation == WRITE:
        reader.raw(1)
        found.data = reader.sized()
    if found.has_amount:
        found.amount = reader.integer()
    return found
