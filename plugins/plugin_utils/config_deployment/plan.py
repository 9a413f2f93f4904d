# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is kept on a host beside the configuration files, and the operations that switch them. Pure.

Below the directory of the files stands `.exam_scheduling`, with the access rights of that directory: `lock.json` while
a run is at work, `journal.json`, `stage` with the files to come, and `generations` with those that were replaced.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Literal

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

State = Literal["staging", "switching", "switched", "accepted", "put back"]
UNFINISHED = ("staging", "switching")


@dataclass(frozen=True)
class Operation:
    """One operation of win_config_files."""

    action: str
    path: str
    source: str | None = None
    backup: str | None = None
    content: bytes | None = field(default=None, repr=False)
    expected: bytes | None = field(default=None, repr=False)

    def as_dict(self) -> dict[str, str | None]:
        """Return it as the module takes it."""
        return {
            "action": self.action,
            "path": self.path,
            "source": self.source,
            "backup": self.backup,
            "content": _encoded(self.content),
            "expected": _encoded(self.expected),
        }


def _encoded(content: bytes | None) -> str | None:
    return None if content is None else base64.b64encode(content).decode()


@dataclass(frozen=True)
class Incoming:
    """A file to come: its content, or where on the host a copy of it is."""

    sha256: str
    content: bytes | None = field(default=None, repr=False)
    source: str | None = None

    @classmethod
    def of(cls, content: bytes) -> Incoming:
        """Return a file of this content."""
        return cls(hashlib.sha256(content).hexdigest(), content)


@dataclass(frozen=True)
class Generation:
    """What a switch replaced."""

    name: str
    digest: str | None
    """Of the bundle that it came from; None if nobody knows."""
    files: Mapping[str, str | None]
    """SHA-256 by path; None for a file that was not there."""
    managed: Sequence[str] = ()
    """What was ours before."""
    kept_in: Mapping[str, str] = field(default_factory=dict)
    """The generation that has the copy, by path, for those that are kept in another one."""


@dataclass(frozen=True)
class Journal:
    """What the runs have done so far."""

    state: State
    digest: str | None
    """Of the bundle that stands, or is to stand."""
    by: str
    at: str
    switching: Mapping[str, str | None] = field(default_factory=dict)
    """The files of the last switch: SHA-256 by path as they are to be; None for those that are deleted."""
    managed: tuple[str, ...] = ()
    generations: tuple[Generation, ...] = ()
    """The newest first. That of the last switch is the first."""

    def text(self) -> bytes:
        """Return the file."""
        return json.dumps(asdict(self), indent=1).encode()

    @classmethod
    def parse(cls, content: bytes, where: str) -> Journal:
        """Return what a file says. Raises Problem if it is no journal."""
        try:
            told = json.loads(content)
            told["managed"] = tuple(told["managed"])
            told["generations"] = tuple(Generation(**each) for each in told["generations"])
            return cls(**told)
        except (ValueError, KeyError, TypeError) as error:
            raise Problem(
                "the journal of earlier deployments cannot be read",
                where=where,
                found=f"{type(error).__name__}: {error}",
                remedy="Compare the files with the newest generation beside it by hand, then delete the journal.",
            ) from None


@dataclass(frozen=True)
class Place:
    """Where everything is on the host."""

    directory: str

    def file(self, path: str) -> str:
        """Return the place of a file of the bundle."""
        return f"{self.directory}\\" + path.replace("/", "\\")

    def kept(self, *names: str) -> str:
        """Return a place beside the files."""
        return "\\".join([self.directory, ".exam_scheduling", *(name.replace("/", "\\") for name in names)])

    @property
    def lock(self) -> str:
        """Return where the lock is."""
        return self.kept("lock.json")

    @property
    def journal(self) -> str:
        """Return where the journal is."""
        return self.kept("journal.json")

    def copy(self, generation: Generation, path: str) -> str:
        """Return where the copy of a file of a generation is."""
        return self.kept("generations", generation.kept_in.get(path, generation.name), path)

    def write(self, journal: Journal) -> Operation:
        """Return the operation that writes the journal."""
        return Operation("write", self.journal, content=journal.text())

    def staging(self, incoming: Mapping[str, Incoming | None]) -> list[Operation]:
        """Return what puts the files to come beside their places; nothing that stands is touched by it."""
        operations = []
        for path, each in sorted(incoming.items()):
            if each is not None and each.source is not None:
                operations.append(Operation("copy", self.kept("stage", path), source=each.source))
            elif each is not None:
                operations.append(Operation("write", self.kept("stage", path), content=each.content))
        return operations

    def switching(self, incoming: Mapping[str, Incoming | None], generation: Generation) -> list[Operation]:
        """Return what puts the staged files into their places, and what they replace into the generation."""
        operations = []
        for path, each in sorted(incoming.items()):
            kept, place = self.kept("generations", generation.name, path), self.file(path)
            if each is None:
                operations.append(Operation("move", kept, source=place))
            elif generation.files[path] is None:
                operations.append(Operation("move", place, source=self.kept("stage", path)))
            else:
                operations.append(Operation("replace", place, source=self.kept("stage", path), backup=kept))
        return operations

    def putting_back(self, generation: Generation, present: Mapping[str, str | None]) -> list[Operation]:
        """Return what brings a generation back to the places of its files, whatever stands there now.

        Args:
            generation: of the last switch, whether that came to its end or not.
            present: SHA-256 by path, as it is now; None if there is no such file.
        """
        operations = []
        for path, old in sorted(generation.files.items()):
            kept, place = self.kept("generations", generation.name, path), self.file(path)
            if present[path] == old:
                continue
            if old is None:
                operations.append(Operation("delete", place))
            elif present[path] is None:
                operations.append(Operation("move", place, source=kept))
            else:
                operations.append(Operation("replace", place, source=kept, backup=self.kept("stage", path)))
        return operations

    def tidying(self, paths: Iterable[str], journal: Journal, keep: int) -> tuple[Journal, list[Operation]]:
        """Return what deletes the stage and the generations beyond those that are kept, and the journal afterwards."""
        generations = remaining(journal.generations, keep)
        unused = self._copies(journal.generations) - self._copies(generations)
        deleted = [self.kept("stage", path) for path in sorted(paths)] + sorted(unused)
        return replace(journal, generations=generations), [Operation("delete", path) for path in deleted]

    def _copies(self, generations: Iterable[Generation]) -> set[str]:
        return {
            self.copy(each, path) for each in generations for path, sha256 in each.files.items() if sha256 is not None
        }


def before_all(generations: Sequence[Generation]) -> Generation:
    """Return the oldest of generations, with all files that any of them has replaced as they stood at its time.

    Args:
        generations: the newest first, without a gap up to the last switch: a generation has no files but those of its
            own switch, so that what later ones have replaced stood at its time as well.
    """
    files: dict[str, str | None] = {}
    kept_in: dict[str, str] = {}
    for each in generations:
        files.update(each.files)
        kept_in.update({path: each.kept_in.get(path, each.name) for path in each.files})
    return replace(generations[-1], files=files, kept_in=kept_in)


def original(generations: Sequence[Generation]) -> int | None:
    """Return the number of what was there before anything that was signed off; None if it is not kept."""
    return next((number for number, each in enumerate(generations) if each.digest is None), None)


def remaining(generations: Sequence[Generation], keep: int) -> tuple[Generation, ...]:
    """Return which generations stay: the newest, at least that of the last switch, and the original in any case."""
    keep = max(keep, 1)
    number = original(generations)
    if number is None or number < keep:
        return tuple(generations[:keep])
    return (*generations[:keep], before_all(generations[keep : number + 1]))


def replaced_by(journal: Journal) -> Journal:
    """Return the journal once its first generation stands again, and is none any more."""
    first, *others = journal.generations
    return replace(
        journal,
        state="put back",
        digest=first.digest,
        managed=tuple(first.managed),
        generations=tuple(others),
        switching={},
    )


def standing(journal: Journal, present: Mapping[str, str | None]) -> str:
    """Return which of the last switch stands: `new`, `old`, or `neither`, if it was broken off in the midst of it."""
    if journal.state == "staging":  # nothing was switched by then, so that what differs is somebody else's change
        return "old"
    if all(present[path] == sha256 for path, sha256 in journal.switching.items()):
        return "new"
    old = journal.generations[0].files if journal.generations else {}
    return "old" if all(present[path] == old.get(path) for path in journal.switching) else "neither"
