# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Databases, snapshots and reverts, backups and restores, with the errors of the real server."""

from __future__ import annotations

from contextlib import closing

import pyodbc
import pytest

from tests.integration.sql.conftest import Opener, drained, number_of, rows


def fails(connection: pyodbc.Connection, statement: str, number: int) -> None:
    with pytest.raises(pyodbc.Error) as caught:
        drained(connection.execute(statement))
    assert number_of(caught.value) == number, statement


def directory(connection: pyodbc.Connection, what: str = "Data") -> str:
    return str(
        connection.execute(f"SELECT CAST(SERVERPROPERTY('InstanceDefault{what}Path') AS nvarchar(260))").fetchval()
    ).rstrip("/")


def snapshot(connection: pyodbc.Connection, database: str, name: str) -> None:
    file = f"{directory(connection)}/{name}.ss"
    connection.execute(
        f"CREATE DATABASE [{name}] ON (NAME = [{database}], FILENAME = '{file}') AS SNAPSHOT OF [{database}]"
    )


def test_that_a_database_is_altered(admin: pyodbc.Connection, database: str) -> None:
    for change in (
        "RECOVERY SIMPLE",
        "COMPATIBILITY_LEVEL = 150",
        "READ_COMMITTED_SNAPSHOT ON WITH ROLLBACK IMMEDIATE",
    ):
        admin.execute(f"ALTER DATABASE [{database}] SET {change}")
    query = (
        "SELECT recovery_model_desc, compatibility_level, is_read_committed_snapshot_on, collation_name FROM "
        "sys.databases WHERE name = ?"
    )
    row = admin.execute(query, database).fetchone()
    assert row is not None
    assert tuple(row) == ("SIMPLE", 150, True, "Latin1_General_100_CI_AS")
    files = admin.execute(
        "SELECT type_desc, name FROM sys.master_files WHERE database_id = DB_ID(?) ORDER BY file_id", database
    ).fetchall()
    assert [tuple(each) for each in files] == [("ROWS", database), ("LOG", f"{database}_log")]


def test_what_is_refused_of_databases(admin: pyodbc.Connection, open_connection: Opener, database: str) -> None:
    fails(admin, f"CREATE DATABASE [{database}]", 1801)
    fails(admin, "DROP DATABASE exam_nowhere", 3701)
    fails(admin, "CREATE DATABASE exam_x ON (NAME = x, FILENAME = '/nowhere/x.mdf')", 5133)
    fails(admin, "ALTER DATABASE exam_nowhere SET RECOVERY SIMPLE", 5011)
    user = open_connection(database=database)
    fails(admin, f"DROP DATABASE [{database}]", 3702)
    fails(admin, f"ALTER DATABASE [{database}] SET READ_COMMITTED_SNAPSHOT ON WITH NO_WAIT", 5061)
    user.close()
    transaction = open_connection(autocommit=False)
    transaction.execute("SELECT 1").fetchall()  # the drivers differ in when they begin it
    for statement in (
        "CREATE DATABASE exam_y",
        f"ALTER DATABASE [{database}] SET RECOVERY SIMPLE",
        f"DROP DATABASE [{database}]",
    ):
        fails(transaction, statement, 226)
    file = f"{directory(admin, 'Backup')}/{database}.bak"
    for statement in (f"BACKUP DATABASE [{database}] TO DISK = '{file}'", f"RESTORE DATABASE x FROM DISK = '{file}'"):
        fails(transaction, statement, 3021)
    assert admin.execute("SELECT DB_ID('exam_y')").fetchval() is None


def test_that_single_user_ends_the_others(admin: pyodbc.Connection, open_connection: Opener, database: str) -> None:
    other = open_connection(database=database, autocommit=False)
    other.execute("CREATE TABLE dbo.t (id int)")
    admin.execute(f"USE [{database}]")
    admin.execute(f"ALTER DATABASE [{database}] SET SINGLE_USER WITH ROLLBACK IMMEDIATE")
    with pytest.raises(pyodbc.Error):
        other.execute("SELECT 1").fetchall()
    assert admin.execute("SELECT OBJECT_ID('dbo.t')").fetchval() is None
    second = open_connection()
    fails(second, f"USE [{database}]", 924)
    admin.execute(f"ALTER DATABASE [{database}] SET MULTI_USER")
    second.execute(f"USE [{database}]")
    admin.execute("USE master")


def test_a_revert(admin: pyodbc.Connection, open_connection: Opener, database: str) -> None:
    with closing(open_connection(database=database)) as connection:
        connection.execute("CREATE TABLE dbo.t (id int IDENTITY PRIMARY KEY, n int); INSERT INTO dbo.t (n) VALUES (1)")
    snapshot(admin, database, f"{database}_s")
    found = admin.execute(
        "SELECT source_database_id, is_read_only FROM sys.databases WHERE name = ?", f"{database}_s"
    ).fetchone()
    assert found is not None
    assert (found[0], found[1]) == (admin.execute("SELECT DB_ID(?)", database).fetchval(), True)
    fails(admin, f"DROP DATABASE [{database}]", 3709)
    user = open_connection(database=database)
    user.execute("INSERT INTO dbo.t (n) VALUES (2); CREATE TABLE dbo.u (id int)")
    revert = f"RESTORE DATABASE [{database}] FROM DATABASE_SNAPSHOT = '{database}_s'"
    fails(admin, revert, 3101)
    user.close()
    snapshot(admin, database, f"{database}_2")
    fails(admin, revert, 3137)
    admin.execute(f"DROP DATABASE [{database}_2]")
    with closing(open_connection(database=f"{database}_s")) as reader:
        assert reader.execute("SELECT COUNT(*) FROM dbo.t").fetchval() == 1
        fails(reader, "DELETE FROM dbo.t", 3906)
    drained(admin.execute(revert))
    with closing(open_connection(database=database)) as connection:
        assert rows(connection.execute("SELECT COUNT(*), OBJECT_ID('dbo.u') FROM dbo.t")) == [(1, None)]


def test_a_snapshot_needs_every_data_file(admin: pyodbc.Connection, database: str) -> None:
    path = directory(admin)
    admin.execute(f"ALTER DATABASE [{database}] ADD FILE (NAME = second, FILENAME = '{path}/{database}_2.ndf')")
    fails(
        admin,
        f"CREATE DATABASE [{database}_s] ON (NAME = [{database}], FILENAME = '{path}/{database}.ss') AS SNAPSHOT "
        f"OF [{database}]",
        5127,
    )


def test_backup_and_restore(admin: pyodbc.Connection, open_connection: Opener, database: str) -> None:
    with closing(open_connection(database=database)) as connection:
        connection.execute("CREATE TABLE dbo.t (id int); INSERT INTO dbo.t VALUES (1)")
    file = f"{directory(admin, 'Backup')}/{database}.bak"
    messages = drained(admin.execute(f"BACKUP DATABASE [{database}] TO DISK = '{file}' WITH COPY_ONLY, CHECKSUM, INIT"))
    assert any("successfully processed" in each for each in messages)
    drained(admin.execute(f"RESTORE VERIFYONLY FROM DISK = '{file}' WITH CHECKSUM"))
    evidence = "SELECT is_copy_only, has_backup_checksums FROM msdb.dbo.backupset WHERE database_name = ?"
    assert [tuple(row) for row in admin.execute(evidence, database).fetchall()] == [(True, True)]
    files = admin.execute(f"RESTORE FILELISTONLY FROM DISK = '{file}'").fetchall()
    assert [(row.LogicalName, row.Type) for row in files] == [(database, "D"), (f"{database}_log", "L")]
    header = admin.execute(f"RESTORE HEADERONLY FROM DISK = '{file}'").fetchone()
    assert header is not None
    assert (header.DatabaseName, header.BackupType, header.IsCopyOnly, header.HasBackupChecksums) == (
        database,
        1,
        True,
        True,
    )
    numbers = "SELECT backup_set_uuid FROM msdb.dbo.backupset WHERE database_name = ?"
    assert header.BackupSetGUID == admin.execute(numbers, database).fetchval()
    copy, path = f"{database}_c", directory(admin)
    restore = (
        f"RESTORE DATABASE [{copy}] FROM DISK = '{file}' WITH MOVE '{database}' TO '{path}/{copy}.mdf', "
        f"MOVE '{database}_log' TO '{path}/{copy}.ldf'"
    )
    fails(admin, f"RESTORE DATABASE [{copy}] FROM DISK = '{file}'", 1834)
    drained(admin.execute(restore))
    assert (
        admin.execute(
            "SELECT COUNT(*) FROM msdb.dbo.restorehistory WHERE destination_database_name = ?", copy
        ).fetchval()
        == 1
    )
    with closing(open_connection(database=copy)) as connection:
        assert connection.execute("SELECT id FROM dbo.t").fetchval() == 1
    family = "SELECT family_guid FROM sys.database_recovery_status WHERE database_id = DB_ID(?)"
    assert {admin.execute(family, each).fetchval() for each in (database, copy)} == {header.FamilyGUID}
    admin.execute(f"DROP DATABASE [{copy}]")
    fails(admin, f"RESTORE VERIFYONLY FROM DISK = '{file}.not'", 3201)
