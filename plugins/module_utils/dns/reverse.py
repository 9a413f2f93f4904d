# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""PTR records derived from A and AAAA records, each in the most specific reverse zone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns._dnspython import dns
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.records import RecordSet, zone_name
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter


@dataclass
class PtrWish:
    """What the PTR set of one address shall hold and what it shall hold no longer."""

    zone: dns.name.Name
    name: dns.name.Name
    ttl: int | None = None
    """Seconds: the smallest of the address records'. None if nothing is wanted."""
    wanted: set[dns.name.Name] = field(default_factory=set)
    unwanted: set[dns.name.Name] = field(default_factory=set)


def reverse_zone_names(texts: Sequence[str]) -> list[dns.name.Name]:
    """Return the reverse zones' absolute names.

    Raises:
        InvalidParameter: one is none, or is listed twice.
    """
    zones: list[dns.name.Name] = []
    for index, text in enumerate(texts):
        parameter = f"reverse_zones[{index}]"
        name = zone_name(parameter, text)
        if not any(
            name.is_subdomain(top) for top in (dns.reversename.ipv4_reverse_domain, dns.reversename.ipv6_reverse_domain)
        ):
            raise InvalidParameter(
                parameter, text, "it is no reverse zone", "Give a zone below in-addr.arpa or ip6.arpa."
            )
        if name in zones:
            raise InvalidParameter(parameter, text, "it is listed twice", "List each reverse zone once.")
        zones.append(name)
    return zones


def refuse_addresses_outside(
    zones: Sequence[dns.name.Name], declared: Sequence[RecordSet], values: Mapping[int, Sequence[str]]
) -> None:
    """Refuse an address whose PTR record has no zone.

    Args:
        zones: the reverse zones. If there are none, nothing is derived and nothing refused.
        declared: the declared record sets.
        values: the values of each as they were written, by index, for the message.

    Raises:
        InvalidParameter: an address fits none of the zones.
    """
    for index, record_set in enumerate(declared):
        if not zones or not record_set.derives_ptr:
            continue
        for position, text in enumerate(values[index]):
            if _zone_of(reverse_name(text), zones) is None:
                raise InvalidParameter(
                    f"records[{index}].values[{position}]",
                    text,
                    f"its PTR record {reverse_name(text)} is in none of the reverse zones",
                    "Add its zone to reverse_zones, or set ptr to false for this entry.",
                )


def ptr_wishes(
    zones: Sequence[dns.name.Name],
    wanted: Iterable[RecordSet],
    unwanted: Iterable[RecordSet],
) -> list[PtrWish]:
    """Return one wish an address, in the order in which the addresses appear.

    Args:
        zones: the reverse zones; an address outside them is passed over.
        wanted: sets of A and AAAA records that shall have their PTR records.
        unwanted: sets of A and AAAA records that shall have none any longer; what is wanted too stays wanted.
    """
    wishes: dict[dns.name.Name, PtrWish] = {}

    def wish_for(value: dns.rdata.Rdata) -> PtrWish | None:
        name = reverse_name(value.to_text())
        zone = _zone_of(name, zones)
        return None if zone is None else wishes.setdefault(name, PtrWish(zone, name))

    for record_set in wanted:
        for value in sorted(record_set.values):
            wish = wish_for(value)
            if wish is not None:
                wish.wanted.add(record_set.name)
                wish.ttl = record_set.ttl if wish.ttl is None else min(wish.ttl, record_set.ttl)
    for record_set in unwanted:
        for value in sorted(record_set.values):
            wish = wish_for(value)
            if wish is not None and record_set.name not in wish.wanted:
                wish.unwanted.add(record_set.name)
    return list(wishes.values())


def ptr_values(targets: Iterable[dns.name.Name]) -> frozenset[dns.rdata.Rdata]:
    """Return PTR values that point to the names."""
    return frozenset(dns.rdata.from_text(dns.rdataclass.IN, "PTR", target.to_text()) for target in targets)


def reverse_name(address: str) -> dns.name.Name:
    """Return the name below in-addr.arpa or ip6.arpa (RFC 1035 section 3.5, RFC 3596 section 2.5)."""
    return dns.reversename.from_address(address)


def _zone_of(name: dns.name.Name, zones: Iterable[dns.name.Name]) -> dns.name.Name | None:
    return max((zone for zone in zones if name.is_subdomain(zone)), key=len, default=None)
