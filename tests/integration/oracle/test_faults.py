# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on request: what a client sees, and what is left."""

from __future__ import annotations

import time
from collections.abc import Iterator

import oracledb
import pytest

from tests.integration.oracle.conftest import Account, Database, Emulator, Opener, fails, number_of, rows

LOST = "DPY-4011|DPY-1001"


@pytest.fixture(autouse=True)
def _no_faults(emulator: Emulator) -> Iterator[None]:
    yield
    emulator.faults()


@pytest.fixture
def table(cursor: oracledb.Cursor) -> oracledb.Cursor:
    """Return a cursor of an owner with an empty table."""
    cursor.execute("CREATE TABLE t (a NUMBER, b VARCHAR2(10))")
    return cursor


def test_refused_connections(emulator: Emulator, database: Database) -> None:
    emulator.faults({"kind": "refuse", "times": 1})
    with pytest.raises(oracledb.Error):
        database.connect()
    database.connect().close()


def test_a_refused_login(emulator: Emulator, database: Database) -> None:
    emulator.faults(
        {"kind": "login", "login": "SYSTEM", "number": 12528, "message": "TNS:listener: all are blocking", "times": 1}
    )
    with pytest.raises(oracledb.DatabaseError, match="ORA-12528"):
        database.connect()


def test_late_answers(emulator: Emulator, table: oracledb.Cursor) -> None:
    emulator.faults({"kind": "late", "seconds": 0.05})
    started = time.monotonic()
    for _each in range(4):
        rows(table, "SELECT 1 FROM dual")
    assert time.monotonic() - started > 0.2


def test_a_connection_that_is_cut_at_the_third_statement(
    emulator: Emulator, table: oracledb.Cursor, open_connection: Opener, owner: Account
) -> None:
    emulator.faults({"kind": "drop", "match": "CREATE OR REPLACE VIEW", "after": 2, "times": 1})
    for number in (1, 2):
        table.execute(f"CREATE OR REPLACE VIEW v{number} AS SELECT a FROM t")
    with pytest.raises(oracledb.DatabaseError, match=LOST):
        table.execute("CREATE OR REPLACE VIEW v3 AS SELECT a FROM t")
    again = open_connection(owner.name, owner.password).cursor()
    assert rows(again, "SELECT view_name FROM user_views ORDER BY 1") == [("V1",), ("V2",)]


def test_that_statements_inside_a_block_are_found_too(
    emulator: Emulator, table: oracledb.Cursor, open_connection: Opener, owner: Account
) -> None:
    emulator.faults({"kind": "drop", "match": "VIEW v2", "times": 1})
    texts = [[f"CREATE OR REPLACE VIEW v{number} AS SELECT a FROM t"] for number in (1, 2, 3)]
    with pytest.raises(oracledb.DatabaseError, match=LOST):
        table.executemany("BEGIN EXECUTE IMMEDIATE :1; END;", texts)
    again = open_connection(owner.name, owner.password).cursor()
    assert rows(again, "SELECT view_name FROM user_views ORDER BY 1") == [("V1",)]


def test_an_answer_that_is_lost(
    emulator: Emulator, table: oracledb.Cursor, open_connection: Opener, owner: Account
) -> None:
    emulator.faults({"kind": "lose", "match": "CREATE VIEW", "times": 1})
    with pytest.raises(oracledb.DatabaseError, match=LOST):
        table.execute("CREATE VIEW v AS SELECT a FROM t")
    again = open_connection(owner.name, owner.password).cursor()
    assert rows(again, "SELECT view_name FROM user_views") == [("V",)]


def test_a_connection_that_is_cut_within_a_batch_and_within_a_result(
    emulator: Emulator, table: oracledb.Cursor, open_connection: Opener, owner: Account
) -> None:
    emulator.faults({"kind": "drop", "match": "INSERT INTO t", "rows": 100, "times": 1})
    with pytest.raises(oracledb.DatabaseError, match=LOST):
        table.executemany("INSERT INTO t (a) VALUES (:1)", [(n,) for n in range(500)])
    connection = open_connection(owner.name, owner.password)
    again = connection.cursor()
    assert rows(again, "SELECT COUNT(*) FROM t") == [(0,)]
    again.executemany("INSERT INTO t (a) VALUES (:1)", [(n,) for n in range(500)])
    connection.commit()
    emulator.faults({"kind": "drop", "match": "SELECT a FROM t", "rows": 250, "times": 1})
    again.execute("SELECT a FROM t")
    with pytest.raises(oracledb.DatabaseError, match=LOST):
        again.fetchall()


def test_no_space(emulator: Emulator, table: oracledb.Cursor) -> None:
    emulator.faults(
        {"kind": "error", "match": "INSERT INTO t", "number": 1653, "words": ["HUB.T", "USERS"], "rows": 3, "times": 1}
    )
    with pytest.raises(oracledb.DatabaseError, match=r"ORA-01653: unable to extend table HUB\.T") as error:
        table.executemany("INSERT INTO t (a) VALUES (:1)", [(n,) for n in range(9)])
    assert (number_of(error), table.rowcount) == (1653, 3)
    assert rows(table, "SELECT COUNT(*) FROM t") == [(3,)]
    emulator.faults({"kind": "error", "match": "INSERT", "number": 1536, "times": 1})
    assert fails(table, "INSERT INTO t (a) VALUES (1)") == 1536
    table.execute("INSERT INTO t (a) VALUES (1)")


def test_held_objects(
    emulator: Emulator, table: oracledb.Cursor, owner: Account, connection: oracledb.Connection
) -> None:
    table.execute("CREATE VIEW v AS SELECT a FROM t")
    emulator.faults(
        {"kind": "lock", "object": f"{owner.name}.T"},
        {"kind": "lock", "object": f"{owner.name}.V", "number": 4021, "seconds": 0.2},
    )
    assert fails(table, "ALTER TABLE t ADD (c NUMBER)") == 54
    with pytest.raises(oracledb.DatabaseError, match=f"ORA-04021.*{owner.name}.V"):
        table.execute("CREATE OR REPLACE VIEW v AS SELECT b FROM t")
    connection.call_timeout = 200
    with pytest.raises(oracledb.DatabaseError, match="DPY-4024"):
        table.execute("INSERT INTO t (a) VALUES (1)")
    connection.call_timeout = 0
    emulator.faults()
    table.execute("CREATE OR REPLACE VIEW v AS SELECT b FROM t")
    table.execute("ALTER TABLE t ADD (c NUMBER)")


def test_faults_of_one_account_only(
    emulator: Emulator, table: oracledb.Cursor, admin: oracledb.Cursor, owner: Account
) -> None:
    emulator.faults({"kind": "error", "login": owner.name, "number": 1555})
    assert fails(table, "SELECT 1 FROM dual") == 1555
    assert rows(admin, "SELECT 1 FROM dual") == [(1,)]
