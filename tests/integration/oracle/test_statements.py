# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Queries: what Oracle's reference says of them. Each line runs on a real server too."""

from __future__ import annotations

import datetime as dt
import hashlib
from decimal import Decimal
from typing import Any

import oracledb
import pytest

from tests.integration.oracle.conftest import fails, number_of, rows

D = dt.datetime


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("''", None),
        ("'a' || '' || 'b'", "ab"),
        ("q'[it's]'", "it's"),
        ("1 + 2 * 3", 7),
        ("10 / 4", 2.5),
        ("-7", -7),
        ("0.1 + 0.2", 0.3),
        ("NVL(NULL, 'x')", "x"),
        ("NVL2(NULL, 1, 2)", 2),
        ("COALESCE(NULL, NULL, 3)", 3),
        ("NULLIF('a', 'a')", None),
        ("DECODE(NULL, NULL, 'null', 'other')", "null"),
        ("DECODE(2, 1, 'one', 2, 'two', 'many')", "two"),
        ("CASE WHEN NULL = NULL THEN 'equal' ELSE 'unknown' END", "unknown"),
        ("CASE 'b' WHEN 'a' THEN 1 WHEN 'b' THEN 2 END", 2),
        ("GREATEST(3, 10, 2)", 10),
        ("LEAST('b', 'a')", "a"),
        ("UPPER('straße')", "STRAßE"),
        ("INITCAP('the big exam')", "The Big Exam"),
        ("SUBSTR('abcdef', 2, 3)", "bcd"),
        ("SUBSTR('abcdef', -2)", "ef"),
        ("SUBSTR('abcdef', 0, 2)", "ab"),
        ("SUBSTR('abc', 5)", None),
        ("INSTR('banana', 'a', 1, 2)", 4),
        ("INSTR('banana', 'a', -1)", 6),
        ("INSTR('banana', 'x')", 0),
        ("LENGTH('é')", 1),
        ("LENGTHB('é')", 2),
        ("LENGTH('')", None),
        ("LPAD('7', 3, '0')", "007"),
        ("RPAD('abcdef', 3)", "abc"),
        ("TRIM('  a ')", "a"),
        ("TRIM(LEADING '0' FROM '007')", "7"),
        ("LTRIM('xxab', 'x')", "ab"),
        ("REPLACE('a-b-c', '-')", "abc"),
        ("TRANSLATE('a1b2', '12', 'x')", "axb"),
        ("ASCII('A')", 65),
        ("CHR(65)", "A"),
        ("ROUND(2.5)", 3),
        ("ROUND(-2.5)", -3),
        ("ROUND(1234.567, -2)", 1200),
        ("TRUNC(-2.7)", -2),
        ("TRUNC(1.239, 2)", 1.23),
        ("MOD(11, 4)", 3),
        ("MOD(-11, 4)", -3),
        ("MOD(11, 0)", 11),
        ("CEIL(1.1)", 2),
        ("FLOOR(-1.1)", -2),
        ("SIGN(-3)", -1),
        ("ABS(-3)", 3),
        ("TO_NUMBER('12.5')", 12.5),
        ("TO_CHAR(0.5)", ".5"),
        ("TO_CHAR(1234.5, 'FM9,990.00')", "1,234.50"),
        ("TO_CHAR(-5, '990')", "  -5"),
        ("TO_CHAR(12345, '999')", "####"),
        ("TO_CHAR(7, 'FM000')", "007"),
        ("TO_CHAR(DATE '2027-05-03', 'YYYY-MM-DD HH24:MI:SS')", "2027-05-03 00:00:00"),
        ("TO_CHAR(DATE '2027-05-03', 'DD Mon YYYY')", "03 May 2027"),
        ("TO_CHAR(DATE '2027-05-03', 'fmDay, DD Month')", "Monday, 3 May"),
        ("TO_CHAR(DATE '2027-05-03', 'DAY')", "MONDAY   "),
        ("TO_CHAR(DATE '2027-05-03', 'Q DDD YYYY\"T\"')", "2 123 2027T"),
        ("TO_CHAR(TIMESTAMP '2027-05-03 09:05:07.25', 'HH:MI:SS.FF3 AM')", "09:05:07.250 AM"),
        ("TO_DATE('03/05/2027 14:30', 'DD/MM/YYYY HH24:MI')", D(2027, 5, 3, 14, 30)),
        ("TO_DATE('3-MAY-27', 'DD-MON-RR')", D(2027, 5, 3)),
        ("TO_TIMESTAMP('2027-05-03 14:30:00.5', 'YYYY-MM-DD HH24:MI:SS.FF')", D(2027, 5, 3, 14, 30, 0, 500000)),
        ("DATE '2027-05-03' + 1.5", D(2027, 5, 4, 12)),
        ("DATE '2027-05-03' - DATE '2027-05-01'", 2),
        ("TRUNC(TO_DATE('2027-05-03 14:30', 'YYYY-MM-DD HH24:MI'))", D(2027, 5, 3)),
        ("TRUNC(DATE '2027-05-20', 'MM')", D(2027, 5, 1)),
        ("TRUNC(DATE '2027-05-20', 'Q')", D(2027, 4, 1)),
        ("TRUNC(DATE '2027-05-20', 'IW')", D(2027, 5, 17)),
        ("ADD_MONTHS(DATE '2027-01-31', 1)", D(2027, 2, 28)),
        ("ADD_MONTHS(DATE '2027-02-28', 1)", D(2027, 3, 31)),
        ("MONTHS_BETWEEN(DATE '2027-03-31', DATE '2027-02-28')", 1),
        ("LAST_DAY(DATE '2028-02-03')", D(2028, 2, 29)),
        ("EXTRACT(YEAR FROM DATE '2027-05-20')", 2027),
        ("CAST('12' AS NUMBER(5))", 12),
        ("CAST(1.239 AS NUMBER(5,2))", 1.24),
        ("CAST('abcdef' AS VARCHAR2(3))", "abc"),
        ("CAST(TIMESTAMP '2027-05-03 09:05:07.25' AS DATE)", D(2027, 5, 3, 9, 5, 7)),
        ("RAWTOHEX(STANDARD_HASH('exam', 'SHA256'))", hashlib.sha256(b"exam").hexdigest().upper()),
        ("(SELECT MAX(level_no) FROM (SELECT 1 AS level_no FROM dual UNION ALL SELECT 3 FROM dual))", 3),
    ],
)
def test_an_expression(cursor: oracledb.Cursor, expression: str, expected: Any) -> None:
    assert rows(cursor, f"SELECT {expression} FROM dual") == [(expected,)]


@pytest.mark.parametrize(
    ("sql", "number"),
    [
        ("SELECT nope FROM dual", 904),
        ("SELECT d.nope FROM dual d", 904),
        ("SELECT 1 FROM nope", 942),
        ("SELECT 1", 923),
        ("SELECT dummy, COUNT(*) FROM dual", 937),
        ("SELECT dummy, COUNT(*) FROM dual GROUP BY 1 + 1", 979),
        ("SELECT 1 FROM dual WHERE COUNT(*) > 1", 934),
        ("SELECT dummy FROM dual a CROSS JOIN dual b", 918),
        ("SELECT 1 / 0 FROM dual", 1476),
        ("SELECT TO_NUMBER('x') FROM dual", 1722),
        ("SELECT TO_DATE('2027-02-30', 'YYYY-MM-DD') FROM dual", 1839),
        ("SELECT TO_DATE('2027-13-01', 'YYYY-MM-DD') FROM dual", 1843),
        ("SELECT TO_DATE('x', 'YYYY') FROM dual", 1858),
        ("SELECT TO_DATE('2027-01-01 x', 'YYYY-MM-DD') FROM dual", 1830),
        ("SELECT TO_CHAR(SYSDATE, 'XYZ') FROM dual", 1821),
        ("SELECT 1 FROM dual UNION SELECT 1, 2 FROM dual", 1789),
        ("SELECT 1 FROM dual UNION SELECT 'a' FROM dual", 1790),
        ("SELECT (SELECT 1 FROM dual UNION ALL SELECT 2 FROM dual) FROM dual", 1427),
        ("SELECT CASE WHEN 1 = 1 THEN 1 ELSE 'a' END FROM dual", 932),
        ("SELECT :1 FROM dual", 1008),
        ("SELECT UPPER() FROM dual", 938),
        ("SELECT dummy FROM dual ORDER BY 2", 1785),
        ("SELECT SYSDATE + SYSDATE FROM dual", 975),
        ("SELECT CAST(123.456 AS VARCHAR2(4)) FROM dual", 25137),
        (f"SELECT '{'x' * 4001}' FROM dual", 1704),
        ("SELECT RPAD('x', 3000) || RPAD('x', 3000) FROM dual", 1489),
        ("SELECT TO_CLOB('x') FROM dual GROUP BY TO_CLOB('x')", 932),
        ("SELECT TO_CLOB('x') FROM dual UNION SELECT TO_CLOB('x') FROM dual", 932),
    ],
)
def test_an_error(cursor: oracledb.Cursor, sql: str, number: int) -> None:
    if ":1" in sql:
        with pytest.raises(oracledb.DatabaseError, match=r"ORA-01008|DPY-4010"):
            cursor.execute(sql)
        return
    assert fails(cursor, sql) == number


def test_where_an_error_is(cursor: oracledb.Cursor) -> None:
    with pytest.raises(oracledb.DatabaseError) as error:
        cursor.execute("SELECT dummy,\n       nope\nFROM dual")
    assert error.value.args[0].offset == 21


@pytest.fixture
def exams(cursor: oracledb.Cursor) -> oracledb.Cursor:
    """Return a cursor where there are exams and students on them."""
    cursor.execute("CREATE TABLE exams (id NUMBER(6) PRIMARY KEY, code VARCHAR2(10), starts DATE, kind CHAR(3))")
    cursor.execute("CREATE TABLE sittings (exam_id NUMBER(6) REFERENCES exams (id), uun VARCHAR2(8), extra NUMBER(3))")
    values = [(n, f"E{n}", D(2027, 5, n, 9, 30) if n != 4 else None, "AM" if n % 2 else "PM") for n in range(1, 6)]
    cursor.executemany("INSERT INTO exams VALUES (:1, :2, :3, :4)", values)
    sittings = [(1 + n % 3, f"s{n:07}", n if n % 4 else None) for n in range(12)]
    cursor.executemany("INSERT INTO sittings (exam_id, uun, extra) VALUES (:1, :2, :3)", sittings)
    return cursor


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT code FROM exams WHERE kind = 'AM' ORDER BY id", [("E1",), ("E3",), ("E5",)]),
        ("SELECT code FROM exams ORDER BY starts DESC", [("E4",), ("E5",), ("E3",), ("E2",), ("E1",)]),
        ("SELECT code FROM exams ORDER BY starts NULLS FIRST FETCH FIRST 2 ROWS ONLY", [("E4",), ("E1",)]),
        ("SELECT code FROM exams ORDER BY 1 OFFSET 3 ROWS FETCH NEXT 1 ROW ONLY", [("E4",)]),
        ("SELECT code FROM (SELECT code FROM exams ORDER BY id DESC) WHERE ROWNUM <= 2", [("E5",), ("E4",)]),
        (
            "SELECT e.code, COUNT(s.uun), SUM(s.extra), MAX(s.extra) FROM exams e "
            "LEFT JOIN sittings s ON s.exam_id = e.id "
            "GROUP BY e.code HAVING COUNT(*) > 1 OR MAX(s.extra) IS NULL ORDER BY e.code",
            [("E1", 4, 18, 9), ("E2", 4, 18, 10), ("E3", 4, 18, 11), ("E4", 0, None, None), ("E5", 0, None, None)],
        ),
        ("SELECT COUNT(*), COUNT(extra), COUNT(DISTINCT exam_id), AVG(extra) FROM sittings", [(12, 9, 3, 6)]),
        (
            "SELECT LISTAGG(uun, ',') WITHIN GROUP (ORDER BY uun DESC) FROM sittings WHERE exam_id = 1",
            [("s0000009,s0000006,s0000003,s0000000",)],
        ),
        (
            "SELECT code FROM exams e WHERE EXISTS (SELECT 1 FROM sittings s WHERE s.exam_id = e.id AND s.extra > 10)",
            [("E3",)],
        ),
        ("SELECT code FROM exams WHERE id NOT IN (SELECT exam_id FROM sittings) ORDER BY 1", [("E4",), ("E5",)]),
        ("SELECT code FROM exams WHERE (id, kind) IN ((1, 'AM'), (2, 'AM')) ORDER BY 1", [("E1",)]),
        ("SELECT code FROM exams WHERE code LIKE 'E\\_%' ESCAPE '\\' OR code LIKE '_3'", [("E3",)]),
        (
            "SELECT code FROM exams WHERE starts BETWEEN DATE '2027-05-02' AND DATE '2027-05-04' ORDER BY 1",
            [("E2",), ("E3",)],
        ),
        ("SELECT id FROM exams MINUS SELECT exam_id FROM sittings ORDER BY 1 DESC", [(5,), (4,)]),
        ("SELECT kind FROM exams UNION SELECT 'ZZ ' FROM dual ORDER BY kind", [("AM ",), ("PM ",), ("ZZ ",)]),
        (
            "WITH busy (exam, n) AS (SELECT exam_id, COUNT(*) FROM sittings GROUP BY exam_id) "
            "SELECT e.code, b.n FROM exams e JOIN busy b ON b.exam = e.id WHERE e.id = 2",
            [("E2", 4)],
        ),
        (
            "SELECT code, rank FROM (SELECT code, ROW_NUMBER() OVER (PARTITION BY kind ORDER BY id DESC) AS rank "
            "FROM exams) "
            "WHERE rank = 1 ORDER BY code",
            [("E4", 1), ("E5", 1)],
        ),
        ("SELECT DISTINCT TRIM(kind) AS k FROM exams ORDER BY k", [("AM",), ("PM",)]),
        ("SELECT a.id, b.id FROM exams a FULL JOIN exams b ON a.id = b.id + 4 WHERE a.id > 4 OR b.id > 4 ORDER BY 1",
         [(5, 1), (None, 5)]),
        (
            "SELECT TO_CHAR(starts, 'HH24:MI') FROM exams GROUP BY TO_CHAR(starts, 'HH24:MI') ORDER BY 1",
            [("09:30",), (None,)],
        ),
    ],
)  # fmt: skip
def test_a_query(exams: oracledb.Cursor, sql: str, expected: list[tuple[Any, ...]]) -> None:
    assert rows(exams, sql) == expected


def test_binds_by_name_and_by_position(exams: oracledb.Cursor) -> None:
    assert exams.execute("SELECT code FROM exams WHERE id = :id", id=3).fetchall() == [("E3",)]
    again = "SELECT :n || code FROM exams WHERE id = 1 AND :n = 'x'"
    assert exams.execute(again, n="x").fetchall() == [("xE1",)]
    assert rows(exams, "SELECT id FROM exams WHERE id > :1 AND id < :2 ORDER BY id", 1, Decimal("3.5")) == [(2,), (3,)]
    # an empty text is NULL
    assert rows(exams, "SELECT NVL(:1, 'none') FROM dual", "") == [("none",)]


def test_that_a_statement_is_executed_again_after_its_table_was_changed(exams: oracledb.Cursor) -> None:
    query = "SELECT * FROM exams WHERE id = :1"
    assert len(rows(exams, query, 1)[0]) == 4
    exams.execute("ALTER TABLE exams ADD (room VARCHAR2(20) DEFAULT 'tbc')")
    assert rows(exams, query, 2)[0][4] == "tbc"


def test_that_a_statement_can_be_looked_at_without_being_executed(exams: oracledb.Cursor) -> None:
    exams.parse("SELECT code, starts FROM exams WHERE id = :1")
    assert [each[0] for each in exams.description or []] == ["CODE", "STARTS"]
    exams.parse("INSERT INTO exams (id, starts) VALUES (:1, :2)")
    for sql, number in (
        ("SELECT nope FROM exams", 904),
        ("SELECT 1 FROM nope", 942),
        ("INSERT INTO nope VALUES (:1)", 942),
        ("UPDATE exams SET nope = 1", 904),
    ):
        with pytest.raises(oracledb.DatabaseError) as error:
            exams.parse(sql)
        assert number_of(error) == number
    assert rows(exams, "SELECT COUNT(*) FROM exams") == [(5,)]


def test_names_of_columns(exams: oracledb.Cursor) -> None:
    exams.execute('SELECT id, code AS "Code", COUNT(*) OVER (PARTITION BY kind), 1 + 1 FROM exams')
    names = [each[0] for each in exams.description or []]
    assert names[:2] == ["ID", "Code"]
    assert names[3] == "1+1"


def test_that_a_query_sees_what_was_there_when_it_began(
    exams: oracledb.Cursor, connection: oracledb.Connection
) -> None:
    other = connection.cursor()
    other.prefetchrows, other.arraysize = 1, 1
    other.execute("SELECT id FROM exams ORDER BY id")
    assert other.fetchone() == (1,)
    exams.execute("DELETE FROM sittings")
    exams.execute("DELETE FROM exams")
    connection.commit()
    assert [row[0] for row in other.fetchall()] == [2, 3, 4, 5]


def test_long_chains_of_one_operator(cursor: oracledb.Cursor) -> None:
    """Lines of an address, or conditions that a program writes."""
    joined = " || ".join(f"'{number % 10}'" for number in range(150))
    assert rows(cursor, f"SELECT {joined} FROM dual") == [("0123456789" * 15,)]
    assert rows(cursor, "SELECT NULL || NULL || dummy || NULL FROM dual") == [("X",)]
    assert rows(cursor, "SELECT NULL || '' || NULL FROM dual") == [(None,)]
    half = "LPAD('x', 2001, 'x')"
    assert fails(cursor, f"SELECT 'a' || {half} || {half} FROM dual") == 1489
    assert rows(cursor, f"SELECT LENGTH(TO_CLOB('a') || {half} || {half}) FROM dual") == [(4003,)]
    assert fails(cursor, f"SELECT {half} || {half} || TO_CLOB('a') FROM dual") == 1489
    either = " OR ".join(f"dummy = '{number}'" for number in range(150))
    assert rows(cursor, f"SELECT 1 FROM dual WHERE {either} OR dummy = 'X'") == [(1,)]
    assert rows(cursor, f"SELECT 1 FROM dual WHERE dummy = 'X' AND ({either})") == []
    assert rows(cursor, "SELECT 1 FROM dual WHERE 1 = 2 AND 1 = 1 OR 1 = 1 AND 2 = 2 AND NOT 1 = 2") == [(1,)]


def test_that_a_list_has_at_most_a_thousand_expressions(cursor: oracledb.Cursor) -> None:
    assert fails(cursor, f"SELECT 1 FROM dual WHERE 1 IN ({', '.join(['1'] * 1001)})") == 1795
    assert rows(cursor, f"SELECT 1 FROM dual WHERE 1 IN ({', '.join(map(str, range(900)))})") == [(1,)]
