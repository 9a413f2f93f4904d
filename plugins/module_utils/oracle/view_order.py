# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The order in which views are made: each after those that it reads. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem


def in_order(uses: Mapping[str, Collection[str]]) -> list[str]:
    """Return all names so that each comes after those it uses; otherwise in the order of the alphabet.

    Args:
        uses: name → the names that it uses. Names that are no key are none of the set's.

    Raises:
        Problem: some use each other in a circle; it is named.
    """
    order: list[str] = []
    done: set[str] = set()
    for first in sorted(uses):
        path = [first]
        while path:
            name = path[-1]
            waiting = sorted(each for each in uses[name] if each in uses and each not in done)
            if name in done or not waiting:
                path.pop()
                if name not in done:
                    done.add(name)
                    order.append(name)
                continue
            if waiting[0] in path:
                circle = [*path[path.index(waiting[0]) :], waiting[0]]
                raise Problem(
                    "the views use each other in a circle",
                    where="the sources",
                    found=" → ".join(circle),
                    remedy="Take one of them apart: no order can make them.",
                )
            path.append(waiting[0])
    return order


def users_of(names: Collection[str], uses: Mapping[str, Collection[str]]) -> set[str]:
    """Return the names, and all that use them, directly or not."""
    found = set(names)
    while more := {name for name, used in uses.items() if name not in found and found & set(used)}:
        found |= more
    return found
