# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Database snapshots, and the revert to one, by SQL Server's own rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulators.sql.engine.errors import SqlError
from emulators.sql.engine.instance import DatabaseInfo, FileInfo, now_text
from emulators.sql.tsql.database_files import FilePart, check_directory, check_paths, found_database, next_id

if TYPE_CHECKING:
    from emulators.sql.tsql.session import Session


def create_snapshot(session: Session, name: str, parts: list[FilePart], source_name: str) -> None:
    """Create a snapshot: of every data file of the source and of no log file. Raises SqlError."""
    instance, state = session.instance, session.instance.state
    if not (session.is_sysadmin or session.has_server_role("dbcreator")):
        raise SqlError(262, "CREATE DATABASE permission denied in database 'master'.", severity=14)
    with instance.lock:
        source = state.database(source_name)
        if source is None:
            raise found_error(source_name)
        if state.database(name) is not None:
            raise SqlError(1801, f"Database '{name}' already exists. Choose a different database name.", state=3)
        if source.source is not None or source.name in ("master", "tempdb", "model"):
            raise SqlError(1822, "The database must be online to have database snapshots.")
        data = {each.name.casefold(): each for each in source.files if each.kind == "ROWS"}
        for part in parts:
            if part.name.casefold() not in data:
                raise SqlError(5014, f"The file '{part.name}' does not exist in database '{source.name}'.")
            if part.values.keys() - {"NAME", "FILENAME"}:
                raise SqlError(5028, "The system could not activate enough of the database to rebuild the log.")
            check_directory(str(part.values.get("FILENAME", "")), state.directories)
        declared = {part.name.casefold() for part in parts}
        missing = next((each.name for key, each in data.items() if key not in declared), None)
        if missing is not None:
            raise SqlError(
                5127, 'All files must be specified for database snapshot creation. Missing the file "' + missing + '".'
            )
        files = [
            FileInfo(
                data[part.name.casefold()].id,
                "ROWS",
                data[part.name.casefold()].name,
                str(part.values["FILENAME"]),
                data[part.name.casefold()].size,
            )
            for part in parts
        ]
        check_paths(session, files)
        snapshot = DatabaseInfo(
            next_id(session), name, session.login.sid, source.collation, now_text(), recovery=source.recovery,
            compatibility=source.compatibility,
            read_only=True, source=source.id, options=dict(source.options), files=files,
        )  # fmt: skip
        instance.copy(instance.path(source), instance.path(snapshot))
        state.databases.append(snapshot)
        instance.save()


def found_error(name: str) -> SqlError:
    """Return the error for a database that is not there."""
    return SqlError(911, f"Database '{name}' does not exist. Make sure that the name is entered correctly.")


def revert(session: Session, name: str, snapshot_name: str) -> None:
    """Put a database back to what it was when its only snapshot was made. Raises SqlError 3101, 3137, 3165."""
    instance, state = session.instance, session.instance.state
    source = found_database(session, name)
    if not (session.is_sysadmin or source.owner == session.login.sid):
        raise SqlError(3110, f"User does not have permission to RESTORE database '{name}'.", severity=14)
    for each in (source, state.database(snapshot_name)):
        if each is not None:
            instance.settle(each, but=session)
    with instance.lock:
        snapshot = state.database(snapshot_name)
        if snapshot is None or snapshot.source != source.id or len(state.snapshots(source)) != 1:
            message = (
                "Database cannot be reverted. Either the primary or the snapshot names are improperly "
                "specified, all other snapshots have not been dropped, or there are missing files."
            )
            raise SqlError(3137, message, state=4)
        for each in (source, snapshot):
            if session.database is each or instance.users_of(each, but=session):
                raise SqlError(3101, "Exclusive access could not be obtained because the database is in use.")
        session.forget(source)
        session.forget(snapshot)
        instance.replace(source, instance.path(snapshot))
        state.restores.append(restore_record(state.restores, source.name, session.login.name, "R"))
        # the log chain is broken: nothing but a full backup can follow
        source.options["log_chain_broken"] = True
        instance.save()


def restore_record(
    before: list[dict[str, object]], database: str, login: str, kind: str, backup_set: int = 0, *, replaced: bool = True
) -> dict[str, object]:
    """Return an entry of `msdb.dbo.restorehistory`."""
    return {
        "restore_history_id": len(before) + 1, "restore_date": now_text(), "destination_database_name": database,
        "user_name": login,
        "backup_set_id": backup_set, "restore_type": kind, "replace": int(replaced), "recovery": 1, "restart": 0,
    }  # fmt: skip
