# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Flows that cannot be meant are refused by name and value; those that can are taken as they are."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reachability.flows import Flow, flows_from
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter


def item(**values: Any) -> dict[str, Any]:
    return {
        "destination": "sql.exams.example",
        "port": 1433,
        "protocol": "tcp",
        "expect": "open",
        "purpose": "database",
        "greeting": "none",
        "connect_address": None,
        **values,
    }


REFUSED = {
    "port above all": (item(port=70000), "flows[1].port=70000"),
    "port zero": (item(port=0), "flows[1].port=0"),
    "no name": (item(destination=""), "flows[1].destination=''"),
    "a network": (item(destination="192.0.2.0/24"), "flows[1].destination='192.0.2.0/24'"),
    "a URL": (item(destination="https://sql.exams.example"), "flows[1].destination='https://sql.exams.example'"),
    "name and port": (item(destination="sql.exams.example:1433"), "flows[1].destination="),
    "an address that is cut off": (item(destination="192.0.2"), "flows[1].destination='192.0.2'"),
    "an address with too much": (item(destination="192.0.2.256"), "flows[1].destination='192.0.2.256'"),
    "every host": (item(destination="::"), "it is the address of no host"),
    "a multicast group": (item(destination="ff02::1"), "it is the address of no host"),
    "name that is too long": (item(destination=".".join(["a" * 60] * 5)), "flows[1].destination='aaaa"),
    "label that is too long": (item(destination="a" * 64 + ".example"), "flows[1].destination='aaaa"),
    "bad connect address": (item(connect_address="no where"), "flows[1].connect_address='no where'"),
    "no purpose": (item(purpose=" \t"), "flows[1].purpose"),
    "TLS over UDP": (item(protocol="udp", greeting="tls"), "flows[1].greeting='tls' is refused: it is spoken over TCP"),
    "UDP open, unproven": (item(protocol="udp"), "flows[1].greeting='none' is refused"),
    "shut, yet greeting": (item(expect="shut", greeting="tds"), "a port that must be shut greets nobody"),
    "twice": (item(destination="first.exams.example"), "flows[0] is about it already"),
    "twice, otherwise written": (item(destination="FIRST.exams.example."), "flows[0] is about it already"),
    "contradiction": (
        item(destination="first.exams.example", expect="shut"),
        "flows[1]='first.exams.example tcp/1433' is refused: flows[0] is about it already and expects it open, "
        "not shut",
    ),
    "two greetings": (item(destination="first.exams.example", greeting="tds"), "greeting none, not tds"),
}


@pytest.mark.parametrize(("flow", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_refused_by_parameter_and_value(flow: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidParameter) as refused:
        flows_from([item(destination="first.exams.example"), flow])
    assert message in str(refused.value)


def test_same_address_written_twice_is_found() -> None:
    with pytest.raises(InvalidParameter, match="already"):
        flows_from([item(destination="2001:db8::1"), item(destination="2001:DB8:0::0:1")])


def test_what_differs_in_port_protocol_or_connect_address_is_another_flow() -> None:
    given_flows = [
        item(),
        item(port=1434),
        item(protocol="udp", expect="shut"),
        item(connect_address="127.32.0.1"),
        item(connect_address="127.32.0.2"),
    ]
    assert len(flows_from(given_flows)) == 5


LABELS = st.from_regex(r"[a-zA-Z0-9_]([a-zA-Z0-9_-]{0,20}[a-zA-Z0-9])?", fullmatch=True)
NAMES = st.builds(lambda labels: ".".join([*labels, "example"]), st.lists(LABELS, max_size=4))
ADDRESSES = st.ip_addresses().filter(lambda address: not (address.is_multicast or address.is_unspecified)).map(str)


@given(NAMES | ADDRESSES, st.integers(1, 65535))
def test_every_name_address_and_port_is_taken(destination: str, port: int) -> None:
    assert flows_from([item(destination=destination, port=port)]) == [
        Flow(destination, port, "tcp", "open", "database")
    ]


@given(st.integers().filter(lambda port: not 1 <= port <= 65535))
def test_no_other_port_is(port: int) -> None:
    with pytest.raises(InvalidParameter):
        flows_from([item(port=port)])
