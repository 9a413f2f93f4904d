# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Update messages: the changes of one zone, each guarded by what was read (RFC 2136)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns._dnspython import dns
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.journal_record import JournalRecord
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.planner import RecordChange
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.records import RecordSet
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

SIZE_LIMIT = 65_535
"""Octets of one message over TCP (RFC 1035 section 4.2.2)."""

Batch = tuple["dns.update.UpdateMessage", Sequence[RecordChange]]


def batches(
    zone: dns.name.Name,
    changes: Sequence[RecordChange],
    *,
    key: dns.tsig.Key | None,
    journal: JournalRecord | None = None,
    limit: int = SIZE_LIMIT,
) -> list[Batch]:
    """Return the zone's changes as messages: one if it fits, otherwise as few halves as do, never splitting a name.

    A message is atomic (RFC 2136 section 3); several are not, together.

    Raises:
        Problem: the changes of a single name do not fit into a message.
    """
    return list(_batches(zone, _by_name(changes), _Limits(key, journal, limit)))


def update_message(
    zone: dns.name.Name, changes: Sequence[RecordChange], journal: JournalRecord | None = None
) -> dns.update.UpdateMessage:
    """Return the message that makes the changes, provided that what was read is still so.

    The prerequisites (RFC 2136 section 2.4) are: a changed set holds exactly the values that were read (TTLs cannot be
    asserted); a new set does not exist; a new set's name is no alias, because a server drops without a word what is
    added beside one (section 3.4.2.2); the name of a new alias does not exist, unless sets of it are removed here.
    """
    message = dns.update.UpdateMessage(zone)
    aliases = {change.name for change in changes if change.kind == "CNAME"}
    guarded: set[dns.name.Name] = set()
    for change in changes:
        if change.old is not None:
            message.present(change.name, _rdataset(change.old, ttl=0))
        elif change.kind == "CNAME" and change.bare:
            message.absent(change.name)
        else:
            message.absent(change.name, change.kind)
        if change.new is not None and change.name not in aliases | guarded:
            message.absent(change.name, "CNAME")
            guarded.add(change.name)
    for change in changes:
        if change.old is not None:
            message.delete(change.name, change.kind)
        if change.new is not None:
            message.add(change.name, _rdataset(change.new, ttl=change.new.ttl))
    if journal is not None:
        journal.add_to(message, zone)
    return message


@dataclass(frozen=True)
class _Limits:
    """What each message of a zone carries beside the changes, and how long it may be."""

    key: dns.tsig.Key | None
    journal: JournalRecord | None
    limit: int


def _batches(zone: dns.name.Name, names: Sequence[Sequence[RecordChange]], limits: _Limits) -> Iterator[Batch]:
    changes = [change for of_name in names for change in of_name]
    message = update_message(zone, changes, limits.journal)
    if _fits(message, limits.key, limits.limit):
        yield message, changes
    elif len(names) > 1:
        middle = len(names) // 2
        yield from _batches(zone, names[:middle], limits)
        yield from _batches(zone, names[middle:], limits)
    else:
        raise Problem(
            f"the records of {changes[0].name} do not fit into one update message",
            where=f"zone {zone}",
            expected=f"at most {limits.limit} octets",
            remedy="Declare fewer or shorter records for this name.",
        )


def _fits(message: dns.update.UpdateMessage, key: dns.tsig.Key | None, limit: int) -> bool:
    try:
        # A signature is that of this message only: the size is what counts here, and GSS signatures are bounded by it.
        reserve = 0 if key is None else len(key.name.to_digestable()) + 256
        return len(message.to_wire(max_size=SIZE_LIMIT)) + reserve <= limit
    except dns.exception.TooBig:
        return False


def _by_name(changes: Sequence[RecordChange]) -> list[list[RecordChange]]:
    names: dict[dns.name.Name, list[RecordChange]] = {}
    for change in changes:
        names.setdefault(change.name, []).append(change)
    return list(names.values())


def _rdataset(record_set: RecordSet, *, ttl: int) -> dns.rdataset.Rdataset:
    return dns.rdataset.from_rdata_list(ttl, sorted(record_set.values))
