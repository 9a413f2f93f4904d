# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Archives with what is known of them: what was exported for sign-off, and what a promotion found and kept.

Beside each archive there is a JSON file of the same name. Each promotion has a number; its backup is the way back. One
that was neither proven nor put back leaves its backup open: what it left is nothing to go back to. What somebody else
has brought since is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import PurePath
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.host import BiHost
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.universe_reader import Universe
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem


@dataclass(frozen=True)
class Bound:
    """Of a universe, what a promotion changes."""

    revision: int | None
    connections: tuple[str, ...]
    """CUIDs."""

    @classmethod
    def of(cls, universe: Universe | None) -> Bound | None:
        """Return it of a universe, None if there is none."""
        if universe is None:
            return None
        return cls(universe.revision, tuple(each.cuid for each in universe.connections))


@dataclass(frozen=True)
class Kept:
    """What was on a platform when an archive was made of it."""

    cuid: str
    name: str | None
    """None if there was no such universe."""
    revision: int | None
    updated: str | None
    connections: tuple[str, ...]
    """CUIDs."""
    platform_version: str
    digest: str | None
    """SHA-256 of the archive; None if there is none."""
    aim: Bound | None = None
    """Of a backup that is open, what the last promotion was to bring; None once it was proven or put back."""
    tried: tuple[int | None, ...] = ()
    """Of a backup that is open, the revisions that earlier promotions were to bring."""

    @classmethod
    def of(cls, cuid: str, universe: Universe | None, version: str, digest: str | None) -> Kept:
        """Return what is kept of a universe."""
        bound = Bound.of(universe)
        if universe is None or bound is None:
            return cls(cuid, None, None, None, (), version, digest)
        return cls(cuid, universe.name, bound.revision, universe.updated, bound.connections, version, digest)

    @property
    def bound(self) -> Bound | None:
        """What a promotion changes, None if there was no such universe."""
        return None if self.name is None else Bound(self.revision, self.connections)

    def left_half_done(self, universe: Universe | None) -> bool:
        """Return whether the universe may be what a promotion since this backup has left half done.

        One of a revision that none of them was to bring was not there before either: it is somebody else's work.
        """
        found = Bound.of(universe)
        if self.aim is None or found in (self.aim, self.bound):
            return False
        return found is None or found.revision in (None, self.revision, self.aim.revision, *self.tried)

    def opened(self, aim: Bound) -> Kept:
        """Return it as it is while a promotion is under way."""
        return replace(self, aim=aim, tried=self.tried if self.aim is None else (*self.tried, self.aim.revision))

    def closed(self) -> Kept:
        """Return it as it is once the promotion was proven, or put back."""
        return replace(self, aim=None, tried=())

    def write(self, host: BiHost, archive: PurePath) -> None:
        """Write it beside its archive."""
        host.write(_beside(archive), json.dumps(asdict(self), indent=2) + "\n")


def read(host: BiHost, archive: PurePath) -> Kept | None:
    """Return what is kept of an archive, None if there is nothing.

    Raises:
        Problem: it cannot be read.
    """
    content = host.read(_beside(archive))
    if content is None:
        return None
    try:
        found: Mapping[str, Any] = json.loads(content)
        aim = found.get("aim")
        if aim is not None:
            aim = Bound(aim["revision"], tuple(aim["connections"]))
        sequences = {name: tuple(found.get(name, ())) for name in ("connections", "tried")}
        return Kept(**{**found, **sequences, "aim": aim})
    except (ValueError, KeyError, TypeError) as error:
        raise Problem(
            "what is known of the archive cannot be read",
            where=str(_beside(archive)),
            found=f"{type(error).__name__}: {error}",
            remedy="Look at the file. Without it the archive is of no use.",
        ) from None


def digest_of(host: BiHost, archive: PurePath) -> str:
    """Return the SHA-256 of an archive in hexadecimal digits.

    Raises:
        Problem: there is none, or it cannot be read.
    """
    digest = host.digest(archive)
    if digest is None:
        raise Problem(
            "there is no archive", where=str(archive), remedy="Put it there, readable to who runs the module."
        )
    return digest


def backups(host: BiHost, directory: PurePath, cuid: str) -> Iterator[PurePath]:
    """Yield the archives of all promotions of a universe, the last first; where nothing was there, there is none."""
    number = re.compile(rf"({re.escape(cuid)}-\d{{6}})\.json")
    kept = filter(None, map(number.fullmatch, host.names(directory)))
    yield from (directory / f"{name}.lcmbiar" for name in sorted((each[1] for each in kept), reverse=True))


def next_backup(host: BiHost, directory: PurePath, cuid: str) -> PurePath:
    """Return where the backup of the next promotion goes."""
    last = next(backups(host, directory, cuid), None)
    number = 1 + (int(last.stem.rpartition("-")[2]) if last is not None else 0)
    return directory / f"{cuid}-{number:06}.lcmbiar"


def _beside(archive: PurePath) -> PurePath:
    return archive.with_suffix(".json")
