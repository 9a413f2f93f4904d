# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A bundle on disk, kept as what is collected from a directory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle import store
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.collect import Rules, collect
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.content import (
    PROTECTED,
    BundleFile,
    Content,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.differences import lines, summary
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.directory import Replaced, read_files
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import (
    Change,
    MissingPrerequisite,
    Problem,
    Resource,
)


@dataclass(frozen=True)
class Source:
    """Which files are collected, and how."""

    directory: Path
    include: Sequence[str]
    exclude: Sequence[str]
    rules: Rules

    @property
    def where(self) -> str:
        """Return the place, for messages."""
        return str(self.directory)

    def read(self) -> Mapping[str, bytes]:
        """Return the files by path. Raises MissingPrerequisite if there is no such directory."""
        if not self.directory.is_dir():
            raise MissingPrerequisite("there is no such directory", where=self.where, remedy="Correct source.")
        return read_files(self.directory, self.wants)

    def wants(self, path: str) -> bool:
        """Return whether a file is collected. Cases do not count, as on Windows."""
        folded = path.casefold()
        return any(fnmatchcase(folded, each.casefold()) for each in self.include) and not any(
            fnmatchcase(folded, each.casefold()) for each in self.exclude
        )


@dataclass(frozen=True)
class Fetched:
    """Files that were read from a host, and are nowhere else on this machine."""

    where: str
    files: Mapping[str, bytes] = field(repr=False)
    rules: Rules

    def read(self) -> Mapping[str, bytes]:
        """Return the files by path."""
        return self.files


@dataclass(frozen=True)
class Present:
    """The source's content, and the bundle that is there."""

    source: Content
    bundle: store.Stored | None
    interrupted: Change | None


class CollectedBundle(Resource[Present, Change]):
    """The bundle of a source."""

    def __init__(self, bundle: Path, passphrase: str | None, source: Source | Fetched, locks: ExitStack | None) -> None:
        """Keep what is collected, and where to; `locks` keep other runs out, None if nothing will be written."""
        self._directory = Replaced(bundle)
        self._passphrase = passphrase
        self._source = source
        self._locks = locks

    def read(self) -> Present:
        """Return the source's content and the bundle that is there.

        Raises:
            Problem: the source cannot be collected; or there is something else than a bundle, or another passphrase.
            MissingPrerequisite: there is no source.
        """
        self._directory.check()
        if self._locks is not None:
            self._directory.lock(self._locks)
        files = self._source.read()
        if not files:
            raise Problem("it has no files to collect", where=self._source.where, remedy="Correct include and exclude.")
        source = collect(files, self._source.rules)
        place = self._directory.readable
        bundle = None
        if place.is_dir() and any(place.iterdir()):
            try:
                bundle = store.read(place, self._passphrase)
            except MissingPrerequisite:
                raise Problem(
                    "there is something else than a bundle", where=str(place), remedy="Choose another place."
                ) from None
        return Present(source, bundle, self._directory.interrupted())

    def plan(self, present: Present) -> Sequence[Change]:
        """Return a change for each file that differs, and one for the manifest if what was found does."""
        changes = [] if present.interrupted is None else [present.interrupted]
        action: Literal["create", "update", "delete"]
        old = {} if present.bundle is None else present.bundle.content.files
        new = present.source.files
        for path in sorted({*old, *new}):
            before, after = old.get(path), new.get(path)
            if before != after:
                action = "update" if before and after else "create" if after else "delete"
                changes.append(Change(path, action, _text(before), _text(after)))
        findings = () if present.bundle is None else present.bundle.content.findings
        if present.bundle is None or findings != present.source.findings:
            action = "create" if present.bundle is None else "update"
            told = [[each.as_dict() for each in some] for some in (findings, present.source.findings)]
            changes.append(Change(store.MANIFEST, action, told[0] or None, told[1]))
        self._content = present.source
        return changes

    def apply(self, changes: Sequence[Change]) -> Iterator[Change]:
        """Write the bundle beside its place and switch; all of it is in force at once."""
        self._directory.finish(frozenset(_stored(self._directory.previous)))
        staged = store.written(self._content, self._passphrase)
        self._directory.stage(staged)
        self._directory.switch(frozenset({*staged, *_stored(self._directory.path)}))
        yield from changes

    def facts(self, present: Present) -> Mapping[str, object]:
        """Return the digest, what the manifest says, and warnings of what was found."""
        return bundle_facts(present.source)


def bundle_facts(content: Content) -> dict[str, object]:
    """Return what the module says of a bundle."""
    findings = [each.as_dict() for each in content.findings]
    warnings = [
        f"{each.file}, {each.place}: {each.what}. "
        + (
            "The section is a hand-over: it has to be made on the machine that reads it."
            if each.kind == PROTECTED
            else f"The bundle has the placeholder of {each.secret} there instead."
            if each.secret
            else "It is not in the bundle."
        )
        for each in content.findings
    ]
    return {
        "digest": content.digest,
        "files": store.manifest(content)["files"],
        "findings": findings,
        "warnings": warnings,
    }


def _stored(directory: Path) -> list[str]:
    """Return the files of the bundle that will be replaced: all that are there belong to it."""
    return [path.relative_to(directory).as_posix() for path in directory.rglob("*")] if directory.is_dir() else []


def _text(file: BundleFile | None) -> str | None:
    """Return a file of a bundle as people read it; it has no secrets."""
    if file is None:
        return None
    document = file.document()
    return summary(file.content) if document is None else "\n".join(lines(document))
