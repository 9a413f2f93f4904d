# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a database's own record of being in service lets mssql_database do, and what not."""

from __future__ import annotations

from typing import Any

import pyodbc
import pytest

from tests.integration.sql.conftest import Opener, Runner


@pytest.mark.parametrize(
    "case",
    [("pre_live", True, True), ("live", False, False), (None, True, False), (None, False, True), ("", False, False)],
)
def test_when_a_database_is_dropped(
    run: Runner, admin: pyodbc.Connection, database: str, case: tuple[str | None, bool, bool]
) -> None:
    record, protected, dropped = case
    if record is not None:
        run("mssql_database", name=database, extended_properties={"exam_scheduling_service": record})
    arguments = {"name": database, "state": "absent", "protected": protected}
    predicted = run("mssql_database", check=True, **arguments)
    assert admin.execute("SELECT DB_ID(?)", database).fetchval() is not None
    done = run("mssql_database", **arguments)
    assert (admin.execute("SELECT DB_ID(?)", database).fetchval() is None) is dropped
    if dropped:
        assert done["changes"] == predicted["changes"]
        assert done["changes"][0]["action"] == "delete"
        assert run("mssql_database", **arguments)["changed"] is False
    else:
        assert "dropping it is refused" in predicted["msg"]
        assert "dropping it is refused" in done["msg"]


def test_that_a_database_in_service_stays_in_service(run: Runner, database: str) -> None:
    def record(value: str | None, **arguments: Any) -> dict[str, Any]:
        return run("mssql_database", name=database, extended_properties={"exam_scheduling_service": value}, **arguments)

    assert record("pre_live")["changed"] is True
    assert record("live")["changed"] is True
    for value in ("pre_live", None):
        for check in (True, False):
            refused = record(value, check=check)
            assert "that is in service say that it is not" in refused["msg"]
            assert "Nothing was touched." in refused["msg"]
    assert record("live")["changed"] is False
    assert record("pre_live", withdraw_from_service=True)["changed"] is True


def test_that_a_database_in_use_is_dropped_only_on_request(
    run: Runner, admin: pyodbc.Connection, open_connection: Opener, database: str
) -> None:
    user = open_connection(database=database)
    user.execute("SELECT 1").fetchall()
    arguments = {"name": database, "state": "absent", "protected": False}
    refused = run("mssql_database", **arguments)
    assert "the database is in use" in refused["msg"]
    assert run("mssql_database", **arguments, close_connections=True)["changed"] is True
    assert admin.execute("SELECT DB_ID(?)", database).fetchval() is None
