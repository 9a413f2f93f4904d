# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Moves the rows of EUGEX's views into Exam Scheduler's tables, by the real drivers, as the connector's job does.

What to do is a line of JSON on standard input; on standard output is a line of JSON for each event (see `tell`). Rows
that are as its synchronisation state has them are left alone, all others are inserted or updated by their natural keys,
and what the source has no more is deleted. Each batch is a transaction of its own, so that a job that breaks off leaves
rows.
"""

from __future__ import annotations

import itertools
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator
from typing import Any

import oracledb

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql import _odbc
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem
from emulators.windows.connect_entities import ENTITIES, Entity, Row, Source, digest
from emulators.windows.connect_logins import CannotLogIn, logged_in, pairs
from emulators.windows.worker import end_when_asked

BATCH = "BatchSize"
"""The setting that says how many rows are a transaction."""
_DEFAULT_BATCH = 500
Sync = dict[str, dict[str, str]]
"""What was transferred: digests of rows by their keys, by entity."""


class Stopped(Exception):
    """The job cannot go on; the message says why."""


def main() -> int:
    """Transfer, and return the exit code."""
    end_when_asked()
    asked = json.loads(sys.stdin.readline())
    transfer = Transfer(asked)
    try:
        transfer.run()
    except (CannotLogIn, Stopped, Problem, oracledb.Error, _odbc.pyodbc.Error) as error:
        tell(log=["ERROR", " ".join(str(error).split())])
        tell(state="failed", message=" ".join(str(error).split()), sync=transfer.sync)
        return 1
    tell(state="succeeded", sync=transfer.sync)
    return 0


class Transfer:
    """One run of the job."""

    def __init__(self, asked: dict[str, Any]) -> None:
        self.sync: Sync = asked["sync"]
        self._asked = asked
        self._batch = int(asked["settings"].get(BATCH, _DEFAULT_BATCH))
        self._done = 0

    def run(self) -> None:
        """Log in, read, write.

        Raises:
            Stopped, CannotLogIn, Problem, oracledb.Error, pyodbc.Error: it broke off; what was committed stands.
        """
        with tempfile.NamedTemporaryFile("w", suffix=".pem") as roots:
            roots.write(self._asked["roots"])
            roots.flush()
            hub, target = (self._logged_in(part, roots.name) for part in ("source", "target"))
        target.autocommit = False
        objects = set(self._asked["connector"]["source"]["objects"])
        source = Source({entity.view: list(_read(hub, entity)) for entity in ENTITIES if entity.view in objects})
        hub.close()
        rows = [(entity, list(entity.rows(source))) for entity in ENTITIES if entity.view in objects]
        tell(total=sum(len(each) for _entity, each in rows))
        for entity, wanted in rows:
            self._transfer(target, entity, wanted)
        for entity, wanted in reversed(rows):
            self._delete(target, entity, wanted)
        target.close()

    def _logged_in(self, part: str, roots: str) -> Any:
        name = self._asked["connector"][part]["connection"]
        string = self._asked["connections"].get(name, "")
        if not string:
            raise Stopped(f"{name} is not configured")
        connection, told = logged_in(pairs(string), [], {**self._asked, "roots": roots})
        tell(log=["INFO", f"Connected to {name} at {told}"])
        return connection

    def _transfer(self, target: Any, entity: Entity, wanted: list[Row]) -> None:
        known, cursor = entity.known(target), target.cursor()
        cursor.fast_executemany = True
        sent = self.sync.setdefault(entity.table, {})
        rejected = [row for row in wanted if not entity.fits(row, known)]
        for row in rejected:
            tell(log=["WARN", f"{entity.table}: {entity.name(row)} is rejected, since {entity.needs}"], rejected=1)
        for batch in _batches(wanted, self._batch):
            new: list[Row] = []
            changed: list[Row] = []
            for row in batch:
                if sent.get(entity.name(row)) == digest(row) or not entity.fits(row, known):
                    continue
                (changed if entity.key(row, known) in known.there else new).append(entity.parameters(row, known))
            if new:
                cursor.executemany(entity.insert, new)
            if changed:
                cursor.executemany(entity.update, [entity.of_update(each) for each in changed])
            target.commit()
            sent.update({entity.name(row): digest(row) for row in batch if entity.fits(row, known)})
            self._count(len(batch))
        tell(log=["INFO", f"{entity.table}: {len(wanted) - len(rejected)} of {len(wanted)} rows"])

    def _delete(self, target: Any, entity: Entity, wanted: Iterable[Row]) -> None:
        sent = self.sync[entity.table]
        gone = sent.keys() - {entity.name(row) for row in wanted}
        if gone:
            cursor = target.cursor()
            cursor.executemany(entity.delete, [entity.of_delete(name) for name in sorted(gone)])
            target.commit()
            for name in gone:
                del sent[name]
            tell(log=["INFO", f"{entity.table}: {len(gone)} rows deleted"])

    def _count(self, rows: int) -> None:
        """Say how far it is; wait or fail where that was asked for."""
        before, self._done = self._done, self._done + rows
        tell(done=self._done)
        waits, fails = self._asked["waits_after"], self._asked["fails_after"]
        if waits is not None and before < waits <= self._done:
            sys.stdin.readline()  # until the fault is cleared
        if fails is not None and fails <= self._done:
            raise Stopped("Execution Timeout Expired. The timeout period elapsed prior to completion of the operation.")


def _read(hub: Any, entity: Entity) -> Iterator[Row]:
    cursor = hub.cursor()
    cursor.arraysize = 1000
    cursor.execute(" ".join(("SELECT", ", ".join(entity.columns), "FROM", entity.view)))
    yield from cursor


def _batches(rows: Iterable[Row], size: int) -> Iterator[tuple[Row, ...]]:
    iterator = iter(rows)
    while batch := tuple(itertools.islice(iterator, size)):
        yield batch


def tell(**told: Any) -> None:
    """Say what happened: `log` (level and message), `total`, `done`, `rejected`, `state`, `message`, `sync`."""
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    sys.exit(main())
