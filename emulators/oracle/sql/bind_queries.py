# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Queries as SQLite has them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from emulators.oracle.engine.errors import OracleError, refused
from emulators.oracle.engine.numbers import decode
from emulators.oracle.engine.results import OutColumn
from emulators.oracle.engine.types import LARGE, NULL, NUMBER, OracleType, varchar2
from emulators.oracle.sql import tree
from emulators.oracle.sql.aggregates import direction
from emulators.oracle.sql.bind import Binder
from emulators.oracle.sql.conversions import coerce, inconsistent, to_number, unify
from emulators.oracle.sql.scope import Bound, BoundQuery, ColumnSource, Scope, SourceInfo, has_aggregate, mentions

Resolve = Callable[["QueryBinder", tree.Table], SourceInfo]
DUAL = ("DUAL",)


class QueryBinder(Binder):
    """Binds queries."""

    def __init__(self, kinds: list[OracleType] | None, formats: tuple[str, str, str], resolve: Resolve) -> None:
        """Begin; `resolve` returns what a name in a FROM is, or raises OracleError 942."""
        super().__init__(kinds, formats)
        self._resolve = resolve
        self._common: list[dict[str, BoundQuery]] = []

    def query(self, node: tree.Query, parent: Scope | None = None) -> BoundQuery:
        """Return a query. Raises OracleError."""
        self._common.append({})
        try:
            for each in node.tables:
                inner = self.query(each.query)
                if each.columns:
                    if len(each.columns) != len(inner.columns):
                        raise OracleError(32038, message="number of WITH clause column names does not match number of "
                                          "elements in select list")  # fmt: skip
                    named = zip(inner.columns, each.columns, strict=True)
                    inner = BoundQuery(inner.sql, tuple(replace(column, name=name) for column, name in named))
                self._common[-1][each.name] = inner
            if isinstance(node.body, tree.Select):
                found, keys = self._select(node.body, node.order, parent)
            else:
                found = self._body(node.body, parent)
                keys = [self._by_result(found, item) for item in node.order]
        finally:
            self._common.pop()
        sql = found.sql
        if keys and not isinstance(node.body, tree.Select):
            sql = f"SELECT * FROM ({sql})"
        if keys:
            sql += " ORDER BY " + ", ".join(keys)
        if node.fetch is not None or node.offset is not None:
            if " LIMIT " in found.sql[-60:] and not keys:
                sql = f"SELECT * FROM ({sql})"
            limit = self._count(node.fetch) if node.fetch is not None else "-1"
            offset = f" OFFSET {self._count(node.offset)}" if node.offset is not None else ""
            sql += f" LIMIT {limit}{offset}"
        return BoundQuery(sql, found.columns)

    def _count(self, node: tree.Expression) -> str:
        return f"max(0, ifnull(o_int({to_number(self.value(node, Scope())).sql}), 0))"

    def _body(self, node: tree.Body, parent: Scope | None) -> BoundQuery:
        if isinstance(node, tree.Query):
            return self.query(node, parent)
        if isinstance(node, tree.Select):
            return self._select(node, (), parent)[0]
        left, right = self._body(node.left, parent), self._body(node.right, parent)
        if len(left.columns) != len(right.columns):
            raise OracleError(1789)
        columns = []
        for a, b in zip(left.columns, right.columns, strict=True):
            try:
                kind = unify([a.type, b.type])
            except OracleError as error:
                raise OracleError(1790) from error
            if a.type.is_string != b.type.is_string and NULL not in (a.type, b.type):
                raise OracleError(1790)
            columns.append(OutColumn(a.name, kind, a.nullable or b.nullable))
        if node.operator != "UNION ALL" and any(each.type.name in LARGE for each in columns):
            raise OracleError(932, "-", "CLOB")
        word = {"MINUS": "EXCEPT"}.get(node.operator, node.operator)
        arms = [self._arm(each, columns) for each in (left, right)]
        # a chain of them stays one: SQLite takes them from left to right as well, and nests only so deep
        chained = isinstance(node.left, tree.SetOperation) and arms[0] == left.sql
        first = arms[0] if chained else f"SELECT * FROM ({arms[0]})"
        return BoundQuery(f"{first} {word} SELECT * FROM ({arms[1]})", tuple(columns))

    def _arm(self, query: BoundQuery, columns: list[OutColumn]) -> str:
        if all(a.type == b.type for a, b in zip(query.columns, columns, strict=True)):
            return query.sql
        items = [
            f"{coerce(Bound(f'k{at}', a.type), b.type, self.formats).sql} AS k{at}"
            for at, (a, b) in enumerate(zip(query.columns, columns, strict=True))
        ]
        return f"SELECT {', '.join(items)} FROM ({query.sql})"

    def _by_result(self, found: BoundQuery, item: tree.Ordering) -> str:
        at = _position(item.key, len(found.columns))
        if at is None:
            name = item.key.name[-1] if isinstance(item.key, tree.Column) and len(item.key.name) == 1 else None
            at = next((n for n, each in enumerate(found.columns) if each.name == name), None)
            if at is None:
                raise refused("ORDER BY of an expression after UNION, MINUS or INTERSECT: name a column")
        return direction(Bound(f"k{at}", found.columns[at].type), item)

    def _select(
        self, node: tree.Select, order: tuple[tree.Ordering, ...], parent: Scope | None
    ) -> tuple[BoundQuery, list[str]]:
        scope = Scope(parent=parent, aggregates=False)
        source = self.source(node.source, scope)
        where, limit = self._where(node, scope)
        grouped = bool(node.group) or any(has_aggregate(each.expression) for each in node.items)
        grouped = grouped or node.having is not None or any(has_aggregate(each.key) for each in order)
        group = [self._grouped(each, scope) for each in node.group]
        inside = replace(scope, aggregates=True, grouped=frozenset(group) if grouped else None, by_group=bool(group))
        if limit and (grouped or node.distinct or order):
            raise refused("ROWNUM in a query block with groups, DISTINCT or ORDER BY: put those into a subquery")
        items = self._items(node, inside)
        columns = tuple(OutColumn(name, _shown(bound.type), bound.nullable) for bound, name in items)
        sql = "SELECT " + ("DISTINCT " if node.distinct else "")
        sql += ", ".join(f"{bound.sql} AS k{at}" for at, (bound, _name) in enumerate(items))
        if node.distinct and any(bound.type.name in LARGE for bound, _name in items):
            raise OracleError(932, "-", "CLOB")
        sql += f" FROM {source}{where}"
        if group:
            sql += " GROUP BY " + ", ".join(group)
        if node.having is not None:
            sql += f" HAVING {self.condition(node.having, inside)}"
        keys = [self._key(each, items, inside, distinct=node.distinct) for each in order]
        return BoundQuery(sql + limit, columns), keys

    def _grouped(self, node: tree.Expression, scope: Scope) -> str:
        bound = self.value(node, scope)
        if bound.type.name in LARGE:
            raise inconsistent("-", bound.type)
        return bound.sql

    def _items(self, node: tree.Select, scope: Scope) -> list[tuple[Bound, str]]:
        items: list[tuple[Bound, str]] = []
        for item in node.items:
            if isinstance(item.expression, tree.Star):
                if scope.grouped is not None:
                    raise OracleError(979 if scope.by_group else 937, position=item.expression.at)
                items += [(Bound(each.sql, each.type, each.nullable, each.name), each.name)
                          for each in scope.stars(item.expression)]  # fmt: skip
                continue
            bound = self.value(item.expression, scope)
            items.append((bound, item.alias or bound.name or item.text))
        return items

    def _key(self, item: tree.Ordering, items: list[tuple[Bound, str]], scope: Scope, *, distinct: bool) -> str:
        at = _position(item.key, len(items))
        if at is None and isinstance(item.key, tree.Column) and len(item.key.name) == 1:
            named = [n for n, (_bound, name) in enumerate(items) if name == item.key.name[0]]
            at = named[0] if named else None
        if at is not None:
            return direction(replace(items[at][0], sql=f"k{at}"), item)
        key = self.value(item.key, scope)
        if distinct:
            same = [n for n, (bound, _name) in enumerate(items) if bound.sql == key.sql]
            if not same:
                raise OracleError(1791, message="not a SELECTed expression")
            return direction(replace(key, sql=f"k{same[0]}"), item)
        return direction(key, item)

    def _where(self, node: tree.Select, scope: Scope) -> tuple[str, str]:
        """Return the WHERE, and the LIMIT that a condition on ROWNUM is."""
        conditions, limit = [], ""
        for each in _conjuncts(node.where):
            if not mentions(each, "ROWNUM"):
                conditions.append(self.condition(each, scope))
                continue
            if limit or not isinstance(each, tree.Binary) or each.left != tree.Column(("ROWNUM",), _at(each.left)):
                raise refused("ROWNUM in a condition that is not ROWNUM <= n, ROWNUM < n or ROWNUM = 1")
            count = self._count(each.right)
            if each.operator == "<":
                count = f"max(0, {count} - 1)"
            elif each.operator == "=" and isinstance(each.right, tree.Literal) and _is_one(each.right):
                pass
            elif each.operator != "<=":
                raise refused(f"ROWNUM {each.operator}")
            limit = f" LIMIT {count}"
        return (" WHERE " + " AND ".join(conditions) if conditions else ""), limit

    def source(self, node: tree.Source, scope: Scope) -> str:
        """Return what follows FROM, and put it into the scope. Raises OracleError."""
        if isinstance(node, tree.Join):
            left = self.source(node.left, scope)
            right = self.source(node.right, scope)
            if isinstance(node.right, tree.Join):
                right = f"({right})"
            if node.on is None:
                return f"{left} CROSS JOIN {right}"
            return f"{left} {node.kind} JOIN {right} ON {self.condition(node.on, scope)}"
        info = self.derived(self.query(node.query), node.alias) if isinstance(node, tree.Derived) else self.table(node)
        scope.sources.append(info)
        return info.sql

    def table(self, node: tree.Table) -> SourceInfo:
        """Return a source that is named. Raises OracleError 942."""
        if len(node.name) == 1:
            for level in reversed(self._common):
                if node.name[0] in level:
                    return self.derived(level[node.name[0]], node.alias, node.name)
        if node.name in (DUAL, ("SYS", "DUAL")):
            alias = self.alias()
            column = ColumnSource("DUMMY", f"{alias}.k0", varchar2(1))
            return SourceInfo(f"(SELECT 'X' AS k0) AS {alias}", node.alias, DUAL, (column,))
        return self._resolve(self, node)

    def derived(self, query: BoundQuery, alias: str, name: tree.Name = ()) -> SourceInfo:
        """Return a query as a source."""
        own = self.alias()
        columns = tuple(
            ColumnSource(each.name, f"{own}.k{at}", each.type, each.nullable) for at, each in enumerate(query.columns)
        )
        return SourceInfo(f"({query.sql}) AS {own}", alias, name, columns)


def _shown(kind: OracleType) -> OracleType:
    return varchar2(1) if kind == NULL else kind


def _position(node: tree.Expression, count: int) -> int | None:
    if not isinstance(node, tree.Literal) or node.type != NUMBER or not isinstance(node.value, bytes):
        return None
    at = int(decode(node.value))
    if not 1 <= at <= count:
        raise OracleError(1785, message="ORDER BY item must be the number of a SELECT-list expression")
    return at - 1


def _conjuncts(node: tree.Expression | None) -> list[tree.Expression]:
    if node is None:
        return []
    if isinstance(node, tree.Binary) and node.operator == "AND":
        return [*_conjuncts(node.left), *_conjuncts(node.right)]
    return [node]


def _at(node: tree.Expression) -> int:
    return node.at if isinstance(node, tree.Column) else 0


def _is_one(node: tree.Literal) -> bool:
    return isinstance(node.value, bytes) and decode(node.value) == 1
