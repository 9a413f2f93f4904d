# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The declared records: parsed, checked against each other, and refused if they cannot be meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns._dnspython import dns
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter

MAXIMUM_TTL = 2**31 - 1
"""Seconds (RFC 2181 section 8)."""

STRING_LIMIT = 255
"""Octets of one character-string (RFC 1035 section 3.3)."""


@dataclass(frozen=True)
class RecordSet:
    """All records of one name and type, an RRset (RFC 2181 section 5)."""

    name: dns.name.Name
    kind: str
    """The type: `A`."""
    ttl: int
    """Seconds."""
    values: frozenset[dns.rdata.Rdata]
    derives_ptr: bool = field(default=False, compare=False)

    @property
    def item(self) -> str:
        """Return what the set is called in reports: `www.exams.example. A`."""
        return f"{self.name} {self.kind}"

    def lines(self) -> list[str]:
        """Return each record as a master file has it after the name, sorted: `3600 A 192.0.2.1`."""
        return sorted(f"{self.ttl} {self.kind} {value.to_text()}" for value in self.values)


_A_LABELS = "Write each label in its A-label form (xn--...)."

RecordKey = tuple["dns.name.Name", str]


def zone_name(parameter: str, text: str) -> dns.name.Name:
    """Return the zone's absolute name.

    Raises:
        InvalidParameter: it is no domain name.
    """
    name = _name(parameter, text, dns.name.root)
    if name.is_wild():
        raise InvalidParameter(parameter, text, "a zone's name has no wildcard", "Give the name of the zone itself.")
    return name


def declared_records(
    zone: dns.name.Name, records: Sequence[Mapping[str, Any]], *, default_ttl: int, values_required: bool
) -> list[RecordSet]:
    """Return the declared record sets, in the order given.

    Args:
        zone: the zone's absolute name.
        records: the module's parameter `records`.
        default_ttl: seconds, for entries without a TTL.
        values_required: False if an entry without values means the whole set (to be removed).

    Raises:
        InvalidParameter: an entry cannot be meant, or contradicts another.
    """
    _checked_ttl("default_ttl", default_ttl)
    declared = [
        _record_set(f"records[{index}]", zone, record, default_ttl, values_required)
        for index, record in enumerate(records)
    ]
    _refuse_contradictions(zone, declared)
    return declared


def _record_set(
    path: str, zone: dns.name.Name, record: Mapping[str, Any], default_ttl: int, values_required: bool
) -> RecordSet:
    name = _owner(f"{path}.name", record["name"], zone)
    kind = record["type"]
    ttl = default_ttl if record.get("ttl") is None else record["ttl"]
    values: dict[dns.rdata.Rdata, str] = {}
    for index, text in enumerate(record.get("values") or ()):
        parameter = f"{path}.values[{index}]"
        value = _value(parameter, kind, text, zone)
        if value in values:
            raise InvalidParameter(parameter, text, f"it says the same as {values[value]!r}", "List each value once.")
        values[value] = text
    if values_required and not values:
        raise InvalidParameter(f"{path}.values", [], "there is none", "List at least one value, or use state absent.")
    return RecordSet(
        name,
        kind,
        _checked_ttl(f"{path}.ttl", ttl),
        frozenset(values),
        derives_ptr=kind in ("A", "AAAA") and record.get("ptr") is not False,
    )


def _checked_ttl(parameter: str, ttl: int) -> int:
    if not 0 <= ttl <= MAXIMUM_TTL:
        raise InvalidParameter(
            parameter, ttl, "it is no time to live (RFC 2181 section 8)", f"Give seconds, from 0 to {MAXIMUM_TTL}."
        )
    return ttl


def _name(parameter: str, text: str, origin: dns.name.Name) -> dns.name.Name:
    """Return the absolute name that the text means below the origin."""
    if not text:
        raise InvalidParameter(parameter, text, "it is empty", "Give a domain name, or @ for the zone itself.")
    if not text.isascii():
        raise InvalidParameter(parameter, text, "it is not ASCII", _A_LABELS)
    if any(character.isspace() for character in text):
        raise InvalidParameter(parameter, text, "there is a space in it", "Give one domain name.")
    try:
        return dns.name.from_text(text, origin)
    except dns.exception.DNSException as error:
        raise InvalidParameter(parameter, text, f"it is no domain name: {_said(error)}", "Give one.") from error


def _owner(parameter: str, text: str, zone: dns.name.Name) -> dns.name.Name:
    name = _name(parameter, text, zone)
    if not name.is_subdomain(zone):
        raise InvalidParameter(parameter, text, f"it is not in the zone {zone}", "Declare it in the task of its zone.")
    if not text.endswith(".") and _name(parameter, f"{text}.", dns.name.root).is_subdomain(zone):
        raise InvalidParameter(
            parameter, text, f"it would become {name}", "Add the trailing dot, or leave the zone's name out."
        )
    return name


def _value(parameter: str, kind: str, text: str, zone: dns.name.Name) -> dns.rdata.Rdata:
    """Return the value in its wire form's object."""
    try:
        if kind == "TXT" and not text.startswith('"'):
            return _text_value(text)
        value = dns.rdata.from_text(dns.rdataclass.IN, kind, text, origin=zone, relativize=False)
    except (dns.exception.DNSException, ValueError) as error:
        why = f"it is no value of a record of type {kind}: {_said(error)}"
        raise InvalidParameter(parameter, text, why, "See the description of `records[].values`.") from error
    if kind in ("CNAME", "MX", "PTR", "SRV"):
        _check_target(parameter, kind, text, zone)
    return value


def _check_target(parameter: str, kind: str, text: str, zone: dns.name.Name) -> None:
    """Refuse a host name in a value if it is not plain whether it is relative."""
    # the fields of a master file: other white space does not divide them (RFC 1035 section 5.1)
    target = re.split("[ \t]+", text.strip(" \t"))[-1]
    if not target.isascii():
        raise InvalidParameter(parameter, text, "it is not ASCII", _A_LABELS)
    if not target.isprintable():
        raise InvalidParameter(parameter, text, "there is a control character in it", "Give a host name.")
    if target.endswith("."):
        return
    if "." in target:
        raise InvalidParameter(
            parameter,
            text,
            f"whether {target} is below the zone or absolute is not said",
            f"Write {target}. or {target}.{zone}",
        )
    if kind == "PTR":
        raise InvalidParameter(
            parameter, text, f"it would become {target}.{zone}", "Write the host's full name with a trailing dot."
        )


def _said(error: Exception) -> str:
    """Return what an error of the library says, as a part of a sentence."""
    return str(error).rstrip(".") or type(error).__name__


def _text_value(text: str) -> dns.rdata.Rdata:
    octets = text.encode()
    strings = [octets[start : start + STRING_LIMIT] for start in range(0, len(octets), STRING_LIMIT)] or [b""]
    quoted = " ".join('"' + "".join(_escaped(octet) for octet in string) + '"' for string in strings)
    return dns.rdata.from_text(dns.rdataclass.IN, "TXT", quoted)


def _escaped(octet: int) -> str:
    """Return the octet as a quoted string of a master file has it (RFC 1035 section 5.1)."""
    character = chr(octet)
    return character if character.isascii() and (character.isalnum() or character == " ") else f"\\{octet:03d}"


def _refuse_contradictions(zone: dns.name.Name, declared: Iterable[RecordSet]) -> None:
    first: dict[RecordKey, int] = {}
    kinds: dict[dns.name.Name, dict[str, int]] = {}
    for index, record_set in enumerate(declared):
        path = f"records[{index}]"
        key = (record_set.name, record_set.kind)
        if key in first:
            raise InvalidParameter(
                path, record_set.item, f"records[{first[key]}] declares it too", "Put all its values in one entry."
            )
        first[key] = index
        others = kinds.setdefault(record_set.name, {})
        others[record_set.kind] = index
        if "CNAME" in others and len(others) > 1:
            other = next(kind for kind in others if kind != record_set.kind)
            raise InvalidParameter(
                path,
                record_set.item,
                f"records[{others[other]}] gives {record_set.name} a record of type {other}, and an alias has no other "
                "records (RFC 1034 section 3.6.2)",
                "Keep one of the two.",
            )
        if record_set.kind == "CNAME" and record_set.name == zone:
            raise InvalidParameter(
                path, record_set.item, "the zone itself cannot be an alias", "Declare its A and AAAA records."
            )
        if record_set.kind == "CNAME" and len(record_set.values) > 1:
            raise InvalidParameter(
                f"{path}.values", sorted(map(str, record_set.values)), "an alias has one target", "Keep one."
            )
