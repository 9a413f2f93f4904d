# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Recipient filters of Exchange (OPATH): whether two say the same, and which cmdlet finds mailboxes by one. Pure.

Exchange keeps no text: it parses the filter of a scope and writes it out again, so that `A -eq 'x' -or B -eq 'y'` comes
back as `((A -eq 'x') -or (B -eq 'y'))`.
https://learn.microsoft.com/powershell/exchange/recipient-filters
"""

from __future__ import annotations

import re
from typing import Any

_TOKEN = re.compile(
    r"""\s*(?:(?P<bracket>[()])
           |(?P<operator>-[A-Za-z]+(?![^\s('"]))
           |'(?P<single>(?:[^']|'')*)'
           |"(?P<double>[^"]*)"
           |(?P<word>[^\s()'"]+))""",
    re.VERBOSE,
)
_ONLY_RECIPIENTS = frozenset(
    {
        "c", "city", "company", "countrycode", "countryorregion", "department", "firstname", "lastname", "manager",
        "notes", "phone", "postalcode", "stateorprovince", "title",
    }
)  # fmt: skip
"""What Get-Recipient filters by and Get-Mailbox does not: https://learn.microsoft.com/powershell/exchange/filter-properties"""
_ONLY_MAILBOXES = frozenset({"userprincipalname", "windowsemailaddress"})
"""The other way round. A scope takes them all."""

Tree = tuple[Any, ...]


class Unreadable(ValueError):
    """A filter that is not understood here; Exchange may."""


class Ambiguous(ValueError):
    """A filter that does not say what it means; the message says why."""


def same(one: str, other: str) -> bool:
    """Return whether two filters are the same but for brackets that change nothing, blanks, quotes and capitals.

    Exchange compares without regard to capitals. Of what is not understood, only the same text is the same.
    """
    try:
        return _parsed(one) == _parsed(other)
    except ValueError:
        return one.strip() == other.strip()


def finder(text: str) -> str:
    """Return the cmdlet that filters by the properties of a filter.

    Raises:
        Ambiguous: it means one thing to one reader and another to another, or no cmdlet has all of its properties.
    """
    try:
        properties = _properties(_parsed(text))
    except Unreadable:
        return "Get-Mailbox"  # Exchange says what is wrong with it
    recipients, mailboxes = sorted(properties & _ONLY_RECIPIENTS), sorted(properties & _ONLY_MAILBOXES)
    if recipients and mailboxes:
        raise Ambiguous(
            f"no cmdlet of Exchange filters by {recipients[0]} and {mailboxes[0]}, so that nobody can ask who is in it"
        )
    return "Get-Recipient" if recipients else "Get-Mailbox"


def _parsed(text: str) -> Tree:
    reader = _Reader(text)
    tree = reader.level()
    if reader.next is not None:
        raise Unreadable(text)
    return tree


def _properties(tree: Tree) -> frozenset[str]:
    if tree[0] == "comparison":
        return frozenset({str(tree[1])})
    return frozenset[str]().union(*(_properties(each) for each in tree[1:]))


class _Reader:
    """Reads a filter token by token. A tree is a comparison, or `-and`, `-or` or `-not` with what it joins."""

    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, str]] = []
        text = text.rstrip()
        position = 0
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None or match.lastgroup is None:
                raise Unreadable(text)
            self._tokens.append((match.lastgroup, match[match.lastgroup]))
            position = match.end()
        self._tokens.reverse()

    @property
    def next(self) -> tuple[str, str] | None:
        """The token that follows."""
        return self._tokens[-1] if self._tokens else None

    def level(self) -> Tree:
        """Return what is between two brackets."""
        parts, joined = [self._part()], ""
        while self.next is not None and self.next[0] == "operator":
            operator = self._take("operator").lower()
            if operator not in ("-and", "-or"):
                raise Unreadable(operator)
            if joined not in ("", operator):
                raise Ambiguous("it joins by -and and by -or without brackets that say which comes first")
            joined = operator
            part = self._part()
            parts += part[1:] if part[0] == operator else [part]
        if not joined:
            return parts[0]
        first = parts[0][1:] if parts[0][0] == joined else parts[:1]
        return (joined, *first, *parts[1:])

    def _part(self) -> Tree:
        if self.next == ("bracket", "("):
            self._take("bracket")
            tree = self.level()
            if self._take("bracket") != ")":
                raise Unreadable("(")
            return tree
        if self.next is not None and self.next[0] == "operator":
            if self._take("operator").lower() != "-not":
                raise Unreadable("-not")
            return ("-not", self._part())
        name, operator = self._take("word").lower(), self._take("operator").lower()
        if self.next is not None and self.next[0] == "word":
            value = self._take("word").lower()
            return ("comparison", name, operator, "system" if value.startswith("$") else "text", value)
        kind = "double" if self.next is not None and self.next[0] == "double" else "single"
        value = self._take(kind)
        return ("comparison", name, operator, "text", (value.replace("''", "'") if kind == "single" else value).lower())

    def _take(self, kind: str) -> str:
        if self.next is None or self.next[0] != kind:
            raise Unreadable(kind)
        return self._tokens.pop()[1]
