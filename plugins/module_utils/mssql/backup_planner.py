# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A backup of a database in a file, and the database restored from it: from what is to what is declared. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.backup_state import (
    FULL,
    DeclaredBackup,
    FoundBackup,
    Header,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.database_state import (
    DatabaseFile,
    DatabaseState,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.service_record import (
    record_of,
    require_pre_live,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.session import Statement, Text, quoted
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import (
    Change,
    MissingPrerequisite,
    Problem,
)


@dataclass(frozen=True)
class BackupChange(Change):
    """A change with the statement that makes it."""

    statement: Statement = ()
    within: str | None = None
    """The database that the statement is executed in."""
    restores: bool = False


def plan_backup(declared: DeclaredBackup, found: FoundBackup) -> list[BackupChange]:
    """Return the changes.

    Raises:
        MissingPrerequisite: there is no such database to back up, or no such backup to restore from.
        Problem: it cannot be done, or may not be done.
    """
    header = _only_header(declared, found)
    return _plan_present(declared, found, header) if declared.state == "present" else _restore(declared, found, header)


def _only_header(declared: DeclaredBackup, found: FoundBackup) -> Header | None:
    """Return what is in the file, None if there is none. Raises Problem if it is not what can be dealt with."""
    where = f"backup {declared.path}"
    if len(found.headers) > 1:
        raise Problem(
            "the file holds several backups",
            where=where,
            expected="one",
            found=", ".join(f"{each.database} of {each.finished}" for each in found.headers),
            remedy="Give another path.",
        )
    header = found.headers[0] if found.headers else None
    if header is not None and header.type != FULL:
        raise Problem(
            "it is no backup of a whole database",
            where=where,
            expected=f"a backup of type {FULL}",
            found=f"one of type {header.type}",
            remedy="Give another path.",
        )
    return header


def _plan_present(declared: DeclaredBackup, found: FoundBackup, header: Header | None) -> list[BackupChange]:
    database, item = found.database, f"backup {declared.path}"
    if header is not None:
        mine = header.database.casefold() == declared.database.casefold() and header.copy_only and header.checksums
        if not mine:
            kind = (
                f"{'copy-only' if header.copy_only else 'ordinary'}, {'with' if header.checksums else 'no'} checksums"
            )
            raise Problem(
                "the file holds another backup, which is not overwritten",
                where=item,
                expected=f"a copy-only backup of {declared.database} with checksums, or no file",
                found=f"one of {header.database} of {header.finished}, {kind}",
                remedy="Give another path.",
            )
        if found.intact and not header.damaged:
            return []
    where = f"database {declared.database}"
    if database is None:
        raise MissingPrerequisite(
            "there is no such database", where=where, remedy="Create it with uoe.exam_scheduling.mssql_database first."
        )
    if database.source is not None:
        raise Problem(f"it is a snapshot, of {database.source}", where=where, remedy="Give its source.")
    if database.status != "ONLINE":
        raise Problem(
            "it is not in use",
            where=where,
            expected="ONLINE",
            found=database.status,
            remedy="Find out why, and bring it into use first.",
        )
    after = {"database": database.name, "copy_only": True, "checksums": True, "verified": True}
    before = None if header is None else {**header.as_dict(), "verified": False}
    options = "COPY_ONLY, CHECKSUM, " + ("NOINIT" if header is None else "INIT")
    statement: Statement = [
        f"BACKUP DATABASE {quoted(database.name)} TO DISK = ",
        Text(declared.path),
        f" WITH {options}",
    ]
    return [BackupChange(item, "create" if header is None else "update", before, after, statement)]


def _restore(declared: DeclaredBackup, found: FoundBackup, header: Header | None) -> list[BackupChange]:
    database, where = found.database, f"database {declared.database}"
    if header is None:
        raise MissingPrerequisite(
            "there is no such backup",
            where=f"backup {declared.path}",
            remedy="It has to be made first, in a place that the server can read.",
        )
    restored = found.restored_from == header.identifier and found.family == header.family
    if database is not None and restored and not declared.restore_again:
        return [_mend(declared.database, each.name) for each in found.orphans if each.login_exists]
    if not header.checksums or header.damaged or not found.intact:
        raise Problem(
            "the backup cannot be trusted",
            where=f"backup {declared.path}",
            expected="one with checksums that verifies",
            found="one without checksums" if not header.checksums else "a damaged one",
            remedy="Make it again, with checksums.",
        )
    unknown = sorted({*declared.move} - {each.name for each in found.files})
    if unknown:
        raise Problem(
            f"the backup has no file {', '.join(unknown)}, which move={dict(declared.move)!r} names",
            where=f"backup {declared.path}",
            expected=", ".join(each.name for each in found.files),
            remedy="Correct the names in move.",
        )
    if database is not None:
        _check_replaceable(declared, database, where)
    paths = {each.name: _place(declared, found, each) for each in found.files}
    statement: list[str | Text] = [f"RESTORE DATABASE {quoted(declared.database)} FROM DISK = ", Text(declared.path)]
    statement.append(" WITH CHECKSUM" + (", REPLACE" if database is not None else ""))
    for name, path in paths.items():
        statement += [", MOVE ", Text(name), " TO ", Text(path)]
    after = {"backup": header.as_dict(), "files": paths}
    before = None if database is None else {"restored_from": found.restored_from}
    action: Literal["create", "update"] = "create" if database is None else "update"
    return [BackupChange(where, action, before, after, statement, restores=True)]


def _mend(database: str, user: str) -> BackupChange:
    """Return the change that gives an orphaned user the login of its name."""
    statement = mending(user)
    return BackupChange(f"database {database} user {user}", "update", "orphaned", f"login {user}", statement, database)


def mending(user: str) -> Statement:
    """Return the statement that gives a user the login of its name."""
    return [f"ALTER USER {quoted(user)} WITH LOGIN = {quoted(user)}"]


def _check_replaceable(declared: DeclaredBackup, database: DatabaseState, where: str) -> None:
    """Return if a database may be restored over. Raises Problem."""
    if database.source is not None:
        raise Problem(f"it is a snapshot, of {database.source}", where=where, remedy="Give another name.")
    if database.snapshots:
        raise Problem(
            "it cannot be restored over while it has snapshots",
            where=where,
            found=", ".join(database.snapshots),
            remedy="Have them removed by whoever made them; nothing can be reverted to them any more then.",
        )
    record = record_of(database.extended_properties, declared.service_record)
    if record is None and not database.definition_seen:
        raise Problem(
            "restoring over it is refused: its record of being in service cannot be read",
            where=where,
            expected="a database that is ONLINE, and the permission VIEW DEFINITION on it",
            found=f"{database.status}, or a login without it",
            remedy="Grant it, or use another login. One that a restore left unusable can be dropped by hand.",
        )
    require_pre_live(
        "restoring over it", where=where, name=declared.service_record, record=record, protected=declared.protected
    )


def _place(declared: DeclaredBackup, found: FoundBackup, file: DatabaseFile) -> str:
    """Return where a file goes: as declared, where the database has it, or to the server's directory."""
    if file.name in declared.move:
        return declared.move[file.name]
    present = found.database.files if found.database is not None else ()
    same = next((each for each in present if each.name == file.name and each.type == file.type), None)
    if same is not None:
        return same.path
    directory = found.log_directory if file.type == "log" else found.data_directory
    separator = "/" if directory.startswith("/") else "\\"
    ending = file.path.rpartition(".")[2] if "." in file.path[-5:] else "ldf" if file.type == "log" else "mdf"
    name = re.sub(r"[^\w.-]", "_", f"{declared.database}_{file.name}")
    return f"{directory.rstrip('/' + chr(92))}{separator}{name}.{ending}"
