# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Streams does, what it could not do, and which columns it replicates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import oracledb
import pytest

from tests.integration.oracle_modules.databases import Accounts, Emulator, Runner, execute, rows


@pytest.fixture
def disabilities(emulator: Emulator, system: oracledb.Connection) -> Iterator[str]:
    """Return the table of which the seed's rules have changes applied."""
    execute(system, 'CREATE USER SITS_COPY IDENTIFIED BY "Copy-1234" QUOTA UNLIMITED ON USERS')
    execute(
        system,
        "CREATE TABLE sits_copy.disabilities "
        "(uun VARCHAR2(8), extra_time NUMBER(3), separate_room CHAR(1), scan CLOB, note DATE)",
        "INSERT INTO sits_copy.disabilities VALUES ('s1234567', 25, NULL, NULL, NULL)",
        "INSERT INTO sits_copy.disabilities VALUES ('s7654321', NULL, NULL, NULL, NULL)",
        "CREATE TABLE sits_copy.left_out (a NUMBER)",
        "COMMIT",
    )
    yield "SITS_COPY.DISABILITIES"
    execute(system, "DROP USER SITS_COPY CASCADE")


def test_that_columns_are_there_replicated_and_populated(run: Runner, disabilities: str) -> None:
    tables = [
        {"table": disabilities, "columns": ["extra_time", "separate_room", "rest_breaks", "scan", "note"]},
        {"table": "SITS_COPY.LEFT_OUT", "columns": ["a"]},
        {"table": "SITS_COPY.NOT_THERE", "columns": ["a"]},
    ]
    result = run("oracle_streams_info", "SYSTEM", tables=tables)
    assert not result.get("failed"), result["msg"]
    assert (result["changed"], result["desupported"], result["version"]) == (False, True, "19.21.0.0.0")
    found = result["tables"][disabilities]
    assert (found["exists"], found["rows"], found["replicated_by"]) == (True, 2, ["APPLY_SITS"])
    assert found["columns"] == {
        "EXTRA_TIME": {"exists": True, "type": "NUMBER(3)", "replicated": True, "filled": 1, "varies": True},
        "SEPARATE_ROOM": {"exists": True, "type": "CHAR(1 BYTE)", "replicated": True, "filled": 0, "varies": False},
        "SCAN": {"exists": True, "type": "CLOB", "replicated": False, "filled": 0, "varies": None},
        "NOTE": {"exists": True, "type": "DATE", "replicated": False, "filled": 0, "varies": False},
        "REST_BREAKS": {"exists": False, "type": None, "replicated": False, "filled": None, "varies": None},
    }
    assert result["tables"]["SITS_COPY.LEFT_OUT"]["replicated_by"] == []
    assert result["tables"]["SITS_COPY.NOT_THERE"]["exists"] is False
    assert run("oracle_streams_info", "SYSTEM", check=True, tables=tables)["tables"] == result["tables"]


def test_that_processes_and_what_they_could_not_do_are_said(run: Runner, system: oracledb.Connection) -> None:
    before = rows(system, "SELECT capture_name, status FROM dba_capture"), rows(system, "SELECT status FROM dba_apply")
    result = run("oracle_streams_info", "SYSTEM")
    assert result["capture"] == [
        {"name": "CAPTURE_SITS", "status": "ENABLED", "state": "WAITING FOR REDO", "lag_seconds": 3, "error": None}
    ]
    (apply,) = result["apply"]
    assert (apply["name"], apply["status"], apply["failed_transactions"]) == ("APPLY_SITS", "ABORTED", 1)
    assert apply["first_failed_transactions"][0]["error"] == "ORA-01403: no data found"
    warnings = str(result["warnings"])
    assert "desupported from 19c" in warnings
    assert "APPLY_SITS is aborted (ORA-26714" in warnings
    assert "could not apply 1 transactions" in warnings
    after = rows(system, "SELECT capture_name, status FROM dba_capture"), rows(system, "SELECT status FROM dba_apply")
    assert after == before


def test_that_what_may_not_be_seen_is_named(run: Runner, new_account: Accounts, disabilities: str) -> None:
    tables: list[dict[str, Any]] = [{"table": disabilities, "columns": ["extra_time"]}]
    result = run("oracle_streams_info", new_account(), tables=tables)
    assert {"dba_capture", "dba_apply", "dba_streams_rules"} <= set(result["not_visible"])
    assert result["capture"] is None
    assert result["tables"][disabilities]["replicated_by"] is None
