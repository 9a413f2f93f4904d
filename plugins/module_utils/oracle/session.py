# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is sent to an Oracle database: values as binds, names through `quoted`, errors as `Problem`s that say where."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle._oracledb import connect, oracledb
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.failures import (
    SqlProblem,
    is_lost,
    lost,
    refused,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.names import marks, quoted
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.server import Server
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.statements import Statement, assembled
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

if TYPE_CHECKING:
    from oracledb import Connection, Cursor


BATCH = 2000
"""Rows of a batch."""

_NAMES = 500
"""Names of a list, at most: a thousand are allowed."""
_STATEMENTS = 100
"""Statements of a block, at most."""


def _exact(cursor: Cursor, column: Any) -> Any:
    """Have the driver return numbers that may have a fraction as decimals: a float is not what the database has."""
    exact = column.type_code is oracledb.DB_TYPE_NUMBER and (column.scale != 0 or not column.precision)
    return cursor.var(Decimal, arraysize=cursor.arraysize) if exact else None


class Session:
    """A connection, made when it is first used."""

    def __init__(self, server: Server, *, secrets: Sequence[str] = ()) -> None:
        """Keep where to connect.

        Args:
            server: where, and as whom.
            secrets: values that no message may hold.
        """
        self.server = server
        self.lock_seconds = 30
        """How long a statement that defines something waits for what others have locked, before it fails with
        ORA-00054."""
        self._schema: str | None = None
        self._secrets = (*secrets, *server.secrets)
        self._connection: Connection | None = None

    @property
    def where(self) -> str:
        """What messages say of it."""
        return str(self.server)

    @property
    def version(self) -> tuple[int, ...]:
        """The server's version."""
        return tuple(int(each) for each in self._connected().version.split("."))

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Return all rows of a query.

        Raises:
            Problem: no connection (LoginRejected, ServiceUnknown), or the server refused the query (SqlProblem).
            ConnectionLost: the connection broke.
        """
        with self._cursor() as cursor:
            cursor.execute(query, values)
            return [tuple(row) for row in cursor.fetchall()]

    def rows_among(self, query: str, names: Sequence[str], *values: object) -> list[tuple[Any, ...]]:
        """Return all rows of a query with `{names}` in the place of a list of names, which may be long or empty.

        Args:
            query: the query.
            names: the names; without any there are no rows.
            values: its binds before the names.

        Raises as `rows`.
        """
        found: list[tuple[Any, ...]] = []
        for first in range(0, len(names), _NAMES):
            chosen = names[first : first + _NAMES]
            found += self.rows(query.replace("{names}", f"({marks(len(chosen), len(values) + 1)})"), *values, *chosen)
        return found

    def rows_of_pairs(self, query: str, pairs: Sequence[tuple[str, str]]) -> list[tuple[Any, ...]]:
        """Return all rows of a query with `{pairs}` in the place of a list of owners and names. Raises as `rows`."""
        found: list[tuple[Any, ...]] = []
        for first in range(0, len(pairs), _NAMES):
            chosen = pairs[first : first + _NAMES]
            places = ", ".join(f"(:{2 * at + 1}, :{2 * at + 2})" for at in range(len(chosen)))
            found += self.rows(query.replace("{pairs}", f"({places})"), *(part for each in chosen for part in each))
        return found

    def stream(self, query: str, *values: object, names: list[str] | None = None) -> Generator[list[tuple[Any, ...]]]:
        """Yield the rows of a query in batches, so that they are never all in memory.

        Numbers are exact: integers where the column has no decimal places, else decimals.

        Args:
            query: the query.
            values: its binds.
            names: takes the names of the columns, before the first batch.

        Raises as `rows`.
        """
        with self._cursor() as cursor:
            cursor.outputtypehandler = _exact
            cursor.execute(query, values)
            if names is not None:
                names += [each[0] for each in cursor.description or ()]
            while found := cursor.fetchmany(BATCH):
                yield found

    def described(self, query: str) -> list[tuple[str, str]]:
        """Return the names of a query's columns, and the driver's names of their types. Raises as `rows`."""
        with self._cursor() as cursor:
            cursor.execute(query)
            return [(each[0], each[1].name) for each in cursor.description or ()]

    def value(self, query: str, *values: object) -> Any:
        """Return the first column of the first row, None if there is none. Raises as `rows`."""
        found = self.rows(query, *values)
        return found[0][0] if found else None

    def call(self, statement: str, *values: object) -> int:
        """Execute a statement with binds, and return how many rows it concerned. Raises as `rows`."""
        with self._cursor() as cursor:
            cursor.execute(statement, values)
            return int(cursor.rowcount)

    def call_many(self, statement: str, rows: Sequence[Sequence[object]], sizes: Sequence[object] = ()) -> None:
        """Execute a statement with the binds of each row, sent together.

        Args:
            statement: the statement.
            rows: the binds.
            sizes: the types of the binds, so that the driver does not guess them from the first rows.

        Raises as `rows`; the position of SqlProblem is that of the row that was refused, those before it are done.
        """
        done = 0
        try:
            with self._cursor() as cursor:
                if sizes:
                    cursor.setinputsizes(*sizes)
                try:
                    cursor.executemany(statement, list(rows))
                except (oracledb.Error, OSError):
                    done = max(0, cursor.rowcount)
                    raise
        except SqlProblem as problem:
            problem.position = done
            raise

    def execute_all(self, statements: Sequence[Statement]) -> None:
        """Execute statements that define things, in their order; each is in force at once.

        Raises:
            SqlProblem: the server refused one; `position` says how many were executed before it.
            ConnectionLost: how many were executed is not known.
        """
        for first in range(0, len(statements), _STATEMENTS):
            block, binds = assembled(statements[first : first + _STATEMENTS])
            try:
                with self._cursor() as cursor:
                    cursor.execute(block, binds)
            except SqlProblem as problem:
                problem.position += first
                raise

    def compile(self, statement: str) -> None:
        """Execute a statement that compiles something. That it does not compile is no error: its status says so.

        Raises as `rows`.
        """
        # in a block it would be an error (ORA-24344), alone it is a warning
        self.call(statement)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what is executed inside, or roll all of it back. Raises as `rows`."""
        self._connected()
        try:
            yield
        except BaseException:
            self.roll_back()
            raise
        self.commit()

    def commit(self) -> None:
        """Commit. Raises ConnectionLost if it is not known whether it was."""
        with self._cursor():
            self._connected().commit()

    def roll_back(self) -> None:
        """Roll back what was not committed; a connection that broke has done so."""
        if self._connection is not None:
            with suppress(oracledb.Error, OSError):
                self._connection.rollback()

    def close(self) -> None:
        """Close the connection, if there is one."""
        if self._connection is not None:
            with suppress(oracledb.Error, OSError):
                self._connection.close()
            self._connection = None

    def begin_reading(self) -> None:
        """Begin a transaction in which the server lets nothing be changed, and texts sort by their octets.

        Raises as `rows`.
        """
        with self._cursor() as cursor:
            cursor.execute("ALTER SESSION SET NLS_SORT = BINARY NLS_COMP = BINARY")
            cursor.execute("SET TRANSACTION READ ONLY")

    def use_schema(self, schema: str) -> None:
        """Have unqualified names looked for in a schema, instead of the user's own. Raises as `rows`."""
        with self._cursor() as cursor:
            cursor.execute(f"ALTER SESSION SET CURRENT_SCHEMA = {quoted(schema)}")
        self._schema = schema

    def _connected(self) -> Connection:
        if self._connection is None:
            connection = connect(self.server)
            settings = [f"DDL_LOCK_TIMEOUT = {self.lock_seconds:d}"]
            if self._schema is not None:
                settings.append(f"CURRENT_SCHEMA = {quoted(self._schema)}")
            problem: Problem | None = None
            try:
                with connection.cursor() as cursor:
                    cursor.execute(f"ALTER SESSION SET {' '.join(settings)}")
            except (oracledb.Error, OSError) as error:
                problem = self._problem(error)
            if problem is not None:
                raise problem
            self._connection = connection
        return self._connection

    @contextmanager
    def _cursor(self) -> Iterator[Cursor]:
        problem: Problem | None = None
        cursor = None
        try:
            cursor = self._connected().cursor()
            cursor.arraysize, cursor.prefetchrows = BATCH, BATCH + 1
            yield cursor
        except (oracledb.Error, OSError) as error:  # the driver lets some of the system's errors through
            problem = self._problem(error)
        finally:
            if cursor is not None:
                with suppress(oracledb.Error, OSError):
                    cursor.close()
        if problem is not None:
            # outside of the handler: the driver's exception is no cause that a traceback could show
            raise problem

    def _problem(self, error: Any) -> Problem:
        """Return what to raise for an error of the driver."""
        message = self._masked(str(error))
        if is_lost(error):
            self.close()  # the next use connects anew
            return lost(message, self.where)
        return refused(message, self.where)

    def _masked(self, message: str) -> str:
        for secret in self._secrets:
            message = message.replace(secret, "********")
        return message
