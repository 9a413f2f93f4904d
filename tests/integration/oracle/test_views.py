# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Views: compiled, broken, mended, granted, and what the dictionary says of them."""

from __future__ import annotations

import oracledb
import pytest

from tests.integration.oracle.conftest import Account, Maker, Opener, fails, rows


@pytest.fixture
def hub(cursor: oracledb.Cursor) -> oracledb.Cursor:
    """Return a cursor of an owner with a table and two views, one on the other."""
    cursor.execute("CREATE TABLE exams (id NUMBER(6) PRIMARY KEY, code VARCHAR2(10 CHAR) NOT NULL, starts DATE)")
    cursor.execute("INSERT INTO exams VALUES (1, 'E1', DATE '2027-05-03')")
    cursor.execute("CREATE VIEW exam_days (code, day) AS SELECT code, TRUNC(starts) FROM exams")
    cursor.execute("CREATE VIEW busy_days AS SELECT day, COUNT(*) AS exams FROM exam_days GROUP BY day")
    return cursor


def states(cursor: oracledb.Cursor) -> dict[str, str]:
    return dict(rows(cursor, "SELECT object_name, status FROM user_objects WHERE object_type = 'VIEW'"))


def test_what_the_dictionary_says(hub: oracledb.Cursor, owner: Account) -> None:
    assert states(hub) == {"EXAM_DAYS": "VALID", "BUSY_DAYS": "VALID"}
    query = "SELECT text, text_length, text_vc, read_only FROM all_views WHERE owner = :1 AND view_name = 'EXAM_DAYS'"
    text = "SELECT code, TRUNC(starts) FROM exams"
    assert rows(hub, query, owner.name) == [(text, len(text), text, "N")]
    query = (
        "SELECT name, type, referenced_owner, referenced_name, referenced_type FROM all_dependencies "
        "WHERE owner = :1 AND referenced_owner = :2 ORDER BY name"
    )
    assert rows(hub, query, owner.name, owner.name) == [
        ("BUSY_DAYS", "VIEW", owner.name, "EXAM_DAYS", "VIEW"),
        ("EXAM_DAYS", "VIEW", owner.name, "EXAMS", "TABLE"),
    ]
    of_table = "FROM user_tab_columns WHERE table_name = :1 ORDER BY column_id"
    columns = f"SELECT column_name, data_type, char_length, char_used, nullable {of_table}"
    assert rows(hub, columns, "EXAM_DAYS") == [("CODE", "VARCHAR2", 10, "C", "N"), ("DAY", "DATE", 0, None, "Y")]
    columns = f"SELECT column_name, data_type, data_precision, data_scale, nullable {of_table}"
    assert rows(hub, columns, "EXAMS")[0] == ("ID", "NUMBER", 6, 0, "N")


def test_that_a_comment_after_as_is_kept(hub: oracledb.Cursor) -> None:
    hub.execute("CREATE /* lost */ VIEW noted AS\n-- the exams\nSELECT id FROM exams -- all\n")
    (text,) = rows(hub, "SELECT text FROM user_views WHERE view_name = 'NOTED'")[0]
    assert text.rstrip() == "-- the exams\nSELECT id FROM exams -- all"


def test_that_a_star_is_stored_as_columns(hub: oracledb.Cursor) -> None:
    hub.execute("CREATE VIEW all_of_it AS SELECT * FROM exams")
    (text,) = rows(hub, "SELECT text FROM user_views WHERE view_name = 'ALL_OF_IT'")[0]
    assert text == 'SELECT "ID","CODE","STARTS" FROM exams'


def test_that_views_fall_and_rise_with_their_base(hub: oracledb.Cursor) -> None:
    hub.execute("ALTER TABLE exams RENAME COLUMN starts TO begins")
    assert states(hub) == {"EXAM_DAYS": "INVALID", "BUSY_DAYS": "INVALID"}
    assert fails(hub, "SELECT * FROM busy_days") == 4063
    hub.execute("ALTER VIEW exam_days COMPILE")
    assert hub.warning is not None
    assert rows(hub, "SELECT name, text, message_number FROM user_errors WHERE name = 'EXAM_DAYS'") == [
        ("EXAM_DAYS", 'ORA-00904: "STARTS": invalid identifier', 904)
    ]
    hub.execute("ALTER TABLE exams RENAME COLUMN begins TO starts")
    # whoever uses it compiles it
    assert len(rows(hub, "SELECT * FROM busy_days")) == 1
    assert states(hub) == {"EXAM_DAYS": "VALID", "BUSY_DAYS": "VALID"}
    assert rows(hub, "SELECT COUNT(*) FROM user_errors") == [(0,)]


def test_that_a_view_stays_valid_where_nothing_that_it_uses_has_changed(hub: oracledb.Cursor) -> None:
    hub.execute("ALTER TABLE exams ADD (room VARCHAR2(10))")
    hub.execute("CREATE OR REPLACE VIEW exam_days AS SELECT code, TRUNC(starts) AS day, room FROM exams")
    assert states(hub) == {"EXAM_DAYS": "VALID", "BUSY_DAYS": "VALID"}
    hub.execute("CREATE OR REPLACE VIEW exam_days AS SELECT code, TO_CHAR(starts) AS day FROM exams")
    assert states(hub) == {"EXAM_DAYS": "VALID", "BUSY_DAYS": "INVALID"}
    hub.execute("DROP VIEW exam_days")
    assert states(hub) == {"BUSY_DAYS": "INVALID"}


def test_that_replacing_keeps_grants_and_comments_of_columns_that_stay(
    hub: oracledb.Cursor, make_account: Maker, admin: oracledb.Cursor, owner: Account
) -> None:
    reader = make_account()
    hub.execute(f"GRANT SELECT ON exam_days TO {reader.name}")
    hub.execute("CREATE OR REPLACE VIEW exam_days AS SELECT code, TRUNC(starts, 'DD') AS day, id FROM exams")
    query = "SELECT grantee, privilege, grantable, grantor, type FROM dba_tab_privs WHERE owner = :1"
    assert rows(admin, query, owner.name) == [(reader.name, "SELECT", "NO", owner.name, "VIEW")]


def test_comments(hub: oracledb.Cursor) -> None:
    hub.execute("COMMENT ON TABLE exam_days IS 'Days with exams; it''s the hub''s'")
    hub.execute("COMMENT ON COLUMN exam_days.day IS 'Without the time'")
    assert rows(hub, "SELECT table_type, comments FROM user_tab_comments WHERE table_name = 'EXAM_DAYS'") == [
        ("VIEW", "Days with exams; it's the hub's")
    ]
    query = "SELECT column_name, comments FROM user_col_comments WHERE table_name = 'EXAM_DAYS' ORDER BY 1"
    assert rows(hub, query) == [("CODE", None), ("DAY", "Without the time")]
    assert fails(hub, "COMMENT ON COLUMN exam_days.nope IS 'x'") == 904


def test_a_view_that_does_not_compile(hub: oracledb.Cursor) -> None:
    assert fails(hub, "CREATE VIEW broken AS SELECT nope FROM exams") == 904
    assert fails(hub, "CREATE OR REPLACE VIEW exam_days AS SELECT code FROM nope") == 942
    assert states(hub)["EXAM_DAYS"] == "VALID"
    hub.execute("CREATE OR REPLACE FORCE VIEW broken (a, b) AS SELECT code, x FROM not_there_yet")
    assert hub.warning is not None
    assert states(hub)["BROKEN"] == "INVALID"
    hub.execute("CREATE TABLE not_there_yet (code NUMBER, x NUMBER)")
    hub.execute("ALTER VIEW broken COMPILE")
    assert hub.warning is None
    assert states(hub)["BROKEN"] == "VALID"


@pytest.mark.parametrize(
    ("sql", "number"),
    [
        ("CREATE VIEW exam_days AS SELECT 1 AS a FROM dual", 955),
        ("CREATE OR REPLACE VIEW exams AS SELECT 1 AS a FROM dual", 955),
        ("CREATE VIEW v (a) AS SELECT 1, 2 FROM dual", 1730),
        ("CREATE VIEW v AS SELECT COUNT(*) FROM exams", 998),
        ("CREATE VIEW v AS SELECT id, id FROM exams", 957),
        ("CREATE VIEW v AS SELECT id FROM exams WHERE id = :1", 1027),
        ("DROP VIEW nope", 942),
        ("ALTER VIEW nope COMPILE", 942),
        ("DROP VIEW exams", 942),
    ],
)
def test_a_refusal(hub: oracledb.Cursor, sql: str, number: int) -> None:
    assert fails(hub, sql) == number


def test_a_view_that_may_only_be_read(hub: oracledb.Cursor) -> None:
    hub.execute("CREATE VIEW only_read AS SELECT id FROM exams WITH READ ONLY")
    assert rows(hub, "SELECT read_only FROM user_views WHERE view_name = 'ONLY_READ'") == [("Y",)]


def test_that_a_view_needs_grants_that_are_not_by_a_role(
    hub: oracledb.Cursor, owner: Account, make_account: Maker, open_connection: Opener, admin: oracledb.Cursor
) -> None:
    middle, last = make_account("CREATE VIEW"), make_account()
    cursor = open_connection(middle.name, middle.password).cursor()
    create = f"CREATE VIEW v AS SELECT code FROM {owner.name}.exams"
    assert fails(cursor, create) == 942
    hub.execute(f"GRANT SELECT ON exams TO {middle.name}")
    cursor.execute(create)
    # it may be granted on only if its owner may grant what it reads
    assert fails(cursor, f"GRANT SELECT ON v TO {last.name}") == 1720
    hub.execute(f"GRANT SELECT ON exams TO {middle.name} WITH GRANT OPTION")
    cursor.execute(f"GRANT SELECT ON v TO {last.name}")
    reader = open_connection(last.name, last.password).cursor()
    assert rows(reader, f"SELECT code FROM {middle.name}.v") == [("E1",)]
    assert fails(reader, f"SELECT code FROM {owner.name}.exams") == 942
    hub.execute(f"REVOKE SELECT ON exams FROM {middle.name}")
    assert fails(reader, f"SELECT code FROM {middle.name}.v") == 4063


def test_that_rows_are_those_that_were_committed(hub: oracledb.Cursor, connection: oracledb.Connection) -> None:
    connection.commit()
    assert len(rows(hub, "SELECT d.code, b.exams FROM exam_days d JOIN busy_days b ON b.day = d.day")) == 1
