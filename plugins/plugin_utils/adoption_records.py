# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Records of a zone as they are declared, turned into those that are there. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.adoption import NOTHING

AS_PLANNED = "as planned"


def adopted_records(
    declared: Sequence[Mapping[str, Any]],
    changes: Iterable[Mapping[str, Any]],
    zone: str,
    reverse_zones: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Return the records of a zone as they are, at the names that are declared.

    Args:
        declared: the records, as `dns_records` takes them.
        changes: what `dns_records` said in check mode, with `state: exact`, that it would change.
        zone: the zone.
        reverse_zones: those in which `dns_records` keeps PTR records. Without them none is derived of an address that
            is not the declared one: whoever asks again would be refused, as where the reverse name is an alias.

    Where addresses are others than those declared, ask again with the records that are returned, and give them here
    with the changes of that: the PTR records of these addresses are known only then.

    Returns:
        `records` as `dns_records` takes them: those that are not there are left out, and where a PTR record is not as
        it would be derived, `ptr` is false. `expected` and `found` tell what differs by name and type, for a proof.
    """
    by_item = {change["item"].lower(): change for change in changes}
    records, items = [], set()
    for entry in declared:
        item = f"{_absolute(entry['name'], zone)} {entry['type'].upper()}".lower()
        items.add(item)
        change = by_item.get(item)
        present = {**entry} if change is None else _present(entry, change["before"])
        if present and change is not None and not _may_derive(present, reverse_zones):
            records.append({**present, "ptr": False})
        elif present:
            # of other addresses than the declared ones the changes tell nothing: that is found out by asking again
            reverse = {f"{name} ptr" for name in _reverse_names(present)} if change is None else set()
            records.append({**present, "ptr": False} if reverse & by_item.keys() else present)
    for item, change in by_item.items():
        name, kind = item.split(" ")
        # another type at a declared name; PTR records of reverse zones belong to an address, and not to the list
        if item not in items and kind != "ptr" and change["before"]:
            found = _present({"name": name, "type": kind.upper()}, change["before"])
            records.append({**found, "ptr": False} if kind in {"a", "aaaa"} else found)
    told = {change["item"]: change for change in by_item.values()}
    expected = {item: ", ".join(change["after"] or [NOTHING]) for item, change in told.items()}
    found_items = {item: ", ".join(change["before"] or [NOTHING]) for item, change in told.items()}
    same = dict.fromkeys(sorted(items - by_item.keys()), AS_PLANNED)
    return {"records": records, "expected": {**same, **expected}, "found": {**same, **found_items}}


def _absolute(name: str, zone: str) -> str:
    zone = zone.rstrip(".") + "."
    if name == "@":
        return zone
    return name if name.endswith(".") else f"{name}.{zone}"


def _present(entry: Mapping[str, Any], before: Sequence[str] | None) -> dict[str, Any]:
    """Return a record with the values that are there, each written like `3600 A 192.0.2.20`; nothing without any."""
    if not before:
        return {}
    split = [line.split(" ", 2) for line in before]
    return {**entry, "ttl": int(split[0][0]), "values": [value for _ttl, _kind, value in split]}


def _may_derive(record: Mapping[str, Any], reverse_zones: Sequence[str] | None) -> bool:
    """Return whether `dns_records` would take the record without `ptr: false`."""
    if reverse_zones is None:
        return not _reverse_names(record)
    below = tuple(f".{zone.strip('.').lower()}." for zone in reverse_zones)
    return not below or all(name.endswith(below) for name in _reverse_names(record))


def _reverse_names(record: Mapping[str, Any]) -> list[str]:
    if record["type"].upper() not in {"A", "AAAA"}:
        return []
    return [f"{ipaddress.ip_address(value).reverse_pointer}." for value in record["values"]]
