# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file system of an emulated host: an index of paths in its state, contents in a store of blobs."""

from __future__ import annotations

import hashlib
import ntpath
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from emulators.windows import paths
from emulators.windows.model import Disk, File, HostState


class FileError(Exception):
    """What Windows says when a file operation fails."""


class Blobs:
    """Contents of files, each in a file that is named by its SHA-256."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)

    def put(self, content: bytes) -> str:
        """Keep the content and return its SHA-256."""
        digest = hashlib.sha256(content).hexdigest()
        path = self._directory / digest
        if not path.exists():
            part = path.with_suffix(f".{os.getpid()}.part")
            part.write_bytes(content)
            part.replace(path)
        return digest

    def get(self, digest: str) -> bytes:
        """Return a content by its SHA-256."""
        return (self._directory / digest).read_bytes()


class FileSystem:
    """What modules do with files."""

    def __init__(
        self, state: HostState, blobs: Blobs, now: Callable[[], float], is_full: Callable[[], bool] = lambda: False
    ) -> None:
        self._state = state
        self._blobs = blobs
        self._now = now
        self._is_full = is_full
        self.shares_are_readable = True
        """Whether whoever is at work now may read shares; those who may not do not find them."""

    def find(self, path: str) -> File | None:
        """Return what is at the path, or None. The root of a disk is always there."""
        if not self.shares_are_readable and paths.normal(path).startswith("\\\\"):
            return None
        found = self._state.files.get(paths.key(path))
        if found is None and self._disk(path) is not None and len(paths.normal(path)) == 3:
            return File(path=paths.normal(path), directory=True)
        return found

    def read(self, path: str) -> bytes:
        """Return the content of a file.

        Raises:
            FileError: there is no file at the path.
        """
        file = self.find(path)
        if file is None or file.directory:
            raise FileError(f"Could not find file '{paths.normal(path)}'.")
        return self._blobs.get(file.blob)

    def write(self, path: str, content: bytes) -> File:
        """Create or overwrite a file.

        Raises:
            FileError: its directory does not exist, it is a directory itself, or the disk has no room.
        """
        name, old = paths.normal(path), self.find(path)
        if old is not None and old.directory:
            raise FileError(f"Access to the path '{name}' is denied.")
        above = self.find(paths.parent(path))
        if above is None or not above.directory:
            raise FileError(f"Could not find a part of the path '{name}'.")
        self.reserve(path, len(content) - (old.size if old else 0))
        now = self._now()
        file = File(
            path=old.path if old else name,
            blob=self._blobs.put(content),
            size=len(content),
            created=old.created if old else now,
            modified=now,
            attributes=old.attributes if old else ["Archive"],
            full_control=old.full_control if old else [],
            inherits=old.inherits if old else True,
        )
        self._state.files[paths.key(path)] = file
        return file

    def move(self, source: str, path: str) -> None:
        """Give a file another path on its disk, where nothing is; it takes no room.

        Raises:
            FileError: there is no file at the source, or no directory to move it to.
        """
        self.read(source)
        above = self.find(paths.parent(path))
        if above is None or not above.directory:
            raise FileError(f"Could not find a part of the path '{paths.normal(path)}'.")
        file = self._state.files.pop(paths.key(source))
        file.path = paths.normal(path)
        self._state.files[paths.key(path)] = file

    def reserve(self, path: str, size: int) -> None:
        """Take room on the disk of a path, or give it back.

        Raises:
            FileError: there is not so much.
        """
        disk = self._disk(path)
        if size > 0 and (self._is_full() or (disk is not None and disk.free_bytes < size)):
            raise FileError("There is not enough space on the disk.")
        if disk is not None:
            disk.free_bytes -= size

    def make_directory(self, path: str) -> bool:
        """Create a directory and those above it, and return whether there was anything to create.

        Raises:
            FileError: a file is in the way, or there is no such drive or share.
        """
        file = self.find(path)
        if file is not None:
            if not file.directory:
                raise FileError(f"An item with the specified name {paths.normal(path)} already exists.")
            return False
        above = paths.parent(path)
        if paths.key(above) == paths.key(path) or self._disk(path) is None:
            raise FileError(f"Cannot find drive. A drive with the name '{path[:1]}' does not exist.")
        self.make_directory(above)
        now = self._now()
        self._state.files[paths.key(path)] = File(
            path=paths.normal(path), directory=True, created=now, modified=now, attributes=["Directory"]
        )
        return True

    def remove(self, path: str) -> None:
        """Remove a file, or a directory with all that is in it."""
        for file in [*self.below(path), self.find(path)]:
            if file is not None and paths.key(file.path) in self._state.files:
                self.reserve(file.path, -file.size)
                del self._state.files[paths.key(file.path)]

    def below(self, path: str) -> Iterator[File]:
        """Yield everything under a directory, at any depth."""
        prefix = paths.key(path).rstrip("\\") + "\\"
        yield from [file for name, file in self._state.files.items() if name.startswith(prefix)]

    def children(self, path: str) -> list[File]:
        """Return what is immediately in a directory."""
        return [file for file in self.below(path) if paths.key(ntpath.dirname(file.path)) == paths.key(path)]

    def touch(self, path: str) -> None:
        """Set the time of the last change to now."""
        file = self.find(path)
        if file is not None:
            file.modified = self._now()

    def accounts_with_rights(self, path: str) -> list[str] | None:
        """Return the SIDs of those who may do everything with a file, None where that is inherited from its disk."""
        file = self.find(path)
        above = paths.parent(path)
        if file is None or (file.inherits and paths.key(above) == paths.key(path)):
            return None
        inherited = self.accounts_with_rights(above) if file.inherits else []
        return None if inherited is None else [*file.full_control, *inherited]

    def _disk(self, path: str) -> Disk | None:
        letter = ntpath.splitdrive(path)[0].rstrip(":").upper()
        return next((disk for disk in self._state.disks if disk.letter.upper() == letter), None)
