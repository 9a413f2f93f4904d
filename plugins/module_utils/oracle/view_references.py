# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which tables and views a query reads. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.sql_text import Token, tokens

_BEGIN_TABLES = {"FROM", "JOIN"}
_END_TABLES = {
    "SELECT", "WHERE", "GROUP", "ORDER", "HAVING", "CONNECT", "START", "UNION", "INTERSECT", "MINUS", "EXCEPT", "FETCH",
    "OFFSET", "MODEL", "WINDOW",
}  # fmt: skip
_NO_TABLES = {"TABLE", "XMLTABLE", "JSON_TABLE", "CROSS", "OUTER", "APPLY"}
"""What may stand where a table is expected, and is none."""
_BEFORE_TABLES = {"LATERAL", "ONLY"}
_FROM_INSIDE = {"EXTRACT", "TRIM", "SUBSTRING", "OVERLAY"}
"""Functions that have a FROM of their own."""


@dataclass(frozen=True)
class Reference:
    """What a query reads."""

    owner: str | None
    name: str
    link: bool = False
    """Whether it is in another database."""


@dataclass
class _Level:
    """What is inside a pair of parentheses."""

    function: bool = False
    in_from: bool = False
    expects: bool = False
    known: set[str] = field(default_factory=set)
    """Names that WITH gives to queries."""


def references(query: str) -> tuple[Reference, ...]:
    """Return what a query reads from, each once, in the order of the text.

    Raises:
        Problem: a text or a comment has no end.
    """
    found: dict[Reference, None] = {}
    stream = tokens(query)
    levels = [_Level()]
    place = 0
    while place < len(stream):
        token, level = stream[place], levels[-1]
        if token.text == "(":
            before = stream[place - 1] if place else None
            levels.append(
                _Level(
                    function=before is not None and before.text in _FROM_INSIDE and before.kind == "word",
                    # a join in parentheses, or a query: SELECT then says which
                    in_from=level.expects,
                    expects=level.expects,
                )
            )
            level.expects = False
        elif token.text == ")":
            if len(levels) > 1:
                levels.pop()
        elif token.kind == "word" and token.text in _BEGIN_TABLES | _END_TABLES:
            if not (token.text == "FROM" and level.function):
                level.in_from = level.expects = token.text in _BEGIN_TABLES
        elif token.text == "," and level.in_from:
            level.expects = True
        elif token.name is not None and _names_a_query(stream, place):
            level.known.add(token.name)
        elif level.expects and token.kind == "word" and token.text in _NO_TABLES:
            level.expects = False
        elif level.expects and token.name is not None and token.text not in _BEFORE_TABLES:
            reference, place = _reference(stream, place)
            level.expects = False
            if reference.owner is not None or not any(reference.name in each.known for each in levels):
                found[reference] = None
            continue
        place += 1
    return tuple(found)


def _names_a_query(stream: Sequence[Token], place: int) -> bool:
    """Return whether a name is that of a query of WITH: after WITH or a comma, followed by AS (, maybe after a list of
    columns."""
    if place == 0 or stream[place - 1].text not in ("WITH", ","):
        return False
    after = place + 1
    if after < len(stream) and stream[after].text == "(":
        while after < len(stream) and stream[after].text != ")":
            after += 1
        after += 1
    return [each.text for each in stream[after : after + 2]] == ["AS", "("]


def _reference(stream: Sequence[Token], place: int) -> tuple[Reference, int]:
    """Return the reference that begins at a place, and the place after it."""
    names = [str(stream[place].name)]
    place += 1
    while place + 1 < len(stream) and stream[place].text == "." and stream[place + 1].name is not None:
        names.append(str(stream[place + 1].name))
        place += 2
    link = place < len(stream) and stream[place].text == "@"
    return Reference(names[-2] if len(names) > 1 else None, names[-1], link), place
