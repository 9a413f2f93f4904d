# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where rows come from: a query on SQL Server or Oracle, which reads and is rolled back, or a CSV file.

Each is asked for the order of the keys in the ways that `orders` lists, the cheapest first. Whether the rows then come
in it is looked at elsewhere (`merge.Stream`): a collation that sorts otherwise is found out, and the next way taken.
"""

from __future__ import annotations

import operator
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Literal, Protocol

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.masking import without_values
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.read_only import Reading
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.server import Server as SqlServer
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.session import Session as SqlServerSession
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.session import SqlProblem as SqlServerProblem
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.session import quoted as bracketed
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.csv_rows import records
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.failures import SqlProblem as OracleProblem
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.names import quoted
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.session import Session as OracleSession
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

Row = tuple[Any, ...]
Order = Literal["collation", "binary", "module"]
"""By the server, in whatever collation the columns have; by the server, by the octets of the texts; by this module."""

BATCH = 2000
"""Rows of a batch."""

_IN_REVERSE = operator.itemgetter(slice(None, None, -1))
"""Makes a tuple of pyodbc's row, in a third of the time that `tuple` takes. Of a slice that is the whole row, the
driver makes none: the columns are asked for in reverse."""

_ZONED = ("DB_TYPE_TIMESTAMP_TZ", "DB_TYPE_TIMESTAMP_LTZ")
_OCTETS = "CAST(CAST({column} COLLATE Latin1_General_100_BIN2_UTF8 AS varchar(8000)) AS varbinary(8000))"
"""The octets of UTF-8, whose order is that of the code points, whatever the column's collation and code page are, and
in which no trailing blank is left out (BIN2 alone would)."""


class Side(Protocol):
    """Rows of one side."""

    where: str
    """What messages call it."""
    label: str
    """The same in a table: which system, as its owner would name it."""
    orders: Sequence[Order]
    """The ways to have the rows in the order of their keys."""
    on_request: bool
    """Whether a batch is made and sent only when it is asked for, so that it pays to ask for the next one early."""

    def names(self) -> Sequence[str]:
        """Return the names of the columns. Raises Problem."""

    def batches(self, columns: Sequence[str], key: int, order: Order) -> Generator[list[Row]]:
        """Yield rows in batches.

        Args:
            columns: their columns, as `names` has them; those of the key first.
            key: how many of them are the key.
            order: in which order; `module` for any.

        Raises Problem.
        """

    def close(self) -> None:
        """Let go of everything."""


def label_of(session: SqlServerSession | OracleSession) -> str:
    """Return what a table calls a database: its server, and which one it is there."""
    server = session.server
    if isinstance(server, SqlServer):
        return f"{server.name} {server.database}"
    return server.descriptor or f"{server.name} {server.service}"


@contextmanager
def without_values_of_rows(query: str) -> Iterator[None]:
    """Have no error that the server gives for a query show a value of a row: a conversion that fails would."""
    try:
        yield
    except (SqlServerProblem, OracleProblem) as problem:
        problem.found = without_values(str(problem.found), query)
        raise


class SqlServerSide:
    """A query on SQL Server."""

    orders: Sequence[Order] = ("collation", "binary", "module")
    on_request = False
    """The server sends on by itself. And the driver lets go of Python's lock for each row: a second thread that waits
    for it would cost more than it saves."""

    def __init__(self, session: SqlServerSession, query: Reading) -> None:
        """Keep both; nothing is sent.

        Args:
            session: in the database, in which statements belong together: what it reads is rolled back.
            query: what is read.
        """
        self._session, self._query = session, query
        self._texts: frozenset[str] = frozenset()
        self.where, self.label = session.where, label_of(session)

    def names(self) -> Sequence[str]:
        """Return the names of the columns. Raises Problem."""
        described = self._session.described(self._query.within("*", "WHERE 1 = 0", "[q]"))
        self._texts = frozenset(name for name, kind in described if kind is str)
        return [name for name, _kind in described]

    def batches(self, columns: Sequence[str], key: int, order: Order) -> Generator[list[Row]]:
        """Yield rows in batches. Raises Problem."""
        listed = ", ".join(map(bracketed, reversed(columns)))
        by = ", ".join(
            _OCTETS.replace("{column}", bracketed(each))
            if order == "binary" and each in self._texts
            else bracketed(each)
            for each in columns[:key]
        )
        query = self._query.within(listed, "" if order == "module" else f"ORDER BY {by}", "[q]")
        with without_values_of_rows(query), closing(self._session.stream(query, batch=BATCH)) as batches:
            for batch in batches:
                yield list(map(_IN_REVERSE, batch))

    def close(self) -> None:
        """Roll back, and close the connection."""
        self._session.close()


class OracleSide:
    """A query on Oracle."""

    orders: Sequence[Order] = ("binary", "module")
    on_request = True

    def __init__(self, session: OracleSession, query: Reading) -> None:
        """Keep both; nothing is sent."""
        self._session, self._query = session, query
        self.where, self.label = session.where, label_of(session)

    def names(self) -> Sequence[str]:
        """Return the names of the columns. Raises Problem."""
        self._session.begin_reading()
        described = self._session.described(self._query.within("*", "WHERE 1 = 0", "q"))
        for name, kind in described:
            if kind in _ZONED:
                raise Problem(
                    f"column {name} is a time stamp with a time zone, which the driver gives without it",
                    where=self.where,
                    remedy=f"Select CAST(SYS_EXTRACT_UTC({name}) AS TIMESTAMP), and declare UTC as its time zone.",
                )
        return [name for name, _kind in described]

    def batches(self, columns: Sequence[str], key: int, order: Order) -> Generator[list[Row]]:
        """Yield rows in batches. Raises Problem."""
        by = ", ".join(map(quoted, columns[:key]))
        listed = ", ".join(map(quoted, columns))
        query = self._query.within(listed, "" if order == "module" else f"ORDER BY {by}", "q")
        with without_values_of_rows(query), closing(self._session.stream(query)) as batches:
            yield from batches

    def close(self) -> None:
        """Roll back, and close the connection."""
        self._session.close()


class CsvSide:
    """A CSV file with the names of its columns in the first line."""

    orders: Sequence[Order] = ("collation", "module")
    """As it is, and then sorted."""
    on_request = False

    def __init__(self, path: Path, *, encoding: str, delimiter: str, null_values: Sequence[str]) -> None:
        """Keep what is said of it; nothing is read.

        Args:
            path: the file.
            encoding: of the file.
            delimiter: what is between two fields.
            null_values: texts that mean NULL.
        """
        self._path, self._encoding, self._delimiter = path, encoding, delimiter
        self._nulls: Mapping[str, None] = dict.fromkeys(null_values)
        self.where = self.label = str(path)

    def names(self) -> Sequence[str]:
        """Return the names of the columns. Raises Problem."""
        header = next(self._records(), None)
        if header is None:
            raise Problem("there is no header", where=self.where, remedy="Give the names of the columns in line 1.")
        return [each.strip() for each in header[1]]

    def batches(self, columns: Sequence[str], key: int, order: Order) -> Generator[list[Row]]:
        """Yield rows in batches. Raises Problem."""
        lines = self._records()
        names = [each.strip() for _line, header in islice(lines, 1) for each in header]
        places = [names.index(each) for each in columns]
        nulls, width = self._nulls, len(names)
        while batch := list(islice(lines, BATCH)):
            rows = []
            for line, record in batch:
                if len(record) != width:
                    raise Problem(
                        f"it has {len(record)} fields, the header has {width}",
                        where=f"{self.where} line {line}",
                        remedy="Correct the file, or say which delimiter it has.",
                    )
                rows.append(tuple(nulls.get(record[at], record[at]) for at in places))
            yield rows

    def close(self) -> None:
        """Do nothing: the file is closed when it was read."""

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        return records(self._path, encoding=self._encoding, delimiter=self._delimiter)
