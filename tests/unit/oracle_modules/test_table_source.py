# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CSV: whatever is in it comes out again, with its line."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.csv_rows import records
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.table_columns import Column
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.table_rejects import Rejects
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.table_source import Reader, Source, digest_of
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.table_spool import Spool
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

FIELDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
ROWS = st.lists(st.tuples(FIELDS, FIELDS), max_size=8)


def written(rows: list[tuple[str, str]], *, bom: bool = False) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(("A", "B"))
    writer.writerows(rows)
    return (b"\xef\xbb\xbf" if bom else b"") + text.getvalue().encode()


@given(ROWS, st.booleans())
def test_that_what_was_written_is_read(rows: list[tuple[str, str]], bom: bool) -> None:
    with TemporaryDirectory() as directory:
        path = Path(directory) / "x.csv"
        path.write_bytes(written(rows, bom=bom))
        found = list(records(path, encoding="utf-8", delimiter=","))
    assert [tuple(fields) for _line, fields in found] == [("A", "B"), *rows]
    assert [line for line, _fields in found] == sorted({line for line, _fields in found})


@given(st.permutations(range(6)))
def test_that_a_digest_depends_on_rows_and_not_on_their_order(order: list[int]) -> None:
    rows = [(str(number), None) for number in range(6)]
    assert digest_of([[rows[at] for at in order]]) == digest_of([rows[:2], rows[2:]])
    assert digest_of([[*rows[:5], ("6", None)]]) != digest_of([rows])
    assert digest_of([[("1", "2")]]) != digest_of([[("12", "")]])


COLUMNS = [Column("A", "VARCHAR2", 3, nullable=False), Column("B", "NUMBER", precision=3, scale=0)]


def read(text: str, key: tuple[str, ...] = ("A",), **settings: object) -> tuple[list[object], list[str]]:
    with TemporaryDirectory() as directory:
        path = Path(directory) / "x.csv"
        path.write_text(text, encoding="utf-8", newline="")
        rejects = Rejects(None)
        reader = Reader(Source(path, **settings), COLUMNS, key)  # type: ignore[arg-type]
        rows = [row for batch in reader.batches(rejects) for row in batch]
    return [*rows], [str(each) for each in rejects.first]


def test_that_lines_are_those_at_which_records_begin() -> None:
    rows, rejects = read('a,b\r\n"x\ny",1\r\n\r\nz,2\r\nlong,3\r\nz,4\r\n,5\r\nq,\r\n')
    assert rows == [(2, ("x\ny", 1)), (5, ("z", 2)), (9, ("q", None))]
    assert rejects == [
        "line 6: A: 'long' is longer than VARCHAR2(3 CHAR): 4",
        "line 7: its key is that of line 5",
        "line 8: A has no value",
    ]


def test_that_rows_of_a_task_are_numbered() -> None:
    source = Source(rows=[{"A": "x", "B": 1}, {"a": "y"}])
    with pytest.raises(Problem, match="names columns twice"):
        Reader(source, COLUMNS, ())
    reader = Reader(Source(rows=[{"A": "x", "B": 1}, {"A": "y"}, {"B": 2}]), COLUMNS, ("A",))
    rejects = Rejects(None)
    assert [row for batch in reader.batches(rejects) for row in batch] == [(1, ("x", 1)), (2, ("y", None))]
    assert [str(each) for each in rejects.first] == ["line 3: A has no value"]


def test_that_texts_that_mean_nothing_and_columns_that_are_ignored_are_left_out() -> None:
    rows, rejects = read("A;C;B\nx;?;NULL\n", delimiter=";", nulls=frozenset({"", "NULL"}), ignored=frozenset({"C"}))
    assert (rows, rejects) == ([(2, ("x", None))], [])


def test_that_rows_are_kept_beyond_what_fits_into_memory() -> None:
    spool = Spool()
    batches = [[(number, ("x" * 1000, Decimal("1.5"), datetime(2026, 5, 11), None))] * 2000 for number in range(40)]
    for batch in batches:
        spool.add(batch)
    assert list(spool.batches()) == batches
    assert list(spool.batches()) == batches
    spool.close()
