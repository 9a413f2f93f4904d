# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Batches: the grammar of statements is a registry, to which each file of statements adds its own.

A statement is a function that takes the words after those it is registered under, and returns what is then run:

    @statement("DROP", "TABLE")
    def drop_table(words: Batch) -> Action: ...
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from emulators.sql.engine import syntax as tree
from emulators.sql.engine.errors import BATCH_ENDING, DOOMING, SqlError, refused
from emulators.sql.tsql.queries import Queries
from emulators.sql.tsql.tokens import Token

if TYPE_CHECKING:
    from emulators.sql.tsql.session import Session

Action: TypeAlias = Callable[["Session"], None]


@dataclass(frozen=True)
class Rule:
    """How a statement is taken."""

    take: Callable[[Batch], Action]
    alone: bool
    """Whether it may not be part of a transaction (error 226)."""
    quiet: bool
    """Whether it sends its own DONE, or none."""


@dataclass(frozen=True)
class Statement:
    """A statement, ready to run."""

    name: str
    text: str
    action: Action
    alone: bool
    quiet: bool
    node: tree.RowStatement | None = None
    """The tree of a statement that reads or changes rows."""

    def run(self, session: Session) -> None:
        """Run it. Raises SqlError."""
        session.check()
        if self.alone and session.transactions:
            raise SqlError(226, f"{self.name} statement not allowed within multi-statement transaction.")
        session.instance.faults.strike(
            self.text, session.login.name, session=session.id, database=session.database.name
        )
        self.action(session)
        if not self.quiet:
            session.output.done(None)


RULES: dict[tuple[str, ...], Rule] = {}
_LONGEST = 4


def statement(
    *words: str, alone: bool = False, quiet: bool = False
) -> Callable[[Callable[[Batch], Action]], Callable[[Batch], Action]]:
    """Register a statement under the words that it starts with."""

    def register(take: Callable[[Batch], Action]) -> Callable[[Batch], Action]:
        RULES[words] = Rule(take, alone, quiet)
        return take

    return register


class Return(Exception):
    """RETURN was reached."""


class Batch(Queries):
    """A parser of batches."""

    def statements(self, *ends: str) -> list[Statement]:
        """Take statements up to the end of the batch, or to a word that ends the block."""
        found: list[Statement] = []
        while True:
            while self.take_operator(";"):
                pass
            if self.token.kind == "end" or (self.token.kind == "word" and self.token.value in ends):
                return found
            found.append(self.statement())

    def statement(self) -> Statement:
        """Take one statement."""
        start = self.token
        for length in range(_LONGEST, 0, -1):
            words = tuple(self.ahead(n).value for n in range(length) if self.ahead(n).kind == "word")
            rule = RULES.get(words) if len(words) == length else None
            if rule is not None:
                self.at += length
                action = rule.take(self)
                return Statement(
                    " ".join(words),
                    self.since(start.position),
                    action,
                    rule.alone,
                    rule.quiet,
                    getattr(action, "node", None),
                )
        raise self._unknown(start)

    def _unknown(self, start: Token) -> SqlError:
        if start.kind != "word":
            return self.unexpected()
        known = {words[0] for words in RULES}
        if start.value in known:
            return refused(f"{start.value} {self.ahead(1).value}")
        if self.at == 0 and self.ahead(1).kind in ("end", "word", "string", "variable"):
            return refused(f"the statement {start.text}")
        return self.unexpected()

    def rest_is(self, *words: str) -> bool:
        """Return whether the statement ends here, or one of these words comes."""
        return self.token.kind == "end" or self.is_operator(";") or any(self.is_word(word) for word in words)


@functools.lru_cache(maxsize=512)
def parse(text: str) -> tuple[Statement, ...]:
    """Return the statements of a batch. Raises SqlError: nothing of the batch is run then."""
    batch = Batch(text)
    found = batch.statements()
    if batch.token.kind != "end":
        raise batch.unexpected()
    return tuple(found)


def run_block(session: Session, statements: Sequence[Statement]) -> None:
    """Run statements; an error that does not end the batch is told, and the next one runs.

    Raises:
        SqlError: one that ends the batch, told already.
    """
    for each in statements:
        run_one(session, each)


def run_one(session: Session, each: Statement) -> None:
    """Run one statement of a block."""
    try:
        each.run(session)
    except SqlError as error:
        session.undo_statement()
        session.last_error = error.number
        if error.told:
            raise
        ends = error.number in BATCH_ENDING or session.xact_abort or error.severity >= 19
        if session.try_depth:
            if session.transactions and (session.xact_abort or error.number in DOOMING):
                session.doomed = True
            raise
        if session.transactions and (session.xact_abort or error.number in DOOMING):
            session.rollback()
        session.output.error(error)
        if ends:
            error.told = True
            raise
        session.output.done(None)
    else:
        if not each.name.startswith(("IF", "BEGIN", "WHILE", "PRINT")):
            session.last_error = 0


def run_batch(session: Session, text: str) -> None:
    """Run a batch; errors are told to the client."""
    try:
        run_block(session, parse(text))
    except Return:
        pass
    except SqlError as error:
        if not error.told:
            session.output.error(error)
