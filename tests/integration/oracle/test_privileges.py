# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a login sees of objects and of privileges: its own, its roles' and everybody's. Privileges on columns."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import oracledb
import pytest

from tests.integration.oracle.conftest import Account, Maker, Opener, fails, rows

OBJECTS = "SELECT object_name FROM all_objects WHERE owner = :1 ORDER BY object_name"
PRIVILEGES = """
SELECT grantee, table_name, privilege FROM all_tab_privs WHERE table_schema = :1
ORDER BY grantee, table_name, privilege"""
COLUMNS = """
SELECT grantor, grantee, table_schema, table_name, column_name, privilege, grantable FROM all_col_privs
WHERE table_schema = :1 ORDER BY grantee, column_name"""


@pytest.fixture
def tables(cursor: oracledb.Cursor, owner: Account) -> str:
    """Return the schema that has the tables A, B and C, of two columns."""
    for name in "abc":
        cursor.execute(f"CREATE TABLE {name} (x NUMBER, y NUMBER)")
    return owner.name


@pytest.fixture
def reader(admin: oracledb.Cursor, make_account: Maker) -> Iterator[tuple[Account, str]]:
    """Return an account, and the role that it has."""
    account, role = make_account(), f"EXAM_{secrets.token_hex(4).upper()}"
    admin.execute(f"CREATE ROLE {role}")
    admin.execute(f"GRANT {role} TO {account.name}")
    yield account, role
    admin.execute(f"DROP ROLE {role}")


def test_what_a_login_sees(
    open_connection: Opener, cursor: oracledb.Cursor, make_account: Maker, tables: str, reader: tuple[Account, str]
) -> None:
    (account, role), other = reader, make_account()
    cursor.execute(f"GRANT SELECT ON a TO {role}")
    cursor.execute("GRANT UPDATE ON b TO PUBLIC")
    cursor.execute(f"GRANT DELETE ON c TO {other.name}")
    of_reader = open_connection(account.name, account.password).cursor()
    of_other = open_connection(other.name, other.password).cursor()
    assert rows(of_reader, OBJECTS, tables) == [("A",), ("B",)]
    assert rows(of_other, OBJECTS, tables) == [("B",), ("C",)]
    for_all, by_role = ("PUBLIC", "B", "UPDATE"), (role, "A", "SELECT")
    assert sorted(rows(of_reader, PRIVILEGES, tables)) == sorted([for_all, by_role])
    assert sorted(rows(of_other, PRIVILEGES, tables)) == sorted([for_all, (other.name, "C", "DELETE")])
    assert len(rows(cursor, PRIVILEGES, tables)) == 3
    cursor.execute("REVOKE UPDATE ON b FROM PUBLIC")
    assert rows(of_reader, OBJECTS, tables) == [("A",)]
    assert rows(of_reader, "SELECT role FROM session_roles") == [(role,)]
    assert rows(of_reader, "SELECT privilege FROM session_privs") == [("CREATE SESSION",)]
    assert rows(of_reader, "SELECT granted_role, default_role FROM user_role_privs") == [(role, "YES")]


@pytest.mark.parametrize(
    ("privilege", "seen"),
    [("SELECT ANY TABLE", True), ("READ ANY TABLE", True), ("LOCK ANY TABLE", True), ("CREATE ANY TABLE", False)],
)
def test_what_a_privilege_on_any_table_shows(
    open_connection: Opener, make_account: Maker, tables: str, privilege: str, *, seen: bool
) -> None:
    reader = make_account(privilege)
    cursor = open_connection(reader.name, reader.password).cursor()
    assert rows(cursor, OBJECTS, tables) == ([("A",), ("B",), ("C",)] if seen else [])
    read = f"SELECT x FROM {tables}.a"
    if privilege.startswith(("SELECT", "READ")):
        assert rows(cursor, read) == []
    else:
        assert fails(cursor, read) == 1031


def test_that_a_key_in_another_schema_takes_the_right_to_create_its_index(
    open_connection: Opener, cursor: oracledb.Cursor, admin: oracledb.Cursor, make_account: Maker, tables: str
) -> None:
    maker = make_account("CREATE ANY TABLE", "ALTER ANY TABLE")
    other = open_connection(maker.name, maker.password).cursor()
    other.execute(f"CREATE TABLE {tables}.d (x NUMBER NOT NULL, y NUMBER CHECK (y > 0))")
    keyed = f"CREATE TABLE {tables}.e (x NUMBER PRIMARY KEY, y NUMBER UNIQUE)"
    assert fails(other, keyed) == 1031
    assert fails(other, f"ALTER TABLE {tables}.d ADD PRIMARY KEY (x)") == 1031
    cursor.execute(f"GRANT INDEX ON d TO {maker.name}")
    other.execute(f"ALTER TABLE {tables}.d ADD PRIMARY KEY (x)")
    admin.execute(f"GRANT CREATE ANY INDEX TO {maker.name}")
    other.execute(keyed)


def test_that_roles_of_others_and_locks_and_compiling_take_rights_of_their_own(
    open_connection: Opener, cursor: oracledb.Cursor, admin: oracledb.Cursor, make_account: Maker, tables: str
) -> None:
    account, maker = make_account(), make_account("GRANT ANY PRIVILEGE", "CREATE ANY VIEW", "SELECT ANY TABLE")
    other = open_connection(maker.name, maker.password).cursor()
    other.execute(f"CREATE VIEW {tables}.v AS SELECT x FROM {tables}.a")
    statements = {
        f"GRANT CONNECT TO {account.name}": ("GRANT ANY ROLE", 1932),
        f"REVOKE CONNECT FROM {account.name}": ("GRANT ANY ROLE", 1932),
        f"LOCK TABLE {tables}.a IN EXCLUSIVE MODE": ("LOCK ANY TABLE", 1031),
        f"ALTER VIEW {tables}.v COMPILE": ("ALTER ANY TABLE", 1031),
    }
    for statement, (privilege, number) in statements.items():
        assert fails(other, statement) == number
        admin.execute(f"GRANT {privilege} TO {maker.name}")
        other.execute(statement)
        admin.execute(f"REVOKE {privilege} FROM {maker.name}")
    cursor.execute(f"GRANT INSERT ON b TO {maker.name}")
    other.execute(f"LOCK TABLE {tables}.b IN EXCLUSIVE MODE")
    cursor.execute("DROP VIEW v")


def test_privileges_on_columns(
    open_connection: Opener, cursor: oracledb.Cursor, make_account: Maker, tables: str
) -> None:
    writer = make_account()
    name = writer.name
    cursor.execute(f"GRANT UPDATE (y), INSERT (x, y) ON a TO {name}")
    cursor.execute("INSERT INTO a VALUES (1, 2)")
    cursor.execute("COMMIT")
    of_writer = open_connection(name, writer.password).cursor()
    assert rows(of_writer, OBJECTS, tables) == [("A",)]
    assert rows(of_writer, PRIVILEGES, tables) == []
    assert sorted(rows(of_writer, COLUMNS, tables)) == [
        (tables, name, tables, "A", "X", "INSERT", "NO"),
        (tables, name, tables, "A", "Y", "INSERT", "NO"),
        (tables, name, tables, "A", "Y", "UPDATE", "NO"),
    ]
    of_writer.execute(f"UPDATE {tables}.a SET y = 3")
    of_writer.execute(f"INSERT INTO {tables}.a (x, y) VALUES (4, 5)")
    of_writer.execute("COMMIT")
    assert fails(of_writer, f"UPDATE {tables}.a SET x = 3") == 1031
    assert fails(of_writer, f"UPDATE {tables}.a SET x = 3, y = 3") == 1031
    assert fails(of_writer, f"DELETE FROM {tables}.a") == 1031
    assert fails(of_writer, f"SELECT y FROM {tables}.a") == 1031
    assert rows(cursor, "SELECT x, y FROM a ORDER BY x") == [(1, 3), (4, 5)]
    # they follow the column
    cursor.execute("ALTER TABLE a RENAME COLUMN y TO z")
    of_writer.execute(f"UPDATE {tables}.a SET z = 6")
    of_writer.execute("ROLLBACK")
    cursor.execute("ALTER TABLE a DROP COLUMN z")
    cursor.execute("ALTER TABLE a ADD z NUMBER")
    assert fails(of_writer, f"UPDATE {tables}.a SET z = 6") == 1031
    # and end with the whole
    assert fails(cursor, f"REVOKE INSERT (x) ON a FROM {name}") == 1750
    cursor.execute(f"REVOKE INSERT ON a FROM {name}")
    assert rows(of_writer, COLUMNS, tables) == []


@pytest.mark.parametrize(
    ("sql", "number"),
    [
        ("GRANT SELECT (x) ON a TO PUBLIC", 969),
        ("GRANT UPDATE (x) TO PUBLIC", 969),
        ("GRANT UPDATE (nowhere) ON a TO PUBLIC", 904),
        ("GRANT UPDATE (x) ON nowhere TO PUBLIC", 942),
    ],
)
def test_what_cannot_be_granted(cursor: oracledb.Cursor, tables: str, sql: str, number: int) -> None:
    assert fails(cursor, sql) == number
    assert rows(cursor, COLUMNS, tables) == []
