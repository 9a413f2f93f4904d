# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The planner's properties, against a model of a name server, and its decisions one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.planner import (
    RecordChange,
    State,
    kinds_to_read,
    plan_reverse,
    plan_zone,
    wishes_for,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.records import (
    RecordKey,
    RecordSet,
    declared_records,
    zone_name,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.update import batches, update_message
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter, Problem
from tests.unit.dns.model import Refused, apply_update

ZONE = zone_name("zone", "exams.example")
REVERSE = zone_name("zone", "2.0.192.in-addr.arpa")
VALUES = {
    "A": ["192.0.2.1", "192.0.2.2", "192.0.2.3"],
    "CNAME": ["one", "two"],
    "TXT": ["first", "second"],
    "MX": ["10 one", "20 two"],
}
STATES: list[State] = ["present", "absent", "exact"]


@st.composite
def zones(draw: st.DrawFn, *, empty_sets: bool = False) -> list[RecordSet]:
    """Record sets that may stand in a zone together."""
    records = []
    for name in draw(st.sets(st.sampled_from(["www", "es", "@", "*"]))):
        kinds = draw(st.sampled_from([["CNAME"], ["A"], ["A", "TXT"], ["TXT", "MX"], ["A", "MX", "TXT"]]))
        for kind in kinds:
            sizes = (0 if empty_sets else 1, 1 if kind == "CNAME" else 3)
            values = draw(st.lists(st.sampled_from(VALUES[kind]), min_size=sizes[0], max_size=sizes[1], unique=True))
            records.append({"name": name, "type": kind, "ttl": draw(st.sampled_from([60, 300])), "values": values})
    try:
        return declared_records(ZONE, records, default_ttl=60, values_required=not empty_sets)
    except InvalidParameter:
        assume(False)
        return []


def table_of(record_sets: Sequence[RecordSet]) -> dict[RecordKey, RecordSet]:
    return {(each.name, each.kind): each for each in record_sets}


def seen(table: dict[RecordKey, RecordSet], declared: Sequence[RecordSet], state: State) -> dict[RecordKey, RecordSet]:
    """What the reader brings of the table: the kinds asked for, and aliases."""
    kinds = kinds_to_read(declared, state)
    return {
        (name, kind): each
        for (name, kind), each in table.items()
        if name in kinds and (kind in kinds[name] or kind == "CNAME")
    }


def by_name(changes: Sequence[RecordChange]) -> list[list[RecordChange]]:
    names = dict.fromkeys(change.name for change in changes)
    return [[change for change in changes if change.name == name] for name in names]


def declare(*records: dict[str, Any]) -> list[RecordSet]:
    return declared_records(ZONE, records, default_ttl=60, values_required=False)


@given(zones(), zones(empty_sets=True), st.sampled_from(STATES))
def test_that_the_plan_of_an_applied_state_is_empty(
    before: list[RecordSet], declared: list[RecordSet], state: State
) -> None:
    assume(state == "absent" or all(each.values for each in declared))
    table = table_of(before)
    try:
        changes = plan_zone(ZONE, declared, seen(table, declared, state), state)
    except Problem:
        assert state == "present"
        return
    after = apply_update(table, update_message(ZONE, changes))
    assert plan_zone(ZONE, declared, seen(after, declared, state), state) == []
    # Check mode predicts the real run: what changes, and to what, and nothing else.
    predicted = dict(table)
    for change in changes:
        predicted.pop((change.name, change.kind), None)
        if change.new is not None:
            predicted[change.name, change.kind] = change.new
    assert after == predicted


@given(zones(), zones(), zones(), st.sampled_from(STATES))
def test_that_a_concurrent_change_is_never_overwritten(
    before: list[RecordSet], declared: list[RecordSet], meanwhile: list[RecordSet], state: State
) -> None:
    table, others = table_of(before), table_of(meanwhile)
    try:
        changes = plan_zone(ZONE, declared, seen(table, declared, state), state)
    except Problem:
        return
    try:
        after = apply_update(others, update_message(ZONE, changes))
    except Refused:
        return
    for change in changes:
        now = others.get((change.name, change.kind))
        assert (now.values if now else None) == (change.old.values if change.old else None)
        got = after.get((change.name, change.kind))
        assert got == change.new or (change.kind == "CNAME" and got is None)


@given(zones(), st.integers(min_value=150, max_value=2000))
def test_that_batches_never_divide_a_name_and_lose_nothing(declared: list[RecordSet], limit: int) -> None:
    changes = plan_zone(ZONE, declared, {}, "exact")
    largest = max((len(update_message(ZONE, of_name).to_wire()) for of_name in by_name(changes)), default=0)
    if largest > limit:
        with pytest.raises(Problem, match="do not fit into one update message"):
            batches(ZONE, changes, key=None, limit=limit)
        return
    prepared = batches(ZONE, changes, key=None, limit=limit)
    assert [id(change) for _message, of_batch in prepared for change in of_batch] == [id(change) for change in changes]
    assert all(len(message.to_wire()) <= limit for message, _changes in prepared)
    names = [{change.name for change in of_batch} for _message, of_batch in prepared]
    assert sum(map(len, names)) == len(set().union(*names))
    table: dict[RecordKey, RecordSet] = {}
    for message, _changes in prepared:
        table = apply_update(table, message)
    assert table == table_of(declared)


def test_that_one_message_is_enough_where_it_fits() -> None:
    declared = declare(*({"name": f"h{index}", "type": "A", "values": ["192.0.2.1"]} for index in range(800)))
    assert len(batches(ZONE, plan_zone(ZONE, declared, {}, "present"), key=None)) == 1
    many = declare(*({"name": f"h{index}", "type": "A", "values": ["192.0.2.1"]} for index in range(3000)))
    assert len(batches(ZONE, plan_zone(ZONE, many, {}, "present"), key=None)) > 1


def test_that_present_keeps_other_values_and_sets_the_ttl_of_all() -> None:
    now = table_of(declare({"name": "www", "type": "A", "ttl": 300, "values": ["192.0.2.1"]}))
    (change,) = plan_zone(ZONE, declare({"name": "www", "type": "A", "values": ["192.0.2.2"]}), now, "present")
    assert (change.item, change.action) == ("www.exams.example. A", "update")
    assert change.before == ["300 A 192.0.2.1"]
    assert change.after == ["60 A 192.0.2.1", "60 A 192.0.2.2"]


def test_that_exact_replaces_an_alias_by_other_records_removing_it_first() -> None:
    now = table_of(declare({"name": "www", "type": "CNAME", "values": ["es"]}))
    changes = plan_zone(ZONE, declare({"name": "www", "type": "A", "values": ["192.0.2.2"]}), now, "exact")
    assert [(change.kind, change.action) for change in changes] == [("CNAME", "delete"), ("A", "create")]


@pytest.mark.parametrize(("there", "wanted"), [("CNAME", "A"), ("A", "CNAME")])
def test_that_present_refuses_an_alias_beside_other_records(there: str, wanted: str) -> None:
    now = table_of(declare({"name": "www", "type": there, "values": VALUES[there][:1]}))
    with pytest.raises(Problem, match=r"RFC 1034 section 3\.6\.2") as problem:
        plan_zone(ZONE, declare({"name": "www", "type": wanted, "values": VALUES[wanted][:1]}), now, "present")
    assert "exact" in (problem.value.remedy or "")


def test_that_absent_passes_over_what_is_not_there_and_keeps_the_ttl() -> None:
    now = table_of(declare({"name": "www", "type": "A", "ttl": 300, "values": ["192.0.2.1", "192.0.2.2"]}))
    gone = declare({"name": "www", "type": "A", "values": ["192.0.2.2", "192.0.2.3"]}, {"name": "es", "type": "TXT"})
    (change,) = plan_zone(ZONE, gone, now, "absent")
    assert change.after == ["300 A 192.0.2.1"]


def reverse_changes(
    declared: list[RecordSet], now: list[RecordSet], ptr: list[RecordSet], state: State
) -> list[RecordChange]:
    forward = plan_zone(ZONE, declared, table_of(now), state)
    return plan_reverse(wishes_for([REVERSE], declared, forward, state), table_of(ptr), state)


def pointers(**targets: list[str]) -> list[RecordSet]:
    records = [{"name": last[1:], "type": "PTR", "values": names} for last, names in targets.items()]
    return declared_records(REVERSE, records, default_ttl=60, values_required=True)


def test_that_ptr_records_follow_an_address_that_moves() -> None:
    declared = declare({"name": "www", "type": "A", "values": ["192.0.2.2"]})
    now = declare({"name": "www", "type": "A", "values": ["192.0.2.1"]})
    there = pointers(_1=["www.exams.example.", "old.exams.example."])
    changes = {change.item: change.after for change in reverse_changes(declared, now, there, "exact")}
    assert changes == {
        "2.2.0.192.in-addr.arpa. PTR": ["60 PTR www.exams.example."],
        "1.2.0.192.in-addr.arpa. PTR": ["60 PTR old.exams.example."],
    }


def test_that_exact_and_present_differ_in_foreign_pointers() -> None:
    declared = declare({"name": "www", "type": "A", "values": ["192.0.2.1"]})
    there = pointers(_1=["foreign.exams.example."])
    (exact,) = reverse_changes(declared, declared, there, "exact")
    assert exact.after == ["60 PTR www.exams.example."]
    (present,) = reverse_changes(declared, declared, there, "present")
    assert present.after == ["60 PTR foreign.exams.example.", "60 PTR www.exams.example."]


def test_that_an_address_outside_the_reverse_zones_that_is_left_is_passed_over() -> None:
    declared = declare({"name": "www", "type": "A", "values": ["192.0.2.1"]})
    now = declare({"name": "www", "type": "A", "values": ["198.51.100.1"]})
    assert [change.action for change in reverse_changes(declared, now, [], "exact")] == ["create"]


def test_that_entries_without_ptr_neither_make_nor_remove_pointers() -> None:
    declared = declare({"name": "www", "type": "A", "values": ["192.0.2.1"], "ptr": False})
    now = declare({"name": "www", "type": "A", "values": ["192.0.2.2"]})
    assert reverse_changes(declared, now, pointers(_2=["www.exams.example."]), "exact") == []


def test_that_absent_removes_pointers_of_declared_and_of_found_addresses() -> None:
    now = declare({"name": "www", "type": "A", "values": ["192.0.2.1"]})
    there = pointers(_1=["www.exams.example."], _2=["es.exams.example."])
    gone = declare({"name": "www", "type": "A"}, {"name": "es", "type": "A", "values": ["192.0.2.2"]})
    assert {change.action for change in reverse_changes(gone, now, there, "absent")} == {"delete"}
    assert len(reverse_changes(gone, now, there, "absent")) == 2


def test_that_a_reverse_name_delegated_without_a_class_is_refused() -> None:
    alias = declared_records(
        REVERSE,
        [{"name": "1", "type": "CNAME", "values": ["1.0-31.2.0.192.in-addr.arpa."]}],
        default_ttl=60,
        values_required=True,
    )
    declared = declare({"name": "www", "type": "A", "values": ["192.0.2.1"]})
    with pytest.raises(Problem, match="RFC 2317"):
        reverse_changes(declared, [], alias, "present")


def test_that_names_of_one_address_share_its_pointers_at_the_smallest_ttl() -> None:
    declared = declare(
        {"name": "www", "type": "A", "ttl": 300, "values": ["192.0.2.1"]},
        {"name": "es", "type": "A", "ttl": 60, "values": ["192.0.2.1"]},
    )
    (change,) = reverse_changes(declared, [], [], "exact")
    assert change.after == ["60 PTR es.exams.example.", "60 PTR www.exams.example."]
