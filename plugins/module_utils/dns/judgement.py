# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a server's answer is the declared record set, and what to do if it is not. Touches no network."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns._dnspython import dns
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.errors import rcode_name
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.records import RecordSet


@dataclass(frozen=True)
class Verdict:
    """What one server answers about one record set."""

    agrees: bool
    missing: bool = False
    """There are no such records at all."""
    found: str = ""
    ttl_left: int | None = None
    """Seconds that a resolver may go on giving this answer."""


def judge(expected: RecordSet, answer: dns.message.Message, *, authoritative: bool) -> Verdict:
    """Return whether the answer is just the expected set.

    A resolver counts the TTL down, so that only an authoritative server's TTL can be compared, and what a resolver
    answers wrongly it may answer until that TTL, or for a negative answer the SOA record's (RFC 2308 section 5), ends.
    """
    found = answer.get_rrset(answer.answer, expected.name, dns.rdataclass.IN, dns.rdatatype.from_text(expected.kind))
    if found is None:
        return Verdict(
            agrees=False,
            missing=answer.rcode() in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN),
            found=_without(expected, answer),
            ttl_left=None if authoritative else _negative_ttl(answer),
        )
    there = RecordSet(expected.name, expected.kind, found.ttl, frozenset(found))
    if authoritative:
        agrees = there == expected and bool(answer.flags & dns.flags.AA)
        lame = "" if answer.flags & dns.flags.AA else " (not authoritative: the server does not hold the zone)"
        return Verdict(agrees, found=", ".join(there.lines()) + lame)
    return Verdict(there.values == expected.values, found=", ".join(there.lines()), ttl_left=found.ttl)


def serial_of(zone: dns.name.Name, answer: dns.message.Message) -> tuple[int, dns.name.Name] | None:
    """Return the zone's serial and its primary's name, or None if the answer has no SOA record of the zone."""
    soa = answer.get_rrset(answer.answer, zone, dns.rdataclass.IN, dns.rdatatype.SOA)
    return None if soa is None else (int(soa[0].serial), soa[0].mname)


def lags(serial: int, newest: int) -> bool:
    """Return whether a serial is older than the newest, by the arithmetic of RFC 1982 section 3.2."""
    return 0 < (newest - serial) % 2**32 < 2**31


def newest_serial(serials: list[int]) -> int | None:
    """Return the newest of the serials; None if there are none."""
    return functools.reduce(lambda one, other: other if lags(one, other) else one, serials) if serials else None


def _without(expected: RecordSet, answer: dns.message.Message) -> str:
    """Return what the answer has instead of the expected set."""
    others = [
        f"{rrset.ttl} {dns.rdatatype.to_text(rrset.rdtype)} {rdata.to_text()}"
        for rrset in answer.answer
        if rrset.name == expected.name
        for rdata in rrset
    ]
    if others:
        return ", ".join(sorted(others))
    if answer.rcode() == dns.rcode.NXDOMAIN:
        return "no such name (NXDOMAIN)"
    if answer.rcode() == dns.rcode.NOERROR:
        return f"no {expected.kind} records"
    return rcode_name(answer)


def _negative_ttl(answer: dns.message.Message) -> int | None:
    for rrset in answer.authority:
        if rrset.rdtype == dns.rdatatype.SOA:
            return int(min(rrset.ttl, rrset[0].minimum))
    return None
