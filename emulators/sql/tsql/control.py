# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Statements that steer a batch: variables, blocks, transactions, settings, messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulators.sql.engine import syntax as tree
from emulators.sql.engine.errors import SqlError, refused
from emulators.sql.engine.types import SqlType
from emulators.sql.tsql.batch import Action, Batch, Return, run_block, run_one, statement
from emulators.sql.tsql.catalogue import SessionCatalogue

if TYPE_CHECKING:
    from emulators.sql.tsql.session import Session
from emulators.sql.tsql.evaluation import evaluate, holds


@statement("DECLARE", quiet=True)
def declare(words: Batch) -> Action:
    """DECLARE @name type [= value], ..."""
    found: list[tuple[str, SqlType, tree.Expression | None]] = []
    while True:
        if words.token.kind != "variable":
            raise refused(f"DECLARE {words.token.text}")
        name = words.next().value
        words.take("AS")
        if words.is_word("TABLE") or words.is_word("CURSOR"):
            raise refused(f"variables of the type {words.token.text.lower()}")
        kind = words.type()
        found.append((name, kind, words.expression() if words.take_operator("=") else None))
        if not words.take_operator(","):
            break

    def run(session: Session) -> None:
        for name, kind, value in found:
            if name in session.variables:
                raise SqlError(
                    134,
                    f"The variable name '{name}' has already been declared. Variable names must be unique within a "
                    "query batch or stored procedure.",
                    severity=15,
                )
            session.variables[name] = (kind, evaluate(session, value, kind) if value is not None else None)

    return run


_SWITCHES = {
    "NOCOUNT": "nocount", "XACT_ABORT": "xact_abort", "IMPLICIT_TRANSACTIONS": "implicit",
}  # fmt: skip


_IGNORED = frozenset(
    "ANSI_NULLS ANSI_PADDING ANSI_WARNINGS ANSI_NULL_DFLT_ON ARITHABORT CONCAT_NULL_YIELDS_NULL QUOTED_IDENTIFIER "
    "CURSOR_CLOSE_ON_COMMIT"
    " ANSI_DEFAULTS NUMERIC_ROUNDABORT".split()
)
"""Settings that are as the drivers want them, and cannot be changed to anything else here."""


@statement("SET", quiet=True)
def set_option(words: Batch) -> Action:
    """SET @name = value, and SET of the settings that are known."""
    if words.token.kind == "variable":
        return _set_variable(words)
    if words.take("TRANSACTION", "ISOLATION", "LEVEL"):
        words.take("READ")
        words.one_of("COMMITTED", "UNCOMMITTED", "SNAPSHOT", "SERIALIZABLE", "REPEATABLE")
        words.take("READ")
        return lambda session: None
    if words.take("IDENTITY_INSERT"):
        table, switch = words.name(), words.one_of("ON", "OFF")
        return lambda session: _identity_insert(session, table, on=switch == "ON")
    if words.take("LOCK_TIMEOUT"):
        milliseconds = words.integer()
        return lambda session: setattr(session, "lock_timeout", 60.0 if milliseconds < 0 else milliseconds / 1000)
    if words.take("TEXTSIZE") or words.take("DATEFIRST") or words.take("ROWCOUNT"):
        number = words.integer()
        if words.tokens[words.at - 2].value == "ROWCOUNT" and number:
            raise refused("SET ROWCOUNT")
        return lambda session: None
    if words.take("LANGUAGE") or words.take("DATEFORMAT"):
        words.next()
        return lambda session: None
    names = [words.identifier().upper()]
    while words.take_operator(","):
        names.append(words.identifier().upper())
    switch = words.one_of("ON", "OFF")
    for name in names:
        if name not in _SWITCHES and name not in _IGNORED:
            raise refused(f"SET {name}")
    chosen = [_SWITCHES[name] for name in names if name in _SWITCHES]

    def run(session: Session) -> None:
        for attribute in chosen:
            setattr(session, attribute, switch == "ON")

    return run


def _set_variable(words: Batch) -> Action:
    name = words.next().value
    operator = next((each for each in ("=", "+=", "-=") if words.take_operator(each)), "")
    if not operator:
        raise words.unexpected()
    value = words.expression()
    if operator != "=":
        value = tree.Binary(operator[0], tree.Variable(name), value)

    def run(session: Session) -> None:
        kind = session.variable_type(name)
        session.variables[name] = (kind, evaluate(session, value, kind))

    return run


def _identity_insert(session: Session, name: tree.Name, *, on: bool) -> None:
    table = SessionCatalogue(session).target(name)
    if not any(each.identity for each in table.columns):
        raise SqlError(
            8106, f"Table '{'.'.join(name)}' does not have the identity property. Cannot perform SET operation."
        )
    mine = (session.database.id, table.id)
    if on and session.identity_insert not in (None, mine):
        raise SqlError(
            8107,
            "IDENTITY_INSERT is already ON for another table. Cannot perform SET operation for table "
            f"'{'.'.join(name)}'.",
        )
    if on or session.identity_insert == mine:
        session.identity_insert = mine if on else None


@statement("IF", quiet=True)
def if_(words: Batch) -> Action:
    """IF condition statement [ELSE statement]."""
    condition = words.expression()
    then = words.statement()
    words.take_operator(";") if words.is_operator(";") and words.ahead(1).value == "ELSE" else None
    otherwise = words.statement() if words.take("ELSE") else None

    def run(session: Session) -> None:
        chosen = then if holds(session, condition) else otherwise
        if chosen is not None:
            run_one(session, chosen)

    return run


@statement("WHILE", quiet=True)
def while_(words: Batch) -> Action:
    """WHILE condition statement."""
    condition, body = words.expression(), words.statement()

    def run(session: Session) -> None:
        while holds(session, condition):
            run_one(session, body)

    return run


@statement("BEGIN", quiet=True)
def block(words: Batch) -> Action:
    """BEGIN ... END."""
    body = words.statements("END")
    words.expect("END")
    return lambda session: run_block(session, body)


@statement("BEGIN", "TRY", quiet=True)
def try_(words: Batch) -> Action:
    """BEGIN TRY ... END TRY BEGIN CATCH ... END CATCH."""
    body = words.statements("END")
    words.expect("END", "TRY", "BEGIN", "CATCH")
    handler = words.statements("END")
    words.expect("END", "CATCH")

    def run(session: Session) -> None:
        session.try_depth += 1
        try:
            run_block(session, body)
        except SqlError as error:
            caught: SqlError | None = error
        else:
            caught = None
        finally:
            session.try_depth -= 1
        if caught is not None:
            before, session.caught = session.caught, caught
            try:
                run_block(session, handler)
            finally:
                session.caught = before

    return run


def _optional_name(words: Batch) -> str:
    for word in ("TRANSACTION", "TRAN", "WORK"):
        words.take(word)
    if words.token.kind == "word" and not words.rest_is(*_AFTER):
        return words.identifier()
    return words.identifier() if words.token.kind == "quoted" else ""


_AFTER = (
    "SELECT",
    "INSERT",
    "UPDATE",
    "DELETE",
    "IF",
    "END",
    "ELSE",
    "SET",
    "BEGIN",
    "PRINT",
    "EXEC",
    "THROW",
    "RAISERROR",
    "DECLARE",
    "RETURN",
    "USE",
    "DROP",
    "CREATE",
    "ALTER",
    "ROLLBACK",
    "COMMIT",
)


@statement("BEGIN", "TRAN")
@statement("BEGIN", "TRANSACTION")
def begin_transaction(words: Batch) -> Action:
    """BEGIN TRANSACTION [name]."""
    _optional_name(words)
    return lambda session: session.begin()


@statement("COMMIT")
def commit(words: Batch) -> Action:
    """COMMIT [TRANSACTION] [name]."""
    _optional_name(words)
    return lambda session: session.commit()


@statement("ROLLBACK")
def rollback(words: Batch) -> Action:
    """ROLLBACK [TRANSACTION] [savepoint]."""
    name = _optional_name(words)
    return lambda session: session.rollback(name)


@statement("SAVE")
def save(words: Batch) -> Action:
    """SAVE TRANSACTION name."""
    name = _optional_name(words)
    return lambda session: session.save(name)


@statement("USE")
def use(words: Batch) -> Action:
    """USE database."""
    name = words.identifier()

    def run(session: Session) -> None:
        found = session.instance.state.database(name)
        if found is None:
            raise SqlError(911, f"Database '{name}' does not exist. Make sure that the name is entered correctly.")
        old = session.database.name
        session.use(found)
        session.output.database(old, found.name)

    return run


@statement("RETURN", quiet=True)
def return_(words: Batch) -> Action:
    """RETURN."""
    if not words.rest_is(*_AFTER):
        raise refused("RETURN with a value")

    def run(session: Session) -> None:
        raise Return

    return run
