# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads the records that a primary holds, as far as a plan depends on them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns._dnspython import dns
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.arguments import MANAGED_TYPES
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.client import Client, Question
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.errors import rcode_name, rcode_problem
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.records import RecordKey, RecordSet
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import MissingPrerequisite, Problem


@dataclass(frozen=True)
class ZoneState:
    """What a server holds of a zone: its serial and the record sets that were asked for."""

    serial: int
    records: Mapping[RecordKey, RecordSet]


def read_serial(client: Client, zone: dns.name.Name) -> int:
    """Return the serial of the zone's SOA record.

    Raises:
        MissingPrerequisite: the server has no such zone, though it answers.
        Problem: it refuses, fails, or does not answer.
    """
    (answer,) = client.ask(zone, [Question(zone, "SOA")])
    asked = client.asked(zone)
    if answer.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
        raise rcode_problem(asked, rcode_name(answer))
    soa = answer.get_rrset(answer.answer, zone, dns.rdataclass.IN, dns.rdatatype.SOA)
    if soa is None:
        raise MissingPrerequisite(
            "the server has no such zone",
            where=asked.where,
            expected="an SOA record",
            found=rcode_name(answer) if answer.rcode() else "none",
            remedy="Check the parameter zone, and that the zone has been made on this server.",
        )
    _require_authoritative(client, zone, zone, answer)
    return int(soa[0].serial)


def read_zone(client: Client, zone: dns.name.Name, kinds: Mapping[dns.name.Name, Iterable[str]]) -> ZoneState:
    """Return what the server holds of the given types at the given names, and any alias there.

    Raises:
        MissingPrerequisite: the server has no such zone.
        Problem: the server refuses, fails or does not answer, or a name is not in its authority.
    """
    serial = read_serial(client, zone)
    wanted = {name: sorted(types) for name, types in kinds.items()}
    several = {name for name, types in wanted.items() if len(types) > 1}
    if several and _answers_any_in_full(client, zone):
        wanted.update({name: ["ANY"] for name in several})
    # A name that does not exist says so in its first answer: only the others are asked about their other types.
    existing, records = _read(client, zone, [Question(name, types[0]) for name, types in wanted.items()])
    synthesised = _synthesised(client, zone, [name for name in wanted if name in existing])
    rest = [
        Question(name, kind)
        for name, types in wanted.items()
        if name in existing and name not in synthesised
        for kind in types[1:]
    ]
    records.update(_read(client, zone, rest)[1])
    return ZoneState(serial, {key: value for key, value in records.items() if key[0] not in synthesised})


def _answers_any_in_full(client: Client, zone: dns.name.Name) -> bool:
    """Return whether one question for ANY brings all records of a name, so that not every type must be asked for.

    A server may answer ANY with a part of them only (RFC 8482 section 4). The zone itself always has an SOA and an NS
    record: a server that gives both keeps nothing back over TCP.
    """
    (answer,) = client.ask(zone, [Question(zone, "ANY")])
    kinds = {rrset.rdtype for rrset in answer.answer if rrset.name == zone}
    return kinds >= {dns.rdatatype.SOA, dns.rdatatype.NS}


def _read(
    client: Client, zone: dns.name.Name, questions: list[Question]
) -> tuple[set[dns.name.Name], dict[RecordKey, RecordSet]]:
    """Return the names that exist, and the record sets in the answers."""
    existing = set()
    records: dict[RecordKey, RecordSet] = {}
    for question, answer in zip(questions, client.ask(zone, questions), strict=True):
        if answer.rcode() == dns.rcode.NXDOMAIN:
            _require_authoritative(client, zone, question.name, answer)
            # An alias to a name that does not exist answers NXDOMAIN too (RFC 2308 section 2.1).
            if not answer.answer:
                continue
        elif answer.rcode() != dns.rcode.NOERROR:
            raise rcode_problem(client.asked(zone), rcode_name(answer))
        _require_authoritative(client, zone, question.name, answer)
        existing.add(question.name)
        for rrset in answer.answer:
            kind = dns.rdatatype.to_text(rrset.rdtype)
            if rrset.name == question.name and kind in MANAGED_TYPES:
                records[question.name, kind] = RecordSet(question.name, kind, rrset.ttl, frozenset(rrset))
    return existing, records


def _require_authoritative(
    client: Client, zone: dns.name.Name, name: dns.name.Name, answer: dns.message.Message
) -> None:
    """Refuse an answer that is not the server's own: from a cache, from below a delegation, or made by a DNAME."""
    redirected = any(rrset.rdtype == dns.rdatatype.DNAME for rrset in answer.answer)
    if answer.flags & dns.flags.AA and not redirected:
        return
    delegations = [rrset.name for rrset in answer.authority if rrset.rdtype == dns.rdatatype.NS]
    if redirected:
        found = "a DNAME record, which makes aliases of all names below it"
    elif delegations and delegations[0] != zone:
        found = f"a delegation of {delegations[0]}"
    else:
        found = "an answer without authority, as a resolver gives it"
    raise Problem(
        f"the server is not authoritative for {name}",
        where=client.asked(zone).where,
        expected="an authoritative answer",
        found=found,
        remedy="Give the zone's primary as server, and declare the records in the task of the zone that holds them.",
    )


def _synthesised(client: Client, zone: dns.name.Name, names: list[dns.name.Name]) -> set[dns.name.Name]:
    """Return the names that do not exist themselves, but are answered for by a wildcard (RFC 4592 section 3.3).

    A wildcard does not reach below a name that exists. So if a made-up name below the name is answered for, the
    name's own answer was the wildcard's. (A name with a wildcard of its own below it looks the same; then the
    prerequisites of the update stop the change, and nothing is overwritten.)
    """
    candidates = [name for name in names if not name.is_wild() and name != zone]
    ancestors = {name: _ancestors(name, zone) for name in candidates}
    wildcards = sorted({dns.name.Name((b"*", *each.labels)) for parents in ancestors.values() for each in parents})
    found = _read(client, zone, [Question(wildcard, "TXT") for wildcard in wildcards])[0]
    covered = [
        name
        for name, parents in ancestors.items()
        if any(dns.name.Name((b"*", *each.labels)) in found for each in parents)
    ]
    label = f"made-up-{secrets.token_hex(8)}".encode()
    probes = {
        dns.name.Name((label, *name.labels)): name for name in covered if len(name.to_digestable()) + len(label) < 255
    }
    answered = _read(client, zone, [Question(probe, "TXT") for probe in probes])[0]
    return {probes[probe] for probe in answered}


def _ancestors(name: dns.name.Name, zone: dns.name.Name) -> list[dns.name.Name]:
    """Return the names above the name, up to the zone."""
    parents = []
    while name != zone:
        name = name.parent()
        parents.append(name)
    return parents
