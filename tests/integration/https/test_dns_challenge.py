# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Challenges leave a real zone again, whatever becomes of the connection and of answers in between."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import dns.message
import dns.query
import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates._acme import Challenge
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.dns_challenge import ChallengeZone
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import OutcomeUnknown
from emulators.name_server import Key, NameServer, PrimaryZone
from tests.integration.dns.relay import Fate, Relay, is_update

ZONE = "exams.example"
ADDRESS, RELAYED = "127.33.0.57", "127.33.0.58"
NAME = f"_acme-challenge.www.{ZONE}"
CHALLENGES = [Challenge(NAME, "token", None)]


@dataclass
class Primary:
    """A name server that closes a connection after one second without a message."""

    server: NameServer
    key: Key
    warnings: list[str] = field(default_factory=list)

    def zone(self, address: str = ADDRESS) -> ChallengeZone:
        options = {
            "server": "dns1.exams.example",
            "connect_address": address,
            "port": 53,
            "zone": ZONE,
            "key_name": self.key.name,
            "key_secret": self.key.secret,
            "key_algorithm": "hmac-sha256",
            "secondaries": [],
        }
        return ChallengeZone(options, self.warnings.append)

    def holds_challenge(self) -> bool:
        return bool(dns.query.udp(dns.message.make_query(NAME, "TXT"), ADDRESS, timeout=5).answer)

    def outlast_idle_connections(self) -> None:
        """Return when the server has closed a connection for idling, and with it all that have idled longer."""
        with socket.create_connection((ADDRESS, 53), timeout=30) as idle:
            assert idle.recv(1) == b""


@pytest.fixture
def primary(tmp_path: Path) -> Iterator[Primary]:
    key = Key.generate("acme.")
    zone = PrimaryZone(ZONE, f"ns A {ADDRESS}", update_keys=[key.name])
    idle = "tcp-initial-timeout 25; tcp-idle-timeout 10;"
    with NameServer(tmp_path, ADDRESS, zones=[zone], keys=[key], options=idle) as server:
        yield Primary(server, key)


def test_a_validation_that_outlasts_the_servers_idle_time_out_leaves_nothing(primary: Primary) -> None:
    with primary.zone().holding(CHALLENGES, patience=20):
        assert primary.holds_challenge()
        primary.outlast_idle_connections()
    assert not primary.holds_challenge()
    assert primary.warnings == []


def nth_update(number: int, fate: Fate) -> Callable[[bytes], Fate]:
    """Have this befall one update, counted from 1."""
    seen = 0

    def decide(wire: bytes) -> Fate:
        nonlocal seen
        seen += is_update(wire)
        return fate if is_update(wire) and seen == number else "pass"

    return decide


def test_records_of_an_update_whose_answer_is_lost_are_taken_down(primary: Primary) -> None:
    with (
        Relay(RELAYED, (ADDRESS, 53), nth_update(1, "lose answer")),
        pytest.raises(OutcomeUnknown),
        primary.zone(RELAYED).holding(CHALLENGES, patience=20),
    ):
        pass
    assert not primary.holds_challenge()
    assert primary.warnings == []


def test_what_may_be_left_is_named_for_removal_by_hand(primary: Primary) -> None:
    with (
        Relay(RELAYED, (ADDRESS, 53), nth_update(2, "close")),
        primary.zone(RELAYED).holding(CHALLENGES, patience=20),
    ):
        pass
    assert primary.holds_challenge()
    (warning,) = primary.warnings
    assert f'remove them: {NAME} TXT "token"' in warning
    assert "the server closed the connection" in warning
