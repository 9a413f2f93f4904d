# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A directory, kept as what a bundle becomes in this environment."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle import differences, store
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.collected import bundle_facts
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.content import Content
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.directory import Replaced, read_files
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.place import Setting
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.render import (
    FileChange,
    Rendering,
    render,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.render import (
    differences as differing_files,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Change, Problem, Resource

RECORD = ".config_bundle.json"
"""What a rendered directory says of itself: the digest of the bundle, and the files that come from it."""


@dataclass(frozen=True)
class Order:
    """What is rendered."""

    bundle: Path
    passphrase: str | None
    digest: str | None
    """The one that was signed off."""
    settings: Sequence[Setting]
    secrets: Mapping[str, str] = field(repr=False)
    carry_protected: bool


@dataclass(frozen=True)
class Record:
    """What a rendered directory says of itself."""

    bundle: str
    """The digest."""
    files: frozenset[str]

    def text(self) -> bytes:
        """Return the file that says so."""
        return json.dumps({"bundle": self.bundle, "files": sorted(self.files)}, indent=2).encode() + b"\n"


@dataclass(frozen=True)
class Present:
    """The bundle as rendered, and what is in the directory."""

    content: Content
    rendering: Rendering
    files: Mapping[str, bytes] = field(repr=False)
    record: Record | None
    interrupted: Change | None

    @property
    def managed(self) -> frozenset[str]:
        """The paths that an earlier rendering has put there, and that nobody else has to write now."""
        handed = {each.file for each in self.rendering.hand_over}
        return frozenset() if self.record is None else self.record.files - handed

    @property
    def coming(self) -> Record:
        """What the directory is to say of itself."""
        return Record(self.content.digest, frozenset(self.rendering.files))


class RenderedDirectory(Resource[Present, Change]):
    """The files of a bundle in this environment."""

    def __init__(self, directory: Path, order: Order, locks: ExitStack | None) -> None:
        """Keep what is rendered, and where to; `locks` keep other runs out, None if nothing will be written."""
        self._directory = Replaced(directory)
        self._order = order
        self._locks = locks

    def read(self) -> Present:
        """Return what the bundle becomes, and what is there.

        Raises:
            Problem: the bundle is not whole, not the one that was signed off, or cannot be rendered; or the directory
                cannot be read.
            MissingPrerequisite: there is no bundle.
        """
        order = self._order
        content = checked(order.bundle, order.passphrase, order.digest)
        rendering = render(content, order.settings, order.secrets, carry_protected=order.carry_protected)
        self._directory.check()
        if self._locks is not None:
            self._directory.lock(self._locks)
        place = self._directory.readable
        record = _read_record(place / RECORD)
        ours = rendering.files.keys() | (record.files if record else ())
        files = read_files(place, ours.__contains__) if place.is_dir() else {}
        return Present(content, rendering, files, record, self._directory.interrupted())

    def plan(self, present: Present) -> Sequence[Change]:
        """Return a change for each file that differs, and one for the record."""
        self._present = present
        changes = [] if present.interrupted is None else [present.interrupted]
        hashes = {path: hashlib.sha256(content).hexdigest() for path, content in present.files.items()}
        for change in differing_files(present.rendering.files, hashes, present.managed):
            changes.append(Change(change.path, change.action, *self._texts(present, change)))
        if present.coming != present.record:
            old = present.record
            changes.append(
                Change(RECORD, "update" if old else "create", old.bundle if old else None, present.content.digest)
            )
        return changes

    def apply(self, changes: Sequence[Change]) -> Iterator[Change]:
        """Stage all files beside the directory and switch; all of it is in force at once."""
        present = self._present
        owned = frozenset({*present.managed, *present.rendering.files, RECORD})
        # what a run has left that died after it had switched: its record says which of it was ours
        left = _read_record(self._directory.previous / RECORD)
        self._directory.finish(owned | (left.files if left else frozenset()))
        self._directory.stage({**present.rendering.files, RECORD: present.coming.text()})
        self._directory.switch(owned)
        yield from changes

    def facts(self, present: Present) -> Mapping[str, object]:
        """Return the bundle, what has to be handed over, and warnings."""
        facts = bundle_facts(present.content)
        warnings = [
            f"{each.file} is not rendered: Windows has encrypted {', '.join(each.sections)} of it. Hand it over."
            for each in present.rendering.hand_over
        ]
        if present.rendering.unused:
            warnings.append(f"No file has a place for these secrets: {', '.join(present.rendering.unused)}.")
        return {
            **facts,
            "warnings": warnings,
            "hand_over": [each.as_dict() for each in present.rendering.hand_over],
            "previous_digest": present.record.bundle if present.record else None,
        }

    def _texts(self, present: Present, change: FileChange) -> tuple[str | None, str | None]:
        """Return a file before and after, as people may see it."""
        before, after = present.files.get(change.path), present.rendering.shown.get(change.path)
        secrets = self._order.secrets
        if change.action == "delete" or after is None:
            coming = present.rendering.files.get(change.path)
            return (
                None if before is None else differences.masked(change.path, before, secrets),
                None if coming is None else differences.summary(coming),
            )
        if before is None:
            return None, "\n".join(differences.lines(after))
        return differences.compared(present.content.files[change.path].kind, before, after, secrets)


def checked(bundle: Path, passphrase: str | None, digest: str | None) -> Content:
    """Return the content of a bundle, if it is the one that is meant.

    Raises:
        Problem: it is not whole, or not the one that was signed off.
        MissingPrerequisite: there is none.
    """
    content = store.read(bundle, passphrase).content
    if digest is not None and content.digest != digest:
        raise Problem(
            "the bundle is not the one that was signed off",
            where=str(bundle),
            expected=f"the digest {digest}",
            found=content.digest,
            remedy="Fetch the bundle that was signed off, or have this one signed off.",
        )
    return content


def _read_record(path: Path) -> Record | None:
    """Return what a directory says of itself; None if it says nothing. Raises Problem if it cannot be understood."""
    try:
        content = json.loads(path.read_bytes())
        return Record(str(content["bundle"]), frozenset(map(str, content["files"])))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Problem(
            "the record of the last rendering cannot be read",
            where=str(path),
            found=f"{type(error).__name__}: {error}",
            remedy="Look at the file; if it is of no use, delete it, and files that are not in the bundle stay.",
        ) from None
