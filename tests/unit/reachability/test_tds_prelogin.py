# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""TDS before the login: what is built is what the standard shows, what arrives is believed only where it fits."""

from __future__ import annotations

import contextlib
import ssl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils import tds_prelogin as tds
from emulators.certificates import Authority

ENCRYPTIONS = st.sampled_from(tds.Encryption)
VERSIONS = st.tuples(st.integers(0, 255), st.integers(0, 255), st.integers(0, 65535), st.integers(0, 65535))

# The answer of a SQL Server 2008 instance as MS-TDS 4.1 lays one out: VERSION, ENCRYPTION, INSTOPT, THREADID, MARS.
RECORDED = bytes.fromhex(
    "0401002b000001000000 1a00 06 0100 2000 01 0200 2100 01 0300 2200 00 0400 2200 01 ff".replace(" ", "")
    + "0a3206490000"
    + "00"
    + "00"
    + "00"
)


def test_request_is_the_bytes_of_the_standard() -> None:
    assert tds.request() == bytes.fromhex(
        "12 01 00 2f 00 00 01 00"  # PRELOGIN, end of message, 47 bytes, packet 1
        "00 00 1a 00 06  01 00 20 00 01  02 00 21 00 01  03 00 22 00 04  04 00 26 00 01  ff"
        "00 00 00 00 00 00  01  00  00 00 00 00  00"
    )


def test_recorded_answer() -> None:
    answer = tds.ResponseParser().feed(RECORDED)
    assert answer is not None
    assert answer.version_text == "10.50.1609.0"
    assert answer.encryption is tds.Encryption.OFF


@given(VERSIONS, ENCRYPTIONS, st.integers(1, 60))
def test_answer_survives_any_fragmentation(
    version: tuple[int, int, int, int], encryption: tds.Encryption, size: int
) -> None:
    parser, sent = tds.ResponseParser(), tds.response(version, encryption)
    found = [parser.feed(sent[start : start + size]) for start in range(0, len(sent), size)]
    assert found[:-1] == [None] * (len(found) - 1)
    assert found[-1] == tds.Prelogin(version, encryption)


@given(st.binary(max_size=20_000), st.integers(1, 5_000))
def test_wrapped_payload_comes_out_as_it_went_in(payload: bytes, size: int) -> None:
    wrapped, unwrapper = tds.wrap(payload), tds.Unwrapper()
    pieces = [unwrapper.payload(wrapped[start : start + size]) for start in range(0, len(wrapped), size)]
    assert b"".join(pieces) == payload
    assert unwrapper.rest == b""


@given(st.binary(min_size=4089, max_size=20_000))
def test_no_packet_exceeds_the_size_before_login_and_only_the_last_is_marked(payload: bytes) -> None:
    packets = list(tds.Unwrapper().packets(tds.wrap(payload)))
    assert all(len(packet.payload) + 8 <= tds.PACKET_SIZE for packet in packets)
    assert [packet.last for packet in packets] == [False] * (len(packets) - 1) + [True]


@given(st.binary(max_size=200))
def test_any_bytes_are_an_answer_or_refused(data: bytes) -> None:
    with contextlib.suppress(tds.NotTds):  # any other exception fails the test
        answer = tds.ResponseParser().feed(data)
        assert answer is None or answer.encryption in tds.Encryption


@given(st.binary(max_size=120))
def test_any_message_is_understood_or_refused(payload: bytes) -> None:
    with contextlib.suppress(tds.NotTds):
        assert tds.parse_message(payload).encryption in tds.Encryption


HOSTILE = {
    "another protocol": (b"HTTP/1.1 400", "found bytes 48 54 54 50"),
    "one wrong byte": (b"S", "found bytes 53"),
    "length below the header": (bytes.fromhex("04010007"), "found one of 7"),
    "length zero": (bytes.fromhex("04010000"), "found one of 0"),
    "length beyond any packet": (bytes.fromhex("0401ffff"), "found one of 65535"),
    "empty message": (bytes.fromhex("0401000800000100"), "no terminator"),
    "no terminator": (tds.wrap(bytes.fromhex("0000050006"), kind=4), "claims bytes 5 to 11, the message has 5"),
    "table cut off": (tds.wrap(bytes.fromhex("000005"), kind=4), "cut off"),
    "offset outside": (tds.wrap(bytes.fromhex("00fff0 0006 ff"), kind=4), "claims bytes 65520 to 65526"),
    "length outside": (tds.wrap(bytes.fromhex("000006 ffff ff"), kind=4), "claims bytes 6 to 65541"),
    "option twice": (tds.wrap(bytes.fromhex("00000a0000 00000a0000 ff"), kind=4), "comes twice"),
    "no version": (tds.wrap(b"\xff", kind=4), "expected option VERSION of 6 bytes, found nothing"),
    "version too short": (tds.wrap(bytes.fromhex("0000060001 ff 0a"), kind=4), "VERSION of 6 bytes, found 1 bytes"),
    "unknown encryption": (
        tds.wrap(bytes.fromhex("00000b0006 0100110001 ff 100000000000 07"), kind=4),
        "expected ENCRYPTION 0 to 3, found 7",
    ),
    "more than the answer": (tds.response((16, 0, 0, 0), tds.Encryption.ON) + b"\x04", "found 1 bytes more"),
}


@pytest.mark.parametrize(("sent", "message"), HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_answers_are_refused(sent: bytes, message: str) -> None:
    with pytest.raises(tds.NotTds, match=message):
        tds.ResponseParser().feed(sent)


def test_endless_answer_is_refused_before_it_fills_the_memory() -> None:
    packet = bytes.fromhex("04007fff00000100") + bytes(tds.LARGEST_PACKET - 8)
    parser = tds.ResponseParser()
    assert parser.feed(packet) is None
    assert parser.feed(packet) is None
    with pytest.raises(tds.NotTds, match="at most 65535"):
        parser.feed(packet)


def test_tls_handshake_inside_tds() -> None:
    """Both ends of a real handshake, their records carried in TDS packets; afterwards bare records."""
    issued = Authority.create("Test authority").issue(["sql.exams.example"])
    server_context = issued.server_context(maximum=ssl.TLSVersion.TLSv1_2)
    client_context = ssl.create_default_context()
    client_context.check_hostname, client_context.verify_mode = False, ssl.CERT_NONE
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    client_out, server_out = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_context.wrap_bio(to_client, client_out, server_hostname="sql.exams.example")
    server = server_context.wrap_bio(to_server, server_out, server_side=True)
    at_client, at_server = tds.Unwrapper(), tds.Unwrapper()
    pending = [client, server]
    for _unused in range(10):
        for side, outgoing, unwrapper, incoming in (
            (client, client_out, at_server, to_server),
            (server, server_out, at_client, to_client),
        ):
            if side in pending:
                try:
                    side.do_handshake()
                    pending.remove(side)
                except ssl.SSLWantReadError:
                    pass
            incoming.write(unwrapper.payload(tds.wrap(outgoing.read())))
    assert not pending
    client.write(b"LOGIN7")
    to_server.write(at_server.rest + client_out.read())
    assert server.read() == b"LOGIN7"
