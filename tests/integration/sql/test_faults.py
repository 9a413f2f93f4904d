# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on request, which a running server reads again."""

from __future__ import annotations

import time

import pyodbc
import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem
from emulators.sql.engine.faults import write
from tests.integration.sql.conftest import Emulator, Opener, drained, number_of, rows
from tests.integration.sql.test_databases import directory

pytestmark = pytest.mark.usefixtures("no_fault_afterwards")


@pytest.mark.parametrize("number", [1101, 1205, 5061, 9002])
def test_that_a_statement_fails_once(emulator: Emulator, table: pyodbc.Connection, number: int) -> None:
    emulator.faults({"kind": "error", "number": number, "match": "delete from dbo.t", "times": 1})
    with pytest.raises(pyodbc.Error) as caught:
        table.execute("DELETE FROM dbo.t")
    assert number_of(caught.value) == number
    table.execute("DELETE FROM dbo.t")


def test_that_a_deadlock_victim_is_rolled_back(
    emulator: Emulator, table: pyodbc.Connection, open_connection: Opener, database: str
) -> None:
    mine = open_connection(database=database, autocommit=False)
    mine.execute("INSERT INTO dbo.t VALUES (4)")
    emulator.faults({"kind": "error", "number": 1205, "match": "INSERT", "times": 1})
    cursor = mine.cursor()
    cursor.fast_executemany = True
    with pytest.raises(pyodbc.Error, match="40001"):
        cursor.executemany("INSERT INTO dbo.t VALUES (?)", [(5,), (6,)])
    assert rows(table.execute("SELECT COUNT(*) FROM dbo.t")) == [(3,)]


def test_that_a_connection_breaks_after_some_rows(emulator: Emulator, table: pyodbc.Connection) -> None:
    emulator.faults({"kind": "drop", "match": "SELECT id", "rows": 2, "times": 1})
    with pytest.raises(pyodbc.Error):
        table.execute("SELECT id FROM dbo.t").fetchall()


def test_that_nothing_of_a_broken_batch_stays(
    emulator: Emulator, table: pyodbc.Connection, open_connection: Opener, database: str
) -> None:
    mine = open_connection(database=database, autocommit=False)
    cursor = mine.cursor()
    cursor.fast_executemany = True
    cursor.executemany("INSERT INTO dbo.t VALUES (?)", [(4,), (5,)])
    emulator.faults({"kind": "drop"})
    with pytest.raises(pyodbc.Error):
        cursor.executemany("INSERT INTO dbo.t VALUES (?)", [(6,), (7,)])
    emulator.faults()
    assert rows(table.execute("SELECT COUNT(*) FROM dbo.t")) == [(3,)]


def test_that_connections_are_refused(emulator: Emulator, open_connection: Opener) -> None:
    emulator.faults({"kind": "refuse"})
    with pytest.raises(Problem, match="no connection"):
        open_connection(timeout=3)
    emulator.faults()
    open_connection()


def test_that_answers_come_late_and_slowly(emulator: Emulator, table: pyodbc.Connection) -> None:
    emulator.faults({"kind": "late", "seconds": 0.3, "match": "SELECT 1"})
    started = time.monotonic()
    table.execute("SELECT 1").fetchall()
    assert time.monotonic() - started >= 0.3
    emulator.faults({"kind": "throttle", "rows_per_second": 10})
    started = time.monotonic()
    assert len(table.execute("SELECT id FROM dbo.t").fetchall()) == 3
    assert time.monotonic() - started >= 0.3


def test_that_a_backup_whose_messages_are_not_read_is_none(
    emulator: Emulator, admin: pyodbc.Connection, database: str
) -> None:
    """A real server breaks off a backup that takes longer than its client waits: here it takes as long as it has to."""
    backup = f"BACKUP DATABASE [{database}] TO DISK = '{directory(admin, 'Backup')}/{database}.bak' WITH INIT"
    query = "SELECT COUNT(*) FROM msdb.dbo.backupset WHERE database_name = ?"
    emulator.faults({"kind": "halt", "match": database, "seconds": 60})
    cursor = admin.cursor()
    cursor.execute(backup)
    cursor.close()
    assert admin.execute(query, database).fetchval() == 0
    emulator.faults()
    drained(admin.execute(backup))
    assert admin.execute(query, database).fetchval() == 1


def test_that_an_unknown_kind_is_refused(emulator: Emulator) -> None:
    with pytest.raises(ValueError, match="gremlin"):
        write(emulator.directory / "state", [{"kind": "gremlin"}])
