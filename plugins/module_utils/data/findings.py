# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Counts and samples of what a comparison found, masked, and all of it in a sealed file, as it is."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TextIO

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.columns import (
    Column,
    SideName,
    Unreadable,
    kind,
    same,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.masking import Mask, shown
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

Row = tuple[Any, ...]

KINDS = ("missing", "extra", "different", "duplicate_in_source", "duplicate_in_target", "without_key_in_source",
         "without_key_in_target")  # fmt: skip


@dataclass
class Findings:
    """What a comparison found (an `Observer` of merge)."""

    columns: Sequence[Column]
    """Those of the key first."""
    width: int
    """How many of them are the key."""
    mask: Mask
    samples: int
    """How many of each kind are kept."""
    file: TextIO | None = None
    """Takes all of them, unmasked: a sealed file."""
    counts: Counter[str] = field(default_factory=Counter)
    columns_that_differ: Counter[str] = field(default_factory=Counter)
    unreadable: Counter[str] = field(default_factory=Counter)
    """By side and column: values that could not be brought to the declared form."""
    sampled: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin the file."""
        self._names = [each.name for each in self.columns]
        self._writer = None if self.file is None else csv.writer(self.file)
        self._write("difference", self._names[: self.width], "column", "source", "target")

    def only_in_source(self, row: Row) -> None:
        """Take a row that is in the source alone."""
        self._found("missing", row)

    def only_in_target(self, row: Row) -> None:
        """Take a row that is in the target alone."""
        self._found("extra", row)

    def duplicate(self, side: SideName, row: Row) -> None:
        """Take a row whose key another row of the side has."""
        self._found(f"duplicate_in_{side}", row)

    def without_key(self, side: SideName, row: Row) -> None:
        """Take a row that has no value in a column of the key."""
        self._found(f"without_key_in_{side}", row)

    def different(self, source: Row, target: Row) -> None:
        """Take two rows of the same key that differ. Raises Problem for values of two kinds."""
        values: dict[str, Any] = {}
        for at, name in enumerate(self._names):
            one, other = source[at], target[at]
            if at < self.width or same(one, other):
                continue
            self._count_unreadable(name, one, other)
            self._check_kinds(at, one, other)
            self.columns_that_differ[name] += 1
            values[name] = {"source": self.mask.of(name, one), "target": self.mask.of(name, other)}
            self._write("different", source[: self.width], name, one, other)
        self._sample("different", source, columns=values)

    def _found(self, what: str, row: Row) -> None:
        self._sample(what, row)
        self._write(what, row[: self.width], "", "", "")

    def _sample(self, what: str, row: Row, **more: Any) -> None:
        self.counts[what] += 1
        kept = self.sampled.setdefault(what, [])
        if len(kept) < self.samples:
            kept.append({"key": self.mask.row(self._names[: self.width], row[: self.width]), **more})

    def _write(self, what: str, key: Sequence[Any], column: str, source: Any, target: Any) -> None:
        if self._writer is not None:
            values = ("" if each is None else shown(each) for each in (*key, column, source, target))
            self._writer.writerow((what, *values))

    def _count_unreadable(self, name: str, one: Any, other: Any) -> None:
        for side, value in (("source", one), ("target", other)):
            if isinstance(value, Unreadable):
                self.unreadable[f"{side}: {name}"] += 1

    def _check_kinds(self, at: int, one: Any, other: Any) -> None:
        """Refuse to call values different that could never be equal: nobody has said how they are compared."""
        if one is None or other is None or isinstance(one, Unreadable) or isinstance(other, Unreadable):
            return
        if (found := kind(one)) != (wanted := kind(other)):
            column = self.columns[at]
            raise Problem(
                f"column {column.name} is {found} in the source and {wanted} in the target, which are never equal",
                where=f"columns {column.source.column} and {column.target.column}",
                remedy=f"Declare the column's type in columns ({column.name}), so that both are brought to it.",
            )
