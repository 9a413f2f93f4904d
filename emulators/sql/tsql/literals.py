# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names, types and constants."""

from __future__ import annotations

from emulators.sql.engine import syntax as tree
from emulators.sql.engine.errors import refused
from emulators.sql.engine.types import BIGINT, INT, MAX, SqlType, declared
from emulators.sql.tsql.tokens import Cursor

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


class Literals(Cursor):
    """A parser of what needs no other expression."""

    def name(self) -> tree.Name:
        """Take a qualified name; a part left out (`db..table`) is the default schema, an empty string here."""
        parts = [self.identifier()]
        while self.take_operator("."):
            parts.append("" if self.is_operator(".") else self.identifier())
        return tuple(parts)

    def type(self) -> SqlType:
        """Take the declaration of a type."""
        name = self.identifier()
        if name.lower() == "sys" and self.take_operator("."):
            name = self.identifier()
        arguments: list[int] = []
        if name.upper() == "DOUBLE" and self.take("PRECISION"):
            name = "float"
        if name.upper() in ("NATIONAL", "CHARACTER"):
            raise refused(f"the type {name}")
        if self.take_operator("("):
            while True:
                arguments.append(MAX if self.take("MAX") else self.integer())
                if not self.take_operator(","):
                    break
            self.expect_operator(")")
        return declared(name, *arguments)

    def _literal(self) -> tree.Literal:
        token = self.next()
        if token.kind == "string":
            unicode = token.text[0] in "nN"
            units = len(token.value.encode("utf-16-le", "surrogatepass")) // 2 if unicode else len(token.value)
            longest = 4000 if unicode else 8000
            return tree.Literal(
                token.value, SqlType("nvarchar" if unicode else "varchar", max(units, 1) if units <= longest else MAX)
            )
        if token.kind == "binary":
            digits = token.value if len(token.value) % 2 == 0 else f"0{token.value}"
            data = bytes.fromhex(digits)
            return tree.Literal(data, SqlType("varbinary", max(len(data), 1) if len(data) <= 8000 else MAX))
        text = token.text
        if "e" in text.lower():
            return tree.Literal(float(text), SqlType("float"))
        if text.isdigit():
            number = int(text)
            if number < 2**63:
                return tree.Literal(number, INT if number < 2**31 else BIGINT)
        whole, _unused, fraction = text.partition(".")
        digits = (whole.lstrip("0") + fraction) or "0"
        shown = f"{whole or '0'}.{fraction}" if fraction else whole
        return tree.Literal(
            shown, SqlType("numeric", precision=max(len(digits), len(fraction), 1), scale=len(fraction))
        )

    def names_in_parentheses(self) -> tuple[str, ...]:
        """Take `(a, b, c)`."""
        self.expect_operator("(")
        names = [self.identifier()]
        while self.take_operator(","):
            names.append(self.identifier())
        self.expect_operator(")")
        return tuple(names)
