# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remote procedure calls (MS-TDS 2.2.6.6): prepared statements, and the procedures that drivers call by themselves."""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias, cast

from emulators.sql.engine import syntax as tree
from emulators.sql.engine.convert import converter
from emulators.sql.engine.errors import Cancelled, ConnectionEnded, SqlError, refused
from emulators.sql.engine.text_forms import shown
from emulators.sql.engine.types import MAX, SqlType, Value, nvarchar
from emulators.sql.tds import described
from emulators.sql.tds.executions import converted, executions, read_handle
from emulators.sql.tds.parameters import Parameter, read_parameters
from emulators.sql.tds.reply import Reply
from emulators.sql.tsql import procedures, rows
from emulators.sql.tsql.batch import Batch, Statement, parse, run_batch
from emulators.sql.tsql.session import Session

_IDS = {10: "sp_executesql", 11: "sp_prepare", 12: "sp_execute", 13: "sp_prepexec", 15: "sp_unprepare"}


Request: TypeAlias = tuple[str, list[Parameter]]
_LONG = {"TEXT": SqlType("varchar", MAX), "NTEXT": nvarchar(MAX), "IMAGE": SqlType("varbinary", MAX)}
"""What drivers declare for long values; as types of columns they are not known here."""


@dataclass
class Prepared:
    """A prepared statement."""

    text: str
    parameters: list[tuple[str, SqlType, bool]]
    """Name, type, whether it is an output parameter."""
    node: tree.RowStatement | None = None
    """The statement, if it is nothing but one that reads or changes rows."""


@dataclass
class Calls:
    """Handles the calls of one connection."""

    session: Session
    reply: Reply
    prepared: dict[int, Prepared] = field(default_factory=dict)
    last_handle: int = 0
    returned: list[tuple[int, str, SqlType, Value]] = field(default_factory=list)
    """Output parameters of the present call, which follow its return status."""

    def handle(self, data: bytes) -> None:
        """Run all calls of a request."""
        for name, parameters in requests(data, self._many):
            self._call(name, parameters)

    def _call(self, name: str, parameters: list[Parameter]) -> None:
        self.reply.in_procedure = True
        status, self.returned = 0, []
        try:
            self.session.check()
            match name:
                case "sp_executesql":
                    self._execute_sql(parameters)
                case "sp_prepare":
                    self._prepare(parameters)
                case "sp_execute":
                    self._execute(self._found(parameters[0].value), parameters[1:])
                case "sp_prepexec":
                    self._prepare_and_execute(parameters)
                case "sp_unprepare":
                    self.prepared.pop(cast(int, parameters[0].value), None)
                case "sp_describe_undeclared_parameters":
                    described.undeclared_parameters(self.session, str(parameters[0].value))
                case "sp_datatype_info_100" | "sp_datatype_info":
                    described.datatype_info(self.session, cast(int, parameters[0].value if parameters else 0))
                case _:
                    procedures.call(self.session, name, [(each.name, each.type, each.value) for each in parameters])
        except SqlError as error:
            self.session.undo_statement()
            self.reply.error(error)
            status = error.number
        finally:
            self.reply.in_procedure = False
        self.reply.return_status(status)
        for each in self.returned:
            self.reply.return_value(*each)
        self.reply.done_procedure()

    def _execute_sql(self, parameters: list[Parameter]) -> None:
        text = str(parameters[0].value)
        declarations = str(parameters[1].value or "") if len(parameters) > 1 else ""
        self._execute(self._new(text, declarations), parameters[2:])

    def _prepare(self, parameters: list[Parameter]) -> None:
        prepared = self._new(str(parameters[2].value), str(parameters[1].value or ""))
        if isinstance(prepared.node, tree.Query):
            with _Variables(self.session, prepared):
                self.reply.columns(rows.plan(self.session, prepared.node).columns)
            self.reply.done(0)
        self._return_handle(parameters[0], self._keep(prepared))

    def _prepare_and_execute(self, parameters: list[Parameter]) -> None:
        if isinstance(parameters[0].value, int):
            self.prepared.pop(parameters[0].value, None)
        prepared = self._new(str(parameters[2].value), str(parameters[1].value or ""))
        handle = self._keep(prepared)
        try:
            self._execute(prepared, parameters[3:])
        finally:
            self._return_handle(parameters[0], handle)

    def _return_handle(self, parameter: Parameter, handle: int) -> None:
        self.returned.append((0, parameter.name, SqlType("int"), handle))

    def _new(self, text: str, declarations: str) -> Prepared:
        statements = parse(text)
        return Prepared(text, declared_parameters(declarations), only_rows(statements))

    def _keep(self, prepared: Prepared) -> int:
        self.last_handle += 1
        self.prepared[self.last_handle] = prepared
        return self.last_handle

    def _found(self, handle: Value) -> Prepared:
        found = self.prepared.get(cast(int, handle))
        if found is None:
            raise SqlError(8179, f"Could not find prepared statement with handle {shown(handle)}.")
        return found

    def _execute(self, prepared: Prepared, given: list[Parameter]) -> None:
        with _Variables(self.session, prepared) as variables:
            for number, each in enumerate(given):
                index = next(
                    (n for n, (name, _kind, _out) in enumerate(prepared.parameters) if each.name == name), number
                )
                if index >= len(prepared.parameters):
                    raise SqlError(8144, "Procedure or function sp_execute has too many arguments specified.")
                name, kind, _output = prepared.parameters[index]
                change = converter(each.type, kind)
                variables[name] = (kind, change(each.value) if change and each.value is not None else each.value)
            missing = [name for name, _kind, _output in prepared.parameters[len(given) :]]
            if missing:
                message = (
                    f"The parameterized query '{prepared.text[:50]}' expects the parameter '{missing[0]}', "
                    "which was not supplied."
                )
                raise SqlError(8178, message)
            run_batch(self.session, prepared.text)
            for number, (name, kind, output) in enumerate(prepared.parameters):
                if output and number < len(given) and given[number].by_reference:
                    self.returned.append((number, given[number].name, kind, self.session.variable(name)))

    def _many(self, data: bytes, at: int) -> int | None:
        """Run the executions of one statement that a request holds together; None if they are to be run one by one."""
        with understood():
            handle, at = read_handle(data, at)
        prepared = self.prepared.get(handle)
        if prepared is None or not isinstance(prepared.node, tree.Insert | tree.Update | tree.Delete):
            return None
        with understood():
            found, end = executions(data, at, handle)
        if len(found) < 2:
            return None
        try:
            chosen = converted(found, [kind for _name, kind, _output in prepared.parameters])
        except SqlError:
            return None  # one by one, the one that fails is told
        fault = self.reply.drop
        faults, login = self.session.instance.faults, self.session.login.name
        with _Variables(self.session, prepared):
            try:
                faults.strike(prepared.text, login, session=self.session.id, database=self.session.database.name)
                if fault is not None:
                    raise ConnectionEnded("a fault asks for it")
                done = rows.run_many(
                    self.session, prepared.node, [name for name, _kind, _out in prepared.parameters], chosen
                )
            except (Cancelled, ConnectionEnded):
                raise
            except SqlError as error:
                self.session.undo_statement()
                if error.number == 1205 and self.session.transactions:
                    self.session.rollback()
                self.reply.in_procedure = True
                self.reply.error(error)
                self.reply.in_procedure = False
                self.reply.done_procedure()
                return end
        if not done:
            return None
        self.reply.executions(len(found))
        return end


@contextlib.contextmanager
def understood() -> Iterator[None]:
    """End the connection over what is no message, or one that was cut off."""
    try:
        yield
    except (LookupError, ValueError, OverflowError, struct.error) as error:
        raise ConnectionEnded(f"a call that is not understood: {error}") from error


def requests(data: bytes, many: Callable[[bytes, int], int | None] | None = None) -> Iterator[Request]:
    """Yield the calls of a message: the procedure's name and its parameters.

    Args:
        data: the message.
        many: handles executions that a message holds together, from a position on, and returns the position after them;
            None if they are to be yielded one by one.

    Raises:
        ConnectionEnded: it is no such message.
        SqlError: it has a type or a procedure that the emulator does not know.
    """
    with understood():
        at = _headers(data)
    while at < len(data):
        with understood():
            name, at = _name(data, at)
        if many is not None and name == "sp_execute" and (end := many(data, at)) is not None:
            at = end
            continue
        with understood():
            parameters, at = read_parameters(data, at)
        yield name, parameters
        at += 1  # the mark between two calls


def _headers(data: bytes) -> int:
    """Return the position after ALL_HEADERS."""
    return int(struct.unpack_from("<I", data)[0])


def _name(data: bytes, at: int) -> tuple[str, int]:
    """Return the procedure's name, and the position of its first parameter."""
    (length,) = struct.unpack_from("<H", data, at)
    if length == 0xFFFF:
        (number,) = struct.unpack_from("<H", data, at + 2)
        if number not in _IDS:
            raise refused(f"the procedure with the number {number}")
        return _IDS[number], at + 6
    name = data[at + 2 : at + 2 + 2 * length].decode("utf-16-le")
    return name.rpartition(".")[2].lower(), at + 4 + 2 * length


def declared_parameters(text: str) -> list[tuple[str, SqlType, bool]]:
    """Return the parameters of a declaration such as `@P1 int, @P2 nvarchar(10) OUTPUT`."""
    words, found = Batch(text), []
    while words.token.kind == "variable":
        name = words.next().value
        kind = _LONG.get(words.token.value) or words.type()
        if words.token.value in _LONG:
            words.next()
        found.append((name, kind, words.take("OUTPUT") or words.take("OUT")))
        if not words.take_operator(","):
            break
    if words.token.kind != "end":
        raise words.unexpected()
    return found


def only_rows(statements: tuple[Statement, ...]) -> tree.RowStatement | None:
    """Return the tree of a batch that is nothing but one statement on rows."""
    return statements[0].node if len(statements) == 1 else None


class _Variables:
    """The variables of a prepared statement instead of the session's, for a while."""

    def __init__(self, session: Session, prepared: Prepared) -> None:
        self._session, self._before = session, session.variables
        self._new: dict[str, tuple[SqlType, Value]] = {
            name: (kind, None) for name, kind, _output in prepared.parameters
        }

    def __enter__(self) -> dict[str, tuple[SqlType, Value]]:
        self._session.variables = self._new
        return self._new

    def __exit__(self, *_exception: object) -> None:
        self._session.variables = self._before
