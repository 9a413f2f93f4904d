# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values in a file: what they say, where each character of them stands, and how another one is written there.

Every kind of file and every notation inside a value (a connection string in an attribute in XML) makes `Value`s. A
change is then an edit of exactly the characters that the value takes; everything else stays as it was written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem


@dataclass(frozen=True, order=True)
class Edit:
    """Characters of a file's text that are replaced."""

    start: int
    end: int
    replacement: str


@dataclass(frozen=True)
class Value:
    """A value as its reader understands it, and where it stands."""

    text: str
    positions: Sequence[int]
    """Where in the file's text each character of `text` begins, and at last where the value ends."""
    write: Callable[[str], str]
    """Returns a text as it is written at this place. Raises ValueError, saying why, if it cannot be."""
    type: str = "string"
    """`string`, or in JSON `number`, `boolean`, `null`."""
    whole: bool = False
    """Whether it can only be written as a whole, since it takes quotes if it needs them."""
    inside: Callable[[str], str] | None = None
    """As `write`, for a part of it, where that is something else: a part takes no quotes of the whole."""

    @property
    def write_part(self) -> Callable[[str], str]:
        """Return what writes a part of it."""
        return self.inside or self.write

    @property
    def start(self) -> int:
        """Where it begins in the file's text."""
        return self.positions[0]

    @property
    def end(self) -> int:
        """Where it ends in the file's text."""
        return self.positions[-1]

    def part(self, start: int, end: int) -> Value:
        """Return the characters from `start` to `end` of this value, as a value of their own."""
        return Value(self.text[start:end], self.positions[start : end + 1], self.write_part)

    def edits(self, text: str) -> list[Edit]:
        """Return what makes it say that: nothing, if it does already. Raises ValueError if it cannot."""
        return [] if text == self.text else [Edit(self.start, self.end, self.write(text))]


def plain(text: str, start: int, end: int, write: Callable[[str], str] = str) -> Value:
    """Return a value that is written as it is."""
    return Value(text[start:end], range(start, end + 1), write)


def edited(text: str, edits: Iterable[Edit]) -> str:
    """Return a text with the edits made.

    Raises:
        Problem: two of them want the same characters.
    """
    pieces, position = [], 0
    for edit in sorted(edits):
        if edit.start < position:
            raise Problem("two changes want the same characters", remedy="Declare one of them.")
        pieces += [text[position : edit.start], edit.replacement]
        position = edit.end
    return "".join([*pieces, text[position:]])
