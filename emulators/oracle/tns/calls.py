# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Executing and fetching: the statements that a client has open."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from emulators.oracle.engine.errors import OracleError, refused
from emulators.oracle.engine.results import OutColumn, Rows
from emulators.oracle.engine.session import Session
from emulators.oracle.engine.types import LARGE
from emulators.oracle.sql.prepared import Prepared
from emulators.oracle.tns import messages, requests
from emulators.oracle.tns.buffers import Reader
from emulators.oracle.tns.lobs import Lobs
from emulators.sql.engine.errors import ConnectionEnded

_COMMIT_AGAIN = 0x1


@dataclass
class Open:
    """A statement that the client has a number of."""

    number: int
    prepared: Prepared
    binds: list[requests.BindInfo] = field(default_factory=list)
    defines: list[requests.BindInfo] | None = None
    rows: Rows | None = None
    columns: tuple[OutColumn, ...] | None = None
    """As the client knows them."""
    fetched: int = 0


class Calls:
    """The calls of one session that have to do with statements."""

    def __init__(self, session: Session, lobs: Lobs) -> None:
        self._session, self._lobs = session, lobs
        self._open: dict[int, Open] = {}
        self._numbers = itertools.count(1)
        self.statement = ""
        """The text of the statement that is executed."""

    @property
    def _status(self) -> int:
        return messages.IN_TRANSACTION if self._session.in_transaction else 0

    def close(self, reader: Reader) -> None:
        """Forget the statements that the client closes."""
        reader.raw(1)
        for _each in range(reader.integer()):
            self._open.pop(reader.integer(), None)

    def execute(self, reader: Reader) -> bytes:
        """Answer an execute message."""
        request = requests.read_execute(reader)
        if request.options & requests.BATCH_ERRORS:
            raise refused("executions of batches that go on after errors (batcherrors)")
        if request.flags & requests.ROW_COUNTS:
            raise refused("the counts of each row of a batch (arraydmlrowcounts)")
        if request.flags & requests.SCROLLABLE:
            raise refused("scrollable cursors")
        if request.sql is not None:
            self.statement = request.sql
            found = self._prepare(request)
        else:
            if request.cursor not in self._open:
                raise OracleError(1001, message="invalid cursor")
            found = self._open[request.cursor]
            self.statement = found.prepared.text
        if request.binds:
            found.binds = request.binds
        if request.defines is not None:
            found.defines = request.defines
            return self._fetched(found, request.prefetch if request.options & requests.FETCH else 0)
        if request.options & requests.DESCRIBE_ONLY or not request.options & requests.EXECUTE:
            found.columns = found.prepared.describe(self._session, [])
            description = messages.describe(found.columns) if found.columns is not None else b""
            return description + messages.ending(cursor=found.number, call_status=self._status)
        return self._run(
            found,
            request.rows or [()] * (1 if found.prepared.is_query else max(request.count, 1)),
            commit=bool(request.options & requests.COMMIT),
            fetch=request.prefetch if request.options & requests.FETCH else 0,
        )

    def _prepare(self, request: requests.Execution) -> Open:
        prepared = self._session.prepare(self.statement)
        if request.cursor and request.cursor in self._open:
            found = self._open[request.cursor]
            found.prepared, found.rows, found.defines, found.columns = prepared, None, None, None
            return found
        found = Open(next(self._numbers), prepared)
        self._open[found.number] = found
        return found

    def execute_again(self, reader: Reader, *, fetch: bool) -> bytes:
        """Answer the short form of an execute message."""
        number, count, _options, more = reader.integer(), reader.integer(), reader.integer(), reader.integer()
        if number not in self._open:
            raise OracleError(1001, message="invalid cursor")
        found = self._open[number]
        self.statement = found.prepared.text
        executions = 1 if fetch else count
        rows: list[requests.RawRow] = [()] * executions
        if found.binds:
            rows = requests.read_rows(reader, executions, found.binds, late=not found.prepared.is_block)
        return self._run(found, rows, commit=bool(more & _COMMIT_AGAIN), fetch=count if fetch else 0)

    def _run(self, found: Open, rows: list[requests.RawRow], *, commit: bool, fetch: int) -> bytes:
        try:
            values = requests.stored(rows, found.binds if rows and rows[0] else [], self._lobs.temporary)
            kinds = [each.type for each in found.binds] if rows and rows[0] else []
            outcome = self._session.execute(found.prepared, kinds, values, commit=commit)
        except OracleError as problem:
            return messages.error(problem, cursor=found.number, call_status=self._status)
        found.rows, found.fetched = outcome.rows, 0
        if outcome.rows is None:
            return messages.ending(
                cursor=found.number, rows=outcome.count, call_status=self._status, warning=outcome.warning
            )
        described = outcome.columns != found.columns
        found.columns = outcome.columns
        return (messages.describe(found.columns or ()) if described else b"") + self._fetched(found, fetch)

    def fetch(self, reader: Reader) -> bytes:
        """Answer a fetch message."""
        number, count = reader.integer(), reader.integer()
        if number not in self._open or self._open[number].rows is None:
            raise OracleError(1002, message="fetch out of sequence")
        self.statement = self._open[number].prepared.text
        return self._fetched(self._open[number], count)

    def _fetched(self, found: Open, count: int) -> bytes:
        columns = found.columns or ()
        if found.rows is None:
            raise OracleError(1002, message="fetch out of sequence")
        if any(each.type.name == "CLOB" for each in columns) and found.defines is None:
            count = 0  # the client has to say first how it wants them
        try:
            taken = self._session.fetch(found.rows, count)
        except OracleError as problem:
            return messages.error(problem, cursor=found.number, call_status=self._status)
        found.fetched += len(taken)
        if self._session.drop_after is not None and found.fetched > self._session.drop_after:
            raise ConnectionEnded("a fault asks for it")
        body = self._encoded(found, taken) if taken else b""
        if count and found.rows.exhausted and len(taken) < count:
            end = messages.ending(
                number=messages.NO_DATA_FOUND, text="ORA-01403: no data found", cursor=found.number,
                rows=found.fetched, call_status=self._status,
            )  # fmt: skip
        else:
            end = messages.ending(cursor=found.number, rows=found.fetched, call_status=self._status)
        return body + end

    def _encoded(self, found: Open, taken: list[tuple[bytes | None, ...]]) -> bytes:
        columns = found.columns or ()
        endings = []
        locators = []
        for at, column in enumerate(columns):
            wanted = found.defines[at].number if found.defines else messages.TYPE_NUMBERS[column.type.name]
            own = messages.TYPE_NUMBERS[column.type.name]
            if wanted == messages.CLOB and own == messages.CLOB:
                locators.append(at)
                endings.append(messages.LOB)
            elif wanted == messages.LONG and column.type.name in LARGE:
                endings.append(b"\0\0")
            elif wanted == own or {wanted, own} <= {messages.VARCHAR, messages.CHAR}:
                endings.append(b"")
            else:
                raise refused(f"fetching {column.type.name} as type {wanted} of the protocol")
        for at in locators:
            taken = [(*row[:at], self._located(row[at]), *row[at + 1 :]) for row in taken]
        return messages.rows(taken, endings)

    def _located(self, value: bytes | None) -> bytes | None:
        if value is None:
            return None
        text = value.decode()
        return messages.locator_value(self._lobs.locator(text), len(text))
