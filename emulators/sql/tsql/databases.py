# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CREATE, ALTER and DROP DATABASE."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulators.sql.engine.collations import check
from emulators.sql.engine.errors import SqlError, refused
from emulators.sql.engine.instance import DatabaseInfo, now_text, remove
from emulators.sql.engine.model import new_model
from emulators.sql.tsql.batch import Action, Batch, statement

if TYPE_CHECKING:
    from emulators.sql.tsql.session import Session
from emulators.sql.tsql.database_files import (
    FilePart,
    check_paths,
    declare_file,
    file_parts,
    found_database,
    next_id,
    require_owner,
)

_SYSTEM = ("master", "tempdb", "model", "msdb")


@statement("CREATE", "DATABASE", alone=True)
def create_database(words: Batch) -> Action:
    """CREATE DATABASE name [ON ...] [LOG ON ...] [COLLATE ...], or AS SNAPSHOT OF."""
    name = words.identifier()
    data: list[FilePart] = []
    log: list[FilePart] = []
    if words.take("ON"):
        words.take("PRIMARY")
        data = file_parts(words)
        if words.take("AS"):
            words.expect("SNAPSHOT", "OF")
            source = words.identifier()
            from emulators.sql.tsql.snapshots import create_snapshot  # noqa: PLC0415 (snapshots needs this module)

            return lambda session: create_snapshot(session, name, data, source)
    if words.take("LOG", "ON"):
        log = file_parts(words)
    collation = check(words.identifier()) if words.take("COLLATE") else ""
    if words.is_word("WITH") or words.is_word("FOR"):
        raise refused(f"CREATE DATABASE ... {words.token.text}")

    def run(session: Session) -> None:
        if not (session.is_sysadmin or session.has_server_role("dbcreator")):
            raise SqlError(262, "CREATE DATABASE permission denied in database 'master'.", severity=14)
        instance, state = session.instance, session.instance.state
        with instance.lock:
            if state.database(name) is not None:
                raise SqlError(1801, f"Database '{name}' already exists. Choose a different database name.", state=3)
            directory = state.directories[0]
            parts = data or [FilePart(name, {"FILENAME": f"{directory}/{name}.mdf"})]
            logs = log or [FilePart(f"{name}_log", {"FILENAME": f"{directory}/{name}_log.ldf"})]
            numbered = (
                [(part, "ROWS") for part in parts[:1]]
                + [(part, "LOG") for part in logs]
                + [(part, "ROWS") for part in parts[1:]]
            )
            files = [
                declare_file(part, number, kind, state.directories)
                for number, (part, kind) in enumerate(numbered, start=1)
            ]
            check_paths(session, files)
            database = DatabaseInfo(
                next_id(session), name, session.login.sid, collation or state.collation, now_text(), files=files
            )
            database.options = {"is_auto_create_stats_on": True, "is_auto_update_stats_on": True}
            instance.create_file(database, new_model(database.collation, database.owner, database.created))
            state.databases.append(database)
            instance.save()

    return run


@statement("DROP", "DATABASE", alone=True)
def drop_database(words: Batch) -> Action:
    """DROP DATABASE [IF EXISTS] name, ..."""
    quiet = words.take("IF", "EXISTS")
    names = [words.identifier()]
    while words.take_operator(","):
        names.append(words.identifier())

    def run(session: Session) -> None:
        for name in names:
            if session.instance.state.database(name) is None and quiet:
                continue
            _drop(session, found_database(session, name, 3701))

    return run


def _drop(session: Session, database: DatabaseInfo) -> None:
    instance, state = session.instance, session.instance.state
    require_owner(session, database, 3701)
    instance.settle(database, but=session)
    with instance.lock:
        if database.name in _SYSTEM:
            raise SqlError(3708, f"Cannot drop the database '{database.name}' because it is a system database.")
        snapshots = state.snapshots(database)
        if snapshots:
            raise SqlError(
                3709,
                f'Cannot drop the database while the database snapshot "{snapshots[0].name}" refers to it. Drop '
                "that database first.",
            )
        if session.database is database or instance.users_of(database, but=session):
            raise SqlError(3702, f'Cannot drop database "{database.name}" because it is currently in use.', state=3)
        state.databases.remove(database)
        session.forget(database)
        instance.save()
    remove(instance.path(database))
