# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files on disk: written so that they are whole or not there, and never readable by others in between."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

PRIVATE_DIRECTORY = 0o700
PRIVATE_FILE = 0o600
PUBLIC_FILE = 0o644


@contextlib.contextmanager
def told(
    path: Path, purpose: str, remedy: str = "Look at the file, its owner and the free space there, and run again."
) -> Iterator[None]:
    """Turn an operating system's error into one that says what was attempted, where, and what to do.

    Raises:
        Problem: instead of any OSError.
    """
    try:
        yield
    except OSError as error:
        raise Problem(
            f"cannot {purpose}: {error.strerror or error}",
            where=str(error.filename or path),
            remedy=remedy,
        ) from error


def write(path: Path, content: bytes, mode: int) -> None:
    """Put a file in place whole: written beside it, flushed to disk, then renamed over it.

    The file beside it is 0600 from its first moment, so that a key is never readable by others. Its name is always the
    same: what an interrupted run left there is overwritten, and does not pile up.

    Raises:
        Problem: it cannot be written; what was there is still there.
    """
    beside = path.with_name(f".{path.name}.part")
    with told(path, "write the file"):
        beside.unlink(missing_ok=True)
        try:
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, PRIVATE_FILE)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fchmod(descriptor, mode)
                os.fsync(descriptor)
            beside.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)
            raise
        flush_directory(path.parent)


def make_directory(path: Path) -> None:
    """Make a directory that only its owner can enter, or make an existing one so.

    Raises:
        Problem: it cannot be made.
    """
    with told(path, "make the directory"):
        path.mkdir(mode=PRIVATE_DIRECTORY, exist_ok=True)
        path.chmod(PRIVATE_DIRECTORY)
        flush_directory(path.parent)


def change_mode(path: Path, mode: int) -> None:
    """Set the permissions of a file.

    Raises:
        Problem: they cannot be set.
    """
    with told(path, "change the permissions"):
        path.chmod(mode)


def flush_directory(path: Path) -> None:
    """Make sure that renames in a directory survive a loss of power."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace_directory(current: Path, staged: Path, previous: Path, owned: frozenset[str]) -> None:
    """Put the staged directory in the place of the current one, and delete what was there.

    Two renames: between them there is no directory at all, but never an old file beside a new one that it does not fit.
    Called again after an interruption at any point it finishes, because the names that exist tell how far it got.
    Files that are not `owned`, by their paths in the directory, are taken over.

    Raises:
        Problem: a rename or the deletion failed; call it again.
    """
    with told(current, "put the new files in place"):
        if staged.exists() and current.exists() and not previous.exists():
            current.rename(previous)
        if staged.exists() and not current.exists():
            staged.rename(current)
        flush_directory(current.parent)
        if previous.exists():
            _take_over(previous, current, owned)
            shutil.rmtree(previous)
        flush_directory(current.parent)


def _take_over(previous: Path, current: Path, owned: frozenset[str]) -> None:
    """Move files that are not owned from one directory to the other, and directories that hold nothing else whole."""
    for folder, directories, names in os.walk(previous):
        inside = Path(folder).relative_to(previous)
        for name in sorted(names) + [each for each in directories if not (current / inside / each).exists()]:
            path = (inside / name).as_posix()
            holds_owned = any(each.startswith(f"{path}/") for each in owned)
            if path not in owned and not name.endswith(".part") and not holds_owned:
                (current / inside).mkdir(mode=PRIVATE_DIRECTORY, parents=True, exist_ok=True)
                (previous / path).rename(current / path)
        directories[:] = [each for each in directories if (previous / inside / each).exists()]


@contextlib.contextmanager
def locked(directory: Path, what: str = "these certificates") -> Iterator[None]:
    """Keep other runs of the module out of the directory meanwhile.

    Args:
        directory: that is worked in.
        what: is worked on.

    Raises:
        Problem: another run is at work there, or the directory cannot be opened.
    """
    with told(directory, "open the directory"):
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Problem(
                f"another run is working on {what}",
                where=str(directory),
                remedy="Wait until it has ended, then run again.",
            ) from error
        yield
    finally:
        os.close(descriptor)
