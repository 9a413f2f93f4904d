# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A BI host on Windows: modules of `ansible.windows` do there what `host.LocalHost` does here.

Its directory is given to the account alone, with nothing inherited, and what is made in it inherits that. Files are
written by `findstr`, which copies its standard input: `win_copy` would put them into temporary directories first, of
this host and of that one, and one of them holds a password. The standard input of a command is in no process's
arguments.
"""

from __future__ import annotations

import base64
import contextlib
import ntpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import PurePath, PureWindowsPath
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.host import BiHost
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter, Problem

Answer = Mapping[str, Any]
Execute = Callable[[str, Mapping[str, object]], Answer]
"""Runs a module of `ansible.windows`, by its name and its arguments, and returns its answer."""
Job = Callable[[Mapping[str, object], int], "Answer | None"]
"""Runs `win_command` as a job of so many seconds at most, and returns its answer; None if it did not end."""

_PLAIN = re.compile(r"[A-Za-z]:\\[A-Za-z0-9_.() \\-]+")
"""Paths that cmd.exe takes as they are, between double quotes."""
_LOCK = "at-work"
_LOOK = "Look at the directory, its rights and the free space there, and run again."


class WindowsHost(BiHost):
    """A host that Ansible reaches by WinRM."""

    def __init__(self, execute: Execute, job: Job) -> None:
        self._execute = execute
        self._job = job

    def path(self, parameter: str, text: str) -> PurePath:
        """Return the path that a parameter gives, as Windows writes it.

        Raises:
            InvalidParameter: it is not absolute, or cmd.exe would take something in it for itself.
        """
        if _PLAIN.fullmatch(text) is None:
            raise InvalidParameter(
                parameter,
                text,
                "it is no plain path of Windows",
                r"Give it with its drive, such as D:\exam-scheduling-bi, of letters, digits, blanks and _.()- alone.",
            )
        return PureWindowsPath(text)

    def has_directory(self, path: PurePath) -> bool:
        """Return whether there is such a directory."""
        stat = self._asked("win_stat", path, "look at the directory", path=str(path), get_checksum=False)["stat"]
        return bool(stat["exists"] and stat["isdir"])

    def make_directory(self, path: PurePath) -> None:
        """Make a directory that only the account of this connection can enter: its rights first, then no others."""
        purpose = "make the directory"
        self._asked("win_file", path, purpose, path=str(path), state="directory")
        account = self._asked("win_whoami", path, purpose)["account"]["sid"]
        self._asked("win_acl", path, purpose, path=str(path), user=account, type="allow", rights="FullControl")
        self._asked("win_acl_inheritance", path, purpose, path=str(path), state="absent", reorganize=False)

    @contextlib.contextmanager
    def locked(self, directory: PurePath, what: str) -> Iterator[None]:
        """Keep other runs out by a directory in it, which only one of them can make."""
        lock = directory / _LOCK
        made = self._execute("win_command", {"cmd": _shell(f'mkdir "{lock}"')})
        if made.get("failed"):
            stat = self._asked("win_stat", lock, "look whether another run is at work", path=str(lock))["stat"]
            if not stat["exists"]:
                raise _problem(made, lock, "keep other runs out")
            raise Problem(
                f"another run is working on {what}",
                where=str(lock),
                remedy="Wait until it has ended, then run again. If that run was killed, remove this directory.",
            )
        try:
            yield
        finally:
            self.remove(lock)

    def names(self, directory: PurePath) -> list[str]:
        """Return the names of the files in a directory."""
        if not self.has_directory(directory):
            return []
        found = self._asked("win_find", directory, "list the directory", paths=[str(directory)], get_checksum=False)
        return [ntpath.basename(each["path"]) for each in found["files"]]

    def read(self, path: PurePath) -> bytes | None:
        """Return the content of a small file."""
        if not self._stat(path)["exists"]:
            return None
        return base64.b64decode(self._asked("slurp", path, "read the file", src=str(path))["content"])

    def write(self, path: PurePath, text: str) -> None:
        """Write a small file, by the standard input of a command."""
        cmd = _shell(f'findstr "^" > "{path}"')
        self._asked("win_command", path, "write the file", cmd=cmd, stdin=text.rstrip("\n"))

    def digest(self, path: PurePath) -> str | None:
        """Return the SHA-256 of a file."""
        stat = self._stat(path, get_checksum=True, checksum_algorithm="sha256")
        return str(stat["checksum"]) if stat["exists"] else None

    def protect(self, path: PurePath) -> None:
        """It inherits the rights of its directory."""

    def remove(self, path: PurePath) -> None:
        """Remove a file if it is there."""
        self._asked("win_file", path, "remove the file", path=str(path), state="absent")

    def rename(self, path: PurePath, target: PurePath) -> None:
        """Put a file in the place of another one, by one rename."""
        self._asked("win_command", target, "put the file in place", cmd=_shell(f'move /y "{path}" "{target}"'))

    def run(
        self, program: PurePath, arguments: Sequence[str], *, directory: PurePath, timeout: int
    ) -> tuple[int | None, str]:
        """Run a program as a job of Ansible's. What does not end in time goes on: Ansible cannot end it on Windows."""
        words = " ".join([f'"{program}"', *(each if each.startswith("-") else f'"{each}"' for each in arguments)])
        ended = self._job({"cmd": _shell(words), "chdir": str(directory)}, timeout)
        if ended is None:
            return None, ""
        if "rc" not in ended or "stdout" not in ended:
            raise _problem(ended, program, f"start {program.name}")
        return int(ended["rc"]), f"{ended['stdout']}{ended.get('stderr', '')}"

    def _stat(self, path: PurePath, **how: object) -> Answer:
        stat: Answer = self._asked(
            "win_stat", path, "look at the file", **{"get_checksum": False, **how, "path": str(path)}
        )["stat"]
        return stat

    def _asked(self, module: str, where: PurePath, purpose: str, **arguments: object) -> Answer:
        """Return what a module answers. Raises Problem if it fails; what it was given is not said."""
        answer = self._execute(module, arguments)
        if answer.get("failed") or answer.get("unreachable"):
            raise _problem(answer, where, purpose)
        return answer


def _shell(command: str) -> str:
    """Return a command line that has cmd.exe carry out a command, just as it is written. Pure."""
    return f'cmd.exe /d /s /c "{command}"'


def _problem(answer: Answer, where: PurePath, purpose: str) -> Problem:
    said = [str(answer.get(key, "")).strip() for key in ("msg", "stderr", "stdout")]
    return Problem(f"cannot {purpose}: {': '.join(filter(None, said)) or 'it failed'}", where=str(where), remedy=_LOOK)
