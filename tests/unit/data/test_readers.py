# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each side is read by a process of its own, whatever happens to it, and none of them is left."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data import readers
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.columns import Column, SideOfColumn
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.findings import Findings
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.masking import Mask
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.reconciliation import Compared, reconcile
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.sides import Order
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

NAMES = ("uun", "mark")


@dataclass
class Listed:
    """A side whose rows are listed, and which may do something else than give them."""

    rows: Sequence[tuple[Any, ...]]
    happens: Callable[[], None] = lambda: None
    """After the rows."""
    where: str = "there"
    label: str = "there"
    orders: Sequence[Order] = ("collation", "module")
    on_request: bool = False

    def names(self) -> Sequence[str]:
        return NAMES

    def batches(self, columns: Sequence[str], key: int, order: Order) -> Generator[list[tuple[Any, ...]]]:
        for at in range(0, len(self.rows), 2):
            yield list(self.rows[at : at + 2])
        self.happens()

    def close(self) -> None:
        pass


def compared(source: Listed, target: Listed) -> Compared:
    columns = [Column(name, SideOfColumn(name), SideOfColumn(name)) for name in NAMES]

    @contextmanager
    def begin(_columns: Sequence[Column]) -> Iterator[Findings]:
        yield Findings(columns, 1, Mask((), everything=True), 10)

    try:
        return reconcile({"source": source, "target": target}, lambda _names: columns, 1, begin)
    finally:
        assert multiprocessing.active_children() == []


ROWS = [(f"s{number:03}", number) for number in range(50)]


def test_that_rows_are_counted_on_both_sides() -> None:
    found = compared(Listed([*ROWS, ("s049", 7)]), Listed([*ROWS[:20], *ROWS[21:]]))
    assert (found.rows, found.equal) == ({"source": 51, "target": 49}, 49)
    assert found.findings.counts == {"missing": 1, "duplicate_in_source": 1}
    assert found.orders == {"source": "collation", "target": "collation"}


def test_that_what_is_no_number_is_equal_to_itself_wherever_it_is_looked_at() -> None:
    rows = [("s1", float("nan")), ("s2", 1.5)]
    assert compared(Listed(rows), Listed(rows)).equal == 2
    assert compared(Listed(rows), Listed([rows[0], ("s2", 2.5)])).equal == 1


def test_that_a_side_in_another_order_is_read_again_and_sorted() -> None:
    found = compared(Listed(ROWS), Listed(ROWS[::-1]))
    assert (found.equal, found.orders) == (50, {"source": "collation", "target": "module"})


def refuses() -> None:
    raise Problem("the server refuses", where="there", expected="rows", found="none", remedy="Ask it.")


def test_that_what_a_side_says_is_said() -> None:
    with pytest.raises(Problem, match=r"^there: the server refuses; expected rows; found none\. Ask it\.$"):
        compared(Listed(ROWS), Listed(ROWS, refuses))


def test_that_keys_of_two_types_are_said_of_the_side_that_has_them() -> None:
    with pytest.raises(Problem, match="there: two keys cannot be ordered"):
        compared(Listed(ROWS), Listed([("a", 1), (2, 2)]))


def test_that_a_process_which_dies_is_no_end_of_rows() -> None:
    with pytest.raises(Problem, match=r"the process that reads it has died; found exit code 9\."):
        compared(Listed(ROWS), Listed(ROWS, lambda: os._exit(9)))


def test_that_a_side_whose_server_does_not_answer_is_let_go_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "_PATIENCE", 0.1)
    with pytest.raises(Problem, match="the server refuses"):
        compared(Listed(ROWS, lambda: time.sleep(600)), Listed([], refuses))


def test_that_a_side_which_nobody_wants_any_more_ends_by_itself() -> None:
    many = [(f"s{number:07}", "x" * 100) for number in range(60_000)]
    with pytest.raises(Problem, match="the server refuses"):
        compared(Listed(many), Listed([], refuses))
