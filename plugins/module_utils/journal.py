# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The journal of a run: one line of JSON for each event, appended as it happens.

A line is one write to a file that is opened for appending, so that the run, its workers and their modules can write to
the same journal at the same time. Whoever writes holds a shared lock on it for as long as it lives: a journal without
`run ended` that nobody holds a lock on belongs to a run that was killed.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ansible.module_utils.common.parameters import remove_values

from ansible_collections.uoe.exam_scheduling.plugins.module_utils import run_variables

if TYPE_CHECKING:
    from ansible.module_utils.basic import AnsibleModule

SCHEMA_VERSION = 1
PRIVATE_FILE = 0o600

_SYNC_INTERVAL = 0.05
"""Seconds: no more than that can be lost of the applied changes if the machine, not the run, dies.

A sync for each of 5,000 changes would take longer than the changes; what is written outlives the process as it is.
"""

Applied = Callable[[str, str], None]
"""Takes the item and the action of a change that is in force."""


class JournalFile:
    """A journal that is open for appending."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        """Open it, and hold the lock that tells readers that its run goes on.

        Args:
            path: the file.
            create: whether to make it, where there is none yet.

        Raises:
            OSError: it cannot be opened.
        """
        flags = os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | (os.O_CREAT if create else 0)
        self.path = path
        self._descriptor = os.open(path, flags, PRIVATE_FILE)
        # A lock of the open file, not of the process: workers inherit it, and it goes with the last of them.
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)

    def append(self, event: str, **fields: object) -> None:
        """Append one event with the time of now.

        Raises:
            OSError: it could not be written, or not as a whole.
        """
        content = {"v": SCHEMA_VERSION, "at": datetime.now(UTC).isoformat(), "event": event, **fields}
        line = json.dumps(content, separators=(",", ":"), default=str).encode() + b"\n"
        if self._torn():
            line = b"\n" + line
        written = os.write(self._descriptor, line)
        if written < len(line):
            raise OSError(f"{self.path}: only {written} of {len(line)} bytes were written; is the disk full?")

    def _torn(self) -> bool:
        """Return whether the last line was cut off, as on a full disk: the next must not be joined to it."""
        size = os.fstat(self._descriptor).st_size
        return size > 0 and os.pread(self._descriptor, 1, size - 1) != b"\n"

    def sync(self) -> None:
        """Return when all that was appended is on the disk."""
        os.fsync(self._descriptor)

    def close(self) -> None:
        """Close it, and with it give up the lock."""
        os.close(self._descriptor)


@contextmanager
def journalled(module: AnsibleModule) -> Iterator[Applied]:
    """Provide what a module calls for each change as soon as it is in force.

    Where the task is not journalled, or hides its result (`no_log`), that does nothing. A journal that cannot be
    written is a warning: the changes that it would have named are made all the same.
    """
    path = os.environ.get(run_variables.JOURNAL)
    if not path or module.check_mode or module.no_log:
        yield _nothing
        return
    try:
        journal = JournalFile(Path(path))
    except OSError as error:
        module.warn(f"The changes of this task are not journalled one by one: {error}")
        yield _nothing
        return
    writer = _Writer(module, journal)
    try:
        yield writer.applied
    finally:
        writer.close()


def _nothing(item: str, action: str) -> None:
    """Take a change and do nothing."""


class _Writer:
    """Appends a module's changes, and warns once if that does not work."""

    def __init__(self, module: AnsibleModule, journal: JournalFile) -> None:
        self._module = module
        self._journal: JournalFile | None = journal
        self._where = {"task": os.environ.get(run_variables.TASK), "host": os.environ.get(run_variables.HOST)}
        self._synced = time.monotonic()
        self._dirty = False

    def applied(self, item: str, action: str) -> None:
        """Append a change, without what the module's arguments hide."""
        if self._journal is None:
            return
        try:
            hidden = self._module.no_log_values
            self._journal.append(
                "applied", **self._where, item=remove_values(item, hidden) if hidden else item, action=action
            )
            self._dirty = True
            if time.monotonic() - self._synced >= _SYNC_INTERVAL:
                self._sync(self._journal)
        except OSError as error:
            self._give_up(error)

    def close(self) -> None:
        """Make sure that all of it is on the disk."""
        if self._journal is None:
            return
        try:
            if self._dirty:
                self._sync(self._journal)
        except OSError as error:
            self._give_up(error)
        else:
            self._journal.close()

    def _sync(self, journal: JournalFile) -> None:
        journal.sync()
        self._dirty = False
        self._synced = time.monotonic()

    def _give_up(self, error: OSError) -> None:
        if self._journal is not None:
            self._journal.close()
            self._journal = None
        self._module.warn(f"The changes of this task are not journalled any more: {error}")
