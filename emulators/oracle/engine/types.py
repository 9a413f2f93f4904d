# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The types of the Oracle database that the emulator has, and the form in which SQLite keeps their values.

A value in the engine is always in its *stored form*: NUMBER, DATE, TIMESTAMP and RAW as the bytes that Oracle itself
stores and sends (their order is the values' own), everything else as text in UTF-8, compared byte by byte as with
NLS_SORT = BINARY. An empty text is NULL. A TIMESTAMP without a fraction is stored as a DATE is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Value: TypeAlias = str | bytes | None

STRINGS = frozenset({"VARCHAR2", "CHAR", "CLOB", "LONG"})
MOMENTS = frozenset({"DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE"})
LARGE = frozenset({"CLOB", "LONG"})
SCALE_ANY = -127
"""The scale of a NUMBER that has none."""
LONGEST_VARCHAR2, LONGEST_CHAR = 4000, 2000


@dataclass(frozen=True)
class OracleType:
    """A type as a column declares it, or as an expression has it."""

    name: str
    """As the dictionary writes it, without numbers; NULL for the literal, BOOLEAN for a condition."""
    length: int = 0
    """Of VARCHAR2, CHAR and RAW, in bytes or characters."""
    chars: bool = False
    """Whether the length is in characters."""
    precision: int = 0
    """Of NUMBER: 0 for any."""
    scale: int = SCALE_ANY
    """Of NUMBER; the decimals of the seconds of TIMESTAMP."""

    @property
    def is_string(self) -> bool:
        """Whether it holds characters."""
        return self.name in STRINGS

    @property
    def is_moment(self) -> bool:
        """Whether it holds a date or a time."""
        return self.name in MOMENTS

    @property
    def bytes(self) -> int:
        """The most bytes of a value: DATA_LENGTH of the dictionary."""
        if self.name in ("VARCHAR2", "CHAR"):
            limit = LONGEST_VARCHAR2 if self.name == "VARCHAR2" else LONGEST_CHAR
            return min(self.length * 4, limit) if self.chars else self.length
        if self.name == "RAW":
            return self.length
        fixed = {"NUMBER": 22, "DATE": 7, "TIMESTAMP": 11, "TIMESTAMP WITH TIME ZONE": 13, "CLOB": 4000, "LONG": 0}
        return fixed.get(self.name, 0)

    @property
    def storage(self) -> str:
        """The type of an SQLite column for it."""
        return "TEXT" if self.is_string else "BLOB"

    @property
    def dictionary_name(self) -> str:
        """DATA_TYPE of the dictionary."""
        if self.name.startswith("TIMESTAMP"):
            return f"TIMESTAMP({self.scale}){self.name.removeprefix('TIMESTAMP')}"
        return self.name

    def __str__(self) -> str:
        if self.name in ("VARCHAR2", "CHAR"):
            return f"{self.name}({self.length} {'CHAR' if self.chars else 'BYTE'})"
        if self.name == "NUMBER" and self.precision:
            return f"NUMBER({self.precision},{self.scale})" if self.scale else f"NUMBER({self.precision})"
        return f"RAW({self.length})" if self.name == "RAW" else self.dictionary_name


NUMBER = OracleType("NUMBER")
INTEGER = OracleType("NUMBER", precision=38, scale=0)
DATE = OracleType("DATE")
TIMESTAMP = OracleType("TIMESTAMP", scale=6)
TIMESTAMP_TZ = OracleType("TIMESTAMP WITH TIME ZONE", scale=6)
CLOB, LONG = OracleType("CLOB"), OracleType("LONG")
NULL, BOOLEAN = OracleType("NULL"), OracleType("BOOLEAN")


def varchar2(length: int, *, chars: bool = False) -> OracleType:
    """Return VARCHAR2 of a length, no longer than there is."""
    return OracleType("VARCHAR2", min(max(length, 1), LONGEST_VARCHAR2), chars)
