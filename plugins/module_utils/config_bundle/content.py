# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a bundle holds, and the digest that names it.

The digest is the SHA-256 of one line for each file, in the order of the paths' characters, each line being the SHA-256
of the file in lower-case hexadecimal digits, its kind and its path, with a blank between them and a line feed after
them, in UTF-8; before these stands the line `FORMAT`. Paths have slashes on every platform. The files are those of the
bundle: before any transformation, and with placeholders instead of secrets.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.document import Document
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.documents import open_document
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

FORMAT = "uoe.exam_scheduling configuration bundle, version 1"
SECRET_IN_CLEAR, KEY_FILE, PROTECTED = "secret_in_clear", "key_file", "protected"


@dataclass(frozen=True)
class BundleFile:
    """A file of a bundle."""

    path: str
    kind: str
    content: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        """The SHA-256 of its content."""
        return hashlib.sha256(self.content).hexdigest()

    def document(self) -> Document | None:
        """Return it, understood as its kind; None if it is binary. Raises Problem if it is not of that kind."""
        return open_document(self.path, self.content, self.kind)


@dataclass(frozen=True)
class Finding:
    """Something about a file that people have to know. It never has a secret's value."""

    kind: str
    """`secret_in_clear`, `key_file` or `protected`."""
    file: str
    place: str
    what: str
    secret: str = ""
    """The name of the secret that the placeholder stands for, if the bundle has one there."""

    def as_dict(self) -> dict[str, str]:
        """Return it as the module returns it, and as the manifest has it."""
        return {"kind": self.kind, "file": self.file, "place": self.place, "what": self.what, "secret": self.secret}


@dataclass(frozen=True)
class Content:
    """The files of a bundle, and what was found when they were collected."""

    files: Mapping[str, BundleFile]
    findings: tuple[Finding, ...] = ()

    @property
    def digest(self) -> str:
        """What names exactly this content."""
        lines = [f"{each.sha256} {each.kind} {path}\n" for path, each in sorted(self.files.items())]
        return hashlib.sha256("".join([f"{FORMAT}\n", *lines]).encode()).hexdigest()


def check_path(path: str) -> str:
    """Return a path of a bundle, if it is one on every platform.

    Raises:
        Problem: it leaves the bundle, or Windows cannot have it.
    """
    parts = path.split("/")
    wrong = any(
        part in ("", ".", "..") or part != part.rstrip(" .") or set(part) & set('<>:"|?*\\') or not part.isprintable()
        for part in parts
    )
    if wrong or PurePosixPath(path).is_absolute():
        raise Problem(
            "this is no path of a file in a bundle",
            where=repr(path),
            expected="a relative path with slashes, of names that Windows can have too",
            remedy="Rename the file, or leave it out (exclude).",
        )
    return path


def check_paths(paths: Mapping[str, object]) -> None:
    """Return if all paths can be in one bundle.

    Raises:
        Problem: one is none, or two are the same on Windows.
    """
    seen: dict[str, str] = {}
    for path in sorted(paths):
        other = seen.setdefault(check_path(path).casefold(), path)
        if other != path:
            raise Problem(
                "these paths are the same on Windows", where=f"{other}, {path}", remedy="Leave one out (exclude)."
            )
