# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is sent to an Oracle database: values as binds, names through `quoted`, errors as `Problem`s that say where.

Statements that define things go many at a time, in one block of PL/SQL that executes them in their order and stops at
the first that fails: a set of views costs a few round trips, whatever its size.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle._oracledb import connect, oracledb
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.names import marks, quoted
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.server import Server
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import OutcomeUnknown, Problem

if TYPE_CHECKING:
    from oracledb import Connection, Cursor


class SqlProblem(Problem):
    """The server refused a statement."""

    number = 0
    """Oracle's number of the error: 942 of ORA-00942."""
    position = 0
    """How many statements of `execute_all` were executed before it."""


class ConnectionLost(OutcomeUnknown):
    """The connection broke before the server answered; the next use connects anew."""


@dataclass(frozen=True)
class Text:
    """A value in a statement that takes no binds there: a password. It goes as a bind all the same."""

    value: str


Statement = Sequence["str | Text"]
"""The parts of a statement: SQL of ours, with names through `quoted`, and values."""

BATCH = 2000
"""Rows of a batch."""

_NAMES = 500
"""Names of a list, at most: a thousand are allowed."""
_STATEMENTS = 100
"""Statements of a block, at most."""
_LOST = {"DPY-4011", "DPY-1001", "DPY-6005", "DPY-4024"}
"""Connection closed, not connected, cannot connect, no answer in time."""
_LOST_NUMBERS = {28, 1012, 3113, 3114, 3135, 12537, 12547, 12570, 12571, 2396}
_NUMBER = re.compile(r"ORA-(\d{5})")
_LINE = re.compile(r"ORA-06512: at line (\d+)")


def assembled(statements: Sequence[Statement]) -> tuple[str, dict[str, str]]:
    """Return a block that executes statements one after the other, each on a line of its own, and its binds. Pure."""
    lines = ["BEGIN"]
    binds: dict[str, str] = {}
    for place, statement in enumerate(statements, start=1):
        names = [f"s{place}_{index}" for index in range(len(statement))]
        binds |= {
            name: part.value if isinstance(part, Text) else part for name, part in zip(names, statement, strict=True)
        }
        lines.append(f"EXECUTE IMMEDIATE {' || '.join(f':{name}' for name in names)};")
    return "\n".join([*lines, "END;"]), binds


def position_in(message: str) -> int:
    """Return which statement of a block failed, from 0: the server names the line, the block's own comes last. Pure."""
    lines = _LINE.findall(message)
    return int(lines[-1]) - 2 if lines else 0


def _exact(cursor: Cursor, column: Any) -> Any:
    """Have the driver return numbers as decimals: a float is not what the database has."""
    return cursor.var(Decimal, arraysize=cursor.arraysize) if column.type_code is oracledb.DB_TYPE_NUMBER else None


class Session:
    """A connection, made when it is first used."""

    def __init__(self, server: Server, *, schema: str | None = None, secrets: Sequence[str] = ()) -> None:
        """Keep where to connect.

        Args:
            server: where, and as whom.
            schema: what unqualified names are looked for in, if not in the user's own.
            secrets: values that no message may hold.
        """
        self.server = server
        self.lock_seconds = 30
        """How long a statement that defines something waits for what others have locked, before it fails with
        ORA-00054."""
        self._schema = schema
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

    def stream(self, query: str, *values: object) -> Iterator[list[tuple[Any, ...]]]:
        """Yield the rows of a query in batches, so that they are never all in memory. Numbers are decimals.

        Raises as `rows`.
        """
        with self._cursor() as cursor:
            cursor.outputtypehandler = _exact
            cursor.execute(query, values)
            while found := cursor.fetchmany(BATCH):
                yield found

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
                except oracledb.Error:
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
            with suppress(oracledb.Error):
                self._connection.rollback()

    def close(self) -> None:
        """Close the connection, if there is one."""
        if self._connection is not None:
            with suppress(oracledb.Error):
                self._connection.close()
            self._connection = None

    def _connected(self) -> Connection:
        if self._connection is None:
            connection = connect(self.server)
            self._connection = connection
            settings = [f"DDL_LOCK_TIMEOUT = {self.lock_seconds:d}"]
            if self._schema is not None:
                settings.append(f"CURRENT_SCHEMA = {quoted(self._schema)}")
            with connection.cursor() as cursor:
                cursor.execute(f"ALTER SESSION SET {' '.join(settings)}")
        return self._connection

    @contextmanager
    def _cursor(self) -> Iterator[Cursor]:
        problem: Problem | None = None
        cursor = None
        try:
            cursor = self._connected().cursor()
            cursor.arraysize, cursor.prefetchrows = BATCH, BATCH + 1
            yield cursor
        except oracledb.Error as error:
            problem = self._problem(error)
        finally:
            if cursor is not None:
                with suppress(oracledb.Error):
                    cursor.close()
        if problem is not None:
            # outside of the handler: the driver's exception is no cause that a traceback could show
            raise problem

    def _problem(self, error: Any) -> Problem:
        """Return what to raise for an error of the driver."""
        details = error.args[0] if error.args else None
        code, number = str(getattr(details, "full_code", "")), int(getattr(details, "code", 0) or 0)
        message = self._masked(str(error))
        if code in _LOST or (code.startswith("ORA") and number in _LOST_NUMBERS):
            self.close()  # the next use connects anew
            return ConnectionLost(
                "the connection broke before the server answered",
                where=self.where,
                found=message,
                remedy="Look whether the server runs, and run again.",
            )
        return self._refused(message)

    def _refused(self, message: str) -> SqlProblem:
        text = self._masked(message).partition("\nHelp:")[0]
        number = _NUMBER.search(text)
        problem = SqlProblem(
            "the server refused a statement",
            where=self.where,
            found="; ".join(line for line in text.split("\n") if line and not line.startswith("ORA-06512")),
            remedy=_REMEDIES.get(int(number[1])) if number else None,
        )
        problem.number = int(number[1]) if number else 0
        problem.position = position_in(text)
        return problem

    def _masked(self, message: str) -> str:
        for secret in self._secrets:
            message = message.replace(secret, "********")
        return message


_REMEDIES = {
    54: "Somebody has the object locked. Wait until they have finished, or set ddl_lock_timeout higher.",
    4021: "Somebody uses or compiles it at this moment. Run again when they have finished.",
    30006: "Somebody has the object locked. Wait until they have finished, and run again.",
    1031: "Grant the privilege to the account directly: one that comes through a role does not count here.",
    28003: "The profile's rule for passwords does not accept it. Put another one into the vault.",
    28007: "The profile does not let a password be used again. Put another one into the vault.",
    1536: "Raise the quota of the owner in the tablespace.",
}
"""By number: what to do."""
