# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deploys configuration files to a host: stage, stop, switch, start; or put back, and say why.

Whatever goes wrong, and wherever a run breaks off, either the old or the new stands in the end, and is named. The
journal says that a switch is not finished until the services run with what stands, so that the next run goes on there.
"""

from __future__ import annotations

import contextlib
import secrets
import socket
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.config_deployment import lock
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.config_deployment.host import (
    Host,
    HostProblem,
    untouched,
)
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.config_deployment.plan import (
    UNFINISHED,
    Generation,
    Incoming,
    Journal,
    Operation,
    Place,
    replaced_by,
    standing,
)


@dataclass(frozen=True)
class Stands:
    """What a host has."""

    journal: Journal | None
    present: Mapping[str, str | None]
    """SHA-256 by path, of all files that are, were or will be ours; None for those that are not there."""


@dataclass
class Deployment:
    """The configuration files of one directory of one host, and the services that read them."""

    host: Host
    place: Place
    services: Sequence[str]
    """Those that read the files, in the order in which they are started."""
    keep: int
    lock_expires: int
    """After how many seconds a lock that was left is taken over."""
    told: list[str] = field(default_factory=list)
    """What people have to know of what was found."""
    mended: Mapping[str, object] = field(default_factory=dict)
    """The files of a switch that broke off: their services may be stopped, and there may be a stage."""

    def look(self, paths: Sequence[str]) -> Stands:
        """Return what the host has of these files, and of those that an earlier run has put there."""
        with untouched():
            return self._look(paths)

    def read(self, path: str) -> bytes | None:
        """Return a file that stands; None if there is none."""
        with untouched():
            return self.host.read(self.place.file(path))

    def _look(self, paths: Sequence[str]) -> Stands:
        journal = self._journal()
        ours = {*paths, *(journal.managed if journal else ()), *(journal.switching if journal else ())}
        return Stands(journal, {path: self.host.sha256(self.place.file(path)) for path in sorted(ours)})

    def _journal(self) -> Journal | None:
        content = self.host.read(self.place.journal)
        if content is not None:
            return Journal.parse(content, self.place.journal)
        # a run may have died while the journal was replaced: it is complete then, or the first and nothing was done
        part = self.host.read(f"{self.place.journal}.part")
        with contextlib.suppress(Problem):
            return None if part is None else Journal.parse(part, self.place.journal)
        return None

    @staticmethod
    def differing(files: Mapping[str, Incoming], stands: Stands) -> dict[str, Incoming | None]:
        """Return the files that have to be written, None for those to delete."""
        changed: dict[str, Incoming | None] = {
            path: each for path, each in files.items() if stands.present[path] != each.sha256
        }
        gone = set(stands.journal.managed if stands.journal else ()) - set(files)
        changed.update({path: None for path in gone if stands.present[path] is not None})
        return changed

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other runs out. Raises HostProblem, or Problem if another run is at work."""
        with lock.locked(self.host, self.place.lock, self.lock_expires) as told:
            if told:
                self.told.append(told)
            yield

    def notice(self, stands: Stands) -> str:
        """Return which of a switch that broke off stands, `new`, `old` or `neither`, and tell it; empty if none has."""
        journal = stands.journal
        if journal is None or journal.state not in UNFINISHED:
            return ""
        found = standing(journal, stands.present)
        digest = {"new": journal.digest, "old": journal.generations[0].digest}.get(found, "the next run puts it right")
        self.told.append(
            f"A run of {journal.by} broke off at {journal.at}. What stands is {found}"
            f" ({digest or 'not from a bundle'})."
        )
        return found

    def mend(self, stands: Stands, *, only_look: bool = False) -> Stands:
        """Put right what a run has left that broke off, and return what stands then; or would, if it only looks.

        The services may be stopped afterwards. So the journal is left as it is, for the case that this run breaks off
        as well, until `deploy` or `resume` has started them.
        """
        found, journal = self.notice(stands), stands.journal
        if journal is None or not found:
            return stands
        first, present = journal.generations[0], stands.present
        if found == "neither" and only_look:
            present = {**present, **self._to_come_back(journal, stands).files}
        elif found == "neither":
            try:
                self._stop()
                self.host.operate(self._to_old(journal, stands))
            except HostProblem as problem:
                raise Problem(f"{problem} The next run goes on with putting it right") from None
            self.told.append(f"It was put back to the old ({first.digest or 'not from a bundle'}).")
            present = self._look(list(present)).present
        self.mended = first.files
        return Stands(replace(journal, state="switched") if found == "new" else replaced_by(journal), present)

    def deploy(
        self,
        incoming: Mapping[str, Incoming | None],
        digest: str | None,
        stands: Stands,
        managed: Collection[str] | None = None,
    ) -> None:
        """Make the files stand, and the services run with them; or what stood before, and raise Problem.

        Args:
            incoming: the files to write, None for those to delete.
            digest: of the bundle that they come from; None if they come from none.
            stands: what the host has.
            managed: what is ours afterwards; by default what was, and what comes.
        """
        before = stands.journal
        generation = Generation(
            f"{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}-{secrets.token_hex(3)}",
            before.digest if before else None,
            {path: stands.present[path] for path in incoming},
            before.managed if before else (),
        )
        if managed is None:
            gone = {path for path, each in incoming.items() if each is None}
            managed = {*(before.managed if before else ()), *incoming} - gone
        journal = Journal(
            "staging",
            digest,
            f"{lock.user()} on {socket.gethostname()}",
            lock.now(),
            {path: each.sha256 if each else None for path, each in incoming.items()},
            tuple(sorted(managed)),
            (generation, *(before.generations if before else ())),
        )
        try:
            self.host.operate([self.place.write(journal), *self.place.staging(incoming)])
            self._check_stage(incoming)
        except HostProblem as problem:
            self._leave_as_it_was(before, incoming)
            raise Problem(f"staging failed: {problem} What stands is the old, untouched") from None
        try:
            self._stop()
            self.host.operate(
                [self.place.write(replace(journal, state="switching")), *self.place.switching(incoming, generation)]
            )
            self._start()
        except HostProblem as problem:
            raise Problem(f"{problem} {self.put_back()}") from None
        self._finish(replace(journal, state="switched"), incoming)

    def resume(self, stands: Stands) -> None:
        """Let the services run with what was mended; or with what stood before, and raise Problem."""
        try:
            self._start()
        except HostProblem as problem:
            raise Problem(f"{problem} {self.put_back()}") from None
        if stands.journal is not None:
            self._finish(stands.journal, {})

    def left(self) -> bool:
        """Return whether a run that has done its work has left its lock, or a journal that has not got its name yet."""
        with untouched():
            return any(self.host.sha256(path) for path in (self.place.lock, f"{self.place.journal}.part"))

    def tidy(self) -> None:
        """Give the journal its name. Raises HostProblem."""
        journal = self._journal()
        if journal is not None:
            self.host.operate([self.place.write(journal)])

    def accept(self) -> bool:
        """Write down that what stands is proven, and return whether that was not written yet."""
        try:
            journal = self._journal()
            if journal is None or journal.state != "switched":
                return False
            self.host.operate([self.place.write(replace(journal, state="accepted"))])
        except HostProblem as problem:
            raise Problem(f"{problem} What stands is the new, and is proven; the next run writes that down") from None
        return True

    def put_back(self) -> str:
        """Bring back what the last switch has replaced, start the services with it, and return what stands. Never
        raises HostProblem. A second time it only sees to it that they run."""
        try:
            stands = self._look([])
            old = journal = stands.journal
            if journal is None or (journal.state != "put back" and not journal.generations):
                return "Nothing was replaced before, so that there is nothing to put back."
            if journal.state != "put back":
                old = replaced_by(journal)
                if operations := self._to_old(journal, stands):
                    self._stop()
                    unfinished = self.place.write(replace(journal, state="switching"))
                    self.host.operate([unfinished, *operations])
        except HostProblem as problem:
            return (
                f"It could not be put back: {problem} What stands may be neither; the next run says which, and puts it "
                "right. Run again as soon as the host answers."
            )
        try:
            self._start()
        except HostProblem as problem:
            said = f"The old stands again, and a service does not start with it either: {problem}"
        else:
            said = "The old stands again, and the services run with it."
        if old is not None:
            self._finish(old, journal.switching)
        return said

    def _finish(self, journal: Journal, paths: Mapping[str, object]) -> None:
        """Delete the stage and generations beyond those that are kept, and write down what stands. If the host does not
        let that be done, the next run finds a switch that broke off, and does it."""
        journal, operations = self.place.tidying({*paths, *self.mended}, journal, self.keep)
        with contextlib.suppress(HostProblem):
            self.host.operate([*operations, self.place.write(journal)])

    def _to_old(self, journal: Journal, stands: Stands) -> list[Operation]:
        return self.place.putting_back(self._to_come_back(journal, stands), stands.present)

    def _to_come_back(self, journal: Journal, stands: Stands) -> Generation:
        """Return what the last switch has replaced, without what was changed before it came to it: there is no copy."""
        first = journal.generations[0]
        lost = {
            path
            for path, old in first.files.items()
            if old not in (None, stands.present[path]) and self.host.sha256(self.place.copy(first, path)) is None
        }
        if lost:
            self.told.append(f"Somebody has changed {', '.join(sorted(lost))} in the meantime; that stays as it is.")
        return replace(first, files={path: old for path, old in first.files.items() if path not in lost})

    def _check_stage(self, incoming: Mapping[str, Incoming | None]) -> None:
        for path, each in incoming.items():
            staged = self.place.kept("stage", path)
            if each is not None and self.host.sha256(staged) != each.sha256:
                raise HostProblem(
                    "what was staged is not what was sent", where=staged, remedy="Look for what else writes there."
                )

    def _leave_as_it_was(self, before: Journal | None, incoming: Mapping[str, object]) -> None:
        written = Operation("delete", self.place.journal) if before is None else self.place.write(before)
        staged = [Operation("delete", self.place.kept("stage", path)) for path in {**incoming, **self.mended}]
        with contextlib.suppress(HostProblem):  # the next run finds that the old stands
            self.host.operate(staged)
            if self.mended:
                self._start()
            self.host.operate([written])

    def _stop(self) -> None:
        for service in reversed(self.services):
            self.host.stop(service)

    def _start(self) -> None:
        for service in self.services:
            self.host.start(service)
