# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Queries and changes of rows as trees, whatever dialect they were written in."""

from __future__ import annotations

import typing
from dataclasses import dataclass

from emulators.sql.engine.types import SqlType, Value

Name: typing.TypeAlias = tuple[str, ...]
"""The parts of a qualified name, the object's own last."""


@dataclass(frozen=True)
class Literal:
    """A constant; None is NULL."""

    value: Value
    type: SqlType


@dataclass(frozen=True)
class Variable:
    """`@name`, in lower case; `@@name` too."""

    name: str


@dataclass(frozen=True)
class Column:
    """A column, qualified or not."""

    name: Name


@dataclass(frozen=True)
class Star:
    """`*` or `source.*`."""

    source: Name = ()


@dataclass(frozen=True)
class Unary:
    """`-x`, `~x`, NOT x."""

    operator: str
    operand: Expression


@dataclass(frozen=True)
class Binary:
    """Arithmetic, comparison, AND, OR."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True)
class IsNull:
    """`x IS [NOT] NULL`."""

    operand: Expression
    negated: bool


@dataclass(frozen=True)
class In:
    """`x IN (...)`."""

    operand: Expression
    choices: tuple[Expression, ...] | Query
    negated: bool


@dataclass(frozen=True)
class Like:
    """`x LIKE pattern`."""

    operand: Expression
    pattern: Expression
    escape: Expression | None
    negated: bool


@dataclass(frozen=True)
class Exists:
    """`EXISTS (query)`."""

    query: Query


@dataclass(frozen=True)
class Case:
    """CASE, with an operand or without."""

    operand: Expression | None
    branches: tuple[tuple[Expression, Expression], ...]
    otherwise: Expression | None


@dataclass(frozen=True)
class Cast:
    """CAST, CONVERT, and TRY_ of them."""

    operand: Expression
    type: SqlType
    style: Expression | None = None
    quiet: bool = False


@dataclass(frozen=True)
class Collate:
    """`x COLLATE name`."""

    operand: Expression
    collation: str


@dataclass(frozen=True)
class Ordering:
    """One item of ORDER BY."""

    key: Expression
    descending: bool = False


@dataclass(frozen=True)
class Window:
    """OVER (PARTITION BY ... ORDER BY ...)."""

    partition: tuple[Expression, ...]
    order: tuple[Ordering, ...]


@dataclass(frozen=True)
class Call:
    """A function."""

    name: str
    """In upper case."""
    arguments: tuple[Expression, ...]
    distinct: bool = False
    window: Window | None = None
    within: tuple[Ordering, ...] = ()


@dataclass(frozen=True)
class Scalar:
    """A query as a value."""

    query: Query


Expression: typing.TypeAlias = (
    Literal
    | Variable
    | Column
    | Star
    | Unary
    | Binary
    | IsNull
    | In
    | Like
    | Exists
    | Case
    | Cast
    | Collate
    | Call
    | Scalar
)


@dataclass(frozen=True)
class Table:
    """A table or a view."""

    name: Name
    alias: str = ""


@dataclass(frozen=True)
class Derived:
    """A query as a source."""

    query: Query
    alias: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Join:
    """Two sources."""

    kind: typing.Literal["INNER", "LEFT", "RIGHT", "FULL", "CROSS"]
    left: Source
    right: Source
    on: Expression | None = None


Source: typing.TypeAlias = Table | Derived | Join


@dataclass(frozen=True)
class Item:
    """One item of a select list."""

    expression: Expression
    alias: str = ""
    variable: str = ""
    """The variable that it is assigned to: SELECT @x = ..."""


@dataclass(frozen=True)
class Select:
    """One SELECT, without set operators."""

    items: tuple[Item, ...]
    source: Source | None = None
    where: Expression | None = None
    group: tuple[Expression, ...] = ()
    having: Expression | None = None
    distinct: bool = False
    top: Expression | None = None


@dataclass(frozen=True)
class Rows:
    """VALUES (...), (...)."""

    rows: tuple[tuple[Expression, ...], ...]


@dataclass(frozen=True)
class SetOperation:
    """UNION and its like."""

    operator: typing.Literal["UNION", "UNION ALL", "EXCEPT", "INTERSECT"]
    left: Select | Rows | SetOperation
    right: Select | Rows | SetOperation


@dataclass(frozen=True)
class CommonTable:
    """One table of WITH."""

    name: str
    columns: tuple[str, ...]
    query: Query


@dataclass(frozen=True)
class Query:
    """A whole query."""

    body: Select | Rows | SetOperation
    order: tuple[Ordering, ...] = ()
    offset: Expression | None = None
    fetch: Expression | None = None
    tables: tuple[CommonTable, ...] = ()


@dataclass(frozen=True)
class Insert:
    """INSERT; `rows` None is DEFAULT VALUES."""

    table: Name
    columns: tuple[str, ...]
    rows: Query | None
    output: tuple[Item, ...] = ()


@dataclass(frozen=True)
class Update:
    """UPDATE, with the joined sources if there are any."""

    target: Name
    changes: tuple[tuple[str, Expression], ...]
    source: Source | None = None
    where: Expression | None = None
    output: tuple[Item, ...] = ()
    tables: tuple[CommonTable, ...] = ()


@dataclass(frozen=True)
class Delete:
    """DELETE, with the joined sources if there are any."""

    target: Name
    source: Source | None = None
    where: Expression | None = None
    output: tuple[Item, ...] = ()
    tables: tuple[CommonTable, ...] = ()


RowStatement: typing.TypeAlias = Query | Insert | Update | Delete
