# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real name servers on loopback addresses of their own, and a client that is not the collection's."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dns.flags
import dns.message
import dns.query
import dns.rdatatype
import dns.tsig
import dns.update
import pytest

from emulators.name_server import Key, NameServer, PrimaryZone
from tests.module_runner import run_module

ZONE = "exams.example"
REVERSE = "2.0.192.in-addr.arpa"
REVERSE_V6 = "8.b.d.0.1.0.0.2.ip6.arpa"


@dataclass
class Primary:
    """A running primary, its key, and how to look at it and change it without the collection."""

    server: NameServer
    key: Key

    def run(self, *records: dict[str, Any], check: bool = False, **arguments: Any) -> dict[str, Any]:
        """Run dns_records against it."""
        return run_module("dns_records", {**self.arguments, "records": list(records), **arguments}, check=check)

    @property
    def arguments(self) -> dict[str, Any]:
        return {
            "zone": ZONE,
            "server": "dns1.exams.example",
            "connect_address": self.server.address,
            "key_name": self.key.name,
            "key_secret": self.key.secret,
            "timeout": 5,
        }

    def answer(self, name: str, kind: str) -> list[str]:
        """Return `TTL value` of each record that the server answers."""
        query = dns.message.make_query(name, kind)
        query.flags &= ~dns.flags.RD
        answer = dns.query.udp_with_fallback(query, self.server.address, timeout=5)[0]
        wanted = dns.rdatatype.from_text(kind)
        return sorted(f"{rrset.ttl} {rdata}" for rrset in answer.answer if rrset.rdtype == wanted for rdata in rrset)

    def change(self, name: str, kind: str, value: str, *, zone: str = ZONE) -> None:
        """Add a record as somebody else would."""
        update = dns.update.UpdateMessage(zone)
        update.use_tsig(dns.tsig.Key(self.key.name, self.key.secret))
        update.add(name, 60, kind, value)
        assert dns.query.tcp(update, self.server.address, timeout=5).rcode() == 0

    def serial(self, zone: str = ZONE) -> int | None:
        return self.server.serial(zone)

    def updates_logged(self) -> int:
        """Return how many updates of any zone the server says it was sent, granted or not."""
        text = self.server.log.read_text(encoding="utf-8")
        return text.count("updating zone") + text.count("update denied") + text.count("update failed")


@pytest.fixture
def network() -> str:
    """Return the first three octets of addresses that no other test run uses."""
    return f"127.31.{secrets.randbelow(190) + 1}"


@pytest.fixture
def key() -> Key:
    return Key.generate("exam-scheduling.")


@pytest.fixture
def primary(tmp_path: Path, network: str, key: Key) -> Iterator[Primary]:
    """Return a primary of a forward and two reverse zones, and of one that takes no updates."""
    seeded = f"""
ns A {network}.1
seeded 300 A 192.0.2.100
*.wild TXT "synthesised"
child NS ns.elsewhere.example.
keyed SSHFP 4 2 {"0" * 64}
redirected DNAME other.example.
"""
    zones = [
        PrimaryZone(ZONE, seeded, update_keys=[key.name], secondaries=[f"{network}.2"]),
        PrimaryZone(REVERSE, name_servers=["ns.exams.example."], update_keys=[key.name]),
        PrimaryZone(REVERSE_V6, name_servers=["ns.exams.example."], update_keys=[key.name]),
        PrimaryZone("frozen.example", f"ns A {network}.1\nthere A 192.0.2.1"),
        PrimaryZone("broken.example", broken=True),
    ]
    with NameServer(tmp_path / "dns1", f"{network}.1", zones=zones, keys=[key]) as server:
        yield Primary(server, key)


def poll(condition: Callable[[], bool], what: str, *, deadline: float = 20.0) -> None:
    """Return when the condition holds; fail the test if it does not in time."""
    end = time.monotonic() + deadline
    while not condition():
        assert time.monotonic() < end, f"not within {deadline} s: {what}"
        time.sleep(0.02)
