# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows of a CSV file or of a task, turned into values of a table's columns; what cannot be is rejected. Streamed."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.csv_rows import Record, records
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.names import listed, shown
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.session import BATCH
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.table_columns import (
    Column,
    Converter,
    NotAValue,
    canonical,
    converter_of,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.table_rejects import Rejects
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


def digest_of(batches: Iterator[list[Row]]) -> Digest:
    """Return the digest of rows."""
    count = total = 0
    for batch in batches:
        count += len(batch)
        total += sum(map(hash_of, batch))
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
        self._source = source
        header = next(source.records(), None)
        if header is None:
            raise Problem("there is no header", where=source.where, remedy="Give the names of the columns in line 1.")
        names = [name.strip().upper() for name in header[1]]
        self._width = len(names)
        known = {column.name.upper(): column for column in columns}
        self._check(names, known)
        self._places = [place for place, name in enumerate(names) if name not in source.ignored]
        self.columns = [known[names[place]] for place in self._places]
        self._converters = [self._converter(column) for column in self.columns]
        at = {column.name: place for place, column in enumerate(self.columns)}
        self.key = [at[name] for name in key if name in at] if all(name in at for name in key) else []

    def _check(self, names: Sequence[str], known: Mapping[str, Column]) -> None:
        expected = listed(shown(column.name) for column in known.values())
        twice = sorted({name for name in names if names.count(name) > 1})
        unknown = [name for name in names if name not in known and name not in self._source.ignored]
        missing = [column.name for name, column in known.items() if column.required and name not in names]
        for what, which in (
            ("the header names columns twice", twice),
            ("the header has columns that the table has not", unknown),
            ("the header has not all columns that have to have a value", missing),
        ):
            if which:
                raise Problem(
                    f"{what}: {listed(which)}",
                    where=f"{self._source.where} line 1",
                    expected=expected,
                    found=listed(names),
                    remedy="Correct the header, the delimiter, or the table; ignored_columns leaves columns out.",
                )

    def _converter(self, column: Column) -> Converter:
        converter = converter_of(column, self._source.formats)
        if converter is None:
            raise Problem(
                f"the type {column.type} of column {shown(column.name)} cannot be loaded",
                where=self._source.where,
                remedy="Leave the column out with ignored_columns.",
            )
        return converter

    def rows(self, rejects: Rejects) -> Iterator[Numbered]:
        """Yield each row with its line. What cannot be loaded, or has a key that another row had, is rejected.

        Raises:
            Problem: the source cannot be read to its end.
        """
        convert = self._row()
        key, seen = self.key, {}  # type: tuple[list[int], dict[int, int]]
        for line, record in itertools.islice(self._source.records(), 1, None):
            if len(record) != self._width:
                rejects.add(line, f"it has {len(record)} fields, the header has {self._width}")
                continue
            try:
                row = convert(record)
            except NotAValue:
                rejects.add(line, self._why(record))
                continue
            if key:
                number = hash_of(tuple(row[place] for place in key))
                first = seen.setdefault(number, line)
                if first != line:
                    rejects.add(line, f"its key is that of line {first}")
                    continue
            yield line, row

    def batches(self, rejects: Rejects) -> Iterator[list[Numbered]]:
        """Yield the rows in batches. Raises as `rows`."""
        rows = self.rows(rejects)
        while batch := list(itertools.islice(rows, BATCH)):
            yield batch

    def _row(self) -> Callable[[Sequence[str]], Row]:
        nulls = self._source.nulls
        fields = [
            (place, converter, not column.nullable)
            for place, converter, column in zip(self._places, self._converters, self.columns, strict=True)
        ]

        def convert(record: Sequence[str]) -> Row:
            found: list[Any] = []
            for place, converter, required in fields:
                text = record[place]
                if text in nulls:
                    if required:
                        raise NotAValue
                    found.append(None)
                else:
                    found.append(converter(text))
            return tuple(found)

        return convert

    def _why(self, record: Sequence[str]) -> str:
        """Return all that is wrong with a record."""
        wrong = []
        for place, converter, column in zip(self._places, self._converters, self.columns, strict=True):
            text = record[place]
            if text in self._source.nulls:
                if not column.nullable:
                    wrong.append(f"{shown(column.name)} has no value")
                continue
            try:
                converter(text)
            except NotAValue as error:
                wrong.append(f"{shown(column.name)}: {error}")
        return "; ".join(wrong)
