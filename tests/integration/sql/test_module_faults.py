# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules when something breaks: what they say of it, and what the next run does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pyodbc
import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql._odbc import connect
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.server import Authentication, LoginRejected
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.session import Session, Statement, quoted
from tests.integration.sql.conftest import ROOT, Emulator, Opener, Runner, rows
from tests.integration.sql.test_databases import directory

pytestmark = pytest.mark.usefixtures("no_fault_afterwards")


def test_that_a_module_whose_connection_breaks_says_what_it_does_not_know(
    emulator: Emulator, run: Runner, database: str
) -> None:
    declared = {"name": database, "recovery_model": "simple", "compatibility_level": 150}
    emulator.faults({"kind": "lose", "match": "SET RECOVERY", "times": 1})
    broken = run("mssql_database", **declared)
    assert broken["failed"] is True
    assert f"Applied: database {database} compatibility_level." in broken["msg"]
    assert f"Not known whether applied: database {database} recovery_model." in broken["msg"]
    emulator.faults()
    assert run("mssql_database", **declared)["changed"] is False  # it was applied


def test_that_a_connection_that_breaks_before_it_is_of_use_is_told_as_none(
    emulator: Emulator, run: Runner, database: str
) -> None:
    emulator.faults({"kind": "lose", "match": "SET LOCK_TIMEOUT", "times": 1})
    broken = run("mssql_database", name=database, recovery_model="simple")
    assert f"{emulator.server.name} " in broken["msg"]
    assert "no connection; found" in broken["msg"]
    assert "Look whether the server runs" in broken["msg"]
    assert broken["msg"].endswith("Nothing was touched.")
    emulator.faults()
    assert run("mssql_database", name=database, recovery_model="simple")["changed"] is True


def test_that_a_module_whose_statement_fails_says_so(emulator: Emulator, run: Runner, database: str) -> None:
    emulator.faults({"kind": "error", "number": 1101, "match": "SET RECOVERY", "times": 1})
    broken = run("mssql_database", name=database, recovery_model="simple")
    assert "insufficient disk space" in broken["msg"]
    assert "(error 1101)" in broken["msg"]
    assert "Nothing was applied; running again starts afresh." in broken["msg"]


def test_that_what_fails_in_a_database_leaves_all_of_it_as_it_was(
    emulator: Emulator, run: Runner, admin: pyodbc.Connection, connection: pyodbc.Connection, database: str
) -> None:
    name = f"{database}_login"
    permissions = [{"permissions": ["SELECT"], "schema": "dbo"}]
    user = {"name": database, "roles": ["db_datareader"], "permissions": permissions}
    declared = {"name": name, "password": "Pa55-word!", "databases": [user]}
    emulator.faults({"kind": "error", "number": 9002, "match": "GRANT SELECT", "times": 1})
    broken = run("mssql_login", **declared)
    assert broken["failed"] is True
    assert broken["applied"] == [f"login {name}"]
    assert len(broken["pending"]) == 3
    assert rows(connection.execute("SELECT name FROM sys.database_principals WHERE name = ?", name)) == []
    rest = run("mssql_login", **declared)
    assert [each["item"] for each in rest["changes"]] == broken["pending"]
    assert run("mssql_login", **declared)["changed"] is False
    assert run("mssql_login", name=name, state="absent")["changed"] is True


@pytest.mark.parametrize(("times", "fails"), [(2, False), (3, True)])
def test_that_a_deadlock_is_tried_again_and_told(
    emulator: Emulator, run: Runner, database: str, *, times: int, fails: bool
) -> None:
    name = f"{database}_login"
    declared = {"name": name, "password": "Pa55-word!", "databases": [{"name": database}]}
    emulator.faults({"kind": "error", "number": 1205, "match": "CREATE USER", "times": times})
    done = run("mssql_login", **declared)
    assert done.get("failed", False) is fails
    assert "a deadlock's victim, and is repeated" in str(done["warnings"])
    if fails:
        assert "(error 1205)" in done["msg"]
        assert done["applied"] == [f"login {name}"]
    assert run("mssql_login", **declared)["changed"] is fails
    run("mssql_login", name=name, state="absent")


def test_a_login_that_is_locked(
    emulator: Emulator, run: Runner, admin: pyodbc.Connection, open_connection: Opener
) -> None:
    del emulator  # which locks a login; a server without Windows does not
    name, password = "exam_locked", "Pa55-word!"
    run("mssql_login", name=name, password=password)
    for _attempt in range(10):
        with pytest.raises(LoginRejected):
            open_connection(user=name, password="wrong")
    with pytest.raises(LoginRejected, match="locked out"):
        open_connection(user=name, password=password)
    told = run("mssql_login", name=name, password=password)
    assert told["changed"] is False
    assert told["login_before"]["locked"] is True
    assert "is locked" in str(told["warnings"])
    predicted = run("mssql_login", check=True, name=name, password=password, unlock=True)
    done = run("mssql_login", name=name, password=password, unlock=True)
    assert done["changes"] == predicted["changes"]
    assert [each["item"] for each in done["changes"]] == [f"login {name} locked"]
    open_connection(user=name, password=password).close()
    assert run("mssql_login", name=name, password=password, unlock=True)["changed"] is False


ENTRA: list[tuple[Authentication, str | None]] = [
    ("entra_password", "S3cret!"), ("entra_service_principal", "S3cret!"), ("entra_managed_identity", None),
]  # fmt: skip


def test_that_a_server_without_entra_is_told_from_a_wrong_password(emulator: Emulator) -> None:
    for kind, password in ENTRA:
        server = replace(emulator.server, authentication=kind, user="exams@exams.example", password=password)
        with pytest.raises(LoginRejected, match="not being joined to Microsoft Entra ID") as caught:
            connect(server, autocommit=True)
        assert "S3cret!" not in str(caught.value), kind


MODULES: dict[str, dict[str, Any]] = {
    "mssql_info": {},
    "mssql_configuration": {"settings": {"user connections": 0}},
    "mssql_database": {"name": "exam_x"},
    "mssql_login": {"name": "exam_x", "password": "Pa55-word!"},
    "mssql_snapshot": {"name": "exam_x", "database": "exam_y", "state": "reverted"},
    "mssql_backup": {"path": "/x.bak", "database": "exam_y"},
    "mssql_table_data": {"database": "exam_y", "tables": ["dbo.t"], "state": "digested"},
}


def test_that_every_module_tries_a_wrong_password_once(
    emulator: Emulator, run: Runner, admin: pyodbc.Connection, table: pyodbc.Connection, database: str
) -> None:
    """Ten of them lock an account, and each module may log in several times."""
    server = emulator.server  # which counts them; a server without Windows need not
    name, right, wrong = f"{database}_login", "Pa55-word!", "Wr0ng-and-secret!"
    modules = {path.stem for path in (ROOT / "plugins" / "modules").glob("mssql_*.py")}
    assert set(MODULES) == modules
    run("mssql_login", name=name, password=right)
    bad = "SELECT CAST(LOGINPROPERTY(?, 'BadPasswordCount') AS int)"
    try:
        for number, (module, arguments) in enumerate(MODULES.items(), 1):
            broken = run(module, **arguments, login_user=name, login_password=wrong)
            assert f"the login of {name} was rejected" in broken["msg"], module
            assert "It was tried once" in broken["msg"]
            assert wrong not in str(broken)
            assert admin.execute(bad, name).fetchval() == number, module
        origin = {
            "server": server.name,
            "connect_address": server.connect_address,
            "ca_certificates": server.ca_certificates,
            "login_user": name,
            "login_password": wrong,
            "database": "master",
        }
        table.execute("CREATE TABLE dbo.u (id int PRIMARY KEY)")
        broken = run("mssql_table_data", database=database, tables=["dbo.t", "dbo.u"], source=origin)
        assert f"the login of {name} was rejected" in broken["msg"]
        assert wrong not in str(broken)
        assert admin.execute(bad, name).fetchval() == len(MODULES) + 1, "as the source's"
    finally:
        assert run("mssql_login", name=name, state="absent")["changed"] is True


@pytest.mark.parametrize(
    "case",
    [
        ({"kind": "lose"}, "Not known whether applied: database", False),
        ({"kind": "error", "number": 1101}, "Nothing was applied", True),
        ({"kind": "error", "number": 3101}, "the database is in use", True),
    ],
)
def test_that_a_revert_that_breaks_off_leaves_the_database_open(
    emulator: Emulator, run: Runner, table: pyodbc.Connection, case: tuple[dict[str, Any], str, bool]
) -> None:
    fault, message, rest = case
    database = str(table.execute("SELECT DB_NAME()").fetchval())
    snapshot = {"database": database, "name": f"{database}_s", "protected": False, "close_connections": True}
    assert run("mssql_snapshot", **snapshot)["changed"] is True
    table.execute("DELETE FROM dbo.t")
    emulator.faults({**fault, "match": "RESTORE DATABASE", "times": 1})
    broken = run("mssql_snapshot", **snapshot, state="reverted")
    assert message in broken["msg"]
    emulator.faults()
    found = {each["name"]: each for each in run("mssql_info")["databases"]}
    assert found[database]["user_access"] == "MULTI_USER"
    assert run("mssql_snapshot", **snapshot, state="reverted")["changed"] is rest
    assert run("mssql_snapshot", **snapshot, state="reverted")["changed"] is False


def test_that_a_revert_whose_result_is_not_what_it_should_be_fails(
    emulator: Emulator, run: Runner, table: pyodbc.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    del emulator
    database = str(table.execute("SELECT DB_NAME()").fetchval())
    snapshot = {"database": database, "name": f"{database}_s", "protected": False, "close_connections": True}
    run("mssql_snapshot", **snapshot)
    table.execute("DELETE FROM dbo.t")
    plain = Session.execute

    def and_somebody_writes(self: Session, statement: Statement) -> None:
        plain(self, statement)
        if str(statement[0]).startswith("RESTORE"):
            plain(self, [f"EXEC {quoted(database)}.sys.sp_executesql N'INSERT INTO dbo.t VALUES (99)'"])

    monkeypatch.setattr(Session, "execute", and_somebody_writes)
    broken = run("mssql_snapshot", **snapshot, state="reverted")
    assert "it was reverted, and yet is not what the snapshot holds" in broken["msg"]
    assert "differences in dbo.t" in broken["msg"]
    assert broken["applied"] == [f"database {database}"]


def test_that_a_backup_that_fails_is_none(
    emulator: Emulator, run: Runner, admin: pyodbc.Connection, database: str
) -> None:
    task = {"database": database, "path": f"{directory(admin, 'Backup')}/{database}.bak"}
    emulator.faults({"kind": "error", "number": 3202, "match": "BACKUP DATABASE"})
    broken = run("mssql_backup", **task)
    assert "not enough space" in broken["msg"]
    assert "Nothing was applied; running again starts afresh." in broken["msg"]
    emulator.faults({"kind": "lose", "match": "BACKUP DATABASE", "times": 1})
    lost = run("mssql_backup", **task)
    assert f"Not known whether applied: backup {task['path']}." in lost["msg"]
    emulator.faults()
    assert run("mssql_backup", **task)["changed"] is False  # it was made


def test_that_a_damaged_backup_is_made_again_and_never_restored(
    emulator: Emulator, run: Runner, admin: pyodbc.Connection, database: str
) -> None:
    task = {"database": database, "path": f"{directory(admin, 'Backup')}/{database}.bak"}
    assert run("mssql_backup", **task)["changed"] is True
    emulator.faults({"kind": "error", "number": 3189, "message": "Damage was detected.", "match": "VERIFYONLY"})
    refused = run("mssql_backup", **task, state="restored", protected=False)
    assert "found a damaged one" in refused["msg"]
    assert "Nothing was touched." in refused["msg"]
    distrusted = run("mssql_backup", **task)
    assert "the backup was made, and cannot be trusted" in distrusted["msg"]
    emulator.faults()
    assert run("mssql_backup", **task)["changed"] is False


def test_that_a_restore_that_fails_leaves_the_database_open(
    emulator: Emulator, run: Runner, admin: pyodbc.Connection, database: str
) -> None:
    task = {"database": database, "path": f"{directory(admin, 'Backup')}/{database}.bak"}
    assert run("mssql_backup", **task)["changed"] is True
    emulator.faults({"kind": "error", "number": 3101, "match": "RESTORE DATABASE"})
    broken = run("mssql_backup", **task, state="restored", protected=False)
    assert "the database is in use" in broken["msg"]
    assert "Nothing was applied; running again starts afresh." in broken["msg"]
    access = "SELECT user_access_desc FROM sys.databases WHERE name = ?"
    assert admin.execute(access, database).fetchval() == "MULTI_USER"
    emulator.faults()
    assert run("mssql_backup", **task, state="restored", protected=False)["changed"] is True


def test_that_settings_that_cannot_be_put_into_use_are_set_back(
    emulator: Emulator, run: Runner, admin: pyodbc.Connection
) -> None:
    query = "SELECT CAST(value AS int), CAST(value_in_use AS int) FROM sys.configurations WHERE name = ?"
    name = "backup compression default"
    before = rows(admin.execute(query, name))
    emulator.faults({"kind": "error", "number": 1222, "match": "RECONFIGURE", "times": 1})
    result = run("mssql_configuration", settings={name: 1 - before[0][0]})
    assert result["failed"] is True
    assert "Nothing was applied" in result["msg"]
    assert rows(admin.execute(query, name)) == before
