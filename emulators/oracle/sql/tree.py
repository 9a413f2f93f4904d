# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Queries as trees."""

from __future__ import annotations

import typing
from dataclasses import dataclass

from emulators.oracle.engine.types import OracleType, Value

Name: typing.TypeAlias = tuple[str, ...]
"""The parts of a qualified name, the object's own last."""


@dataclass(frozen=True)
class Literal:
    """A constant in stored form; None is NULL."""

    value: Value
    type: OracleType


@dataclass(frozen=True)
class Bind:
    """`:name`; `index` counts from 0."""

    name: str
    index: int


@dataclass(frozen=True)
class Column:
    """A column, qualified or not."""

    name: Name
    at: int = 0


@dataclass(frozen=True)
class Star:
    """`*` or `source.*`; `at` and `end` are where it stands in the text."""

    source: Name = ()
    at: int = 0
    end: int = 0


@dataclass(frozen=True)
class Unary:
    """-x, +x, NOT x, PRIOR is not one."""

    operator: str
    operand: Expression


@dataclass(frozen=True)
class Binary:
    """Arithmetic, concatenation, comparison, AND, OR."""

    operator: str
    left: Expression
    right: Expression
    at: int = 0


@dataclass(frozen=True)
class IsNull:
    """`x IS [NOT] NULL`."""

    operand: Expression
    negated: bool


@dataclass(frozen=True)
class In:
    """`x IN (...)`, `(x, y) IN (...)`."""

    operand: Expression
    choices: tuple[Expression, ...] | Query
    negated: bool


@dataclass(frozen=True)
class Tuple:
    """`(x, y)`, on either side of IN."""

    items: tuple[Expression, ...]


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
    """CASE, with an operand or without; DECODE too."""

    operand: Expression | None
    branches: tuple[tuple[Expression, Expression], ...]
    otherwise: Expression | None
    decode: bool = False
    """Whether NULL equals NULL."""


@dataclass(frozen=True)
class Cast:
    """`CAST(x AS type)`."""

    operand: Expression
    type: OracleType


@dataclass(frozen=True)
class Ordering:
    """One item of ORDER BY."""

    key: Expression
    descending: bool = False
    nulls_first: bool | None = None


@dataclass(frozen=True)
class Window:
    """OVER (PARTITION BY ... ORDER BY ...)."""

    partition: tuple[Expression, ...]
    order: tuple[Ordering, ...]


@dataclass(frozen=True)
class Call:
    """A function."""

    name: str
    """In upper case, its package before it."""
    arguments: tuple[Expression, ...]
    distinct: bool = False
    star: bool = False
    window: Window | None = None
    within: tuple[Ordering, ...] = ()
    at: int = 0


@dataclass(frozen=True)
class Scalar:
    """A query as a value."""

    query: Query


Expression: typing.TypeAlias = (
    Literal | Bind | Column | Star | Unary | Binary | IsNull | In | Tuple | Like | Exists | Case | Cast | Call | Scalar
)


@dataclass(frozen=True)
class Table:
    """A table or a view."""

    name: Name
    alias: str = ""
    at: int = 0


@dataclass(frozen=True)
class Derived:
    """A query as a source."""

    query: Query
    alias: str


@dataclass(frozen=True)
class Join:
    """Two sources."""

    kind: typing.Literal["INNER", "LEFT", "RIGHT", "FULL", "CROSS"]
    left: Source
    right: Source
    on: Expression | None = None
    using: tuple[str, ...] = ()


Source: typing.TypeAlias = Table | Derived | Join


@dataclass(frozen=True)
class Item:
    """One item of a select list."""

    expression: Expression
    alias: str = ""
    text: str = ""
    """As it is written, without blanks and in upper case: the column's name if it has no other."""


@dataclass(frozen=True)
class Select:
    """One SELECT, without set operators."""

    items: tuple[Item, ...]
    source: Source
    where: Expression | None = None
    group: tuple[Expression, ...] = ()
    having: Expression | None = None
    distinct: bool = False


@dataclass(frozen=True)
class SetOperation:
    """UNION and its like."""

    operator: typing.Literal["UNION", "UNION ALL", "MINUS", "INTERSECT"]
    left: Body
    right: Body


@dataclass(frozen=True)
class CommonTable:
    """One query of WITH."""

    name: str
    columns: tuple[str, ...]
    query: Query


@dataclass(frozen=True)
class Lock:
    """FOR UPDATE; `wait` None waits for ever, 0 not at all."""

    wait: int | None = None


@dataclass(frozen=True)
class Query:
    """A whole query."""

    body: Body
    order: tuple[Ordering, ...] = ()
    offset: Expression | None = None
    fetch: Expression | None = None
    tables: tuple[CommonTable, ...] = ()
    lock: Lock | None = None


Body: typing.TypeAlias = Select | SetOperation | Query
