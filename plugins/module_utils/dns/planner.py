# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the records that are there and those that are declared to the changes between them. Touches no network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns._dnspython import dns
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.arguments import MANAGED_TYPES
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.records import RecordKey, RecordSet
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.reverse import PtrWish, ptr_values, ptr_wishes
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Change, Problem

State = Literal["present", "absent", "exact"]
Present = Mapping[RecordKey, RecordSet]


@dataclass(frozen=True)
class RecordChange(Change):
    """A change of one record set, with the sets themselves."""

    zone: dns.name.Name | None = None
    old: RecordSet | None = None
    new: RecordSet | None = None
    bare: bool = False
    """Nothing at all was found at the name."""

    @property
    def name(self) -> dns.name.Name:
        """Return the name whose records change."""
        return self._set.name

    @property
    def kind(self) -> str:
        """Return the type of the records that change."""
        return self._set.kind

    @property
    def _set(self) -> RecordSet:
        either = self.new or self.old
        if either is None:
            raise ValueError("a change from nothing to nothing")
        return either


def kinds_to_read(declared: Sequence[RecordSet], state: State) -> dict[dns.name.Name, set[str]]:
    """Return which types at which names the plan depends on.

    An alias shows in the answer for any type, so that it is asked for by itself only where one is declared; then
    everything else at its name must be known too.
    """
    kinds: dict[dns.name.Name, set[str]] = {}
    for record_set in declared:
        everything = state == "exact" or (record_set.kind == "CNAME" and state == "present")
        kinds.setdefault(record_set.name, set()).update(MANAGED_TYPES if everything else (record_set.kind,))
    return kinds


def plan_zone(zone: dns.name.Name, declared: Sequence[RecordSet], present: Present, state: State) -> list[RecordChange]:
    """Return the changes of the declared names, name by name, at each name removals first.

    - `present`: the declared values are there, with the declared TTL, which a set has as a whole (RFC 2181 section
      5.2). Other values stay; an alias has one target, so that is replaced.
    - `absent`: the declared values are gone; without values, the whole set.
    - `exact`: the declared names have just the declared records of the types that can be declared.

    Raises:
        Problem: an alias and other records would meet at one name (RFC 1034 section 3.6.2).
    """
    by_name: dict[dns.name.Name, dict[str, RecordSet]] = {}
    for record_set in declared:
        by_name.setdefault(record_set.name, {})[record_set.kind] = record_set
    changes: list[RecordChange] = []
    for name, wanted in by_name.items():
        now = {kind: present[name, kind] for kind in MANAGED_TYPES if (name, kind) in present}
        after = {**({} if state == "exact" else now), **_after(wanted, now, state)}
        after = {kind: record_set for kind, record_set in after.items() if record_set.values}
        if "CNAME" in after and len(after) > 1:
            raise _alias_conflict(name, sorted(now), sorted(wanted))
        changes += _changes(zone, now, after)
    return changes


def plan_reverse(wishes: Sequence[PtrWish], present: Present, state: State) -> list[RecordChange]:
    """Return the changes of PTR sets, zone by zone. Other types at these names are left alone.

    Raises:
        Problem: the reverse name is an alias, as where a network smaller than /24 is delegated (RFC 2317).
    """
    changes = []
    for wish in wishes:
        alias = present.get((wish.name, "CNAME"))
        if alias is not None:
            raise Problem(
                "the reverse name is an alias, so that it cannot have a PTR record",
                where=f"{wish.name} in zone {wish.zone}",
                expected="no CNAME record",
                found=", ".join(alias.lines()),
                remedy="The network's reverse zone is delegated without a class (RFC 2317): declare the PTR record in "
                "a task of that zone, and set ptr to false for the address record.",
            )
        old = present.get((wish.name, "PTR"))
        before = old.values if old else frozenset()
        added = ptr_values(wish.wanted)
        kept = frozenset() if state == "exact" and added else before - ptr_values(wish.unwanted)
        ttl = wish.ttl if wish.ttl is not None else old.ttl if old else 0
        new = RecordSet(wish.name, "PTR", ttl, kept | added)
        now = {"PTR": old} if old else {}
        changes += _changes(wish.zone, now, {"PTR": new} if new.values else {})
    return sorted(changes, key=lambda change: str(change.zone))


def wishes_for(
    reverse_zones: Sequence[dns.name.Name],
    declared: Sequence[RecordSet],
    forward: Iterable[RecordChange],
    state: State,
) -> list[PtrWish]:
    """Return what the declared address records, and the changes of address records, mean for PTR records."""
    deriving = [record_set for record_set in declared if record_set.derives_ptr]
    kept_out = {(each.name, each.kind) for each in declared if each.kind in ("A", "AAAA") and not each.derives_ptr}
    gone = [
        replace(change.old, values=change.old.values - (change.new.values if change.new else frozenset()))
        for change in forward
        if change.old is not None and change.kind in ("A", "AAAA") and (change.name, change.kind) not in kept_out
    ]
    if state == "absent":
        return ptr_wishes(reverse_zones, (), [*deriving, *gone])
    return ptr_wishes(reverse_zones, deriving, gone)


def _after(wanted: Mapping[str, RecordSet], now: Mapping[str, RecordSet], state: State) -> dict[str, RecordSet]:
    """Return the declared types' sets as they shall be; one without values is to go."""
    after = {}
    for kind, declared in wanted.items():
        old = now.get(kind)
        if state == "absent":
            gone = declared.values or (old.values if old else frozenset())
            after[kind] = replace(old, values=old.values - gone) if old else _without_values(declared)
        elif state == "present" and old is not None and kind != "CNAME":
            after[kind] = replace(declared, values=declared.values | old.values)
        else:
            after[kind] = declared
    return after


def _without_values(record_set: RecordSet) -> RecordSet:
    """Return the set without its values."""
    return replace(record_set, values=frozenset())


def _changes(zone: dns.name.Name, now: Mapping[str, RecordSet], after: Mapping[str, RecordSet]) -> list[RecordChange]:
    """Return the changes at one name, removals first, since an alias and other records must not meet."""
    changes = []
    for kind in sorted({*now, *after}, key=lambda kind: (kind in after, kind)):
        old, new = now.get(kind), after.get(kind)
        if old != new:
            changes.append(_change(zone, old, new, bare=not now))
    return changes


def _change(zone: dns.name.Name, old: RecordSet | None, new: RecordSet | None, *, bare: bool) -> RecordChange:
    action: Literal["create", "update", "delete"] = "create" if old is None else "delete" if new is None else "update"
    either = new or old
    return RecordChange(
        either.item if either else "",
        action,
        before=old.lines() if old else None,
        after=new.lines() if new else None,
        zone=zone,
        old=old,
        new=new,
        bare=bare,
    )


def _alias_conflict(name: dns.name.Name, now: Sequence[str], wanted: Sequence[str]) -> Problem:
    return Problem(
        "an alias (CNAME) and other records would meet at one name, which DNS forbids (RFC 1034 section 3.6.2)",
        where=str(name),
        expected=f"declared: {', '.join(wanted)}",
        found=f"on the server: {', '.join(now)}",
        remedy="Set state to exact to have the others removed in the same update, or remove them first.",
    )
