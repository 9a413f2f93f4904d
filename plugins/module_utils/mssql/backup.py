# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A backup of a database, or the database restored from it: what module `mssql_backup` reconciles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.arguments import server_from
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.backup_planner import (
    BackupChange,
    mending,
    plan_backup,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.backup_state import (
    FoundBackup,
    Header,
    OrphanedUser,
    backup_from,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.connections import IN_USE, disconnect, in_use
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.database import read_database
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.database_state import DatabaseFile
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.session import (
    Session,
    SqlProblem,
    Text,
    in_database,
    quoted,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.snapshot_planner import let_everybody_in
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem, Resource

_CANNOT_OPEN = 3201

_EVIDENCE = """
SELECT TOP (1) b.database_name, b.backup_start_date, b.backup_finish_date, b.backup_size, b.is_copy_only,
    b.has_backup_checksums, b.is_damaged, b.user_name, b.server_name, b.backup_set_uuid
FROM msdb.dbo.backupset AS b JOIN msdb.dbo.backupmediafamily AS m ON m.media_set_id = b.media_set_id
WHERE b.database_name = ? AND m.physical_device_name = ? ORDER BY b.backup_set_id DESC"""

_RESTORED = """
SELECT TOP (1) b.backup_set_uuid FROM msdb.dbo.restorehistory AS r
LEFT JOIN msdb.dbo.backupset AS b ON b.backup_set_id = r.backup_set_id
WHERE r.destination_database_name = ? ORDER BY r.restore_history_id DESC"""

_FAMILY = "SELECT family_guid FROM sys.database_recovery_status WHERE database_id = DB_ID(?)"

# The session is in master, so that DATABASE_DEFAULT is the server's collation: that of names of logins. Names of users
# have that of their database, and the two cannot be compared otherwise (error 468).
_ORPHANS = """
SELECT u.name, n.name FROM {database}.sys.database_principals AS u
LEFT JOIN sys.server_principals AS p ON p.sid = u.sid
LEFT JOIN sys.server_principals AS n ON n.name = u.name COLLATE DATABASE_DEFAULT AND n.type IN ('S', 'U')
WHERE u.type IN ('S', 'U') AND u.authentication_type IN (1, 3) AND u.principal_id > 4 AND u.sid IS NOT NULL
    AND p.sid IS NULL
ORDER BY u.name"""

_DIRECTORIES = """
SELECT CAST(SERVERPROPERTY('InstanceDefaultDataPath') AS nvarchar(260)),
    CAST(SERVERPROPERTY('InstanceDefaultLogPath') AS nvarchar(260))"""


class Backup(Resource[FoundBackup, BackupChange]):
    """One backup."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        """Check the parameters of module `mssql_backup`; nothing is sent.

        Raises:
            InvalidParameter: they cannot be meant.
        """
        self.declared = backup_from(params)
        self._session = Session(server_from(params), driver=params["driver"])
        self._left: tuple[OrphanedUser, ...] = ()

    def read(self) -> FoundBackup:
        """Return the database, and what is in the file."""
        declared, session = self.declared, self._session
        database = read_database(session, declared.database)
        headers = self._headers()
        intact = bool(headers) and headers[0].checksums and self._verifies()
        if declared.state == "present":
            return FoundBackup(database, headers, intact)
        restored = session.value(_RESTORED, declared.database) if database is not None else None
        orphans = self._orphans() if database is not None and database.status == "ONLINE" else ()
        self._left = tuple(each for each in orphans if not each.login_exists)
        ((data, log),) = session.rows(_DIRECTORIES)
        family = session.value(_FAMILY, declared.database)
        files = self._files() if headers else ()
        return FoundBackup(database, headers, intact, files, restored, family, orphans, data, log)

    def plan(self, present: FoundBackup) -> Sequence[BackupChange]:
        """Return the changes."""
        return plan_backup(self.declared, present)

    def apply(self, changes: Sequence[BackupChange]) -> Iterator[BackupChange]:
        """Back up and prove it, or restore, and mend the users whose logins have other SIDs."""
        for change in changes:
            try:
                if change.restores:
                    self._restore(change)
                elif change.within is not None:
                    self._within(change.within, [change.statement])
                else:
                    self._session.execute(change.statement)
            except SqlProblem as problem:
                if problem.number in IN_USE:
                    raise in_use(self._session, problem, self.declared.database) from None
                raise
            yield change
            if change.within is None and not change.restores:
                self._prove()
            if change.restores:
                self._mend()

    def facts(self, present: FoundBackup) -> Mapping[str, object]:
        """Return the driver, what msdb says of the backup, and which users have no login."""
        facts: dict[str, object] = {"driver": str(self._session.driver), "evidence": self._evidence()}
        if self.declared.state == "restored":
            facts["orphaned_users"] = [each.name for each in self._left]
            if self._left:
                names = ", ".join(each.name for each in self._left)
                facts["warnings"] = [f"Users of {self.declared.database} for whom the server has no login: {names}."]
        return facts

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def _headers(self) -> tuple[Header, ...]:
        try:
            found = self._session.records(["RESTORE HEADERONLY FROM DISK = ", Text(self.declared.path)])
        except SqlProblem as problem:
            if problem.number == _CANNOT_OPEN and "error 2(" in str(problem.found):
                return ()
            raise
        return tuple(
            Header(
                each["DatabaseName"],
                str(each["BackupSetGUID"]),
                str(each["FamilyGUID"]),
                each["BackupFinishDate"].isoformat(),
                each["ServerName"],
                bool(each["HasBackupChecksums"]),
                bool(each["IsCopyOnly"]),
                bool(each["IsDamaged"]),
                each["BackupType"],
            )
            for each in found
        )

    def _files(self) -> tuple[DatabaseFile, ...]:
        found = self._session.records(["RESTORE FILELISTONLY FROM DISK = ", Text(self.declared.path)])
        return tuple(
            DatabaseFile(each["LogicalName"], "log" if each["Type"] == "L" else "rows", each["PhysicalName"])
            for each in found
        )

    def _verifies(self) -> bool:
        try:
            self._session.execute(["RESTORE VERIFYONLY FROM DISK = ", Text(self.declared.path), " WITH CHECKSUM"])
        except SqlProblem:
            return False
        return True

    def _orphans(self) -> tuple[OrphanedUser, ...]:
        rows = self._session.rows(in_database(_ORPHANS, self.declared.database))
        return tuple(OrphanedUser(name, login is not None) for name, login in rows)

    def _restore(self, change: BackupChange) -> None:
        """Restore, with the others disconnected if the task says so, and let everybody in again if it fails."""
        declared, session = self.declared, self._session
        if change.action == "create":
            session.execute(change.statement)
            return
        ending = "ROLLBACK IMMEDIATE" if declared.close_connections else "NO_WAIT"
        session.execute([f"ALTER DATABASE {quoted(declared.database)} SET RESTRICTED_USER WITH {ending}"])
        try:
            if declared.close_connections:
                disconnect(session, declared.database)  # administrators are left
            session.execute(change.statement)
        finally:
            # a backup brings the access that the database had when it was made
            with suppress(Problem):
                session.execute(let_everybody_in(declared.database))

    def _mend(self) -> None:
        orphans = self._orphans()
        self._left = tuple(each for each in orphans if not each.login_exists)
        self._within(self.declared.database, [mending(each.name) for each in orphans if each.login_exists])

    def _within(self, database: str, statements: Sequence[Sequence[str | Text]]) -> None:
        session = self._session.within(database)
        try:
            with session.transaction():
                for statement in statements:
                    session.execute(statement)
        finally:
            session.close()

    def _evidence(self) -> dict[str, object] | None:
        """Return what msdb has of the last backup of the database into the file, None if it has none."""
        found = self._session.rows(_EVIDENCE, self.declared.database, self.declared.path)
        if not found:
            return None
        name, started, finished, size, copy_only, checksums, damaged, user, server, identifier = found[0]
        return {
            "database": name,
            "path": self.declared.path,
            "started": started.isoformat(),
            "finished": finished.isoformat(),
            "size_mb": round(int(size) / 2**20, 1),
            "copy_only": bool(copy_only),
            "checksums": bool(checksums),
            "damaged": bool(damaged),
            "user": user,
            "server": server,
            "identifier": str(identifier),
        }

    def _prove(self) -> None:
        """Return if the backup verifies, and msdb has what it shall have of it. Raises Problem."""
        evidence = self._evidence()
        wanted = {"copy_only": True, "checksums": True, "damaged": False}
        told = evidence is not None and {name: evidence[name] for name in wanted} == wanted
        if not told or not self._verifies():
            raise Problem(
                "the backup was made, and cannot be trusted",
                where=f"backup {self.declared.path}",
                expected="a backup that verifies, and msdb's record of it: copy-only, with checksums",
                found=evidence if not told else "a backup that does not verify",
                remedy="Look at the disk that it is on, and run again.",
            )
