# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Blocks of PL/SQL: a list of EXECUTE IMMEDIATE, of changes of rows, and of calls that the emulator knows."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

from emulators.oracle.engine import numbers
from emulators.oracle.engine.errors import OracleError, refused
from emulators.oracle.engine.faults import strike
from emulators.oracle.engine.results import Outcome
from emulators.oracle.engine.types import OracleType, Value
from emulators.oracle.sql import packages
from emulators.oracle.sql.preparation import prepare
from emulators.oracle.sql.prepared import Kinds, Prepared, StoredRow
from emulators.oracle.sql.tokens import Token, Words

if TYPE_CHECKING:
    from emulators.oracle.engine.session import Session

Given = dict[str, tuple[OracleType, Value]]
_MARK = "block of PL/SQL"
Step = Callable[["Session", Given], Outcome | None]


class Block(Prepared):
    """A block."""

    is_block = True

    def __init__(self, text: str, steps: list[tuple[int, Step]], names: list[str]) -> None:
        super().__init__(text)
        self._steps, self._names = steps, names

    def run(self, session: Session, kinds: Kinds, rows: list[StoredRow]) -> Outcome:
        """Execute it for each row. Raises OracleError with the number of rows that were done before."""
        if len(kinds) < len(self._names):
            raise OracleError(1008)
        warning = False
        for done, row in enumerate(rows):
            given = {name: (kind, value) for name, kind, value in zip(self._names, kinds, row, strict=False)}
            inside = session.in_transaction
            if inside:
                session.save(_MARK)
            for line, step in self._steps:
                try:
                    outcome = step(session, given)
                except OracleError as error:
                    _undo(session, inside=inside)
                    found = OracleError(error.number, message="")
                    found.message = f"{error.message}\nORA-06512: at line {line}"
                    found.rows = done
                    raise found from error
                warning = warning or (outcome is not None and outcome.warning)
        return Outcome(len(rows), warning=warning)


def _undo(session: Session, *, inside: bool) -> None:
    """Undo what the block has changed and not committed."""
    if not inside:
        session.rollback()
    elif _MARK in session.savepoints:
        session.rollback(_MARK)


def block(text: str, words: Words) -> Block:
    """Read a block, or CALL. Raises OracleError."""
    names: list[str] = []
    if words.skip("CALL"):
        steps = [(1, _call(words, names))]
        words.done()
        return Block(text, steps, names)
    if words.sees("DECLARE"):
        raise refused("DECLARE in a block", words.next.position)
    words.expect("BEGIN")
    steps = []
    while not words.sees("END"):
        line = text.count("\n", 0, words.next.position) + 1
        steps.append((line, _step(text, words, names)))
        words.expect(";", number=6550)
    words.take()
    words.expect(";", number=6550)
    words.skip("/")
    words.done()
    return Block(text, steps, names)


def _step(text: str, words: Words, names: list[str]) -> Step:
    if words.skip("NULL"):
        return lambda _session, _given: None
    if words.skip("EXECUTE", "IMMEDIATE"):
        statement = _value(words, names)
        if words.sees_any(("USING", "INTO", "RETURNING", "BULK")):
            raise refused(f"EXECUTE IMMEDIATE ... {words.next.value}", words.next.position)
        return lambda session, given: _immediate(session, statement(given))
    if words.sees_any(("INSERT", "UPDATE", "DELETE", "MERGE", "COMMIT", "ROLLBACK", "SAVEPOINT", "LOCK")):
        return _statement(text, words, names)
    if words.next.kind in ("word", "quoted") and words.ahead(1).value in (".", "(", ";"):
        return _call(words, names)
    raise refused(f"{words.next.text} in a block", words.next.position)


def _immediate(session: Session, text: object) -> Outcome | None:
    if not isinstance(text, str):
        raise OracleError(6535, message="statement string in EXECUTE IMMEDIATE is NULL or 0 length")
    strike(session, text)
    prepared = prepare(text)
    if prepared.is_query:
        raise refused("queries in EXECUTE IMMEDIATE")
    return prepared.run(session, [], [()])


def _statement(text: str, words: Words, names: list[str]) -> Step:
    """Read a statement of SQL up to its semicolon."""
    start = words.next.position
    binds: list[str] = []
    while not words.sees(";"):
        token = words.take()
        if token.kind == "end":
            words.fail(6550)
        if token.kind == "bind":
            binds.append(_bind(token, names))
    prepared = prepare(text[start : words.next.position])

    def step(session: Session, given: Given) -> Outcome:
        kinds, row = [given[each][0] for each in binds], tuple(given[each][1] for each in binds)
        return prepared.run(session, kinds, [row])

    return step


def _bind(token: Token, names: list[str]) -> str:
    # a name is one bind, however often it stands in a block
    if token.value not in names:
        names.append(token.value)
    return token.value


def _value(words: Words, names: list[str]) -> Callable[[Given], object]:
    """Read a value: texts, numbers and binds, joined by ||."""
    parts = [_one_value(words, names)]
    while words.skip("||"):
        parts.append(_one_value(words, names))
    if len(parts) == 1:
        return parts[0]
    return lambda given: "".join(str(part(given) or "") for part in parts)


def _one_value(words: Words, names: list[str]) -> Callable[[Given], object]:
    token = words.take()
    match token.kind:
        case "string":
            return lambda _given: token.value
        case "number":
            return lambda _given: Decimal(token.text)
        case "bind":
            name = _bind(token, names)
            return lambda given: _plain(*given[name])
    if token.value in ("NULL", "TRUE", "FALSE"):
        constant = {"NULL": None, "TRUE": True, "FALSE": False}[token.value]
        return lambda _given: constant
    raise refused(f"{token.text} as a value in a block", token.position)


def _plain(kind: OracleType, value: Value) -> object:
    return numbers.decode(value) if kind.name == "NUMBER" and isinstance(value, bytes) else value


def _call(words: Words, names: list[str]) -> Step:
    at = words.next.position
    name = ".".join(words.qualified()).removeprefix("SYS.")
    arguments: list[tuple[str, Callable[[Given], object]]] = []
    if words.skip("(") and not words.skip(")"):
        while True:
            key = ""
            if words.next.kind == "word" and words.ahead(1).value == "=>":
                key = words.take().value
                words.take()
            arguments.append((key, _value(words, names)))
            if not words.skip(","):
                break
        words.expect(")")
    if name not in packages.PROCEDURES:
        raise refused(f"the procedure {name}", at)
    parameters, action = packages.PROCEDURES[name]
    for key, _value_of in arguments:
        if key and key not in parameters:
            raise refused(f"the parameter {key} of {name}", at)
    if len(arguments) > len(parameters):
        raise refused(f"{len(arguments)} arguments of {name}", at)

    def step(session: Session, given: Given) -> Outcome | None:
        named = {key or parameters[at]: value(given) for at, (key, value) in enumerate(arguments)}
        return action(session, named)

    return step
