# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rows of one side as they are compared: converted as their columns declare it, in the order of their keys."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.ahead import ahead
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.columns import (
    Column,
    Converter,
    SideName,
    Unreadable,
    converter,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.packing import Row
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.sides import Order, Side
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.sorting import in_order
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem


@contextmanager
def prepared(
    side: Side, columns: Sequence[Column], width: int, name: SideName, order: Order
) -> Iterator[Iterator[list[Row]]]:
    """Provide the rows of a side in batches.

    Args:
        side: it.
        columns: those that are compared, the key's first.
        width: how many of them are the key.
        name: which side it is.
        order: how the rows come into the order of their keys; whether they do, nobody has looked at.

    Raises:
        Problem: the side cannot be read, or a key not be understood.
        TypeError: two keys cannot be ordered.
    """
    with ExitStack() as stack:
        rows = stack.enter_context(closing(_converted(side, columns, width, name, order)))
        if order == "module":
            rows = stack.enter_context(closing(in_order(rows, lambda row: _sortable(row[:width]))))
        yield stack.enter_context(ahead(rows)) if side.on_request else rows


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
