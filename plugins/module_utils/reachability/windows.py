# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Probes that a Windows host made: what it has to say to each service, and what its findings mean. Pure.

The Windows module speaks no protocol of its own: the greetings of this package tell it what to say, and hear what came
back, so that a flow means the same from both kinds of host.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reachability.flows import Flow
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reachability.greeting import Answer, Greeting
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reachability.greetings import greeting_for
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reachability.greetings_tls import (
    wsman_request,
    wsman_status,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reachability.states import Probe, State
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter, Problem

SHORTEST_DEADLINE = 2.5
"""Seconds: Windows tries a refused connection again for about two before it says so."""
RESOLVER_PORT = 53
LEAST_SHARE = 0.5
"""Share of the deadline that must be left after resolving, for silence to mean anything; as in `survey`."""

_ENOUGH = {"tls": 7, "tds": 8, "tns": 8, "dns": 12, "winrm": 16}
"""Bytes after which an answer says what it is."""

# https://learn.microsoft.com/dotnet/api/system.net.sockets.socketerror
_REASONS: Mapping[str, tuple[State, str]] = {
    "ConnectionRefused": (State.REFUSED, "refused"),
    "ConnectionReset": (State.REFUSED, "reset"),
    "ConnectionAborted": (State.REFUSED, "aborted"),
    "Deadline": (State.FILTERED, "no answer within the deadline"),
    "TimedOut": (State.FILTERED, "no answer within Windows' own time limit"),
    "HostUnreachable": (State.UNREACHABLE, "host unreachable or administratively prohibited"),
    "NetworkUnreachable": (State.UNREACHABLE, "network unreachable"),
    "HostDown": (State.UNREACHABLE, "host down"),
    "NetworkDown": (State.UNREACHABLE, "network interface down"),
    "AccessDenied": (State.UNREACHABLE, "prohibited by this host's own firewall"),
    "AddressNotAvailable": (State.UNREACHABLE, "this host has no such source address"),
    "AddressFamilyNotSupported": (State.UNREACHABLE, "this host does not speak that address family"),
    # what Windows says where the source address is one of IPv4 and the destination's one of IPv6
    "Fault": (State.UNREACHABLE, "the source address is of another address family"),
}
_NO_ROUTE = frozenset(("NetworkUnreachable", "AddressNotAvailable", "AddressFamilyNotSupported", "Fault"))
_ENDS = {"Deadline": "silent until the deadline", "ConnectionReset": "connection reset"}


def check_deadline(deadline: float) -> None:
    """Return if a refusal can be told from silence within the deadline.

    Raises:
        InvalidParameter: it is too short for Windows.
    """
    if deadline < SHORTEST_DEADLINE:
        raise InvalidParameter(
            "deadline",
            deadline,
            "Windows tries a refused connection again, so that it would look filtered",
            f"Give {SHORTEST_DEADLINE:g} s or more for Windows hosts.",
        )


def conversations(flows: Sequence[Flow]) -> tuple[list[dict[str, Any]], list[Greeting | None]]:
    """Return the flows as the Windows module takes them, and for each the greeting that said the first words."""
    asked, greetings = [], []
    for flow in flows:
        options: dict[str, Any] = {"target": flow.target, "port": flow.port, "protocol": flow.protocol}
        greeting = greeting_for(flow.greeting, protocol=flow.protocol, destination=flow.destination)
        if greeting is not None:
            over_tls = flow.greeting == "winrm"
            words = wsman_request(flow.destination) if over_tls else greeting.start()
            options |= {"say": base64.b64encode(words).decode(), "enough": _ENOUGH[flow.greeting]}
            options |= {"tls_name": flow.destination} if over_tls else {}
        asked.append(options)
        greetings.append(greeting)
    return asked, greetings


def probes(
    flows: Sequence[Flow], greetings: Sequence[Greeting | None], found: Sequence[Mapping[str, Any]], deadline: float
) -> list[list[Probe]]:
    """Return for each flow what each address of its destination was found to be.

    Args:
        flows: as declared.
        greetings: as `conversations` returned them.
        found: `flows` of the Windows module's result.
        deadline: seconds that each flow had.

    Raises:
        Problem: the host could not try, for a reason of its own.
    """
    return [
        _of_flow(flow, greeting, each, deadline) for flow, greeting, each in zip(flows, greetings, found, strict=True)
    ]


def _of_flow(flow: Flow, greeting: Greeting | None, found: Mapping[str, Any], deadline: float) -> list[Probe]:
    if found["problem"]:
        return [Probe(State.UNRESOLVED, f"cannot be resolved: {found['problem']}")]
    if deadline - found["resolved_in"] < deadline * LEAST_SHARE:
        reason = f"resolving took {found['resolved_in']:.1f} s of the deadline of {deadline:g} s"
        return [Probe(State.UNRESOLVED, reason)]
    return [_of_address(flow, greeting, each) for each in found["addresses"]]


def _of_address(flow: Flow, greeting: Greeting | None, found: Mapping[str, Any]) -> Probe:
    error = found["error"]
    latency = found["latency_ms"]
    measured = None if latency is None else round(float(latency), 3)
    if not error:
        answer = None if greeting is None else _heard(flow, greeting, found)
        return Probe(State.OPEN, "open", found["address"], found["source_address"], measured, answer)
    if error == "Deadline" and flow.protocol == "udp":
        reason = _REASONS[error][1]
        return Probe(State.OPEN_OR_FILTERED, reason, found["address"], found["source_address"])
    if error not in _REASONS:
        raise Problem(
            f"the probe of {flow.destination} {flow.service} could not be made",
            where=str(found["address"]),
            expected="a connection, or a network's answer",
            found=str(error),
            remedy="Look at the host: it is short of something.",
        )
    state, reason = _REASONS[error]
    answered = state in (State.REFUSED, State.UNREACHABLE)
    return Probe(
        state,
        reason,
        found["address"],
        found["source_address"],
        measured if answered else None,
        no_route=error in _NO_ROUTE,
    )


def _heard(flow: Flow, greeting: Greeting, found: Mapping[str, Any]) -> Answer:
    """Return what the answer of one address says."""
    data = base64.b64decode(found["heard"])
    ended = str(found["ended"])
    if flow.greeting == "winrm":
        if not data and ended not in ("", "closed", *_ENDS):
            return Answer(False, f"no TLS connection ({ended})")
        answer = wsman_status(data, ended=True) if data else None
    else:
        # a name server's answer is known by the question; everything else is heard afresh for each address
        asked = (
            greeting
            if flow.greeting == "dns"
            else greeting_for(flow.greeting, protocol=flow.protocol, destination=flow.destination)
        )
        answer = asked.hear(data) if asked and data else None
    if answer is not None:
        return answer
    if ended in _ENDS:
        return Answer(False, _ENDS[ended])
    return Answer(False, "closed silently" if not data else "half an answer")
