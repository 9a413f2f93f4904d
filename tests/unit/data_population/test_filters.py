# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is taken out of results of modules about SQL Server, where they came and where they did not."""

from __future__ import annotations

from ansible_collections.uoe.exam_scheduling.plugins.filter.mssql import properties_of, rows_of

FOUND = {"databases": [{"name": "ES", "extended_properties": {"exam_scheduling_service": "pre_live"}}]}


def test_that_a_database_is_found_whatever_its_case_and_one_that_is_not_there_has_no_properties() -> None:
    assert properties_of(FOUND, "es") == {"exam_scheduling_service": "pre_live"}
    assert properties_of({"databases": [{"name": "ES", "extended_properties": None}]}, "ES") == {}
    assert properties_of(FOUND, "other") is None
    assert properties_of({"failed": True, "msg": "no answer"}, "ES") is None


def test_that_rows_are_counted_and_none_are_made_up_where_nothing_was_digested() -> None:
    assert rows_of({"tables": {"dbo.Exams": {"rows": 2}, "dbo.Seats": {"rows": 0}}}) == 2
    assert rows_of({"tables": {}}) == 0
    assert rows_of({"failed": True}) is None
