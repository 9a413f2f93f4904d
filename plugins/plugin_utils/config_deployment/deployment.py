# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deploys configuration files to a host: stage, stop, switch, start; or put back, and say why.

Whatever goes wrong, and wherever a run breaks off, either the old or the new stands in the end, and is named.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import secrets
import socket
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Protocol

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils import run_identity
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.config_deployment.plan import (
    UNFINISHED,
    Generation,
    Holder,
    Incoming,
    Journal,
    Operation,
    Place,
    standing,
)


class HostProblem(Problem):
    """What a host said when it did not do what it was asked."""


class Host(Protocol):
    """What is asked of a host. Every method raises HostProblem."""

    def read(self, path: str) -> bytes | None:
        """Return a file's content; None if there is none."""

    def sha256(self, path: str) -> str | None:
        """Return a file's SHA-256; None if there is none."""

    def operate(self, operations: Sequence[Operation]) -> None:
        """Carry operations out, in their order."""

    def create(self, path: str, content: bytes) -> bool:
        """Make a file, and return whether it was not there."""

    def stop(self, service: str) -> None:
        """Stop a service."""

    def start(self, service: str) -> None:
        """Start a service, and return once it has run for a while."""

    def runs(self, service: str) -> bool:
        """Return whether a service runs."""


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

    def look(self, paths: Sequence[str]) -> Stands:
        """Return what the host has of these files, and of those that an earlier run has put there."""
        content = self.host.read(self.place.journal)
        journal = None if content is None else Journal.parse(content, self.place.journal)
        ours = {*paths, *(journal.managed if journal else ()), *(journal.switching if journal else ())}
        return Stands(journal, {path: self.host.sha256(self.place.file(path)) for path in sorted(ours)})

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
        mine = Holder(_user(), run_identity.current() or "", _now(), socket.gethostname(), os.getppid())
        try:
            free = self.host.create(self.place.lock, mine.text())
        except HostProblem as problem:
            raise HostProblem(f"{str(problem).rstrip('.')}. This run has touched none of the files.") from None
        if not free:
            holder = Holder.parse(self.host.read(self.place.lock) or b"")
            age = holder.age(datetime.now(UTC))
            ours = bool(mine.run) and holder.run == mine.run
            if age < self.lock_expires and not ours and not _is_dead(holder):
                raise Problem(
                    "another run is at work there",
                    where=self.place.lock,
                    found=f"{holder}, for {age} s (since {holder.since})",
                    remedy=f"Wait until it has ended, then run again. If it has died, its lock expires after "
                    f"{self.lock_expires} s, or delete the file.",
                )
            self.told.append(f"The lock of {holder}, left {age} s ago, is taken over.")
            self.host.operate([Operation("write", self.place.lock, content=mine.text())])
        try:
            yield
        finally:
            with contextlib.suppress(HostProblem):  # it did not answer: the lock expires
                self.host.operate([Operation("delete", self.place.lock)])

    def mend(self, stands: Stands) -> Stands:
        """Put right what a run has left that broke off, and return what stands then."""
        journal = stands.journal
        if journal is None or journal.state not in UNFINISHED:
            return stands
        found = standing(journal, stands.present)
        if found == "neither":
            self._stop()
            self.host.operate(self._to_old(journal, stands))
            found = "put back to the old"
        first, *others = journal.generations
        self.told.append(
            f"A run of {journal.by} broke off at {journal.at}. What stands is {found}"
            f" ({(journal.digest if found == 'new' else first.digest) or 'not from a bundle'})."
        )
        mended = replace(journal, state="switched")
        if found != "new":
            mended = _replaced_by(journal, first, others)
        self.host.operate([self.place.write(mended)])
        return self.look(list(stands.present))

    def deploy(self, incoming: Mapping[str, Incoming | None], digest: str | None, stands: Stands) -> None:
        """Make the files stand, and the services run with them; or what stood before, and raise Problem."""
        before = stands.journal
        generation = Generation(
            f"{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}-{secrets.token_hex(3)}",
            before.digest if before else None,
            {path: stands.present[path] for path in incoming},
            before.managed if before else (),
        )
        managed = {*(before.managed if before else ()), *incoming} - {
            path for path, each in incoming.items() if each is None
        }
        journal = Journal(
            "staging",
            digest,
            f"{_user()} on {socket.gethostname()}",
            _now(),
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
            switched = replace(journal, state="switched")
            self.host.operate([self.place.write(replace(journal, state="switching"))])
            self.host.operate([*self.place.switching(incoming, generation), self.place.write(switched)])
            self._start()
        except HostProblem as problem:
            raise Problem(f"{problem} {self.put_back()}") from None
        self.tidy(incoming)

    def resume(self) -> None:
        """Let the services run with what was mended; or with what stood before, and raise Problem."""
        try:
            self._start()
        except HostProblem as problem:
            raise Problem(f"{problem} {self.put_back()}") from None

    def accept(self) -> bool:
        """Write down that what stands is proven, and return whether that was not written yet."""
        journal = self.look([]).journal
        if journal is None or journal.state != "switched":
            return False
        self.host.operate([self.place.write(replace(journal, state="accepted"))])
        return True

    def put_back(self) -> str:
        """Bring back what the last switch has replaced, start the services with it, and return what stands. Never
        raises."""
        try:
            stands = self.look([])
            journal = stands.journal
            if journal is None or not journal.generations:
                return "Nothing was replaced before, so that there is nothing to put back."
            self._stop()
            self.host.operate(self._to_old(journal, stands))
            first, *others = journal.generations
            old = _replaced_by(journal, first, others)
            rejected = [Operation("delete", self.place.kept("stage", path)) for path in first.files]
            self.host.operate([self.place.write(old), *rejected])
        except HostProblem as problem:
            return (
                f"It could not be put back: {problem} What stands may be neither; the next run says which, and puts it "
                "right. Run again as soon as the host answers."
            )
        try:
            self._start()
        except HostProblem as problem:
            return f"The old stands again, and a service does not start with it either: {problem}"
        return "The old stands again, and the services run with it."

    def tidy(self, paths: Mapping[str, object]) -> None:
        """Delete the stage, and generations beyond those that are kept. What cannot be deleted now stays."""
        journal = self.look([]).journal
        if journal is not None:
            journal, operations = self.place.tidying(paths, journal, self.keep)
            with contextlib.suppress(HostProblem):
                self.host.operate([*operations, self.place.write(journal)])

    def _to_old(self, journal: Journal, stands: Stands) -> list[Operation]:
        return self.place.putting_back(journal.generations[0], stands.present)

    def _check_stage(self, incoming: Mapping[str, Incoming | None]) -> None:
        for path, each in incoming.items():
            staged = self.place.kept("stage", path)
            if each is not None and self.host.sha256(staged) != each.sha256:
                raise HostProblem("what was staged is not what was sent", where=staged)

    def _leave_as_it_was(self, before: Journal | None, incoming: Mapping[str, object]) -> None:
        written = Operation("delete", self.place.journal) if before is None else self.place.write(before)
        with contextlib.suppress(HostProblem):  # the next run finds that the old stands
            self.host.operate([Operation("delete", self.place.kept("stage", path)) for path in incoming])
            self.host.operate([written])

    def _stop(self) -> None:
        for service in reversed(self.services):
            self.host.stop(service)

    def _start(self) -> None:
        for service in self.services:
            self.host.start(service)


def _replaced_by(journal: Journal, first: Generation, others: Sequence[Generation]) -> Journal:
    """Return the journal once the first generation stands again, and is none any more."""
    return replace(
        journal,
        state="put back",
        digest=first.digest,
        managed=tuple(first.managed),
        generations=tuple(others),
        switching={},
    )


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"


def _is_dead(holder: Holder) -> bool:
    """Return whether a lock was left by a process of this machine that is no more."""
    if holder.host != socket.gethostname() or holder.process <= 0:
        return False
    try:
        os.kill(holder.process, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
