# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the emulator does not know is an error that names it."""

from __future__ import annotations

import oracledb
import pytest


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("SELECT 1 FROM dual a, dual b WHERE a.dummy = b.dummy (+)", r"\(\+\)"),
        ("SELECT 1 FROM dual CONNECT BY LEVEL < 5", "CONNECT BY"),
        ("SELECT 1 FROM dual START WITH dummy = 'X' CONNECT BY PRIOR dummy = dummy", "START WITH"),
        ("SELECT PRIOR dummy FROM dual", "PRIOR"),
        ("SELECT dummy FROM dual MODEL DIMENSION BY (1 d) MEASURES (2 m) ()", "MODEL"),
        ("SELECT dummy FROM dual AS OF TIMESTAMP SYSTIMESTAMP", "AS OF"),
        ("SELECT * FROM dual PIVOT (COUNT(*) FOR dummy IN ('X'))", "PIVOT"),
        ("SELECT * FROM dual SAMPLE (10)", "SAMPLE"),
        ("SELECT * FROM TABLE(f(1))", "TABLE"),
        ("SELECT * FROM dual@other", "database links"),
        ("SELECT * FROM dba_indexes", "the view DBA_INDEXES of the dictionary"),
        ("SELECT * FROM sys.v_$parameter", "of the dictionary"),
        ("SELECT * FROM dual a NATURAL JOIN dual b", "NATURAL JOIN"),
        ("SELECT * FROM dual a JOIN dual b USING (dummy)", "USING"),
        ("SELECT * FROM dual CROSS APPLY (SELECT 1 FROM dual)", "CROSS APPLY"),
        ("SELECT COUNT(*) FROM dual GROUP BY ROLLUP (dummy)", "ROLLUP"),
        ("SELECT SUM(1) OVER (ORDER BY dummy ROWS UNBOUNDED PRECEDING) FROM dual", "windows of ROWS"),
        ("SELECT SUM(1) OVER (ORDER BY dummy) FROM dual", "analytic function SUM"),
        ("SELECT MAX(dummy) KEEP (DENSE_RANK LAST ORDER BY dummy) FROM dual", "KEEP"),
        ("SELECT dummy FROM dual WHERE ROWNUM > 1", "ROWNUM >"),
        ("SELECT dummy FROM dual WHERE ROWNUM < 3 ORDER BY dummy", "ROWNUM"),
        ("SELECT REGEXP_REPLACE(dummy, 'a', 'b') FROM dual", "REGEXP_REPLACE"),
        ("SELECT XMLELEMENT(a) FROM dual", "XMLELEMENT"),
        ("SELECT SYSDATE + INTERVAL '1' DAY FROM dual", "INTERVAL"),
        ("SELECT 1 FROM dual WHERE SYSDATE > '01-JAN-27'", "implicit conversions of text to DATE"),
        ("SELECT TO_DATE('01-JAN-27') FROM dual", "without a format"),
        ("SELECT TO_CHAR(1, '9.9EEEE') FROM dual", "number format"),
        ("SELECT TO_CHAR(SYSDATE, 'WW') FROM dual", "element WW"),
        ("SELECT dummy FROM dual WHERE dummy = ANY (SELECT 'X' FROM dual)", "= ANY"),
        ("SELECT SYSTIMESTAMP AT TIME ZONE 'UTC' FROM dual", "AT TIME ZONE"),
        ("SELECT ROWID FROM dual", "ROWID"),
        ("SELECT N'x' FROM dual", "national character set"),
        ("SELECT 1 FROM dual INTERSECT ALL SELECT 1 FROM dual", "INTERSECT ALL"),
        ("SELECT dummy FROM dual FETCH FIRST 10 PERCENT ROWS ONLY", "PERCENT"),
        ("INSERT ALL INTO t VALUES (1) SELECT 1 FROM dual", "INSERT ALL"),
        ("INSERT INTO t (a) VALUES (1) RETURNING a INTO :1", "RETURNING"),
        ("UPDATE t SET (a) = (SELECT 1 FROM dual)", r"SET \(...\)"),
        ("DELETE FROM t WHERE ROWNUM < 2", "ROWNUM"),
        ("MERGE INTO t USING dual ON (1 = 1) WHEN MATCHED THEN UPDATE SET a = 1 DELETE WHERE a = 2", "DELETE WHERE"),
        ("CREATE TABLE x AS SELECT 1 a FROM dual", "AS SELECT"),
        ("CREATE TABLE x (a NUMBER GENERATED ALWAYS AS IDENTITY)", "identity"),
        ("CREATE TABLE x (a BLOB)", "BLOB"),
        ("CREATE TABLE x (a NUMBER) PARTITION BY HASH (a)", "PARTITION"),
        ("CREATE TABLE x (a NUMBER CHECK (a > 0) DISABLE)", "DISABLE"),
        ("CREATE INDEX i ON t (a)", "CREATE INDEX"),
        ("CREATE SEQUENCE s", "CREATE SEQUENCE"),
        ("CREATE OR REPLACE PROCEDURE p AS BEGIN NULL; END;", "CREATE OR REPLACE"),
        ("CREATE MATERIALIZED VIEW m AS SELECT 1 a FROM dual", "MATERIALIZED"),
        ("CREATE SYNONYM s FOR t", "CREATE SYNONYM"),
        ("CREATE VIEW v AS SELECT a FROM t WITH CHECK OPTION", "CHECK OPTION"),
        ("GRANT REFERENCES (a) ON t TO system", "REFERENCES on columns"),
        ("GRANT EXECUTE ANY PROCEDURE TO system", "EXECUTE ANY PROCEDURE"),
        ("ALTER SESSION SET NLS_SORT = BINARY_CI", "NLS_SORT"),
        ("ALTER SESSION SET OPTIMIZER_MODE = ALL_ROWS", "OPTIMIZER_MODE"),
        ("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", "SET TRANSACTION"),
        ("FLASHBACK TABLE t TO BEFORE DROP", "FLASHBACK"),
        ("BEGIN FOR i IN 1..3 LOOP NULL; END LOOP; END;", "FOR in a block"),
        ("DECLARE x NUMBER; BEGIN NULL; END;", "DECLARE"),
        ("BEGIN DBMS_STATS.GATHER_TABLE_STATS('A', 'B'); END;", "DBMS_STATS.GATHER_TABLE_STATS"),
        ("BEGIN EXECUTE IMMEDIATE 'SELECT 1 FROM dual'; END;", "queries in EXECUTE IMMEDIATE"),
        ("EXPLAIN PLAN FOR SELECT 1 FROM dual", "EXPLAIN PLAN"),
    ],
)
def test_a_refusal(cursor: oracledb.Cursor, sql: str, named: str) -> None:
    cursor.execute("CREATE TABLE t (a NUMBER)")
    binds = [cursor.var(int)] if ":1" in sql else []
    with pytest.raises(oracledb.DatabaseError, match=rf"ORA-00900.*(the emulator does not know ).*{named}"):
        cursor.execute(sql, binds)


@pytest.mark.parametrize(
    "sql",
    [
        f"SELECT {'(' * 400}1{')' * 400} FROM dual",
        f"SELECT {'ABS(' * 60}1{')' * 60} FROM dual",
        f"SELECT {'ABS(' * 5000}1{')' * 5000} FROM dual",
        f"SELECT {' + '.join(['1'] * 1500)} FROM dual",
        f"SELECT 1 FROM dual WHERE {'NOT ' * 2000}1 = 1",
        f"SELECT 1 FROM dual WHERE {' AND '.join(['1 = 1'] * 3000)}",
        f"SELECT * FROM {'(SELECT * FROM ' * 40}dual{')' * 40}",
        f"SELECT 1 FROM dual t {' '.join(f'CROSS JOIN dual t{number}' for number in range(70))}",
        f"UPDATE t SET a = {'ABS(' * 300}1{')' * 300}",
        f"CREATE VIEW deep AS SELECT {'ABS(' * 300}1{')' * 300} a FROM dual",
    ],
    ids=lambda sql: sql[:30],
)
def test_what_is_nested_too_deep_for_the_emulator_is_refused_and_the_session_goes_on(
    cursor: oracledb.Cursor, sql: str
) -> None:
    cursor.execute("CREATE TABLE t (a NUMBER)")
    with pytest.raises(oracledb.DatabaseError, match=r"ORA-00900.*the emulator does not know .*as deep"):
        cursor.execute(sql)
    assert cursor.execute("SELECT COUNT(*) FROM user_views").fetchall() == [(0,)]


def test_calls_that_the_emulator_does_not_know(cursor: oracledb.Cursor) -> None:
    cursor.execute("CREATE TABLE t (a NUMBER)")
    with pytest.raises(oracledb.DatabaseError, match="batcherrors"):
        cursor.executemany("INSERT INTO t VALUES (:1)", [(1,)], batcherrors=True)
    with pytest.raises(oracledb.DatabaseError, match="arraydmlrowcounts"):
        cursor.executemany("INSERT INTO t VALUES (:1)", [(1,)], arraydmlrowcounts=True)
