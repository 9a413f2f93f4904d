# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m tests.performance.ready_servers sql serve …`: an emulated database that has the answers to queries ready.

It answers a query for the first time as the emulator does, and again with the octets that it has sent then: this costs
next to nothing, as if the server had processors of its own. What is measured of its clients is then the clients' time.
Nothing may change a table in between.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, cast

from emulators.oracle.__main__ import main as serve_oracle
from emulators.oracle.engine.results import OutColumn, Outcome, Rows
from emulators.oracle.engine.session import Session as OracleSession
from emulators.oracle.sql.prepared import Prepared
from emulators.oracle.tns import messages
from emulators.oracle.tns.calls import Calls, Open
from emulators.sql.__main__ import main as serve_sql
from emulators.sql.engine.types import Value
from emulators.sql.tds.reply import Reply
from emulators.sql.tsql import rows as queries
from emulators.sql.tsql.session import Session

WORTH_KEEPING = 100
"""Rows of an answer from which on it is kept."""


def keep_sql_answers() -> None:
    """Have the emulated SQL Server keep what it answers to queries."""
    kept: dict[tuple[object, ...], tuple[int, list[bytes]]] = {}
    query = queries._run_query

    def run(session: Session, prepared: queries.Plan, parameters: Sequence[Value]) -> None:
        output, key = cast(Reply, session.output), (prepared.sql, *parameters)
        output._release(more=True)
        put = output._put
        if key in kept:
            session.rowcount, sent = kept[key]
            for octets in sent:
                put(octets)
            output.done(session.rowcount, "SELECT")
            return
        sent = []

        def put_and_kept(octets: bytes) -> None:
            sent.append(octets)
            put(octets)

        vars(output)["_put"] = put_and_kept
        try:
            query(session, prepared, parameters)
        finally:
            del vars(output)["_put"]
        if session.rowcount >= WORTH_KEEPING:
            kept[key] = session.rowcount, sent

    queries._run_query = run


def keep_oracle_answers() -> None:
    """Have the emulated Oracle database keep what it answers to fetches."""
    kept: dict[tuple[str, int, int], tuple[int, bytes]] = {}
    columns: dict[str, tuple[OutColumn, ...] | None] = {}
    last: dict[str, bytes] = {}
    fetched, encoded, executed = Calls._fetched, Calls._encoded, OracleSession.execute

    def execute(self: OracleSession, prepared: Prepared, *given: Any, **more: Any) -> Outcome:
        if prepared.text in columns:
            return Outcome(rows=Rows(iter(())), columns=columns[prepared.text])
        return executed(self, prepared, *given, **more)

    def encode_and_keep(self: Calls, found: Open, taken: list[tuple[bytes | None, ...]]) -> bytes:
        last["answer"] = encoded(self, found, taken)
        return last["answer"]

    def fetch(self: Calls, found: Open, count: int) -> bytes:
        key = (found.prepared.text, found.fetched, count)
        if key not in kept and found.prepared.text in columns:
            raise RuntimeError(f"{count} rows after {found.fetched} were never asked for like this: {key[0]}")
        if key not in kept:
            last["answer"] = b""
            answer = fetched(self, found, count)
            rows = found.fetched - key[1]
            if key[1] or rows >= WORTH_KEEPING:
                kept[key] = rows, last["answer"]
                if found.rows is not None and found.rows.exhausted:
                    columns[key[0]] = found.columns
            return answer
        rows, octets = kept[key]
        found.fetched += rows
        number, text = (0, "") if rows == count else (messages.NO_DATA_FOUND, "ORA-01403: no data found")
        end = messages.ending(
            number=number, text=text, cursor=found.number, rows=found.fetched, call_status=self._status
        )
        return octets + end

    for where, name, mine in (
        (Calls, "_encoded", encode_and_keep),
        (Calls, "_fetched", fetch),
        (OracleSession, "execute", execute),
    ):
        setattr(where, name, mine)


if __name__ == "__main__":
    keep, serve = {"sql": (keep_sql_answers, serve_sql), "oracle": (keep_oracle_answers, serve_oracle)}[sys.argv.pop(1)]
    keep()
    sys.exit(serve())
