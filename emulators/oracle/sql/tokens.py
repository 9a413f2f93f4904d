# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Oracle's SQL in words, and a cursor over them. What no rule of the grammar takes is an error that names it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from emulators.oracle.engine.errors import OracleError, refused

Kind = Literal["word", "quoted", "string", "number", "bind", "operator", "end"]
LONGEST_NAME = 128

_TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*(?s:.*?)\*/)
    |(?P<open>/\*)
    |(?P<outer>\(\s*\+\s*\))
    |(?P<string>[nN]?'(?:[^']|'')*')
    |(?P<alternative>[nN]?[qQ]'(?s:.))
    |(?P<quoted>"[^"\0]+")
    |(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<bind>:(?:[^\W\d_][\w$\#]*|\d+|"[^"]+"))
    |(?P<word>[^\W\d_][\w$\#]*)
    |(?P<operator><>|!=|\^=|<=|>=|\|\||:=|=>|\.\.|[-+*/<>=(),.;@:?%\[\]&|{}])""",
    re.VERBOSE,
)
_CLOSING = {"[": "]", "{": "}", "(": ")", "<": ">"}

RESERVED = frozenset(
    "ACCESS ADD ALL ALTER AND ANY AS ASC AUDIT BETWEEN BY CHAR CHECK CLUSTER COLUMN COMMENT COMPRESS CONNECT CREATE "
    "CURRENT DATE DECIMAL DEFAULT DELETE DESC DISTINCT DROP ELSE EXCLUSIVE EXISTS FILE FLOAT FOR FROM GRANT GROUP "
    "HAVING IDENTIFIED IMMEDIATE IN INCREMENT INDEX INITIAL INSERT INTEGER INTERSECT INTO IS LEVEL LIKE LOCK LONG "
    "MAXEXTENTS MINUS MODE MODIFY NOAUDIT NOCOMPRESS NOT NOWAIT NULL NUMBER OF OFFLINE ON ONLINE OPTION OR ORDER "
    "PCTFREE PRIOR PUBLIC RAW RENAME RESOURCE REVOKE ROW ROWID ROWNUM ROWS SELECT SESSION SET SHARE SIZE SMALLINT "
    "START SUCCESSFUL SYNONYM SYSDATE TABLE THEN TO TRIGGER UID UNION UNIQUE UPDATE USER VALIDATE VALUES VARCHAR "
    "VARCHAR2 VIEW WHENEVER WHERE WITH".split()
)
"""Words that are no names unless they are quoted."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a statement."""

    kind: Kind
    text: str
    """As it is written."""
    value: str
    """Upper case of a word or an operator; the name, the text or the bind without its marks."""
    position: int
    """Where it starts, in characters."""
    end: int


def tokenize(text: str) -> list[Token]:
    """Return the words of a statement, the last one of kind `end`.

    Raises:
        OracleError: 911 or 1756: something that is no word, or a quote that does not end; the old sign of an outer
            join, which the emulator does not know.
    """
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise _no_word(text, position)
        kind, word, end = match.lastgroup, match.group(), match.end()
        match kind:
            case "space":
                pass
            case "open":
                raise OracleError(1742, position=position, message="comment not terminated properly")
            case "outer":
                raise refused("(+), the old sign of an outer join: write LEFT JOIN", position)
            case "string":
                body = word[word.index("'") + 1 : -1].replace("''", "'")
                tokens.append(Token("string", word, body, position, end))
            case "alternative":
                closing = _CLOSING.get(word[-1], word[-1]) + "'"
                found = text.find(closing, end)
                if found < 0:
                    raise OracleError(1756, position=position, message="quoted string not properly terminated")
                tokens.append(Token("string", text[position : found + 2], text[end:found], position, found + 2))
                end = found + 2
            case "quoted":
                tokens.append(Token("quoted", word, _name(word[1:-1], position), position, end))
            case "bind":
                name = word[1:]
                name = name[1:-1] if name.startswith('"') else name.upper()
                tokens.append(Token("bind", word, name, position, end))
            case "word":
                tokens.append(Token("word", word, _name(word.upper(), position), position, end))
            case _:
                value = {"!=": "<>", "^=": "<>"}.get(word, word)
                tokens.append(Token("number" if kind == "number" else "operator", word, value, position, end))
        position = end
    tokens.append(Token("end", "", "", len(text), len(text)))
    return tokens


def _no_word(text: str, position: int) -> OracleError:
    if text[position] in "'\"":
        return OracleError(1756, position=position, message="quoted string not properly terminated")
    return OracleError(911, position=position)


def _name(name: str, position: int) -> str:
    if len(name.encode()) > LONGEST_NAME:
        raise OracleError(972, position=position)
    return name


class Words:
    """A cursor over the words of a statement."""

    def __init__(self, text: str, tokens: list[Token] | None = None) -> None:
        self.text = text
        self.tokens = tokenize(text) if tokens is None else tokens
        self.at = 0
        self.binds: list[Token] = []
        """The binds that were read, in their order."""

    @property
    def next(self) -> Token:
        """The word that comes next."""
        return self.tokens[self.at]

    def ahead(self, count: int) -> Token:
        """Return the word that comes after so many."""
        return self.tokens[min(self.at + count, len(self.tokens) - 1)]

    def take(self) -> Token:
        """Return the next word and go past it."""
        token = self.tokens[self.at]
        if token.kind != "end":
            self.at += 1
        return token

    def sees(self, *words: str) -> bool:
        """Return whether these words come next."""
        return all(
            self.ahead(at).kind in ("word", "operator") and self.ahead(at).value == word
            for at, word in enumerate(words)
        )

    def sees_any(self, words: Iterable[str]) -> bool:
        """Return whether one of these words comes next."""
        return self.next.kind in ("word", "operator") and self.next.value in words

    def skip(self, *words: str) -> bool:
        """Go past these words if they come next, and return whether they did."""
        if not self.sees(*words):
            return False
        self.at += len(words)
        return True

    def expect(self, *words: str, number: int = 0) -> None:
        """Go past these words, which must come next.

        Raises:
            OracleError: with the number, or what belongs to a parenthesis, or 900 naming what is there.
        """
        for word in words:
            if not self.skip(word):
                self.fail(number or {"(": 906, ")": 907}.get(word, 0), f"where {word} is expected")

    def fail(self, number: int = 0, where: str = "") -> None:
        """Raise an OracleError at the next word."""
        token = self.next
        if number:
            raise OracleError(number, position=token.position)
        what = repr(token.text) if token.kind != "end" else "the end"
        raise refused(f"{what} {where}".rstrip(), token.position)

    def name(self, number: int = 0) -> str:
        """Return a name: quoted, or a word that is not reserved. Raises OracleError."""
        token = self.next
        if token.kind == "quoted" or (token.kind == "word" and token.value not in RESERVED):
            self.at += 1
            return token.value
        if number:
            raise OracleError(number, position=token.position)
        what = f"the reserved word {token.text}" if token.kind == "word" else repr(token.text or "the end")
        raise refused(f"{what} as a name", token.position)

    def qualified(self) -> tuple[str, ...]:
        """Return a name with what it is qualified by. Raises OracleError."""
        parts = [self.name()]
        while self.skip("."):
            parts.append(self.name())
        if self.sees("@"):
            raise refused("database links (@)", self.next.position)
        return tuple(parts)

    def string(self) -> str:
        """Return a text literal. Raises OracleError."""
        if self.next.kind != "string":
            self.fail(where="where a text is expected")
        return self.take().value

    def integer(self) -> int:
        """Return a whole number. Raises OracleError."""
        if self.next.kind != "number" or not self.next.text.isdigit():
            self.fail(where="where a number is expected")
        return int(self.take().text)

    def done(self, number: int = 933) -> None:
        """Raise OracleError unless the statement ends here."""
        if self.next.kind != "end":
            if self.sees(";") and self.ahead(1).kind == "end":
                raise OracleError(911, position=self.next.position)
            raise OracleError(
                number, position=self.next.position,
                message=f"{_MESSAGE[number]}; the emulator does not know {self.next.text!r} here",
            )  # fmt: skip


_MESSAGE = {933: "SQL command not properly ended", 922: "missing or invalid option"}
