# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Loads rows into a table: in batches, within a transaction of whoever calls it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.ahead import ahead
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle._oracledb import oracledb
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.failures import SqlProblem
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.session import Session
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.table_columns import (
    CHARACTERS,
    LARGE,
    Column,
    canonical,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.table_data_planner import Statements
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.table_rejects import Reject, Rejects
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.table_source import (
    Digest,
    Numbered,
    Reader,
    Row,
    digest_of,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.table_spool import Spool
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.progress import Progress
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

_OF_ROWS = frozenset({1, 1400, 1438, 1830, 1839, 1847, 2290, 2291, 12899})
"""Errors that say that a row cannot be there, not that the database cannot go on."""
_REFUSED = 100
"""How many rows that the database refuses are looked for, before all is rolled back."""
_KEYS = 200
"""Keys of a query."""

Merge = tuple[list[Numbered], list[Numbered]]
"""Rows to insert, and rows to update."""


class Loader:
    """Compares and loads the rows of one source."""

    def __init__(self, session: Session, reader: Reader, statements: Statements, *, merges: bool) -> None:
        """Keep where rows come from and go to."""
        self._session, self._reader, self.statements = session, reader, statements
        self._merges = merges
        self._checked = (0, 0, 0)
        """How many rows the source has, and how many of them merging inserts and updates."""
        self._spool = Spool()

    def examine(self, rejects: Rejects) -> tuple[int, tuple[int, int]]:
        """Read the whole source, and return how many rows it has, and how many merging would insert and update."""
        rows = inserted = updated = 0
        for batch in self._reader.batches(rejects):
            self._spool.add(batch)
            rows += len(batch)
            if self._merges:
                new, changed = self._compare(batch)
                inserted, updated = inserted + len(new), updated + len(changed)
        self._checked = (rows, inserted, updated)
        return rows, (inserted, updated)

    def digest(self) -> Digest:
        """Return the digest of the rows that were read."""
        return digest_of((row for _line, row in batch) for batch in self._spool.batches())

    def close(self) -> None:
        """Forget the rows that were read."""
        self._spool.close()

    def _compare(self, batch: Sequence[Numbered]) -> Merge:
        """Return which rows of a batch are not in the table, and which are different there."""
        places = self._reader.key
        new, changed = [], []
        for first in range(0, len(batch), _KEYS):
            part = batch[first : first + _KEYS]
            values = [row[place] for _line, row in part for place in places]
            there: dict[Row, Row] = {}
            for found in self._session.stream(self.statements.select_keys(len(part)), *values):
                for row in found:
                    theirs = canonical(row)
                    there[tuple(theirs[place] for place in places)] = theirs
            for line, row in part:
                mine = canonical(row)
                theirs_or_none = there.get(tuple(mine[place] for place in places))
                if theirs_or_none is None:
                    new.append((line, row))
                elif theirs_or_none != mine:
                    changed.append((line, row))
        return new, changed

    def load(self, lock_seconds: int) -> None:
        """Load the rows, and make sure that they are there; the caller commits.

        Raises:
            Problem: the database does not take a row, or something has changed since it was checked.
        """
        session = self._session
        session.call(self.statements.lock(lock_seconds))
        before = int(session.value(self.statements.count))
        if not self._merges and before:
            session.call(self.statements.clear)
        rows = inserted = updated = 0
        refused = Rejects(None)
        loading = Progress("loading rows", total=self._checked[0], unit="rows")
        with loading as progress, ahead(self._spool.batches()) as batches:
            for batch in batches:
                rows += len(batch)
                new, changed = self._compare(batch) if self._merges else (batch, [])
                inserted += len(new)
                updated += len(changed)
                self._execute(self.statements.insert, new, self._reader.columns, refused)
                self._update(changed, refused)
                if refused.count >= _REFUSED:
                    break
                progress.advance(len(batch))
        if refused.count:
            at_least = "at least " if refused.count >= _REFUSED else ""
            raise Problem(
                f"the database refuses {at_least}{refused.count} rows",
                where=session.where,
                found=refused.told(),
                remedy="Nothing was loaded. Correct the source, or what it refers to.",
            )
        self._prove((rows, inserted, updated) if self._merges else (rows, 0, 0), before)

    def _prove(self, loaded: tuple[int, int, int], before: int) -> None:
        """Make sure that what was loaded is what was checked, and is there. Raises Problem if it is not."""
        if loaded != self._checked:
            raise Problem(
                "the table has changed since it was read",
                where=self._session.where,
                remedy="Nothing was loaded. Run again when nobody changes it.",
            )
        found = int(self._session.value(self.statements.count))
        expected = before + loaded[1] if self._merges else loaded[0]
        if found != expected:
            raise Problem(
                "the table has not the rows that were loaded",
                where=self._session.where,
                expected=f"{expected} rows",
                found=f"{found} rows",
                remedy="Nothing was loaded. Look for triggers on the table.",
            )

    def _update(self, rows: Sequence[Numbered], refused: Rejects) -> None:
        keys = self._reader.key
        order = [at for at in range(len(self._reader.columns)) if at not in keys] + keys
        chosen = [(line, tuple(row[at] for at in order)) for line, row in rows]
        self._execute(self.statements.update, chosen, [self._reader.columns[at] for at in order], refused)

    def _execute(self, statement: str, rows: Sequence[Numbered], columns: Sequence[Column], refused: Rejects) -> None:
        """Execute a statement for all rows, and note those that the database does not take."""
        sizes = [_size_of(column) for column in columns]
        while rows and refused.count < _REFUSED:
            try:
                self._session.call_many(statement, [row for _line, row in rows], sizes)
            except SqlProblem as problem:
                if problem.number not in _OF_ROWS:
                    raise
                refused.add(Reject(rows[problem.position][0], str(problem.found)))
                rows = rows[problem.position + 1 :]
            else:
                return


def _size_of(column: Column) -> Any:
    """Return the type of a bind."""
    if column.family in CHARACTERS:
        return oracledb.DB_TYPE_VARCHAR
    if column.family in LARGE:
        return oracledb.DB_TYPE_LONG
    if column.family == "NUMBER":
        return oracledb.DB_TYPE_NUMBER
    return oracledb.DB_TYPE_DATE if column.type == "DATE" else oracledb.DB_TYPE_TIMESTAMP
