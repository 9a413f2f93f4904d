# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A universe on a BI platform: what module `bi_universe` reconciles."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects import archives
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.archives import Bound, Kept
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.arguments import server_from
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.host import BiHost, LocalHost
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.server import (
    LogonRejected,
    NoAnswer,
    NoLicence,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.session import Session
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.universe_declaration import (
    declared_from,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.universe_planner import (
    Found,
    differences,
    plan,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.universe_query import run_query
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.universe_reader import (
    Universe,
    read_connection,
    read_universes,
    read_version,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import (
    Change,
    OutcomeUnknown,
    Problem,
    Resource,
)


class PromotedUniverse(Resource[Found, Change]):
    """One universe."""

    def __init__(self, params: Mapping[str, Any], host: BiHost | None = None) -> None:
        """Check the parameters; nothing is sent to the platform.

        Args:
            params: of the module.
            host: which has `lcm_cli`; by default this one.

        Raises:
            InvalidParameter: they cannot be meant.
        """
        self._server = server_from(params)
        self._host = host or LocalHost()
        self._declared = declared_from(params, self._host)
        self._backups = self._declared.directory / "backups"
        self._found: Found | None = None
        self._facts: dict[str, object] = {}
        self._warnings: list[str] = []

    @contextlib.contextmanager
    def _session(self) -> Iterator[Session]:
        session = Session(self._server)
        try:
            with session:
                yield session
        finally:
            self._warnings += session.warnings

    def read(self) -> Found:
        """Return what is there, on the platform and of archives."""
        declared = self._declared
        with self._session() as session:
            version = read_version(session)
            universe = next(iter(read_universes(session, [declared.cuid])), None)
            connection = read_connection(session, declared.connection.cuid) if declared.connection else None
        backup = next(archives.backups(self._host, self._backups, declared.cuid), None)
        kept, digest = None if backup is None else archives.read(self._host, backup), None
        if declared.state == "exported" and declared.artefact is not None:
            kept = archives.read(self._host, declared.artefact)
            digest = self._host.digest(declared.artefact)
        self._found = Found(str(self._server), version, universe, connection, backup, kept, digest)
        return self._found

    def plan(self, present: Found) -> Sequence[Change]:
        """Return what has to be done."""
        return plan(self._declared, present)

    def apply(self, changes: Sequence[Change]) -> Iterator[Change]:
        """Export, or promote and prove, while nobody else does."""
        declared, found = self._declared, self._found
        if found is None:
            raise ValueError("nothing was read")
        self._host.make_directory(declared.directory)
        with self._host.locked(declared.directory, "universes with this work_directory"):
            if left := declared.tool.remove_leftovers():
                self._warnings.append(f"An earlier run was killed; what it had left was removed: {', '.join(left)}.")
            for change in changes:
                if declared.state == "exported":
                    self._export(found)
                elif declared.state == "reverted":
                    self._revert(found)
                else:
                    self._promote(found)
                yield change

    def _export(self, found: Found) -> None:
        """Put the universe into the artefact, whole or not at all."""
        target = self._declared.artefact
        if target is None:
            raise ValueError("the module's own arguments require it")
        beside = target.with_name(f".{target.name}.part")
        self._host.remove(beside)
        try:
            self._facts["log"] = str(self._declared.tool.export(self._declared.cuid, beside))
            digest = archives.digest_of(self._host, beside)
            self._host.rename(beside, target)
        finally:
            self._host.remove(beside)
        Kept.of(self._declared.cuid, found.universe, found.version, digest).write(self._host, target)
        self._facts["digest"] = digest

    def _promote(self, found: Found) -> None:
        declared = self._declared
        if declared.artefact is None or declared.connection is None:
            raise ValueError("the module's own arguments require them")
        digest = archives.digest_of(self._host, declared.artefact)
        if digest != declared.digest:
            raise Problem(
                "the artefact is not the one that was signed off",
                where=str(declared.artefact),
                expected=f"SHA-256 {declared.digest}",
                found=digest,
                remedy="Bring the artefact that was signed off, or have this one signed off and give its digest.",
            )
        aim = Bound(declared.revision, (declared.connection.cuid,))
        backup, kept = self._back_up(found, aim)
        self._facts["backup"] = str(backup) if kept.name is not None else None
        try:
            self._facts["log"] = str(declared.tool.promote(declared.artefact))
            self._prove(found, aim, ask=True)
        except OutcomeUnknown:
            raise
        except Problem as problem:
            raise self._put_back(problem, found, aim, backup, kept) from None
        kept.closed().write(self._host, backup)

    def _back_up(self, found: Found, aim: Bound) -> tuple[PurePath, Kept]:
        """Keep what is there, and return where, and what is known of it; where nothing is, that is kept.

        What a promotion has left half done is nothing to go back to: its own backup stays the way back.
        """
        self._host.make_directory(self._backups)
        if found.backup is not None and found.kept is not None and found.kept.left_half_done(found.universe):
            self._warnings.append(
                "The promotion before was neither proven nor put back. What was there before it stays the way back "
                f"({found.backup}); of what it left, no backup is made."
            )
            found.kept.opened(aim).write(self._host, found.backup)
            return found.backup, found.kept
        backup = archives.next_backup(self._host, self._backups, self._declared.cuid)
        digest = None
        if found.universe is not None:
            self._host.remove(backup)
            try:
                self._declared.tool.export(self._declared.cuid, backup)
            except Problem as problem:
                raise Problem(
                    f"what is there could not be backed up, so nothing was promoted: {problem.what}",
                    where=problem.where,
                    expected=problem.expected,
                    found=problem.found,
                    remedy=problem.remedy,
                ) from None
            digest = archives.digest_of(self._host, backup)
        kept = Kept.of(self._declared.cuid, found.universe, found.version, digest)
        kept.opened(aim).write(self._host, backup)
        return backup, kept

    def _prove(self, found: Found, aim: Bound, *, ask: bool = False) -> None:
        """Look at what was promoted, as its users see it.

        Raises:
            OutcomeUnknown: the platform does not answer.
            Problem: it is not what it shall be.
        """
        declared = self._declared
        try:
            with self._session() as session:
                after = next(iter(read_universes(session, [declared.cuid])), None)
                told = differences(after, revision=aim.revision, connections=aim.connections, before=found.universe)
                if found.connection is not None and declared.connection is not None:
                    now = read_connection(session, declared.connection.cuid)
                    if now != found.connection:
                        told.append(f"the connection {found.connection} was changed by the promotion")
                if ask and after is not None and not told:
                    told += self._asked(session, after)
        except (NoAnswer, NoLicence, LogonRejected) as problem:
            raise OutcomeUnknown(
                f"it was promoted, and could not be proven: {problem.what}",
                where=problem.where,
                found=problem.found,
                remedy=problem.remedy,
            ) from None
        if told:
            raise Problem(
                f"what was promoted is not what it shall be: {'; '.join(told)}",
                where=f"{found.where} universe {declared.cuid}",
                remedy=f"The job's log is {self._facts.get('log')}.",
            )

    def _asked(self, session: Session, universe: Universe) -> list[str]:
        """Return why the query does not prove the universe, nothing if it does."""
        if self._declared.query is None:
            return []
        objects, least = self._declared.query
        try:
            rows = run_query(session, universe, objects, rows=least)
        except NoAnswer:
            raise
        except Problem as problem:
            return [f"a query for {', '.join(objects)} fails: {problem.found or problem.what}"]
        self._facts["rows"] = len(rows)
        if len(rows) < least:
            return [f"a query for {', '.join(objects)} returns {len(rows)} rows, expected {least} or more"]
        return []

    def _put_back(self, problem: Problem, found: Found, aim: Bound, backup: PurePath, kept: Kept) -> Problem:
        """Promote the backup if anything was written, and return what is to be said of both."""
        try:
            with self._session() as session:
                now = next(iter(read_universes(session, [self._declared.cuid])), None)
            if now == found.universe:
                so = "Nothing of it was written"
                if Bound.of(now) == kept.bound:
                    kept.closed().write(self._host, backup)
            elif kept.bound is None:
                so = "It was not there before, and what of it is there now stays: the BI team deletes it in the CMC"
            elif kept.connections != aim.connections:
                bound = ", ".join(kept.connections) or "nothing"
                so = (
                    f"What was there before is not put back: it was bound to {bound}, so that its reports would show "
                    f"another database. The BI team decides; its archive is {backup}"
                )
            else:
                log = self._promote_backup(backup, kept)
                self._prove(replace(found, universe=now), kept.bound)
                kept.closed().write(self._host, backup)
                so = f"What was there before was put back: revision {kept.revision}, log {log}"
        except Problem as second:
            so = f"Whether what was there before is there again is not proven ({second.what}); its archive is {backup}"
        return Problem(
            problem.what,
            where=problem.where,
            expected=problem.expected,
            found=problem.found,
            remedy=f"{problem.remedy or ''} {so}.".strip(),
        )

    def _revert(self, found: Found) -> None:
        kept, backup = found.kept, found.backup
        if kept is None or backup is None or kept.bound is None:
            raise ValueError("there is no plan without them")
        kept.opened(kept.bound).write(self._host, backup)
        self._facts["log"] = self._promote_backup(backup, kept)
        self._prove(found, kept.bound, ask=True)
        kept.closed().write(self._host, backup)

    def _promote_backup(self, backup: PurePath, kept: Kept) -> str:
        """Promote what is kept, and return where its log is."""
        if archives.digest_of(self._host, backup) != kept.digest:
            raise Problem(
                "the backup is not what was kept",
                where=str(backup),
                expected=f"SHA-256 {kept.digest}",
                remedy="Somebody has changed it. The BI team brings the universe back by its own means.",
            )
        return str(self._declared.tool.promote(backup))

    def facts(self, present: Found) -> Mapping[str, object]:
        """Return what was found, and what came of the work."""
        return {
            "platform_version": present.version,
            "universe_before": None if present.universe is None else present.universe.as_dict(),
            "digest": present.digest,
            **self._facts,
            "warnings": self._warnings,
        }
