# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The host that has `lcm_cli`: its files and its programs, as a promotion needs them. Here: this host."""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path, PurePath

from ansible_collections.uoe.exam_scheduling.plugins.module_utils import files
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

_BLOCK = 1 << 20


class BiHost(ABC):
    """What a host does for a promotion. Every method raises Problem where the host refuses.

    What it writes only its own account can read, from the first moment on.
    """

    @abstractmethod
    def path(self, parameter: str, text: str) -> PurePath:
        """Return the path that a parameter gives, as this host writes it. Raises InvalidParameter if it has no use."""

    @abstractmethod
    def has_directory(self, path: PurePath) -> bool:
        """Return whether there is such a directory."""

    @abstractmethod
    def make_directory(self, path: PurePath) -> None:
        """Make a directory that only its own account can enter, or make an existing one so."""

    @abstractmethod
    def locked(self, directory: PurePath, what: str) -> contextlib.AbstractContextManager[None]:
        """Keep other runs out of a directory meanwhile. Raises Problem if one is at work there."""

    @abstractmethod
    def names(self, directory: PurePath) -> list[str]:
        """Return the names of the files in a directory; nothing if it is not there."""

    @abstractmethod
    def read(self, path: PurePath) -> bytes | None:
        """Return the content of a small file, None if it is not there."""

    @abstractmethod
    def write(self, path: PurePath, text: str) -> None:
        """Write a small file."""

    @abstractmethod
    def digest(self, path: PurePath) -> str | None:
        """Return the SHA-256 of a file in hexadecimal digits, None if it is not there."""

    @abstractmethod
    def protect(self, path: PurePath) -> None:
        """Let only its own account read what a program has written."""

    @abstractmethod
    def remove(self, path: PurePath) -> None:
        """Remove a file if it is there."""

    @abstractmethod
    def rename(self, path: PurePath, target: PurePath) -> None:
        """Put a file in the place of another one."""

    @abstractmethod
    def run(
        self, program: PurePath, arguments: Sequence[str], *, directory: PurePath, timeout: int
    ) -> tuple[int | None, str]:
        """Run a program and return its exit code and its output; no code if it did not end within so many seconds."""


class LocalHost(BiHost):
    """This host, where the module runs."""

    def path(self, parameter: str, text: str) -> PurePath:
        """Return a path as this host writes it."""
        return Path(text)

    def has_directory(self, path: PurePath) -> bool:
        """Return whether there is such a directory."""
        return Path(path).is_dir()

    def make_directory(self, path: PurePath) -> None:
        """Make a directory of mode 0700."""
        files.make_directory(Path(path))

    def locked(self, directory: PurePath, what: str) -> contextlib.AbstractContextManager[None]:
        """Keep other runs out of a directory meanwhile; the lock ends with the process."""
        return files.locked(Path(directory), what)

    def names(self, directory: PurePath) -> list[str]:
        """Return the names of the files in a directory."""
        return [each.name for each in Path(directory).glob("*")]

    def read(self, path: PurePath) -> bytes | None:
        """Return the content of a small file."""
        with files.told(Path(path), "read the file"):
            return Path(path).read_bytes() if Path(path).exists() else None

    def write(self, path: PurePath, text: str) -> None:
        """Write a small file of mode 0600."""
        files.write(Path(path), text.encode(), files.PRIVATE_FILE)

    def digest(self, path: PurePath) -> str | None:
        """Return the SHA-256 of a file."""
        digest, file = hashlib.sha256(), Path(path)
        if not file.exists():
            return None
        with files.told(file, "read the archive", "Let it be readable to who runs the module."), file.open("rb") as f:
            while block := f.read(_BLOCK):
                digest.update(block)
        return digest.hexdigest()

    def protect(self, path: PurePath) -> None:
        """Give it the mode 0600."""
        files.change_mode(Path(path), files.PRIVATE_FILE)

    def remove(self, path: PurePath) -> None:
        """Remove a file if it is there."""
        with files.told(Path(path), "remove the file"):
            Path(path).unlink(missing_ok=True)

    def rename(self, path: PurePath, target: PurePath) -> None:
        """Put a file in the place of another one, by one rename."""
        with files.told(Path(target), "put the file in place"):
            Path(path).replace(target)

    def run(
        self, program: PurePath, arguments: Sequence[str], *, directory: PurePath, timeout: int
    ) -> tuple[int | None, str]:
        """Run a program; what does not end in time is ended, with all that it has started."""
        try:
            process = subprocess.Popen(
                [str(program), *arguments],
                cwd=directory,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise Problem(
                f"{program.name} cannot be started: {error.strerror}",
                where=str(program),
                remedy="Give its path on the BI host, as a user who may run it.",
            ) from None
        code: int | None = None
        try:
            output, _unused = process.communicate(timeout=timeout)
            code = process.returncode
        except subprocess.TimeoutExpired:
            output = _killed(process)
        except BaseException:
            _killed(process)
            raise
        return code, output.decode(errors="replace")


def _killed(process: subprocess.Popen[bytes]) -> bytes:
    """End a program with all that it has started, and return what it has said."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    output, _unused = process.communicate()
    return output
