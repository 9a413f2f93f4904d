# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows are read while those before them are used, and nothing is read any more when that is left."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.ahead import ahead


def test_that_the_next_item_is_made_while_one_is_used() -> None:
    made = [threading.Event() for _number in range(4)]

    def items() -> Iterator[int]:
        for number, each in enumerate(made):
            each.set()
            yield number

    with ahead(items()) as found:
        assert next(found) == 0
        assert made[1].wait(10)
        assert not made[2].is_set()  # one ahead, not all of them
        assert list(found) == [1, 2, 3]


def test_that_what_making_one_raises_is_raised_in_its_place() -> None:
    def items() -> Iterator[int]:
        yield 0
        raise ConnectionError("broken")

    with ahead(items()) as found:
        assert next(found) == 0
        with pytest.raises(ConnectionError, match="broken"):
            next(found)


def test_that_nothing_is_made_any_more_when_it_is_left() -> None:
    asked, closed = threading.Event(), threading.Event()

    def items() -> Iterator[int]:
        try:
            for number in range(9):
                if number:
                    asked.set()
                yield number
        finally:
            closed.set()

    def use() -> None:
        with ahead(items()) as found:
            assert next(found) == 0
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        use()
    assert asked.is_set()
    assert closed.is_set()
    assert threading.active_count() == 1
