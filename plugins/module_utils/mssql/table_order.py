# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""In what order tables are filled and emptied, and which foreign keys have to wait meanwhile. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_shapes import ForeignKey


@dataclass(frozen=True)
class Order:
    """The order of a set of tables."""

    parents_first: tuple[str, ...]
    """Each table after those that it refers to: so they are filled. They are emptied in the opposite order."""
    circular: tuple[ForeignKey, ...]
    """Foreign keys that no order can fulfil: of tables that refer to themselves, or to each other."""


def order_of(tables: Collection[str], foreign_keys: Collection[ForeignKey]) -> Order:
    """Return the order of the tables, the same for the same names whatever order they are given in."""
    within = sorted(
        (each for each in foreign_keys if each.child in tables and each.parent in tables),
        key=lambda each: (each.child, each.name),
    )
    parents: dict[str, set[str]] = {name: set() for name in sorted(tables)}
    for each in within:
        parents[each.child].add(each.parent)
    circular = tuple(each for each in within if each.child in _ancestors(each.parent, parents))
    loops = {(each.child, each.parent) for each in circular}
    graph = {name: sorted(p for p in found if (name, p) not in loops) for name, found in parents.items()}
    return Order(tuple(TopologicalSorter(graph).static_order()), circular)


def _ancestors(name: str, parents: Mapping[str, Collection[str]]) -> set[str]:
    """Return a table and all that it refers to, over others too."""
    found, waiting = set(), [name]
    while waiting:
        table = waiting.pop()
        if table not in found:
            found.add(table)
            waiting.extend(parents[table])
    return found


@dataclass(frozen=True)
class Volume:
    """How many rows of a table go, change and come."""

    deleted: int = 0
    updated: int = 0
    inserted: int = 0
    kept: int = 0
    replaces: bool = False
    """Whether updated rows are deleted and inserted."""

    @property
    def removed(self) -> int:
        """How many rows are deleted, be it only for a moment."""
        return self.deleted + (self.updated if self.replaces else 0)


def suspended(order: Order, foreign_keys: Collection[ForeignKey], volumes: Mapping[str, Volume]) -> list[ForeignKey]:
    """Return the foreign keys of the set that cannot be fulfilled at every moment of the copy.

    They are switched off inside the transaction, and checked before it ends. Deletions come before what is written, so
    these are the circular ones; those of rows that are replaced while others refer to them; and those of rows that
    are deleted while others still refer to them that are updated afterwards.
    """
    found = []
    for each in sorted(foreign_keys, key=lambda each: (each.child, each.name)):
        if each.disabled or each.child not in volumes or each.parent not in volumes:
            continue
        child, parent = volumes[each.child], volumes[each.parent]
        written = child.inserted + child.updated + child.deleted + parent.removed
        updated_later = 0 if child.replaces else child.updated
        replaced = parent.replaces and parent.updated and (child.kept or updated_later)
        if (each in order.circular and written) or replaced or (parent.removed and updated_later):
            found.append(each)
    return found
