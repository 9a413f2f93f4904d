# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Views deployed, proven, recorded, reverted; and put back whatever fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.integration.oracle_modules.conftest import Accounts, Emulator, Runner, execute, rows

EXAMS = """
-- @comment Exams to schedule
-- @column CODE The code of the exam's course
-- @grant SELECT to {reader}
CREATE OR REPLACE VIEW exams_to_schedule (exam_id, code, title) AS
SELECT e.exam_id, e.code, e.title FROM exams e;
"""
STUDENTS = """
-- @comment Students on exams
CREATE OR REPLACE VIEW students_on_exams (uun, code) AS
SELECT n.uun, v.code FROM enrolments n JOIN exams_to_schedule v ON v.exam_id = n.exam_id;
"""


@pytest.fixture
def reader(new_account: Accounts) -> str:
    """Return the account that gets rights."""
    return new_account(prefix="READER")


@pytest.fixture
def sources(tmp_path: Path, reader: str) -> Path:
    """Return the directory of the sources."""
    directory = tmp_path / "views"
    directory.mkdir()
    write(directory, exams=EXAMS.format(reader=reader), students=STUDENTS)
    return directory


def write(directory: Path, **texts: str) -> None:
    for name, text in texts.items():
        (directory / f"{name}.sql").write_text(text, encoding="utf-8")


def items(result: dict[str, Any]) -> list[tuple[str, str]]:
    assert not result.get("failed"), result
    return [(each["item"].split(".")[-1], each["action"]) for each in result["changes"]]


def test_that_a_set_is_deployed_in_its_order_and_a_second_run_changes_nothing(
    emulator: Emulator, run: Runner, hub: str, reader: str, sources: Path
) -> None:
    arguments = {"schema": hub, "sources": [str(sources)], "change_id": "SAS005-159"}
    expected = [
        ("EXAMS_TO_SCHEDULE", "create"),
        ("STUDENTS_ON_EXAMS", "create"),
        ("history of the views", "create"),
    ]
    predicted = run("oracle_views", hub, check=True, **arguments)
    assert items(predicted) == expected
    with emulator.connect(hub) as connection:
        assert rows(connection, "SELECT view_name FROM user_views") == []
    real = run("oracle_views", hub, **arguments)
    assert real["changes"] == predicted["changes"]
    again = run("oracle_views", hub, **arguments)
    assert (again["changed"], again["changes"]) == (False, [])
    assert [(each["deployment"], each["action"], each["change_id"]) for each in again["history"]] == [
        (1, "deployed", "SAS005-159")
    ]
    with emulator.connect(reader) as connection:
        assert rows(connection, f"SELECT code FROM {hub}.exams_to_schedule") == []
    with emulator.connect(hub) as connection:
        found = rows(connection, "SELECT comments FROM user_col_comments WHERE table_name = 'EXAMS_TO_SCHEDULE'")
        assert ("The code of the exam's course",) in found
        assert rows(connection, "SELECT status FROM user_objects WHERE object_type = 'VIEW'") == [("VALID",)] * 2
