# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compares the rows of two sides: both streamed in the order of their keys, whatever it takes to have them in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.columns import SIDES, Column, SideName
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.findings import Findings
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.merge import OutOfOrder, Stream, compare
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.packing import Packed
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.readers import not_ordered, reading
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.sides import Order, Side
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.progress import Progress


@dataclass(frozen=True)
class Compared:
    """What came of it."""

    findings: Findings
    rows: Mapping[SideName, int]
    equal: int
    orders: Mapping[SideName, Order]
    """How the rows of each side came into the order of their keys."""


def reconcile(
    sides: Mapping[SideName, Side],
    choose: Callable[[Mapping[SideName, Sequence[str]]], Sequence[Column]],
    width: int,
    begin: Callable[[Sequence[Column]], AbstractContextManager[Findings]],
) -> Compared:
    """Compare the rows of two sides.

    Args:
        sides: both; nothing was sent yet.
        choose: returns the columns to compare, the key's first, of the names that each side has.
        width: how many of them are the key.
        begin: makes an observer that nothing was told yet. It is called anew when the order of a side turns out not to
            be that of the keys, and another way is taken.

    Raises:
        Problem: a side cannot be read, or values cannot be compared as they are declared.
    """
    left = {side: list(sides[side].orders) for side in SIDES}
    while True:
        orders = {side: left[side][0] for side in SIDES}
        try:
            with reading(sides) as readers:
                columns = choose({side: reader.names() for side, reader in readers.items()})
                with begin(columns) as findings, Progress("Reconciliation", unit="rows") as progress:
                    streams = {
                        side: Stream(
                            side, _counted(reader.batches(columns, width, orders[side]), progress), width, findings
                        )
                        for side, reader in readers.items()
                    }
                    equal = compare(streams["source"], streams["target"], width, findings)
                    return Compared(findings, {side: each.count for side, each in streams.items()}, equal, orders)
        except TypeError as error:
            raise not_ordered(" and ".join(sides[side].where for side in SIDES), error) from None
        except OutOfOrder as broken:
            left[broken.side].pop(0)  # the last one, by this module itself, is never out of order


def _counted(batches: Iterator[Packed], progress: Progress) -> Iterator[Packed]:
    for batch in batches:
        yield batch
        progress.advance(batch.count)
