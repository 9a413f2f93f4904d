# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One encrypted file by itself: a line that says how it is encrypted (JSON), and then what `sealing` writes.

It is written beside its place, readable to its owner alone, and moved there when it is whole: there is never a part of
it, and never anything of it that is not encrypted.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from ansible_collections.uoe.exam_scheduling.plugins.module_utils import files
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.sealing import Seal, salt_of

FORMAT = "uoe.exam_scheduling sealed file, version 1"
MINIMUM = 12
"""Characters of a passphrase, at least."""
_LONGEST_HEADER = 1000


@contextlib.contextmanager
def writing(path: Path, passphrase: str) -> Iterator[TextIO]:
    """Provide what takes the text of the file. The file is in its place at the end, and not there after an error.

    Args:
        path: where it is to be; what is there is replaced.
        passphrase: what opens it.

    Raises:
        Problem: it cannot be written, or there is no library to encrypt with.
    """
    seal = Seal(passphrase)
    beside = path.with_name(f".{path.name}.part")
    with files.told(path, "write the sealed file"):
        beside.unlink(missing_ok=True)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, files.PRIVATE_FILE)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(json.dumps({"format": FORMAT, **seal.as_dict()}).encode() + b"\n")
                with (
                    seal.writer(file, 0) as sealed,
                    io.TextIOWrapper(io.BufferedWriter(sealed), encoding="utf-8", newline="") as text,
                ):
                    yield text
                file.flush()
                os.fsync(descriptor)
            beside.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)
            raise
        files.flush_directory(path.parent)


def read(path: Path, passphrase: str) -> str:
    """Return the text of a file.

    Raises:
        Problem: it cannot be read, is no such file, was altered, or has another passphrase.
    """
    with files.told(path, "read the sealed file"), path.open("rb") as file:
        salt = _salt(file.readline(_LONGEST_HEADER))
        if salt is None:
            raise Problem("it is no sealed file of this collection", where=str(path), remedy="Give the path of one.")
        with io.TextIOWrapper(Seal(passphrase, salt).reader(file, 0), encoding="utf-8", newline="") as text:
            return text.read()


def _salt(line: bytes) -> bytes | None:
    """Return the salt that the first line has, None if it is that of another file."""
    try:
        header = json.loads(line)
        return salt_of(header) if header.pop("format", None) == FORMAT else None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
