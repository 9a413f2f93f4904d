# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Expressions as SQLite has them: each gets its type in Oracle, and the conversions that it implies."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from emulators.oracle.engine.errors import OracleError, refused
from emulators.oracle.engine.types import (
    BOOLEAN,
    CLOB,
    DATE,
    LARGE,
    LONG,
    LONGEST_VARCHAR2,
    NULL,
    NUMBER,
    OracleType,
    varchar2,
)
from emulators.oracle.sql import functions, tree
from emulators.oracle.sql.conversion_functions import cast
from emulators.oracle.sql.conversions import coerce, inconsistent, literal, to_moment, to_number, to_text, unify
from emulators.oracle.sql.scope import Bound, Scope, quoted_name

if TYPE_CHECKING:
    from emulators.oracle.sql.bind_queries import QueryBinder

_COMPARISONS = frozenset({"=", "<>", "<", "<=", ">", ">="})
_ARITHMETIC = {"+": "o_add", "-": "o_subtract", "*": "o_multiply", "/": "o_divide"}


class Binder:
    """Binds the expressions of one statement."""

    def __init__(self, kinds: list[OracleType] | None, formats: tuple[str, str, str]) -> None:
        """Begin.

        Args:
            kinds: the types of the statement's binds; None if they are not known.
            formats: in which moments become text: of DATE, TIMESTAMP, TIMESTAMP WITH TIME ZONE.
        """
        self.kinds, self.formats = kinds, formats
        self._aliases = 0
        self.highest = 0
        """The number of the last bind that was used, counted from 1."""

    def alias(self) -> str:
        """Return a name that no other source of the statement has."""
        self._aliases += 1
        return f"s{self._aliases}"

    @property
    def queries(self) -> QueryBinder:
        """The binder of queries that this one is."""
        return self  # type: ignore[return-value]

    def value(self, node: tree.Expression, scope: Scope) -> Bound:
        """Return an expression that is no condition. Raises OracleError."""
        bound = self.expression(node, scope)
        if bound.type == BOOLEAN:
            raise OracleError(936)
        return bound

    def condition(self, node: tree.Expression, scope: Scope) -> str:
        """Return the SQL of a condition. Raises OracleError."""
        bound = self.expression(node, scope)
        if bound.type != BOOLEAN:
            raise OracleError(920, message="invalid relational operator")
        return bound.sql

    def expression(self, node: tree.Expression, scope: Scope) -> Bound:
        """Return any expression. Raises OracleError."""
        if scope.grouped and not scope.inside_aggregate and not isinstance(node, tree.Literal | tree.Bind):
            # what the query groups by may be used as a whole
            try:
                whole = self._expression(node, replace(scope, grouped=None))
            except OracleError:
                whole = None
            if whole is not None and whole.sql in scope.grouped:
                return whole
        return self._expression(node, scope)

    def _expression(self, node: tree.Expression, scope: Scope) -> Bound:  # noqa: PLR0912
        match node:
            case tree.Literal():
                return Bound(literal(node.value), node.type, nullable=node.value is None)
            case tree.Bind():
                return self._bind(node)
            case tree.Column():
                return self._column(node, scope)
            case tree.Unary():
                return self._unary(node, scope)
            case tree.Binary():
                return self._binary(node, scope)
            case tree.IsNull():
                operand = self.value(node.operand, scope)
                return Bound(f"({operand.sql} IS {'NOT ' if node.negated else ''}NULL)", BOOLEAN)
            case tree.In():
                return self._in(node, scope)
            case tree.Like():
                return self._like(node, scope)
            case tree.Exists():
                return Bound(f"EXISTS ({self.queries.query(node.query, scope).sql})", BOOLEAN)
            case tree.Case():
                return self._case(node, scope)
            case tree.Cast():
                return cast(self, self.value(node.operand, scope), node.type)
            case tree.Call():
                return functions.call(self, node, scope)
            case tree.Scalar():
                query = self.queries.query(node.query, scope)
                if len(query.columns) != 1:
                    raise OracleError(913)
                kind = query.columns[0].type
                return Bound(f"(SELECT o_one(k0) FROM (SELECT k0 FROM ({query.sql}) LIMIT 2))", kind)
            case tree.Tuple():
                raise OracleError(907)
        raise OracleError(936)

    def _bind(self, node: tree.Bind) -> Bound:
        self.highest = max(self.highest, node.index + 1)
        kind = varchar2(4000)
        if self.kinds is not None:
            if node.index >= len(self.kinds):
                raise OracleError(1008)
            kind = self.kinds[node.index]
            kind = CLOB if kind == LONG else kind
        return Bound(f"?{node.index + 1}", kind)

    def _column(self, node: tree.Column, scope: Scope) -> Bound:
        found = scope.column(node)
        if found is None:
            pseudo = functions.pseudo_column(self, node, scope)
            if pseudo is not None:
                return pseudo
            raise OracleError(904, quoted_name(node.name), position=node.at)
        column, owner = found
        if (
            owner.grouped is not None
            and not owner.inside_aggregate
            and not scope.inside_aggregate
            and (column.sql not in owner.grouped)
        ):
            raise OracleError(979 if owner.by_group else 937, position=node.at)
        return Bound(column.sql, column.type, column.nullable, node.name[-1])

    def _unary(self, node: tree.Unary, scope: Scope) -> Bound:
        if node.operator == "NOT":
            return Bound(f"(NOT {self.condition(node.operand, scope)})", BOOLEAN)
        operand = to_number(self.value(node.operand, scope))
        if node.operator == "+":
            return operand
        return Bound(f"o_negative({operand.sql})", NUMBER, operand.nullable)

    def _binary(self, node: tree.Binary, scope: Scope) -> Bound:
        operator = node.operator
        if operator in ("AND", "OR"):
            # in one pair of parentheses: SQLite follows no more than some tens of them into each other
            conditions = f" {operator} ".join(self.condition(each, scope) for each in _chain(node))
            return Bound(f"({conditions})", BOOLEAN)
        if operator in _COMPARISONS and isinstance(node.left, tree.Tuple):
            raise refused(f"lists in parentheses with {operator}", node.at)
        if operator == "||":
            return self.concatenation(*(self.value(each, scope) for each in _chain(node)))
        left, right = self.value(node.left, scope), self.value(node.right, scope)
        if operator in _COMPARISONS:
            return Bound(self.compare(operator, left, right), BOOLEAN)
        return self._arithmetic(operator, left, right)

    def concatenation(self, *operands: Bound) -> Bound:
        """Return texts as one; NULL is an empty text. Raises OracleError."""
        texts = [to_text(each, self.formats) for each in operands]
        if len(texts) > 2 and CLOB in (each.type for each in texts):
            # what stands before a CLOB is no CLOB yet, and has its limit
            return self.concatenation(self.concatenation(*texts[:-1]), texts[-1])
        kind = CLOB if CLOB in (each.type for each in texts) else varchar2(sum(each.type.length for each in texts))
        joined = " || ".join(f"ifnull({each.sql}, '')" for each in texts)
        sql = f"nullif({joined}, '')"
        if kind != CLOB and sum(each.type.bytes for each in texts) > LONGEST_VARCHAR2:
            sql = f"o_short({sql})"
        return Bound(sql, kind, all(each.nullable for each in texts))

    def _arithmetic(self, operator: str, left: Bound, right: Bound) -> Bound:
        nullable = left.nullable or right.nullable
        if left.type.is_moment and right.type.is_moment:
            if operator != "-":
                raise OracleError(975, message="date + date not allowed")
            if left.type.name != "DATE" or right.type.name != "DATE":
                raise refused("differences of TIMESTAMP, which are INTERVAL: CAST them AS DATE")
            return Bound(f"o_days({left.sql}, {right.sql})", NUMBER, nullable)
        if left.type.is_moment or right.type.is_moment:
            if operator not in "+-" or (operator == "-" and right.type.is_moment):
                raise inconsistent("NUMBER", DATE)
            moment, days = (left, right) if left.type.is_moment else (right, left)
            as_date, amount = to_moment(moment, DATE), to_number(days)
            sign = "" if operator == "+" else "-"
            return Bound(f"o_later({as_date.sql}, {amount.sql}, '{sign}')", DATE, nullable)
        a, b = to_number(left), to_number(right)
        return Bound(f"{_ARITHMETIC[operator]}({a.sql}, {b.sql})", NUMBER, nullable)

    def compare(self, operator: str, left: Bound, right: Bound) -> str:
        """Return the SQL of a comparison. Raises OracleError 932."""
        a, b = self.comparable(left, right)
        return f"({a} {operator} {b})"

    def comparable(self, left: Bound, right: Bound) -> tuple[str, str]:
        """Return the SQL of two values brought to where they compare. Raises OracleError 932."""
        for each in (left, right):
            if each.type.name in LARGE or each.type == BOOLEAN:
                raise inconsistent("-", each.type)
        if NULL in (left.type, right.type):
            return left.sql, right.sql
        if left.type.is_string and right.type.is_string:
            if left.type.name == right.type.name == "CHAR":
                return f"rtrim({left.sql}, ' ')", f"rtrim({right.sql}, ' ')"
            return left.sql, right.sql
        if "NUMBER" in (left.type.name, right.type.name):
            return to_number(left).sql, to_number(right).sql
        kind = unify([left.type, right.type]) if not (left.type.is_string or right.type.is_string) else left.type
        if left.type.is_moment or right.type.is_moment:
            kind = kind if kind.is_moment else right.type
            return to_moment(left, kind).sql, to_moment(right, kind).sql
        if left.type.name == right.type.name == "RAW":
            return left.sql, right.sql
        raise refused(f"comparisons of {left.type.name} with {right.type.name}")

    def _in(self, node: tree.In, scope: Scope) -> Bound:
        operands = node.operand.items if isinstance(node.operand, tree.Tuple) else (node.operand,)
        left = [self.value(each, scope) for each in operands]
        word = "NOT IN" if node.negated else "IN"
        if isinstance(node.choices, tree.Query):
            query = self.queries.query(node.choices, scope)
            if len(query.columns) != len(left):
                raise OracleError(913 if len(query.columns) > len(left) else 947)
            pairs = [
                self.comparable(a, Bound(f"k{at}", column.type))
                for at, (a, column) in enumerate(zip(left, query.columns, strict=True))
            ]
            mine, theirs = ", ".join(a for a, _b in pairs), ", ".join(b for _a, b in pairs)
            return Bound(f"(({mine}) {word} (SELECT {theirs} FROM ({query.sql})))", BOOLEAN)
        tests = []
        for choice in node.choices:
            items = choice.items if isinstance(choice, tree.Tuple) else (choice,)
            if len(items) != len(left):
                raise OracleError(947 if len(items) < len(left) else 913)
            equal = [self.compare("=", a, self.value(b, scope)) for a, b in zip(left, items, strict=True)]
            tests.append(f"({' AND '.join(equal)})")
        return Bound(f"({'NOT ' if node.negated else ''}({' OR '.join(tests)}))", BOOLEAN)

    def _like(self, node: tree.Like, scope: Scope) -> Bound:
        parts = [to_text(self.value(each, scope), self.formats).sql for each in (node.operand, node.pattern)]
        if node.escape is not None:
            parts.append(self.value(node.escape, scope).sql)
        sql = f"o_like({', '.join(parts)})"
        return Bound(f"({'NOT ' if node.negated else ''}{sql})", BOOLEAN)

    def _case(self, node: tree.Case, scope: Scope) -> Bound:
        results = [self.value(result, scope) for _condition, result in node.branches]
        if node.otherwise is not None:
            results.append(self.value(node.otherwise, scope))
        kind = unify([each.type for each in results], fixed=not node.decode)
        coerced = [coerce(each, kind, self.formats).sql for each in results]
        if node.decode and kind.name == "CHAR":
            kind = varchar2(kind.length)
        operand = self.value(node.operand, scope) if node.operand is not None else None
        parts = []
        for (condition, _result), result in zip(node.branches, coerced, strict=False):
            if operand is None:
                test = self.condition(condition, scope)
            else:
                a, b = self.comparable(operand, self.value(condition, scope))
                test = f"({a} IS {b})" if node.decode else f"({a} = {b})"
            parts.append(f"WHEN {test} THEN {result}")
        if node.otherwise is not None:
            parts.append(f"ELSE {coerced[-1]}")
        nullable = node.otherwise is None or any(each.nullable for each in results)
        return Bound(f"(CASE {' '.join(parts)} END)", kind, nullable)


def _chain(node: tree.Binary) -> list[tree.Expression]:
    """Return what one operator joins, written without parentheses: a || b || c is three."""
    found: list[tree.Expression] = []
    left: tree.Expression = node
    while isinstance(left, tree.Binary) and left.operator == node.operator:
        found.append(left.right)
        left = left.left
    return [left, *reversed(found)]
