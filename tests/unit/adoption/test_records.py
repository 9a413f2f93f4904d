# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records that are there become records that are declared, out of changes that were predicted."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.declaration import declaration_from
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.adoption_records import adopted_records

ES: dict[str, Any] = {"name": "es", "type": "A", "values": ["192.0.2.1"]}
APEX: dict[str, Any] = {"name": "@", "type": "TXT", "values": ["v=spf1 -all"]}
ALIAS: dict[str, Any] = {"name": "scheduler", "type": "CNAME", "values": ["es"]}


def change(item: str, before: list[str] | None, after: list[str] | None) -> dict[str, Any]:
    return {"item": item, "action": "update", "before": before, "after": after}


def test_that_records_without_a_change_are_left_as_they_are_declared() -> None:
    adopted = adopted_records([ES, APEX], [], "exams.example", [])
    assert adopted["records"] == [ES, APEX]
    assert adopted["expected"] == adopted["found"]
    assert list(adopted["found"]) == ["es.exams.example. a", "exams.example. txt"]


def test_that_what_is_not_there_is_left_out_and_named() -> None:
    adopted = adopted_records([ES, APEX], [change("exams.example. TXT", None, ["3600 TXT x"])], "exams.example.", [])
    assert adopted["records"] == [ES]
    assert (adopted["expected"]["exams.example. TXT"], adopted["found"]["exams.example. TXT"]) == (
        "3600 TXT x",
        "nothing",
    )


def test_that_other_values_and_their_time_to_live_are_taken_over() -> None:
    found = ["300 A 192.0.2.9", "300 A 192.0.2.8"]
    changes = [
        change("ES.exams.example. A", found, ["3600 A 192.0.2.1"]),
        change("1.2.0.192.in-addr.arpa. PTR", None, ["x"]),
    ]
    (record,) = adopted_records([ES], changes, "exams.example", [])["records"]
    assert record == {"name": "es", "type": "A", "ttl": 300, "values": ["192.0.2.9", "192.0.2.8"]}


def test_that_spaces_within_a_value_are_its_own() -> None:
    changes = [change("exams.example. TXT", ['60 TXT "v=spf1  mx -all"'], ["x"])]
    assert adopted_records([APEX], changes, "exams.example", [])["records"][0]["values"] == ['"v=spf1  mx -all"']


@pytest.mark.parametrize(
    ("address", "kind", "reverse"),
    [
        ("192.0.2.1", "A", "1.2.0.192.in-addr.arpa."),
        ("2001:db8::1", "AAAA", "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa."),
    ],
)
def test_that_a_ptr_record_that_is_not_as_it_would_be_derived_is_not_kept(
    address: str, kind: str, reverse: str
) -> None:
    record = {"name": "es", "type": kind, "values": [address]}
    adopted = adopted_records(
        [record], [change(f"{reverse} PTR", ["60 PTR old.exams.example."], None)], "exams.example", []
    )
    assert adopted["records"] == [{**record, "ptr": False}]
    assert adopted["found"][f"{reverse} PTR"] == "60 PTR old.exams.example."


def test_that_another_type_at_a_declared_name_takes_its_place() -> None:
    changes = [
        change("scheduler.exams.example. CNAME", None, ["3600 CNAME es.exams.example."]),
        change("scheduler.exams.example. A", ["3600 A 192.0.2.1"], None),
    ]
    assert adopted_records([ALIAS], changes, "exams.example", [])["records"] == [
        {"name": "scheduler.exams.example.", "type": "A", "ttl": 3600, "values": ["192.0.2.1"], "ptr": False}
    ]


REVERSE_ZONES = ["2.0.192.in-addr.arpa", "8.b.d.0.1.0.0.2.ip6.arpa"]
ELSEWHERE = ["300 A 10.1.2.3"]
V6: dict[str, Any] = {"name": "es", "type": "AAAA", "values": ["2001:db8::1"]}


@pytest.mark.parametrize(
    ("declared", "before", "ptr"),
    [
        (ES, ELSEWHERE, False),
        (ES, ["300 A 192.0.2.9", "300 A 10.1.2.3"], False),
        (ES, ["300 A 192.0.2.9"], True),
        (ES, ["300 A 10.192.0.2"], False),
        (V6, ["300 AAAA 2001:db8::9"], True),
        (V6, ["300 AAAA 2001:db9::9"], False),
        (APEX, ['300 TXT "v=spf1"'], True),
    ],
)
def test_that_an_address_outside_the_reverse_zones_can_be_declared(
    declared: dict[str, Any], before: list[str], ptr: bool
) -> None:
    name = "exams.example." if declared is APEX else "es.exams.example."
    changes = [change(f"{name} {declared['type']}", before, ["x"])]
    (record,) = adopted_records([declared], changes, "exams.example", REVERSE_ZONES)["records"]
    assert record.get("ptr", True) is ptr
    asked = {"ttl": None, "ptr": True, **record}
    declaration_from({"zone": "exams.example", "records": [asked], "default_ttl": 3600, "reverse_zones": REVERSE_ZONES})


def test_that_without_reverse_zones_nothing_is_derived_and_nothing_refused() -> None:
    changes = [change("es.exams.example. A", ELSEWHERE, ["x"])]
    (record,) = adopted_records([ES], changes, "exams.example", [])["records"]
    assert "ptr" not in record


def test_that_of_addresses_that_were_found_no_ptr_record_is_derived_where_nobody_can_ask_for_them() -> None:
    changes = [change("es.exams.example. A", ["300 A 192.0.2.9"], ["x"])]
    records = adopted_records([ES, V6, APEX], changes, "exams.example")["records"]
    assert [record.get("ptr", True) for record in records] == [False, True, True]
