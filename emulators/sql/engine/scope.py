# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What names mean inside a statement, and what the binder asks of whoever knows the databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, Protocol

from emulators.sql.engine import syntax as tree
from emulators.sql.engine.errors import SqlError
from emulators.sql.engine.model import TableInfo
from emulators.sql.engine.types import SqlType


@dataclass(frozen=True)
class Bound:
    """An expression of SQLite with the type that its values have in SQL Server."""

    sql: str
    type: SqlType
    nullable: bool = True
    name: str = ""
    """The name that a select list gives it."""
    variable: str = ""
    """The variable, if it is nothing but one."""
    column: ColumnSource | None = None
    """Where it comes from, if it is nothing but a column."""


@dataclass(frozen=True)
class ColumnSource:
    """A column that a name can mean."""

    name: str
    sql: str
    type: SqlType
    nullable: bool = True
    identity: bool = False
    computed: bool = False


@dataclass(frozen=True)
class SourceInfo:
    """A table, view or query of a FROM."""

    sql: str
    """What stands in SQLite's FROM."""
    alias: str
    name: tree.Name
    columns: tuple[ColumnSource, ...]


@dataclass
class Scope:
    """The sources that names are looked up in."""

    sources: list[SourceInfo] = field(default_factory=list)
    parent: Scope | None = None
    grouped: set[str] | None = None
    """The SQL of what the query groups by; None if it does not."""
    inside_aggregate: bool = False

    def column(self, name: tree.Name) -> tuple[ColumnSource, Scope]:
        """Return what a name means here or further out.

        Raises:
            SqlError: 207, 209 or 4104: nothing, or more than one thing.
        """
        *qualifier, last = name
        found = [
            column
            for source in self.sources
            if not qualifier or _same_source(source, qualifier)
            for column in source.columns
            if column.name.casefold() == last.casefold()
        ]
        if len(found) == 1:
            return found[0], self
        if found:
            raise SqlError(209, f"Ambiguous column name '{last}'.")
        if self.parent is not None:
            return self.parent.column(name)
        if qualifier and not any(_same_source(source, qualifier) for source in self.sources):
            raise SqlError(4104, f'The multi-part identifier "{".".join(name)}" could not be bound.')
        raise SqlError(207, f"Invalid column name '{last}'.")

    def stars(self, qualifier: tree.Name) -> list[ColumnSource]:
        """Return all columns, or those of one source."""
        chosen = [source for source in self.sources if not qualifier or _same_source(source, list(qualifier))]
        if not chosen:
            raise SqlError(
                107,
                f"The column prefix '{'.'.join(qualifier)}' does not match with a table name or alias name used in "
                "the query.",
                severity=15,
            )
        return [column for source in chosen for column in source.columns]


def _same_source(source: SourceInfo, qualifier: list[str]) -> bool:
    wanted = [part.casefold() for part in qualifier if part]
    if source.alias:
        return wanted == [source.alias.casefold()]
    name = [part.casefold() for part in source.name if part]
    return name[-len(wanted) :] == wanted


class Catalogue(Protocol):
    """Who knows the databases, the session and the dialect."""

    @property
    def collation(self) -> str:
        """The collation of the current database."""

    def source(self, binder: Any, table: tree.Table) -> SourceInfo:
        """Return what a table, view or system view of a FROM is. Raises SqlError 208."""

    def target(self, name: tree.Name) -> TableInfo:
        """Return the table that a statement changes. Raises SqlError."""

    def variable(self, name: str) -> SqlType:
        """Return the type of a variable. Raises SqlError 137."""

    def expression(self, text: str) -> tree.Expression:
        """Return the tree of an expression that the catalogue keeps as text."""

    def uses(self, permission: str, table: TableInfo) -> None:
        """Note, and check, that a statement needs a permission. Raises SqlError 229."""

    def identity_insert(self, table: TableInfo) -> bool:
        """Return whether the session may give values to the table's identity column."""

    def function(self, binder: Any, call: tree.Call, scope: Scope) -> Bound:
        """Return a function of the dialect. Raises SqlError 195 if there is none."""


AGGREGATE_NAMES = frozenset({"COUNT", "COUNT_BIG", "SUM", "AVG", "MIN", "MAX", "STRING_AGG"})


def has_aggregate(node: object) -> bool:
    """Return whether an expression has an aggregate of this query, not of one inside it."""
    if isinstance(node, tree.Call) and node.name in AGGREGATE_NAMES and node.window is None:
        return True
    return any(has_aggregate(each) for each in _inner(node))


def _inner(node: object) -> Iterator[object]:
    if isinstance(node, tuple):
        yield from node
    elif is_dataclass(node) and not isinstance(node, tree.Query | type):
        for each in fields(node):
            yield getattr(node, each.name)
