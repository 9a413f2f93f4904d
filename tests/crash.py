# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process that dies, as in a loss of power, before its nth change to the file system, or watches all of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

MUTATIONS = frozenset(("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod"))
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
DIED, FINISHED, FAILED = 9, 0, 1


def in_child(action: Callable[[], object], before_change: Callable[[int], None], directory: Path) -> int:
    """Run the action in a forked process and return its exit status.

    Args:
        action: what to run; an exception makes the status `FAILED`.
        before_change: called with the number of each change under the directory, from 1, before it happens; it may
            end the process.
        directory: only changes under it count.
    """
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    status = FAILED
    try:
        _watch(before_change, directory)
        action()
        status = FINISHED
    finally:
        os._exit(status)


def _watch(before_change: Callable[[int], None], directory: Path) -> None:
    changes = 0
    inside = False

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal changes, inside
        if inside or not _changes_something(event, arguments, directory):
            return
        changes += 1
        inside = True
        try:
            before_change(changes)
        finally:
            inside = False

    sys.addaudithook(hook)


def _changes_something(event: str, arguments: tuple[Any, ...], directory: Path) -> bool:
    if event == "open":
        _path, _mode, flags = arguments
        if not flags & WRITING:
            return False
    elif event not in MUTATIONS:
        return False
    # rmtree names entries relative to a descriptor of their directory; a file being written is changed by its own.
    path = arguments[0]
    by_descriptor = isinstance(path, int) or (event in ("os.remove", "os.rmdir") and arguments[1] != -1)
    return by_descriptor or (isinstance(path, (str, os.PathLike)) and str(directory) in os.fspath(path))
