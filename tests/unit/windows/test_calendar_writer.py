# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the emulated CalSync has to write into calendars, and what to take away."""

from __future__ import annotations

from typing import Any

from emulators.windows import calendar_writer


def exam(subject: str) -> dict[str, Any]:
    return {"mailbox": "in@exams.example", "event": {"subject": subject}}


def written(subject: str) -> dict[str, Any]:
    return {"mailbox": "in@exams.example", "id": "1", "digest": calendar_writer._digest(exam(subject))}


def test_that_what_is_new_is_written_and_what_is_gone_is_taken_away() -> None:
    queue = calendar_writer.queued({"a": exam("A"), "b": exam("B")}, {"a": written("A"), "c": written("C")})
    assert {name: each["action"] for name, each in queue.items()} == {"c.delete": "delete", "b.create": "create"}


def test_that_what_has_changed_is_taken_away_before_it_is_written_anew() -> None:
    queue = calendar_writer.queued({"a": exam("moved")}, {"a": written("A")})
    assert list(queue) == ["a.delete", "a.create"]


def test_that_nothing_is_queued_once_all_is_written() -> None:
    assert calendar_writer.queued({"a": exam("A")}, {"a": written("A")}) == {}
