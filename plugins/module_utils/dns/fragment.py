# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Records as a fragment of a zone's master file: what is handed over where another team keeps the zone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns._dnspython import dns
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.planner import RecordChange
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.records import RecordSet


def master_file(sections: Mapping[dns.name.Name, Iterable[RecordSet]], *, removed: bool = False) -> str:
    """Return the records as master-file text (RFC 1035 section 5), each zone under its own $ORIGIN.

    Args:
        sections: the record sets by zone. A zone without any is left out.
        removed: the records are to be removed: each line is then a comment that says so.
    """
    parts = []
    for zone, record_sets in sections.items():
        lines = [line for record_set in record_sets for line in _lines(zone, record_set)]
        if lines:
            prefix = "; remove: " if removed else ""
            parts.append("\n".join([f"$ORIGIN {zone}", *(f"{prefix}{line}" for line in lines)]) + "\n")
    return "\n".join(parts)


def surplus(changes: Iterable[RecordChange]) -> dict[dns.name.Name, list[RecordSet]]:
    """Return by zone the records that changes take away."""
    sections: dict[dns.name.Name, list[RecordSet]] = {}
    for change in changes:
        if change.old is None or change.zone is None:
            continue
        gone = change.old.values - (change.new.values if change.new else frozenset())
        if gone:
            sections.setdefault(change.zone, []).append(replace(change.old, values=gone))
    return sections


def _lines(zone: dns.name.Name, record_set: RecordSet) -> list[str]:
    owner = record_set.name.relativize(zone).to_text()
    if not record_set.values:
        return [f"{owner} {record_set.kind} (all)"]
    return [
        f"{owner} {record_set.ttl} IN {record_set.kind} {value}"
        for value in sorted(value.to_text(origin=zone, relativize=False) for value in record_set.values)
    ]
