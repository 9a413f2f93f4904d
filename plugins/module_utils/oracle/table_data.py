# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rows of a table, made those of a file or of a task: what module `oracle_table_data` does.

A source is read once, checked and compared; its rows are kept, beyond some size on disk, until they are loaded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.arguments import server_from
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.names import listed, shown
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.session import Session
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.table_catalogue import (
    check_is_table,
    read_columns,
    read_constraints,
    read_object_type,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.table_data_declaration import data_from
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.table_data_planner import (
    FoundRows,
    Statements,
    plan_rows,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.table_loader import Loader
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.table_rejects import Rejects
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.table_source import Reader, digest_of
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import (
    Change,
    MissingPrerequisite,
    Problem,
    Resource,
)


class TableData(Resource[FoundRows, Change]):
    """The rows of one table."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        """Check the parameters of module `oracle_table_data`; nothing is sent.

        Raises:
            InvalidParameter: they cannot be meant.
        """
        self.declared = data_from(params)
        self._session = Session(server_from(params))
        self._loader: Loader | None = None
        self._rejects = Rejects(None)

    def read(self) -> FoundRows:
        """Return how many rows there are and would be, after the whole source was checked.

        Raises:
            MissingPrerequisite: there is no such table.
            Problem: too many rows are rejected, or the source cannot be loaded at all.
        """
        declared = self.declared
        loader = self._loader = self._open()
        self._rejects = Rejects(declared.rejects_file)
        count, merged = loader.examine(self._rejects)
        self._rejects.write()
        if self._rejects.count > declared.max_rejects:
            raise Problem(
                f"{self._rejects.count} rows are rejected",
                where=declared.source.where,
                expected=f"at most {declared.max_rejects}",
                found=self._rejects.told(),
                remedy="Correct the source, or say how many may be rejected (max_rejects).",
            )
        if not count and not declared.merges and not declared.allow_empty:
            raise Problem(
                "the source has no rows, and the table would be emptied",
                where=declared.source.where,
                remedy="Look whether it is the right source. If it is, say allow_empty: true.",
            )
        rows = int(self._session.value(loader.statements.count))
        if declared.merges or rows != count or not rows:
            return FoundRows(count, rows, rows == count == 0, *merged)
        # only as many rows can be the same rows
        same = loader.digest() == digest_of(self._session.stream(loader.statements.select))
        return FoundRows(count, rows, same)

    def _open(self) -> Loader:
        declared, session = self.declared, self._session
        name = shown(declared.schema, declared.table)
        kind = read_object_type(session, declared.schema, declared.table)
        check_is_table(session, declared.schema, declared.table, kind)
        if kind is None:
            raise MissingPrerequisite(
                f"there is no table {name}, or not for this account",
                where=session.where,
                remedy="Create it first, with uoe.exam_scheduling.oracle_table.",
            )
        columns = read_columns(session, declared.schema, declared.table)
        primary = next(
            (each for each in read_constraints(session, declared.schema, declared.table) if each.type == "P"), None
        )
        key = declared.key or (primary.columns if primary is not None else ())
        unknown = [each for each in key if each not in {column.name for column in columns}]
        if unknown:
            raise Problem(f"key={listed(unknown)} is refused: the table has no such column", remedy="Correct key.")
        reader = Reader(declared.source, columns, key)
        if declared.merges and not reader.key:
            raise Problem(
                "rows cannot be merged without a key that the source has",
                where=declared.source.where,
                found=listed(key),
                remedy="Give key, or the columns of the primary key in the source.",
            )
        statements = Statements(declared.schema, declared.table, reader.columns, key)
        return Loader(session, reader, statements, merges=declared.merges)

    def plan(self, present: FoundRows) -> Sequence[Change]:
        """Return the change."""
        return plan_rows(self.declared.schema, self.declared.table, present, merges=self.declared.merges)

    def apply(self, changes: Sequence[Change]) -> Iterator[Change]:
        """Load the rows in one transaction."""
        if self._loader is None:
            raise Problem("nothing was read")
        with self._session.transaction():
            self._loader.load(self.declared.lock_timeout)
        yield from changes

    def facts(self, present: FoundRows) -> Mapping[str, object]:
        """Return the numbers of rows, and the rejects."""
        rejects = self._rejects
        facts: dict[str, object] = {
            "rows_before": present.rows,
            "rows_of_source": present.source,
            "rejected": rejects.count,
            "rejects": [{"line": each.line, "reason": each.reason} for each in rejects.first],
        }
        if rejects.count:
            facts["warnings"] = [f"{rejects.count} rows are not loaded: {rejects.told()}"]
        return facts

    def close(self) -> None:
        """Close the connection, and forget the rows."""
        self._session.close()
        if self._loader is not None:
            self._loader.close()
