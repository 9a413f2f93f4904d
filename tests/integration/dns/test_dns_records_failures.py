# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each way in which a name server or the network refuses, and what stands afterwards. All of it is really provoked."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns._dnspython import dns
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.client import Client, Endpoint
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.errors import rcode_name, rcode_problem
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.signing import tsig_key
from emulators.name_server import Key, NameServer, PrimaryZone, SecondaryZone
from tests.integration.dns.conftest import REVERSE, ZONE, Primary, poll
from tests.integration.dns.relay import Fate, Relay, is_update

WWW = {"name": "www", "type": "A", "values": ["192.0.2.1"]}


def refused(result: dict[str, Any], *said: str) -> None:
    """Assert that the module failed saying all that, and what to do, and that nothing is in force."""
    assert result["failed"]
    assert not result.get("changed")
    for text in said:
        assert text in result["msg"]
    assert "Nothing was touched." in result["msg"] or "Nothing was applied" in result["msg"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"key_name": "unknown."}, ("BADKEY", "a key named unknown.", "Compare key_name")),
        ({"key_secret": "d3Jvbmc="}, ("BADSIG", "Compare key_secret")),
        ({"key_algorithm": "hmac-sha512"}, ("BADKEY", "key_algorithm")),
        ({"key_name": None, "key_secret": None}, ("REFUSED", "which is not signed", "update policy")),
        ({"key_secret": None}, ("key_secret is missing",)),
        ({"zone": "frozen.example"}, ("the server refuses this update (REFUSED)", "update policy")),
        ({"zone": "other.example"}, ("the server refuses queries for this zone (REFUSED)", "primary")),
        ({"zone": f"child.{ZONE}"}, ("the server has no such zone", "SOA")),
        ({"zone": "broken.example"}, ("SERVFAIL", "the server's log")),
        ({"port": 1}, ("Connection refused", "port 1", "the name server runs")),
        ({"connect_address": "nowhere.invalid"}, ("nowhere.invalid cannot be resolved",)),
        ({"records": [{**WWW, "name": "x.child"}]}, ("a delegation of child.exams.example.",)),
        ({"records": [{**WWW, "name": "x.redirected"}]}, ("a DNAME record",)),
        ({"records": [{**WWW, "name": "mx", "type": "MX", "values": ["10 mail"]}]}, ("MX record whose host",)),
    ],
)
def test_each_refusal_has_its_own_message_and_applies_nothing(
    primary: Primary, arguments: dict[str, Any], said: tuple[str, ...]
) -> None:
    serial = primary.serial()
    result = primary.run(WWW, **arguments)
    refused(result, *said)
    assert primary.serial() == serial


def test_clocks_that_differ_too_much(primary: Primary, monkeypatch: pytest.MonkeyPatch) -> None:
    ahead = time.time() + 4000
    monkeypatch.setattr(time, "time", lambda: ahead)
    refused(primary.run(WWW), "BADTIME", "+40", "Synchronise both clocks")


def test_a_server_that_is_not_authoritative_for_the_zone_of_an_update(primary: Primary) -> None:
    key = tsig_key(primary.key.name, primary.key.secret, primary.key.algorithm)
    endpoint = Endpoint("dns1", (primary.server.address,))
    with Client(endpoint, timeout=5, authenticate=lambda _client: key) as client:
        zone = dns.name.from_text("elsewhere.example")
        asked = client.asked(zone, update=True)
        answer = client.request(dns.update.UpdateMessage(zone), asked)
        problem = rcode_problem(asked, rcode_name(answer))
    assert "not authoritative for the zone (NOTAUTH)" in str(problem)


def test_a_secondary_takes_no_updates(primary: Primary, network: str, key: Key, tmp_path: Any) -> None:
    zones = [SecondaryZone(ZONE, (primary.server.address, 53))]
    with NameServer(tmp_path / "dns2", f"{network}.2", zones=zones, keys=[key]) as secondary:
        poll(lambda: secondary.serial(ZONE) is not None, "the first transfer")
        refused(primary.run(WWW, connect_address=secondary.address), "REFUSED")


def test_a_server_that_takes_connections_and_says_nothing(primary: Primary, network: str) -> None:
    with socket.create_server((f"{network}.9", 53)):
        result = primary.run(WWW, connect_address=f"{network}.9", timeout=0.3)
    refused(result, "no answer to the query: nothing came in 0.3 s")


def test_a_prerequisite_that_an_earlier_line_creates_is_pending_in_check_mode(primary: Primary) -> None:
    result = primary.run(WWW, zone=f"later.{ZONE}", prerequisite_line="1.2", check=True)
    assert (result.get("failed"), result["changed"], result["pending_line"]) == (None, True, "1.2")
    refused(primary.run(WWW, zone=f"later.{ZONE}", prerequisite_line="1.2"), "the server has no such zone")


@pytest.mark.parametrize(
    ("record", "meanwhile", "rcode"),
    [
        (WWW, ("www", "A", "192.0.2.66"), "YXRRSET"),
        (WWW, ("www", "CNAME", "ns"), "YXRRSET"),
        ({"name": "seeded", "type": "A", "values": ["192.0.2.1"]}, ("seeded", "A", "192.0.2.66"), "NXRRSET"),
        ({"name": "es", "type": "CNAME", "values": ["ns"]}, ("es", "TXT", "taken"), "YXDOMAIN"),
    ],
)
def test_that_a_concurrent_change_is_detected_and_not_overwritten(
    primary: Primary, network: str, record: dict[str, Any], meanwhile: tuple[str, str, str], rcode: str
) -> None:
    done: list[bool] = []

    def change_before_the_update(wire: bytes) -> Fate:
        if is_update(wire) and not done:
            done.append(True)
            primary.change(*meanwhile)
        return "pass"

    with Relay(f"{network}.9", (primary.server.address, 53), change_before_the_update):
        result = primary.run(record, connect_address=f"{network}.9", state="present")
    refused(result, rcode, "somebody else changes them too", "nothing was overwritten")
    name, kind, value = meanwhile
    answers = [line.split(maxsplit=1)[1].strip('"') for line in primary.answer(f"{name}.{ZONE}", kind)]
    assert value in [answer.removesuffix(f".{ZONE}.") for answer in answers]
    assert "192.0.2.1" not in answers


def only_updates(fate: Fate) -> Callable[[bytes], Fate]:
    return lambda wire: fate if is_update(wire) else "pass"


@pytest.mark.parametrize(
    ("fate", "said", "in_force"),
    [
        ("swallow", "nothing came in 0.5 s", False),
        ("close", "the server closed the connection", False),
        ("lose answer", "the server closed the connection", True),
        ("strip signature", "cannot be trusted", True),
    ],
)
def test_that_an_update_without_an_answer_is_said_to_be_of_unknown_outcome(
    primary: Primary, network: str, fate: Fate, said: str, in_force: bool
) -> None:
    with Relay(f"{network}.9", (primary.server.address, 53), only_updates(fate)):
        result = primary.run(WWW, connect_address=f"{network}.9", timeout=0.5)
    assert result["failed"]
    assert said in result["msg"]
    assert "Not known whether applied: www.exams.example. A. Running again finds out." in result["msg"]
    assert bool(primary.answer(f"www.{ZONE}", "A")) == in_force
    assert primary.run(WWW)["changed"] != in_force


def test_that_an_answer_without_signature_is_not_believed(primary: Primary, network: str) -> None:
    with Relay(f"{network}.9", (primary.server.address, 53), lambda _wire: "strip signature"):
        refused(primary.run(WWW, connect_address=f"{network}.9"), "cannot be trusted")


def test_that_a_server_that_closes_after_some_answers_is_asked_the_rest_again(primary: Primary, network: str) -> None:
    seen = 0

    def close_every_seventh(_wire: bytes) -> Fate:
        nonlocal seen
        seen += 1
        return "close" if seen % 7 == 0 else "pass"

    records = [{"name": f"h{index}", "type": "A", "values": ["192.0.2.1"]} for index in range(40)]
    with Relay(f"{network}.9", (primary.server.address, 53), close_every_seventh):
        result = primary.run(*records, connect_address=f"{network}.9", check=True)
    assert [change["action"] for change in result["changes"]] == ["create"] * 40
    assert seen > 40


def test_that_breaking_off_between_batches_says_what_stands_and_carries_on(primary: Primary, network: str) -> None:
    updates = 0

    def close_at_the_second_update(wire: bytes) -> Fate:
        nonlocal updates
        updates += is_update(wire)
        return "close" if updates == 2 else "pass"

    records = [{"name": f"h{index}", "type": "TXT", "values": ["x" * 200]} for index in range(500)]
    with Relay(f"{network}.9", (primary.server.address, 53), close_at_the_second_update):
        broken = primary.run(*records, connect_address=f"{network}.9")
    assert broken["failed"]
    assert broken["changed"]
    assert 0 < len(broken["applied"]) < 500
    assert sorted(broken["applied"] + broken["pending"]) == sorted(f"h{index}.{ZONE}. TXT" for index in range(500))
    first, last = broken["applied"][0].split()[0], broken["pending"][-1].split()[0]
    assert (len(primary.answer(first, "TXT")), primary.answer(last, "TXT")) == (1, [])

    rest = primary.run(*records)
    assert sorted(change["item"] for change in rest["changes"]) == sorted(broken["pending"])
    assert primary.run(*records)["changed"] is False


def test_that_breaking_off_between_zones_can_be_carried_on(primary: Primary, network: str) -> None:
    host = {"name": "es", "type": "A", "values": ["192.0.2.7"]}
    assert primary.run(host, reverse_zones=[REVERSE])["changed"]
    moved = {**host, "values": ["192.0.2.8"]}
    updates = 0

    def close_at_the_second_update(wire: bytes) -> Fate:
        nonlocal updates
        updates += is_update(wire)
        return "close" if updates == 2 else "pass"

    with Relay(f"{network}.9", (primary.server.address, 53), close_at_the_second_update):
        broken = primary.run(moved, reverse_zones=[REVERSE], state="exact", connect_address=f"{network}.9")
    assert broken["applied"] == [f"8.{REVERSE}. PTR", f"7.{REVERSE}. PTR"]
    assert broken["pending"] == ["es.exams.example. A"]
    assert primary.run(moved, reverse_zones=[REVERSE], state="exact")["changed"]
    assert primary.answer(f"es.{ZONE}", "A") == ["3600 192.0.2.8"]
    assert (primary.answer(f"7.{REVERSE}", "PTR"), len(primary.answer(f"8.{REVERSE}", "PTR"))) == ([], 1)


def test_that_an_alias_that_the_server_drops_without_a_word_is_noticed(primary: Primary) -> None:
    result = primary.run({"name": "keyed", "type": "CNAME", "values": ["ns"]}, state="exact")
    assert result["failed"]
    assert "YXDOMAIN" in result["msg"]
    # With a record of a managed type there too, the prerequisite cannot tell; looking afterwards does.
    primary.change("keyed", "TXT", "managed")
    result = primary.run({"name": "keyed", "type": "CNAME", "values": ["ns"]}, state="exact")
    assert result["failed"]
    assert "did not make the alias keyed.exams.example." in result["msg"]


def test_that_the_journal_keeps_updates_over_a_restart(primary: Primary) -> None:
    assert primary.run(WWW)["changed"]
    primary.server.stop()
    primary.server.start()
    assert primary.run(WWW)["changed"] is False


def test_two_primaries_side_by_side_do_not_disturb_each_other(primary: Primary, network: str, tmp_path: Any) -> None:
    zones = [PrimaryZone(ZONE, f"ns A {network}.3", update_keys=[primary.key.name])]
    with NameServer(tmp_path / "dns3", f"{network}.3", zones=zones, keys=[primary.key]) as other:
        assert primary.run(WWW, connect_address=other.address)["changed"]
        assert primary.run(WWW)["changed"]
