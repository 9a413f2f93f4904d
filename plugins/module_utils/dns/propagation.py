# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which server answers what: every authoritative server and every resolver asked for every declared record set."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns._dnspython import dns
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.client import Endpoint, Question
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.datagrams import survey
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.judgement import (
    Verdict,
    judge,
    lags,
    newest_serial,
    serial_of,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.records import RecordKey, RecordSet
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.progress import Progress
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.proof import Finding

_SERVERS_AT_ONCE = 64
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0
"""Seconds between two rounds of asking: doubled from the first to the longest."""


@dataclass
class Witness:
    """One address of one server, and what it said."""

    endpoint: Endpoint
    authoritative: bool
    expected: Mapping[dns.name.Name, Sequence[RecordSet]]
    """The record sets it is asked for, by zone."""
    several_addresses: bool = False
    verdicts: dict[RecordKey, Verdict] = field(default_factory=dict)
    serials: dict[dns.name.Name, int] = field(default_factory=dict)
    primaries: set[dns.name.Name] = field(default_factory=set)
    """The primaries that SOA records name."""
    silence: str = ""

    @property
    def settled(self) -> bool:
        """Return whether all it was asked for is as expected, so that it need not be asked again."""
        return self.agreed == sum(len(sets) for sets in self.expected.values())

    @property
    def agreed(self) -> int:
        """Return how many of the record sets are as expected."""
        return sum(self._agrees(each) for sets in self.expected.values() for each in sets)

    def ask(self, timeout: float) -> None:
        """Ask for what is not known to be as expected, and for the serials."""
        soa = [Question(zone, "SOA") for zone in self.expected] if self.authoritative else []
        pending = [each for sets in self.expected.values() for each in sets if not self._agrees(each)]
        result = survey(
            self.endpoint,
            [*soa, *(Question(each.name, each.kind) for each in pending)],
            timeout=timeout,
            recursive=not self.authoritative,
        )
        self.silence = result.silence
        for index, question in enumerate(soa):
            answer = result.answers.get(index)
            found = serial_of(question.name, answer) if answer else None
            if found:
                self.serials[question.name] = found[0]
                self.primaries.add(found[1])
        for index, each in enumerate(pending, start=len(soa)):
            answer = result.answers.get(index)
            if answer is None:
                self.verdicts.pop((each.name, each.kind), None)
            else:
                self.verdicts[each.name, each.kind] = judge(each, answer, authoritative=self.authoritative)

    def _agrees(self, record_set: RecordSet) -> bool:
        verdict = self.verdicts.get((record_set.name, record_set.kind))
        return verdict is not None and verdict.agrees


@dataclass(frozen=True)
class Propagation:
    """The end of asking: what is proven, what differs, what could not be seen."""

    witnesses: Sequence[Witness]
    differences: Sequence[Finding]
    not_proven: Sequence[Finding]
    waited: float
    """Seconds."""

    @property
    def count(self) -> int:
        """Return how many record sets were asked for, over all servers."""
        return sum(len(sets) for witness in self.witnesses for sets in witness.expected.values())

    def servers(self) -> list[dict[str, object]]:
        """Return each server's answers as the module returns them."""
        roles = _roles(self.witnesses)
        return [_server(witness, role) for witness, role in zip(self.witnesses, roles, strict=True)]


def observe(witnesses: Sequence[Witness], *, timeout: float, deadline: float) -> Propagation:
    """Ask all servers concurrently, again and again until all agree or the deadline is over.

    Args:
        witnesses: whom to ask for what.
        timeout: seconds to wait for one answer.
        deadline: seconds after which asking ends; 0 asks once.
    """
    start = time.monotonic()
    pause = _FIRST_PAUSE
    total = sum(len(sets) for witness in witnesses for sets in witness.expected.values())
    agreed = 0
    with (
        Progress("DNS propagation", total=total, unit="answers") as progress,
        ThreadPoolExecutor(max_workers=max(1, min(_SERVERS_AT_ONCE, len(witnesses)))) as pool,
    ):
        while True:
            unsettled = [witness for witness in witnesses if not witness.settled]
            list(pool.map(lambda witness: witness.ask(timeout), unsettled))
            before, agreed = agreed, sum(witness.agreed for witness in witnesses)
            progress.advance(agreed - before)
            left = deadline - (time.monotonic() - start)
            if left <= 0 or all(witness.settled for witness in witnesses):
                break
            time.sleep(min(pause, left))
            pause = min(2 * pause, _LONGEST_PAUSE)
    differences, not_proven = _findings(witnesses)
    return Propagation(witnesses, differences, not_proven, time.monotonic() - start)


def _findings(witnesses: Sequence[Witness]) -> tuple[list[Finding], list[Finding]]:
    differences, not_proven = [], []
    zones = {zone for witness in witnesses for zone in witness.serials}
    newest = {zone: newest_serial([each.serials[zone] for each in witnesses if zone in each.serials]) for zone in zones}
    for witness, role in zip(witnesses, _roles(witnesses), strict=True):
        address = f", {witness.endpoint.addresses[0]}" if witness.several_addresses else ""
        where = f"{witness.endpoint.name} ({role}{address})"
        if not witness.verdicts:
            total = sum(len(sets) for sets in witness.expected.values())
            remedy = "Check that it runs and that UDP and TCP port 53 are open to it from here."
            not_proven.append(Finding(where, f"all {total} record sets", "an answer", witness.silence, remedy))
            continue
        for zone, sets in witness.expected.items():
            for each in sets:
                verdict = witness.verdicts.get((each.name, each.kind))
                expected = ", ".join(each.lines())
                if verdict is None:
                    not_proven.append(Finding(where, each.item, expected, witness.silence, "Ask again."))
                elif not verdict.agrees:
                    remedy = _remedy(witness, zone, verdict, newest.get(zone))
                    differences.append(Finding(where, each.item, expected, verdict.found, remedy))
    return differences, not_proven


def _remedy(witness: Witness, zone: dns.name.Name, verdict: Verdict, newest: int | None) -> str:
    """Return what to do about a server that answers differently."""
    if not witness.authoritative:
        if verdict.ttl_left is None:
            return "Look at the resolver's log: it cannot resolve the name."
        return f"It may hold older data for {verdict.ttl_left} s more: wait, or have its cache flushed."
    serial = witness.serials.get(zone)
    if serial is None:
        return f"It does not answer for zone {zone}: check that it serves the zone, or is a name server of it at all."
    if newest is not None and lags(serial, newest):
        return f"It lags: serial {serial}, newest {newest}. Wait, or request a transfer (rndc retransfer {zone})."
    return f"Its serial {serial} is the newest: the records are not on the primary as declared."


def _roles(witnesses: Sequence[Witness]) -> list[str]:
    """Return each server's role. Primary is the server that the zone's SOA record names (RFC 1035 section 3.3.13)."""
    primaries = {str(name).rstrip(".").lower() for witness in witnesses for name in witness.primaries}
    return [
        "resolver"
        if not witness.authoritative
        else "primary"
        if witness.endpoint.name.rstrip(".").lower() in primaries
        else "secondary"
        for witness in witnesses
    ]


def _server(witness: Witness, role: str) -> dict[str, object]:
    wrong = {key: verdict for key, verdict in witness.verdicts.items() if not verdict.agrees}
    left = [verdict.ttl_left for verdict in wrong.values() if verdict.ttl_left is not None]
    return {
        "name": witness.endpoint.name,
        "address": witness.endpoint.addresses[0],
        "port": witness.endpoint.port,
        "role": role,
        "serials": {str(zone): serial for zone, serial in witness.serials.items()},
        "answers": bool(witness.verdicts),
        "agrees": witness.settled,
        "missing": sorted(f"{name} {kind}" for (name, kind), verdict in wrong.items() if verdict.missing),
        "different": sorted(f"{name} {kind}" for (name, kind), verdict in wrong.items() if not verdict.missing),
        "ttl_left": max(left, default=None),
    }
