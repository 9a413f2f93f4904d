# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""BACKUP and RESTORE. A backup is a copy of the database's file with a description beside it, below `disk/`.

As with SQL Server, an attention before its end undoes it: a client that closes its cursor without having read all
messages must
not take the backup for done.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emulators.sql.engine.errors import SqlError, refused
from emulators.sql.engine.instance import DatabaseInfo, now_text
from emulators.sql.tsql import security
from emulators.sql.tsql.batch import Action, Batch, statement
from emulators.sql.tsql.database_files import check_directory, found_database

if TYPE_CHECKING:
    from emulators.sql.tsql.session import Session


_MOMENT = 0.1


_FLAGS = frozenset(
    "COPY_ONLY CHECKSUM NO_CHECKSUM INIT NOINIT FORMAT NOFORMAT SKIP NOSKIP COMPRESSION NO_COMPRESSION REPLACE "
    "RECOVERY NORECOVERY".split()
)


def take_options(words: Batch) -> dict[str, Any]:
    """Take the options after WITH. Raises SqlError 40510 for one that is not known."""
    found: dict[str, Any] = {"MOVE": []}
    if not words.take("WITH"):
        return found
    while True:
        if words.take("MOVE"):
            name = words.string()
            words.expect("TO")
            found["MOVE"].append((name, words.string()))
        elif words.token.value in ("STATS", "FILE"):
            key = words.next().value
            found[key] = words.integer() if words.take_operator("=") else 10
        elif words.token.value in ("NAME", "DESCRIPTION", "MEDIANAME"):
            key = words.next().value
            words.expect_operator("=")
            found[key] = words.string()
        elif words.token.value in _FLAGS:
            found[words.next().value] = True
        else:
            raise refused(f"the option {words.token.text} of BACKUP and RESTORE")
        if not words.take_operator(","):
            return found


def take_disk(words: Batch, word: str) -> str:
    """Take `TO DISK = '...'` or `FROM DISK = '...'` and return the path."""
    words.expect(word, "DISK")
    words.expect_operator("=")
    path = words.string()
    if words.is_operator(","):
        raise refused("backups to more than one file")
    return path


def stored(session: Session, path: str) -> Path:
    """Return where a file of the emulated server's disk is kept."""
    return (
        session.instance.directory
        / "disk"
        / (hashlib.sha256(path.replace("\\", "/").casefold().encode()).hexdigest()[:32] + ".bak")
    )


def announce(session: Session, what: str) -> None:
    """Send the first messages, and give the client the time to go away that a real backup would take.

    The fault `halt` makes that time certain: a client that goes away is then seen to, however busy the machine is.
    """
    session.output.message(3211, "10 percent processed.")
    session.output.done(None)
    session.output.message(3211, "20 percent processed.")
    session.output.flush()
    halt = session.instance.faults.find("halt", what, session.login.name)
    session.attention.wait(halt["seconds"] if halt is not None else _MOMENT)
    session.check()


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@statement("BACKUP", "DATABASE")
def backup(words: Batch) -> Action:
    """BACKUP DATABASE name TO DISK = '...' WITH options."""
    name, path = words.identifier(), take_disk(words, "TO")
    options = take_options(words)

    def run(session: Session) -> None:
        if session.transactions:
            raise SqlError(3021, "Cannot perform a backup or restore operation within a transaction.")
        database = found_database(session, name)
        before, session.database = session.database, database
        try:
            security.require_in_database(session, "BACKUP DATABASE")
        finally:
            session.database = before
        if database.source is not None:
            raise SqlError(3002, "Cannot BACKUP or RESTORE a database snapshot.")
        _check_path(session, path, 3201, "BACKUP")
        started, file = now_text(), stored(session, path)
        announce(session, f"BACKUP DATABASE {name}")
        session.instance.copy(session.instance.path(database), file)
        record = _record(session, database, path, options, started)
        description = {"record": record, "database": dataclasses.asdict(database), "digest": _digest(file)}
        file.with_suffix(".json").write_text(json.dumps(description), encoding="utf-8")
        pages = max(file.stat().st_size // 8192, 1)
        data = next(each for each in database.files if each.kind == "ROWS")
        session.output.message(
            4035, f"Processed {pages} pages for database '{database.name}', file '{data.name}' on file 1."
        )
        session.check()
        if not options.get("COPY_ONLY"):
            database.options.pop("log_chain_broken", None)
        session.instance.state.backups.append(record)
        session.instance.save()
        session.output.message(
            3014,
            f"BACKUP DATABASE successfully processed {pages} pages in 0.100 seconds ({pages // 128 + 1}.000 MB/sec).",
        )

    return run


def _record(
    session: Session, database: DatabaseInfo, path: str, options: dict[str, Any], started: str
) -> dict[str, object]:
    state = session.instance.state
    size = session.instance.path(database).stat().st_size
    return {
        "backup_set_id": len(state.backups) + 1, "backup_set_uuid": str(uuid.uuid4()).upper(),
        "name": options.get("NAME"),
        "description": options.get("DESCRIPTION"), "type": "D",
        "database_name": database.name, "server_name": state.name, "machine_name": state.name,
        "user_name": session.login.name,
        "backup_start_date": started, "backup_finish_date": now_text(),
        "is_copy_only": int(bool(options.get("COPY_ONLY"))),
        "has_backup_checksums": int(bool(options.get("CHECKSUM"))), "is_damaged": 0, "backup_size": size,
        "compressed_backup_size": size,
        "recovery_model": database.recovery, "collation_name": database.collation,
        "compatibility_level": database.compatibility,
        "database_creation_date": database.created, "media_set_id": len(state.backups) + 1,
        "physical_device_name": path, "position": 1,
    }  # fmt: skip


def _check_path(session: Session, path: str, number: int, what: str) -> None:
    try:
        check_directory(path, session.instance.state.directories)
    except SqlError:
        session.output.error(
            SqlError(
                number,
                f"Cannot open backup device '{path}'. Operating system error 3(The system cannot find the path "
                "specified.).",
            )
        )
        raise SqlError(3013, f"{what} DATABASE is terminating abnormally.") from None


def opened(session: Session, path: str, what: str, *, verify: bool) -> dict[str, Any]:
    """Return the description of a backup. Raises SqlError 3013, after 3201, 3187 or 3189 was told."""
    file = stored(session, path)
    description = file.with_suffix(".json")
    if not (file.exists() and description.exists()):
        session.output.error(
            SqlError(
                3201,
                f"Cannot open backup device '{path}'. Operating system error 2(The system cannot find the file "
                "specified.).",
            )
        )
        raise SqlError(3013, f"{what} is terminating abnormally.")
    found: dict[str, Any] = json.loads(description.read_text(encoding="utf-8"))
    if verify and found["record"]["has_backup_checksums"] == 0:
        session.output.error(
            SqlError(
                3187,
                "RESTORE WITH CHECKSUM cannot be specified because the backup set does not contain checksum "
                "information.",
            )
        )
        raise SqlError(3013, f"{what} is terminating abnormally.")
    if _digest(file) != found["digest"]:
        session.output.error(SqlError(3189, "Damage to the backup set was detected."))
        raise SqlError(3013, f"{what} is terminating abnormally.")
    return found
