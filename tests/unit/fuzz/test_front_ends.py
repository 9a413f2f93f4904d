# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a client sends to the emulators' front ends (TDS, TNS, WS-Management), they understand it or hang up."""

from __future__ import annotations

import asyncio
import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulators.oracle.engine.errors import OracleError
from emulators.oracle.tns import logon, messages, requests
from emulators.oracle.tns.buffers import Reader, counted, integer, pair, sized
from emulators.oracle.tns.lobs import Lobs
from emulators.sql.engine.errors import ConnectionEnded, SqlError
from emulators.sql.tds import calls, login
from emulators.sql.tds.executions import executions, read_handle
from emulators.windows import http_messages, wsman
from tests.unit.fuzz.damage import fuzz

ENVELOPE = (
    b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
    b' xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    b' xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd">'
    b"<s:Header><a:Action>x</a:Action><w:OperationTimeout>PT20S</w:OperationTimeout>"
    b'<w:SelectorSet><w:Selector Name="ShellId">1</w:Selector></w:SelectorSet></s:Header><s:Body/></s:Envelope>'
)
REQUEST = b"POST /wsman HTTP/1.1\r\nHost: es-live\r\nContent-Length: 5\r\nConnection: close\r\n\r\n<s/>\n"


def utf16(text: str) -> bytes:
    return text.encode("utf-16-le")


def login7() -> bytes:
    """Return a LOGIN7 message that asks for UTF-8."""
    texts = [utf16(each) for each in ("controller", "sa", "secret", "tests", "sql-live", "", "odbc", "", "ES")]
    places, at = b"", 94
    for each in texts:
        places += struct.pack("<HH", at, len(each) // 2)
        at += len(each)
    # the extension's place holds where the features are
    places = places[:20] + struct.pack("<HH", at, 4) + places[24:]
    head = struct.pack("<IIIIII", 0, login.TDS_74, 4096, 0, 0, 0) + bytes((0, 0, 0, 0x10)) + bytes(8)
    features = struct.pack("<I", at + 4) + bytes((0x0A,)) + struct.pack("<I", 1) + b"\x01\xff"
    return head + places + bytes(94 - len(head) - len(places)) + b"".join(texts) + features


def parameter(info: bytes, value: bytes, name: str = "") -> bytes:
    return bytes((len(name),)) + utf16(name) + b"\0" + info + value


def plp(content: bytes) -> bytes:
    return struct.pack("<Q", len(content)) + struct.pack("<I", len(content)) + content + bytes(4)


PARAMETERS = [
    parameter(b"\x26\x04", b"\x04" + struct.pack("<i", 7), "@P1"),
    parameter(b"\xe7\x28\0" + bytes(5), struct.pack("<H", 4) + utf16("ab")),
    parameter(b"\xe7\xff\xff" + bytes(5), plp(utf16("long"))),
    parameter(b"\xa5\xff\xff", plp(b"\0\1")),
    parameter(b"\x6a\x09\x0a\x02", b"\x05\x01" + struct.pack("<I", 1234)),
    parameter(b"\x6d\x08", b"\x08" + struct.pack("<d", 1.5)),
    parameter(b"\x6e\x08", b"\x08" + struct.pack("<iI", 0, 15000)),
    parameter(b"\x68\x01", b"\x01\x01"),
    parameter(b"\x24\x10", b"\x10" + bytes(16)),
    parameter(b"\x28", b"\x03" + (738000).to_bytes(3, "little")),
    parameter(b"\x29\x07", b"\x05" + bytes(5)),
    parameter(b"\x2a\x07", b"\x08" + bytes(5) + (738000).to_bytes(3, "little")),
    parameter(b"\x2b\x07", b"\x0a" + bytes(5) + (738000).to_bytes(3, "little") + struct.pack("<h", 60)),
    parameter(b"\x6f\x08", b"\x08" + struct.pack("<iI", 46000, 300)),
    parameter(b"\x63" + struct.pack("<I", 8) + bytes(5), struct.pack("<i", 4) + utf16("ab")),
]
CALL = struct.pack("<I", 4) + struct.pack("<HHH", 0xFFFF, 10, 0) + b"".join(PARAMETERS)
EXECUTION = struct.pack("<HHH", 0xFFFF, 12, 0) + parameter(b"\x26\x04", b"\x04" + struct.pack("<i", 1))


def test_logins_by_tds() -> None:
    assert login.parse(login7()).utf8
    fuzz(login.parse, login7(), ConnectionEnded)


def test_calls_by_tds() -> None:
    assert len(next(calls.requests(CALL))[1]) == len(PARAMETERS)
    fuzz(lambda content: list(calls.requests(content)), CALL, ConnectionEnded, SqlError, examples=200)


def test_many_executions_by_tds() -> None:
    one = EXECUTION + PARAMETERS[0] + PARAMETERS[1]

    def read(content: bytes) -> object:
        with calls.understood():
            handle, at = read_handle(content, 6)
            return executions(content, at, handle)

    rows, _end = executions(one + b"\xff" + one, *reversed(read_handle(one, 6)))
    assert len(rows) == 2
    fuzz(read, one + b"\xff" + one, ConnectionEnded, SqlError)


def nothing_more() -> bytes:
    raise ConnectionEnded("the client closed the connection")


def credentials() -> bytes:
    """Return the second message of a login, behind its function."""
    values = [("AUTH_SESSKEY", "AB" * 32), ("AUTH_PASSWORD", "CD" * 32), ("AUTH_ALTER_SESSION", "ALTER SESSION\0")]
    head = b"\x03\x73\x00" + b"\x01" + integer(2) + integer(0x101) + b"\x01" + integer(len(values)) + b"\x01\x01"
    return head + sized(b"SYSTEM") + b"".join(pair(*each) for each in values)


def execution() -> bytes:
    """Return an execute message with two binds, in the order of `requests.read_execute`."""
    sql = b"INSERT INTO t VALUES (:1, :2)"
    head = integer(requests.PARSE | requests.BIND | requests.EXECUTE) + integer(0) + b"\x01" + integer(len(sql))
    head += b"\x01" + integer(13) + b"\0\0" + integer(0) + integer(2) + integer(0) + b"\x01" + integer(2)
    head += bytes(6) + integer(0) + integer(0) + bytes(3) + integer(0) + b"\0" + integer(0) + integer(0) + b"\0"
    head += integer(0) + b"\0\0" + integer(0) + b"\0" + integer(0) + b"\0\0" + integer(0)
    array = [1, 2, *([0] * 11)]
    column = bytes((messages.VARCHAR, 0, 0, 0)) + integer(20) + integer(0) + integer(0) + counted(b"")
    column += integer(0) + integer(0) + b"\x01" + integer(0) + integer(0)
    row = b"\x07" + sized(b"abc") + sized(b"d" * 300)
    return head + sized(sql) + b"".join(map(integer, array)) + column * 2 + row * 2


def test_logins_by_tns() -> None:
    def read(content: bytes) -> object:
        return logon._request(Reader(content, nothing_more), 0x73)

    assert read(credentials())
    fuzz(read, credentials(), ConnectionEnded)


def test_executions_by_tns() -> None:
    found = requests.read_execute(Reader(execution(), nothing_more))
    assert found.rows == [(b"abc", b"d" * 300)] * 2

    def read(content: bytes) -> object:
        found = requests.read_execute(Reader(content, nothing_more))
        return requests.stored(found.rows, found.binds, {})

    fuzz(read, execution(), ConnectionEnded, OracleError, examples=200)


@given(st.binary(max_size=60))
def test_lobs_by_tns(content: bytes) -> None:
    with contextlib.suppress(ConnectionEnded, OracleError):
        Lobs().handle(Reader(content, nothing_more))


def test_that_a_negative_length_is_refused_and_not_read_for_ever() -> None:
    with pytest.raises(ConnectionEnded, match="-5 bytes"):
        Reader(b"\xfe" + integer(3) + b"abc" + integer(-5), nothing_more).sized()


def test_messages_of_ws_management() -> None:
    fuzz(wsman.parse, ENVELOPE, wsman.WsmanFault)


def test_requests_by_http() -> None:
    async def read(content: bytes) -> object:
        reader = asyncio.StreamReader()
        reader.feed_data(content)
        reader.feed_eof()
        return await http_messages.read_request(reader)

    def run(content: bytes) -> object:
        return asyncio.run(read(content))

    fuzz(run, REQUEST, http_messages.Malformed, asyncio.IncompleteReadError)
