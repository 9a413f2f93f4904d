# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module that ran in check mode found, as a proof takes it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.filter.mssql import schema_differences
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.predictions import as_declared


@pytest.mark.parametrize(
    ("result", "text"),
    [
        ({"changed": False, "changes": []}, "as declared"),
        (
            {"changed": True, "changes": [{"item": "login a"}, {"item": "database ES user a"}]},
            "differs in login a, database ES user a",
        ),
        ({"failed": True, "msg": "no connection"}, "no connection"),
        ({"skipped": True}, "not looked at"),
    ],
)
def test_that_what_would_be_changed_is_what_differs(result: dict[str, Any], text: str) -> None:
    assert as_declared(result) == text


FOUND = {"dbo.Exams": ["CourseCode nvarchar(20)", "ExamId int identity, key 1"], "dbo.Own": ["A int"]}


@pytest.mark.parametrize(
    ("expected", "differences"),
    [
        ({"dbo.Exams": ["ExamId int identity, key 1", "CourseCode nvarchar(20)"]}, []),
        ({"dbo.Tags": ["TagId int, key 1"]}, ["dbo.Tags: missing"]),
        (
            {"dbo.Exams": ["CourseCode nvarchar(10) null", "ExamId int identity, key 1"]},
            ["dbo.Exams: without CourseCode nvarchar(10) null, with CourseCode nvarchar(20)"],
        ),
        ({"dbo.Exams": [*FOUND["dbo.Exams"], "PeriodId int"]}, ["dbo.Exams: without PeriodId int"]),
    ],
)
def test_that_a_schema_differs_where_a_table_or_a_column_does(
    expected: dict[str, list[str]], differences: list[str]
) -> None:
    assert schema_differences(FOUND, expected) == differences
