# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where rows come from that tables are made equal to: tables of a server, or an artefact."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.digest import ContentDigest
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.session import Session
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_artefact import Artefact, StoredTable
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_catalogue import Catalogue, read_catalogue
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_data_planner import (
    Shape,
    check_table,
    shape_of,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_shapes import Row, Table
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.progress import Progress
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem


class Source(Protocol):
    """Rows of tables, by the names that the target has for them."""

    def shape(self, name: str) -> Shape:
        """Return the columns of a table. Raises Problem if there is no such table."""

    def known(self, name: str) -> ContentDigest | None:
        """Return the digest of a table, None if its rows have to be read for it. Raises Problem if it is not whole."""

    def count(self, name: str) -> int:
        """Return how many rows a table has. Raises Problem."""

    def batches(self, table: Table) -> Iterator[list[Row]]:
        """Yield the rows of a table, in the order of its key. Raises Problem."""


class ServerSource:
    """The tables of the same names of a database."""

    def __init__(self, session: Session) -> None:
        """Keep where they are; nothing is sent."""
        self._session = session
        self._found: Catalogue | None = None

    def shape(self, name: str) -> Shape:
        """Return the columns of a table. Raises Problem if there is no such table."""
        return shape_of(self._table(name))

    def known(self, name: str) -> ContentDigest | None:
        """Return None: the rows have to be read."""
        return None

    def count(self, name: str) -> int:
        """Return how many rows a table has. Raises Problem."""
        return int(self._session.value(self._table(name).count()))

    def batches(self, table: Table) -> Iterator[list[Row]]:
        """Yield the rows of a table, in the order of its key. Raises Problem."""
        return rows_of(self._session, self._table(str(table)))

    def _table(self, name: str) -> Table:
        if self._found is None:
            self._found = read_catalogue(self._session)
        return check_table(name, self._found.find(name), where=self._session.where, keyed=True)


class ArtefactSource:
    """The tables of an artefact."""

    def __init__(self, artefact: Artefact) -> None:
        """Keep the artefact."""
        self._artefact = artefact

    def shape(self, name: str) -> Shape:
        """Return the columns of a table. Raises Problem if there is no such table."""
        return self._table(name).columns

    def known(self, name: str) -> ContentDigest | None:
        """Return the digest of a table whose file is whole. Raises Problem if it is not."""
        self._artefact.verify(self._table(name))
        return self._table(name).content

    def count(self, name: str) -> int:
        """Return how many rows a table has. Raises Problem."""
        return self._table(name).content.rows

    def batches(self, table: Table) -> Iterator[list[Row]]:
        """Yield the rows of a table, in the order of its key. Raises Problem."""
        return self._artefact.batches(self._table(str(table)), table.columns, table.batch)

    def _table(self, name: str) -> StoredTable:
        found = self._artefact.tables.get(name.casefold())
        if found is None:
            raise Problem(
                "the artefact has no such table",
                where=f"{self._artefact.path} table {name}",
                found=", ".join(each.name for each in self._artefact.tables.values()),
                remedy="Name tables that it has, or export it with this one.",
            )
        return found


def rows_of(session: Session, table: Table) -> Iterator[list[Row]]:
    """Yield the rows of a table that the session sees, in the order of its key. Raises Problem."""
    for batch in session.stream(table.select(), batch=table.batch):
        yield list(map(tuple, batch))


def content_of(session: Session, table: Table) -> Iterator[list[Row]]:
    """Yield the same rows for a digest: in any order, and as the driver gives them, who writes them as it does tuples.

    Raises Problem.
    """
    return session.stream(table.select(ordered=False), batch=table.batch)


def counted(batches: Iterable[list[Row]], progress: Progress) -> Iterator[list[Row]]:
    """Yield the batches, and count their rows."""
    for batch in batches:
        yield batch
        progress.advance(len(batch))
