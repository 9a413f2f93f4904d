# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on request: a file that the running emulator reads again whenever it has changed, and what writes it."""

from __future__ import annotations

import logging
import os
import time
from collections import Counter
from dataclasses import field, replace
from pathlib import Path

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

LOG = logging.getLogger(__name__)


@dataclass(config=ConfigDict(extra="forbid"), kw_only=True)
class Faults:
    """What is wrong with one host."""

    refuse: bool = False
    """Nothing listens for WinRM."""
    drop: str | None = None
    """The module (or action) at which the connection is lost in mid-command, after it was carried out; `*` is any."""
    drop_before: str | None = None
    """The same, lost before anything was carried out."""
    down_after: str | None = None
    """The same as `drop`, and nothing listens for WinRM from then on: the host is off until its faults are cleared."""
    at: int | None = None
    """At which of the commands that `drop`, `drop_before` or `down_after` name it strikes, from 1; None: at each."""
    config_files_killed_at: int | None = None
    """After which change of a file, from 1, the process of win_config_files is killed. What takes Windows several
    changes has a moment between them as well: a file that is replaced is away before the other is in its place."""
    down_when_killed: bool = False
    """The host is off from then on, until its faults are cleared."""
    set_at: int = 0
    """When that was set, in nanoseconds since 1970; `FaultFile.set` says so. What is counted begins then."""
    delay_seconds: float = 0.0
    """How much longer each command takes."""
    reboot_pending: bool = False
    disk_full: bool = False
    files_locked: list[str] = field(default_factory=list)
    """Paths that another process has open, so that nobody replaces or deletes them."""
    files_written: list[str] = field(default_factory=list)
    """Paths that a program has open for writing. Only who lets others write meanwhile can read them; slurp does not."""
    service_does_not_start: list[str] = field(default_factory=list)
    service_stops_again: list[str] = field(default_factory=list)
    """Starts, and is found stopped when it is next looked at."""
    service_starts_again: list[str] = field(default_factory=list)
    """Starts, and whenever it is looked at has stopped and been started again by Windows, as another process."""
    service_does_not_stop: list[str] = field(default_factory=list)
    installer_exit_code: int | None = None
    """What every installer ends with; anything but 0, 1641 and 3010 installs nothing."""
    job_fails_after: int | None = None
    """After how many rows a job that is started from now on fails."""
    job_waits_after: int | None = None
    """After how many rows it hangs, until this fault is cleared."""
    certificate_import_breaks: bool = False
    """The certificate gets into the store, its key does not."""


class Killed(Exception):
    """A fault was asked for: the process that is at work ends here."""


class Strikes:
    """Counts what goes well before a fault strikes."""

    def __init__(self) -> None:
        self._since = 0
        self._seen: Counter[str] = Counter()

    def now(self, what: str, at: int | None, since: int) -> bool:
        """Count one more, and return whether that is the one; with None, each is.

        Args:
            what: is counted for itself.
            at: which one, from 1.
            since: when the faults were set; with others it begins anew.
        """
        if since != self._since:
            self._since = since
            self._seen.clear()
        self._seen[what] += 1
        return at is None or self._seen[what] == at


_FILE = TypeAdapter(dict[str, Faults])
_NONE = Faults()


class FaultFile:
    """The faults of all hosts, in `faults.json` of the emulator's directory."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._faults: dict[str, Faults] = {}

    def of(self, host: str) -> Faults:
        """Return what is wrong with a host now. A file that is not understood changes nothing, and the log says why."""
        return self._read().get(host, _NONE)

    def set(self, host: str, faults: Faults) -> None:
        """Let exactly these things be wrong with a host from now on."""
        self._write({**self._read(), host: replace(faults, set_at=time.time_ns())})

    def clear(self, host: str | None = None) -> None:
        """Let nothing be wrong with a host, or with any."""
        self._write({} if host is None else {name: each for name, each in self._read().items() if name != host})

    def _read(self) -> dict[str, Faults]:
        try:
            status = self._path.stat()
        except FileNotFoundError:
            self._seen, self._faults = None, {}
            return self._faults
        seen = (status.st_mtime_ns, status.st_ino)
        if seen != self._seen:
            self._seen = seen
            try:
                self._faults = _FILE.validate_json(self._path.read_bytes())
            except ValidationError as error:
                LOG.warning("%s is not understood, the faults stay as they were: %s", self._path, error)
        return self._faults

    def _write(self, faults: dict[str, Faults]) -> None:
        part = self._path.with_suffix(f".{os.getpid()}.part")
        part.write_bytes(_FILE.dump_json(faults, indent=1, exclude_defaults=True))
        part.replace(self._path)
