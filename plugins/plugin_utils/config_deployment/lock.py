# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lock on a host that keeps other runs out: a file that says who is at work there, and since when."""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import socket
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils import run_identity
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.config_deployment.host import Host, HostProblem


@dataclass(frozen=True)
class Holder:
    """Who holds the lock."""

    owner: str
    run: str
    since: str
    host: str = ""
    process: int = 0

    def __str__(self) -> str:
        return f"{self.owner} on {self.host}, process {self.process}" if self.host else self.owner

    def text(self) -> bytes:
        """Return the file."""
        return json.dumps(asdict(self)).encode()

    def age(self, now: datetime) -> int:
        """Return for how many seconds it is held."""
        return int((now - datetime.fromisoformat(self.since)).total_seconds())

    @classmethod
    def parse(cls, content: bytes) -> Holder:
        """Return what the file says; a file that was only begun says nobody, since 1970."""
        try:
            told: dict[str, Any] = json.loads(content)
            host, process = str(told.get("host", "")), int(told.get("process", 0))
            holder = cls(str(told["owner"]), str(told["run"]), str(told["since"]), host, process)
            holder.age(datetime.now(UTC))
        except (ValueError, KeyError, TypeError):
            return cls("somebody", "", "1970-01-01T00:00:00+00:00")
        return holder


@contextlib.contextmanager
def locked(host: Host, path: str, expires: int) -> Iterator[str]:
    """Keep other runs out, and yield what people have to know of a lock that was taken over; empty if there was none.

    Args:
        host: where.
        path: the lock there.
        expires: after how many seconds a lock that was left is taken over.

    Raises:
        HostProblem: the host did not let itself be locked; nothing was touched.
        Problem: another run is at work.
    """
    # not ansible-playbook itself: its worker goes on for a while if that is killed
    mine = Holder(user(), run_identity.current() or "", now(), socket.gethostname(), os.getpid())
    try:
        told = _take(host, path, mine, expires)
    except HostProblem as problem:
        with contextlib.suppress(HostProblem):  # it did not answer: the lock expires
            _release(host, path, mine)
        raise HostProblem(f"{problem} This run has touched none of the files") from None
    try:
        yield told
    finally:
        with contextlib.suppress(HostProblem):  # as above
            _release(host, path, mine)


def _take(host: Host, path: str, mine: Holder, expires: int) -> str:
    """Get the lock, and return what was taken over. Raises HostProblem, or Problem if another run has it."""
    if host.create(path, mine.text()):
        return ""
    found = host.read(path)
    holder = Holder.parse(found or b"")
    age = holder.age(datetime.now(UTC))
    ours = bool(mine.run) and holder.run == mine.run
    if found is not None and age < expires and not ours and not _is_dead(holder):
        raise Problem(
            "another run is at work there",
            where=path,
            found=f"{holder}, for {age} s (since {holder.since})",
            remedy=f"Wait until it has ended, then run again. If it has died, its lock expires after {expires} s, or "
            "delete the file.",
        )
    # Another run may have found it as well: the lock is had by whoever replaces what both have read.
    if found is None or not host.exchange(path, found, mine.text()):
        raise Problem(
            "another run is at work there",
            where=path,
            found="its lock changed while this run looked at it",
            remedy="Wait until it has ended, then run again.",
        )
    return f"The lock of {holder}, left {age} s ago, is taken over."


def _release(host: Host, path: str, mine: Holder) -> None:
    """Delete the lock, unless another run has taken it over since."""
    host.exchange(path, mine.text(), None)


def user() -> str:
    """Return who runs this."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"


def _is_dead(holder: Holder) -> bool:
    """Return whether a lock was left by a process of this machine that is no more."""
    if holder.host != socket.gethostname() or holder.process <= 0:
        return False
    try:
        os.kill(holder.process, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def now() -> str:
    """Return the time as files have it."""
    return datetime.now(UTC).isoformat(timespec="seconds")
