# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes of rows: constraints, batches, transactions, MERGE, types, LOBs."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import oracledb
import pytest

from tests.integration.oracle.conftest import fails, number_of, rows

D = dt.datetime


@pytest.fixture
def staff(cursor: oracledb.Cursor) -> oracledb.Cursor:
    """Return a cursor where there is an empty table of invigilators and one of what they do."""
    cursor.execute(
        "CREATE TABLE invigilators (id NUMBER(6), uun VARCHAR2(8 CHAR) NOT NULL, hours NUMBER(4,1) DEFAULT 2.5, "
        "active CHAR(1) DEFAULT 'Y' NOT NULL, since DATE, CONSTRAINT invigilators_pk PRIMARY KEY (id), "
        "CONSTRAINT invigilators_uun UNIQUE (uun), CONSTRAINT invigilators_active CHECK (active IN ('Y', 'N')))"
    )
    cursor.execute(
        "CREATE TABLE duties (invigilator NUMBER(6) CONSTRAINT duties_fk REFERENCES invigilators ON DELETE CASCADE, "
        "room VARCHAR2(10), day DATE, CONSTRAINT duties_once UNIQUE (invigilator, day))"
    )
    return cursor


@pytest.mark.parametrize(
    ("sql", "number", "text"),
    [
        ("INSERT INTO invigilators (id, uun) VALUES (1, 's9')", 1, "INVIGILATORS_PK"),
        ("INSERT INTO invigilators (id, uun) VALUES (9, 's1')", 1, "INVIGILATORS_UUN"),
        ("INSERT INTO invigilators (id, uun) VALUES (NULL, 's9')", 1400, '"INVIGILATORS"."ID"'),
        ("INSERT INTO invigilators (id, uun) VALUES (9, '')", 1400, '"INVIGILATORS"."UUN"'),
        ("UPDATE invigilators SET uun = NULL", 1407, '"INVIGILATORS"."UUN"'),
        ("INSERT INTO invigilators (id, uun, active) VALUES (9, 's9', 'X')", 2290, "INVIGILATORS_ACTIVE"),
        ("INSERT INTO invigilators (id, uun) VALUES (9, 's12345678')", 12899, "actual: 9, maximum: 8"),
        ("INSERT INTO invigilators (id, uun, hours) VALUES (9, 's9', 12345)", 1438, "precision"),
        ("INSERT INTO invigilators (id, uun) VALUES ('x', 's9')", 1722, "invalid number"),
        ("INSERT INTO invigilators (id, nope) VALUES (1, 2)", 904, "NOPE"),
        ("INSERT INTO invigilators (id, uun) VALUES (1)", 947, ""),
        ("INSERT INTO invigilators (id) VALUES (1, 2)", 913, ""),
        ("INSERT INTO duties VALUES (7, 'A', NULL)", 2291, "DUTIES_FK"),
        ("UPDATE invigilators SET id = 5", 2292, "DUTIES_FK"),
    ],
)
def test_a_violation(staff: oracledb.Cursor, sql: str, number: int, text: str) -> None:
    staff.execute("INSERT INTO invigilators (id, uun) VALUES (1, 's1')")
    staff.execute("INSERT INTO duties VALUES (1, 'A', DATE '2027-05-03')")
    with pytest.raises(oracledb.DatabaseError) as error:
        staff.execute(sql)
    assert number_of(error) == number
    assert text in str(error.value)
    assert rows(staff, "SELECT COUNT(*) FROM invigilators") == [(1,)]


def test_defaults_padding_and_rounding(staff: oracledb.Cursor) -> None:
    staff.execute("INSERT INTO invigilators (id, uun, hours) VALUES (1, 'é', 1.25)")
    staff.execute("INSERT INTO invigilators (id, uun, active) VALUES ('2', 's2', DEFAULT)")
    staff.execute("ALTER TABLE invigilators ADD (grade CHAR(4))")
    staff.execute("UPDATE invigilators SET grade = 'A' WHERE id = 1")
    expected = [(1, "é", 1.3, "Y", "A   "), (2, "s2", 2.5, "Y", None)]
    assert rows(staff, "SELECT id, uun, hours, active, grade FROM invigilators ORDER BY id") == expected
    # text of fixed length compares without the blanks at its end, unless with text of variable length
    assert rows(staff, "SELECT id FROM invigilators WHERE grade = 'A'") == [(1,)]
    assert rows(staff, "SELECT id FROM invigilators WHERE grade = :1", "A") == []


def test_that_a_key_of_several_columns_takes_null_once_for_each_rest(staff: oracledb.Cursor) -> None:
    staff.execute("INSERT INTO invigilators (id, uun) VALUES (1, 's1')")
    for _each in range(2):
        staff.execute("INSERT INTO duties VALUES (NULL, 'A', NULL)")
    staff.execute("INSERT INTO duties VALUES (1, 'A', NULL)")
    assert fails(staff, "INSERT INTO duties VALUES (1, 'B', NULL)") == 1


def test_that_a_batch_keeps_the_rows_before_the_one_that_fails(staff: oracledb.Cursor) -> None:
    insert = "INSERT INTO invigilators (id, uun) VALUES (:1, :2)"
    for values, number in (
        ([(1, "a"), (2, "b"), (1, "c"), (4, "d")], 1),
        ([(5, "e"), (6, "f"), (7, "much too long"), (8, "h")], 12899),
        ([(10, "i"), (11, "j"), (12, None), (13, "l")], 1400),
    ):
        with pytest.raises(oracledb.DatabaseError) as error:
            staff.executemany(insert, values)
        assert number_of(error) == number
        assert staff.rowcount == 2
    assert rows(staff, "SELECT id FROM invigilators ORDER BY id") == [(1,), (2,), (5,), (6,), (10,), (11,)]


def test_counts_of_changed_rows(staff: oracledb.Cursor) -> None:
    staff.executemany("INSERT INTO invigilators (id, uun) VALUES (:1, :2)", [(n, f"s{n}") for n in range(10)])
    assert staff.rowcount == 10
    staff.execute(
        "UPDATE invigilators i SET hours = hours + 1, since = ADD_MONTHS(:1, 1) WHERE i.id < :2", [D(2027, 1, 31), 4]
    )
    assert staff.rowcount == 4
    assert rows(staff, "SELECT hours, since FROM invigilators WHERE id = 3") == [(3.5, D(2027, 2, 28))]
    staff.executemany(
        "INSERT INTO duties (invigilator, day) VALUES (:1, :2)", [(n, D(2027, 5, n + 1)) for n in range(5)]
    )
    staff.execute(
        "DELETE FROM invigilators WHERE id IN (SELECT invigilator FROM duties WHERE day > :1)", [D(2027, 5, 2)]
    )
    assert staff.rowcount == 3
    assert rows(staff, "SELECT COUNT(*) FROM duties") == [(2,)]
    staff.execute("INSERT INTO duties (invigilator, room) SELECT id, uun FROM invigilators WHERE id > 6")
    assert staff.rowcount == 3


def test_that_a_bind_without_a_value_goes_anywhere(staff: oracledb.Cursor) -> None:
    staff.executemany("INSERT INTO invigilators (id, uun, since) VALUES (:1, :2, :3)", [(1, "a", None), (2, "b", None)])
    staff.execute("UPDATE invigilators SET since = :1, hours = :2 WHERE since = :3 OR :4 IS NULL", [None] * 4)
    assert staff.rowcount == 2
    assert rows(staff, "SELECT COUNT(*) FROM invigilators WHERE since > :1", None) == [(0,)]
    assert rows(staff, "SELECT COUNT(since), COUNT(hours) FROM invigilators") == [(0, 0)]


def test_merge(staff: oracledb.Cursor) -> None:
    staff.execute("INSERT INTO invigilators (id, uun, hours) VALUES (1, 's1', 1)")
    merge = (
        "MERGE INTO invigilators t USING (SELECT :1 AS id, :2 AS uun, :3 AS hours FROM dual) s ON (t.id = s.id) "
        "WHEN MATCHED THEN UPDATE SET t.hours = s.hours WHERE t.hours <> s.hours "
        "WHEN NOT MATCHED THEN INSERT (id, uun, hours) VALUES (s.id, s.uun, s.hours)"
    )
    staff.executemany(merge, [(1, "s1", 1), (2, "s2", 2), (1, "s1", 9)])
    assert staff.rowcount == 2
    assert rows(staff, "SELECT id, uun, hours FROM invigilators ORDER BY id") == [(1, "s1", 9), (2, "s2", 2)]
    twice = "(SELECT 1 AS id FROM dual UNION ALL SELECT 1 FROM dual)"
    assert (
        fails(
            staff, f"MERGE INTO invigilators t USING {twice} s ON (t.id = s.id) WHEN MATCHED THEN UPDATE SET hours = 5"
        )
        == 30926
    )
    assert (
        fails(
            staff, f"MERGE INTO invigilators t USING {twice} s ON (t.id = s.id) WHEN MATCHED THEN UPDATE SET t.id = 5"
        )
        == 38104
    )


def test_transactions(staff: oracledb.Cursor, connection: oracledb.Connection, open_connection, owner) -> None:  # type: ignore[no-untyped-def]
    other = open_connection(owner.name, owner.password).cursor()
    count = "SELECT COUNT(*) FROM invigilators"
    staff.execute("INSERT INTO invigilators (id, uun) VALUES (1, 's1')")
    assert connection.transaction_in_progress
    assert rows(staff, count) == [(1,)]
    assert rows(other, count) == [(0,)]
    staff.execute("SAVEPOINT one")
    staff.execute("INSERT INTO invigilators (id, uun) VALUES (2, 's2')")
    staff.execute("ROLLBACK TO SAVEPOINT one")
    assert rows(staff, count) == [(1,)]
    assert fails(staff, "ROLLBACK TO two") == 1086
    connection.rollback()
    assert rows(staff, count) == [(0,)]
    # a definition commits what was changed before it, even if it fails
    staff.execute("INSERT INTO invigilators (id, uun) VALUES (1, 's1')")
    assert fails(staff, "CREATE TABLE duties (a NUMBER)") == 955
    connection.rollback()
    assert rows(other, count) == [(1,)]
    connection.autocommit = True
    staff.execute("DELETE FROM invigilators")
    assert rows(other, count) == [(0,)]
    assert not connection.transaction_in_progress


def test_a_transaction_that_only_reads(staff, connection, open_connection, owner) -> None:  # type: ignore[no-untyped-def]
    reader = open_connection(owner.name, owner.password)
    reading, count = reader.cursor(), "SELECT COUNT(*) FROM invigilators"
    reading.execute("SET TRANSACTION READ ONLY")
    staff.execute("INSERT INTO invigilators (id, uun) VALUES (1, 's1')")
    connection.commit()
    assert rows(reading, count) == [(0,)]
    assert fails(reading, "INSERT INTO invigilators (id, uun) VALUES (2, 's2')") == 1456
    assert fails(reading, "DELETE FROM invigilators") == 1456
    assert fails(reading, "SET TRANSACTION READ ONLY") == 1453
    reader.rollback()
    assert rows(reading, count) == [(1,)]
    reading.execute("INSERT INTO invigilators (id, uun) VALUES (2, 's2')")
    reader.rollback()


def test_that_a_session_that_ends_changes_nothing(staff: oracledb.Cursor, open_connection, owner) -> None:  # type: ignore[no-untyped-def]
    other = open_connection(owner.name, owner.password)
    other.cursor().execute("INSERT INTO invigilators (id, uun) VALUES (1, 's1')")
    other.close()
    staff.execute("INSERT INTO invigilators (id, uun) VALUES (1, 's1')")
    assert staff.rowcount == 1


def test_values_that_come_back_as_they_were(cursor: oracledb.Cursor) -> None:
    cursor.execute(
        "CREATE TABLE kinds (n NUMBER, m NUMBER(10,2), v VARCHAR2(400 CHAR), d DATE, t TIMESTAMP(6), "
        "z TIMESTAMP WITH TIME ZONE, r RAW(16))"
    )
    numbers = [
        Decimal(0),
        Decimal("-1"),
        Decimal("1e-7"),
        Decimal("99999999999999999999.5"),
        Decimal(10) ** 30,
        Decimal("-0.01"),
        None,
    ]
    moment = D(2027, 5, 3, 9, 30, 15, 250000)
    text = "Zoë \U0001f4dd " * 40
    cursor.setinputsizes(
        None, None, None, oracledb.DB_TYPE_DATE, oracledb.DB_TYPE_TIMESTAMP, oracledb.DB_TYPE_TIMESTAMP_TZ
    )
    values = [(each, Decimal("1.10"), text, moment, moment, moment, b"\x00\xff") for each in numbers]
    cursor.executemany("INSERT INTO kinds VALUES (:1, :2, :3, :4, :5, :6, :7)", values)
    cursor.outputtypehandler = lambda cursor, metadata: (
        cursor.var(Decimal, arraysize=cursor.arraysize) if metadata.type_code is oracledb.DB_TYPE_NUMBER else None
    )
    found = rows(cursor, "SELECT n, m, v, d, t, z, r FROM kinds")
    assert sorted(row[0] for row in found if row[0] is not None) == sorted(each for each in numbers if each is not None)
    assert {row[1:] for row in found} == {
        (Decimal("1.10"), text, moment.replace(microsecond=0), moment, moment, b"\x00\xff")
    }
    ordered = [row[0] for row in rows(cursor, "SELECT n FROM kinds ORDER BY n")]
    assert ordered == [*sorted(each for each in numbers if each is not None), None]


def test_clob_and_long(cursor: oracledb.Cursor, monkeypatch: pytest.MonkeyPatch) -> None:
    cursor.execute("CREATE TABLE texts (id NUMBER(3), c CLOB, l LONG)")
    long = "Prüfung " * 20000
    cursor.execute("INSERT INTO texts VALUES (1, :1, :2)", [long, "a" * 40000])
    cursor.setinputsizes(None, oracledb.DB_TYPE_CLOB)
    cursor.execute("INSERT INTO texts VALUES (:1, :2, NULL)", [2, "short"])
    cursor.execute("INSERT INTO texts (id) VALUES (3)")
    assert rows(cursor, "SELECT id, c, l FROM texts ORDER BY id") == [
        (1, long, "a" * 40000),
        (2, "short", None),
        (3, None, None),
    ]
    monkeypatch.setattr(oracledb.defaults, "fetch_lobs", True)
    ((lob,), (other,), (nothing,)) = rows(cursor, "SELECT c FROM texts ORDER BY id /* as LOBs */")
    assert (lob.size(), lob.read(9, 7), lob.read() == long) == (len(long), "Prüfung", True)
    assert (other.read(), nothing) == ("short", None)
    assert rows(cursor, "SELECT LENGTH(c), DBMS_LOB.SUBSTR(c, 7, 9) FROM texts WHERE id = 1") == [
        (len(long), "Prüfung")
    ]
    assert fails(cursor, "SELECT id FROM texts WHERE c = 'x'") == 932
    assert fails(cursor, "SELECT id FROM texts ORDER BY l") == 997


def test_a_block_of_statements(cursor: oracledb.Cursor) -> None:
    cursor.execute(
        "BEGIN EXECUTE IMMEDIATE 'CREATE TABLE one (a NUMBER)'; EXECUTE IMMEDIATE :1; END;",
        ["CREATE TABLE two (a NUMBER)"],
    )
    assert rows(cursor, "SELECT table_name FROM user_tables ORDER BY 1") == [("ONE",), ("TWO",)]
    with pytest.raises(oracledb.DatabaseError, match=r"(?s)ORA-00955.*ORA-06512: at line 3"):
        cursor.execute("BEGIN\n  INSERT INTO one VALUES (1);\n  EXECUTE IMMEDIATE 'CREATE TABLE two (a NUMBER)';\nEND;")
    texts = [["INSERT INTO one VALUES (2)"], ["DROP TABLE nope"], ["DROP TABLE one"]]
    with pytest.raises(oracledb.DatabaseError) as error:
        cursor.executemany("BEGIN EXECUTE IMMEDIATE :1; END;", texts)
    assert (number_of(error), error.value.args[0].offset) == (942, 1)
