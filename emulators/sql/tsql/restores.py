# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""RESTORE: VERIFYONLY, FILELISTONLY, HEADERONLY, from a backup, from a snapshot."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from emulators.sql.engine.errors import SqlError, refused
from emulators.sql.engine.instance import DatabaseInfo, FileInfo, now_text
from emulators.sql.engine.model import build, new_model
from emulators.sql.engine.scope import Bound
from emulators.sql.engine.types import BIT, INT, SYSNAME, SqlType, nvarchar
from emulators.sql.tsql import security
from emulators.sql.tsql.batch import Action, Batch, statement
from emulators.sql.tsql.database_files import check_directory, next_id
from emulators.sql.tsql.snapshots import restore_record, revert

if TYPE_CHECKING:
    from emulators.sql.tsql.session import Session
from emulators.sql.tsql.backups import announce, opened, stored, take_disk, take_options


@statement("RESTORE", "VERIFYONLY")
def verify_only(words: Batch) -> Action:
    """RESTORE VERIFYONLY FROM DISK = '...' [WITH CHECKSUM]."""
    path = take_disk(words, "FROM")
    options = take_options(words)

    def run(session: Session) -> None:
        security.require_server_role(session, "dbcreator")
        opened(session, path, "VERIFY DATABASE", verify=bool(options.get("CHECKSUM")))
        session.output.message(3262, "The backup set on file 1 is valid.")

    return run


_NUMBER = SqlType("numeric", precision=20)


_FILE_COLUMNS = (
    ("LogicalName", SYSNAME), ("PhysicalName", nvarchar(260)), ("Type", SqlType("char", 1)), ("FileGroupName",
    SYSNAME), ("Size", _NUMBER),
    ("MaxSize", _NUMBER), ("FileId", SqlType("bigint")), ("CreateLSN", _NUMBER), ("DropLSN", _NUMBER), ("UniqueId",
    SqlType("uniqueidentifier")),
    ("ReadOnlyLSN", _NUMBER), ("ReadWriteLSN", _NUMBER), ("BackupSizeInBytes", SqlType("bigint")),
    ("SourceBlockSize", INT), ("FileGroupId", INT),
    ("LogGroupGUID", SqlType("uniqueidentifier")), ("DifferentialBaseLSN", _NUMBER), ("DifferentialBaseGUID",
    SqlType("uniqueidentifier")),
    ("IsReadOnly", BIT), ("IsPresent", BIT), ("TDEThumbprint", SqlType("varbinary", 32)), ("SnapshotUrl",
    nvarchar(360)),
)  # fmt: skip


@statement("RESTORE", "FILELISTONLY", quiet=True)
def file_list_only(words: Batch) -> Action:
    """RESTORE FILELISTONLY FROM DISK = '...'."""
    path = take_disk(words, "FROM")
    take_options(words)

    def run(session: Session) -> None:
        security.require_server_role(session, "dbcreator")
        found = opened(session, path, "RESTORE FILELIST", verify=False)
        session.output.columns(tuple(Bound("", kind, name=name) for name, kind in _FILE_COLUMNS))
        rows = []
        for each in build(DatabaseInfo, found["database"]).files:
            data = each.kind == "ROWS"
            maximum = "35184372080640" if each.max_size < 0 else str(each.max_size * 8192)
            rows.append((
                each.name, each.physical, "D" if data else "L", "PRIMARY" if data else None, str(each.size * 8192),
                maximum, each.id, "0", "0",
                None, "0", "0", each.size * 8192 if data else 0, 512, 1 if data else 0, None, "0", None, 0, 1, None,
                None,
            ))  # fmt: skip
        session.output.done(session.output.rows(rows), "SELECT")

    return run


_GUID, _BIG, _TINY = SqlType("uniqueidentifier"), SqlType("bigint"), SqlType("tinyint")
_LSN, _MOMENT, _SMALL = SqlType("numeric", precision=25), SqlType("datetime"), SqlType("smallint")
_HEADER_COLUMNS = (
    ("BackupName", SYSNAME), ("BackupDescription", nvarchar(255)), ("BackupType", _SMALL), ("ExpirationDate", _MOMENT),
    ("Compressed", BIT), ("Position", _SMALL), ("DeviceType", _TINY), ("UserName", SYSNAME), ("ServerName", SYSNAME),
    ("DatabaseName", SYSNAME), ("DatabaseVersion", INT), ("DatabaseCreationDate", _MOMENT), ("BackupSize", _NUMBER),
    ("FirstLSN", _LSN), ("LastLSN", _LSN), ("CheckpointLSN", _LSN), ("DatabaseBackupLSN", _LSN),
    ("BackupStartDate", _MOMENT), ("BackupFinishDate", _MOMENT), ("SortOrder", _SMALL), ("CodePage", _SMALL),
    ("UnicodeLocaleId", INT), ("UnicodeComparisonStyle", INT), ("CompatibilityLevel", _TINY),
    ("SoftwareVendorId", INT), ("SoftwareVersionMajor", INT), ("SoftwareVersionMinor", INT),
    ("SoftwareVersionBuild", INT), ("MachineName", SYSNAME), ("Flags", INT), ("BindingID", _GUID),
    ("RecoveryForkID", _GUID), ("Collation", SYSNAME), ("FamilyGUID", _GUID), ("HasBulkLoggedData", BIT),
    ("IsSnapshot", BIT), ("IsReadOnly", BIT), ("IsSingleUser", BIT), ("HasBackupChecksums", BIT), ("IsDamaged", BIT),
    ("BeginsLogChain", BIT), ("HasIncompleteMetaData", BIT), ("IsForceOffline", BIT), ("IsCopyOnly", BIT),
    ("FirstRecoveryForkID", _GUID), ("ForkPointLSN", _LSN), ("RecoveryModel", nvarchar(60)),
    ("DifferentialBaseLSN", _LSN), ("DifferentialBaseGUID", _GUID), ("BackupTypeDescription", nvarchar(60)),
    ("BackupSetGUID", _GUID), ("CompressedBackupSize", _BIG), ("containment", _TINY), ("KeyAlgorithm", nvarchar(32)),
    ("EncryptorThumbprint", SqlType("varbinary", 20)), ("EncryptorType", nvarchar(32)),
)  # fmt: skip


@statement("RESTORE", "HEADERONLY", quiet=True)
def header_only(words: Batch) -> Action:
    """RESTORE HEADERONLY FROM DISK = '...'. What the emulator has no such thing of is NULL."""
    path = take_disk(words, "FROM")
    take_options(words)

    def run(session: Session) -> None:
        security.require_server_role(session, "dbcreator")
        found = opened(session, path, "RESTORE HEADERONLY", verify=False)
        record = found["record"]
        known: dict[str, Any] = {
            "BackupName": record["name"], "BackupDescription": record["description"], "BackupType": 1,
            "Compressed": 0, "Position": 1, "DeviceType": 2, "UserName": record["user_name"],
            "ServerName": record["server_name"], "DatabaseName": record["database_name"],
            "DatabaseCreationDate": record["database_creation_date"], "BackupSize": str(record["backup_size"]),
            "BackupStartDate": record["backup_start_date"], "BackupFinishDate": record["backup_finish_date"],
            "CompatibilityLevel": record["compatibility_level"], "MachineName": record["machine_name"],
            "Collation": record["collation_name"], "HasBackupChecksums": record["has_backup_checksums"],
            "IsDamaged": record["is_damaged"], "IsCopyOnly": record["is_copy_only"],
            "RecoveryModel": record["recovery_model"], "BackupTypeDescription": "Database",
            "BackupSetGUID": record.get("backup_set_uuid"), "CompressedBackupSize": record["compressed_backup_size"],
            "containment": 0, "FamilyGUID": build(DatabaseInfo, found["database"]).family,
        }  # fmt: skip
        session.output.columns(tuple(Bound("", kind, name=name) for name, kind in _HEADER_COLUMNS))
        row = tuple(known.get(name) for name, _kind in _HEADER_COLUMNS)
        session.output.done(session.output.rows([row]), "SELECT")

    return run


@statement("RESTORE", "DATABASE")
def restore(words: Batch) -> Action:
    """RESTORE DATABASE name FROM DISK = '...' WITH options, or FROM DATABASE_SNAPSHOT = '...'."""
    name = words.identifier()
    if words.take("FROM", "DATABASE_SNAPSHOT"):
        words.expect_operator("=")
        snapshot = words.string() if words.token.kind == "string" else words.identifier()

        def run_revert(session: Session) -> None:
            _outside_transaction(session)
            revert(session, name, snapshot)

        return run_revert
    path = take_disk(words, "FROM")
    options = take_options(words)
    if options.get("NORECOVERY"):
        raise refused("RESTORE WITH NORECOVERY")

    def run(session: Session) -> None:
        _outside_transaction(session)
        security.require_server_role(session, "dbcreator")
        found = opened(session, path, "RESTORE DATABASE", verify=bool(options.get("CHECKSUM")))
        announce(session, f"RESTORE DATABASE {name}")
        _restore(session, name, path, options, found)
        session.output.message(3014, "RESTORE DATABASE successfully processed.")

    return run


def _outside_transaction(session: Session) -> None:
    if session.transactions:
        raise SqlError(3021, "Cannot perform a backup or restore operation within a transaction.")


def _restore(session: Session, name: str, path: str, options: dict[str, Any], found: dict[str, Any]) -> None:
    instance, state = session.instance, session.instance.state
    origin = build(DatabaseInfo, found["database"])
    moves = {logical.casefold(): physical for logical, physical in options["MOVE"]}
    unknown = next((each for each in moves if each not in {file.name.casefold() for file in origin.files}), None)
    if unknown is not None:
        raise SqlError(
            3234,
            f"Logical file '{unknown}' is not part of database '{name}'. Use RESTORE FILELISTONLY to list the "
            "logical file names.",
        )
    if (present := state.database(name)) is not None:
        instance.settle(present, but=session)
    with instance.lock:
        target = state.database(name)
        if target is not None:
            _check_target(session, target, origin, options)
        files = [
            dataclasses.replace(each, physical=moves.get(each.name.casefold(), each.physical)) for each in origin.files
        ]
        for each in files:
            check_directory(each.physical, state.directories)
        _check_overwritten(session, target, files)
        if target is None:
            target = dataclasses.replace(
                origin,
                id=next_id(session),
                name=name,
                owner=session.login.sid,
                created=now_text(),
                files=files,
                access="MULTI_USER",
                source=None,
            )
            instance.create_file(target, new_model(target.collation, target.owner, target.created))
            state.databases.append(target)
        else:
            target.files, target.collation, target.recovery, target.compatibility, target.family = (
                files,
                origin.collation,
                origin.recovery,
                origin.compatibility,
                origin.family,
            )
        session.forget(target)
        instance.replace(target, stored(session, path))
        target.state, target.read_only = "ONLINE", False
        state.restores.append(
            restore_record(
                state.restores,
                name,
                session.login.name,
                "D",
                found["record"]["backup_set_id"],
                replaced=bool(options.get("REPLACE")),
            )
        )
        instance.save()


def _check_target(session: Session, target: DatabaseInfo, origin: DatabaseInfo, options: dict[str, Any]) -> None:
    instance = session.instance
    if instance.state.snapshots(target):
        raise SqlError(
            5094, "The operation cannot be performed on a database with database snapshots or active DBCC replicas."
        )
    if session.database is target or instance.users_of(target, but=session):
        raise SqlError(3101, "Exclusive access could not be obtained because the database is in use.")
    if target.created != origin.created and not options.get("REPLACE"):
        raise SqlError(
            3154,
            f"The backup set holds a backup of a database other than the existing '{target.name}' database.",
            state=4,
        )
    if target.recovery != "SIMPLE" and not options.get("REPLACE"):
        raise SqlError(
            3159,
            f'The tail of the log for the database "{target.name}" has not been backed up. Use BACKUP LOG WITH '
            "NORECOVERY to backup the log if it contains work you do not want to lose. Use the WITH REPLACE or "
            "WITH STOPAT clause of the RESTORE statement to just overwrite the contents of the log.",
        )


def _check_overwritten(session: Session, target: DatabaseInfo | None, files: list[FileInfo]) -> None:
    for other in session.instance.state.databases:
        for each in other.files:
            if other is not target and each.physical.casefold() in {file.physical.casefold() for file in files}:
                raise SqlError(
                    1834,
                    f"The file '{each.physical}' cannot be overwritten.  It is being used by database '{other.name}'.",
                )
