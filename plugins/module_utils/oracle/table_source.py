# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows of a CSV file or of a task, turned into values of a table's columns; what cannot be is rejected. Streamed."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.csv_rows import Record, records
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.names import listed, shown
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.session import BATCH
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.table_batches import column_converter
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.table_columns import (
    Column,
    Converter,
    NotAValue,
    canonical,
    converter_of,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.table_rejects import Reject, Rejects
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

Row = tuple[Any, ...]
Numbered = tuple[int, Row]
_MODULUS = 2**128


@dataclass(frozen=True)
class Source:
    """Where rows come from, and how their texts are meant."""

    csv: Path | None = None
    rows: Sequence[Mapping[str, Any]] = ()
    encoding: str = "utf-8"
    delimiter: str = ","
    nulls: frozenset[str] = frozenset({""})
    formats: tuple[str, ...] = ()
    ignored: frozenset[str] = frozenset()
    """Columns of the source that are not loaded, in upper case."""

    @property
    def where(self) -> str:
        """What messages call it."""
        return str(self.csv) if self.csv is not None else "rows"

    def records(self) -> Iterator[Record]:
        """Yield the records, the first of them the header. Raises Problem if there are none."""
        if self.csv is not None:
            yield from records(self.csv, encoding=self.encoding, delimiter=self.delimiter)
            return
        names = list(dict.fromkeys(name for row in self.rows for name in row))
        yield 0, names
        for number, row in enumerate(self.rows, start=1):
            yield number, ["" if row.get(name) is None else str(row[name]) for name in names]


@dataclass(frozen=True)
class Digest:
    """How many rows there are, and what depends on all their values, but not on their order."""

    rows: int
    value: int


def digest_of(batches: Iterable[Iterable[Row]]) -> Digest:
    """Return the digest of rows."""
    count = total = 0
    for row in itertools.chain.from_iterable(batches):
        count += 1
        total += hash_of(row)
    return Digest(count, total % _MODULUS)


def hash_of(row: Row) -> int:
    """Return what a row adds to a digest."""
    text = repr(canonical(row)).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(text, digest_size=16).digest(), "big")


class Reader:
    """Reads a source for one table, as often as it is wanted."""

    def __init__(self, source: Source, columns: Sequence[Column], key: Sequence[str]) -> None:
        """Compare the header with the table's columns.

        Args:
            source: where the rows come from.
            columns: those of the table.
            key: names of the columns by which rows are told apart; none if there is no such key.

        Raises:
            Problem: a column is not in the table, or one that has to have a value not in the source.
        """
        self.source = source
        header = next(source.records(), None)
        if header is None:
            raise Problem("there is no header", where=source.where, remedy="Give the names of the columns in line 1.")
        known = {column.name.upper(): column for column in columns}
        # rows of which there are none name no columns
        names = [name.strip().upper() for name in header[1]] or list(known)
        self._width = len(names)
        self._check(names, known)
        self._places = [place for place, name in enumerate(names) if name not in source.ignored]
        self.columns = [known[names[place]] for place in self._places]
        self._converters = [self._converter(column) for column in self.columns]
        self._whole = [
            column_converter(column, converter, source.nulls)
            for column, converter in zip(self.columns, self._converters, strict=True)
        ]
        at = {column.name: place for place, column in enumerate(self.columns)}
        self.key = [at[name] for name in key if name in at] if all(name in at for name in key) else []

    def _check(self, names: Sequence[str], known: Mapping[str, Column]) -> None:
        expected = listed(shown(column.name) for column in known.values())
        twice = sorted({name for name in names if names.count(name) > 1})
        unknown = [name for name in names if name not in known and name not in self.source.ignored]
        missing = [column.name for name, column in known.items() if column.required and name not in names]
        for what, which in (
            ("the header names columns twice", twice),
            ("the header has columns that the table has not", unknown),
            ("the header has not all columns that have to have a value", missing),
        ):
            if which:
                raise Problem(
                    f"{what}: {listed(which)}",
                    where=f"{self.source.where} line 1",
                    expected=expected,
                    found=listed(names),
                    remedy="Correct the header, the delimiter, or the table; ignored_columns leaves columns out.",
                )

    def _converter(self, column: Column) -> Converter:
        converter = converter_of(column, self.source.formats)
        if converter is None:
            raise Problem(
                f"the type {column.type} of column {shown(column.name)} cannot be loaded",
                where=self.source.where,
                remedy="Leave the column out with ignored_columns.",
            )
        return converter

    def batches(self, rejects: Rejects) -> Iterator[list[Numbered]]:
        """Yield the rows in batches, each with its line. What cannot be loaded, or has a key that another row had, is
        rejected.

        Raises:
            Problem: the source cannot be read to its end.
        """
        records = itertools.islice(self.source.records(), 1, None)
        seen: dict[Any, int] = {}
        while batch := list(itertools.islice(records, BATCH)):
            wrong: list[Reject] = []
            rows = self._distinct(self._converted(batch, wrong), seen, wrong)
            for each in sorted(wrong, key=lambda reject: reject.line):
                rejects.add(each)
            if rows:
                yield rows

    def _converted(self, batch: Sequence[Record], rejects: list[Reject]) -> list[Numbered]:
        if all(len(record) == self._width for _line, record in batch):
            texts = list(zip(*(record for _line, record in batch), strict=True))
            try:
                values = [convert(texts[place]) for place, convert in zip(self._places, self._whole, strict=True)]
            except NotAValue:
                pass  # which it is, is found below
            else:
                return list(zip((line for line, _record in batch), zip(*values, strict=True), strict=True))
        return list(self._one_by_one(batch, rejects))

    def _one_by_one(self, batch: Sequence[Record], rejects: list[Reject]) -> Iterator[Numbered]:
        for line, record in batch:
            if len(record) != self._width:
                rejects.append(Reject(line, f"it has {len(record)} fields, the header has {self._width}"))
                continue
            try:
                values = [convert([record[place]])[0] for place, convert in zip(self._places, self._whole, strict=True)]
            except NotAValue:
                rejects.append(Reject(line, self._why(record)))
            else:
                yield line, tuple(values)

    def _distinct(self, rows: list[Numbered], seen: dict[Any, int], rejects: list[Reject]) -> list[Numbered]:
        """Return the rows without those whose key was there before."""
        if not self.key:
            return rows
        key_of = operator.itemgetter(*self.key)
        keys = [key_of(row) for _line, row in rows]
        if len(set(keys)) == len(keys) and seen.keys().isdisjoint(keys):
            seen.update(zip(keys, (line for line, _row in rows), strict=True))
            return rows
        chosen = []
        for key, numbered in zip(keys, rows, strict=True):
            first = seen.setdefault(key, numbered[0])
            if first == numbered[0]:
                chosen.append(numbered)
            else:
                rejects.append(Reject(numbered[0], f"its key is that of line {first}"))
        return chosen

    def _why(self, record: Sequence[str]) -> str:
        """Return all that is wrong with a record."""
        wrong = []
        for place, converter, column in zip(self._places, self._converters, self.columns, strict=True):
            text = record[place]
            if text in self.source.nulls:
                if not column.nullable:
                    wrong.append(f"{shown(column.name)} has no value")
                continue
            try:
                converter(text)
            except NotAValue as error:
                wrong.append(f"{shown(column.name)}: {error}")
        return "; ".join(wrong)
