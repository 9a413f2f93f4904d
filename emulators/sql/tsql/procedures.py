# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""EXEC: system procedures by their names, and strings; DBCC CHECKIDENT; RECONFIGURE."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

from emulators.sql.engine import syntax as tree
from emulators.sql.engine.convert import converter
from emulators.sql.engine.errors import SqlError, refused
from emulators.sql.engine.model import Property
from emulators.sql.engine.types import SYSNAME, SqlType, Value, nvarchar
from emulators.sql.tsql import security
from emulators.sql.tsql.batch import Action, Batch, parse, run_block, statement
from emulators.sql.tsql.catalogue import SessionCatalogue
from emulators.sql.tsql.evaluation import evaluate

if TYPE_CHECKING:
    from emulators.sql.tsql.session import Session


Argument: TypeAlias = tuple[str, SqlType, Value]
"""Name (empty if it has none), type and value."""


Procedure: TypeAlias = Callable[["Session", dict[str, Argument]], None]


_PROCEDURES: dict[str, tuple[tuple[str, ...], Procedure]] = {}


def procedure(name: str, *parameters: str) -> Callable[[Procedure], Procedure]:
    """Register a procedure with the names of its parameters, in their order."""

    def register(run: Procedure) -> Procedure:
        _PROCEDURES[name] = (tuple(f"@{each}" for each in parameters), run)
        return run

    return register


def call(session: Session, name: str, arguments: Sequence[Argument]) -> None:
    """Run a procedure. Raises SqlError 2812 if there is none of the name."""
    if name not in _PROCEDURES:
        raise SqlError(2812, f"Could not find stored procedure '{name}'.")
    names, run = _PROCEDURES[name]
    given: dict[str, Argument] = {}
    for number, each in enumerate(arguments):
        key = each[0] or (names[number] if number < len(names) else "")
        if key not in names:
            raise SqlError(8145, f"{each[0] or number + 1} is not a parameter for procedure {name}.")
        given[key] = each
    run(session, given)


@statement("EXEC", quiet=True)
@statement("EXECUTE", quiet=True)
def execute(words: Batch) -> Action:
    """EXEC procedure arguments, EXEC (text), EXEC sp_executesql."""
    if words.take_operator("("):
        text = words.expression()
        words.expect_operator(")")
        return lambda session: _run_text(session, str(evaluate(session, text, nvarchar(-1)) or ""), {})
    if words.token.kind == "variable":
        raise refused("EXEC @variable")
    *qualifier, last = words.name()
    name = last.lower()
    database = qualifier[0] if len(qualifier) > 1 else ""
    arguments: list[tuple[str, tree.Expression]] = []
    while not words.rest_is(
        "SELECT", "INSERT", "UPDATE", "DELETE", "EXEC", "IF", "END", "SET", "RECONFIGURE", "PRINT", "ELSE"
    ):
        key = ""
        if words.ahead(0).kind == "variable" and words.ahead(1).value == "=":
            key = words.next().value
            words.next()
        arguments.append(
            (
                key,
                words.scalar()
                if words.token.kind != "word" or words.is_word("NULL")
                else tree.Literal(words.next().text, SYSNAME),
            )
        )
        if words.take("OUTPUT") or words.take("OUT"):
            raise refused("OUTPUT arguments of EXEC")
        if not words.take_operator(","):
            break

    def run(session: Session) -> None:
        given: list[Argument] = []
        for key, value in arguments:
            kind = (
                session.variable_type(value.name)
                if isinstance(value, tree.Variable)
                else value.type
                if isinstance(value, tree.Literal)
                else nvarchar(-1)
            )
            given.append((key, kind, evaluate(session, value)))
        with _in_database(session, database):
            if name == "sp_executesql":
                _execute_sql(session, given)
            else:
                call(session, name, given)
                session.output.done(None)

    return run


@contextmanager
def _in_database(session: Session, name: str) -> Iterator[None]:
    """Run a system procedure in the database that its name is qualified with."""
    before = session.database
    if name:
        found = session.instance.state.database(name)
        if found is None:
            raise SqlError(911, f"Database '{name}' does not exist. Make sure that the name is entered correctly.")
        session.enter(found)
        session.database = found
    try:
        yield
    finally:
        session.database = before


def _execute_sql(session: Session, arguments: list[Argument]) -> None:
    from emulators.sql.tds.calls import declared_parameters  # noqa: PLC0415 (calls needs this module)

    declared = declared_parameters(str(arguments[1][2] or "")) if len(arguments) > 1 else []
    variables: dict[str, tuple[SqlType, Value]] = {}
    for (name, kind, _output), (_key, source, value) in zip(declared, arguments[2:], strict=False):
        change = converter(source, kind)
        variables[name] = (kind, change(value) if change and value is not None else value)
    _run_text(session, str(arguments[0][2]), variables)


def _run_text(session: Session, text: str, variables: dict[str, tuple[SqlType, Value]]) -> None:
    before, session.variables = session.variables, variables
    session.depth += 1
    try:
        run_block(session, parse(text))
    finally:
        session.depth -= 1
        session.variables = before


_LEVELS = ("name", "value", "level0type", "level0name", "level1type", "level1name", "level2type", "level2name")


def _securable(session: Session, given: dict[str, Argument]) -> tuple[int, int, int]:
    """Return class, major and minor id of what a property is on. Raises SqlError 15135."""
    levels = [
        (str(given[f"@level{n}type"][2] or "").upper(), str(given[f"@level{n}name"][2] or ""))
        for n in range(3)
        if f"@level{n}type" in given and given[f"@level{n}type"][2] is not None
    ]
    if not levels:
        return 0, 0, 0
    wrong = SqlError(
        15135,
        "Object is invalid. Extended properties are not permitted on "
        f"'{'.'.join(name for _kind, name in levels)}', or the object does not exist.",
    )
    if levels[0][0] != "SCHEMA":
        raise refused(f"extended properties of {levels[0][0]}")
    schema = session.model.schema(levels[0][1])
    if schema is None:
        raise wrong
    if len(levels) == 1:
        return 3, schema.id, 0
    if levels[1][0] not in ("TABLE", "VIEW"):
        raise refused(f"extended properties of {levels[1][0]}")
    found = session.model.object(schema.name, levels[1][1])
    if found is None:
        raise wrong
    if len(levels) == 2:
        return 1, found.id, 0
    table = SessionCatalogue(session).target((schema.name, found.name))
    column = table.column(levels[2][1]) if levels[2][0] == "COLUMN" else None
    if column is None:
        raise wrong
    return 1, table.id, column.id


def _change_property(session: Session, given: dict[str, Argument], action: str) -> None:
    session.begin_statement()
    security.require_role(session, "db_ddladmin")
    scope, major, minor = _securable(session, given)
    name = str(given["@name"][2])
    link = session.link
    link.begin()
    model = link.copy_model()
    found = next(
        (
            each
            for each in model.properties
            if (each.scope, each.major, each.minor, each.name.casefold()) == (scope, major, minor, name.casefold())
        ),
        None,
    )
    where = str(
        given.get("@level1name", ("", SYSNAME, None))[2]
        or given.get("@level0name", ("", SYSNAME, None))[2]
        or "object specified"
    )
    if action == "add" and found is not None:
        raise SqlError(15233, f"Property cannot be added. Property '{name}' already exists for '{where}'.")
    if action != "add" and found is None:
        raise SqlError(15217, f"Property cannot be updated or deleted. Property '{name}' does not exist for '{where}'.")
    value: str | None = None
    if "@value" in given and given["@value"][2] is not None:
        _name, kind, plain = given["@value"]
        change = converter(kind, SqlType("sql_variant"))
        value = str(change(plain)) if change else str(plain)
    if action == "add":
        model.properties.append(Property(scope, major, minor, name, value))
    elif found is not None and action == "update":
        found.value = value
    elif found is not None:
        model.properties.remove(found)
    link.store(model)
    session.end_statement()


@procedure("sp_addextendedproperty", *_LEVELS)
def add_property(session: Session, given: dict[str, Argument]) -> None:
    """sp_addextendedproperty."""
    _change_property(session, given, "add")


@procedure("sp_updateextendedproperty", *_LEVELS)
def update_property(session: Session, given: dict[str, Argument]) -> None:
    """sp_updateextendedproperty."""
    _change_property(session, given, "update")


@procedure("sp_dropextendedproperty", "name", *_LEVELS[2:])
def drop_property(session: Session, given: dict[str, Argument]) -> None:
    """sp_dropextendedproperty."""
    _change_property(session, given, "drop")
