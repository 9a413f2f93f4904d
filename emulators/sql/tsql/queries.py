# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The grammar of Transact-SQL's queries and changes of rows."""

from __future__ import annotations

from typing import Literal, cast

from emulators.sql.engine import syntax as tree
from emulators.sql.engine.errors import refused
from emulators.sql.engine.types import INT
from emulators.sql.tsql.sources import Sources

_HINTS = frozenset(
    "NOLOCK READUNCOMMITTED READCOMMITTED HOLDLOCK UPDLOCK TABLOCK TABLOCKX ROWLOCK PAGLOCK XLOCK".split()
)
"""Hints on locks, which SQLite's locks of whole databases make superfluous."""


class Queries(Sources):
    """A parser of queries."""

    def query(self) -> tree.Query:
        """Take a query with its WITH, ORDER BY and OFFSET."""
        tables = self.common_tables()
        body = self._body()
        order: tuple[tree.Ordering, ...] = ()
        offset = fetch = None
        if self.take("ORDER"):
            self.expect("BY")
            order = self.orderings()
            if self.take("OFFSET"):
                offset = self.expression()
                self.one_of("ROW", "ROWS")
                if self.take("FETCH"):
                    self.one_of("FIRST", "NEXT")
                    fetch = self.expression()
                    self.one_of("ROW", "ROWS")
                    self.expect("ONLY")
        self._refuse_the_rest()
        return tree.Query(body, order, offset, fetch, tables)

    def common_tables(self) -> tuple[tree.CommonTable, ...]:
        """Take a WITH, if there is one."""
        tables: list[tree.CommonTable] = []
        if not self.take("WITH"):
            return ()
        while True:
            name = self.identifier()
            columns = self.names_in_parentheses() if self.is_operator("(") else ()
            self.expect("AS")
            self.expect_operator("(")
            tables.append(tree.CommonTable(name, columns, self.query()))
            self.expect_operator(")")
            if not self.take_operator(","):
                return tuple(tables)

    def insert(self) -> tree.Insert:
        """Take what follows INSERT."""
        self.take("INTO")
        table = self.name()
        self._hints()
        columns = self.names_in_parentheses() if self.is_operator("(") else ()
        output = self._output()
        if self.take("DEFAULT"):
            self.expect("VALUES")
            return tree.Insert(table, columns, None, output)
        if self.is_word("EXEC") or self.is_word("EXECUTE"):
            raise refused("INSERT ... EXEC")
        if self.take("VALUES"):
            return tree.Insert(table, columns, tree.Query(self._rows(default=True)), output)
        return tree.Insert(table, columns, self.query(), output)

    def update(self, tables: tuple[tree.CommonTable, ...] = ()) -> tree.Update:
        """Take what follows UPDATE."""
        if self.is_word("TOP"):
            raise refused("UPDATE TOP")
        target = self.name()
        self._hints()
        self.expect("SET")
        changes = [self._change()]
        while self.take_operator(","):
            changes.append(self._change())
        output = self._output()
        source = self._source() if self.take("FROM") else None
        where = self.expression() if self.take("WHERE") else None
        self._refuse_the_rest()
        return tree.Update(target, tuple(changes), source, where, output, tables)

    def delete(self, tables: tuple[tree.CommonTable, ...] = ()) -> tree.Delete:
        """Take what follows DELETE."""
        if self.is_word("TOP"):
            raise refused("DELETE TOP")
        self.take("FROM")
        target = self.name()
        self._hints()
        output = self._output()
        source = self._source() if self.take("FROM") else None
        where = self.expression() if self.take("WHERE") else None
        self._refuse_the_rest()
        return tree.Delete(target, source, where, output, tables)

    def _change(self) -> tuple[str, tree.Expression]:
        if self.token.kind == "variable":
            raise refused("UPDATE ... SET @variable")
        name = self.name()[-1]
        for operator in ("+=", "-="):
            if self.take_operator(operator):
                return name, tree.Binary(operator[0], tree.Column((name,)), self.expression())
        self.expect_operator("=")
        return name, tree.Call("DEFAULT", ()) if self.take("DEFAULT") else self.expression()

    def _output(self) -> tuple[tree.Item, ...]:
        if not self.take("OUTPUT"):
            return ()
        items = self._items()
        if self.is_word("INTO"):
            raise refused("OUTPUT ... INTO")
        return items

    def _refuse_the_rest(self) -> None:
        for word in ("FOR", "OPTION", "PIVOT", "UNPIVOT", "WINDOW"):
            if self.is_word(word):
                raise refused(f"{word} {self.ahead(1).text}")

    def _body(self) -> tree.Select | tree.Rows | tree.SetOperation:
        left = self._intersection()
        while self.is_word("UNION") or self.is_word("EXCEPT"):
            operator = self.next().value
            if operator == "UNION" and self.take("ALL"):
                operator = "UNION ALL"
            left = tree.SetOperation(
                cast(Literal["UNION", "UNION ALL", "EXCEPT"], operator), left, self._intersection()
            )
        return left

    def _intersection(self) -> tree.Select | tree.Rows | tree.SetOperation:
        left = self._operand()
        while self.take("INTERSECT"):
            left = tree.SetOperation("INTERSECT", left, self._operand())
        return left

    def _operand(self) -> tree.Select | tree.Rows | tree.SetOperation:
        if self.take_operator("("):
            body = self._body()
            self.expect_operator(")")
            return body
        self.expect("SELECT")
        return self._select()

    def _select(self) -> tree.Select:
        distinct = self.take("DISTINCT")
        self.take("ALL")
        top: tree.Expression | None = None
        if self.take("TOP"):
            if self.take_operator("("):
                top = self.expression()
                self.expect_operator(")")
            else:
                top = tree.Literal(self.integer(), INT)
            if self.is_word("PERCENT") or self.is_word("WITH", "TIES"):
                raise refused(f"TOP {self.token.text}")
        items = self._items()
        if self.is_word("INTO"):
            raise refused("SELECT ... INTO")
        source = self._source() if self.take("FROM") else None
        where = self.expression() if self.take("WHERE") else None
        group: tuple[tree.Expression, ...] = ()
        if self.take("GROUP"):
            self.expect("BY")
            for word in ("ROLLUP", "CUBE", "GROUPING"):
                if self.is_word(word):
                    raise refused(f"GROUP BY {word}")
            group = self.expressions()
        having = self.expression() if self.take("HAVING") else None
        return tree.Select(items, source, where, group, having, distinct, top)

    def _items(self) -> tuple[tree.Item, ...]:
        items = [self._item()]
        while self.take_operator(","):
            items.append(self._item())
        return tuple(items)

    def _item(self) -> tree.Item:
        follows = self.ahead(1)
        if follows.kind == "operator" and follows.value == "=":
            if self.token.kind == "variable":
                variable = self.next().value
                self.next()
                return tree.Item(self.expression(), variable=variable)
            if self.token.kind in ("word", "quoted"):
                alias = self.identifier()
                self.next()
                return tree.Item(self.expression(), alias)
        expression = self.expression()
        return tree.Item(expression, self._alias())
