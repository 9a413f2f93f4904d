# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A bundle as it is stored: a directory with a manifest, and the files under `files/`, encrypted or not.

`manifest.json` has path, kind, size and SHA-256 of each file, as it is in the bundle, the digest of all, and what was
found when they were collected. Nothing in it depends on when, where or in what order that was. With a passphrase the
files are encrypted (`sealing`), the manifest is not.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.content import (
    FORMAT,
    BundleFile,
    Content,
    Finding,
    check_paths,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.documents import KINDS, within
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import MissingPrerequisite, Problem
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.sealing import Seal, salt_of

MANIFEST, FILES = "manifest.json", "files"


@dataclass(frozen=True)
class Stored:
    """A bundle that was read and is what was written."""

    content: Content
    encrypted: bool

    def manifest(self) -> dict[str, Any]:
        """Return what the manifest says, without how it is encrypted."""
        return manifest(self.content)


def manifest(content: Content) -> dict[str, Any]:
    """Return what a manifest says of a bundle's content."""
    return {
        "format": FORMAT,
        "digest": content.digest,
        "files": [
            {"path": path, "kind": each.kind, "size": len(each.content), "sha256": each.sha256}
            for path, each in sorted(content.files.items())
        ],
        "findings": [each.as_dict() for each in content.findings],
    }


def written(content: Content, passphrase: str | None) -> dict[str, bytes]:
    """Return the files that store a bundle, by their paths in its directory. Raises Problem without cryptography."""
    seal = None if passphrase is None else Seal(passphrase)
    stored = {
        f"{FILES}/{path}": each.content if seal is None else _sealed(seal, number, each.content)
        for number, (path, each) in enumerate(sorted(content.files.items()))
    }
    encryption = {} if seal is None else {"encryption": seal.as_dict()}
    text = json.dumps({**manifest(content), **encryption}, indent=2, ensure_ascii=False) + "\n"
    return {**stored, MANIFEST: text.encode()}


def read(directory: Path, passphrase: str | None) -> Stored:
    """Return the bundle in a directory.

    Raises:
        MissingPrerequisite: there is none.
        Problem: it is none, only half of one, or altered; or it is encrypted with another passphrase, or there is one
            and it is not encrypted.
    """
    file = directory / MANIFEST
    try:
        declared = json.loads(file.read_bytes())
    except FileNotFoundError:
        if (directory / FILES).exists():
            raise _altered(file, expected="a manifest beside the files", found="only half a bundle") from None
        raise MissingPrerequisite(
            "there is no such bundle", where=str(directory), remedy="Collect it first (state: collected)."
        ) from None
    except (OSError, ValueError) as error:
        raise _altered(file, expected="a manifest", found=str(error)) from None
    try:
        if declared["format"] != FORMAT:
            raise _altered(file, expected=FORMAT, found=str(declared["format"]))
        entries = {str(each["path"]): each for each in declared["files"]}
        findings = tuple(Finding(**each) for each in declared["findings"])
        stated, salt = declared["digest"], salt_of(declared["encryption"]) if "encryption" in declared else None
        check_paths(entries)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise _altered(file, expected="a manifest", found=f"{type(error).__name__}: {error}") from None
    if (salt is None) != (passphrase is None):
        raise Problem(
            "the bundle is encrypted, and there is no passphrase"
            if passphrase is None
            else "the bundle is not encrypted, and there is a passphrase",
            where=str(directory),
            remedy="Give passphrase if, and only if, it was collected with one.",
        )
    seal = None if passphrase is None else Seal(passphrase, salt)
    _check_complete(directory, entries)
    files = {path: _file(directory, number, path, entries[path], seal) for number, path in enumerate(sorted(entries))}
    content = Content(files, findings)
    if content.digest != stated or any(each.file not in files for each in findings if each.kind != "key_file"):
        raise _altered(file, expected=f"the digest {content.digest} of its files", found=str(stated))
    return Stored(content, encrypted=seal is not None)


def _check_complete(directory: Path, entries: Mapping[str, object]) -> None:
    """Return if there are just the files that the manifest has. Raises Problem."""
    root = directory / FILES
    there = {path.relative_to(root).as_posix() for path in root.rglob("*") if not path.is_dir() or path.is_symlink()}
    for words, paths in (("missing", set(entries) - there), ("not in the manifest", there - set(entries))):
        if paths:
            raise _altered(root, expected="the files of the manifest", found=f"{words}: {', '.join(sorted(paths))}")


def _file(directory: Path, number: int, path: str, entry: Mapping[str, Any], seal: Seal | None) -> BundleFile:
    place = directory / FILES / path
    try:
        if place.is_symlink():
            raise _altered(place, expected="a file", found="a link")
        stored = place.read_bytes()
    except OSError as error:
        raise _altered(place, expected="a file", found=str(error)) from None
    content = stored
    if seal is not None:
        try:
            content = seal.reader(io.BytesIO(stored), number).read()
        except Problem as problem:
            raise within(problem, str(place)) from None
    file = BundleFile(path, str(entry["kind"]), content)
    found = (file.sha256, len(content), file.kind in KINDS)
    if found != (entry["sha256"], entry["size"], True):
        raise _altered(
            place, expected=f"{entry['size']} bytes, SHA-256 {entry['sha256']}", found=f"{found[1]}, {found[0]}"
        )
    return file


def _sealed(seal: Seal, number: int, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with seal.writer(buffer, number) as writer:
        writer.write(content)
    return buffer.getvalue()


def _altered(file: Path, *, expected: str, found: str) -> Problem:
    return Problem(
        "the bundle was altered, or is not whole",
        where=str(file),
        expected=expected,
        found=found,
        remedy="Fetch it again from where it was signed off, or collect it again.",
    )
