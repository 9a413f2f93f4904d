# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was found, held against what was expected: differences, what stays unproven, and the firewall request."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.proof import Finding
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reachability.flows import Flow
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reachability.states import Probe, State

SHUT = frozenset((State.REFUSED, State.FILTERED, State.UNREACHABLE))
"""States that meet `expect: shut`."""
NETWORKS_MATTER = frozenset((State.FILTERED, State.UNREACHABLE, State.OPEN_OR_FILTERED))
"""States of a flow that should be open in which the network team has to look; a refused one was let through."""

REMEDIES = {
    State.REFUSED: "Start the service there; if it does listen, a firewall resets the connection: ask the network team",
    State.FILTERED: "Send the firewall request; check that the host is up",
    State.OPEN_OR_FILTERED: "Send the firewall request; check that the service is up",
    State.UNREACHABLE: "Check the route and that the host is up; if both are right, send the firewall request",
    State.UNRESOLVED: "Check the name's records and the resolver; until it resolves, nothing is known of the flow",
}
UDP_SILENCE = "Silence of a UDP port proves nothing: let the network team confirm the rule"
NO_ROUTE = "No packet left this host: give it a route, or set another source_address"


@dataclass(frozen=True)
class Judgement:
    """One address of one flow, judged."""

    flow: Flow
    probe: Probe
    as_expected: bool | None
    """None if nothing is proven either way, or if nobody on this host would use the address."""
    finding: Finding | None
    """What to say of it, if it is not as expected or not proven."""

    def as_dict(self) -> dict[str, object]:
        """Return it as the module returns it."""
        return {
            "destination": self.flow.destination,
            "address": self.probe.address,
            "port": self.flow.port,
            "protocol": self.flow.protocol,
            "purpose": self.flow.purpose,
            "expected": self.flow.expect,
            "state": str(self.probe.state),
            "reason": self.probe.reason,
            "greeting": str(self.probe.answer) if self.probe.answer else None,
            "latency_ms": self.probe.latency_ms,
            "source_address": self.probe.source_address,
            "as_expected": self.as_expected,
        }


def verdict(source: str, flows: Sequence[Flow], found: Sequence[Sequence[Probe]]) -> dict[str, Any]:
    """Return what `proof` concludes from: subject, count, differences, not_proven, flows and firewall_request.

    Args:
        source: the name of the host that probed, for the firewall request.
        flows: as declared.
        found: for each flow, what each address of its destination was found to be.
    """
    judgements = [each for flow, probes in zip(flows, found, strict=True) for each in judge(flow, probes)]
    return {
        "subject": "addresses of flows",
        "count": len(judgements),
        "differences": [each.finding for each in judgements if each.finding and each.as_expected is False],
        "not_proven": [each.finding for each in judgements if each.finding and each.as_expected is None],
        "flows": [each.as_dict() for each in judgements],
        "firewall_request": firewall_request(source, judgements),
    }


def judge(flow: Flow, probes: Sequence[Probe]) -> list[Judgement]:
    """Return the judgement of each address of a flow: all of them must be as expected, with one exception.

    An address of a family (IPv4, IPv6) to which this host has no route at all is not used by any program on it, as
    long as the name has an address of the other family (compare RFC 6724, section 6, rule 1). It proves nothing.
    """
    unused = _unused_families(probes) if flow.expect == "open" else set()
    return [_judge(flow, probe, used=_family(probe) not in unused) for probe in probes]


def _judge(flow: Flow, probe: Probe, *, used: bool) -> Judgement:
    if not used:
        return Judgement(flow, probe, None, None)
    as_expected = _as_expected(flow, probe)
    return Judgement(flow, probe, as_expected, None if as_expected else _finding(flow, probe))


def _as_expected(flow: Flow, probe: Probe) -> bool | None:
    if probe.state is State.UNRESOLVED:
        return None
    if flow.expect == "open":
        return probe.state is State.OPEN and (flow.greeting == "none" or bool(probe.answer and probe.answer.right))
    if probe.state is State.OPEN_OR_FILTERED:
        # A name server that leaves three queries without an answer is shut for this host; silence of what was not
        # even spoken to means nothing.
        return True if flow.greeting == "dns" else None
    return probe.state in SHUT


def _unused_families(probes: Sequence[Probe]) -> set[int]:
    """Return the address families without any route, provided that there is another one with a route."""
    families = {_family(probe) for probe in probes}
    routed = {_family(probe) for probe in probes if not probe.no_route}
    return families - routed if routed else set()


def _family(probe: Probe) -> int:
    return 6 if ":" in (probe.address or "") else 4


def _finding(flow: Flow, probe: Probe) -> Finding:
    expected = flow.expect if flow.greeting == "none" else f"{flow.expect}, greeting {flow.greeting}"
    return Finding(_where(flow, probe), flow.service, expected, describe(probe), _remedy(flow, probe))


def _where(flow: Flow, probe: Probe) -> str:
    shown = probe.address or flow.connect_address
    return f"{flow.destination} ({shown})" if shown and shown != flow.destination else flow.destination


def describe(probe: Probe) -> str:
    """Return state, reason and greeting in a few words, the same for the same finding: without any measured time."""
    state = str(probe.state).replace("_", " ")
    said = state if probe.reason == state else f"{state}: {probe.reason}"
    return f"{said}, greeting {probe.answer}" if probe.answer else said


def _remedy(flow: Flow, probe: Probe) -> str:
    if flow.expect == "shut":
        if probe.state is State.OPEN:
            return "Send the firewall request, or stop what listens there"
        return REMEDIES[State.UNRESOLVED] if probe.state is State.UNRESOLVED else UDP_SILENCE
    if probe.state is State.OPEN:
        return (
            "The way is open, but to another service: check the port, what listens there, and whether a proxy or an "
            "inspecting firewall answers in its place"
        )
    return NO_ROUTE if probe.no_route else REMEDIES[probe.state]


def firewall_request(source: str, judgements: Sequence[Judgement]) -> str:
    """Return what to ask of the network team, as a Markdown table with one row a flow; empty if there is nothing.

    The same findings give the same text, so that a request that was sent stays recognisable.
    """
    rows: dict[Flow, list[Probe]] = {}
    for judgement in judgements:
        if judgement.as_expected is False and _for_network(judgement):
            rows.setdefault(judgement.flow, []).append(judgement.probe)
    if not rows:
        return ""
    header = (
        "source",
        "source address",
        "destination",
        "addresses",
        "port",
        "protocol",
        "purpose",
        "action",
        "found",
    )
    lines = [
        (
            source,
            _joined(probe.source_address or "" for probe in probes),
            flow.destination,
            _joined(probe.address or "" for probe in probes),
            str(flow.port),
            flow.protocol,
            flow.purpose,
            flow.expect,
            _joined((describe(probe) for probe in probes), "; "),
        )
        for flow, probes in rows.items()
    ]
    return _markdown(header, lines)


def _for_network(judgement: Judgement) -> bool:
    probe = judgement.probe
    if judgement.flow.expect == "shut":
        return probe.state is State.OPEN
    return probe.state in NETWORKS_MATTER and not probe.no_route


def _joined(texts: Iterable[str], separator: str = ", ") -> str:
    return separator.join(dict.fromkeys(text for text in texts if text))


def _markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table that reads as well in a terminal or a letter as rendered."""
    cells = [[cell.replace("|", "/") for cell in row] for row in (header, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    cells.insert(1, ["-" * width for width in widths])
    return "".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |\n" for row in cells
    )
