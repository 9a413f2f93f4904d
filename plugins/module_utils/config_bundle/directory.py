# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A directory that is replaced as a whole: staged beside it, checked, then switched; and what a broken-off run left.

Beside `NAME` there are `.NAME.next` while it is staged, `.NAME.previous` while it is switched, and `.NAME.lock`. Those
that exist tell how far a run got: the directory is always wholly the old or wholly the new.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.uoe.exam_scheduling.plugins.module_utils import files
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.lock import held
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Change, Problem


@dataclass(frozen=True)
class Replaced:
    """The directory, and its neighbours."""

    path: Path

    @property
    def staged(self) -> Path:
        """Where the new one is made."""
        return self.path.with_name(f".{self.path.name}.next")

    @property
    def previous(self) -> Path:
        """Where the old one is while they change places."""
        return self.path.with_name(f".{self.path.name}.previous")

    @property
    def readable(self) -> Path:
        """Where what is in force is to be read: the old one, if a run was broken off before the new one was there."""
        return self.path if self.path.exists() or not self.previous.exists() else self.previous

    def check(self) -> None:
        """Return if it can be there. Raises Problem if its parent is missing, or something else is in its place."""
        if not self.path.parent.is_dir():
            raise Problem(
                "the parent directory is missing", where=str(self.path), remedy=f"Make {self.path.parent} first."
            )
        if self.path.is_symlink() or (self.path.exists() and not self.path.is_dir()):
            raise Problem("it is no directory", where=str(self.path), remedy="Choose another place.")

    def lock(self, locks: ExitStack) -> None:
        """Keep other runs out until the stack is closed. Raises Problem if another is at work."""
        locks.enter_context(held(self.path.with_name(f".{self.path.name}.lock")))

    def interrupted(self) -> Change | None:
        """Return what has to be finished first: what an earlier run has left, if it was broken off while switching."""
        if not self.previous.exists():
            return None
        if self.path.exists():
            before, after = "wholly the new files; a run was broken off before it tidied up", "tidied up"
        else:
            before, after = "wholly the old files, aside; a run was broken off while switching", "put back"
        return Change(f"{self.path} (run broken off)", "update", before=before, after=after)

    def finish(self, owned: frozenset[str]) -> None:
        """Finish what an earlier run has left: put the old one back, or tidy up after the new one.

        Args:
            owned: the paths in the old one that are not to be taken over into the new one.

        Raises:
            Problem: it cannot be done; nothing is lost, run again.
        """
        if self.previous.exists() and not self.path.exists():
            with files.told(self.path, "put back what was there"):
                self.previous.rename(self.path)
                files.flush_directory(self.path.parent)
        files.replace_directory(self.path, self.path.with_name(f".{self.path.name}.none"), self.previous, owned)

    def stage(self, contents: Mapping[str, bytes]) -> None:
        """Write the new one beside it, and read it back.

        Raises:
            Problem: it cannot be written, as on a full disk; what is in force was not touched.
        """
        try:
            with files.told(self.staged, "stage the files", "Nothing was switched. Look at the free space there."):
                if self.staged.exists():
                    shutil.rmtree(self.staged)
                self.staged.mkdir(mode=files.PRIVATE_DIRECTORY)
                for path, content in contents.items():
                    place = self.staged / path
                    for folder in reversed(place.relative_to(self.staged).parents[:-1]):
                        (self.staged / folder).mkdir(mode=files.PRIVATE_DIRECTORY, exist_ok=True)
                    files.write(place, content, files.PRIVATE_FILE)
                    _check_staged(place, content)
        except BaseException:
            shutil.rmtree(self.staged, ignore_errors=True)
            raise

    def switch(self, owned: frozenset[str]) -> None:
        """Put the staged one in its place; files of the old one that are not owned are taken over. Raises Problem."""
        files.replace_directory(self.path, self.staged, self.previous, owned)


def _check_staged(place: Path, content: bytes) -> None:
    if place.read_bytes() != content:
        raise Problem("what was staged is not what was written", where=str(place), remedy="Look at the disk.")


def read_files(directory: Path, wanted: Callable[[str], bool] = lambda _path: True) -> dict[str, bytes]:
    """Return the files below a directory, by their paths with slashes.

    Args:
        directory: where they are.
        wanted: returns whether a path is to be read.

    Raises:
        Problem: there is a link or something else that is no file, or one cannot be read.
    """
    found = {}
    with files.told(directory, "read the directory"):
        for path in sorted(directory.rglob("*")):
            name = path.relative_to(directory).as_posix()
            if not wanted(name):
                continue
            if path.is_symlink() or not (path.is_file() or path.is_dir()):
                raise Problem(
                    "this is no file", where=str(path), remedy="A link is not followed; leave it out (exclude)."
                )
            if path.is_file():
                found[name] = path.read_bytes()
    return found
