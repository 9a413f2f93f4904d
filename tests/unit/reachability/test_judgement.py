# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was found against what was expected: pure, so held by properties over all that can be found."""

from __future__ import annotations

import errno

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reachability.flows import Flow
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reachability.greeting import Answer
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reachability.judgement import (
    Judgement,
    firewall_request,
    judge,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reachability.states import Probe, State, classify

ADDRESSES = st.sampled_from(["192.0.2.1", "192.0.2.2", "2001:db8::1"])
ANSWERS = st.builds(Answer, st.booleans(), st.sampled_from(["TNS REFUSE", "HTTP answered"]))
OPEN = Flow("sql.exams.example", 1433, "tcp", "open", "database", "tds")
SHUT = Flow("sql.exams.example", 3389, "tcp", "shut", "no remote desktop | ever")


@st.composite
def cases(draw: st.DrawFn) -> tuple[Flow, list[Probe]]:
    """Return a flow that the module takes, and what its probes can find."""
    protocol = draw(st.sampled_from(["tcp", "udp"]))
    expect = draw(st.sampled_from(["open", "shut"]))
    if protocol == "udp":
        greeting = draw(st.sampled_from(["dns"] if expect == "open" else ["none", "dns"]))
    else:
        greeting = draw(st.sampled_from(["none", "tls", "tds"])) if expect == "open" else "none"
    flow = Flow("sql.exams.example", 53, protocol, expect, "a purpose", greeting)  # type: ignore[arg-type]  # drawn
    if draw(st.booleans()) and draw(st.booleans()):
        return flow, [Probe(State.UNRESOLVED, "no such name")]
    silent = State.FILTERED if protocol == "tcp" else State.OPEN_OR_FILTERED
    states = [State.OPEN, State.REFUSED, State.UNREACHABLE, silent]
    probes = []
    for address in draw(st.lists(ADDRESSES, min_size=1, max_size=3, unique=True)):
        state = draw(st.sampled_from(states))
        greeted = draw(ANSWERS) if state is State.OPEN and flow.greeting != "none" else None
        lost = state is State.UNREACHABLE and draw(st.booleans())
        probes.append(Probe(state, str(state), address, "192.0.2.9", 1.0, greeted, no_route=lost))
    return flow, probes


@given(cases())
def test_each_address_is_judged_once_and_what_is_not_as_expected_has_a_remedy(case: tuple[Flow, list[Probe]]) -> None:
    flow, probes = case
    judgements = judge(flow, probes)
    assert [each.probe for each in judgements] == probes
    for each in judgements:
        if each.finding:
            assert each.as_expected is not True
            assert each.finding.remedy
            assert each.finding.what == flow.service
        elif each.as_expected is None:
            assert each.probe.no_route


@given(cases())
def test_nothing_is_as_expected_in_both_ways(case: tuple[Flow, list[Probe]]) -> None:
    """What meets `open` cannot meet `shut`, and what is not resolved meets neither."""
    flow, probes = case
    other = Flow(
        "sql.exams.example", 53, flow.protocol, "shut" if flow.expect == "open" else "open", "x", flow.greeting
    )
    for one, two in zip(judge(flow, probes), judge(other, probes), strict=True):
        assert not (one.as_expected and two.as_expected)
        if one.probe.state is State.UNRESOLVED:
            assert one.as_expected is two.as_expected is None


@given(cases())
def test_the_request_asks_for_just_what_the_network_decides(case: tuple[Flow, list[Probe]]) -> None:
    flow, probes = case
    judgements = judge(flow, probes)
    request = firewall_request("connect", judgements)
    asked = {
        each.probe.address
        for each in judgements
        if each.as_expected is False
        and (
            each.probe.state is State.OPEN
            if flow.expect == "shut"
            else each.probe.state in (State.FILTERED, State.UNREACHABLE, State.OPEN_OR_FILTERED)
            and not each.probe.no_route
        )
    }
    assert bool(request) == bool(asked)
    if request:
        rows = request.splitlines()
        cells = [cell.strip() for cell in rows[2].strip("|").split("|")]
        assert len(rows) == 3
        assert set(cells[3].split(", ")) == asked
        assert cells[7] == flow.expect


def one(flow: Flow, probe: Probe) -> Judgement:
    (judgement,) = judge(flow, [probe])
    return judgement


@pytest.mark.parametrize(
    ("state", "as_expected"),
    [
        (State.OPEN, False),
        (State.REFUSED, True),
        (State.FILTERED, True),
        (State.UNREACHABLE, True),
        (State.UNRESOLVED, None),
    ],
)
def test_shut_is_met_by(state: State, as_expected: bool | None) -> None:
    assert one(SHUT, Probe(state, "seen", "192.0.2.1")).as_expected is as_expected


def test_silence_of_udp_proves_nothing_unless_a_name_server_was_asked() -> None:
    silent = Probe(State.OPEN_OR_FILTERED, "no answer", "192.0.2.1")
    assert one(Flow("h", 161, "udp", "shut", "x"), silent).as_expected is None
    assert one(Flow("h", 53, "udp", "shut", "x", "dns"), silent).as_expected is True
    assert one(Flow("h", 53, "udp", "open", "x", "dns"), silent).as_expected is False


def test_an_open_port_with_another_service_is_a_difference_but_none_of_the_network() -> None:
    wrong = one(OPEN, Probe(State.OPEN, "open", "192.0.2.1", answer=Answer(False, "HTTP answered")))
    assert wrong.as_expected is False
    assert wrong.finding is not None
    assert wrong.finding.found == "open, greeting wrong: HTTP answered"
    assert wrong.as_dict()["greeting"] == "wrong: HTTP answered"
    assert firewall_request("connect", [wrong]) == ""


def test_a_family_without_any_route_is_not_used_unless_it_is_the_only_one() -> None:
    answered = Probe(State.OPEN, "open", "192.0.2.1", answer=Answer(True, "SQL Server"))
    no_route = Probe(State.UNREACHABLE, "this host has no IPv6 route to it", "2001:db8::1", no_route=True)
    assert [each.as_expected for each in judge(OPEN, [answered, no_route])] == [True, None]
    assert [each.finding for each in judge(OPEN, [answered, no_route])] == [None, None]
    assert one(OPEN, no_route).as_expected is False
    assert [each.as_expected for each in judge(SHUT, [no_route])] == [True]
    # Another host says that it knows no way: that is the network, not this host.
    told = Probe(State.UNREACHABLE, "network unreachable", "2001:db8::1")
    assert [each.as_expected for each in judge(OPEN, [answered, told])] == [True, False]


def test_one_row_a_flow_with_all_its_addresses_and_no_broken_table() -> None:
    filtered = [Probe(State.FILTERED, "no answer within the deadline", f"192.0.2.{n}", "192.0.2.9") for n in (1, 2)]
    opened = [Probe(State.OPEN, "open", "192.0.2.1", "192.0.2.9", 0.2)]
    request = firewall_request("connect.exams.example", [*judge(OPEN, filtered), *judge(SHUT, opened)])
    assert request == (
        "| source                | source address | destination       | addresses            | port | protocol | "
        "purpose                  | action | found                                   |\n"
        "| --------------------- | -------------- | ----------------- | -------------------- | ---- | -------- | "
        "------------------------ | ------ | --------------------------------------- |\n"
        "| connect.exams.example | 192.0.2.9      | sql.exams.example | 192.0.2.1, 192.0.2.2 | 1433 | tcp      | "
        "database                 | open   | filtered: no answer within the deadline |\n"
        "| connect.exams.example | 192.0.2.9      | sql.exams.example | 192.0.2.1            | 3389 | tcp      | "
        "no remote desktop / ever | shut   | open                                    |\n"
    )


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (TimeoutError(), State.FILTERED),
        (OSError(errno.ETIMEDOUT, "the kernel's"), State.FILTERED),
        (ConnectionRefusedError(errno.ECONNREFUSED, ""), State.REFUSED),
        (OSError(errno.EHOSTUNREACH, ""), State.UNREACHABLE),
        (OSError(errno.ENETUNREACH, ""), State.UNREACHABLE),
        (PermissionError(errno.EACCES, ""), State.UNREACHABLE),
        (OSError(errno.EINVAL, ""), State.UNREACHABLE),
    ],
)
def test_classified(error: OSError, state: State) -> None:
    known = classify(error)
    assert known is not None
    assert known[0] is state


@given(st.sampled_from([errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EADDRNOTAVAIL, errno.EBADF]))
def test_this_hosts_own_troubles_say_nothing_of_a_flow(number: int) -> None:
    assert classify(OSError(number, "")) is None
