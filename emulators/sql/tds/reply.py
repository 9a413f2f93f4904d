# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The answer to a request: tokens (MS-TDS 2.2.7) in packets, sent as they fill."""

from __future__ import annotations

import sqlite3
import struct
import time
from collections.abc import Callable, Iterable, Mapping
from itertools import chain, islice, repeat
from typing import Any

from emulators.sql.engine.errors import ConnectionEnded, SqlError
from emulators.sql.engine.scope import Bound
from emulators.sql.engine.types import SqlType, Value
from emulators.sql.tds.types import Encoder, encoder, type_info

MORE, ERROR, IN_TRANSACTION, COUNT, ATTENTION = 0x1, 0x2, 0x4, 0x10, 0x20
DONE, DONE_PROCEDURE, DONE_IN_PROCEDURE = 0xFD, 0xFE, 0xFF
_FLUSH = 32768
_ROW = b"\xd1"
_TOGETHER = 100
"""Rows that are encoded together, column after column, which costs half of encoding them one after the other."""
_ENVIRONMENT = {"begin": 8, "commit": 9, "rollback": 10}
_COMMANDS = {"SELECT": 0xC1, "INSERT": 0xC3, "DELETE": 0xC4, "UPDATE": 0xC5}
"""What ended: drivers take the number of rows of a change for a result of its own, that of a query not."""
_DONE = struct.Struct("<BHHQ")


def short_text(text: str) -> bytes:
    """Return a string with its length in a byte."""
    return bytes((len(text.encode("utf-16-le")) // 2,)) + text.encode("utf-16-le")


class Reply:
    """Writes tokens. A DONE is held back until it is known whether anything follows."""

    def __init__(self, send: Callable[[bytes, bool], None], server: str) -> None:
        """Args: what sends bytes of a message, told whether they end it; the server's name in messages."""
        self._send, self._server = send, server
        self.collation = "SQL_Latin1_General_CP1_CI_AS"
        self.in_procedure = False
        self.throttle: Mapping[str, Any] | None = None
        self.drop: Mapping[str, Any] | None = None
        self.transaction_number = 0
        self.failed = False
        self._buffer = bytearray()
        self._held: tuple[int, int, int, int] | None = None
        self._encoders: list[Encoder] = []

    def write(self, token: bytes) -> None:
        """Write a token; a DONE that was held back goes before it."""
        self._release(more=True)
        self._put(token)

    def _put(self, data: bytes) -> None:
        self._buffer += data
        if len(self._buffer) >= _FLUSH:
            self._send(bytes(self._buffer), False)
            self._buffer.clear()

    def _release(self, *, more: bool) -> None:
        if self._held is not None:
            token, status, command, count = self._held
            self._held = None
            self._put(_DONE.pack(token, status | (MORE if more else 0), command, count))

    def _hold(self, token: int, status: int, count: int = 0, command: int = 0) -> None:
        self._release(more=True)
        self._held = (token, status | (IN_TRANSACTION if self.transaction_number else 0), command, count)

    def flush(self) -> None:
        """Send now what there is, the message not being at its end."""
        self._release(more=True)
        if self._buffer:
            self._send(bytes(self._buffer), False)
            self._buffer.clear()

    def finish(self) -> None:
        """End the message, always by a DONE."""
        if self._held is None:
            self._hold(DONE, ERROR if self.failed else 0)
        self.failed = False
        self._release(more=False)
        self._send(bytes(self._buffer), True)
        self._buffer.clear()

    def security(self, token: bytes) -> None:
        """Say something in Windows authentication (MS-TDS 2.2.7.22).

        It is a message of its own without DONE, even the last one, before the answer to the login: Microsoft's drivers
        throw away what else is in it.
        """
        self._send(b"\xed" + struct.pack("<H", len(token)) + token, True)

    def cancelled(self) -> None:
        """End the message as an attention wants it acknowledged."""
        if self._held is None:
            self._hold(DONE, ERROR)
        self.write(_DONE.pack(DONE, ATTENTION, 0, 0))
        self._send(bytes(self._buffer), True)
        self._buffer.clear()

    # What sessions say

    def columns(self, columns: tuple[Bound, ...]) -> None:
        """Begin a result."""
        parts = [b"\x81", struct.pack("<H", len(columns))]
        for each in columns:
            source = each.column
            flags = (
                (1 if each.nullable else 0)
                | 8
                | (0x10 if source and source.identity else 0)
                | (0x20 if source and source.computed else 0)
            )
            parts.append(struct.pack("<IH", 0x50 if each.type.name == "rowversion" else 0, flags))
            parts += [type_info(each.type, self.collation), short_text(each.name[:128])]
        self.write(b"".join(parts))
        self._encoders = [encoder(each.type, self.collation) for each in columns]

    def rows(self, rows: Iterable[tuple[Value, ...]] | sqlite3.Cursor) -> int:
        """Send rows, and return their number. Raises ConnectionEnded if a fault asks for it."""
        encoders, count, put, remaining = self._encoders, 0, self._put, iter(rows)
        slow, drop = self.throttle, self.drop
        together = _TOGETHER if slow is None and drop is None else 1
        while batch := list(islice(remaining, together)):
            if drop is not None and count >= drop.get("rows", 0):
                self._send(bytes(self._buffer), False)
                raise ConnectionEnded("a fault asks for it")
            try:
                columns = [
                    map(encode, column) for encode, column in zip(encoders, zip(*batch, strict=True), strict=True)
                ]
                put(b"".join(chain.from_iterable(zip(repeat(_ROW), *columns))))
            except struct.error:
                raise SqlError(8115, "Arithmetic overflow error converting expression to data type int.") from None
            count += len(batch)
            if slow is not None:
                time.sleep(1 / slow["rows_per_second"])
        return count

    def done(self, count: int | None, command: str = "") -> None:
        """End a statement."""
        token = DONE_IN_PROCEDURE if self.in_procedure else DONE
        self._hold(
            token,
            (COUNT if count is not None else 0) | (ERROR if self.failed else 0),
            count or 0,
            _COMMANDS.get(command, 0),
        )
        self.failed = False

    def message(self, number: int, text: str, *, severity: int = 0, state: int = 1) -> None:
        """Send an informational message."""
        self._message(0xAB, number, text, severity, state)

    def error(self, error: SqlError) -> None:
        """Send an error."""
        self._message(0xAA, error.number, error.message, error.severity, error.state)
        self.failed = True

    def _message(self, token: int, number: int, text: str, severity: int, state: int) -> None:
        encoded = text[:2000].encode("utf-16-le")
        body = (
            struct.pack("<IBBH", number, state % 256, severity, len(encoded) // 2)
            + encoded
            + short_text(self._server)
            + b"\0"
            + struct.pack("<I", 1)
        )
        self.write(bytes((token,)) + struct.pack("<H", len(body)) + body)

    def database(self, old: str, new: str) -> None:
        """Tell that the session is in another database."""
        self.environment(1, short_text(new), short_text(old))
        self.message(5701, f"Changed database context to '{new}'.", state=2)

    def transaction(self, event: str) -> None:
        """Tell that a transaction was begun, committed or rolled back."""
        number = struct.pack("<BQ", 8, self.transaction_number + 1 if event == "begin" else self.transaction_number)
        if event == "begin":
            Reply._counter += 1
            self.transaction_number = Reply._counter
            number = struct.pack("<BQ", 8, self.transaction_number)
            self.environment(8, number, b"\0")
        else:
            self.environment(_ENVIRONMENT[event], b"\0", number)
            self.transaction_number = 0

    _counter = 0

    def environment(self, kind: int, new: bytes, old: bytes) -> None:
        """Send ENVCHANGE."""
        self.write(b"\xe3" + struct.pack("<HB", 1 + len(new) + len(old), kind) + new + old)

    def return_value(self, ordinal: int, name: str, kind: SqlType, value: Value) -> None:
        """Send the value of an output parameter."""
        head = b"\xac" + struct.pack("<H", ordinal) + short_text(name) + b"\x01" + struct.pack("<IH", 0, 1)
        self.write(head + type_info(kind, self.collation) + encoder(kind, self.collation)(value))

    def return_status(self, status: int) -> None:
        """Send what a procedure returns."""
        self.write(b"\x79" + struct.pack("<i", status))

    def done_procedure(self) -> None:
        """End a call."""
        self._hold(DONE_PROCEDURE, ERROR if self.failed else 0)
        self.failed = False

    def executions(self, count: int) -> None:
        """End that many executions of one statement, each of which changed one row."""
        status = IN_TRANSACTION if self.transaction_number else 0
        one = _DONE.pack(DONE_IN_PROCEDURE, COUNT | MORE | status, 0xC3, 1) + b"\x79\0\0\0\0"
        one += _DONE.pack(DONE_PROCEDURE, MORE | status, 0xE0, 0)
        self._release(more=True)
        for start in range(0, count - 1, 1000):
            self._put(one * min(1000, count - 1 - start))
        self._put(one[: -_DONE.size])
        self._hold(DONE_PROCEDURE, 0)
