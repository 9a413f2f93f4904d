# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compares the rows of two sides: both streamed in the order of their keys, whatever it takes to have them in it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing
from dataclasses import dataclass
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.columns import (
    SIDES,
    Column,
    Converter,
    SideName,
    Unreadable,
    converter,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.findings import Findings
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.merge import OutOfOrder, Row, Stream, compare
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.sides import Order, Side
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.sorting import in_order
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_sources import ahead
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.progress import Progress
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem


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
    columns: Sequence[Column],
    width: int,
    begin: Callable[[], AbstractContextManager[Findings]],
) -> Compared:
    """Compare the rows of two sides.

    Args:
        sides: both.
        columns: those to compare, the key's first.
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
            with begin() as findings:
                return _compared(sides, columns, width, findings, orders)
        except OutOfOrder as broken:
            left[broken.side].pop(0)  # the last one, by this module itself, is never out of order


def _compared(
    sides: Mapping[SideName, Side],
    columns: Sequence[Column],
    width: int,
    findings: Findings,
    orders: Mapping[SideName, Order],
) -> Compared:
    with ExitStack() as stack:
        progress = stack.enter_context(Progress("Reconciliation", unit="rows"))
        streams: dict[SideName, Stream] = {}
        for side in SIDES:
            rows = stack.enter_context(closing(_converted(sides[side], columns, width, side, orders[side])))
            if orders[side] == "module":
                rows = stack.enter_context(closing(in_order(rows, lambda row: _sortable(row[:width]))))
            batches: Iterator[list[Row]] = stack.enter_context(ahead(rows)) if sides[side].on_request else rows
            streams[side] = Stream(side, _counted(batches, progress), width, findings)
        try:
            equal = compare(streams["source"], streams["target"], width, findings)
        except TypeError as error:
            raise Problem(
                "two keys cannot be ordered: they are not of one type",
                where=" and ".join(sides[side].where for side in SIDES),
                found=str(error),
                remedy="Declare the types of the key's columns in columns.",
            ) from None
        counts = {side: stream.count for side, stream in streams.items()}
        return Compared(findings, counts, equal, orders)


def _converted(side: Side, columns: Sequence[Column], width: int, name: SideName, order: Order) -> Generator[list[Row]]:
    """Yield the rows of a side with the values that are compared. Raises Problem for a key that cannot be read."""
    converters = [(at, each) for at, column in enumerate(columns) if (each := converter(column, name)) is not None]
    wanted = [each.side(name).column for each in columns]
    of_key = [at for at, _converter in converters if at < width]
    first = 1
    with closing(side.batches(wanted, width, order)) as batches:
        for batch in batches:
            rows = _with(batch, converters) if converters else batch
            for at in of_key:
                if (
                    wrong := next((n for n, row in enumerate(rows) if isinstance(row[at], Unreadable)), None)
                ) is not None:
                    raise Problem(
                        f"column {wanted[at]} of the key has a value that is no {columns[at].type}",
                        where=f"{side.where} row {first + wrong}",
                        remedy="Correct it there, or declare the column otherwise.",
                    )
            first += len(batch)
            yield rows


def _with(batch: Sequence[Row], converters: Sequence[tuple[int, Converter]]) -> list[Row]:
    """Return the rows with some columns converted."""
    values: list[Sequence[Any]] = list(zip(*batch, strict=True))
    for at, convert in converters:
        values[at] = convert(values[at])
    return list(zip(*values, strict=True))


def _sortable(key: Row) -> Row:
    """Return a key that can be ordered: one without a value comes first, and is looked at there."""
    return () if None in key else key


def _counted(batches: Iterator[list[Row]], progress: Progress) -> Iterator[list[Row]]:
    for batch in batches:
        yield batch
        progress.advance(len(batch))
