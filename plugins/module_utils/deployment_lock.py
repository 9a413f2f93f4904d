# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


"""A lock that outlives a task: a file that says who deploys, and since when."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.files import told
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Change, Problem, Resource

PRIVATE = 0o600
_RUN = re.compile(r"\brun=(\S+)")
"""As the permit's note of who deploys names the run."""


@dataclass(frozen=True)
class Holder:
    """Who has the lock."""

    owner: str
    since: float
    """Seconds since the epoch."""

    def is_of(self, runs: Collection[str]) -> bool:
        """Return whether it is one of these runs."""
        found = _RUN.search(self.owner)
        return found is not None and found[1] in runs

    def age(self, now: float) -> str:
        """Return for how long, in words."""
        minutes, seconds = divmod(int(max(now - self.since, 0)), 60)
        return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


@contextlib.contextmanager
def alone_in(directory: Path) -> Iterator[None]:
    """Keep all others that ask for this waiting, for as long as it lasts; a process that dies lets go."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@dataclass(frozen=True)
class Lock(Resource["Holder | None", Change]):
    """A lock that is had, or given up."""

    path: Path
    owner: str
    wanted: bool
    abandoned_after: float
    """Seconds."""
    ended_runs: Collection[str] = ()
    """Runs that are known not to go on any more."""

    def read(self) -> Holder | None:
        """Return who has it."""
        with told(self.path, "read the lock"):
            try:
                text = self.path.read_text(encoding="utf-8")
                modified = self.path.stat().st_mtime
            except FileNotFoundError:
                return None
        try:
            content = json.loads(text)
            return Holder(str(content["owner"]), float(content["since"]))
        except (ValueError, KeyError, TypeError):  # made, and not written yet: or the disk was full
            return Holder("somebody who could not write down who", modified)

    def plan(self, present: Holder | None) -> Sequence[Change]:
        """Return the taking, the taking over, or the giving up of the lock.

        Raises:
            Problem: somebody else has it.
        """
        if not self.wanted:
            ours = present is not None and present.owner == self.owner
            return [Change(str(self.path), "delete", self.owner)] if ours else []
        if present is None:
            return [Change(str(self.path), "create", None, self.owner)]
        if present.owner == self.owner:
            return []
        if self._abandoned(present):
            return [Change(str(self.path), "update", present.owner, self.owner)]
        raise self._taken(present)

    def apply(self, changes: Sequence[Change]) -> Iterator[Change]:
        """Take it, or give it up."""
        for change in changes:
            with told(self.path, "change the lock"):
                if change.action != "delete":
                    self.path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
                with alone_in(self.path.parent):
                    present = self.read()  # since it was planned, somebody else may have taken it, or taken it over
                    if change.action != "delete":
                        self._take(present)
                    elif present is not None and present.owner == self.owner:
                        self.path.unlink(missing_ok=True)
            yield change

    def _take(self, present: Holder | None) -> None:
        if present is not None:
            if not self._abandoned(present):
                raise self._taken(present)
            self.path.unlink(missing_ok=True)
        content = json.dumps({"owner": self.owner, "since": time.time()}).encode()
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, PRIVATE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)

    def _abandoned(self, holder: Holder) -> bool:
        return holder.is_of(self.ended_runs) or time.time() - holder.since > self.abandoned_after

    def _taken(self, holder: Holder) -> Problem:
        return Problem(
            f"another deployment is at work here: {holder.owner}, for {holder.age(time.time())}",
            where=str(self.path),
            remedy=(
                "Wait until it has ended, and run again. If that run was killed, remove the file; after "
                f"{self.abandoned_after / 60:.0f} minutes it is taken over."
            ),
        )

    def facts(self, present: Holder | None) -> Mapping[str, object]:
        """Return a warning where a lock is taken over."""
        if self.wanted and present is not None and present.owner != self.owner and self._abandoned(present):
            age = present.age(time.time())
            return {"warnings": [f"{self.path} was abandoned by {present.owner}, {age} ago, and is taken over."]}
        return {}
