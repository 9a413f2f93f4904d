# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A snapshot of a database, made, removed or reverted to: what module `mssql_snapshot` reconciles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.arguments import server_from
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.connections import (
    IN_USE,
    disconnect,
    in_use,
    wait_until_closed,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.database import read_database
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.digest import (
    ContentDigest,
    differing,
    digest_of_database,
    overall,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.session import Session, SqlProblem, quoted
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.snapshot_planner import (
    FoundSnapshot,
    SnapshotChange,
    check_database,
    check_revertible,
    let_everybody_in,
    plan_snapshot,
    snapshot_from,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem, Resource


class Snapshot(Resource[FoundSnapshot, SnapshotChange]):
    """One snapshot."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        """Check the parameters of module `mssql_snapshot`; nothing is sent.

        Raises:
            InvalidParameter: they cannot be meant.
        """
        self.declared = snapshot_from(params)
        self._session = Session(server_from(params), driver=params["driver"])
        self._expected: Mapping[str, ContentDigest] = {}

    def read(self) -> FoundSnapshot:
        """Return the database and the snapshot; if it shall be reverted, also what both of them hold."""
        declared = self.declared
        database = read_database(self._session, declared.database)
        found = FoundSnapshot(database, read_database(self._session, declared.name))
        if declared.state != "reverted":
            return found
        check_database(declared, database)
        check_revertible(declared, found)
        if found.snapshot is None or database is None or found.snapshot.source != database.name:
            return found  # the plan says what is wrong
        self._expected = self._digests(declared.name)
        return FoundSnapshot(database, found.snapshot, self._digests(declared.database), self._expected)

    def plan(self, present: FoundSnapshot) -> Sequence[SnapshotChange]:
        """Return the one change, or none."""
        return plan_snapshot(self.declared, present)

    def apply(self, changes: Sequence[SnapshotChange]) -> Iterator[SnapshotChange]:
        """Make or remove the snapshot, or revert to it and prove that the database is what it was."""
        for change in changes:
            try:
                if change.reverts:
                    yield from self._revert(change)
                    continue
                if self.declared.state == "absent" and self.declared.close_connections:
                    disconnect(self._session, self.declared.name)
                self._session.execute(change.statement)
            except SqlProblem as problem:
                if problem.number in IN_USE:
                    raise in_use(self._session, problem, self.declared.database, self.declared.name) from None
                raise
            yield change

    def facts(self, present: FoundSnapshot) -> Mapping[str, object]:
        """Return the driver, when the snapshot was made, and of a revert what it leads to and needs afterwards."""
        snapshot, database = present.snapshot, present.database
        facts: dict[str, object] = {
            "driver": str(self._session.driver),
            "created": snapshot.created if snapshot else None,
        }
        if self.declared.state == "reverted" and database is not None:
            facts["digest"] = overall(present.then)
            if differing(present.now, present.then) and database.recovery_model != "SIMPLE":
                facts["warnings"] = [
                    f"Reverting breaks the chain of log backups of {database.name}, whose recovery model is "
                    f"{database.recovery_model}. Take a full backup before the next one of the log."
                ]
        return facts

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def _revert(self, change: SnapshotChange) -> Iterator[SnapshotChange]:
        """Revert, prove, and let everybody in again, whatever happens."""
        declared, session = self.declared, self._session
        ending = "ROLLBACK IMMEDIATE" if declared.close_connections else "NO_WAIT"
        # not SINGLE_USER: whoever is quickest would get the only connection
        session.execute([f"ALTER DATABASE {quoted(declared.database)} SET RESTRICTED_USER WITH {ending}"])
        try:
            if declared.close_connections:
                disconnect(session, declared.name)
                disconnect(session, declared.database)
            session.execute(change.statement)
            wrong = differing(self._digests(declared.database), self._expected)
        except BaseException:
            with suppress(Problem):
                session.execute(let_everybody_in(declared.database))
            raise
        session.execute(let_everybody_in(declared.database))
        yield change
        if wrong:
            raise Problem(
                "it was reverted, and yet is not what the snapshot holds",
                where=f"database {declared.database}",
                expected="the same content",
                found=f"differences in {', '.join(wrong)}",
                remedy="Find out who changed it since, before anybody works with it.",
            )

    def _digests(self, database: str) -> dict[str, ContentDigest]:
        """Return what a database holds, leaving no connection to it behind."""
        session = self._session.within(database)
        try:
            number = session.value("SELECT @@SPID")
            digests = digest_of_database(session, database)
        finally:
            session.close()
        wait_until_closed(self._session, [number])
        return digests
