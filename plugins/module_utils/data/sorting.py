# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows put into the order of their keys, of any number, in little memory: what is beyond it is on disk, encrypted.

The key of the encryption is in this process's memory alone, the file has no name, and both go with the process: nobody
reads it afterwards. Each chunk is authenticated (AES-256-GCM), so that what is read is what was written.
"""

from __future__ import annotations

import heapq
import os
import pickle
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.files import told
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.sealing import cipher_of

Row = tuple[Any, ...]

IN_MEMORY = 50_000
"""Rows that are sorted at a time."""
_CHUNK = 1000
"""Rows that are encrypted together, and read together of each run."""
_RUNS = 32
"""Runs that are merged at a time, a chunk of each in memory."""
BATCH = 2000
_PURPOSE = "keep rows on disk, encrypted, to sort them"

_Run = list[tuple[int, int]]
"""Where in the file the chunks of a run are, and how long."""


class SealedRuns:
    """Runs of rows in a file that nobody can read."""

    def __init__(self) -> None:
        """Begin with none. Raises Problem if there is no library to encrypt with, or no place for the file."""
        self._cipher = cipher_of(os.urandom(32))
        with told(Path(tempfile.gettempdir()), _PURPOSE):
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 (closed by close)
        self._end = 0

    def add(self, rows: Iterable[Row]) -> _Run:
        """Add a run, and return where it is. Raises Problem if it cannot be written."""
        run: _Run = []
        rows = iter(rows)
        while chunk := list(islice(rows, _CHUNK)):
            # its place in the file is the nonce: nothing is written twice in the same place
            octets = self._cipher.encrypt(
                self._end.to_bytes(12, "big"), pickle.dumps(chunk, pickle.HIGHEST_PROTOCOL), None
            )
            with told(Path(tempfile.gettempdir()), _PURPOSE, "Make room there, or say by TMPDIR where there is some."):
                os.pwrite(self._file.fileno(), octets, self._end)
            run.append((self._end, len(octets)))
            self._end += len(octets)
        return run

    def rows(self, run: _Run) -> Iterator[Row]:
        """Yield the rows of a run."""
        for place, length in run:
            octets = os.pread(self._file.fileno(), length, place)
            # it was authenticated: these are the octets that this process has written
            yield from pickle.loads(self._cipher.decrypt(place.to_bytes(12, "big"), octets, None))  # noqa: S301

    def close(self) -> None:
        """Forget them."""
        self._file.close()


def in_order(
    batches: Iterable[Sequence[Row]],
    key: Callable[[Row], Any],
    *,
    in_memory: int = IN_MEMORY,
    runs_at_once: int = _RUNS,
) -> Generator[list[Row]]:
    """Yield the rows in the order of their keys; rows of the same key stay in the order in which they came.

    Args:
        batches: the rows.
        key: what they are ordered by.
        in_memory: rows that are sorted at a time. Fewer of them in all never get to a disk.
        runs_at_once: runs that are merged at a time.

    Raises:
        Problem: they cannot be kept.
        TypeError: two keys cannot be ordered.
    """
    rows = chain.from_iterable(batches)
    first = list(islice(rows, in_memory))
    first.sort(key=key)
    following = list(islice(rows, in_memory))
    if not following:
        yield from _batched(iter(first))
        return
    sealed = SealedRuns()
    try:
        # by level: a run of a level is one of rows, or as many as are merged at once of the level below
        levels: list[list[_Run]] = [[sealed.add(first)]]
        del first
        while following:
            following.sort(key=key)
            _add(sealed, levels, sealed.add(following), key, runs_at_once)
            following = list(islice(rows, in_memory))
        left = [run for level in reversed(levels) for run in level]  # the oldest first
        while len(left) > runs_at_once:
            left = [_merged(sealed, left[:runs_at_once], key), *left[runs_at_once:]]
        yield from _batched(heapq.merge(*map(sealed.rows, left), key=key))
    finally:
        sealed.close()


def _add(sealed: SealedRuns, levels: list[list[_Run]], run: _Run, key: Callable[[Row], Any], runs_at_once: int) -> None:
    """Add a run to the lowest level, and merge each level that is full into the one above."""
    for level in levels:
        level.append(run)
        if len(level) < runs_at_once:
            return
        run = _merged(sealed, level, key)
        level.clear()
    levels.append([run])


def _merged(sealed: SealedRuns, runs: Sequence[_Run], key: Callable[[Row], Any]) -> _Run:
    return sealed.add(heapq.merge(*map(sealed.rows, runs), key=key))


def _batched(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while batch := list(islice(rows, BATCH)):
        yield batch
