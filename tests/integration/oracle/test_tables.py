# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables: created, altered, dropped; what the dictionary says; locks."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import oracledb
import pytest

from emulators.processes import wait_until
from tests.integration.oracle.conftest import Account, Opener, fails, rows


@pytest.fixture
def table(cursor: oracledb.Cursor) -> oracledb.Cursor:
    """Return a cursor of an owner with a table that has rows."""
    cursor.execute(
        "CREATE TABLE rooms (id NUMBER(4) CONSTRAINT rooms_pk PRIMARY KEY, name VARCHAR2(10) NOT NULL, seats NUMBER(4) "
        "DEFAULT 30, CONSTRAINT rooms_seats CHECK (seats > 0), CONSTRAINT rooms_name UNIQUE (name))"
    )
    cursor.execute("INSERT INTO rooms VALUES (1, 'Library', 100)")
    cursor.execute("INSERT INTO rooms (id, name) VALUES (2, 'Gym')")
    return cursor


def columns(cursor: oracledb.Cursor) -> dict[str, tuple[Any, ...]]:
    query = (
        "SELECT column_name, data_type, data_length, data_precision, data_scale, nullable, data_default "
        "FROM user_tab_columns WHERE table_name = 'ROOMS' ORDER BY column_id"
    )
    return {row[0]: row[1:] for row in rows(cursor, query)}


def test_constraints_in_the_dictionary(table: oracledb.Cursor) -> None:
    query = (
        "SELECT c.constraint_name, c.constraint_type, c.search_condition, c.status, l.column_name "
        "FROM user_constraints c "
        "JOIN user_cons_columns l ON l.constraint_name = c.constraint_name WHERE c.table_name = 'ROOMS' AND "
        "c.generated = 'USER NAME' ORDER BY c.constraint_name"
    )
    assert rows(table, query) == [
        ("ROOMS_NAME", "U", None, "ENABLED", "NAME"),
        ("ROOMS_PK", "P", None, "ENABLED", "ID"),
        ("ROOMS_SEATS", "C", "seats > 0", "ENABLED", "SEATS"),
    ]
    query = "SELECT search_condition FROM user_constraints WHERE table_name = 'ROOMS' AND generated = 'GENERATED NAME'"
    assert rows(table, query) == [('"NAME" IS NOT NULL',)]


def test_columns_are_added_and_widened(table: oracledb.Cursor) -> None:
    table.execute("ALTER TABLE rooms ADD (floor NUMBER(2) DEFAULT 0 NOT NULL, note VARCHAR2(50))")
    table.execute("ALTER TABLE rooms MODIFY (name VARCHAR2(40), seats NUMBER(6,1))")
    table.execute("ALTER TABLE rooms MODIFY note DEFAULT 'none'")
    found = columns(table)
    assert found["FLOOR"][:5] == ("NUMBER", 22, 2, 0, "N")
    assert found["NAME"][:2] == ("VARCHAR2", 40)
    assert found["SEATS"][2:4] == (6, 1)
    assert found["NOTE"][5].strip() == "'none'"
    assert rows(table, "SELECT id, floor, note FROM rooms ORDER BY id") == [(1, 0, None), (2, 0, None)]
    table.execute("INSERT INTO rooms (id, name) VALUES (3, 'A room with a longer name')")
    assert rows(table, "SELECT floor, note, seats FROM rooms WHERE id = 3") == [(0, "none", 30)]
    table.execute("ALTER TABLE rooms DROP COLUMN note")
    assert list(columns(table)) == ["ID", "NAME", "SEATS", "FLOOR"]


@pytest.mark.parametrize(
    ("change", "number"),
    [
        ("ADD (name NUMBER)", 1430),
        ("ADD (must NUMBER NOT NULL)", 1758),
        ("MODIFY (name VARCHAR2(3))", 1441),
        ("MODIFY (name NUMBER)", 1439),
        ("MODIFY (seats NUMBER(2))", 1440),
        ("MODIFY (name NOT NULL)", 1442),
        ("MODIFY (nope NUMBER)", 904),
        ("DROP COLUMN nope", 904),
        ("DROP CONSTRAINT nope", 2443),
        ("ADD CONSTRAINT rooms_pk UNIQUE (seats)", 2264),
        ("ADD PRIMARY KEY (name)", 2260),
        ("ADD CONSTRAINT small CHECK (seats < 50)", 2293),
        ("ADD CONSTRAINT fk FOREIGN KEY (seats) REFERENCES rooms (id)", 2298),
    ],
)
def test_a_refused_change(table: oracledb.Cursor, change: str, number: int) -> None:
    before = columns(table)
    assert fails(table, f"ALTER TABLE rooms {change}") == number
    assert columns(table) == before


def test_constraints_are_added_and_dropped(table: oracledb.Cursor) -> None:
    table.execute("ALTER TABLE rooms DROP CONSTRAINT rooms_seats")
    table.execute("INSERT INTO rooms VALUES (3, 'Cellar', -5)")
    assert fails(table, "ALTER TABLE rooms ADD CONSTRAINT rooms_seats CHECK (seats > 0)") == 2293
    table.execute(
        "CREATE TABLE bookings (room NUMBER(4), CONSTRAINT bookings_fk FOREIGN KEY (room) REFERENCES rooms (id))"
    )
    assert fails(table, "DROP TABLE rooms") == 2449
    assert fails(table, "ALTER TABLE rooms DROP CONSTRAINT rooms_pk") == 2273
    query = (
        "SELECT constraint_type, r_constraint_name, delete_rule FROM user_constraints "
        "WHERE constraint_name = 'BOOKINGS_FK'"
    )
    assert rows(table, query) == [("R", "ROOMS_PK", "NO ACTION")]
    table.execute("ALTER TABLE rooms DROP CONSTRAINT rooms_pk CASCADE")
    table.execute("INSERT INTO bookings VALUES (77)")
    table.execute("DROP TABLE rooms PURGE")
    assert rows(table, "SELECT table_name FROM user_tables") == [("BOOKINGS",)]


def test_truncate(table: oracledb.Cursor, connection: oracledb.Connection) -> None:
    table.execute("TRUNCATE TABLE rooms")
    connection.rollback()
    assert rows(table, "SELECT COUNT(*) FROM rooms") == [(0,)]


def test_quoted_names(cursor: oracledb.Cursor) -> None:
    cursor.execute('CREATE TABLE "Room list" ("name of it" VARCHAR2(5), "SELECT" NUMBER)')
    cursor.execute('INSERT INTO "Room list" ("name of it", "SELECT") VALUES (:1, 2)', ["a"])
    assert rows(cursor, 'SELECT r."name of it", "SELECT" FROM "Room list" r') == [("a", 2)]
    assert fails(cursor, 'SELECT * FROM "ROOM LIST"') == 942


def test_that_a_table_with_open_changes_cannot_be_altered(
    table: oracledb.Cursor, connection: oracledb.Connection, open_connection: Opener, owner: Account
) -> None:
    other = open_connection(owner.name, owner.password).cursor()
    connection.commit()
    table.execute("UPDATE rooms SET seats = 1")
    assert fails(other, "ALTER TABLE rooms ADD (a NUMBER)") == 54
    other.execute("ALTER SESSION SET DDL_LOCK_TIMEOUT = 1")
    started = time.monotonic()
    assert fails(other, "ALTER TABLE rooms ADD (a NUMBER)") == 54
    assert 0.9 < time.monotonic() - started < 5
    assert fails(other, "SELECT * FROM rooms FOR UPDATE NOWAIT") == 54
    assert fails(other, "SELECT * FROM rooms FOR UPDATE WAIT 1") == 30006
    assert fails(other, "LOCK TABLE rooms IN EXCLUSIVE MODE NOWAIT") == 54
    # views need no lock
    other.execute("CREATE VIEW big_rooms AS SELECT id FROM rooms WHERE seats > 50")
    connection.rollback()
    other.execute("ALTER TABLE rooms ADD (a NUMBER)")


def test_that_a_change_that_has_waited_finds_the_table_as_it_is_by_then(
    table: oracledb.Cursor,
    connection: oracledb.Connection,
    open_connection: Opener,
    owner: Account,
    admin: oracledb.Cursor,
) -> None:
    connection.commit()
    other, third = (open_connection(owner.name, owner.password) for _each in range(2))
    table.execute("LOCK TABLE rooms IN EXCLUSIVE MODE")
    with ThreadPoolExecutor(2) as pool:
        insert = "INSERT INTO rooms (id, name, seats) VALUES (7, 'Attic', 3)"
        waiting = pool.submit(other.cursor().execute, insert)
        third.cursor().execute("ALTER SESSION SET DDL_LOCK_TIMEOUT = 20")
        altering = pool.submit(third.cursor().execute, "ALTER TABLE rooms MODIFY (name VARCHAR2(30))")
        busy = "SELECT COUNT(*) FROM v$session WHERE username = :1 AND status = 'ACTIVE'"
        wait_until(lambda: rows(admin, busy, owner.name) == [(2,)], "both to wait")
        connection.commit()  # whichever comes first, both get through
        waiting.result(20)
        other.commit()
        altering.result(20)
    assert rows(table, "SELECT seats FROM rooms WHERE id = 7") == [(3,)]


def test_that_a_change_waits_for_the_one_before(
    table: oracledb.Cursor, connection: oracledb.Connection, open_connection: Opener, owner: Account
) -> None:
    connection.commit()
    other = open_connection(owner.name, owner.password)
    table.execute("UPDATE rooms SET seats = 1 WHERE id = 1")
    other.call_timeout = 300
    with pytest.raises(oracledb.DatabaseError, match="DPY-4024"):
        other.cursor().execute("UPDATE rooms SET seats = 2 WHERE id = 1")
    other.call_timeout = 0
    connection.commit()
    other.cursor().execute("UPDATE rooms SET seats = 2 WHERE id = 1")
    other.commit()
    assert rows(table, "SELECT seats FROM rooms WHERE id = 1") == [(2,)]
