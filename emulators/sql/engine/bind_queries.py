# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Queries as SQLite has them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from emulators.sql.engine import syntax as tree
from emulators.sql.engine.bind import Binder, quoted
from emulators.sql.engine.errors import SqlError
from emulators.sql.engine.scope import Bound, Catalogue, ColumnSource, Scope, SourceInfo, has_aggregate
from emulators.sql.engine.types import BIGINT, NULL, SqlType, nvarchar, unify


@dataclass(frozen=True)
class BoundQuery:
    """A query in SQLite's language, and what its columns are in SQL Server's."""

    sql: str
    columns: tuple[Bound, ...]
    variables: tuple[str, ...] = field(default=())
    """What the columns are assigned to, if the query assigns variables."""


class QueryBinder(Binder):
    """Binds queries."""

    def __init__(self, catalogue: Catalogue) -> None:
        super().__init__(catalogue)
        self._common: list[dict[str, BoundQuery]] = []

    def query(self, node: tree.Query, parent: Scope | None = None) -> BoundQuery:
        """Return a whole query. Raises SqlError."""
        if (
            node.order
            and parent is not None
            and node.offset is None
            and not (isinstance(node.body, tree.Select) and node.body.top)
        ):
            raise SqlError(
                1033,
                "The ORDER BY clause is invalid in views, inline functions, derived tables, subqueries, and "
                "common table expressions, unless TOP, OFFSET or FOR XML is also specified.",
                severity=15,
            )
        self._common.append({})
        try:
            self.common_tables(node.tables, parent)
            return self._body(node.body, parent, node)
        finally:
            self._common.pop()

    def common_tables(self, tables: tuple[tree.CommonTable, ...], parent: Scope | None) -> None:
        """Bind the tables of WITH, each known to those after it."""
        if not self._common:
            self._common.append({})
        for each in tables:
            bound = self.query(each.query, parent or Scope())
            self._common[-1][each.name.casefold()] = self._renamed(bound, each.columns, each.name)

    def named(self, query: BoundQuery, names: list[str]) -> str:
        """Return the SQL of a query whose columns have these names in SQLite."""
        if not names:
            return query.sql
        listed = ", ".join(quoted(name) for name in names)
        # VALUES and compound queries take no names but through WITH
        return f'WITH "n"({listed}) AS ({query.sql}) SELECT * FROM "n"'

    def _renamed(self, query: BoundQuery, names: tuple[str, ...], alias: str) -> BoundQuery:
        if names and len(names) != len(query.columns):
            more = "more" if len(query.columns) > len(names) else "fewer"
            raise SqlError(
                8158 if more == "more" else 8159,
                f"'{alias}' has {more} columns than were specified in the column list.",
            )
        columns = tuple(
            replace(each, name=name)
            for each, name in zip(query.columns, names or [each.name for each in query.columns], strict=True)
        )
        seen: set[str] = set()
        for number, each in enumerate(columns, start=1):
            if not each.name:
                raise SqlError(8155, f"No column name was specified for column {number} of '{alias}'.")
            if each.name.casefold() in seen:
                raise SqlError(8156, f"The column '{each.name}' was specified multiple times for '{alias}'.")
            seen.add(each.name.casefold())
        return replace(query, columns=columns)

    def derived(self, query: BoundQuery, alias: str, names: tuple[str, ...] = ()) -> SourceInfo:
        """Return a query as a source under an alias."""
        bound = self._renamed(query, names, alias)
        inner = self.named(bound, [each.name for each in bound.columns])
        columns = tuple(
            ColumnSource(each.name, f"{quoted(alias)}.{quoted(each.name)}", each.type, each.nullable)
            for each in bound.columns
        )
        return SourceInfo(f"({inner}) AS {quoted(alias)}", alias, (alias,), columns)

    def _body(
        self, body: tree.Select | tree.Rows | tree.SetOperation, parent: Scope | None, whole: tree.Query
    ) -> BoundQuery:
        match body:
            case tree.Select():
                return self._select(body, parent, whole)
            case tree.Rows():
                return self._rows(body, parent)
            case tree.SetOperation():
                bound = self._set_operation(body, parent)
                order = self._order_of_outputs(whole.order, bound.columns, None, None)
                return replace(bound, sql=bound.sql + order + self._limit(whole, None, parent))

    def _rows(self, node: tree.Rows, parent: Scope | None) -> BoundQuery:
        scope = Scope(parent=parent)
        rows = [[self.value(each, scope) for each in row] for row in node.rows]
        if len({len(row) for row in rows}) > 1:
            raise SqlError(
                10709, "The number of columns for each row in a table value constructor must be the same.", severity=15
            )
        types = []
        for column in zip(*rows, strict=True):
            kind = NULL
            for each in column:
                kind = unify(kind, each.type)
            types.append(kind)
        lines = [
            "(" + ", ".join(self.coerce(each, kind).sql for each, kind in zip(row, types, strict=True)) + ")"
            for row in rows
        ]
        columns = tuple(
            Bound(f'"column{n}"', kind, any(row[n - 1].nullable for row in rows))
            for n, kind in enumerate(types, start=1)
        )
        return BoundQuery("VALUES " + ", ".join(lines), columns)

    def _set_operation(self, node: tree.SetOperation, parent: Scope | None) -> BoundQuery:
        plain = tree.Query(node)
        left = self._body(node.left, parent, plain if not isinstance(node.left, tree.Select) else tree.Query(node.left))
        right = self._body(
            node.right, parent, plain if not isinstance(node.right, tree.Select) else tree.Query(node.right)
        )
        if len(left.columns) != len(right.columns):
            raise SqlError(
                205,
                "All queries combined using a UNION, INTERSECT or EXCEPT operator must have an equal number of "
                "expressions in their target lists.",
            )
        types = [unify(a.type, b.type) for a, b in zip(left.columns, right.columns, strict=True)]
        sides = [self._brought_to(side, types, collated=node.operator != "UNION ALL") for side in (left, right)]
        columns = tuple(
            Bound(f"c{n}", kind, a.nullable or b.nullable, a.name)
            for n, (a, b, kind) in enumerate(zip(left.columns, right.columns, types, strict=True))
        )
        return BoundQuery(f"SELECT * FROM ({sides[0]}) {node.operator} SELECT * FROM ({sides[1]})", columns)

    def _brought_to(self, query: BoundQuery, types: list[SqlType], *, collated: bool) -> str:
        names = [f"c{n}" for n in range(len(types))]
        items = []
        for each, kind, name in zip(query.columns, types, names, strict=True):
            sql = self.coerce(replace(each, sql=f'"q"."{name}"', variable=""), kind).sql
            items.append(f"{self.collate(sql, kind) if collated else sql} AS {name}")
        return f'SELECT {", ".join(items)} FROM ({self.named(query, names)}) AS "q"'

    def _select(self, node: tree.Select, parent: Scope | None, whole: tree.Query) -> BoundQuery:
        scope = Scope(parent=parent)
        sql_from = f" FROM {self.source(node.source, scope)}" if node.source is not None else ""
        where = f" WHERE {self.condition(node.where, scope)}" if node.where is not None else ""
        groups = [self.value(each, scope) for each in node.group]
        keys = tuple(each.key for each in whole.order)
        if node.group or node.having or has_aggregate(node.items) or has_aggregate(keys):
            scope.grouped = {each.sql for each in groups}
        group = " GROUP BY " + ", ".join(self.collate(each.sql, each.type) for each in groups) if groups else ""
        having = f" HAVING {self.condition(node.having, scope)}" if node.having is not None else ""
        items = [each for item in node.items for each in self._item(item, scope)]
        variables = tuple(item.variable for item in node.items)
        if any(variables) and not all(variables):
            raise SqlError(
                141,
                "A SELECT statement that assigns a value to a variable must not be combined with data-retrieval "
                "operations.",
                severity=15,
            )
        listed = ", ".join(self.collate(each.sql, each.type) if node.distinct else each.sql for each in items)
        order = self._order_of_outputs(whole.order, tuple(items), scope, node)
        sql = f"SELECT {'DISTINCT ' if node.distinct else ''}{listed}{sql_from}{where}{group}{having}{order}"
        return BoundQuery(sql + self._limit(whole, node.top, parent), tuple(items), variables if any(variables) else ())

    def _item(self, item: tree.Item, scope: Scope) -> list[Bound]:
        if isinstance(item.expression, tree.Star):
            columns = scope.stars(item.expression.source)
            return [
                self.value(tree.Column((each.name,)), Scope([SourceInfo("", "", (), (each,))], grouped=scope.grouped))
                for each in columns
            ]
        bound = self.value(item.expression, scope)
        if item.variable:
            bound = self.coerce(bound, self.catalogue.variable(item.variable))
        return [replace(bound, name=item.alias or bound.name)]

    def _order_of_outputs(
        self,
        order: tuple[tree.Ordering, ...],
        items: tuple[Bound, ...],
        scope: Scope | None,
        select: tree.Select | None,
    ) -> str:
        if not order:
            return ""
        return " ORDER BY " + ", ".join(self._ordering(each, items, scope, select) for each in order)

    def _ordering(
        self, ordering: tree.Ordering, items: tuple[Bound, ...], scope: Scope | None, select: tree.Select | None
    ) -> str:
        direction = " DESC" if ordering.descending else ""
        key = ordering.key
        if isinstance(key, tree.Literal) and isinstance(key.value, int):
            if not 1 <= key.value <= len(items):
                raise SqlError(
                    108,
                    f"The ORDER BY position number {key.value} is out of range of the number of items in the "
                    "select list.",
                    severity=15,
                )
            return self.collate(str(key.value), items[key.value - 1].type) + direction
        if isinstance(key, tree.Column) and len(key.name) == 1:
            named = [n for n, each in enumerate(items) if each.name.casefold() == key.name[0].casefold()]
            if len(named) == 1:
                return self.collate(str(named[0] + 1), items[named[0]].type) + direction
        if scope is None:
            raise SqlError(
                104,
                "ORDER BY items must appear in the select list if the statement contains a UNION, INTERSECT or "
                "EXCEPT operator.",
                severity=15,
            )
        bound = self.value(key, scope)
        if select is not None and select.distinct and bound.sql not in {each.sql for each in items}:
            raise SqlError(
                145, "ORDER BY items must appear in the select list if SELECT DISTINCT is specified.", severity=15
            )
        return self.collate(bound.sql, bound.type) + direction

    def _limit(self, whole: tree.Query, top: tree.Expression | None, parent: Scope | None) -> str:
        scope = Scope(parent=parent)
        if top is not None:
            if whole.offset is not None:
                raise SqlError(10741, "A TOP can not be used in the same query or sub-query as a OFFSET.", severity=15)
            return f" LIMIT {self.coerce(self.value(top, scope), BIGINT).sql}"
        if whole.offset is None:
            return ""
        count = self.coerce(self.value(whole.fetch, scope), BIGINT).sql if whole.fetch is not None else "-1"
        return f" LIMIT {count} OFFSET {self.coerce(self.value(whole.offset, scope), BIGINT).sql}"

    def source(self, node: tree.Source, scope: Scope) -> str:
        """Return what stands after FROM, and make its columns known to the scope."""
        match node:
            case tree.Table():
                info = self._table(node)
            case tree.Derived():
                info = self.derived(self.query(node.query, Scope(parent=scope.parent)), node.alias, node.columns)
            case tree.Join():
                left = self.source(node.left, scope)
                right = self.source(node.right, scope)
                kind = "CROSS JOIN" if node.kind == "CROSS" else f"{node.kind} JOIN"
                condition = f" ON {self.condition(node.on, scope)}" if node.on is not None else ""
                return f"{left} {kind} {f'({right})' if isinstance(node.right, tree.Join) else right}{condition}"
        exposed = (info.alias or info.name[-1]).casefold()
        if any((each.alias or each.name[-1]).casefold() == exposed for each in scope.sources):
            raise SqlError(
                1011,
                f"The correlation name '{info.alias or info.name[-1]}' is specified multiple times in a FROM clause.",
            )
        scope.sources.append(info)
        return info.sql

    def _table(self, node: tree.Table) -> SourceInfo:
        if len(node.name) == 1:
            for level in reversed(self._common):
                if (found := level.get(node.name[0].casefold())) is not None:
                    return self.derived(found, node.alias or node.name[0])
        return self.catalogue.source(self, node)


def presented(columns: tuple[Bound, ...]) -> tuple[Bound, ...]:
    """Return the columns as they are sent: NULL alone is an int, and a type without length gets one."""
    shown = []
    for each in columns:
        kind = each.type
        if kind.name in ("null", "unknown"):
            kind = SqlType("int") if kind.name == "null" else nvarchar(4000)
        shown.append(replace(each, type=kind))
    return tuple(shown)
