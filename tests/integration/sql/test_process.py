# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The process: ended by SIGTERM, its state kept, even when it was killed."""

from __future__ import annotations

import signal
import socket
import sqlite3
import threading
from dataclasses import replace
from pathlib import Path

import pyodbc
import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql._odbc import (
    connect,
    connection_string,
    find_driver,
)
from tests.integration.sql.conftest import Emulator, running_emulator


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_that_the_state_outlives_the_process(tmp_path: Path, number: signal.Signals) -> None:
    with running_emulator(tmp_path) as emulator:
        connection = connect(emulator.server, autocommit=True)
        connection.execute("CREATE DATABASE kept")
        connection.execute(
            "USE kept; CREATE TABLE dbo.t (id int IDENTITY PRIMARY KEY, n rowversion); INSERT INTO dbo.t DEFAULT VALUES"
        )
        open_transaction = connect(replace(emulator.server, database="kept"), autocommit=False)
        open_transaction.execute("INSERT INTO dbo.t DEFAULT VALUES")
        code = emulator.stop(number)
        assert code == (0 if number == signal.SIGTERM else -signal.SIGKILL)
        (emulator.directory / "state" / "server.pid").unlink(missing_ok=True)
        emulator.start()
        again = connect(replace(emulator.server, database="kept"), autocommit=True)
        assert [row[0] for row in again.execute("SELECT id FROM dbo.t").fetchall()] == [1]
        again.execute("INSERT INTO dbo.t DEFAULT VALUES")
        assert again.execute("SELECT MAX(id) FROM dbo.t").fetchval() >= 2
        again.close()


def test_that_only_the_login_is_encrypted_where_the_client_asks_for_no_more(emulator: Emulator) -> None:
    text = connection_string(emulator.server, find_driver()).replace("Encrypt={yes}", "Encrypt={no}")
    connection = pyodbc.connect(text, autocommit=True)
    query = "SELECT encrypt_option FROM sys.dm_exec_connections WHERE session_id = @@SPID"
    assert connection.execute(query).fetchval() == "FALSE"
    connection.close()


def test_that_what_is_not_tds_ends_the_connection_and_no_more(emulator: Emulator) -> None:
    server = emulator.server
    for data in (b"GET / HTTP/1.1\r\n\r\n", b"\x12\x01\x00\x0a\0\0\0\0\xff\xff", b"\x10\x01\x00\x09\0\0\0\0\0"):
        with socket.create_connection((str(server.connect_address), server.port), timeout=10) as client:
            client.sendall(data)
            client.shutdown(socket.SHUT_WR)
            assert client.recv(100) == b""
    connect(server, autocommit=True).close()


def test_that_who_connects_waits_until_the_last_to_leave_has_tidied_up(emulator: Emulator, database: str) -> None:
    """Whoever is the last to close a file of SQLite with a log writes it into the file, and locks it meanwhile."""
    with connect(emulator.server, autocommit=True) as connection:
        number = connection.execute("SELECT DB_ID(?)", database).fetchval()
    file = emulator.directory / "state" / "databases" / f"{number}.sqlite"
    last = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    last.execute("PRAGMA locking_mode = EXCLUSIVE")
    last.execute("BEGIN EXCLUSIVE")
    leaving = threading.Timer(0.5, last.close)
    leaving.start()
    entered = connect(replace(emulator.server, database=database), autocommit=True)
    assert entered.execute("SELECT DB_NAME()").fetchval() == database
    entered.close()
    leaving.join()
