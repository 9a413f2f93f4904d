# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""INSERT, UPDATE, DELETE and MERGE as SQLite has them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from emulators.oracle.engine import rights
from emulators.oracle.engine.errors import OracleError, refused
from emulators.oracle.engine.schema_objects import Column, Table, View
from emulators.oracle.engine.types import OracleType
from emulators.oracle.engine.values import Fitter, assigner
from emulators.oracle.sql import change_tree, tree
from emulators.oracle.sql.bind_queries import QueryBinder
from emulators.oracle.sql.catalogue import Catalogue, table_source
from emulators.oracle.sql.expressions import expression
from emulators.oracle.sql.scope import Bound, Scope, inner, mentions, quoted_name
from emulators.oracle.sql.tokens import Words

Register = Callable[[Fitter], str]


@dataclass
class Part:
    """One statement of SQLite."""

    sql: str
    binds: int
    """How many of a row's values it takes, from the first on."""


@dataclass
class Change:
    """A change of rows."""

    table: Table
    parts: list[Part]
    verb: str
    """INSERT, UPDATE, DELETE or MERGE."""
    fitters: dict[int, Fitter] = field(default_factory=dict)
    """What makes the values of some binds ready before SQLite gets them."""
    check: Part | None = None
    """A query that has a row where MERGE would change one twice."""
    dictionary: set[str] = field(default_factory=set)


class ChangeBinder:
    """Binds one change."""

    def __init__(
        self, catalogue: Catalogue, kinds: list[OracleType], formats: tuple[str, str, str], register: Register
    ) -> None:
        """Begin; `register` keeps a fitter and returns the key by which o_fit finds it."""
        self._catalogue, self._kinds, self._register = catalogue, kinds, register
        self._binder = QueryBinder(kinds, formats, catalogue.resolve)
        self._fitters: dict[int, Fitter] = {}

    def bind(self, node: change_tree.RowChange) -> Change:
        """Return a change. Raises OracleError."""
        match node:
            case change_tree.Insert():
                change = self._insert(node)
            case change_tree.Update():
                change = self._update(node)
            case change_tree.Delete():
                change = self._delete(node)
            case _:
                change = self._merge(node)
        change.fitters = self._fitters
        change.dictionary = self._catalogue.dictionary
        return change

    def _target(self, node: tree.Table, **privileges: Iterable[str]) -> Table:
        """Return the table; by privilege, the columns that it is needed for, none if it is the whole row."""
        found = self._catalogue.find(node.name, node.at)
        for each, columns in privileges.items():
            try:
                rights.check(self._catalogue.model, self._catalogue.user, each, found, columns=columns)
            except OracleError as error:
                error.position = node.at
                raise
        if isinstance(found, View):
            raise refused("changes of rows through a view", node.at)
        return found

    def _columns(self, table: Table, names: tuple[str, ...]) -> list[Column]:
        if not names:
            return list(table.columns)
        return [_column(table, name) for name in names]

    def _value(
        self, table: Table, column: Column, node: tree.Expression | change_tree.Default, scope: Scope, *, direct: bool
    ) -> str:
        """Return the SQL of a column's new value.

        Args:
            table: of the column.
            column: which.
            node: the value.
            scope: what its names mean.
            direct: whether a bind's values may be made ready before SQLite gets them.
        """
        name = full_name(table, column)
        if isinstance(node, change_tree.Default):
            return self._default(table, column)
        if direct and isinstance(node, tree.Bind):
            bound = self._binder.value(node, scope)
            fitter = assigner(self._kinds[node.index], column.type, name)
            if fitter is not None:
                self._fitters[node.index] = fitter
            return bound.sql
        return self._assigned(self._binder.value(node, scope), column, name)

    def _assigned(self, bound: Bound, column: Column, name: str) -> str:
        fitter = assigner(bound.type, column.type, name)
        if fitter is None or bound.sql == "NULL":
            return bound.sql
        return f"o_fit({bound.sql}, '{self._register(fitter)}')"

    def _default(self, table: Table, column: Column) -> str:
        if not column.default:
            return "NULL"
        bound = self._binder.value(expression(Words(column.default)), Scope())
        return self._assigned(bound, column, full_name(table, column))

    def _insert(self, node: change_tree.Insert) -> Change:
        table = self._target(node.table, INSERT=node.columns)
        columns = self._columns(table, node.columns)
        absent = [each for each in table.columns if each not in columns and each.default]
        names = ", ".join(f'"c{each.id}"' for each in (*columns, *absent))
        defaults = [self._default(table, each) for each in absent]
        if node.query is None:
            if len(node.values) != len(columns):
                raise OracleError(947 if len(node.values) < len(columns) else 913)
            values = [
                self._value(table, column, value, Scope(), direct=True)
                for column, value in zip(columns, node.values, strict=True)
            ]
            sql = f"INSERT INTO {table.storage} ({names}) VALUES ({', '.join([*values, *defaults])})"
        else:
            query = self._binder.query(node.query)
            if len(query.columns) != len(columns):
                raise OracleError(947 if len(query.columns) < len(columns) else 913)
            values = [
                self._assigned(Bound(f"k{at}", given.type), column, full_name(table, column))
                for at, (column, given) in enumerate(zip(columns, query.columns, strict=True))
            ]
            sql = f"INSERT INTO {table.storage} ({names}) SELECT {', '.join([*values, *defaults])} FROM ({query.sql})"
        return Change(table, [Part(sql, self._binder.highest)], "INSERT")

    def _where(self, node: tree.Expression | None, scope: Scope) -> str:
        if node is None:
            return ""
        if mentions(node, "ROWNUM"):
            raise refused("ROWNUM in UPDATE and DELETE")
        return f" WHERE {self._binder.condition(node, scope)}"

    def _scope(self, table: Table, given: str) -> tuple[str, Scope]:
        alias = self._binder.alias()
        return alias, Scope([table_source(table, alias, given)], aggregates=False)

    def _changes(
        self,
        table: Table,
        changes: tuple[tuple[str, tree.Expression | change_tree.Default], ...],
        scope: Scope,
        *,
        direct: bool,
    ) -> str:
        parts = []
        for name, value in changes:
            column = _column(table, name)
            parts.append(f'"c{column.id}" = {self._value(table, column, value, scope, direct=direct)}')
        return ", ".join(parts)

    def _update(self, node: change_tree.Update) -> Change:
        table = self._target(node.table, UPDATE=[name for name, _value in node.changes])
        alias, scope = self._scope(table, node.table.alias)
        changes = self._changes(table, node.changes, scope, direct=True)
        sql = f"UPDATE {table.storage} AS {alias} SET {changes}{self._where(node.where, scope)}"
        return Change(table, [Part(sql, self._binder.highest)], "UPDATE")

    def _delete(self, node: change_tree.Delete) -> Change:
        table = self._target(node.table, DELETE=())
        alias, scope = self._scope(table, node.table.alias)
        sql = f"DELETE FROM {table.storage} AS {alias}{self._where(node.where, scope)}"
        return Change(table, [Part(sql, self._binder.highest)], "DELETE")

    def _merge(self, node: change_tree.Merge) -> Change:
        privileges = {"UPDATE": [name for name, _value in node.changes], "INSERT": node.columns}
        wanted = {"UPDATE": node.changes, "INSERT": node.values}
        table = self._target(node.table, **{each: privileges[each] for each in privileges if wanted[each]})
        alias, scope = self._scope(table, node.table.alias)
        both = replace(scope, sources=list(scope.sources))
        rows = self._binder.source(node.source, both)
        only = replace(scope, sources=both.sources[1:])
        on = self._binder.condition(node.on, both)
        change = Change(table, [], "MERGE")
        if node.changes:
            joined = {each.name[-1] for each in _columns_in(node.on)}
            for name, _value in node.changes:
                if name in joined and _column(table, name):
                    raise OracleError(38104, quoted_name((name,)))
            if not _one_row(node.source):
                twice = f"GROUP BY {alias}.rowid HAVING count(*) > 1 LIMIT 1"
                check = f"SELECT 1 FROM {table.storage} AS {alias} JOIN {rows} ON {on} {twice}"
                change.check = Part(check, self._binder.highest)
            changes = self._changes(table, node.changes, both, direct=False)
            more = f" AND {self._binder.condition(node.change_where, both)}" if node.change_where is not None else ""
            sql = f"UPDATE {table.storage} AS {alias} SET {changes} FROM {rows} WHERE {on}{more}"
            change.parts.append(Part(sql, self._binder.highest))
        if node.values:
            columns = self._columns(table, node.columns)
            if len(columns) != len(node.values):
                raise OracleError(947 if len(node.values) < len(columns) else 913)
            absent = [each for each in table.columns if each not in columns and each.default]
            names = ", ".join(f'"c{each.id}"' for each in (*columns, *absent))
            values = [
                self._value(table, column, value, only, direct=False)
                for column, value in zip(columns, node.values, strict=True)
            ]
            values += [self._default(table, each) for each in absent]
            more = f" AND {self._binder.condition(node.insert_where, only)}" if node.insert_where is not None else ""
            missing = f"NOT EXISTS (SELECT 1 FROM {table.storage} AS {alias} WHERE {on})"
            sql = f"INSERT INTO {table.storage} ({names}) SELECT {', '.join(values)} FROM {rows} WHERE {missing}{more}"
            change.parts.append(Part(sql, self._binder.highest))
        return change


def full_name(table: Table, column: Column) -> str:
    """Return a column's name as messages write it."""
    return quoted_name((table.owner, table.name, column.name))


def _column(table: Table, name: str) -> Column:
    found = table.column(name)
    if found is None:
        raise OracleError(904, quoted_name((name,)))
    return found


def _one_row(node: tree.Source) -> bool:
    body = node.query.body if isinstance(node, tree.Derived) else None
    return isinstance(body, tree.Select) and isinstance(body.source, tree.Table) and body.source.name == ("DUAL",)


def _columns_in(node: object) -> list[tree.Column]:
    if isinstance(node, tree.Column):
        return [node]
    return [found for each in inner(node) for found in _columns_in(each)]
