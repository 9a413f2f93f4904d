# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The grammar of Transact-SQL's expressions and predicates."""

from __future__ import annotations

from emulators.sql.engine import syntax as tree
from emulators.sql.engine.collations import check
from emulators.sql.engine.errors import refused
from emulators.sql.engine.text_forms import shown
from emulators.sql.engine.types import NULL, SqlType
from emulators.sql.tsql.literals import Literals

RESERVED = frozenset(
    "ALL ALTER AND ANY AS ASC BEGIN BETWEEN BY CASE CHECK CLOSE COLLATE COMMIT CONSTRAINT CREATE CROSS DECLARE "
    "DEFAULT DELETE"
    " DENY DESC DISTINCT DROP ELSE END ESCAPE EXCEPT EXEC EXECUTE EXISTS FETCH FOR FOREIGN FROM FULL GRANT GROUP "
    "HAVING IF IN"
    " INNER INSERT INTERSECT INTO IS JOIN LEFT LIKE MERGE NOT NULL OF OFFSET ON OPTION OR ORDER OUTER OVER PIVOT "
    "PRIMARY PRINT"
    " REFERENCES RETURN REVERT REVOKE RIGHT ROLLBACK SAVE SELECT SET SOME TABLE TABLESAMPLE THEN TO TOP TRUNCATE "
    "UNION UNIQUE"
    " UNPIVOT UPDATE USE VALUES VIEW WAITFOR WHEN WHERE WHILE WITH WITHIN OUTPUT USING".split()
)
"""Words that are no name unless they are quoted."""
_COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")


class Expressions(Literals):
    """A parser of expressions."""

    def query(self) -> tree.Query:
        """Take a query; the subclass knows how."""
        raise NotImplementedError

    def expression(self) -> tree.Expression:
        """Take an expression or a predicate."""
        left = self._conjunction()
        while self.take("OR"):
            left = tree.Binary("OR", left, self._conjunction())
        return left

    def scalar(self) -> tree.Expression:
        """Take an expression that is no predicate."""
        return self._sum()

    def expressions(self) -> tuple[tree.Expression, ...]:
        """Take expressions separated by commas."""
        found = [self.expression()]
        while self.take_operator(","):
            found.append(self.expression())
        return tuple(found)

    def orderings(self) -> tuple[tree.Ordering, ...]:
        """Take the items of an ORDER BY."""
        found = []
        while True:
            key = self.expression()
            descending = self.take("DESC")
            if not descending:
                self.take("ASC")
            found.append(tree.Ordering(key, descending))
            if not self.take_operator(","):
                return tuple(found)

    def _conjunction(self) -> tree.Expression:
        left = self._negation()
        while self.take("AND"):
            left = tree.Binary("AND", left, self._negation())
        return left

    def _negation(self) -> tree.Expression:
        if self.take("NOT"):
            return tree.Unary("NOT", self._negation())
        return self._predicate()

    def _predicate(self) -> tree.Expression:
        left = self._sum()
        for operator in _COMPARISONS:
            if self.take_operator(operator):
                if self.is_word("ALL") or self.is_word("ANY") or self.is_word("SOME"):
                    raise refused(f"{operator} {self.token.text}")
                return tree.Binary(operator, left, self._sum())
        if self.take("IS"):
            negated = self.take("NOT")
            self.expect("NULL")
            return tree.IsNull(left, negated)
        negated = self.take("NOT")
        if self.take("BETWEEN"):
            low = self._sum()
            self.expect("AND")
            high = self._sum()
            between = tree.Binary("AND", tree.Binary(">=", left, low), tree.Binary("<=", left, high))
            return tree.Unary("NOT", between) if negated else between
        if self.take("LIKE"):
            pattern = self._sum()
            return tree.Like(left, pattern, self._sum() if self.take("ESCAPE") else None, negated)
        if self.take("IN"):
            self.expect_operator("(")
            choices = self.query() if self._starts_query() else self.expressions()
            self.expect_operator(")")
            return tree.In(left, choices, negated)
        if negated:
            raise self.unexpected()
        return left

    def _sum(self) -> tree.Expression:
        left = self._product()
        while self.token.kind == "operator" and self.token.value in ("+", "-", "&", "|", "^"):
            operator = self.next().value
            left = tree.Binary(operator, left, self._product())
        return left

    def _product(self) -> tree.Expression:
        left = self._signed()
        while self.token.kind == "operator" and self.token.value in ("*", "/", "%"):
            operator = self.next().value
            left = tree.Binary(operator, left, self._signed())
        return left

    def _signed(self) -> tree.Expression:
        if self.take_operator("+"):
            return self._signed()
        for operator in ("-", "~"):
            if self.take_operator(operator):
                operand = self._signed()
                if operator == "-" and isinstance(operand, tree.Literal) and isinstance(operand.value, int | float):
                    return tree.Literal(-operand.value, operand.type)
                if operator == "-" and isinstance(operand, tree.Literal) and operand.type.name == "numeric":
                    return tree.Literal(f"-{shown(operand.value)}", operand.type)
                return tree.Unary(operator, operand)
        found = self._primary()
        while self.take("COLLATE"):
            name = self.identifier()
            found = tree.Collate(found, name if name.lower() == "database_default" else check(name))
        return found

    def _starts_query(self) -> bool:
        at = 0
        while self.ahead(at).kind == "operator" and self.ahead(at).value == "(":
            at += 1
        return self.ahead(at).kind == "word" and self.ahead(at).value in ("SELECT", "WITH")

    def _primary(self) -> tree.Expression:
        token = self.token
        match token.kind:
            case "number" | "string" | "binary":
                return self._literal()
            case "variable":
                return tree.Variable(self.next().value)
            case "operator" if token.value == "(":
                self.next()
                inner: tree.Expression = tree.Scalar(self.query()) if self._starts_query() else self.expression()
                self.expect_operator(")")
                return inner
            case "operator" if token.value == "*":
                self.next()
                return tree.Star()
            case "word" if not (self.ahead(1).kind == "operator" and self.ahead(1).value == "."):
                special = self._special()
                if special is not None:
                    return special
        return self._name_or_call()

    def _special(self) -> tree.Expression | None:
        """Take what starts with a word that is no ordinary name."""
        if self.take("NULL"):
            return tree.Literal(None, NULL)
        if self.take("CASE"):
            return self._case()
        if self.take("EXISTS"):
            self.expect_operator("(")
            query = self.query()
            self.expect_operator(")")
            return tree.Exists(query)
        for word in ("CAST", "TRY_CAST", "CONVERT", "TRY_CONVERT"):
            if self.is_word(word) and self.ahead(1).value == "(":
                return self._cast(word)
        for word in ("CURRENT_TIMESTAMP", "SYSTEM_USER", "SESSION_USER", "CURRENT_USER", "USER"):
            if self.take(word):
                return tree.Call(word, ())
        called = self.ahead(1).kind == "operator" and self.ahead(1).value == "("
        if self.token.value in RESERVED and not (called and self.token.value in ("LEFT", "RIGHT")):
            raise self.unexpected()
        return None

    def _case(self) -> tree.Case:
        operand = None if self.is_word("WHEN") else self.expression()
        branches = []
        while self.take("WHEN"):
            condition = self.expression()
            self.expect("THEN")
            branches.append((condition, self.expression()))
        otherwise = self.expression() if self.take("ELSE") else None
        self.expect("END")
        if not branches:
            raise self.unexpected()
        return tree.Case(operand, tuple(branches), otherwise)

    def _cast(self, word: str) -> tree.Cast:
        self.next()
        self.expect_operator("(")
        style: tree.Expression | None = None
        if word.endswith("CAST"):
            operand = self.expression()
            self.expect("AS")
            kind = self._cast_type()
        else:
            kind = self._cast_type()
            self.expect_operator(",")
            operand = self.expression()
            style = self.expression() if self.take_operator(",") else None
        self.expect_operator(")")
        return tree.Cast(operand, kind, style, quiet=word.startswith("TRY"))

    def _cast_type(self) -> SqlType:
        """Take a type of CAST, where a length left out is 30."""
        bare = self.ahead(1).value != "("
        kind = self.type()
        return SqlType(kind.name, 30) if bare and kind.length == 1 else kind

    def _name_or_call(self) -> tree.Expression:
        parts = [self.identifier()]
        while self.take_operator("."):
            if self.take_operator("*"):
                return tree.Star(tuple(parts))
            parts.append("" if self.is_operator(".") else self.identifier())
        if not self.take_operator("("):
            return tree.Column(tuple(parts))
        if len(parts) > 1:
            raise refused(f"the function {'.'.join(parts)}")
        return self._call(parts[0].upper())

    def _call(self, name: str) -> tree.Expression:
        distinct = self.take("DISTINCT")
        arguments: tuple[tree.Expression, ...] = ()
        if not self.is_operator(")"):
            arguments = self.expressions()
        self.expect_operator(")")
        if name == "IIF" and len(arguments) == 3:
            return tree.Case(None, ((arguments[0], arguments[1]),), arguments[2])
        within: tuple[tree.Ordering, ...] = ()
        if self.take("WITHIN"):
            self.expect("GROUP")
            self.expect_operator("(")
            self.expect("ORDER", "BY")
            within = self.orderings()
            self.expect_operator(")")
        return tree.Call(name, arguments, distinct, self._window() if self.take("OVER") else None, within)

    def _window(self) -> tree.Window:
        self.expect_operator("(")
        partition: tuple[tree.Expression, ...] = ()
        if self.take("PARTITION"):
            self.expect("BY")
            partition = self.expressions()
        order: tuple[tree.Ordering, ...] = ()
        if self.take("ORDER"):
            self.expect("BY")
            order = self.orderings()
        self.expect_operator(")")
        return tree.Window(partition, order)
