# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SQL as a sequence of tokens: as much of it as it takes to compare the sources of views, and to find what they use.
Pure."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
    | (?P<hint>/\*\+.*?\*/ | --\+[^\n]*)
    | (?P<comment>/\*.*?\*/ | --[^\n]*)
    | (?P<string>
        [nN]?[qQ]'(?: \[.*?\]' | \{.*?\}' | \(.*?\)' | <.*?>' | (?P<fence>[^\s\[{(<]).*?(?P=fence)' )
        | [nN]?'(?:[^']|'')*' )
    | (?P<quoted>"[^"]+")
    | (?P<number>(?:\d+(?:\.(?!\.)\d*)?|\.\d+)(?:[eE][+-]?\d+)?[fFdD]?)
    | (?P<word>[^\W\d][\w$#]*)
    | (?P<bind>:\w+)
    | (?P<operator>\(\+\) | \|\| | <= | >= | <> | != | \^= | ~= | => | :=)
    | (?P<symbol>.)
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class Token:
    """A token that counts."""

    kind: str
    """word, quoted, string, number, bind, hint, operator or symbol."""
    text: str
    """As it is written; words and numbers in upper case."""
    start: int
    end: int

    @property
    def name(self) -> str | None:
        """What it names, as the dictionary has it; None if it is no name."""
        return self.text if self.kind == "word" else self.text[1:-1] if self.kind == "quoted" else None


def tokens(text: str) -> list[Token]:
    """Return the tokens of a text, without spaces and comments. Hints count.

    Raises:
        Problem: something is begun and not ended.
    """
    return list(_tokens(text))


def _tokens(text: str) -> Iterator[Token]:
    for match in _TOKEN.finditer(text):
        kind = str(match.lastgroup if match.lastgroup != "fence" else "string")
        found = match.group()
        if kind == "symbol" and (found in "'\"" or text.startswith("/*", match.start())):
            what = {"'": "a text", '"': "a name in double quotes"}.get(found, "a comment")
            raise Problem(
                f"{what} is begun and not ended", where=f"line {line_of(text, match.start())}", remedy="End it."
            )
        if kind not in ("space", "comment"):
            yield Token(kind, found.upper() if kind in ("word", "number") else found, match.start(), match.end())


def line_of(text: str, offset: int) -> int:
    """Return the number of the line of a place, from 1."""
    return text.count("\n", 0, offset) + 1


def normalised(text: str) -> str:
    """Return a text in which spaces, comments and cases that mean nothing make no difference."""
    return " ".join(each.text for each in tokens(text))


def checksum(*parts: str) -> str:
    """Return the SHA-256 of texts, in hexadecimal digits."""
    return sha256("\0".join(parts).encode()).hexdigest()


def literal(value: str) -> str:
    """Return a text as a literal, for statements that take no binds: COMMENT ON."""
    return "'" + value.replace("'", "''") + "'"


def stars(found: Sequence[Token]) -> Iterator[Token]:
    """Yield each * that stands for columns: after SELECT, DISTINCT, a comma or a dot; others multiply or count."""
    for before, token in itertools.pairwise(found):
        if token.text == "*" and before.text in ("SELECT", "DISTINCT", "UNIQUE", "ALL", ",", "."):
            yield token
