# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What modules report of long work, who follows it, and what the line on the terminal says."""

from __future__ import annotations

import io
import json
import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils import run_variables
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.progress import INTERVAL, Progress
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils import live_line
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.progress import Figures, ProgressFollower
from tests.unit.journal.run import a_result, a_run, a_task


@pytest.fixture
def follower(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ProgressFollower]:
    """Return a follower of a run, as whose task `task-1` on `localhost` this process works."""
    monkeypatch.setenv(run_variables.PROGRESS, "")
    monkeypatch.setenv(run_variables.TASK, "task-1")
    monkeypatch.setenv(run_variables.HOST, "localhost")
    follower = ProgressFollower()
    follower.run_began(a_run(tmp_path))
    yield follower
    follower.close()


def lines(directory: Path) -> list[dict[str, Any]]:
    (path,) = (directory / "progress").glob("*.jsonl")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_lines_are_few_and_the_last_has_all(follower: ProgressFollower, tmp_path: Path) -> None:
    started = time.monotonic()
    with Progress("Copying", total=20_000, unit="rows") as progress:
        for _row in range(20_000):
            progress.advance()
    took = time.monotonic() - started
    written = lines(tmp_path)
    assert len(written) <= 3 + took / INTERVAL
    assert (written[0]["done"], written[0]["ended"]) == (1, False) or written[0]["done"] == 0
    assert (written[-1]["done"], written[-1]["ended"]) == (20_000, True)
    (figures,) = follower.rates()
    assert (figures.what, figures.done, figures.total, figures.unit) == ("Copying", 20_000, 20_000, "rows")


def test_what_is_done_before_a_standstill_is_seen_during_it(follower: ProgressFollower) -> None:
    with Progress("Copying", total=3) as progress:
        progress.advance()
        progress.advance()  # within the interval, and then nothing for a long time
        until(lambda: [figures.done for figures in follower.going()] == [2])
        (before,) = follower.going()
        until(lambda: follower.going()[0].seconds > before.seconds)
        after = follower.going()[0]
        assert (after.rate or 0) < (before.rate or 0), "what is stuck slows down"
    assert follower.going() == []


def _advance(progress: Progress) -> None:
    for _question in range(1000):
        progress.advance()


def test_threads_share_one_piece_of_work(follower: ProgressFollower) -> None:
    with Progress("Asking", total=4000) as progress:
        threads = [threading.Thread(target=_advance, args=(progress,)) for _number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [figures.done for figures in follower.rates()] == [4000]


def _work() -> None:
    with Progress("Copying", total=300) as progress:
        for _row in range(300):
            progress.advance()


def test_processes_report_to_one_file_without_mixing_their_lines(follower: ProgressFollower) -> None:
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_work) for _number in range(6)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [figures.done for figures in follower.rates()] == [300] * 6


def test_nobody_listens_and_nothing_happens(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(run_variables.PROGRESS, raising=False)
    with Progress("Copying") as progress:
        progress.advance(3)
    monkeypatch.setenv(run_variables.PROGRESS, str(tmp_path / "gone.jsonl"))
    with Progress("Copying") as progress:
        progress.advance(3)
    assert list(tmp_path.iterdir()) == []


def test_a_killed_modules_work_ends_with_its_task_and_no_other(follower: ProgressFollower) -> None:
    with Progress("Copying"):
        follower.task_ended(a_result(a_task("another"), host="localhost"))
        follower.task_ended(a_result(a_task("task-1"), host="web1-live"))
        assert len(follower.going()) == 1
        follower.task_ended(a_result(a_task("task-1"), host="localhost"))
        assert follower.going() == []


def test_the_file_goes_with_the_run_and_those_of_killed_runs_go_with_the_next(tmp_path: Path) -> None:
    abandoned = tmp_path / "progress" / "2027-01-01T000000Z-000000.jsonl"
    abandoned.parent.mkdir()
    abandoned.write_text("{", encoding="utf-8")
    one, two = ProgressFollower(), ProgressFollower()
    one.run_began(a_run(tmp_path, "one"))
    two.run_began(a_run(tmp_path, "two"))
    assert sorted(path.stem for path in abandoned.parent.iterdir()) == ["one", "two"]
    one.run_ended({}, datetime.now(UTC))
    two.run_ended({}, datetime.now(UTC))
    assert list(tmp_path.iterdir()) == []


def figures(done: int, total: int | None, seconds: float, what: str = "DNS update") -> Figures:
    return Figures("task", "host", what, "records", done, total, seconds)


def test_the_line_says_what_how_much_how_fast_and_how_long() -> None:
    assert live_line.text([figures(412, 1000, 2.0)], 80) == b"DNS update  412/1,000 records  206/s  3 s left"
    assert live_line.text([figures(3, None, 2.0)], 80) == b"DNS update  3 records  1.5/s"
    assert live_line.text([figures(0, 20, 61.0)], 80) == b"DNS update  0/20 records  since 1 min 01 s"
    several = [figures(1, 4, 2.0), figures(3, 4, 4.0), figures(1, 2, 1.0, "Probing")]
    together = b"DNS update  4/8 records  1.0/s  4 s left  |  Probing  1/2 records  1.0/s  1 s left"
    assert live_line.text(several, 120) == together
    assert live_line.duration(3 * 3600 + 240) == "3 h 04 min"


@given(st.integers(0, 10**9), st.none() | st.integers(0, 10**9), st.floats(0, 1e6), st.integers(1, 200))
def test_the_line_is_never_wider_than_the_terminal(done: int, total: int | None, seconds: float, width: int) -> None:
    assert len(live_line.text([figures(done, total, seconds)], width).decode()) < max(width, 2)


@pytest.mark.parametrize(
    ("environment", "terminal", "wanted"),
    [
        ({"TERM": "xterm"}, True, True),
        ({"TERM": "xterm"}, False, False),
        ({"TERM": "dumb"}, True, False),
        ({}, True, False),
        ({"TERM": "xterm", "CI": "true"}, True, False),
    ],
)
def test_the_line_is_for_somebody_who_watches(environment: dict[str, str], terminal: bool, wanted: bool) -> None:
    stream = io.StringIO()
    stream.isatty = lambda: terminal  # type: ignore[method-assign]
    assert live_line.wanted(stream, environment) is wanted
