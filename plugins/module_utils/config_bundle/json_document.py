# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""JSON with the comments and commas that .NET's configuration allows: values selected by pointer (RFC 6901)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.document import Document, Entry
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.place import Selector
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.source_text import SourceText
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.values import Value, plain
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

_BLANK = re.compile(r"(?:[ \t\r\n]+|//(?P<line>[^\r\n]*)|/\*(?P<block>.*?)\*/)", re.DOTALL)
_STRING = re.compile(r'"((?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*)"')
_CHARACTER = re.compile(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u....|\\.|.", re.DOTALL)
_WORD = re.compile(r"true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_DEEPEST = 100


@dataclass
class _Node:
    """An object, an array, or a value."""

    kind: str
    value: Value | None = None
    children: list[tuple[str, _Node]] = field(default_factory=list)


class JsonDocument(Document):
    """A JSON file."""

    selectors = ("pointer",)

    def __init__(self, source: SourceText) -> None:
        """Read it. Raises Problem if it is no JSON."""
        super().__init__(source)
        self._text, self._position = source.text, 0
        self._comments: list[Value] = []
        self._root = self._node(0)
        self._blanks()
        if self._position < len(self._text):
            raise self._broken("its end")

    def find(self, selector: Selector) -> list[Value]:
        """Return the value at a pointer; several if a name is given more than once in an object."""
        nodes = [self._root]
        for token in (selector.pointer or "").split("/")[1:]:
            name = token.replace("~1", "/").replace("~0", "~")
            nodes = [child for node in nodes for key, child in node.children if key == name]
        for node in nodes:
            if node.value is None:
                raise Problem(
                    f"the pointer leads to an {node.kind}", remedy="Select a text, a number, a boolean or null in it."
                )
        return [node.value for node in nodes if node.value is not None]

    def entries(self) -> list[Entry]:
        """Return all values."""
        return list(_entries(self._root, "", ""))

    def asides(self) -> list[Value]:
        """Return the comments."""
        return self._comments

    def _blanks(self) -> None:
        while match := _BLANK.match(self._text, self._position):
            if match.lastgroup:
                self._comments.append(plain(self._text, *match.span(match.lastgroup)))
            self._position = match.end()

    def _take(self, wanted: str) -> bool:
        """Pass a character, after blanks, if it is there."""
        self._blanks()
        found = self._text.startswith(wanted, self._position)
        self._position += found
        return found

    def _node(self, depth: int) -> _Node:
        if depth > _DEEPEST:
            raise self._broken(f"no more than {_DEEPEST} levels")
        if self._take("{"):
            return self._container("object", "}", depth)
        if self._take("["):
            return self._container("array", "]", depth)
        if string := self._string():
            return _Node("string", string)
        word = _WORD.match(self._text, self._position)
        if word is None:
            raise self._broken("a value")
        self._position = word.end()
        kind = {"t": "boolean", "f": "boolean", "n": "null"}.get(word[0][0], "number")
        return _Node(kind, Value(word[0], range(word.start(), word.end() + 1), self._quoted, kind, whole=True))

    def _container(self, kind: str, closing: str, depth: int) -> _Node:
        node = _Node(kind)
        while not self._take(closing):
            if node.children and not self._take(","):
                raise self._broken(f", or {closing}")
            if node.children and self._take(closing):
                break
            name = str(len(node.children))
            if kind == "object":
                self._blanks()
                key = self._string()
                if key is None or not self._take(":"):
                    raise self._broken("a name and a colon")
                name = key.text
            node.children.append((name, self._node(depth + 1)))
        return node

    def _string(self) -> Value | None:
        match = _STRING.match(self._text, self._position)
        if match is None:
            return None
        self._position = match.end()
        characters: list[str] = []
        positions: list[int] = []
        for each in _CHARACTER.finditer(self._text, *match.span(1)):
            characters.append(each[0] if len(each[0]) == 1 else json.loads(f'"{each[0]}"'))
            positions.append(each.start())
        return Value("".join(characters), (*positions, match.end(1)), self._inside)

    def _inside(self, text: str) -> str:
        return self._quoted(text)[1:-1]

    def _quoted(self, text: str) -> str:
        return json.dumps(text, ensure_ascii=not self.source.holds(text))

    def _broken(self, expected: str) -> Problem:
        line = self._text.count("\n", 0, self._position) + 1
        return Problem(
            "it is not JSON",
            where=f"line {line}",
            expected=expected,
            remedy="Mend it where it comes from, or declare its kind to be text or binary.",
        )


def _entries(node: _Node, label: str, name: str) -> Iterator[Entry]:
    if node.value is not None:
        yield Entry(label or "/", name, node.value)
    for key, child in node.children:
        token = key.replace("~", "~0").replace("/", "~1")
        # an element of an array is called as the array is
        yield from _entries(child, f"{label}/{token}", name if node.kind == "array" else key)
