# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The declared records: what they mean, and what is refused."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.records import (
    MAXIMUM_TTL,
    RecordSet,
    declared_records,
    zone_name,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter

ZONE = zone_name("zone", "exams.example")


def declare(*records: dict[str, Any], values_required: bool = True) -> list[RecordSet]:
    return declared_records(ZONE, records, default_ttl=3600, values_required=values_required)


@pytest.mark.parametrize(
    ("name", "kind", "value", "line"),
    [
        ("www", "A", "192.0.2.1", "www.exams.example. 3600 A 192.0.2.1"),
        ("@", "AAAA", "2001:DB8:0:0::1", "exams.example. 3600 AAAA 2001:db8::1"),
        ("*.web", "CNAME", "www", "*.web.exams.example. 3600 CNAME www.exams.example."),
        ("es.exams.example.", "CNAME", "es.other.example.", "es.exams.example. 3600 CNAME es.other.example."),
        ("@", "MX", "10 mail", "exams.example. 3600 MX 10 mail.exams.example."),
        ("@", "MX", "0 .", "exams.example. 3600 MX 0 ."),
        ("_sip._tcp", "SRV", "0 5 5061 sip", "_sip._tcp.exams.example. 3600 SRV 0 5 5061 sip.exams.example."),
        ("@", "CAA", '0 issue "ca.example"', 'exams.example. 3600 CAA 0 issue "ca.example"'),
        ("@", "TXT", "v=spf1 -all", 'exams.example. 3600 TXT "v=spf1 -all"'),
        ("@", "TXT", '"two" "strings"', 'exams.example. 3600 TXT "two" "strings"'),
        ("5", "PTR", "es.exams.example.", "5.exams.example. 3600 PTR es.exams.example."),
    ],
)
def test_what_an_entry_means(name: str, kind: str, value: str, line: str) -> None:
    (record_set,) = declare({"name": name, "type": kind, "values": [value]})
    assert f"{record_set.name} {record_set.lines()[0]}" == line


@pytest.mark.parametrize(
    ("record", "parameter", "reason"),
    [
        ({"name": "", "type": "A", "values": ["192.0.2.1"]}, "records[0].name", "it is empty"),
        ({"name": "a b", "type": "A", "values": ["192.0.2.1"]}, "records[0].name", "a space"),
        ({"name": "prüfung", "type": "A", "values": ["192.0.2.1"]}, "records[0].name", "not ASCII"),
        ({"name": "a..b", "type": "A", "values": ["192.0.2.1"]}, "records[0].name", "no domain name"),
        ({"name": "a" * 64, "type": "A", "values": ["192.0.2.1"]}, "records[0].name", "no domain name"),
        ({"name": "www.other.example.", "type": "A", "values": ["192.0.2.1"]}, "records[0].name", "not in the zone"),
        ({"name": "www.exams.example", "type": "A", "values": ["192.0.2.1"]}, "records[0].name", "it would become"),
        ({"name": "w", "type": "A", "values": ["2001:db8::1"]}, "records[0].values[0]", "no value"),
        ({"name": "w", "type": "A", "values": ["192.0.2.1", "192.0.2"]}, "records[0].values[1]", "no value"),
        ({"name": "w", "type": "A", "values": ["192.0.2.1 x"]}, "records[0].values[0]", "no value"),
        ({"name": "w", "type": "AAAA", "values": ["192.0.2.1"]}, "records[0].values[0]", "no value"),
        ({"name": "w", "type": "MX", "values": ["mail"]}, "records[0].values[0]", "no value"),
        ({"name": "w", "type": "MX", "values": ["65536 mail"]}, "records[0].values[0]", "no value"),
        ({"name": "w", "type": "SRV", "values": ["0 5 70000 sip"]}, "records[0].values[0]", "no value"),
        ({"name": "w", "type": "CAA", "values": ["0 issue"]}, "records[0].values[0]", "no value"),
        ({"name": "w", "type": "CNAME", "values": [""]}, "records[0].values[0]", "no value"),
        ({"name": "w", "type": "TXT", "values": ['"open']}, "records[0].values[0]", "no value"),
        ({"name": "w", "type": "CNAME", "values": ["es.other.example"]}, "records[0].values[0]", "absolute"),
        ({"name": "w", "type": "MX", "values": ["10 prüfung."]}, "records[0].values[0]", "not ASCII"),
        ({"name": "5", "type": "PTR", "values": ["es"]}, "records[0].values[0]", "would become es.exams.example."),
        ({"name": "w", "type": "A", "values": ["192.0.2.1"], "ttl": -1}, "records[0].ttl", "time to live"),
        ({"name": "w", "type": "A", "values": ["192.0.2.1"], "ttl": MAXIMUM_TTL + 1}, "records[0].ttl", "time to"),
        ({"name": "w", "type": "A", "values": []}, "records[0].values", "there is none"),
        ({"name": "w", "type": "AAAA", "values": ["::1", "0::1"]}, "records[0].values[1]", "says the same"),
        ({"name": "w", "type": "CNAME", "values": ["a", "b"]}, "records[0].values", "one target"),
        ({"name": "@", "type": "CNAME", "values": ["a"]}, "records[0]", "cannot be an alias"),
    ],
)
def test_that_what_cannot_be_meant_is_refused(record: dict[str, Any], parameter: str, reason: str) -> None:
    with pytest.raises(InvalidParameter) as refusal:
        declare(record)
    assert refusal.value.parameter == parameter
    assert reason in str(refusal.value)
    assert refusal.value.remedy


def test_that_contradictions_are_refused_naming_both() -> None:
    address = {"name": "www", "type": "A", "values": ["192.0.2.1"]}
    with pytest.raises(InvalidParameter, match=r"^records\[1\].*records\[0\] declares it too"):
        declare(address, {**address, "name": "WWW.exams.example."})
    with pytest.raises(InvalidParameter, match=r"^records\[1\].*records\[0\] gives .* type A"):
        declare(address, {"name": "www", "type": "CNAME", "values": ["es"]})


def test_that_a_zone_is_no_wildcard_and_may_end_with_a_dot() -> None:
    assert zone_name("zone", "exams.example.") == ZONE
    with pytest.raises(InvalidParameter):
        zone_name("zone", "*.example")


@given(st.text(min_size=1, max_size=700).filter(lambda text: not text.startswith('"')))
def test_that_a_text_arrives_as_it_was_written(text: str) -> None:
    try:
        (record_set,) = declare({"name": "t", "type": "TXT", "values": [text]})
    except UnicodeEncodeError:
        return  # half a surrogate pair is no text
    (value,) = record_set.values
    wire, strings = value.to_wire() or b"", []
    while wire:  # length octet, string (RFC 1035 section 3.3)
        strings.append(wire[1 : 1 + wire[0]])
        wire = wire[1 + wire[0] :]
    assert b"".join(strings) == text.encode()
    assert all(strings)


@given(
    st.text(max_size=40),
    st.sampled_from(["A", "AAAA", "CAA", "CNAME", "MX", "PTR", "SRV", "TXT"]),
    st.text(max_size=40),
)
@example("0", "CNAME", "\x1f")
@example("0", "MX", "10 \x1f")
def test_that_any_text_is_understood_or_refused(name: str, kind: str, value: str) -> None:
    with contextlib.suppress(InvalidParameter):
        (record_set,) = declare({"name": name, "type": kind, "values": [value]})
        assert record_set.name.is_subdomain(ZONE)
