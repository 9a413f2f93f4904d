# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inventory data turned into what modules take."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.uoe.exam_scheduling.plugins.filter.estate import (
    certificate_requests,
    endpoints,
    expand_flows,
    https_endpoints,
    not_served,
    registered,
    served_by,
    sources_not_probed,
)

GROUPS = {"web": ["web1", "web2"], "sql": ["sql1"]}
HOSTVARS: dict[str, dict[str, Any]] = {
    "web1": {"exam_fqdn": "web1.exams.example"},
    "web2": {"exam_fqdn": "web2.exams.example", "exam_connect_address": "127.10.0.31"},
    "sql1": {"exam_fqdn": "sql1.exams.example"},
}
NAMES = ["t.exams.example", "web2.exams.example"]
CERTIFICATE: dict[str, Any] = {"host": "web2", "names": NAMES, "deployment": "nginx", "port": 443}


def test_a_flow_between_groups_becomes_one_for_each_destination() -> None:
    matrix = [{"from": "sql", "to": "web", "port": 443, "purpose": "proof", "greeting": "tls"}]
    common = {"port": 443, "purpose": "proof", "greeting": "tls"}
    assert expand_flows(matrix, "sql1", GROUPS, HOSTVARS) == [
        {"destination": "web1.exams.example", **common},
        {"destination": "web2.exams.example", "connect_address": "127.10.0.31", **common},
    ]
    assert expand_flows(matrix, "web1", GROUPS, HOSTVARS) == []


def test_flows_from_hosts_that_are_not_probed_are_counted() -> None:
    matrix = [{"from": "web", "to": "sql", "port": 1433, "purpose": "timetable"}]
    assert sources_not_probed(matrix, ["web1"], GROUPS, HOSTVARS) == {"web2": 1}
    assert sources_not_probed(matrix, ["web1", "web2"], GROUPS, HOSTVARS) == {}


def test_a_host_needs_no_flow_to_itself() -> None:
    matrix = [{"from": "web", "to": "web", "port": 443, "purpose": "proof"}]
    assert [flow["destination"] for flow in expand_flows(matrix, "web1", GROUPS, HOSTVARS)] == ["web2.exams.example"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"from": "wbe"}, r"firewall_flows\[0\]\.from='wbe' is neither a group nor a host"),
        ({"to": "nowhere"}, r"firewall_flows\[0\]\.to='nowhere' is neither"),
        ({"ports": 1}, r"holds 'ports', which no flow has"),
        ({"purpose": None}, r"does not say 'purpose'"),
    ],
)
def test_a_flow_that_cannot_be_meant_is_refused_from_every_host(change: dict[str, Any], message: str) -> None:
    flow = {"from": "web", "to": "sql", "port": 1433, "purpose": "timetable", **change}
    flow = {key: value for key, value in flow.items() if value is not None}
    with pytest.raises(AnsibleFilterError, match=message):
        expand_flows([flow], "sql1", GROUPS, HOSTVARS)


def test_servers_and_endpoints_keep_their_redirection() -> None:
    assert endpoints([HOSTVARS["web1"], HOSTVARS["web2"]]) == [
        {"name": "web1.exams.example"},
        {"name": "web2.exams.example", "connect_address": "127.10.0.31"},
    ]
    assert [entry["host"] for entry in https_endpoints([CERTIFICATE], HOSTVARS)] == CERTIFICATE["names"]
    assert {entry["connect_address"] for entry in https_endpoints([CERTIFICATE], HOSTVARS)} == {"127.10.0.31"}


def test_requests_are_named_after_the_host() -> None:
    assert certificate_requests([{**CERTIFICATE, "key_type": "rsa"}]) == [
        {"name": "web2", "names": CERTIFICATE["names"], "key_type": "rsa"}
    ]


@pytest.mark.parametrize(
    ("wanted", "seen", "missing"),
    [("aa", ["aa", "aa"], False), ("aa", ["aa", "bb"], True), ("aa", [None, None], True), (None, ["aa", "aa"], True)],
)
def test_what_is_not_served_by_every_name_is_to_be_deployed(
    wanted: str | None, seen: list[str | None], missing: bool
) -> None:
    issued = [{"name": "web2", "fingerprint_sha256": wanted, "fingerprint_sha1": "11"}]
    served = [
        {
            "host": name,
            "port": 443,
            "connect_address": "127.10.0.31",
            "chain": [{"fingerprint_sha256": fingerprint}] if fingerprint else [],
        }
        for name, fingerprint in zip(NAMES, seen, strict=True)
    ]
    assert bool(not_served([CERTIFICATE], issued, served, HOSTVARS)) is missing


def test_hosts_that_serve_the_same_name_are_told_apart() -> None:
    other = {**CERTIFICATE, "host": "web1", "names": ["t.exams.example"]}
    issued = [{"name": "web1", "fingerprint_sha256": "aa"}, {"name": "web2", "fingerprint_sha256": "bb"}]
    served = [
        {"host": "t.exams.example", "port": 443, "connect_address": address, "chain": [{"fingerprint_sha256": seen}]}
        for address, seen in (("web1.exams.example", "aa"), ("127.10.0.31", "cc"))
    ]
    both = [other, {**CERTIFICATE, "names": ["t.exams.example"]}]
    assert [entry["host"] for entry in not_served(both, issued, served, HOSTVARS)] == ["web2"]


def test_where_what_was_issued_is_still_served_is_named() -> None:
    issued: list[dict[str, Any]] = [{"name": "web1", "fingerprint_sha256": "aa"}, {"name": "web2"}]
    served = [
        {"host": name, "port": 443, "connect_address": "127.10.0.31", "chain": chain}
        for name, chain in (("t", [{"fingerprint_sha256": "aa"}]), ("u", [{"fingerprint_sha256": "bb"}]), ("v", []))
    ]
    assert served_by(served, issued) == ["t:443 at 127.10.0.31"]


def test_what_was_registered_is_collected_and_what_was_skipped_is_not() -> None:
    hosts = [
        {"dns_proof": {"proven": True}, "other": 1},
        {"dns_proof": {"skipped": True}, "https_proof": {"msg": "no"}},
    ]
    assert registered(hosts, ["dns_proof", "https_proof"]) == [{"proven": True}, {"msg": "no"}]
