# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recipient filters in OPATH, the subset that scopes are written in; anything else is refused by name.

https://learn.microsoft.com/powershell/exchange/recipient-filters
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Mapping
from typing import Any

from emulators.microsoft365.messages import NotEmulated

Recipient = Mapping[str, Any]
Test = Callable[[Recipient], bool]

PROPERTIES = frozenset(
    {
        *(f"customattribute{number}" for number in range(1, 16)),
        "alias",
        "city",
        "company",
        "department",
        "displayname",
        "externaldirectoryobjectid",
        "memberofgroup",
        "office",
        "primarysmtpaddress",
        "recipienttypedetails",
        "title",
        "userprincipalname",
        "windowsemailaddress",
    }
)
_TOKEN = re.compile(r"\s*(?:(\()|(\))|(-[A-Za-z]+)|'((?:[^']|'')*)'|\"([^\"]*)\"|([$A-Za-z0-9]+))")


class FilterError(Exception):
    """A filter that Exchange does not parse."""


def parse(text: str) -> Test:
    """Return what tells whether a recipient passes.

    Raises:
        FilterError: it is no filter.
        NotEmulated: a property or an operator that is not emulated.
    """
    parser = _Parser(text)
    test = parser.either()
    if parser.peek() is not None:
        raise FilterError(f'"{text}" is not a valid filter: it goes on after its end.')
    return test


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: list[tuple[str, str]] = []
        self._next = 0
        position = 0
        while text[position:].strip():
            match = _TOKEN.match(text, position)
            if match is None:
                raise FilterError(f'"{text}" is not a valid filter at position {position}.')
            opened, closed, operator, single, double, word = match.groups()
            value = single.replace("''", "'") if single is not None else double
            kinds = (("(", opened), (")", closed), ("operator", operator), ("value", value), ("word", word))
            self._tokens.append(next((kind, found) for kind, found in kinds if found is not None))
            position = match.end()
        if not self._tokens:
            raise FilterError("The filter is empty.")

    def peek(self) -> tuple[str, str] | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _take(self, *kinds: str) -> str:
        token = self.peek()
        if token is None or token[0] not in kinds:
            raise FilterError(f'"{self._text}" is not a valid filter: {" or ".join(kinds)} is missing.')
        self._next += 1
        return token[1]

    def _operator(self, name: str) -> bool:
        token = self.peek()
        if token is not None and token[0] == "operator" and token[1].lower() == name:
            self._next += 1
            return True
        return False

    def either(self) -> Test:
        tests = [self._both()]
        while self._operator("-or"):
            tests.append(self._both())
        return lambda recipient: any(test(recipient) for test in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self._operator("-and"):
            tests.append(self._one())
        return lambda recipient: all(test(recipient) for test in tests)

    def _one(self) -> Test:
        if self._operator("-not"):
            test = self._one()
            return lambda recipient: not test(recipient)
        if self.peek() == ("(", "("):
            self._take("(")
            test = self.either()
            self._take(")")
            return test
        return self._comparison()

    def _comparison(self) -> Test:
        name, operator = self._take("word").lower(), self._take("operator").lower()
        value = self._take("value", "word")
        if name not in PROPERTIES:
            raise NotEmulated(f"the property {name} in the recipient filter {self._text}")
        negated = operator in ("-ne", "-notlike")
        if operator in ("-eq", "-ne"):
            wanted = value.casefold()
            if wanted == "$null":
                return lambda recipient: (not _values(recipient, name)) is not negated
            return lambda recipient: (wanted in _values(recipient, name)) is not negated
        if operator in ("-like", "-notlike"):
            pattern = value.casefold()
            return lambda recipient: (
                any(fnmatch.fnmatchcase(each, pattern) for each in _values(recipient, name)) is not negated
            )
        raise NotEmulated(f"the operator {operator} in the recipient filter {self._text}")


def _values(recipient: Recipient, name: str) -> list[str]:
    found = next((value for key, value in recipient.items() if key.lower() == name), None)
    values = found if isinstance(found, list) else [found]
    return [str(value).casefold() for value in values if value not in (None, "")]
