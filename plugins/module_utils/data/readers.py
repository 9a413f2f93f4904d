# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Both sides read at the same time, each by a process of its own, with a processor of its own where there are two.

A driver makes Python's values of what a server sends, which one process does for one side at a time. What a side has
read is converted (`prepared`) and packed there; the process that compares gets octets through a pipe. A pipe that is
full makes the side wait, so that little is held anywhere.
"""

from __future__ import annotations

import fcntl
import gc
import multiprocessing
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.columns import SIDES, Column, SideName
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.packing import Packed, packed
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.preparation import prepared
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.sides import Order, Side
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

_FORK = multiprocessing.get_context("fork")
"""A module has one thread, and Ansible packs it where a process that begins anew would not find it."""
_ROOM = 1 << 20
"""Octets that a pipe holds, the most that Linux gives to anybody: some batches."""
_PATIENCE = 5.0
"""Seconds that a process has to let go of its server once nobody reads from it any more."""


@dataclass(frozen=True)
class _Wanted:
    """What a process is asked for."""

    columns: Sequence[Column]
    """The key's first."""
    width: int
    """How many of them are the key."""
    order: Order


@dataclass(frozen=True)
class _Wrong:
    """Why a process reads no further: the parts of a Problem."""

    what: str
    parts: dict[str, str | None]


class Reader:
    """One side, as the process that compares knows it."""

    def __init__(
        self, name: SideName, where: str, requests: Connection, answers: Connection, process: ForkProcess
    ) -> None:
        """Keep what is read, and by which process."""
        self._name, self._where, self._process = name, where, process
        self._requests, self._answers = requests, answers

    def names(self) -> Sequence[str]:
        """Return the names of the columns. It is asked for first, and once. Raises Problem."""
        names: Sequence[str] = self._received()
        return names

    def batches(self, columns: Sequence[Column], width: int, order: Order) -> Iterator[Packed]:
        """Yield the rows, converted.

        Args:
            columns: those that are compared, the key's first.
            width: how many of them are the key.
            order: how the rows come into the order of their keys; whether they do, nobody has looked at.

        Raises Problem if the side cannot be read, or a key not be understood.
        """
        with suppress(BrokenPipeError):  # what has happened, the answer says
            self._requests.send(_Wanted(columns, width, order))
        batch: Packed | None
        while (batch := self._received()) is not None:
            yield batch

    def _received(self) -> Any:
        try:
            found = self._answers.recv()
        except EOFError:
            self._process.join(_PATIENCE)
            raise Problem(
                "the process that reads it has died",
                where=self._where,
                found=f"exit code {self._process.exitcode}",
                remedy="See what the system's log says of it (no memory left, a driver that broke), and run again.",
            ) from None
        if isinstance(found, _Wrong):
            raise Problem(found.what, **found.parts)
        return found

    def close(self) -> None:
        """Have the process let go of its side, and wait until it has."""
        self._requests.close()
        self._answers.close()
        self._process.join(_PATIENCE)
        if self._process.is_alive():  # it waits for its server
            self._process.kill()
            self._process.join()


@contextmanager
def reading(sides: Mapping[SideName, Side]) -> Iterator[dict[SideName, Reader]]:
    """Provide a reader of each side, which nothing was asked of yet. At the end none of their processes is left.

    Args:
        sides: which have sent nothing yet: a connection belongs to one process.
    """
    pipes = {name: (_pipe(), _pipe()) for name in SIDES}
    with ExitStack() as stack:
        readers = {}
        for name, ((answers, its_answers), (its_requests, requests)) in pipes.items():
            its = (its_requests, its_answers)
            # a process that held the end of somebody else's pipe would keep that one from ending
            others = [end for both in pipes.values() for pipe in both for end in pipe if end not in its]
            process = _FORK.Process(target=_serve, args=(name, sides[name], *its, others), daemon=True)
            process.start()
            for end in its:
                end.close()
            reader = Reader(name, sides[name].where, requests, answers, process)
            readers[name] = stack.enter_context(closing(reader))
        yield readers


def _pipe() -> tuple[Connection, Connection]:
    """Return both ends of a pipe, the one to read from first, in which several batches have room (Linux)."""
    reading_end, writing_end = _FORK.Pipe(duplex=False)
    with suppress(OSError):  # a user who has many of them gets small ones
        fcntl.fcntl(writing_end.fileno(), fcntl.F_SETPIPE_SZ, _ROOM)
    return reading_end, writing_end


def _serve(name: SideName, side: Side, requests: Connection, answers: Connection, others: Sequence[Connection]) -> None:
    """Say what columns a side has, be told which are wanted, and send the rows: the life of a side's process."""
    for each in others:
        each.close()
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # the process that compares says what has happened
    # to look for cycles among all that a module has loaded, each few hundred rows, takes as long as reading them does
    gc.disable()
    with closing(side), suppress(BrokenPipeError, EOFError):  # nobody wants any more
        try:
            answers.send(side.names())
            wanted = requests.recv()
            with prepared(side, wanted.columns, wanted.width, name, wanted.order) as batches:
                for batch in batches:
                    # one of two sides that have the same rows is enough
                    answers.send(packed(batch, wanted.width if name == "source" else None))
            answers.send(None)
        except TypeError as error:
            answers.send(_wrong(not_ordered(side.where, error)))
        except Problem as problem:
            answers.send(_wrong(problem))


def _wrong(problem: Problem) -> _Wrong:
    parts = {part: getattr(problem, part) for part in ("where", "expected", "found", "remedy")}
    return _Wrong(problem.what, {part: None if each is None else str(each) for part, each in parts.items()})


def not_ordered(where: str, error: TypeError) -> Problem:
    """Return what is said of keys that cannot be ordered."""
    return Problem(
        "two keys cannot be ordered: they are not of one type",
        where=where,
        found=str(error),
        remedy="Declare the types of the key's columns in columns.",
    )
