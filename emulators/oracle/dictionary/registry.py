# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The views of the dictionary: each is a function that gives its rows, which are put into a temporary table just
before the statement that names it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from emulators.oracle.engine.numbers import encode
from emulators.oracle.engine.types import OracleType, Value
from emulators.oracle.sql import tree
from emulators.oracle.sql.tokens import Words
from emulators.oracle.sql.type_grammar import data_type

if TYPE_CHECKING:
    from emulators.oracle.engine.session import Session

Rows = Iterable[tuple[Any, ...]]
Filler = Callable[["Session"], Rows]


@dataclass(frozen=True)
class DictionaryView:
    """A view of the dictionary."""

    name: str
    columns: tuple[tuple[str, OracleType], ...]
    fill: Filler
    restricted: bool
    """Whether not everybody may read it."""


VIEWS: dict[str, DictionaryView] = {}


def view(name: str, columns: str, *, restricted: bool = False) -> Callable[[Filler], Filler]:
    """Register the rows of a view.

    Args:
        name: its name.
        columns: its columns, as a table declares them.
        restricted: whether not everybody may read it.
    """
    words = Words(columns)
    found = []
    while True:
        column = words.take().value
        found.append((column, data_type(words)))
        if not words.skip(","):
            break

    def register(fill: Filler) -> Filler:
        VIEWS[name] = DictionaryView(name, tuple(found), fill, restricted)
        return fill

    return register


def family(suffix: str, columns: str) -> Callable[[Callable[[Session, str], Rows]], Callable[[Session, str], Rows]]:
    """Register the views ALL_, DBA_ and USER_ of something; the function is told which.

    Args:
        suffix: the rest of their names.
        columns: of ALL_ and DBA_; the first one, the owner, is not in USER_.
    """

    def register(fill: Callable[[Session, str], Rows]) -> Callable[[Session, str], Rows]:
        view(f"ALL_{suffix}", columns)(lambda session: fill(session, "ALL"))
        view(f"DBA_{suffix}", columns, restricted=True)(lambda session: fill(session, "DBA"))
        own = columns.partition(",")[2]
        view(f"USER_{suffix}", own)(lambda session: (row[1:] for row in fill(session, "USER")))
        return fill

    return register


def dictionary_name(name: tree.Name) -> str | None:
    """Return the name of the view of the dictionary that a name means, or None."""
    if len(name) == 2 and name[0] != "SYS":
        return None
    last = name[-1].replace("V_$", "V$")
    return last if last in VIEWS and len(name) <= 2 else None


def stored(value: Any) -> Value:
    """Return a value of a row in stored form."""
    if isinstance(value, bool):
        raise TypeError("a row of the dictionary has no booleans")
    if isinstance(value, int):
        return encode(value)
    return value or None
