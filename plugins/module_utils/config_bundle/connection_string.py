# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connection strings of ADO.NET and ODBC: `Data Source=sql;User ID=x;Password="a;b"`, and such ones inside them.

The rules are those of `System.Data.Common.DbConnectionStringBuilder`: keywords without regard to cases, `==` for an
equals sign in a keyword, values in single or double quotes in which the quote is doubled; in ODBC's, braces.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.values import Value

_KEYWORD = re.compile(r"[\s;]*+((?:==|[^=;])++)=\s*+")
_QUOTED = {
    '"': re.compile(r'"((?:[^"]|"")*)"\s*(?=;|$)'),
    "'": re.compile(r"'((?:[^']|'')*)'\s*(?=;|$)"),
    "{": re.compile(r"\{((?:[^}]|\}\})*)\}\s*(?=;|$)"),
}
_CLOSING = {'"': '"', "'": "'", "{": "}"}
_BARE = re.compile(r"[^;]*")
_TYPICAL = frozenset(
    """accountkey|accountname|addr|address|application name|data source|database|driver|dsn|endpoint|host|hostname
    |initial catalog|integrated security|metadata|network address|password|persist security info|provider
    |provider connection string|pwd|server|service name|sharedaccesskey|sharedaccesskeyname|trusted_connection|uid|user
    |user id|username""".replace("\n    ", "").split("|")
)
_SYNONYMS = (
    ("data source", "server", "address", "addr", "network address"),
    ("database", "initial catalog"),
    ("password", "pwd"),
    ("user id", "uid", "user", "username"),
    ("integrated security", "trusted_connection"),
)


@dataclass(frozen=True)
class Pair:
    """A keyword and its value."""

    keyword: str
    value: Value

    def is_called(self, name: str) -> bool:
        """Return whether it is meant by a name: cases do not count, and `Server` is `Data Source`."""
        return _canonical(self.keyword) == _canonical(name)


def pairs(value: Value) -> list[Pair]:
    """Return the pairs of a value that is a connection string; none if it is not one."""
    found = _pairs(value)
    typical = sum(pair.keyword.casefold() in _TYPICAL for pair in found)
    return found if typical >= 2 or (typical == 1 and len(found) > 1) else []


def find(value: Value, path: Sequence[str]) -> list[Value]:
    """Return the values of a keyword; of several, each is looked for in the value of the one before it."""
    found = [pair.value for pair in _pairs(value) if pair.is_called(path[0])]
    return found if len(path) == 1 else [inner for outer in found for inner in find(outer, path[1:])]


def _canonical(name: str) -> str:
    folded = " ".join(name.casefold().split())
    return next((names[0] for names in _SYNONYMS if folded in names), folded)


def _pairs(value: Value) -> list[Pair]:
    text, position, found = value.text, 0, []
    odbc = re.search(r"(?i)(?:^|;)\s*(?:driver|dsn)\s*=", text) is not None
    while keyword := _KEYWORD.match(text, position):
        start = keyword.end()
        quote = text[start : start + 1]
        quoted = _QUOTED[quote].match(text, start) if quote in _QUOTED and (quote != "{" or odbc) else None
        if quoted is not None:
            inner = _unquoted(value, quoted.start(1), quoted.end(1), _CLOSING[quote])
            position = quoted.end()
        else:
            bare = _BARE.match(text, start)
            position = bare.end() if bare else start
            end = start + len(text[start:position].rstrip())
            piece = value.part(start, end)
            inner = Value(piece.text, piece.positions, _writer(value.write_part, odbc=odbc), whole=True)
        found.append(Pair(keyword[1].replace("==", "=").strip(), inner))
        if text[position : position + 1] != ";":
            break
    return found


def _unquoted(value: Value, start: int, end: int, quote: str) -> Value:
    """Return what stands in quotes, in which each quote is doubled."""
    characters, positions, index = [], [], start
    while index < end:
        characters.append(value.text[index])
        positions.append(value.positions[index])
        index += 2 if value.text[index] == quote else 1
    return Value(
        "".join(characters),
        [*positions, value.positions[end]],
        lambda text: value.write_part(text.replace(quote, quote * 2)),
    )


def _writer(write: Callable[[str], str], *, odbc: bool) -> Callable[[str], str]:
    """Return what writes a value that had no quotes: with quotes if it needs them."""

    def quoted(text: str) -> str:
        if not re.search(r"^[\s\"'{]|[;\x00-\x1f]|\s$|^=", text):
            return write(text)
        if odbc:
            return write("{" + text.replace("}", "}}") + "}")
        quote = "'" if '"' in text and "'" not in text else '"'
        return write(quote + text.replace(quote, quote * 2) + quote)

    return quoted
