# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""PRINT, THROW, RAISERROR, and WAITFOR."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from emulators.sql.engine.errors import SqlError, refused
from emulators.sql.engine.types import nvarchar
from emulators.sql.tsql.batch import Action, Batch, statement

if TYPE_CHECKING:
    from emulators.sql.tsql.session import Session
from emulators.sql.tsql.evaluation import evaluate


@statement("PRINT")
def print_(words: Batch) -> Action:
    """PRINT text."""
    value = words.expression()
    return lambda session: session.output.message(0, str(evaluate(session, value, nvarchar(4000)) or ""))


@statement("THROW", quiet=True)
def throw(words: Batch) -> Action:
    """THROW [number, message, state]."""
    if words.rest_is("END"):

        def again(session: Session) -> None:
            if session.caught is None:
                raise SqlError(
                    10704, "To rethrow an error, a THROW statement must be used inside a CATCH block.", severity=15
                )
            raise SqlError(
                session.caught.number,
                session.caught.message,
                severity=session.caught.severity,
                state=session.caught.state,
            )

        return again
    parts = words.expressions()
    if len(parts) != 3:
        raise words.unexpected()

    def run(session: Session) -> None:
        number, message, state = (evaluate(session, each) for each in parts)
        raise SqlError(int(number or 0), str(message), state=int(state or 0))

    return run


@statement("RAISERROR", quiet=True)
def raiserror(words: Batch) -> Action:
    """RAISERROR (message, severity, state) [WITH NOWAIT]."""
    words.expect_operator("(")
    parts = words.expressions()
    words.expect_operator(")")
    if words.take("WITH"):
        words.expect("NOWAIT")
    if len(parts) != 3:
        raise refused("RAISERROR with arguments")

    def run(session: Session) -> None:
        message, severity, state = (evaluate(session, each) for each in parts)
        if int(severity or 0) <= 10:
            session.output.message(50000, str(message), severity=int(severity or 0), state=int(state or 0))
        else:
            raise SqlError(50000, str(message), severity=int(severity or 0), state=int(state or 0))

    return run


@statement("WAITFOR")
def waitfor(words: Batch) -> Action:
    """WAITFOR DELAY 'hh:mm:ss'."""
    words.expect("DELAY")
    hours, minutes, seconds = words.string().split(":")
    delay = int(hours) * 3600 + int(minutes) * 60 + float(seconds)

    def run(session: Session) -> None:
        deadline = time.monotonic() + delay
        while (left := deadline - time.monotonic()) > 0:
            session.check()
            session.attention.wait(min(left, 0.1))

    return run
