# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connecting: TLS that is verified, services, what a session is told, calls that take too long."""

from __future__ import annotations

import ssl
from dataclasses import replace
from pathlib import Path

import oracledb
import pytest

from emulators.certificates import Authority
from tests.integration.oracle.conftest import REAL, Database, Opener, fails, new_password, rows


def test_that_a_session_knows_where_it_is(open_connection: Opener, database: Database) -> None:
    connection = open_connection()
    connection.ping()
    assert int(connection.version.split(".")[0]) >= 12
    cursor = connection.cursor()
    (found,) = rows(cursor, "SELECT USER, SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA') FROM dual")
    assert found == (database.user.upper(), database.user.upper())
    connection.module = "uoe.exam_scheduling"
    connection.client_identifier = "SAS005-150"
    query = "SELECT module, client_identifier FROM v$session WHERE sid = SYS_CONTEXT('USERENV', 'SID')"
    assert rows(cursor, query) == [("uoe.exam_scheduling", "SAS005-150")]


def test_that_a_wrong_password_is_refused(database: Database) -> None:
    with pytest.raises(oracledb.DatabaseError, match="ORA-01017"):
        database.connect("NOBODY_AT_ALL", new_password())


def test_that_an_unknown_service_is_refused(database: Database) -> None:
    service = "nothing.exams.example"
    head, _unused, tail = database.dsn.partition("SERVICE_NAME=")
    dsn = (
        f"{head}SERVICE_NAME={service}{tail[tail.index(')') :]}"
        if tail
        else f"{database.dsn.rpartition('/')[0]}/{service}"
    )
    with pytest.raises(oracledb.OperationalError, match="DPY-6001"):
        replace(database, dsn=dsn).connect()


def test_that_a_connect_string_may_be_long(open_connection: Opener, database: Database) -> None:
    long = replace(database, dsn=database.dsn.replace("(CONNECT_DATA=", f"(CONNECT_DATA=(COLOCATION_TAG={'x' * 200})"))
    with long.connect() as connection:
        connection.ping()


def test_that_the_schema_can_be_changed(open_connection: Opener) -> None:
    connection = open_connection()
    connection.current_schema = "SYS"
    cursor = connection.cursor()
    assert rows(cursor, "SELECT SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA') FROM dual") == [("SYS",)]
    assert fails(cursor, "ALTER SESSION SET CURRENT_SCHEMA = nobody_at_all") == 1435


def test_that_a_call_can_time_out_and_the_session_goes_on(connection: oracledb.Connection) -> None:
    cursor = connection.cursor()
    connection.call_timeout = 200
    for _each in range(2):
        with pytest.raises(oracledb.DatabaseError, match="DPY-4024"):
            cursor.execute("BEGIN DBMS_SESSION.SLEEP(20); END;")
    connection.call_timeout = 0
    assert rows(cursor, "SELECT 1 FROM dual") == [(1,)]


def test_that_a_query_can_be_broken_off(connection: oracledb.Connection, cursor: oracledb.Cursor) -> None:
    cursor.execute("CREATE TABLE numbers (n NUMBER(4))")
    cursor.executemany("INSERT INTO numbers VALUES (:1)", [(n,) for n in range(300)])
    long = "SELECT COUNT(*) FROM numbers a CROSS JOIN numbers b CROSS JOIN numbers c WHERE a.n * b.n + c.n < 0"
    # not by cancel() from another thread: before Python 3.13 a TLS connection is not for two threads at once
    connection.call_timeout = 300
    with pytest.raises(oracledb.DatabaseError, match="DPY-4024"):
        cursor.execute(long)
    connection.call_timeout = 0
    assert rows(cursor, "SELECT COUNT(*) FROM numbers") == [(300,)]


if not REAL:

    def test_that_a_server_of_another_authority_is_refused(database: Database, tmp_path: Path) -> None:
        Authority.load_or_create(tmp_path, "somebody else")
        with pytest.raises(oracledb.OperationalError) as error:
            replace(database, ca=str(tmp_path / "root.pem")).connect()
        assert "CERTIFICATE_VERIFY_FAILED" in str(error.value) or isinstance(error.value.__cause__, ssl.SSLError)

    def test_that_a_server_of_another_name_is_refused(database: Database) -> None:
        with pytest.raises(oracledb.DatabaseError, match=r"DPY-6006|distinguished name"):
            replace(database, dsn=database.dsn.replace("CN=eugex-db", "CN=other-db")).connect()
