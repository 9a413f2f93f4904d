# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What names mean inside a statement."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass

from emulators.oracle.engine.errors import OracleError
from emulators.oracle.engine.results import OutColumn
from emulators.oracle.engine.types import OracleType
from emulators.oracle.sql import tree


@dataclass(frozen=True)
class Bound:
    """An expression of SQLite with the type that its values have in Oracle."""

    sql: str
    type: OracleType
    nullable: bool = True
    name: str = ""
    """The column's, if it is nothing but one."""


@dataclass(frozen=True)
class ColumnSource:
    """A column that a name can mean."""

    name: str
    sql: str
    type: OracleType
    nullable: bool = True


@dataclass(frozen=True)
class SourceInfo:
    """A table, view or query of a FROM."""

    sql: str
    """What stands in SQLite's FROM."""
    alias: str
    """The one that the statement gives it, or empty."""
    name: tree.Name
    columns: tuple[ColumnSource, ...]


@dataclass(frozen=True)
class BoundQuery:
    """A query of SQLite, whose columns are called k0, k1 and so on."""

    sql: str
    columns: tuple[OutColumn, ...]


@dataclass
class Scope:
    """The sources that names are looked up in."""

    sources: list[SourceInfo] = field(default_factory=list)
    parent: Scope | None = None
    grouped: frozenset[str] | None = None
    """The SQL of what the query groups by; None if it does not."""
    by_group: bool = False
    """Whether there is a GROUP BY: without one, aggregates stand alone."""
    inside_aggregate: bool = False
    aggregates: bool = True
    """Whether aggregates may stand here."""

    def column(self, node: tree.Column) -> tuple[ColumnSource, Scope] | None:
        """Return what a name means here or further out, or None. Raises OracleError 918."""
        *qualifier, last = node.name
        found = [
            column
            for source in self.sources
            if not qualifier or same_source(source, tuple(qualifier))
            for column in source.columns
            if column.name == last
        ]
        if len(found) > 1:
            raise OracleError(918, position=node.at)
        if found:
            return found[0], self
        return self.parent.column(node) if self.parent is not None else None

    def stars(self, star: tree.Star) -> list[ColumnSource]:
        """Return all columns, or those of one source. Raises OracleError 904."""
        chosen = [each for each in self.sources if not star.source or same_source(each, star.source)]
        if not chosen:
            raise OracleError(904, quoted_name(star.source), position=star.at)
        return [column for source in chosen for column in source.columns]


def same_source(source: SourceInfo, qualifier: tree.Name) -> bool:
    """Return whether a qualifier means a source."""
    if source.alias:
        return qualifier == (source.alias,)
    return bool(source.name) and source.name[-len(qualifier) :] == qualifier


def quoted_name(name: tree.Name) -> str:
    """Return a name as messages write it."""
    return ".".join(f'"{each}"' for each in name)


AGGREGATES = frozenset({"COUNT", "SUM", "AVG", "MIN", "MAX", "LISTAGG"})


def has_aggregate(node: object) -> bool:
    """Return whether an expression has an aggregate of this query, not of one inside it."""
    if isinstance(node, tree.Call) and node.name in AGGREGATES and node.window is None:
        return True
    return any(has_aggregate(each) for each in inner(node))


def mentions(node: object, name: str) -> bool:
    """Return whether an expression has an unqualified name in this query."""
    if isinstance(node, tree.Column) and node.name == (name,):
        return True
    return any(mentions(each, name) for each in inner(node))


def inner(node: object) -> Iterator[object]:
    """Return the parts of a node that belong to the same query."""
    if isinstance(node, tuple):
        yield from node
    elif is_dataclass(node) and not isinstance(node, tree.Query | type):
        for each in fields(node):
            yield getattr(node, each.name)
