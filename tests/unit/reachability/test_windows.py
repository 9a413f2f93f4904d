# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a Windows host's findings mean: the same words as from a Linux host, and no more than is known."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reachability.flows import Flow
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reachability.states import Probe, State
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reachability.windows import (
    check_deadline,
    conversations,
    probes,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter, Problem

SQL = Flow("sql.exams.example", 1433, "tcp", "open", "database", "tds")
PLAIN = Flow("sql.exams.example", 1433, "tcp", "open", "database")
WINRM = Flow("es.exams.example", 5986, "tcp", "open", "administration", "winrm")
DNS = Flow("resolver.exams.example", 53, "udp", "open", "names", "dns")


def found(**of_address: Any) -> dict[str, Any]:
    address = {"address": "192.0.2.13", "error": "", "ended": "", "heard": "", "latency_ms": 1.2345}
    return {
        "problem": None,
        "resolved_in": 0.01,
        "addresses": [{**address, "source_address": "192.0.2.11", **of_address}],
    }


def probed(flow: Flow, result: dict[str, Any]) -> Probe:
    greetings = conversations([flow])[1]
    ((probe,),) = probes([flow], greetings, [result], 3.0)
    return probe


@pytest.mark.parametrize(
    ("error", "state", "latency", "no_route"),
    [
        ("", State.OPEN, 1.234, False),
        ("ConnectionRefused", State.REFUSED, 1.234, False),
        ("Deadline", State.FILTERED, None, False),
        ("TimedOut", State.FILTERED, None, False),
        ("HostUnreachable", State.UNREACHABLE, 1.234, False),
        ("NetworkUnreachable", State.UNREACHABLE, 1.234, True),
        ("Fault", State.UNREACHABLE, 1.234, True),
    ],
)
def test_each_socket_error_has_its_state(error: str, state: State, latency: float | None, no_route: bool) -> None:
    probe = probed(PLAIN, found(error=error))
    assert (probe.state, probe.latency_ms, probe.no_route) == (state, latency, no_route)
    assert probe.source_address == "192.0.2.11"


def test_an_address_of_the_other_family_than_the_source_address_leaves_the_others_as_they_are() -> None:
    result = found()
    result["addresses"] += found(address="2001:db8::13", error="Fault", latency_ms=None)["addresses"]
    ((first, second),) = probes([PLAIN], [None], [result], 3.0)
    assert (first.state, second.state) == (State.OPEN, State.UNREACHABLE)
    assert second.reason == "the source address is of another address family"


def test_an_error_of_the_hosts_own_making_proves_nothing() -> None:
    with pytest.raises(Problem, match="found TooManyOpenSockets"):
        probed(PLAIN, found(error="TooManyOpenSockets"))


def test_silence_over_udp_is_not_called_filtered() -> None:
    assert probed(DNS, found(error="Deadline")).state is State.OPEN_OR_FILTERED


def test_a_name_that_gives_no_address_or_too_late_proves_nothing() -> None:
    assert probed(PLAIN, {"problem": "No such host is known", "resolved_in": 0.1, "addresses": []}).reason == (
        "cannot be resolved: No such host is known"
    )
    late = {**found(), "resolved_in": 2.0}
    assert probed(PLAIN, late).reason == "resolving took 2.0 s of the deadline of 3 s"


def test_what_is_said_comes_from_the_same_greetings() -> None:
    asked, _greetings = conversations([PLAIN, SQL, WINRM, DNS])
    assert [flow.get("tls_name") for flow in asked] == [None, None, "es.exams.example", None]
    assert "say" not in asked[0]
    assert base64.b64decode(asked[1]["say"])[0] == 0x12, "a pre-login (MS-TDS 2.2.1.1)"
    assert base64.b64decode(asked[2]["say"]).startswith(b"GET /wsman HTTP/1.1\r\nHost: es.exams.example\r\n")


@pytest.mark.parametrize(
    ("flow", "heard", "ended", "right", "said"),
    [
        (WINRM, b"HTTP/1.1 405 \r\n", "", True, "/wsman answered HTTP 405"),
        (WINRM, b"HTTP/1.1 200 OK\r\n", "", False, "/wsman answered HTTP 200"),
        (WINRM, b"", "AuthenticationException", False, "no TLS connection (AuthenticationException)"),
        (SQL, b"", "Deadline", False, "silent until the deadline"),
        (SQL, b"", "closed", False, "closed silently"),
        (SQL, b"SSH-2.0-OpenSSH\r\n", "", False, "SSH answered"),
        (SQL, b"\x04\x01", "closed", False, "half an answer"),
        (SQL, b"", "ConnectionReset", False, "connection reset"),
    ],
)
def test_what_was_heard_is_told_as_on_linux(flow: Flow, heard: bytes, ended: str, right: bool, said: str) -> None:
    answer = probed(flow, found(heard=base64.b64encode(heard).decode(), ended=ended)).answer
    assert answer is not None
    assert (answer.right, answer.what) == (right, said)


def test_each_address_is_heard_afresh() -> None:
    result = found(heard=base64.b64encode(b"SSH-2.0-OpenSSH\r\n").decode())
    result["addresses"] *= 2
    ((first, second),) = probes([SQL], conversations([SQL])[1], [result], 3.0)
    assert first == second


def test_a_deadline_in_which_windows_cannot_tell_a_refusal_is_refused() -> None:
    check_deadline(2.5)
    with pytest.raises(InvalidParameter, match="Windows tries a refused connection again"):
        check_deadline(2.4)
