# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The grammar of what stands after FROM."""

from __future__ import annotations

import functools
from typing import Literal, cast

from emulators.sql.engine import syntax as tree
from emulators.sql.engine.errors import refused
from emulators.sql.tsql.expressions import RESERVED, Expressions

_HINTS = frozenset(
    "NOLOCK READUNCOMMITTED READCOMMITTED HOLDLOCK UPDLOCK TABLOCK TABLOCKX ROWLOCK PAGLOCK XLOCK".split()
)
"""Hints on locks, which SQLite's locks of whole databases make superfluous."""
TABLE_FUNCTIONS = {"dm_os_volume_stats": ("database_id", "file_id"), "fn_builtin_permissions": ()}
"""Table functions of `sys`, each a view whose first columns are its arguments; none stands for DEFAULT."""


class Sources(Expressions):
    """A parser of sources."""

    def _alias(self) -> str:
        if self.take("AS"):
            return self.string() if self.token.kind == "string" else self.identifier()
        named = self.token.kind == "quoted" or (self.token.kind == "word" and self.token.value not in RESERVED)
        return self.identifier() if named and not self._starts_statement() else ""

    def _starts_statement(self) -> bool:
        """Return whether a word starts a statement although it is not reserved."""
        return self.token.kind == "word" and self.token.value in (
            "THROW",
            "RECONFIGURE",
            "DBCC",
            "BACKUP",
            "RESTORE",
            "KILL",
            "GO",
        )

    def _source(self) -> tree.Source:
        left = self._joined()
        while self.take_operator(","):
            left = tree.Join("CROSS", left, self._joined())
        return left

    def _joined(self) -> tree.Source:
        left = self._one_source()
        while True:
            if self.take("CROSS"):
                if self.take("APPLY"):
                    left = self._applied(left)
                    continue
                self.expect("JOIN")
                left = tree.Join("CROSS", left, self._one_source())
                continue
            kind: Literal["INNER", "LEFT", "RIGHT", "FULL"] = "INNER"
            if self.is_word("OUTER", "APPLY"):
                raise refused("OUTER APPLY")
            if self.is_word("LEFT") or self.is_word("RIGHT") or self.is_word("FULL"):
                kind = cast(Literal["LEFT", "RIGHT", "FULL"], self.next().value)
                self.take("OUTER")
                self.expect("JOIN")
            elif self.take("INNER"):
                self.expect("JOIN")
            elif not self.take("JOIN"):
                return left
            right = self._one_source()
            if self.is_word("JOIN") or self.is_word("LEFT") or self.is_word("INNER"):
                raise refused("joins nested without parentheses")
            self.expect("ON")
            left = tree.Join(kind, left, right, self.expression())

    def _applied(self, left: tree.Source) -> tree.Source:
        """Take a table function after CROSS APPLY. Its rows are a view's, those with its arguments in the first
        columns, so that applying it is a join."""
        name = () if self.is_operator("(") else self.name()
        if not name or not self.is_operator("("):
            raise refused("CROSS APPLY of what is no table function")
        table, arguments = self._table_function(name)
        if not arguments or not table.alias:
            raise refused(f"CROSS APPLY {'.'.join(name)} without arguments or without an alias")
        columns = TABLE_FUNCTIONS[name[-1].lower()]
        conditions: list[tree.Expression] = [
            tree.Binary("=", tree.Column((table.alias, column)), argument)
            for column, argument in zip(columns, arguments, strict=True)
        ]
        on = functools.reduce(lambda one, other: tree.Binary("AND", one, other), conditions)
        return tree.Join("INNER", left, table, on)

    def _table_function(self, name: tree.Name) -> tuple[tree.Table, list[tree.Expression]]:
        """Take the arguments and the alias of a table function; DEFAULT is no argument."""
        columns = TABLE_FUNCTIONS.get(name[-1].lower()) if name[0].lower() == "sys" else None
        if columns is None:
            raise refused(f"the table function {'.'.join(name)}")
        self.expect_operator("(")
        arguments: list[tree.Expression] = []
        while not self.take_operator(")"):
            if arguments:
                self.expect_operator(",")
            if self.take("DEFAULT"):
                continue
            arguments.append(self.expression())
        if len(arguments) != len(columns):
            raise refused(f"the table function {'.'.join(name)} with {len(arguments)} arguments")
        return tree.Table(name, self._alias()), arguments

    def _one_source(self) -> tree.Source:
        if self.take_operator("("):
            if self.take("VALUES"):
                rows = tree.Query(self._rows(default=False))
            elif self._starts_query():
                rows = self.query()
            else:
                inner = self._source()
                self.expect_operator(")")
                return inner
            self.expect_operator(")")
            alias = self._alias()
            if not alias:
                raise self.unexpected()
            columns = self.names_in_parentheses() if self.is_operator("(") else ()
            return tree.Derived(rows, alias, columns)
        if self.token.kind == "variable":
            raise refused("table variables")
        name = self.name()
        if self.is_operator("(") and not self._is_hint(1):
            table, arguments = self._table_function(name)
            if arguments:
                raise refused(f"the table function {'.'.join(name)} without CROSS APPLY")
            return table
        if self.is_word("TABLESAMPLE") or self.is_word("FOR", "SYSTEM_TIME"):
            raise refused(self.token.text)
        alias = self._alias()
        self._hints()
        return tree.Table(name, alias)

    def _is_hint(self, at: int) -> bool:
        return self.ahead(at).value in _HINTS

    def _hints(self) -> None:
        """Take hints on locks."""
        if not (self.is_word("WITH") and self.ahead(1).value == "(") and not (
            self.is_operator("(") and self._is_hint(1)
        ):
            return
        self.take("WITH")
        self.expect_operator("(")
        while True:
            if self.token.value not in _HINTS:
                raise refused(f"the table hint {self.token.text}")
            self.next()
            if not self.take_operator(","):
                break
        self.expect_operator(")")

    def _rows(self, *, default: bool) -> tree.Rows:
        rows = []
        while True:
            self.expect_operator("(")
            row: list[tree.Expression] = []
            while True:
                row.append(tree.Call("DEFAULT", ()) if default and self.take("DEFAULT") else self.expression())
                if not self.take_operator(","):
                    break
            self.expect_operator(")")
            rows.append(tuple(row))
            if not self.take_operator(","):
                return tree.Rows(tuple(rows))
