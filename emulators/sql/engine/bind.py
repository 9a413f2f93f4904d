# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Expressions as SQLite has them: each gets its type in SQL Server, and the conversions that it implies."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from emulators.sql.engine import collations
from emulators.sql.engine import syntax as tree
from emulators.sql.engine.arithmetic import arithmetic
from emulators.sql.engine.convert import converter
from emulators.sql.engine.errors import SqlError, refused, syntax
from emulators.sql.engine.functions import call, spell
from emulators.sql.engine.scope import Bound, Catalogue, Scope
from emulators.sql.engine.types import (
    BOOLEAN,
    DECIMALS,
    INTEGERS,
    NULL,
    UNKNOWN,
    SqlType,
    unify,
)

if TYPE_CHECKING:
    from emulators.sql.engine.bind_queries import QueryBinder

ONE_ROW = call("one_row", (), "count(*)", 'max("c")')
"""A query as a value: two rows are an error in SQL Server, and the first of them in SQLite."""
_COMPARISONS = frozenset({"=", "<>", "<", "<=", ">", ">="})


def quoted(name: str) -> str:
    """Return a name as SQLite quotes it."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: object) -> str:
    """Return a stored value as SQLite writes it."""
    match value:
        case None:
            return "NULL"
        case bytes():
            return f"x'{value.hex()}'"
        case str():
            if "\0" in value:
                return f"CAST(x'{value.encode().hex()}' AS TEXT)"
            return "'" + value.replace("'", "''") + "'"
    return repr(value)


class Binder:
    """Binds the expressions of one statement."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.variables: list[str] = []
        """The variables in the order of SQLite's parameters."""
        self.inferred: dict[str, SqlType] = {}
        """What parameters of unknown type turn out to be."""

    @property
    def queries(self) -> QueryBinder:
        """The binder of queries that this one is."""
        return self  # type: ignore[return-value]  # every binder that is made is one of queries as well

    def value(self, node: tree.Expression, scope: Scope) -> Bound:
        """Return an expression that is no predicate."""
        bound = self.expression(node, scope)
        if bound.type == BOOLEAN:
            raise SqlError(102, "Incorrect syntax: a condition where a value is expected.", severity=15)
        return bound

    def condition(self, node: tree.Expression, scope: Scope) -> str:
        """Return the SQL of a predicate."""
        bound = self.expression(node, scope)
        if bound.type != BOOLEAN:
            raise SqlError(
                4145,
                "An expression of non-boolean type specified in a context where a condition is expected.",
                severity=15,
            )
        return bound.sql

    def expression(self, node: tree.Expression, scope: Scope) -> Bound:
        """Return any expression."""
        if (
            scope.grouped
            and not scope.inside_aggregate
            and not isinstance(node, tree.Literal | tree.Star | tree.Variable)
        ):
            # what the query groups by may be used as a whole
            free = replace(scope, grouped=None)
            try:
                whole = self._expression(node, free)
            except SqlError:
                whole = None
            if whole is not None and whole.sql in scope.grouped:
                return whole
        return self._expression(node, scope)

    def _expression(self, node: tree.Expression, scope: Scope) -> Bound:  # noqa: PLR0912 (one case for each kind of expression)
        match node:
            case tree.Literal():
                return Bound(literal(node.value), node.type, nullable=node.value is None)
            case tree.Variable():
                return self._variable(node.name)
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
                return self._cast(node, scope)
            case tree.Collate():
                operand = self.value(node.operand, scope)
                name = self.catalogue.collation if node.collation.lower() == "database_default" else node.collation
                return Bound(operand.sql, replace(operand.type, collation=name), operand.nullable)
            case tree.Call():
                return self.catalogue.function(self, node, scope)
            case tree.Scalar():
                query = self.queries.query(node.query, scope)
                if len(query.columns) != 1:
                    raise SqlError(
                        116,
                        "Only one expression can be specified in the select list when the subquery is not "
                        "introduced with EXISTS.",
                    )
                inner = self.queries.named(query, ["c"])
                return Bound(f"(SELECT {ONE_ROW} FROM (SELECT * FROM ({inner}) LIMIT 2))", query.columns[0].type)
        raise syntax("*")

    def coerce(self, bound: Bound, target: SqlType, *, style: str = "", mode: str = "") -> Bound:
        """Return the expression brought to a type."""
        if bound.type == UNKNOWN and bound.variable:
            self.inferred.setdefault(bound.variable, target)
            return replace(bound, type=target)
        if converter(bound.type, target, int(style) if style else None, cut=mode != "assign") is None:
            return replace(bound, type=target, column=None)
        words = (spell(bound.type), spell(target), style, mode)
        return Bound(call("convert", words, bound.sql), target, bound.nullable or mode == "quiet", bound.name)

    def same_type(self, *bounds: Bound) -> tuple[list[Bound], SqlType]:
        """Return expressions brought to the one type that an operator gives them."""
        kind = NULL
        for each in bounds:
            kind = unify(kind, each.type)
        return [self.coerce(each, kind) for each in bounds], kind

    def collate(self, sql: str, kind: SqlType) -> str:
        """Return an expression that compares as its type does."""
        return sql + collations.clause(kind, self.catalogue.collation)

    def _variable(self, name: str) -> Bound:
        kind = self.catalogue.variable(name)
        if name not in self.variables:
            self.variables.append(name)
        known = self.inferred.get(name, kind) if kind == UNKNOWN else kind
        return Bound(f"?{self.variables.index(name) + 1}", known, variable=name)

    def _column(self, node: tree.Column, scope: Scope) -> Bound:
        column, owner = scope.column(node.name)
        if (
            owner.grouped is not None
            and not owner.inside_aggregate
            and not scope.inside_aggregate
            and column.sql not in owner.grouped
        ):
            message = (
                f"Column '{'.'.join(node.name)}' is invalid in the select list because it is not contained in either "
                "an aggregate function or the GROUP BY clause."
            )
            raise SqlError(8120, message)
        return Bound(column.sql, column.type, column.nullable, node.name[-1], column=column)

    def _unary(self, node: tree.Unary, scope: Scope) -> Bound:
        if node.operator == "NOT":
            return Bound(f"(NOT {self.condition(node.operand, scope)})", BOOLEAN)
        operand = self.value(node.operand, scope)
        if node.operator == "~" and operand.type.name in INTEGERS:
            sql = f"(1 - {operand.sql})" if operand.type.name == "bit" else f"(~{operand.sql})"
            return Bound(sql, operand.type, operand.nullable)
        if operand.type.name in DECIMALS:
            return arithmetic(self, "-", Bound("0", SqlType("int"), nullable=False), operand)
        if operand.type.is_number:
            return Bound(f"(-{operand.sql})", operand.type, operand.nullable)
        raise SqlError(8117, f"Operand data type {operand.type.name} is invalid for minus operator.")

    def _binary(self, node: tree.Binary, scope: Scope) -> Bound:
        if node.operator in ("AND", "OR"):
            return Bound(
                f"({self.condition(node.left, scope)} {node.operator} {self.condition(node.right, scope)})", BOOLEAN
            )
        left, right = self.value(node.left, scope), self.value(node.right, scope)
        if node.operator in _COMPARISONS:
            return Bound(self.compare(node.operator, left, right), BOOLEAN)
        return arithmetic(self, node.operator, left, right)

    def compare(self, operator: str, left: Bound, right: Bound) -> str:
        """Return the SQL of a comparison."""
        self._check_collations(left, right)
        (a, b), kind = self.same_type(left, right)
        if kind.name in ("xml", "sql_variant"):
            raise SqlError(
                305, f"The {kind.name} data type cannot be compared or sorted, except when using the IS NULL operator."
            )
        return f"({self.collate(a.sql, kind)} {operator} {b.sql})"

    def _check_collations(self, left: Bound, right: Bound) -> None:
        """Refuse to compare columns of different collations, as SQL Server does."""
        if left.column and right.column and left.type.is_string and right.type.is_string:
            a, b = (each.type.collation or self.catalogue.collation for each in (left, right))
            if a.casefold() != b.casefold():
                raise SqlError(
                    468, f'Cannot resolve the collation conflict between "{a}" and "{b}" in the equal to operation.'
                )

    def _in(self, node: tree.In, scope: Scope) -> Bound:
        operand = self.value(node.operand, scope)
        negation = "NOT " if node.negated else ""
        if isinstance(node.choices, tree.Query):
            query = self.queries.query(node.choices, scope)
            if len(query.columns) != 1:
                raise SqlError(
                    116,
                    "Only one expression can be specified in the select list when the subquery is not introduced "
                    "with EXISTS.",
                )
            (column,) = query.columns
            kind = unify(operand.type, column.type)
            inner = self.coerce(replace(column, sql='"q"."c"'), kind)
            sql = f'SELECT {inner.sql} FROM ({self.queries.named(query, ["c"])}) AS "q"'
            return Bound(f"({self.collate(self.coerce(operand, kind).sql, kind)} {negation}IN ({sql}))", BOOLEAN)
        choices = [self.value(each, scope) for each in node.choices]
        (first, *rest), kind = self.same_type(operand, *choices)
        return Bound(
            f"({self.collate(first.sql, kind)} {negation}IN ({', '.join(each.sql for each in rest)}))", BOOLEAN
        )

    def _like(self, node: tree.Like, scope: Scope) -> Bound:
        parts = [self.value(each, scope) for each in (node.operand, node.pattern, node.escape) if each is not None]
        texts = [each if each.type.is_string else self.coerce(each, SqlType("nvarchar", 4000)) for each in parts]
        collation = next((each.type.collation for each in texts if each.type.collation), self.catalogue.collation)
        sql = call("like", (collations.order_of(collation),), *(each.sql for each in texts))
        return Bound(f"(NOT {sql})" if node.negated else f"({sql} = 1)", BOOLEAN)

    def _case(self, node: tree.Case, scope: Scope) -> Bound:
        conditions = []
        for when, _unused in node.branches:
            test = when if node.operand is None else tree.Binary("=", node.operand, when)
            conditions.append(self.condition(test, scope))
        results = [self.value(then, scope) for _unused, then in node.branches]
        otherwise = self.value(node.otherwise, scope) if node.otherwise is not None else Bound("NULL", NULL)
        results, kind = self.same_type(*results, otherwise)
        branches = " ".join(f"WHEN {test} THEN {result.sql}" for test, result in zip(conditions, results, strict=False))
        nullable = any(each.nullable for each in results)
        return Bound(f"(CASE {branches} ELSE {results[-1].sql} END)", kind, nullable)

    def _cast(self, node: tree.Cast, scope: Scope) -> Bound:
        operand = self.value(node.operand, scope)
        style = ""
        if node.style is not None:
            if not isinstance(node.style, tree.Literal) or not isinstance(node.style.value, int):
                raise refused("a style of CONVERT that is no constant")
            style = str(node.style.value)
        target = node.type
        if target.is_string and not target.collation and operand.type.is_string:
            target = replace(target, collation=operand.type.collation)
        try:
            bound = self.coerce(operand, target, style=style, mode="quiet" if node.quiet else "")
        except SqlError as error:
            if error.number != 206:
                raise
            raise SqlError(
                529, f"Explicit conversion from data type {operand.type.name} to {target.name} is not allowed."
            ) from None
        return replace(bound, type=target, name="", column=None)
