# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""dns_propagation_info against real name servers: a primary, a lagging secondary and a resolver that remembers."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dns.flags
import dns.message
import dns.query
import pytest

from emulators.name_server import ForwardedZone, NameServer, SecondaryZone
from tests.integration.dns.conftest import REVERSE, ZONE, Primary, poll
from tests.module_runner import run_module

SEEDED = {"name": "seeded", "type": "A", "ttl": 300, "values": ["192.0.2.100"]}
WWW = {"name": "www", "type": "A", "ttl": 60, "values": ["192.0.2.1"]}


@dataclass
class Estate:
    """A primary, a secondary that is told of no change, and a resolver; and how to ask them all."""

    primary: Primary
    secondary: NameServer
    resolver: NameServer
    arguments: dict[str, Any] = field(default_factory=dict)

    def prove(self, *records: dict[str, Any], check: bool = False, **arguments: Any) -> dict[str, Any]:
        return run_module(
            "dns_propagation_info", {**self.arguments, "records": list(records), **arguments}, check=check
        )


@pytest.fixture
def estate(primary: Primary, network: str, tmp_path: Path) -> Iterator[Estate]:
    address = primary.server.address
    secondary = NameServer(tmp_path / "dns2", f"{network}.2", zones=[SecondaryZone(ZONE, (address, 53))])
    forwarded = [ForwardedZone(ZONE, [(address, 53)]), ForwardedZone(REVERSE, [(address, 53)])]
    resolver = NameServer(tmp_path / "resolver", f"{network}.3", zones=forwarded)
    with secondary, resolver:
        poll(lambda: secondary.serial(ZONE) == 1, "the first transfer")
        yield Estate(
            primary,
            secondary,
            resolver,
            {
                "zone": ZONE,
                "authoritative_servers": [
                    {"name": "ns.exams.example", "connect_address": address},
                    {"name": "dns2.exams.example", "connect_address": secondary.address},
                ],
                "resolvers": [{"name": "resolver.exams.example", "connect_address": resolver.address}],
            },
        )


def test_that_all_servers_agree_and_nothing_is_changed_by_asking(estate: Estate) -> None:
    for check in (True, False):
        result = estate.prove(SEEDED, check=check)
        assert (result["state"], result["changed"], result["differences"]) == ("proven", False, []), result
    assert [(each["name"], each["role"], each["serials"], each["agrees"]) for each in result["servers"]] == [
        ("ns.exams.example", "primary", {"exams.example.": 1}, True),
        ("dns2.exams.example", "secondary", {"exams.example.": 1}, True),
        ("resolver.exams.example", "resolver", {}, True),
    ]


def test_a_secondary_that_lags_is_named_with_its_serial_until_it_has_caught_up(estate: Estate) -> None:
    estate.primary.change("www", "A", "192.0.2.1")
    result = estate.prove(WWW)
    assert result["failed"]
    (difference,) = result["differences"]
    assert difference == {
        "where": "dns2.exams.example (secondary)",
        "what": "www.exams.example. A",
        "expected": "60 A 192.0.2.1",
        "found": "no such name (NXDOMAIN)",
        "remedy": "It lags: serial 1, newest 2. Wait, or request a transfer (rndc retransfer exams.example.).",
    }
    assert result["servers"][1]["missing"] == ["www.exams.example. A"]
    assert "dns2.exams.example (secondary)" in result["msg"]

    threading.Timer(0.5, estate.secondary.transfer_now, [ZONE]).start()
    result = estate.prove(WWW, deadline=20)
    assert result["state"] == "proven", result["msg"]
    assert 0.3 < result["waited"] < 19
    assert result["servers"][1]["serials"] == {"exams.example.": 2}


def test_that_the_deadline_ends_the_waiting(estate: Estate) -> None:
    result = estate.prove(WWW, deadline=0.5)
    assert result["failed"]
    assert 0.4 < result["waited"] < 5


def test_a_resolver_that_holds_older_data_is_named_with_the_time_left(estate: Estate) -> None:
    assert estate.prove(SEEDED)["state"] == "proven"
    moved = {**SEEDED, "values": ["192.0.2.200"]}
    assert estate.primary.run(moved, state="exact")["changed"]
    result = estate.prove(moved, authoritative_servers=[])
    (difference,) = result["differences"]
    assert difference["where"] == "resolver.exams.example (resolver)"
    assert difference["found"].endswith(" A 192.0.2.100")
    left = result["servers"][0]["ttl_left"]
    assert 290 < left <= 300
    assert f"older data for {left} s more" in difference["remedy"]
    assert (result["servers"][0]["different"], result["servers"][0]["missing"]) == (["seeded.exams.example. A"], [])


def test_a_resolver_that_remembers_a_name_as_missing_is_named_with_the_time_left(estate: Estate) -> None:
    assert estate.prove(WWW, authoritative_servers=[])["failed"]
    estate.primary.change("www", "A", "192.0.2.1")
    result = estate.prove(WWW, authoritative_servers=[])
    assert result["servers"][0]["missing"] == ["www.exams.example. A"]
    assert 290 < result["servers"][0]["ttl_left"] <= 300


@pytest.mark.parametrize(
    ("declared", "found"),
    [
        ({**SEEDED, "ttl": 60}, "300 A 192.0.2.100"),
        ({**SEEDED, "values": ["192.0.2.100", "192.0.2.101"]}, "300 A 192.0.2.100"),
        ({**SEEDED, "type": "TXT", "values": ["x"]}, "no TXT records"),
        ({**SEEDED, "name": "x.child"}, "no A records"),
    ],
)
def test_what_differs_is_shown_as_expected_and_found(estate: Estate, declared: dict[str, Any], found: str) -> None:
    result = estate.prove(declared, resolvers=[])
    assert {difference["found"] for difference in result["differences"]} == {found}
    assert len(result["differences"]) == 2
    reported = estate.prove(declared, resolvers=[], on_difference="report")
    assert (reported.get("failed"), reported["state"], len(reported["differences"])) == (None, "different", 2)


def test_that_servers_that_do_not_answer_are_not_proven(estate: Estate, network: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind((f"{network}.8", 53))
        servers = [
            {"name": "silent", "connect_address": f"{network}.8"},
            {"name": "gone", "connect_address": f"{network}.9"},
            {"name": "unknown", "connect_address": "nowhere.invalid"},
            *estate.arguments["authoritative_servers"],
        ]
        many = [{**SEEDED, "name": f"h{index}"} for index in range(200)]
        result = estate.prove(SEEDED, authoritative_servers=servers, timeout=0.4)
        slow = estate.prove(*many, authoritative_servers=servers[:1], resolvers=[], timeout=0.4)
    assert (result.get("failed"), result["state"], result["differences"]) == (None, "not_proven", [])
    found = {finding["where"]: finding["found"] for finding in result["not_proven"]}
    assert found.pop("unknown (authoritative)").startswith("nowhere.invalid cannot be resolved")
    assert found == {"silent (secondary)": "no answer in 0.4 s", "gone (secondary)": "Connection refused"}
    assert slow["not_proven"][0]["what"] == "all 200 record sets"
    assert slow["waited"] < 3


def test_that_a_server_of_other_zones_is_a_difference(estate: Estate) -> None:
    estate.primary.run(SEEDED, reverse_zones=[REVERSE])
    result = estate.prove(SEEDED, reverse_zones=[REVERSE], resolvers=[])
    (difference,) = result["differences"]
    assert difference["where"] == "dns2.exams.example (secondary)"
    assert difference["what"] == f"100.{REVERSE}. PTR"
    assert difference["found"] == "REFUSED"
    assert "check that it serves the zone" in difference["remedy"]


def test_that_every_address_of_the_zones_name_servers_is_asked(estate: Estate, network: str) -> None:
    # The zone's only NS record is ns.exams.example; one of its two addresses is the lagging secondary's.
    estate.primary.change("ns", "A", estate.secondary.address)
    estate.primary.change("www", "A", "192.0.2.1")
    resolver = {"address": estate.resolver.address}
    result = estate.prove(WWW, authoritative_servers=None, resolvers=[], resolver=resolver)
    assert {each["address"] for each in result["servers"]} == {f"{network}.1", f"{network}.2"}
    (difference,) = result["differences"]
    assert difference["where"] == f"ns.exams.example (primary, {network}.2)"


def test_that_an_unknown_zone_is_not_proven(estate: Estate) -> None:
    resolver = {"address": estate.resolver.address}
    nobody: dict[str, Any] = {"authoritative_servers": None, "resolvers": []}
    result = estate.prove(SEEDED, zone="other.example", resolver=resolver, **nobody)
    assert (result["state"], result["not_proven"][0]["what"]) == ("not_proven", "other.example. NS")


def test_that_a_truncated_answer_is_asked_for_over_tcp(estate: Estate) -> None:
    large = {"name": "large", "type": "TXT", "ttl": 60, "values": [f"{index} " + "x" * 200 for index in range(40)]}
    assert estate.primary.run(large)["changed"]
    query = dns.message.make_query(f"large.{ZONE}", "TXT")
    assert dns.query.udp(query, estate.primary.server.address, timeout=5).flags & dns.flags.TC
    estate.secondary.transfer_now(ZONE)
    result = estate.prove(large, deadline=20)
    assert result["state"] == "proven", result["msg"]


class Lossy:
    """Passes datagrams on to a server, but each only when it comes for the second time, as on a bad network."""

    def __init__(self, address: str, upstream: str) -> None:
        self.upstream = upstream
        self.lost = 0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, 53))

    def serve(self) -> None:
        seen = set()
        while True:
            message, client = self._socket.recvfrom(65_535)
            if not message:
                return
            if message not in seen:
                seen.add(message)
                self.lost += 1
                continue
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
                link.connect((self.upstream, 53))
                link.send(message)
                self._socket.sendto(link.recv(65_535), client)

    def stop(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
            link.sendto(b"", self._socket.getsockname())


def test_that_a_lost_packet_is_sent_again(estate: Estate, network: str) -> None:
    lossy = Lossy(f"{network}.9", estate.primary.server.address)
    thread = threading.Thread(target=lossy.serve, daemon=True)
    thread.start()
    server = [{"name": "ns.exams.example", "connect_address": f"{network}.9"}]
    result = estate.prove(SEEDED, authoritative_servers=server, resolvers=[], timeout=2)
    lossy.stop()
    thread.join(5)
    assert result["state"] == "proven", result["msg"]
    assert lossy.lost == 2


@pytest.mark.parametrize(
    ("arguments", "parameter"),
    [
        ({"records": []}, "records=[]"),
        ({"authoritative_servers": [], "resolvers": []}, "authoritative_servers=[]"),
        ({"resolvers": [{"name": "r", "port": 0}]}, "resolvers[0].port=0"),
        ({"authoritative_servers": [{"name": "a"}, {"name": "a"}]}, "authoritative_servers[1]"),
        ({"deadline": -1}, "deadline=-1"),
        ({"timeout": 0}, "timeout=0"),
        ({"records": [{"name": "w", "type": "A", "values": []}]}, "records[0].values=[]"),
    ],
)
def test_that_bad_input_is_refused(arguments: dict[str, Any], parameter: str) -> None:
    base = {"zone": ZONE, "records": [WWW], "authoritative_servers": [{"name": "127.31.0.1"}]}
    result = run_module("dns_propagation_info", {**base, **arguments})
    assert result["failed"]
    assert parameter in result["msg"]
