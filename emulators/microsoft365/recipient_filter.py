# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recipient filters in OPATH, the subset that scopes are written in; anything else is refused by name.

https://learn.microsoft.com/powershell/exchange/recipient-filters
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from emulators.microsoft365.messages import NotEmulated

Recipient = Mapping[str, Any]

_BOTH = ("Get-Mailbox", "Get-Recipient")
PROPERTIES: Mapping[str, tuple[str, ...]] = {
    **{f"CustomAttribute{number}": _BOTH for number in range(1, 16)},
    "Alias": _BOTH,
    "City": ("Get-Recipient",),
    "Company": ("Get-Recipient",),
    "Department": ("Get-Recipient",),
    "DisplayName": _BOTH,
    "ExternalDirectoryObjectId": _BOTH,
    "MemberOfGroup": _BOTH,
    "Office": _BOTH,
    "PrimarySmtpAddress": _BOTH,
    "RecipientTypeDetails": _BOTH,
    "Title": ("Get-Recipient",),
    "UserPrincipalName": ("Get-Mailbox",),
    "WindowsEmailAddress": ("Get-Mailbox",),
}
"""Which cmdlets filter by which property; scopes have them all.

https://learn.microsoft.com/powershell/exchange/filter-properties
"""
_SPELT = {name.lower(): name for name in PROPERTIES}
_TOKEN = re.compile(r"\s*(?:(\()|(\))|(-[A-Za-z]+)|'((?:[^']|'')*)'|\"([^\"]*)\"|([$A-Za-z0-9]+))")


class FilterError(Exception):
    """A filter that Exchange does not parse."""


@dataclass(frozen=True)
class Filter:
    """A filter that was parsed."""

    test: Callable[[Recipient], bool]
    text: str
    """As Exchange writes it, which is not as it was given: each part in brackets."""
    properties: frozenset[str]

    def __call__(self, recipient: Recipient) -> bool:
        """Return whether a recipient passes."""
        return self.test(recipient)

    def check_cmdlet(self, cmdlet: str) -> None:
        """Raise FilterError if there is a property that the cmdlet does not filter by."""
        known = sorted(name for name, cmdlets in PROPERTIES.items() if cmdlet in cmdlets)
        for name in sorted(self.properties - set(known)):
            raise FilterError(
                f'Cannot bind parameter \'Filter\' to the target. Exception setting "Filter": ""{name}" is not a '
                f'recognized filterable property. Valid property names are: {", ".join(known)}."'
            )


def parse(text: str) -> Filter:
    """Return the filter that a text is.

    Raises:
        FilterError: it is no filter.
        NotEmulated: a property or an operator that is not emulated.
    """
    parser = _Parser(text)
    parsed = parser.either()
    if parser.peek() is not None:
        raise FilterError(f'"{text}" is not a valid filter: it goes on after its end.')
    return parsed


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

    def either(self) -> Filter:
        parts = [self._both()]
        while self._operator("-or"):
            parts.append(self._both())
        return _joined("-or", parts, lambda recipient: any(part(recipient) for part in parts))

    def _both(self) -> Filter:
        parts = [self._one()]
        while self._operator("-and"):
            parts.append(self._one())
        return _joined("-and", parts, lambda recipient: all(part(recipient) for part in parts))

    def _one(self) -> Filter:
        if self._operator("-not"):
            part = self._one()
            return Filter(lambda recipient: not part(recipient), f"-not({part.text})", part.properties)
        if self.peek() == ("(", "("):
            self._take("(")
            inner = self.either()
            self._take(")")
            return inner
        return self._comparison()

    def _comparison(self) -> Filter:
        given, operator = self._take("word"), self._take("operator").lower()
        token = self.peek()
        value = self._take("value", "word")
        name = _SPELT.get(given.lower())
        if name is None:
            raise NotEmulated(f"the property {given} in the recipient filter {self._text}")
        if operator not in ("-eq", "-ne", "-like", "-notlike"):
            raise NotEmulated(f"the operator {operator} in the recipient filter {self._text}")
        if token == ("word", value) and value.lower() == "$null":
            return Filter(_null(name, operator), f"{name} {operator} $null", frozenset({name}))
        quoted = "'" + value.replace("'", "''") + "'"
        return Filter(_test(name, operator, value.casefold()), f"{name} {operator} {quoted}", frozenset({name}))


def _joined(operator: str, parts: list[Filter], test: Callable[[Recipient], bool]) -> Filter:
    if len(parts) == 1:
        return parts[0]
    text = f" {operator} ".join(f"({part.text})" for part in parts)
    return Filter(test, f"({text})", frozenset[str]().union(*(part.properties for part in parts)))


def _test(name: str, operator: str, wanted: str) -> Callable[[Recipient], bool]:
    negated = operator in ("-ne", "-notlike")
    if operator in ("-like", "-notlike"):
        return lambda recipient: (
            any(fnmatch.fnmatchcase(each, wanted) for each in _values(recipient, name)) is not negated
        )
    return lambda recipient: (wanted in _values(recipient, name)) is not negated


def _null(name: str, operator: str) -> Callable[[Recipient], bool]:
    negated = operator in ("-ne", "-notlike")
    return lambda recipient: (not _values(recipient, name)) is not negated


def _values(recipient: Recipient, name: str) -> list[str]:
    found = next((value for key, value in recipient.items() if key.lower() == name.lower()), None)
    values = found if isinstance(found, list) else [found]
    return [str(value).casefold() for value in values if value not in (None, "")]
