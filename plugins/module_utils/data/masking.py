# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What may be shown of values that are somebody's: little, unless it is said that they may be. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any

_KEPT = 2
"""Characters that are left at the end."""
_QUOTED = re.compile(r"'([^']*)'")


def masked(value: Any) -> str:
    """Return a value as its first and its last two characters; nothing at all of one that is short."""
    if value is None:
        return "NULL"
    text = shown(value)
    if len(text) <= 2 * _KEPT:
        return "…"
    return f"{text[0]}…{text[-_KEPT:]}"


def shown(value: Any) -> str:
    """Return a value as people write it."""
    if value is None:
        return "NULL"
    if isinstance(value, bytes | bytearray):
        return value.hex()
    return str(value)


def without_values(message: str, statement: str) -> str:
    """Return what a server says of a statement without values of rows: of what it quotes, what the statement has.

    A value may have quotes in it, which servers leave as they are: where a quoted part ends, nobody can tell then. So
    either all of them are the statement's, or everything is left out from the first quote to the last.
    """
    known = statement.casefold()
    quotes = message.count("'")
    if quotes < 2 or (quotes % 2 == 0 and all(part.casefold() in known for part in _QUOTED.findall(message))):
        return message
    before, _quote, rest = message.partition("'")
    return before + "'…'" + rest.rpartition("'")[2]


class Mask:
    """Which columns may be shown."""

    def __init__(self, columns: Collection[str] = (), *, everything: bool = False) -> None:
        """Keep the names of the columns whose values may be shown; their cases do not count."""
        self._columns = frozenset(each.casefold() for each in columns)
        self._everything = everything

    def of(self, column: str, value: Any) -> str:
        """Return a value of a column as it may be shown."""
        return shown(value) if self._everything or column.casefold() in self._columns else masked(value)

    def row(self, names: Sequence[str], values: Sequence[Any]) -> dict[str, str]:
        """Return the values of some columns as they may be shown."""
        return {name: self.of(name, value) for name, value in zip(names, values, strict=True)}
