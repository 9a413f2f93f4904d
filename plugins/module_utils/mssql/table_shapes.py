# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Columns and tables as far as their rows are copied, and how each type is asked for, bound, and ordered.

Every value is read in a form that loses nothing and that no collation, code page or locale plays a part in: texts as
Unicode, moments as texts in ODBC's canonical form, other types as the driver gives them. Rows come in the order of
their primary key *by these forms*, texts by their UTF-16 octets, so that two servers of different collations, and an
artefact, deliver them in the same order and can be compared in one pass.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.digest import EXPRESSIONS
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.session import BATCH, quoted

Row = tuple[Any, ...]

_CODED = ("char", "varchar")
_UNICODE = ("nchar", "nvarchar")
_OCTETS = ("binary", "varbinary")
_MOMENTS = ("date", "time", "datetime", "smalldatetime", "datetime2", "datetimeoffset")
_SCALED = ("time", "datetime2", "datetimeoffset")
_DECIMALS = ("decimal", "numeric", "money", "smallmoney")
_OBJECTS = ("image", "hierarchyid", "geometry", "geography")
_TEXT_ORDER = (*_CODED, *_UNICODE, *_DECIMALS, "uniqueidentifier", "datetimeoffset")
"""Types whose own order is the collation's, or not that of their form."""

_CHARACTERS = {"uniqueidentifier": 36, "datetimeoffset": 40, **dict.fromkeys(_DECIMALS, 41)}

_PARAMETERS = {
    "uniqueidentifier": "CAST(? AS char(36))",
    "xml": "CONVERT(xml, CAST(? AS nvarchar(max)), 1)",  # 1 keeps blanks
}

SUPPORTED = frozenset(EXPRESSIONS)
"""The types whose values can be copied: all scalar ones but sql_variant."""

_BATCH_OCTETS = 16 * 2**20
_OCTETS_OF_MAX = 64 * 2**10
"""What a value without a limit is assumed to take."""


@dataclass(frozen=True)
class Column:
    """A column whose values are copied."""

    name: str
    type: str
    length: int = 0
    """Octets, -1 for no limit, as `sys.columns` has it."""
    precision: int = 0
    scale: int = 0
    key: int = 0
    """Its place in the primary key, from 1; 0 if it has none."""
    identity: bool = False

    @property
    def declared(self) -> str:
        """The type as a CREATE TABLE has it: `decimal(9,2)`."""
        if self.type in ("decimal", "numeric"):
            return f"{self.type}({self.precision},{self.scale})"
        if self.type in _SCALED:
            return f"{self.type}({self.scale})"
        if self.type in _UNICODE:
            return f"{self.type}({'max' if self.length < 0 else self.length // 2})"
        if self.type in (*_CODED, *_OCTETS):
            return f"{self.type}({'max' if self.length < 0 else self.length})"
        return self.type

    @property
    def selected(self) -> str:
        """What a query asks for."""
        column = quoted(self.name)
        if self.type in _CODED:
            return f"CAST({column} AS {self._unicode})"
        if self.type in ("float", "real"):
            return f"{column} + 0E0"  # a negative zero becomes the zero that it equals
        return EXPRESSIONS[self.type].replace("{column}", column)

    @property
    def parameter(self) -> str:
        """What stands for a value in a statement, with one mark for the bind."""
        if self.type in _MOMENTS:
            return f"CONVERT({self.declared}, CAST(? AS varchar(40)), 121)"
        if self.type in (*_CODED, "text", "ntext"):
            return f"CAST(? AS {self._unicode})"
        if self.type in _OBJECTS:
            return f"CAST(CAST(? AS varbinary(max)) AS {self.type})"
        return _PARAMETERS.get(self.type, "?")

    @property
    def ordered(self) -> str:
        """What rows are ordered by, if the column is in the key."""
        if self.type in _TEXT_ORDER:
            characters = _CHARACTERS.get(self.type) or self._characters
            return f"CAST(CAST({self.selected} AS nvarchar({characters})) AS varbinary({2 * characters}))"
        if self.type == "hierarchyid":
            return f"CAST({quoted(self.name)} AS varbinary(892))"
        return quoted(self.name)

    @property
    def octets(self) -> int:
        """How much memory a value takes about."""
        if self.length < 0 or self.type in ("xml", "text", "ntext", *_OBJECTS):
            return _OCTETS_OF_MAX
        return {"uniqueidentifier": 72}.get(self.type, 80 if self.type in _MOMENTS else max(2 * self.length, 16))

    @property
    def _characters(self) -> int:
        return self.length // 2 if self.type in _UNICODE else self.length

    @property
    def _unicode(self) -> str:
        if self.length < 0 or self.type in ("text", "ntext") or self._characters > 4000:
            return "nvarchar(max)"
        return f"nvarchar({self._characters})"


def comparable(value: Any) -> Any:
    """Return a value of a key in the form whose order is that of `Column.ordered`."""
    return value.encode("utf-16-le", "surrogatepass") if isinstance(value, str) else value


def binding(columns: Sequence[Column]) -> Callable[[Sequence[Row]], Sequence[Row]]:
    """Return what makes binds of rows of these columns: decimals, which are read as texts, are sent as numbers."""
    places = [place for place, each in enumerate(columns) if each.type in _DECIMALS]

    def bound(row: Row) -> Row:
        values = list(row)
        for place in places:
            if values[place] is not None:
                values[place] = Decimal(values[place])
        return tuple(values)

    return (lambda rows: [bound(row) for row in rows]) if places else (lambda rows: rows)


@dataclass(frozen=True)
class Table:
    """A table, with the columns whose values are copied: neither computed ones nor rowversions."""

    schema: str
    name: str
    columns: tuple[Column, ...]
    """In the order of their names, which is the same wherever the table is."""
    further_unique: bool = False
    """Whether it has a unique index besides its primary key."""

    def __str__(self) -> str:
        """Return the name that modules and messages use."""
        return f"{self.schema}.{self.name}"

    @property
    def quoted(self) -> str:
        """The name in statements."""
        return f"{quoted(self.schema)}.{quoted(self.name)}"

    @cached_property
    def key(self) -> tuple[Column, ...]:
        """The columns of the primary key, in the key's order."""
        return tuple(sorted((each for each in self.columns if each.key), key=lambda each: each.key))

    @property
    def header(self) -> Row:
        """The names of the columns, as digests take them: without regard to cases."""
        return tuple(each.name.casefold() for each in self.columns)

    @property
    def identity(self) -> Column | None:
        """The identity column."""
        return next((each for each in self.columns if each.identity), None)

    @property
    def batch(self) -> int:
        """How many rows are held in memory at a time."""
        return max(1, min(BATCH, _BATCH_OCTETS // max(1, sum(each.octets for each in self.columns))))

    @property
    def replaces(self) -> bool:
        """Whether rows are deleted and inserted where others are updated.

        An identity cannot be updated; and where a second column is unique, two rows that exchange their values could
        not be updated one after the other.
        """
        return self.further_unique or (self.identity is not None and not self.identity.key)

    def key_of(self) -> Callable[[Row], Row]:
        """Return what takes the key out of a row, as it is."""
        places = [self.columns.index(each) for each in self.key]
        return lambda row: tuple(row[place] for place in places)

    def order_of(self) -> Callable[[Row], Any]:
        """Return what takes the key out of a row in a form that compares as the rows are ordered."""
        places = [self.columns.index(each) for each in self.key]
        if len(places) == 1 and self.key[0].type not in _TEXT_ORDER:
            (place,) = places
            return lambda row: row[place]
        return lambda row: tuple(comparable(row[place]) for place in places)

    def select(self, *, ordered: bool = True) -> str:
        """Return the query of all rows."""
        columns = ", ".join(each.selected for each in self.columns)
        order = f" ORDER BY {', '.join(each.ordered for each in self.key)}" if ordered and self.key else ""
        return " ".join(("SELECT", columns, "FROM", self.quoted)) + order

    def count(self) -> str:
        """Return the query of how many rows there are."""
        return " ".join(("SELECT COUNT_BIG(*) FROM", self.quoted))

    def clear(self) -> str:
        """Return the statement that deletes all rows. Foreign keys do not let a table be truncated."""
        return " ".join(("DELETE FROM", self.quoted))

    def insert(self) -> str:
        """Return the statement that inserts a row, its binds those of `insert_binds`."""
        names = ", ".join(quoted(each.name) for each in self.columns)
        values = ", ".join(each.parameter for each in self.columns)
        return " ".join(("INSERT INTO", self.quoted, f"({names}) VALUES ({values})"))

    def update(self) -> str:
        """Return the statement that updates a row, its binds those of `update_binds`."""
        settings = ", ".join(f"{quoted(each.name)} = {each.parameter}" for each in self.columns if not each.key)
        return " ".join(("UPDATE", self.quoted, "SET", settings, "WHERE", self._with_key))

    def insert_binds(self) -> Callable[[Sequence[Row]], Sequence[Row]]:
        """Return what makes the binds of `insert` of rows."""
        return binding(self.columns)

    def update_binds(self) -> Callable[[Sequence[Row]], Sequence[Row]]:
        """Return what makes the binds of `update` of rows."""
        others = [each for each in self.columns if not each.key]
        places, key = [self.columns.index(each) for each in others], self.key_of()
        bound = binding((*others, *self.key))
        return lambda rows: bound([(*(row[place] for place in places), *key(row)) for row in rows])

    def delete_binds(self) -> Callable[[Sequence[Row]], Sequence[Row]]:
        """Return what makes the binds of `delete` of keys."""
        return binding(self.key)

    def delete(self) -> str:
        """Return the statement that deletes a row, its binds those of `delete_binds`."""
        return " ".join(("DELETE FROM", self.quoted, "WHERE", self._with_key))

    @property
    def _with_key(self) -> str:
        return " AND ".join(f"{quoted(each.name)} = {each.parameter}" for each in self.key)


@dataclass(frozen=True)
class ForeignKey:
    """A foreign key. Tables are named as messages name them."""

    name: str
    child: str
    parent: str
    cascades: bool = False
    """Whether a deletion from the parent changes rows of the child."""
    disabled: bool = False
