# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the parameters of fragment `zone_records` declare, all of it checked before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns._dnspython import dns, require_dnspython
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.records import (
    RecordSet,
    declared_records,
    zone_name,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.reverse import (
    ptr_values,
    ptr_wishes,
    refuse_addresses_outside,
    reverse_zone_names,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter


@dataclass(frozen=True)
class Declaration:
    """What the parameters of fragment `zone_records` declare."""

    zone: dns.name.Name
    records: Sequence[RecordSet]
    reverse_zones: Sequence[dns.name.Name]

    def record_sets(self) -> dict[dns.name.Name, list[RecordSet]]:
        """Return the declared sets by zone, with the PTR sets that follow from them."""
        derived = ptr_wishes(self.reverse_zones, [each for each in self.records if each.derives_ptr], ())
        sets: dict[dns.name.Name, list[RecordSet]] = {self.zone: list(self.records)}
        for wish in derived:
            sets.setdefault(wish.zone, []).append(RecordSet(wish.name, "PTR", wish.ttl or 0, ptr_values(wish.wanted)))
        return sets


def declaration_from(params: Mapping[str, Any], *, values_required: bool = True) -> Declaration:
    """Return what the parameters declare.

    Raises:
        InvalidParameter: they cannot be meant, or contradict each other.
        Problem: dnspython is missing.
    """
    require_dnspython()
    zone = zone_name("zone", params["zone"])
    records = declared_records(
        zone, params["records"], default_ttl=params["default_ttl"], values_required=values_required
    )
    reverse_zones = reverse_zone_names(params["reverse_zones"])
    refuse_addresses_outside(
        reverse_zones, records, {index: record.get("values") or () for index, record in enumerate(params["records"])}
    )
    if zone in reverse_zones:
        raise InvalidParameter("reverse_zones", str(zone), "it is the zone itself", "Leave it out.")
    return Declaration(zone, records, reverse_zones)


def checked_timeout(parameter: str, value: float) -> float:
    """Return the seconds.

    Raises:
        InvalidParameter: they are not more than nothing.
    """
    if not 0 < value <= 3600:
        raise InvalidParameter(parameter, value, "it is no usable time", "Give seconds, more than 0, at most 3600.")
    return value
