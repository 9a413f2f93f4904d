# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A set of two views, and what tests of views need of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.integration.oracle_modules.databases import Emulator, rows

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


def write(directory: Path, **texts: str) -> None:
    for name, text in texts.items():
        (directory / f"{name}.sql").write_text(text, encoding="utf-8")


def items(result: dict[str, Any]) -> list[tuple[str, str]]:
    assert not result.get("failed"), result["msg"]
    return [(each["item"].split(".")[-1], each["action"]) for each in result["changes"]]


def views_of(emulator: Emulator, schema: str) -> list[tuple[Any, ...]]:
    """Return all that a deployment can change, the time of creation included: what is the same was not touched."""
    with emulator.connect(schema) as connection:
        return [
            *sorted(rows(connection, "SELECT view_name, text FROM user_views")),
            *sorted(rows(connection, "SELECT table_name, column_name, comments FROM user_col_comments"), key=str),
            *sorted(rows(connection, "SELECT table_name, grantee, privilege, grantable FROM user_tab_privs")),
            *sorted(rows(connection, "SELECT object_name, object_type, status FROM user_objects")),
        ]
