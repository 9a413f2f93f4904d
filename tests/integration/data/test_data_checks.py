# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks that find something, that cannot be run, and that would do something else than read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.data.conftest import documented

Executor = Callable[..., dict[str, Any]]


def check(name: str, sql: str, severity: str = "error", **more: Any) -> dict[str, Any]:
    return {"name": name, "severity": severity, "explanation": f"What {name} means.", "sql": sql, **more}


def states(result: dict[str, Any]) -> dict[str, tuple[str, int]]:
    return {each["name"]: (each["state"], each["rows"]) for each in result["checks"]}


def test_that_all_are_run_and_one_that_cannot_be_is_an_error_of_its_own(on_sql_server: Executor) -> None:
    where = on_sql_server(
        "CREATE TABLE dbo.Students (StudentId int PRIMARY KEY, UUN nvarchar(10) NOT NULL)",
        "INSERT INTO dbo.Students VALUES (1, N's1234567'), (2, N's7654321')",
    )
    checks = [
        check("misspelt_table", "SELECT 1 AS a FROM dbo.Studnets", "warning"),
        check("value_that_is_no_number", "SELECT UUN FROM dbo.Students WHERE CAST(UUN AS int) = 1"),
        check("not_sql", "SELECT FROM WHERE"),
        check(
            "too_many", "SELECT s.UUN, s.StudentId FROM dbo.Students AS s ORDER BY s.UUN DESC", remedy="Ask for fewer."
        ),
        check("noted", "WITH s AS (SELECT UUN FROM dbo.Students) SELECT UUN FROM s WHERE UUN = N's1234567'", "warning"),
        check("fine", "SELECT UUN FROM dbo.Students WHERE StudentId > 2;"),
    ]
    found = documented("data_checks", {"mssql": where, "checks": checks, "samples": 1})
    assert states(found) == {
        "misspelt_table": ("failed", 0),
        "value_that_is_no_number": ("failed", 0),
        "not_sql": ("failed", 0),
        "too_many": ("found", 2),
        "noted": ("found", 1),
        "fine": ("passed", 0),
    }
    errors = {each["name"]: each["error"] for each in found["checks"]}
    assert "Invalid object name 'dbo.Studnets'" in errors["misspelt_table"]
    assert "(error 208)" in errors["misspelt_table"]
    assert "s1234567" not in str(found), "the server quotes the value that it cannot convert"
    assert (
        "Conversion failed when converting the nvarchar value '\u2026' to data type int"
        in errors["value_that_is_no_number"]
    )
    assert found["checks"][3]["samples"] == [{"UUN": "s\u202621", "StudentId": "\u2026"}]
    assert found["to_sign_off"] == ["noted"]
    assert found["failed"]
    assert [(each["what"], each["remedy"]) for each in found["differences"]] == [
        ("misspelt_table", "Correct its sql; nothing is known yet."),
        ("value_that_is_no_number", "Correct its sql; nothing is known yet."),
        ("not_sql", "Correct its sql; nothing is known yet."),
        ("too_many", "Ask for fewer."),
    ]
    reported = documented("data_checks", {"mssql": where, "checks": checks[3:], "on_difference": "report"}, check=True)
    assert (reported["state"], reported.get("failed")) == ("different", None)


def test_that_nothing_is_sent_if_one_would_do_something_else(on_sql_server: Executor) -> None:
    where = on_sql_server(
        "CREATE TABLE dbo.Students (StudentId int PRIMARY KEY)", "INSERT INTO dbo.Students VALUES (1)"
    )
    checks = [check("fine", "SELECT 1 AS a"), check("sly", "SELECT 1 AS a DELETE FROM dbo.Students")]
    # a server that is not there: nobody is asked
    refused = documented("data_checks", {"mssql": {**where, "connect_address": "127.73.255.254"}, "checks": checks})
    assert refused["msg"].startswith(
        "checks[1].sql (sly)='SELECT 1 AS a DELETE FROM dbo.Students' is refused: DELETE does"
    )
    assert "Give one statement that reads" in refused["msg"]
    count = check("count", "SELECT StudentId FROM dbo.Students")
    assert states(documented("data_checks", {"mssql": where, "checks": [count]})) == {"count": ("found", 1)}


def test_checks_on_oracle(on_oracle: Executor) -> None:
    where = on_oracle("CREATE TABLE students (uun VARCHAR2(8))", "INSERT INTO students VALUES ('s1234567')")
    checks = [
        check("form", "SELECT uun FROM students WHERE LENGTH(uun) <> 7", shown_columns=["uun"]),
        check("misspelt", "SELECT uun FROM studnets", "warning"),
        check("none", "SELECT uun FROM students WHERE uun IS NULL"),
    ]
    found = documented("data_checks", {"oracle": where, "checks": checks})
    assert states(found) == {"form": ("found", 1), "misspelt": ("failed", 0), "none": ("passed", 0)}
    assert found["checks"][0]["samples"] == [{"UUN": "s1234567"}]
    assert "ORA-00942" in found["checks"][1]["error"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"checks": []}, "checks=[] is refused: there is none"),
        (
            {"checks": [check("a", "SELECT 1"), check("a", "SELECT 1")]},
            "checks[1].name='a' is refused: it is there twice",
        ),
        ({"checks": [check("A b", "SELECT 1")]}, "checks[0].name='A b' is refused: it is no name of a check"),
        (
            {"checks": [{**check("a", "SELECT 1"), "explanation": " "}]},
            "checks[0].explanation='' is refused: it is empty",
        ),
        ({"checks": [check("a", "SELECT 1")], "samples": -1}, "samples=-1 is refused"),
        ({"checks": [check("a", "SELECT 1")], "mssql": None}, "one of the following is required: mssql, oracle"),
    ],
)
def test_that_what_cannot_be_meant_is_refused(arguments: dict[str, Any], message: str) -> None:
    nowhere = {"server": "sql.exams.example", "database": "ES", "login_user": "a", "login_password": "P9-secret"}
    given = {"mssql": nowhere, **arguments}
    refused = documented("data_checks", {name: value for name, value in given.items() if value is not None})
    assert refused["failed"]
    assert message in refused["msg"]
