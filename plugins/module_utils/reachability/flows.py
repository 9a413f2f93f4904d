# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The flows that a task declares: checked wholly, before a packet leaves."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.resolution import checked_port, is_address

Protocol = Literal["tcp", "udp"]
Expectation = Literal["open", "shut"]
GreetingName = Literal["none", "tls", "tds", "tns", "winrm", "dns"]

_UDP_GREETINGS = ("none", "dns")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_LONGEST_NAME = 253
"""Characters of a name without its trailing dot (RFC 1035, 2.3.4)."""


@dataclass(frozen=True)
class Flow:
    """What must be able to reach what, or must not."""

    destination: str
    port: int
    protocol: Protocol
    expect: Expectation
    purpose: str
    greeting: GreetingName = "none"
    connect_address: str | None = None
    """Where the packets go instead of the destination's own addresses."""

    @property
    def target(self) -> str:
        """The name or address that is probed."""
        return self.connect_address or self.destination

    @property
    def service(self) -> str:
        """Protocol and port, as network teams write them: `tcp/1433`."""
        return f"{self.protocol}/{self.port}"


def flows_from(given: Sequence[Mapping[str, Any]]) -> list[Flow]:
    """Return the flows of the task's parameter `flows`.

    Raises:
        InvalidParameter: a value cannot be meant, or a flow is there twice, whether the two agree or not.
    """
    flows: list[Flow] = []
    seen: dict[tuple[str, int, str, str], int] = {}
    for number, item in enumerate(given):
        flow = _flow(f"flows[{number}]", item)
        key = (_canonical(flow.destination), flow.port, flow.protocol, _canonical(flow.target))
        if key in seen:
            raise _repeated(number, flow, seen[key], flows[seen[key]])
        seen[key] = number
        flows.append(flow)
    return flows


def _flow(path: str, item: Mapping[str, Any]) -> Flow:
    _check_host(f"{path}.destination", item["destination"])
    checked_port(f"{path}.port", item["port"])
    if not item["purpose"].strip():
        raise InvalidParameter(
            f"{path}.purpose", item["purpose"], "it is empty", "Say what the flow is for: the network team will ask."
        )
    if item["connect_address"] is not None:
        _check_host(f"{path}.connect_address", item["connect_address"])
    _check_greeting(path, item)
    return Flow(**{**item, "purpose": " ".join(item["purpose"].split())})


def _check_host(parameter: str, value: str) -> None:
    if is_address(value):
        if (address := ipaddress.ip_address(value)).is_multicast or address.is_unspecified:
            raise InvalidParameter(parameter, value, "it is the address of no host", "Give the address of one host.")
        return
    name = value.removesuffix(".").lower()
    labels = name.split(".")
    # A name of digits alone is what getaddrinfo would take for an address: 10.1 as 10.0.0.1.
    if (
        len(name) > _LONGEST_NAME
        or not all(_LABEL.fullmatch(label) for label in labels)
        or re.fullmatch(r"0x[0-9a-f]*|[0-9]+", labels[-1])
    ):
        raise InvalidParameter(
            parameter,
            value,
            "it is neither a host name nor an IPv4 or IPv6 address",
            "Give one host's name (in its xn-- form if need be) or address; for a network, list its hosts.",
        )


def _check_greeting(path: str, item: Mapping[str, Any]) -> None:
    greeting, protocol, expect = item["greeting"], item["protocol"], item["expect"]
    parameter = f"{path}.greeting"
    if protocol == "udp" and greeting not in _UDP_GREETINGS:
        raise InvalidParameter(
            parameter, greeting, "it is spoken over TCP, not UDP", "Say protocol: tcp, or greeting: dns or none."
        )
    if protocol == "udp" and expect == "open" and greeting == "none":
        raise InvalidParameter(
            parameter,
            greeting,
            "an open UDP port that is not spoken to is as silent as a filtered one, so nothing could be proven",
            "Say greeting: dns if a name server answers there; no other UDP service can be proven from outside.",
        )
    if protocol == "tcp" and expect == "shut" and greeting != "none":
        raise InvalidParameter(
            parameter, greeting, "a port that must be shut greets nobody", "Leave the greeting out, or expect: open."
        )


def _repeated(number: int, flow: Flow, first_number: int, first: Flow) -> InvalidParameter:
    found = f"flows[{first_number}] is about it already"
    if flow.expect != first.expect:
        why, remedy = f"{found} and expects it {first.expect}, not {flow.expect}", "Decide which of the two is meant."
    elif flow.greeting != first.greeting:
        why, remedy = f"{found} with the greeting {first.greeting}, not {flow.greeting}", "Keep the right one."
    else:
        why, remedy = found, "Keep one, with all its purposes in one text."
    return InvalidParameter(f"flows[{number}]", f"{flow.destination} {flow.service}", why, remedy)


def _canonical(host: str) -> str:
    """Return the one way of writing a host by which two ways of writing it are found to be the same."""
    return str(ipaddress.ip_address(host)) if is_address(host) else host.lower().removesuffix(".")
