# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The states that the module `python_release` keeps: built, in service, and no more of them than are needed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.files import locked, told
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.python_release.builder import NAMED_DIGITS, Builder
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.python_release.places import (
    RECORD,
    Declared,
    Places,
    Present,
    declared_from,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import (
    Change,
    InvalidParameter,
    Problem,
    Resource,
)


@dataclass
class _Releases(Resource[Present, Change]):
    """What the states have in common."""

    places: Places

    def read(self) -> Present:
        """Return what is there."""
        return self.places.read()

    def facts(self, present: Present) -> Mapping[str, object]:
        """Return which releases there are, which is in service, and which is the one to go back to."""
        return {
            "current": present.current,
            "previous": present.previous,
            "releases": sorted(present.releases),
            "served": list(present.served),
        }

    def remove(self, changes: Sequence[Change]) -> Iterator[Change]:
        """Remove the releases whose names the changes have before them, yielding each when it is gone."""
        with locked(self.places.releases, "these releases"):
            for change in changes:
                directory = self.places.releases / str(change.before)
                with told(directory, "remove the release"):
                    (directory / RECORD).unlink(missing_ok=True)  # from now on it is none
                    shutil.rmtree(directory)
                yield change

    def require(self, name: str, present: Present) -> None:
        """Make sure that a release is there.

        Raises:
            Problem: it is not.
        """
        if name not in present.releases:
            raise Problem(
                f"there is no release {name}", where=str(self.places.releases),
                found=", ".join(sorted(present.releases)) or "none", remedy="Deploy it first.",
            )  # fmt: skip


@dataclass
class Built(_Releases):
    """A release that is there as declared."""

    declared: Declared
    builder: Builder

    def plan(self, present: Present) -> Sequence[Change]:
        """Return the removal of what an interrupted run left, and the building of what is not there."""
        if self.places.matching(self.declared, present) is not None:
            return []
        name = self.places.name_for(self.declared, present)
        digests = ", ".join(digest[:NAMED_DIGITS] for digest in self.declared.digests())
        after = {
            "version": self.declared.version,
            "sha256": digests,
            "files of its own": sorted(self.declared.contents),
        }
        left = [*present.unfinished, *self.places.in_the_way(self.declared, present)]
        removed = [Change(f"unfinished release {other}", "delete", "unfinished") for other in left]
        return [*removed, Change(f"release {name}", "create", None, after)]

    def apply(self, changes: Sequence[Change]) -> Iterator[Change]:
        """Remove, then build."""
        with told(self.places.base, "make the directory"):
            self.places.releases.mkdir(mode=0o755, parents=True, exist_ok=True)
        with locked(self.places.releases, "these releases"):
            for change in changes:
                directory = self.places.releases / change.item.rpartition(" ")[2]
                if change.action == "delete":
                    with told(directory, "remove the unfinished release"):
                        shutil.rmtree(directory)
                else:
                    self.builder.build(directory, self.declared)
                yield change

    def facts(self, present: Present) -> Mapping[str, object]:
        """Return also the name that the declared release has, or will have."""
        name = self.places.matching(self.declared, present) or self.places.name_for(self.declared, present)
        return {**super().facts(present), "release": name, "directory": str(self.places.releases / name)}


@dataclass
class InService(_Releases):
    """A release that `current` points to."""

    name: str
    put_back: bool
    check_mode: bool

    def plan(self, present: Present) -> Sequence[Change]:
        """Return the switch, unless it is made; in check mode the release need not be there yet."""
        if present.current == self.name:
            return []
        if not self.check_mode:
            self.require(self.name, present)
        return [
            Change(
                f"{self.places.base / 'current'}", "update" if present.current else "create", present.current, self.name
            )
        ]

    def apply(self, changes: Sequence[Change]) -> Iterator[Change]:
        """Switch."""
        for change in changes:
            with told(self.places.base, "put the release in service"):
                self.places.switch(self.name, self.places.read(), put_back=self.put_back)
            yield change

    def facts(self, present: Present) -> Mapping[str, object]:
        """Return also what was in service before."""
        return {**super().facts(present), "release": self.name}


@dataclass
class Pruned(_Releases):
    """The release in service, those before it that are kept to go back to, and no others."""

    keep: int

    def plan(self, present: Present) -> Sequence[Change]:
        """Return the removal of the others; failed ones and those that were left for an earlier one go first."""
        kept = set(present.served[-self.keep :]) | ({present.current} if present.current else set())
        if present.current is None:  # nothing is in service: nothing is known to be superfluous
            return []
        others = [*present.unfinished, *(name for name in present.releases if name not in kept)]
        return [Change(f"release {name}", "delete", name) for name in others]

    def apply(self, changes: Sequence[Change]) -> Iterator[Change]:
        """Remove them."""
        yield from self.remove(changes)


@dataclass
class Absent(_Releases):
    """A release that is not there."""

    name: str

    def plan(self, present: Present) -> Sequence[Change]:
        """Return its removal.

        Raises:
            Problem: it is in service.
        """
        if present.current == self.name:
            raise Problem(
                f"release {self.name} is in service",
                where=str(self.places.base),
                remedy="Put another in service first.",
            )
        there = self.name in present.releases or self.name in present.unfinished
        return [Change(f"release {self.name}", "delete", self.name)] if there else []

    def apply(self, changes: Sequence[Change]) -> Iterator[Change]:
        """Remove it."""
        yield from self.remove(changes)


def state_from(params: Mapping[str, Any], *, check_mode: bool) -> Resource[Present, Change]:
    """Return the state that the module's parameters declare.

    Raises:
        InvalidParameter: one of them cannot be meant.
    """
    places = Places(Path(params["path"]))
    if params["keep"] < 1:
        raise InvalidParameter("keep", params["keep"], "the release in service is always kept", "Give 1 or more.")
    if params["state"] == "built":
        builder = Builder(params["python"], params["owner"], params["imports"], params["environment"])
        return Built(places, declared_from(params), builder)
    if params["state"] == "current":
        return InService(places, params["name"], params["put_back"], check_mode)
    return Pruned(places, params["keep"]) if params["state"] == "pruned" else Absent(places, params["name"])
