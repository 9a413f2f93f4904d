# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The types of SQL Server, and the form in which SQLite keeps their values.

A value in the engine is always in its *stored form*, whose comparison in SQLite, under the collation of its type, is
SQL Server's: integers as INTEGER, floats as REAL, binary as BLOB, everything else as TEXT:

- decimal and money: plain digits with exactly `scale` decimals, collation DECIMAL;
- date `2026-12-31`, time `23:59:59.1234567`, datetime2 both with a space, to exactly `scale` decimals;
- datetimeoffset: the same *in UTC*, followed by the offset of the local time, `+01:00`; collation DATETIMEOFFSET;
- uniqueidentifier: upper-case text, collation UNIQUEIDENTIFIER;
- sql_variant: JSON, a list of the base type's declaration and its stored value.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

from emulators.sql.engine.errors import SqlError, refused

Value: TypeAlias = int | float | str | bytes | None
MAX = -1
"""The length of `varchar(max)` and its like."""
DEFAULT_COLLATION = "SQL_Latin1_General_CP1_CI_AS"

INTEGERS = {"bit": (0, 1), "tinyint": (0, 255), "smallint": (-(2**15), 2**15 - 1)}
INTEGERS |= {"int": (-(2**31), 2**31 - 1), "bigint": (-(2**63), 2**63 - 1)}
DECIMALS = frozenset({"decimal", "numeric", "money", "smallmoney"})
FLOATS = frozenset({"real", "float"})
UNICODE = frozenset({"nchar", "nvarchar", "xml"})
STRINGS = frozenset({"char", "varchar"}) | UNICODE
BINARIES = frozenset({"binary", "varbinary", "rowversion"})
DATES = frozenset({"date", "time", "smalldatetime", "datetime", "datetime2", "datetimeoffset"})

SYSTEM_TYPE_IDS = {
    "date": 40, "time": 41, "datetime2": 42, "datetimeoffset": 43, "tinyint": 48, "smallint": 52, "int": 56,
    "smalldatetime": 58, "real": 59, "money": 60, "datetime": 61, "float": 62, "sql_variant": 98, "bit": 104,
    "decimal": 106, "numeric": 108, "smallmoney": 122, "bigint": 127, "varbinary": 165, "varchar": 167, "binary": 173,
    "char": 175, "rowversion": 189, "uniqueidentifier": 36, "nvarchar": 231, "nchar": 239, "xml": 241,
}  # fmt: skip
"""`sys.types.system_type_id`."""

PRECEDENCE = (
    "null", "binary", "varbinary", "rowversion", "char", "varchar", "nchar", "nvarchar", "uniqueidentifier", "bit",
    "tinyint", "smallint", "int", "bigint", "smallmoney", "money", "numeric", "decimal", "real", "float", "time",
    "date", "smalldatetime", "datetime", "datetime2", "datetimeoffset", "xml", "sql_variant",
)  # fmt: skip
"""Lowest first, as "Data type precedence" in the reference of Transact-SQL lists them."""

_FIXED_BYTES = {"bit": 1, "tinyint": 1, "smallint": 2, "int": 4, "bigint": 8, "real": 4, "float": 8, "money": 8}
_FIXED_BYTES |= {"smallmoney": 4, "date": 3, "datetime": 8, "smalldatetime": 4, "uniqueidentifier": 16, "rowversion": 8}
_SYNONYMS = {"integer": "int", "dec": "decimal", "timestamp": "rowversion", "sysname": "nvarchar"}
_LENGTHS = {"char": 8000, "varchar": 8000, "nchar": 4000, "nvarchar": 4000, "binary": 8000, "varbinary": 8000}


@dataclass(frozen=True)
class SqlType:
    """A type as a column or a parameter declares it."""

    name: str
    """In lower case; `null` for the literal NULL, `boolean` for a predicate, `unknown` for a parameter to be
    inferred."""
    length: int = 0
    """Characters (UTF-16 code units of a Unicode type) or bytes; `MAX`; 0 where the type has none."""
    precision: int = 0
    scale: int = 0
    collation: str = ""
    """Of a string that has one of its own; empty takes the database's."""

    def __str__(self) -> str:
        if self.name in _LENGTHS:
            return f"{self.name}({'max' if self.length == MAX else self.length})"
        if self.name in ("decimal", "numeric"):
            return f"{self.name}({self.precision},{self.scale})"
        return f"{self.name}({self.scale})" if self.name in ("time", "datetime2", "datetimeoffset") else self.name

    @property
    def is_string(self) -> bool:
        """Whether it holds characters."""
        return self.name in STRINGS

    @property
    def is_number(self) -> bool:
        """Whether arithmetic can be done with it."""
        return self.name in INTEGERS or self.name in DECIMALS or self.name in FLOATS

    @property
    def fixed(self) -> bool:
        """Whether values are padded to its length."""
        return self.name in ("char", "nchar", "binary")

    @property
    def bytes(self) -> int:
        """`sys.columns.max_length`: bytes of a value, -1 for (max), 16 for xml's pointer."""
        if self.name in _LENGTHS:
            return self.length if self.length == MAX else self.length * (2 if self.name in UNICODE else 1)
        if self.name in ("decimal", "numeric"):
            return next(size for digits, size in ((9, 5), (19, 9), (28, 13), (38, 17)) if self.precision <= digits)
        if self.name in ("time", "datetime2", "datetimeoffset"):
            return time_bytes(self.scale) + {"time": 0, "datetime2": 3, "datetimeoffset": 5}[self.name]
        return {"xml": MAX, "sql_variant": 8016}.get(self.name, _FIXED_BYTES.get(self.name, 0))

    @property
    def storage(self) -> str:
        """The type of an SQLite column for it, its collation included (that of strings excepted)."""
        if self.name in INTEGERS:
            return "INTEGER"
        if self.name in FLOATS:
            return "REAL"
        if self.name in BINARIES:
            return "BLOB"
        return f"TEXT{self.order}"

    @property
    def order(self) -> str:
        """The collation clause with which values that are no strings compare, or nothing."""
        if self.name in DECIMALS:
            return ' COLLATE "DECIMAL"'
        if self.name in ("datetimeoffset", "uniqueidentifier"):
            return f' COLLATE "{self.name.upper()}"'
        return ""

    @property
    def declared_precision(self) -> int:
        """`sys.columns.precision`."""
        fixed = {"bit": 1, "tinyint": 3, "smallint": 5, "int": 10, "bigint": 19, "real": 24, "float": 53, "money": 19}
        fixed |= {"smallmoney": 10, "date": 10, "datetime": 23, "smalldatetime": 16}
        scaled = {"time": 8, "datetime2": 19, "datetimeoffset": 26}
        if self.name in scaled:
            return scaled[self.name] + (self.scale + 1 if self.scale else 0)
        return fixed.get(self.name, self.precision)

    @property
    def declared_scale(self) -> int:
        """`sys.columns.scale`."""
        return {"money": 4, "smallmoney": 4, "datetime": 3}.get(self.name, self.scale)


def time_bytes(scale: int) -> int:
    """Return the bytes of a time of day to this scale, on the wire and in `max_length`."""
    return 3 if scale <= 2 else 4 if scale <= 4 else 5


def declared(name: str, *arguments: int, collation: str = "") -> SqlType:
    """Return the type that a declaration names, `declared("decimal", 10, 2)`.

    Raises:
        SqlError: 2715 the name is of no type here, or an argument is out of its range.
    """
    lower = name.lower()
    base = _SYNONYMS.get(lower, lower)
    if base in ("text", "ntext", "image", "hierarchyid", "geography", "geometry", "cursor", "table"):
        raise refused(f"the type {base}")
    if base not in SYSTEM_TYPE_IDS:
        raise SqlError(2715, f"Column, parameter, or variable #1: Cannot find data type {name}.")
    if base in _LENGTHS:
        length = arguments[0] if arguments else 128 if lower == "sysname" else 1
        if not (1 <= length <= _LENGTHS[base] or (length == MAX and base.startswith(("var", "nvar")))):
            raise SqlError(
                131, f"The size ({length}) given to the type '{base}' exceeds the maximum allowed.", severity=15
            )
        return SqlType(base, length, collation=collation)
    if base in ("decimal", "numeric"):
        precision, scale = (*arguments, 18, 0)[:2] if len(arguments) != 1 else (arguments[0], 0)
        if not (1 <= precision <= 38 and 0 <= scale <= precision):
            raise SqlError(
                2750,
                f"Column or parameter #1: Specified column precision {precision} is greater than the maximum "
                "precision of 38.",
            )
        return SqlType(base, precision=precision, scale=scale)
    if base in ("time", "datetime2", "datetimeoffset"):
        scale = arguments[0] if arguments else 7
        if not 0 <= scale <= 7:
            raise SqlError(1002, f"Line 1: Specified scale {scale} is invalid.", severity=15)
        return SqlType(base, scale=scale)
    if base == "float" and arguments and arguments[0] <= 24:
        return SqlType("real")
    if base in ("money", "smallmoney"):
        return SqlType(base, precision=19 if base == "money" else 10, scale=4)
    return SqlType(base)


INT, BIGINT, BIT, FLOAT = SqlType("int"), SqlType("bigint"), SqlType("bit"), SqlType("float")
SYSNAME = SqlType("nvarchar", 128)
NULL, BOOLEAN, UNKNOWN = SqlType("null"), SqlType("boolean"), SqlType("unknown")


def nvarchar(length: int) -> SqlType:
    """Return nvarchar of this length."""
    return SqlType("nvarchar", length)


def unify(left: SqlType, right: SqlType) -> SqlType:
    """Return the type to which both are brought by an operator, a CASE or a UNION: the one of higher precedence."""
    if left.name in ("null", "unknown") or left == right:
        return right
    if right.name in ("null", "unknown"):
        return left
    low, high = sorted((left, right), key=lambda each: PRECEDENCE.index(each.name))
    if high.name in _LENGTHS and low.name in _LENGTHS:
        length = MAX if MAX in (low.length, high.length) else max(low.length, high.length)
        fixed = high.fixed and low.fixed and low.length == high.length
        name = (
            high.name
            if fixed or not high.fixed
            else {"char": "varchar", "nchar": "nvarchar"}.get(high.name, "varbinary")
        )
        if low.name == "varchar" and high.name == "nchar":
            name = "nvarchar"
        return replace(high, name=name, length=length, collation=high.collation or low.collation)
    if high.name in DECIMALS and low.name in (*DECIMALS, *INTEGERS):
        return _widest(low, high)
    if high.name in ("time", "datetime2", "datetimeoffset") and low.name in DATES:
        return replace(high, scale=max(high.scale, low.declared_scale))
    return high


def _widest(low: SqlType, high: SqlType) -> SqlType:
    if high.name in ("money", "smallmoney"):
        return high
    low_precision = low.declared_precision
    scale = max(low.scale, high.scale)
    whole = max(low_precision - low.scale, high.precision - high.scale)
    return SqlType("decimal", precision=min(38, whole + scale), scale=min(scale, 38 - min(whole, 38)))
