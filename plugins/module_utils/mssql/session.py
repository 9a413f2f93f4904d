# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is sent to a SQL Server: values as binds, names through `quoted`, and errors as `Problem`s that say where."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql._odbc import (
    LOCK_SECONDS,
    Driver,
    connect,
    find_driver,
    pyodbc,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.interruption import (
    CancelledAfterCommit,
    interrupt_deferred,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.server import Server
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import OutcomeUnknown, Problem

if TYPE_CHECKING:
    from pyodbc import Connection, Cursor


class SqlProblem(Problem):
    """The server refused a statement."""

    number = 0
    """SQL Server's number of the error."""


def quoted(name: str) -> str:
    """Return a name as an identifier, whatever is in it. The only way by which a name gets into a statement."""
    return "[" + name.replace("]", "]]") + "]"


def in_database(query: str, database: str) -> str:
    """Return a query with the database in the place of each `{database}`."""
    return query.replace("{database}", quoted(database))


@dataclass(frozen=True)
class Text:
    """A value in a statement that takes no binds there, such as a password or the path of a file."""

    value: str


Statement = Sequence["str | Text"]
"""The parts of a statement: Transact-SQL of ours, with names through `quoted`, and values."""


def assembled(statement: Statement) -> tuple[str, tuple[str, ...]]:
    """Return the batch that has the server itself put a statement together and execute it, and its binds.

    The values go as binds; the server makes literals of them.
    """
    parts, values = [], []
    for part in statement:
        if isinstance(part, Text):
            parts.append("N'''' + REPLACE(CAST(? AS nvarchar(max)), N'''', N'''''') + N''''")
            values.append(part.value)
        else:
            parts.append("N'" + part.replace("'", "''") + "'")
    expression = " + ".join(["CAST(N'' AS nvarchar(max))", *parts])
    return f"DECLARE @statement nvarchar(max) = {expression}; EXEC (@statement)", tuple(values)


DEADLOCK = 1205
"""Number of the error of a transaction that the server broke off to end a deadlock."""

ATTEMPTS = 3
"""How often such a transaction is tried."""

BATCH = 5000
"""Rows of a batch."""

_NO_SPACE = "Make room on the disk that is named, or let the file grow, and run again."
_NO_PERMISSION = "Have the permission granted, or use another login."
_REMEDIES = {
    **dict.fromkeys((1101, 1105, 3202), _NO_SPACE),
    9002: "Back up the transaction log, or make room for it, and run again.",
    DEADLOCK: "See who else writes to these tables, and run again when that has ended.",
    1222: f"Somebody has held a lock for more than {LOCK_SECONDS} seconds: see who (blocking_session_id in "
    "sys.dm_exec_requests), and run again when that has ended.",
    **dict.fromkeys((229, 262, 297, 300, 371, 15247), _NO_PERMISSION),
}
"""What to do about errors that say only what happened, by their numbers."""

_NUMBER = re.compile(r" \((\d+)\)(?=; \[| \(SQL\w+\)$)(?: \(SQL\w+\)$)?")
"""After each message of the server is its number, after the last the function of ODBC."""
_ORIGIN = re.compile(r"\[\w{5}\] ?(\[[^\]]*\])+")
"""Before each message is its state and who says it."""
_LOST = ("08001", "08003", "08007", "08S01", "HYT00", "HYT01", "IMC06")
"""The connection broke, or did not answer: what it was doing may be done or not."""
_KILLED = 596
"""Number of the error of a session that somebody has ended with KILL."""


class Session:
    """A connection, made when it is first used."""

    def __init__(
        self, server: Server, *, driver: str | None = None, autocommit: bool = True, secrets: Sequence[str] = ()
    ) -> None:
        """Keep where to connect.

        Args:
            server: where, and as whom.
            driver: the configured driver, if there is one.
            autocommit: False to have `transaction` hold several statements together.
            secrets: values that no message may hold.
        """
        self.server = server
        self._driver = driver
        self._autocommit = autocommit
        self._secrets = (*secrets, *([server.password] if server.password else []))
        self._connection: Connection | None = None

    @property
    def driver(self) -> Driver:
        """The driver that is used. Raises Problem if there is none."""
        return find_driver(self._driver)

    @property
    def where(self) -> str:
        """What messages say of it."""
        return f"{self.server} database {self.server.database}"

    def within(self, database: str) -> Session:
        """Return a session of the same login in a database, in which statements belong together."""
        return Session(
            replace(self.server, database=database), driver=self._driver, autocommit=False, secrets=self._secrets
        )

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Return all rows of a query.

        Raises:
            Problem: no connection (LoginRejected, DatabaseRefused), or the server refused the query (SqlProblem).
        """
        with self._cursor() as cursor:
            return [tuple(row) for row in cursor.execute(query, *values).fetchall()]

    def records(self, statement: Statement) -> list[dict[str, Any]]:
        """Return what a statement answers, by the names of its columns, which its later versions add to.

        Raises as `execute`.
        """
        batch, values = assembled(statement)
        with self._cursor() as cursor:
            cursor.execute(batch, *values)
            while cursor.description is None and cursor.nextset():
                pass
            names = [each[0] for each in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in (cursor.fetchall() if names else ())]

    def stream(
        self, query: str, *values: object, batch: int = BATCH, names: list[str] | None = None
    ) -> Generator[list[tuple[Any, ...]]]:
        """Yield the rows of a query in batches, so that they are never all in memory. Raises as `rows`.

        Before the first batch `names` takes the names of the columns.
        """
        with self._cursor() as cursor:
            cursor.execute(query, *values)
            if names is not None:
                names += [each[0] for each in cursor.description or ()]
            while found := cursor.fetchmany(batch):
                yield found

    def described(self, query: str) -> list[tuple[str, Any]]:
        """Return the names of a query's columns, and the Python types of their values. Raises as `rows`."""
        with self._cursor() as cursor:
            return [(each[0], each[1]) for each in cursor.execute(query).description or ()]

    def value(self, query: str, *values: object) -> Any:
        """Return the first column of the first row, None if there is none. Raises as `rows`."""
        found = self.rows(query, *values)
        return found[0][0] if found else None

    def execute(self, statement: Statement) -> None:
        """Execute a statement to its end.

        Raises:
            SqlProblem: the server refused it; it did nothing.
            OutcomeUnknown: the connection broke before the server answered.
        """
        batch, values = assembled(statement)
        self.call(batch, *values)

    def call(self, batch: str, *values: object) -> None:
        """Execute a batch of ours with binds to its end. Raises as `execute`."""
        with self._cursor() as cursor:
            cursor.execute(batch, *values)
            # a statement that is not read to its end may be broken off by the server
            while cursor.nextset():
                pass

    def call_many(self, statement: str, rows: Sequence[Sequence[object]]) -> None:
        """Execute a statement with the binds of each row, sent together. Raises as `execute`."""
        with self._cursor() as cursor:
            cursor.fast_executemany = True
            cursor.executemany(statement, rows)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what is executed inside, or roll all of it back.

        Raises:
            KeyboardInterrupt: it was cancelled, and rolled back.
            CancelledAfterCommit: it was cancelled, and is committed.
            Problem: as `execute`.
        """
        connection = self._connected()
        try:
            yield
            with interrupt_deferred() as was_cancelled:
                self._commit(connection)
        except BaseException:
            self.roll_back()
            raise
        if was_cancelled():
            raise CancelledAfterCommit

    def roll_back(self) -> None:
        """Roll back what was not committed; a connection that broke has done so."""
        if self._connection is not None:
            with suppress(pyodbc.Error):
                self._connection.rollback()

    def _commit(self, connection: Connection) -> None:
        problem: Problem | None = None
        try:
            connection.commit()
        except pyodbc.Error as error:
            problem = self._problem(error)
        if problem is not None:
            raise problem

    def close(self) -> None:
        """Close the connection, if there is one."""
        if self._connection is not None:
            with suppress(pyodbc.Error):
                self._connection.close()
            self._connection = None

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = connect(self.server, autocommit=self._autocommit, driver=self._driver)
        return self._connection

    @contextmanager
    def _cursor(self) -> Iterator[Cursor]:
        cursor = self._connected().cursor()
        problem: Problem | None = None
        try:
            yield cursor
        except pyodbc.Error as error:
            problem = self._problem(error)
        finally:
            with suppress(pyodbc.Error):
                cursor.close()
        if problem is not None:
            # outside of the handler: the driver's exception is no cause that a traceback could show
            raise problem

    def _problem(self, error: Any) -> Problem:
        """Return what to raise for an error of the driver."""
        state, message = str(error.args[0]) if error.args else "", str(error.args[-1]) if error.args else str(error)
        for secret in self._secrets:
            message = message.replace(secret, "********")
        number = _NUMBER.search(message)
        code = int(number[1]) if number else 0
        if state in _LOST or code == _KILLED:
            self.close()  # the next use connects anew
            return OutcomeUnknown(
                "the connection broke before the server answered",
                where=self.where,
                found=message,
                remedy="Look whether the server runs, and run again.",
            )
        plain = _ORIGIN.sub("", _NUMBER.sub(r" (error \1)", message))
        problem = SqlProblem(
            "the server refused a statement", where=self.where, found=plain, remedy=_REMEDIES.get(code)
        )
        problem.number = code
        return problem
