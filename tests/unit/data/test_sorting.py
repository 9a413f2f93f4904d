# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows sorted in little memory: as if in much, and nothing of them legible on a disk."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data import sorting
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.columns import Unreadable
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.sorting import SealedRuns, in_order

ROWS = st.lists(st.tuples(st.integers(0, 9), st.none() | st.text(max_size=3)), max_size=60)


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def first(row: tuple[Any, ...]) -> Any:
    return row[0]


@given(ROWS, st.integers(1, 7), st.integers(2, 4), st.integers(1, 9))
def test_that_rows_are_sorted_and_equal_keys_stay_as_they_came(
    rows: list[tuple[Any, ...]], in_memory: int, runs: int, size: int
) -> None:
    batches = [rows[at : at + size] for at in range(0, len(rows), size)]
    found = in_order(iter(batches), first, in_memory=in_memory, runs_at_once=runs)
    assert [row for batch in found for row in batch] == sorted(rows, key=first)


def test_that_few_rows_never_get_to_a_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sorting, "SealedRuns", None)
    assert list(in_order([[(2,), (1,)]], first, in_memory=2)) == [[(1,), (2,)]]


def test_that_nothing_on_the_disk_is_legible_or_has_a_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    runs = SealedRuns()
    rows = [("s1234567", "Testcase", number, Unreadable("x")) for number in range(2500)]
    run = runs.add(rows)
    other = runs.add([("s7654321",)])
    written = os.pread(runs._file.fileno(), 2**24, 0)
    assert len(written) > 50_000
    assert not any(each in written for each in (b"s1234567", b"Testcase", b"s7654321"))
    assert list(tmp_path.iterdir()) == []
    assert [row[:3] for row in runs.rows(run)] == [row[:3] for row in rows]
    assert list(runs.rows(other)) == [("s7654321",)]
    runs.close()


def test_that_what_was_altered_is_not_read() -> None:
    runs = SealedRuns()
    run = runs.add([("s1234567",)])
    os.pwrite(runs._file.fileno(), b"\0\0", 4)
    with pytest.raises(InvalidTag):
        list(runs.rows(run))
    runs.close()


def test_that_the_file_is_let_go_of_when_nobody_reads_on() -> None:
    found = in_order(([(each,)] for each in range(9)), first, in_memory=2)
    before = open_files()
    next(found)
    assert open_files() == before + 1
    found.close()
    assert open_files() == before
