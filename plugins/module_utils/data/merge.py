# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which rows two ordered streams have in common and which not, in one pass over both, without holding them. Pure.

A row begins with its key. Keys are in the order of Python's values: texts by their code points, which no collation of a
server plays a part in. That both streams are in it is made sure of row by row (`Stream`); nothing is taken for granted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Protocol

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.columns import SideName, same
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.packing import Packed, Row, ascending

_RUN = 16
"""Rows that are compared at a time, to begin with; four times as many after each run that is equal."""


class OutOfOrder(Exception):
    """The rows of a side do not come in the order of their keys."""

    def __init__(self, side: SideName) -> None:
        """Keep which side."""
        super().__init__(side)
        self.side: SideName = side


class Observer(Protocol):
    """Who is told what is found."""

    def only_in_source(self, row: Row) -> None:
        """Take a row that is in the source alone."""

    def only_in_target(self, row: Row) -> None:
        """Take a row that is in the target alone."""

    def different(self, source: Row, target: Row) -> None:
        """Take two rows of the same key that differ."""

    def duplicate(self, side: SideName, row: Row) -> None:
        """Take a row whose key another row of the side has."""

    def without_key(self, side: SideName, row: Row) -> None:
        """Take a row that has no value in a column of the key."""


class Stream:
    """The rows of one side, in the order of their keys, each key once: a batch of them at a time."""

    def __init__(self, side: SideName, batches: Iterable[Packed], width: int, observer: Observer) -> None:
        """Keep where they come from.

        Args:
            side: whose they are.
            batches: the rows; they need not be in order, which is looked at.
            width: how many columns the key has.
            observer: is told what is left out: rows without a key, and all but the first of rows of the same key.
        """
        self._side, self._batches, self._width, self._observer = side, iter(batches), width, observer
        self._packed: Packed | None = None
        self._rows: Sequence[Row] = ()
        self._last: Row | None = None
        self.at = 0
        """Where in `rows` is what is looked at."""
        self.count = 0
        """Rows so far, those that were left out included."""

    def more(self) -> bool:
        """Return whether there is a batch to look at, after having taken the next one if need be."""
        while self._packed is None and self.at >= len(self._rows):
            following = next(self._batches, None)
            if following is None:
                return False
            self.count += following.count
            self._packed, self._rows, self.at = following if following.count else None, (), 0
        return True

    @property
    def rows(self) -> Sequence[Row]:
        """The rows of the batch, without those that are left out, made when somebody looks at them first.

        Raises:
            OutOfOrder: a key is before the one that came before it.
            TypeError: two keys cannot be ordered.
        """
        if self._packed is not None:
            rows, self._packed = self._packed.rows(), None
            keys = [row[: self._width] for row in rows]
            if ascending(keys if self._last is None else [self._last, *keys]):
                self._rows, self._last = rows, keys[-1]
            else:
                self._rows = self._one_by_one(rows, keys)
        return self._rows

    def _one_by_one(self, rows: Sequence[Row], keys: Sequence[Row]) -> list[Row]:
        chosen: list[Row] = []
        for key, row in zip(keys, rows, strict=True):
            if None in key:
                self._observer.without_key(self._side, row)
            elif key == self._last:
                self._observer.duplicate(self._side, row)
            elif self._last is not None and key < self._last:
                raise OutOfOrder(self._side)
            else:
                self._last = key
                chosen.append(row)
        return chosen

    def passed_with(self, other: Stream) -> int:
        """Pass over both batches if nobody has looked at either and they are known to be equal.

        Returns how many rows that were; 0 if values have to be looked at. Raises as `rows`. What is in order on one
        side is so on the other, and looked at here alone, unless whoever packed the rows has done so: where both are at
        the beginning of a batch, the last that was looked at was the same key on both.
        """
        if self._packed is None or other._packed is None or not self._packed.surely_equals(other._packed):
            return 0
        count, ends = self._packed.count, self._packed.ends
        if ends is not None and (self._last is None or self._last < ends[0]):
            self._packed = other._packed = None
            self._last = other._last = ends[1]
            return count
        if len(self.rows) < count:
            return 0
        other._packed, other._last, self.at = None, self._last, count
        return count

    def rest(self) -> Iterator[Row]:
        """Yield what is left."""
        while self.more():
            yield from islice(self.rows, self.at, None)
            self.at = len(self.rows)


def compare(source: Stream, target: Stream, width: int, observer: Observer) -> int:
    """Tell the observer what differs, and return how many rows are equal.

    Args:
        source: the rows that there shall be.
        target: the rows that there are.
        width: how many columns the key has.
        observer: is told.

    Raises:
        OutOfOrder: a side is not in the order of its keys; what was told is void.
        TypeError: two keys cannot be ordered.
    """
    one, other, equal = source, target, 0
    # both are asked, so that a side that has ended is known to have
    while one.more() and other.more():
        if passed := one.passed_with(other):
            equal += passed
            continue
        run = _equal_run(one, other)
        one.at, other.at, equal = one.at + run, other.at + run, equal + run
        if one.at >= len(one.rows) or other.at >= len(other.rows):
            continue
        left, right = one.rows[one.at], other.rows[other.at]
        first, second = left[:width], right[:width]
        if first == second:
            if all(map(same, left, right)):
                equal += 1
            else:
                observer.different(left, right)
            one.at, other.at = one.at + 1, other.at + 1
        elif first < second:
            observer.only_in_source(left)
            one.at += 1
        else:
            observer.only_in_target(right)
            other.at += 1
    for row in one.rest():
        observer.only_in_source(row)
    for row in other.rest():
        observer.only_in_target(row)
    return equal


def _equal_run(one: Stream, other: Stream) -> int:
    """Return how many rows from here on are equal. Slices are compared whole, which costs next to nothing a row."""
    limit = min(len(one.rows) - one.at, len(other.rows) - other.at)
    size, done = _RUN, 0
    while done < limit:
        size = min(size, limit - done)
        left = one.rows[one.at + done : one.at + done + size]
        right = other.rows[other.at + done : other.at + done + size]
        if left != right:
            return done + next(at for at, (a, b) in enumerate(zip(left, right, strict=True)) if a != b)
        done, size = done + size, size * 4
    return done
