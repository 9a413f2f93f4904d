# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A lock beside a directory that says who holds it, and since when. It goes with the process that holds it."""

from __future__ import annotations

import contextlib
import fcntl
import getpass
import json
import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from ansible_collections.uoe.exam_scheduling.plugins.module_utils import files
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem


@contextlib.contextmanager
def held(path: Path) -> Iterator[None]:
    """Keep other runs out meanwhile.

    Args:
        path: the lock's file; it stays there, empty, when the lock is given back.

    Raises:
        Problem: another run holds it; the message says who, and for how long.
    """
    with files.told(path, "open the lock"):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, files.PRIVATE_FILE)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Problem(
                "another run is at work there",
                where=str(path),
                found=_holder(os.pread(descriptor, 4096, 0)),
                remedy="Wait until it has ended, then run again. The lock goes with that process; do not delete it.",
            ) from None
        with files.told(path, "write the lock"):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, json.dumps(_self()).encode(), 0)
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _self() -> dict[str, object]:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = f"user {os.getuid()}"
    since = datetime.now(UTC).isoformat(timespec="seconds")
    return {"owner": user, "host": socket.gethostname(), "process": os.getpid(), "since": since}


def _holder(content: bytes) -> str:
    """Return who holds a lock, and for how long."""
    try:
        told = json.loads(content)
        since = datetime.fromisoformat(told["since"])
        seconds = int((datetime.now(UTC) - since).total_seconds())
        return f"{told['owner']} on {told['host']}, process {told['process']}, for {seconds} s (since {told['since']})"
    except (ValueError, KeyError, TypeError):
        return "a run that has not said yet who it is"
