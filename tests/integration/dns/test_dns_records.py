# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""dns_records against a real BIND: check mode, application, idempotence, for creating, changing and removing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.dns.conftest import REVERSE, REVERSE_V6, ZONE, Primary
from tests.module_runner import run_module

LONG = "k" * 300
RECORDS: list[tuple[dict[str, Any], list[str]]] = [
    ({"name": "www", "type": "A", "values": ["192.0.2.1", "192.0.2.2"]}, ["3600 192.0.2.1", "3600 192.0.2.2"]),
    ({"name": "www", "type": "AAAA", "ttl": 60, "values": ["2001:db8::1"]}, ["60 2001:db8::1"]),
    ({"name": "es", "type": "CNAME", "values": ["www"]}, ["3600 www.exams.example."]),
    ({"name": "@", "type": "MX", "values": ["10 ns"]}, ["3600 10 ns.exams.example."]),
    ({"name": "_sip._tcp", "type": "SRV", "values": ["0 5 5061 sip"]}, ["3600 0 5 5061 sip.exams.example."]),
    ({"name": "@", "type": "CAA", "values": ['0 issue "ca.example"']}, ['3600 0 issue "ca.example"']),
    ({"name": "@", "type": "TXT", "values": [LONG]}, [f'3600 "{LONG[:255]}" "{LONG[255:]}"']),
    ({"name": "5", "type": "PTR", "values": ["www.exams.example."]}, ["3600 www.exams.example."]),
]


def full_name(record: dict[str, Any]) -> str:
    return ZONE if record["name"] == "@" else f"{record['name']}.{ZONE}"


def check_apply_repeat(primary: Primary, *records: dict[str, Any], **arguments: Any) -> dict[str, Any]:
    """Run in check mode, prove that nothing was sent, apply, prove that it was predicted, and that it is stable."""
    serial, updates = primary.serial(), primary.updates_logged()
    predicted = primary.run(*records, check=True, **arguments)
    assert "failed" not in predicted, predicted.get("msg")
    assert primary.serial() == serial
    assert primary.updates_logged() == updates

    applied = primary.run(*records, **arguments)
    assert "failed" not in applied, applied.get("msg")
    assert applied["changes"] == predicted["changes"]
    assert applied["diff"] == predicted["diff"]
    assert applied["changed"] == predicted["changed"] == bool(applied["changes"])
    assert applied["serial"] == primary.serial()

    again = primary.run(*records, **arguments)
    assert (again["changed"], again["changes"], again["serial"]) == (False, [], applied["serial"])
    return applied


def test_every_type_created_changed_and_removed(primary: Primary) -> None:
    records = [record for record, _lines in RECORDS]
    created = check_apply_repeat(primary, *records)
    assert {change["action"] for change in created["changes"]} == {"create"}
    for record, lines in RECORDS:
        assert primary.answer(full_name(record), record["type"]) == lines

    changed = check_apply_repeat(primary, *({**record, "ttl": 90} for record in records))
    assert {change["action"] for change in changed["changes"]} == {"update"}
    for record, lines in RECORDS:
        ttls = {line.split()[0] for line in primary.answer(full_name(record), record["type"])}
        assert (ttls, len(lines)) == ({"90"}, len(record["values"]))

    removed = check_apply_repeat(primary, *records, state="absent")
    assert {change["action"] for change in removed["changes"]} == {"delete"}
    assert all(primary.answer(full_name(record), record["type"]) == [] for record, _lines in RECORDS)


def test_that_all_changes_of_a_zone_are_one_update(primary: Primary) -> None:
    serial = primary.serial()
    records = [{"name": f"h{index}", "type": "A", "values": ["192.0.2.1"]} for index in range(50)]
    assert len(primary.run(*records)["changes"]) == 50
    assert primary.serial() == (serial or 0) + 1


def test_that_exact_removes_what_is_not_declared_at_the_listed_names_only(primary: Primary) -> None:
    primary.change("seeded", "TXT", "left over")
    primary.change("seeded", "A", "192.0.2.101")
    primary.change("seeded", "SSHFP", "4 2 " + "1" * 64)
    primary.change("other", "A", "192.0.2.102")
    result = check_apply_repeat(primary, {"name": "seeded", "type": "A", "values": ["192.0.2.100"]}, state="exact")
    assert [(change["item"], change["action"]) for change in result["changes"]] == [
        ("seeded.exams.example. TXT", "delete"),
        ("seeded.exams.example. A", "update"),
    ]
    assert primary.answer(f"seeded.{ZONE}", "A") == ["3600 192.0.2.100"]
    assert primary.answer(f"seeded.{ZONE}", "TXT") == []
    assert primary.answer(f"other.{ZONE}", "A") == ["60 192.0.2.102"]
    assert len(primary.answer(f"seeded.{ZONE}", "SSHFP")) == 1


def test_that_exact_turns_a_host_into_an_alias_and_back(primary: Primary) -> None:
    check_apply_repeat(primary, {"name": "seeded", "type": "CNAME", "values": ["ns"]}, state="exact")
    assert primary.answer(f"seeded.{ZONE}", "CNAME") == ["3600 ns.exams.example."]
    check_apply_repeat(primary, {"name": "seeded", "type": "A", "values": ["192.0.2.1"]}, state="exact")
    assert primary.answer(f"seeded.{ZONE}", "A") == ["3600 192.0.2.1"]


def test_that_absent_without_values_removes_the_whole_set(primary: Primary) -> None:
    result = check_apply_repeat(
        primary, {"name": "seeded", "type": "A"}, {"name": "nowhere", "type": "A"}, state="absent"
    )
    assert [change["before"] for change in result["changes"]] == [["300 A 192.0.2.100"]]


def test_that_ptr_records_follow_their_addresses(primary: Primary) -> None:
    zones = {"reverse_zones": [REVERSE, REVERSE_V6], "state": "exact"}
    host = {"name": "es", "type": "A", "values": ["192.0.2.7"]}
    check_apply_repeat(primary, host, {"name": "es", "type": "AAAA", "values": ["2001:db8::7"]}, **zones)
    assert primary.answer(f"7.{REVERSE}", "PTR") == ["3600 es.exams.example."]
    assert primary.answer("7." + "0." * 23 + REVERSE_V6, "PTR") == ["3600 es.exams.example."]

    # The IPv6 address is declared no longer, the other has moved: both old pointers go.
    check_apply_repeat(primary, {**host, "values": ["192.0.2.8"]}, **zones)
    assert primary.answer(f"7.{REVERSE}", "PTR") == []
    assert primary.answer(f"8.{REVERSE}", "PTR") == ["3600 es.exams.example."]
    assert primary.answer("7." + "0." * 23 + REVERSE_V6, "PTR") == []

    check_apply_repeat(primary, {"name": "es", "type": "A"}, **{**zones, "state": "absent"})
    assert primary.answer(f"8.{REVERSE}", "PTR") == []


def test_that_a_name_that_a_wildcard_answers_for_is_made_all_the_same(primary: Primary) -> None:
    record = {"name": "www.wild", "type": "TXT", "ttl": 3600, "values": ["synthesised"]}
    assert primary.answer(f"www.wild.{ZONE}", "TXT") == ['3600 "synthesised"']
    result = check_apply_repeat(primary, record)
    assert [change["action"] for change in result["changes"]] == ["create"]
    check_apply_repeat(primary, {**record, "name": "other.wild"}, state="exact")
    assert check_apply_repeat(primary, {"name": "never.wild", "type": "TXT"}, state="absent")["changes"] == []


def test_the_hand_over_as_a_zone_file_fragment(primary: Primary) -> None:
    records = [{"name": "es", "type": "A", "values": ["192.0.2.7"]}, {"name": "@", "type": "TXT", "values": ["a b"]}]
    result = primary.run(*records, check=True, reverse_zones=[REVERSE])
    assert result["zone_fragment"] == (
        '$ORIGIN exams.example.\nes 3600 IN A 192.0.2.7\n@ 3600 IN TXT "a b"\n\n'
        "$ORIGIN 2.0.192.in-addr.arpa.\n7 3600 IN PTR es.exams.example.\n"
    )


def test_that_the_hand_over_names_what_has_to_go(primary: Primary) -> None:
    host: dict[str, Any] = {"name": "es", "type": "A", "values": ["192.0.2.7", "192.0.2.8"]}
    texts: dict[str, Any] = {"name": "www", "type": "TXT", "values": ["x"]}
    exact: dict[str, Any] = {"reverse_zones": [REVERSE], "state": "exact"}
    assert primary.run(host, texts, **exact)["surplus_fragment"] == ""
    declared = [{**host, "values": ["192.0.2.7"]}, {"name": "www", "type": "CNAME", "values": ["es"]}]
    assert primary.run(*declared, check=True, **exact)["surplus_fragment"] == (
        "$ORIGIN 2.0.192.in-addr.arpa.\n; remove: 8 3600 IN PTR es.exams.example.\n\n"
        '$ORIGIN exams.example.\n; remove: es 3600 IN A 192.0.2.8\n; remove: www 3600 IN TXT "x"\n'
    )
    longer = [{**host, "ttl": 7200}, texts]
    result = primary.run(*longer, check=True, **exact)
    assert result["changed"]
    assert result["surplus_fragment"] == "", "another time to live takes nothing away"


def test_that_the_secret_is_nowhere_in_the_result(primary: Primary) -> None:
    record = {"name": "www", "type": "A", "values": ["192.0.2.1"]}
    for result in (primary.run(record), primary.run(record, zone="frozen.example"), primary.run(record, port=1)):
        assert primary.key.secret not in str({**result, "invocation": None})


@pytest.mark.parametrize(
    ("arguments", "parameter"),
    [
        ({"records": [{"name": "w", "type": "A", "values": ["2001:db8::1"]}]}, "records[0].values[0]='2001:db8::1'"),
        ({"reverse_zones": [REVERSE]}, "records[0].values[0]='198.51.100.1'"),
        ({"reverse_zones": ["exams.example"]}, "reverse_zones[0]='exams.example'"),
        ({"reverse_zones": [REVERSE, f"{REVERSE}."]}, "reverse_zones[1]"),
        ({"zone": "a..b"}, "zone='a..b'"),
        ({"port": 70000}, "port=70000"),
        ({"timeout": 0}, "timeout=0"),
        ({"default_ttl": -1}, "default_ttl=-1"),
        ({"key_secret": "not base64"}, "key_secret='(hidden)'"),
        ({"gss_tsig": True}, "key_name='exam-scheduling.'"),
        ({"resolver": {"address": "dns1"}}, "resolver.address='dns1'"),
    ],
)
def test_that_bad_input_is_refused_before_anything_is_sent(arguments: dict[str, Any], parameter: str) -> None:
    # Nobody listens at this address: had anything been sent, the message would be about that.
    base = {
        "zone": ZONE,
        "server": "127.31.0.1",
        "key_name": "exam-scheduling.",
        "key_secret": "c2VjcmV0",
        "records": [{"name": "w", "type": "A", "values": ["198.51.100.1"]}],
    }
    result = run_module("dns_records", {**base, **arguments})
    assert result["failed"]
    assert parameter in result["msg"]
    assert "Nothing was touched" in result["msg"]
