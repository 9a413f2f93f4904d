# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Collations: how strings compare, by the flags in their names, and the code page of those that are not Unicode.

What is emulated: case and accent sensitivity, trailing spaces that do not count, code points for BIN and BIN2. The
order of
punctuation of each language is not: letters sort by their code points after folding.
"""

from __future__ import annotations

import decimal
import functools
import re
import sqlite3
import unicodedata
from collections.abc import Callable
from typing import Any

from emulators.sql.engine.errors import SqlError
from emulators.sql.engine.types import SqlType

_NAME = re.compile(
    r"(?:SQL_Latin1_General_CP1|(?:Latin1_General|French|Finnish_Swedish|Danish_Norwegian|Modern_Spanish)(?:_100)?)"
    r"_(?:C[IS]_A[IS](?:_SC)?(?:_UTF8)?|BIN2?(?:_UTF8)?)",
    re.IGNORECASE,
)
_FLAGS = ("CI_AS", "CI_AI", "CS_AS", "CS_AI", "BIN")


def check(name: str) -> str:
    """Return the name as SQL Server writes it.

    Raises:
        SqlError: 448 it is no collation that is known here.
    """
    if not _NAME.fullmatch(name):
        raise SqlError(448, f"Invalid collation '{name}'.")
    return name


@functools.lru_cache(maxsize=256)
def order_of(collation: str) -> str:
    """Return the name of the SQLite collation by which strings of this collation compare."""
    return next((flag for flag in _FLAGS if f"_{flag}" in collation.upper()), "CI_AS")


def code_page(collation: str) -> str:
    """Return the Python codec of char and varchar."""
    return "utf-8" if collation.upper().endswith("_UTF8") else "cp1252"


def clause(kind: SqlType, database_collation: str) -> str:
    """Return the COLLATE clause by which values of a type compare, or nothing."""
    if kind.is_string:
        return f' COLLATE "{order_of(kind.collation or database_collation)}"'
    return kind.order


def sort_key(order: str) -> Callable[[str], str]:
    """Return what turns a string into one that compares by code points as the string does by this order."""
    if order == "BIN":
        return lambda text: text.rstrip(" ")
    if order == "CI_AS":
        return lambda text: text.rstrip(" ").casefold()
    if order == "CS_AS":
        return lambda text: _by_letter_then_case(text.rstrip(" "))
    fold = str.casefold if order == "CI_AI" else _by_letter_then_case
    return lambda text: fold(_without_accents(text.rstrip(" ")))


def _by_letter_then_case(text: str) -> str:
    """Lower case comes before upper case where the letters are the same."""
    return f"{text.casefold()}\0{text.swapcase()}"


@functools.lru_cache(maxsize=4096)
def _without_accents(text: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFD", text) if not unicodedata.combining(each))


def _compare(key: Callable[[str], Any]) -> Callable[[str, str], int]:
    def compare(left: str, right: str) -> int:
        if left == right:
            return 0
        a, b = key(left), key(right)
        return int(a > b) - int(a < b)

    return compare


def _guid_key(text: str) -> str:
    """The last group of digits counts first, and the bytes of the first three are reversed."""
    a, b, c, d, e = text.split("-")
    return e + d + "".join(part[i : i + 2] for part in (c, b, a) for i in range(len(part) - 2, -1, -2))


def register(connection: sqlite3.Connection) -> None:
    """Make all orders known to an SQLite connection."""
    for order in _FLAGS:
        connection.create_collation(order, _compare(sort_key(order)))
    connection.create_collation("DECIMAL", _compare(decimal.Decimal))
    connection.create_collation("UNIQUEIDENTIFIER", _compare(_guid_key))
    connection.create_collation("DATETIMEOFFSET", _compare(lambda text: text[:-6]))
