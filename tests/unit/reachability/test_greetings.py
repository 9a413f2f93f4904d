# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Greetings without a socket: right for the right protocol, wrong for any other, and for no bytes at all a surprise."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils import tds_prelogin
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reachability.greeting import Answer, recognise
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reachability.greetings import greeting_for

NAMES = ("tls", "tds", "tns", "winrm", "dns")
FOREIGN = {
    "HTTP": b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n",
    "SSH": b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n",
    "SMTP or FTP": b"220 mail.exams.example ESMTP\r\n",
    "RDP": bytes.fromhex("030000130ed000001234000209080002000000"),
}
OWN: dict[str, bytes] = {
    "TLS": bytes.fromhex("15030300020228"),
    "TDS": tds_prelogin.response((16, 0, 1000, 0), tds_prelogin.Encryption.ON),
    "TNS": bytes.fromhex("0008000004000000"),
}


def answer_to(name: str, *pieces: bytes, protocol: str = "tcp") -> Answer | None:
    """Return the answer after these pieces, None while there is none."""
    greeting = greeting_for(name, protocol=protocol, destination="server.exams.example")
    assert greeting is not None
    assert greeting.start()
    for piece in pieces:
        heard = greeting.receive(piece)
        if isinstance(heard, Answer):
            return heard
    return None


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("look", FOREIGN)
def test_another_protocol_is_named(name: str, look: str) -> None:
    assert answer_to(name, FOREIGN[look]) == Answer(False, f"{look} answered")
    assert recognise(FOREIGN[look]) == look


@pytest.mark.parametrize(("name", "look"), list(itertools.product(NAMES, OWN)))
def test_the_services_are_not_taken_for_each_other(name: str, look: str) -> None:
    answer = answer_to(name, OWN[look])
    assert answer is not None
    assert answer.right == (name == look.lower() and name != "tls")  # that one is an alert
    if name not in (look.lower(), "winrm"):
        assert answer.what == f"{look} answered"


@pytest.mark.parametrize("name", NAMES)
def test_closed_without_a_word(name: str) -> None:
    assert answer_to(name, b"") == Answer(False, "closed silently")


@pytest.mark.parametrize("name", NAMES)
@given(st.lists(st.binary(min_size=1, max_size=40), max_size=8))
def test_noise_is_never_right(name: str, pieces: list[bytes]) -> None:
    # Few bytes make a TNS packet or a TLS record right by chance; the others hold an id or a structure.
    answer = answer_to(name, *pieces)
    joined = b"".join(pieces)
    by_chance = name == "tns" and joined[2:4] == b"\0\0" and joined[6:8] == b"\0\0"
    by_chance |= name == "tls" and joined[:1] == b"\x16"
    assert answer is None or not answer.right or by_chance


def test_endless_answer_ends() -> None:
    # A server hello that never comes to an end of its handshake.
    answer = answer_to("winrm", bytes.fromhex("160303ffff02000000"), *[bytes(16_000)] * 5)
    assert answer is not None
    assert not answer.right


@pytest.mark.parametrize(("name", "protocol"), [("tds", "tcp"), ("tns", "tcp"), ("dns", "tcp")])
@given(data=st.data())
def test_right_answer_in_any_fragments(name: str, protocol: str, data: st.DataObject) -> None:
    greeting = greeting_for(name, protocol=protocol, destination="x")
    assert greeting is not None
    answer = RIGHT[name](greeting.start())
    heard: Answer | bytes = b""
    while answer and not isinstance(heard, Answer):
        size = data.draw(st.integers(1, len(answer)))
        heard, answer = greeting.receive(answer[:size]), answer[size:]
    assert isinstance(heard, Answer)
    assert heard.right


def dns_answer(query: bytes) -> bytes:
    """Return REFUSED, as an authoritative server answers that has no root zone."""
    response = query[2:4] + struct.pack(">H", 0x8005) + query[6:]
    return len(response).to_bytes(2, "big") + response


RIGHT: dict[str, Callable[[bytes], bytes]] = {
    "tds": lambda _unused: OWN["TDS"],
    "tns": lambda _unused: OWN["TNS"],
    "dns": dns_answer,
}


def test_dns_code_is_named_and_another_id_is_wrong() -> None:
    greeting = greeting_for("dns", protocol="udp", destination="x")
    assert greeting is not None
    query = greeting.start()
    assert greeting.receive(query[:2] + struct.pack(">H", 0x8005) + query[4:]) == Answer(True, "DNS REFUSED")
    other = bytes((query[0] ^ 1,)) + query[1:2] + struct.pack(">H", 0x8000) + query[4:]
    assert not greeting.receive(other).right  # type: ignore[union-attr]  # bytes have no `right`, which fails the test
    # A reflector sends our own question back: not a response.
    assert not greeting.receive(query).right  # type: ignore[union-attr]  # as above


def test_tls_alert_is_named() -> None:
    assert answer_to("tls", OWN["TLS"]) == Answer(False, "TLS alert 40 (handshake_failure) instead of a ServerHello")


def test_tns_connect_is_well_formed() -> None:
    greeting = greeting_for("tns", protocol="tcp", destination="x")
    assert greeting is not None
    packet = greeting.start()
    length, _unused, kind = struct.unpack_from(">HHB", packet)
    data_length, offset = struct.unpack_from(">HH", packet, 24)
    assert (length, kind) == (len(packet), 1)
    assert packet[offset:] == b"(DESCRIPTION=(CONNECT_DATA=(COMMAND=ping)))"
    assert data_length == len(packet) - offset
