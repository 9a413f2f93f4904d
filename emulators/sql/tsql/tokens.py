# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Transact-SQL in words, and a cursor over them. What no rule of the grammar takes is an error that names it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from emulators.sql.engine.errors import SqlError, syntax

Kind = Literal["word", "quoted", "string", "number", "binary", "variable", "operator", "end"]

_TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*)
    |(?P<comment>/\*)
    |(?P<string>[Nn]?'(?:[^']|'')*')
    |(?P<quoted>\[(?:[^\]]|\]\])*\]|"(?:[^"]|"")*")
    |(?P<binary>0[xX][0-9A-Fa-f]*)
    |(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<variable>@@?[\w@$\#]+)
    |(?P<word>[^\W\d][\w@$\#]*|\#[\w\#]+)
    |(?P<operator><>|!=|<=|>=|!<|!>|\+=|-=|\|\||::|[-+*/%&|^~=<>(),.;:?])""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a statement."""

    kind: Kind
    text: str
    """As it is written."""
    value: str
    """Upper case of a word; without quotes and doubled quotes of a name or a string."""
    position: int
    """Where it starts in the batch, in characters."""


def tokenize(text: str) -> list[Token]:
    """Return the words of a batch, the last one of kind `end`.

    Raises:
        SqlError: 102, 105 or 113: something that is no word, or a quote or comment that does not end.
    """
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            if text[position] in "'\"[" or text[position : position + 2].upper() == "N'":
                raise SqlError(
                    105,
                    f"Unclosed quotation mark after the character string '{text[position + 1 :][:100]}'.",
                    severity=15,
                )
            raise syntax(text[position])
        kind = match.lastgroup
        if kind == "comment":
            position = _end_of_comment(text, position)
            continue
        if kind != "space":
            tokens.append(_token(kind or "", match.group(), position))
        position = match.end()
    tokens.append(Token("end", "", "", len(text)))
    return tokens


def _end_of_comment(text: str, position: int) -> int:
    depth = 0
    for match in re.compile(r"/\*|\*/").finditer(text, position):
        depth += 1 if match.group() == "/*" else -1
        if not depth:
            return match.end()
    raise SqlError(113, "Missing end comment mark '*/'.", severity=15)


def _token(kind: str, text: str, position: int) -> Token:
    match kind:
        case "string":
            return Token("string", text, text[text.index("'") + 1 : -1].replace("''", "'"), position)
        case "quoted":
            return Token("quoted", text, text[1:-1].replace(text[-1] * 2, text[-1]), position)
        case "word":
            return Token("word", text, text.upper(), position)
        case "number":
            return Token("number", text, text, position)
        case "binary":
            return Token("binary", text, text[2:], position)
        case "variable":
            return Token("variable", text, text.lower(), position)
    return Token("operator", text, {"!=": "<>", "!<": ">=", "!>": "<="}.get(text, text), position)


class Cursor:
    """A place in the words of a batch."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokenize(text)
        self.at = 0

    @property
    def token(self) -> Token:
        """The word that comes next."""
        return self.tokens[self.at]

    def ahead(self, number: int) -> Token:
        """Return the word that many places further, or the end."""
        return self.tokens[min(self.at + number, len(self.tokens) - 1)]

    def next(self) -> Token:
        """Take the next word."""
        token = self.token
        if token.kind != "end":
            self.at += 1
        return token

    def is_word(self, *words: str) -> bool:
        """Return whether these words come next."""
        return all(self.ahead(n).kind == "word" and self.ahead(n).value == word for n, word in enumerate(words))

    def is_operator(self, operator: str) -> bool:
        """Return whether this operator comes next."""
        return self.token.kind == "operator" and self.token.value == operator

    def take(self, *words: str) -> bool:
        """Take these words if they come next, and return whether they did."""
        found = self.is_word(*words)
        self.at += len(words) if found else 0
        return found

    def take_operator(self, operator: str) -> bool:
        """Take this operator if it comes next, and return whether it did."""
        found = self.is_operator(operator)
        self.at += found
        return found

    def expect(self, *words: str) -> None:
        """Take these words. Raises SqlError 102 if others come."""
        for word in words:
            if not self.take(word):
                raise self.unexpected()

    def expect_operator(self, operator: str) -> None:
        """Take this operator. Raises SqlError 102 if something else comes."""
        if not self.take_operator(operator):
            raise self.unexpected()

    def one_of(self, *words: str) -> str:
        """Take and return one of these words. Raises SqlError 102 if another comes."""
        for word in words:
            if self.take(word):
                return word
        raise self.unexpected()

    def unexpected(self) -> SqlError:
        """Return the error for the word that comes next."""
        return (
            syntax(self.token.text)
            if self.token.kind != "end"
            else SqlError(102, "Incorrect syntax: the statement ends too early.", severity=15)
        )

    def identifier(self) -> str:
        """Take and return a name, as it is written."""
        if self.token.kind not in ("word", "quoted"):
            raise self.unexpected()
        token = self.next()
        return token.text if token.kind == "word" else token.value

    def string(self) -> str:
        """Take and return a character string."""
        if self.token.kind != "string":
            raise self.unexpected()
        return self.next().value

    def integer(self) -> int:
        """Take and return a whole number, signed or not."""
        negative = self.take_operator("-")
        if self.token.kind != "number" or not self.token.text.isdigit():
            raise self.unexpected()
        return int(self.next().text) * (-1 if negative else 1)

    def since(self, position: int) -> str:
        """Return the text from a position up to what comes next."""
        return self.text[position : self.token.position].rstrip()
