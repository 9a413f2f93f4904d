# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Transactions, savepoints, constraints, concurrency, cancelled statements and killed connections."""

from __future__ import annotations

import socket
import threading
import time

import pyodbc
import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.server import Server
from tests.integration.sql.conftest import Opener, number_of, rows
from tests.integration.sql.test_second_client import second


@pytest.fixture
def database(admin: pyodbc.Connection, database: str) -> str:
    """Return a database whose readers do not wait for writers: a real server's do, unless it is told otherwise."""
    admin.execute(f"ALTER DATABASE [{database}] SET READ_COMMITTED_SNAPSHOT ON WITH ROLLBACK IMMEDIATE")
    return database


@pytest.fixture
def table(connection: pyodbc.Connection) -> pyodbc.Connection:
    connection.execute(
        "CREATE TABLE dbo.parents (id int PRIMARY KEY); CREATE TABLE dbo.t (id int PRIMARY KEY, n int CHECK (n < "
        "100), parent int REFERENCES dbo.parents (id))"
    )
    connection.execute("INSERT INTO dbo.parents VALUES (1), (2)")
    return connection


def count(connection: pyodbc.Connection) -> int:
    return int(connection.execute("SELECT COUNT(*) FROM dbo.t").fetchval())


def test_commit_rollback_and_savepoints(table: pyodbc.Connection, open_connection: Opener, database: str) -> None:
    mine = open_connection(database=database, autocommit=False)
    mine.execute("INSERT INTO dbo.t VALUES (1, 1, 1)")
    assert count(table) == 0
    mine.commit()
    assert count(table) == 1
    mine.execute(
        "INSERT INTO dbo.t VALUES (2, 1, 1); SAVE TRANSACTION here; INSERT INTO dbo.t VALUES (3, 1, 1); ROLLBACK "
        "TRANSACTION here"
    )
    mine.execute("CREATE TABLE dbo.u (id int)")
    mine.commit()
    assert rows(table.execute("SELECT id FROM dbo.t")) == [(1,), (2,)]
    mine.execute("DROP TABLE dbo.u; DELETE FROM dbo.t")
    mine.rollback()
    assert count(table) == 2
    assert table.execute("SELECT OBJECT_ID('dbo.u')").fetchval() is not None


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        ("INSERT INTO dbo.t VALUES (1, 1, 1), (1, 2, 1)", 2627),
        ("INSERT INTO dbo.t VALUES (1, 100, 1)", 547),
        ("INSERT INTO dbo.t VALUES (1, 1, 3)", 547),
        ("INSERT INTO dbo.t VALUES (NULL, 1, 1)", 515),
        ("TRUNCATE TABLE dbo.parents", 4712),
        ("DROP TABLE dbo.parents", 3726),
        ("INSERT INTO dbo.t VALUES (1, 1)", 213),
        ("UPDATE dbo.parents SET id = 'x'", 245),
    ],
)
def test_constraints(table: pyodbc.Connection, statement: str, number: int) -> None:
    with pytest.raises(pyodbc.Error) as caught:
        table.execute(statement)
    assert number_of(caught.value) == number
    assert count(table) == 0


def test_that_references_and_checks_are_switched_off_and_on(table: pyodbc.Connection) -> None:
    table.execute("ALTER TABLE dbo.t NOCHECK CONSTRAINT ALL")
    table.execute("INSERT INTO dbo.t VALUES (1, 500, 9)")
    assert rows(table.execute("SELECT is_disabled, is_not_trusted FROM sys.foreign_keys")) == [(True, True)]
    with pytest.raises(pyodbc.Error) as caught:
        table.execute("ALTER TABLE dbo.t WITH CHECK CHECK CONSTRAINT ALL")
    assert number_of(caught.value) == 547
    table.execute("DELETE FROM dbo.t; ALTER TABLE dbo.t WITH CHECK CHECK CONSTRAINT ALL")
    assert rows(table.execute("SELECT is_disabled, is_not_trusted FROM sys.foreign_keys")) == [(False, False)]


def test_rows_that_refer_to_rows_of_the_same_statement(connection: pyodbc.Connection) -> None:
    connection.execute("CREATE TABLE dbo.tree (id int PRIMARY KEY, above int NULL REFERENCES dbo.tree (id))")
    connection.execute("INSERT INTO dbo.tree VALUES (1, 2), (2, NULL)")
    with pytest.raises(pyodbc.Error, match="SAME TABLE"):
        connection.execute("DELETE FROM dbo.tree WHERE id = 2")
    assert connection.execute("DELETE FROM dbo.tree").rowcount == 2


def test_identity_values(connection: pyodbc.Connection) -> None:
    connection.execute("CREATE TABLE dbo.i (id int IDENTITY(5,5) PRIMARY KEY, n int)")
    with pytest.raises(pyodbc.Error) as caught:
        connection.execute("INSERT INTO dbo.i (id, n) VALUES (100, 1)")
    assert number_of(caught.value) == 544
    connection.execute(
        "SET IDENTITY_INSERT dbo.i ON; INSERT INTO dbo.i (id, n) VALUES (100, 1); SET IDENTITY_INSERT dbo.i OFF; "
        "INSERT INTO dbo.i (n) VALUES (2)"
    )
    assert (
        connection.execute("SELECT CAST(SCOPE_IDENTITY() AS int), CAST(IDENT_CURRENT('dbo.i') AS int)").fetchone()[0]
        == 105
    )
    connection.execute("DELETE FROM dbo.i; DBCC CHECKIDENT ('dbo.i', RESEED, 50); INSERT INTO dbo.i (n) VALUES (3)")
    assert rows(connection.execute("SELECT id FROM dbo.i")) == [(55,)]


def test_that_writers_wait_for_each_other(table: pyodbc.Connection, open_connection: Opener, database: str) -> None:
    table.execute("INSERT INTO dbo.t VALUES (1, 0, 1)")
    errors: list[BaseException] = []

    def add(connection: pyodbc.Connection) -> None:
        try:
            for _unused in range(25):
                connection.execute("UPDATE dbo.t SET n = n + 1 WHERE id = 1")
                connection.commit()
        except BaseException as error:
            errors.append(error)

    threads = [
        threading.Thread(target=add, args=(open_connection(database=database, autocommit=False),))
        for _unused in range(3)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert not errors
    assert table.execute("SELECT n FROM dbo.t").fetchval() == 75


def test_that_a_lock_timeout_is_told(table: pyodbc.Connection, open_connection: Opener, database: str) -> None:
    holder = open_connection(database=database, autocommit=False)
    holder.execute("INSERT INTO dbo.t VALUES (1, 1, 1)")
    table.execute("SET LOCK_TIMEOUT 100")
    with pytest.raises(pyodbc.Error) as caught:
        table.execute("DELETE FROM dbo.t")
    assert number_of(caught.value) == 1222


def test_that_a_statement_is_cancelled_and_undone(
    table: pyodbc.Connection, open_connection: Opener, database: str
) -> None:
    connection = open_connection(database=database)
    cursor = connection.cursor()
    timer = threading.Timer(0.3, cursor.cancel)
    timer.start()
    started = time.monotonic()
    with pytest.raises(pyodbc.Error, match="HY008"):
        cursor.execute("WAITFOR DELAY '00:00:20'")
    assert time.monotonic() - started < 10
    assert connection.execute("SELECT 1").fetchval() == 1


def test_that_a_killed_connection_leaves_nothing(
    table: pyodbc.Connection, open_connection: Opener, database: str
) -> None:
    victim = open_connection(database=database, autocommit=False)
    victim.execute("INSERT INTO dbo.t VALUES (1, 1, 1)")
    session = victim.execute("SELECT @@SPID").fetchval()
    table.execute(f"KILL {session}")
    with pytest.raises(pyodbc.Error):
        victim.execute("SELECT 1").fetchall()
    table.execute("INSERT INTO dbo.t VALUES (1, 2, 2)")
    assert rows(table.execute("SELECT n FROM dbo.t")) == [(2,)]


def test_that_a_client_that_dies_leaves_nothing(server: Server, table: pyodbc.Connection, database: str) -> None:
    """Another client, whose socket closes as that of a killed process does: no logout, no rollback."""
    victim = second(server, database, autocommit=False)
    with victim.cursor() as cursor:
        cursor.execute("INSERT INTO dbo.t VALUES (1, 1, 1)")
    plain = victim._tds_socket.sock._transport  # under TLS, which would say goodbye
    plain.shutdown(socket.SHUT_RDWR)
    table.execute("SET LOCK_TIMEOUT 20000")
    table.execute("INSERT INTO dbo.t VALUES (1, 2, 2)")  # waits until the server has noticed
    assert rows(table.execute("SELECT n FROM dbo.t")) == [(2,)]


def test_bulk(connection: pyodbc.Connection, open_connection: Opener, database: str) -> None:
    connection.execute("CREATE TABLE dbo.many (id int PRIMARY KEY, name nvarchar(50), n int)")
    mine = open_connection(database=database, autocommit=False)
    cursor = mine.cursor()
    cursor.fast_executemany = True
    given = [(n, f"name {n} é😀", n % 7) for n in range(20_000)]
    cursor.executemany("INSERT INTO dbo.many VALUES (?, ?, ?)", given)
    assert connection.execute("SELECT COUNT(*) FROM dbo.many").fetchval() == 0
    mine.commit()
    assert rows(connection.execute("SELECT * FROM dbo.many ORDER BY id")) == given
    with pytest.raises(pyodbc.Error) as caught:
        cursor.executemany("INSERT INTO dbo.many VALUES (?, ?, ?)", [(20_000, "a", 1), (5, "b", 1), (20_001, "c", 1)])
    assert number_of(caught.value) == 2627
    mine.rollback()
    assert connection.execute("SELECT COUNT(*) FROM dbo.many").fetchval() == 20_000
    cursor.executemany("DELETE FROM dbo.many WHERE id = ?", [(n,) for n in range(10_000)])
    mine.commit()
    assert connection.execute("SELECT COUNT(*) FROM dbo.many").fetchval() == 10_000
