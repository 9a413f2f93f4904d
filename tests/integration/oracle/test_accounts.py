# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts: passwords, locks, profiles, rollover, privileges, quotas."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import oracledb
import pytest

from tests.integration.oracle.conftest import (
    Account,
    Database,
    Maker,
    Opener,
    fails,
    new_password,
    number_of,
    rows,
)


def login(database: Database, account: Account, password: str = "", **options: Any) -> int:
    """Return the number of the error with which a login fails, 0 if it does not."""
    try:
        database.connect(account.name, password or account.password, **options).close()
    except oracledb.DatabaseError as error:
        return int(error.args[0].code)
    return 0


def status(admin: oracledb.Cursor, account: Account) -> str:
    found: str = rows(admin, "SELECT account_status FROM dba_users WHERE username = :1", account.name)[0][0]
    return found


@pytest.fixture
def profile(admin: oracledb.Cursor) -> Iterator[str]:
    """Return a profile that locks after three wrong passwords, and lets passwords roll over."""
    name = f"EXAM_{secrets.token_hex(4).upper()}"
    admin.execute(
        f"CREATE PROFILE {name} LIMIT FAILED_LOGIN_ATTEMPTS 3 PASSWORD_LIFE_TIME 90 PASSWORD_LOCK_TIME 1/24 "
        "PASSWORD_ROLLOVER_TIME 1 PASSWORD_REUSE_MAX UNLIMITED PASSWORD_REUSE_TIME UNLIMITED"
    )
    yield name
    admin.execute(f"DROP PROFILE {name} CASCADE")


def test_that_an_account_locks_itself_and_is_unlocked(
    database: Database, admin: oracledb.Cursor, make_account: Maker, profile: str
) -> None:
    account = make_account(options=f"PROFILE {profile}")
    assert [login(database, account, "wrong") for _each in range(4)] == [1017, 1017, 1017, 28000]
    assert login(database, account) == 28000
    assert status(admin, account) == "LOCKED(TIMED)"
    admin.execute(f"ALTER USER {account.name} ACCOUNT UNLOCK")
    assert login(database, account) == 0
    assert status(admin, account) == "OPEN"
    admin.execute(f"ALTER USER {account.name} ACCOUNT LOCK")
    assert (login(database, account), status(admin, account)) == (28000, "LOCKED")


def test_that_a_password_rolls_over_without_an_outage(
    database: Database, admin: oracledb.Cursor, make_account: Maker, profile: str
) -> None:
    account, new = make_account(options=f"PROFILE {profile}"), new_password()
    admin.execute(f'ALTER USER {account.name} IDENTIFIED BY "{new}"')
    assert status(admin, account) == "OPEN & IN ROLLOVER"
    assert (login(database, account), login(database, account, new)) == (0, 0)
    admin.execute(f"ALTER USER {account.name} EXPIRE PASSWORD ROLLOVER PERIOD")
    assert (login(database, account), login(database, account, new)) == (1017, 0)
    assert status(admin, account) == "OPEN"


def test_that_without_rollover_the_old_password_ends_at_once(
    database: Database, admin: oracledb.Cursor, make_account: Maker
) -> None:
    account, new = make_account(), new_password()
    admin.execute(f'ALTER USER {account.name} IDENTIFIED BY "{new}"')
    assert (login(database, account), login(database, account, new)) == (1017, 0)


def test_that_an_expired_password_is_changed_at_the_login(
    database: Database, admin: oracledb.Cursor, make_account: Maker
) -> None:
    account, new, newer = make_account(), new_password(), new_password()
    admin.execute(f"ALTER USER {account.name} PASSWORD EXPIRE")
    assert (login(database, account), status(admin, account)) == (28001, "EXPIRED")
    assert login(database, account, newpassword=new) == 0
    with database.connect(account.name, new) as connection:
        with pytest.raises(oracledb.DatabaseError) as error:
            connection.changepassword("not it", newer)
        assert number_of(error) in (28008, 1017)
        connection.changepassword(new, newer)
    assert (login(database, account, new), login(database, account, newer)) == (1017, 0)


def test_what_is_known_of_an_account(
    database: Database, admin: oracledb.Cursor, make_account: Maker, profile: str
) -> None:
    account = make_account(options=f"DEFAULT TABLESPACE users QUOTA 10M ON users PROFILE {profile}")
    query = (
        "SELECT profile, default_tablespace, last_login, TRUNC(expiry_date) - TRUNC(created) FROM dba_users "
        "WHERE username = :1"
    )
    assert rows(admin, query, account.name) == [(profile, "USERS", None, 90)]
    assert login(database, account) == 0
    query = "SELECT CAST(last_login AS DATE) - CAST(SYSTIMESTAMP AS DATE) FROM dba_users WHERE username = :1"
    assert abs(rows(admin, query, account.name)[0][0]) < 0.01
    query = "SELECT tablespace_name, max_bytes FROM dba_ts_quotas WHERE username = :1"
    assert rows(admin, query, account.name) == [("USERS", 10 * 2**20)]
    query = (
        "SELECT resource_name, limit FROM dba_profiles "
        "WHERE profile = :1 AND resource_type = 'PASSWORD' AND limit <> 'DEFAULT'"
    )
    limits = dict(rows(admin, query, profile))
    assert (limits["FAILED_LOGIN_ATTEMPTS"], limits["PASSWORD_LIFE_TIME"]) == ("3", "90")


def test_sessions_of_an_account(open_connection: Opener, admin: oracledb.Cursor, make_account: Maker) -> None:
    account = make_account()
    opened = open_connection(account.name, account.password)
    query = "SELECT sid, serial#, status, service_name FROM v$session WHERE username = :1"
    ((number, serial, state, _service),) = rows(admin, query, account.name)
    assert state == "INACTIVE"
    assert fails(admin, f"DROP USER {account.name}") == 1940
    admin.execute(f"ALTER SYSTEM KILL SESSION '{number},{serial}' IMMEDIATE")
    with pytest.raises(oracledb.Error):
        opened.cursor().execute("SELECT 1 FROM dual")


def test_privileges_and_roles(open_connection: Opener, admin: oracledb.Cursor, make_account: Maker) -> None:
    account, role = make_account(), f"EXAM_{secrets.token_hex(4).upper()}"
    cursor = open_connection(account.name, account.password).cursor()
    assert fails(cursor, "CREATE TABLE t (a NUMBER)") == 1031
    assert fails(cursor, "CREATE VIEW v AS SELECT 1 AS a FROM dual") == 1031
    assert fails(cursor, f"ALTER USER {account.name} ACCOUNT LOCK") == 1031
    assert fails(cursor, "SELECT * FROM dba_users") == 942
    assert fails(cursor, "CREATE USER other IDENTIFIED BY x") == 1031
    admin.execute(f"CREATE ROLE {role}")
    admin.execute(f"GRANT CREATE VIEW, SELECT ANY DICTIONARY TO {role}")
    admin.execute(f"GRANT {role} TO {account.name}")
    cursor = open_connection(account.name, account.password).cursor()
    cursor.execute("CREATE VIEW v AS SELECT 1 AS a FROM dual")
    assert rows(cursor, "SELECT username FROM dba_users WHERE username = USER") == [(account.name,)]
    query = "SELECT granted_role, admin_option FROM dba_role_privs WHERE grantee = :1"
    assert rows(admin, query, account.name) == [(role, "NO")]
    query = "SELECT privilege FROM dba_sys_privs WHERE grantee = :1 ORDER BY 1"
    assert rows(admin, query, role) == [("CREATE VIEW",), ("SELECT ANY DICTIONARY",)]
    admin.execute(f"REVOKE {role} FROM {account.name}")
    assert fails(admin, f"REVOKE {role} FROM {account.name}") == 1951
    assert fails(admin, f"REVOKE CREATE VIEW FROM {account.name}") == 1952
    admin.execute(f"DROP ROLE {role}")
    assert rows(admin, "SELECT COUNT(*) FROM dba_sys_privs WHERE grantee = :1", role) == [(0,)]


def test_privileges_on_objects(
    cursor: oracledb.Cursor, owner: Account, open_connection: Opener, make_account: Maker, admin: oracledb.Cursor
) -> None:
    account = make_account()
    cursor.execute("CREATE TABLE t (a NUMBER)")
    other = open_connection(account.name, account.password).cursor()
    assert fails(other, f"INSERT INTO {owner.name}.t VALUES (1)") == 942
    cursor.execute(f"GRANT SELECT, INSERT ON t TO {account.name}")
    other.execute(f"INSERT INTO {owner.name}.t VALUES (1)")
    assert fails(other, f"UPDATE {owner.name}.t SET a = 2") == 1031
    assert fails(other, f"ALTER TABLE {owner.name}.t ADD (b NUMBER)") == 1031
    other.connection.commit()
    query = "SELECT privilege FROM dba_tab_privs WHERE grantee = :1 ORDER BY 1"
    assert rows(admin, query, account.name) == [("INSERT",), ("SELECT",)]
    assert rows(other, "SELECT table_name FROM all_tables WHERE owner = :1", owner.name) == [("T",)]
    cursor.execute(f"REVOKE ALL ON t FROM {account.name}")
    assert fails(cursor, f"REVOKE SELECT ON t FROM {account.name}") == 1927
    assert rows(other, "SELECT table_name FROM all_tables WHERE owner = :1", owner.name) == []


def test_quotas(open_connection: Opener, admin: oracledb.Cursor, make_account: Maker) -> None:
    account = make_account("CREATE TABLE")
    cursor = open_connection(account.name, account.password).cursor()
    cursor.execute("CREATE TABLE t (a NUMBER, b VARCHAR2(4000))")
    assert fails(cursor, "INSERT INTO t VALUES (1, 'x')") == 1950
    admin.execute(f"ALTER USER {account.name} QUOTA 256K ON users")
    cursor.execute("INSERT INTO t VALUES (1, 'x')")
    cursor.connection.commit()
    with pytest.raises(oracledb.DatabaseError) as error:
        cursor.executemany("INSERT INTO t VALUES (:1, :2)", [(n, "x" * 4000) for n in range(200)])
    assert number_of(error) == 1536
    cursor.connection.rollback()
    assert rows(cursor, "SELECT COUNT(*) FROM t") == [(1,)]


@pytest.mark.parametrize(
    ("sql", "number"),
    [
        ("ALTER USER nobody_at_all ACCOUNT LOCK", 1918),
        ("DROP USER nobody_at_all", 1918),
        ("CREATE USER system IDENTIFIED BY x", 1920),
        ("GRANT CREATE SESSION TO nobody_at_all", 1917),
        ("GRANT no_such_role TO system", 1919),
        ("ALTER PROFILE no_such_profile LIMIT IDLE_TIME 5", 2380),
        ("ALTER PROFILE default LIMIT NO_SUCH_THING 5", 2376),
        ("ALTER USER system QUOTA 5M ON no_such_tablespace", 959),
    ],
)
def test_a_refusal(admin: oracledb.Cursor, sql: str, number: int) -> None:
    assert fails(admin, sql) == number
