# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files of lines: INI as Windows reads it, properties as Java does, and texts of any kind."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.document import Document, Entry
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.place import Selector
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.source_text import SourceText
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.values import Value, plain

_LINE = re.compile(r"[^\r\n]+")
_SECTION = re.compile(r"\s*\[([^\]\r\n]*)\]\s*")
_ASSIGNMENT = re.compile(r"\s*+(?P<key>[^=]++)=\s*+(?P<value>.*)")
_QUOTED = re.compile(r"""(["'])(.*)\1""")
_LOGICAL = re.compile(r"(?:[^\r\n\\]|\\(?:\r\n|.))+", re.DOTALL)
_PROPERTY = re.compile(
    r"[ \t\f]*(?P<key>(?:[^\\:= \t\f]|\\.)+)(?:[ \t\f]*[:=][ \t\f]*|[ \t\f]+|$)(?P<value>.*)", re.DOTALL
)
_COMMENT = re.compile(r"[ \t\f]*[#!][^\r\n]*")
_ESCAPE = re.compile(r"\\(?:\r\n|\r|\n)[ \t\f]*|\\u([0-9a-fA-F]{4})|\\(.)|.", re.DOTALL)
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}


@dataclass(frozen=True)
class _Line:
    """An assignment of a section."""

    section: str
    key: str
    value: Value


class IniDocument(Document):
    """An INI file. Cases of sections and keys do not count, quotes around a value do not belong to it."""

    selectors = ("key",)

    def __init__(self, source: SourceText) -> None:
        """Read it; every text is one."""
        super().__init__(source)
        self._lines: list[_Line] = []
        self._others: list[Value] = []
        section = ""
        for line in _LINE.finditer(source.text):
            header = _SECTION.fullmatch(line[0])
            assignment = _ASSIGNMENT.fullmatch(line[0])
            if header:
                section = header[1].strip()
            elif assignment and not line[0].lstrip().startswith((";", "#")):
                self._lines.append(_Line(section, assignment["key"].rstrip(), self._value(line.start(), assignment)))
            else:
                self._others.append(plain(source.text, *line.span(), _one_line))

    def find(self, selector: Selector) -> list[Value]:
        """Return the values of a key in a section; several if it is given more than once."""
        wanted = (selector.section.casefold(), selector.key.casefold())
        return [line.value for line in self._lines if (line.section.casefold(), line.key.casefold()) == wanted]

    def entries(self) -> list[Entry]:
        """Return all assignments."""
        return [
            Entry(f"[{line.section}] {line.key}" if line.section else line.key, line.key, line.value)
            for line in self._lines
        ]

    def asides(self) -> list[Value]:
        """Return the comments, and lines that assign nothing."""
        return self._others

    def _value(self, start: int, assignment: re.Match[str]) -> Value:
        text = assignment["value"].rstrip()
        first = start + assignment.start("value")
        last = first + len(text)
        quoted = _QUOTED.fullmatch(text)
        if quoted:
            return plain(self.source.text, first + 1, last - 1, _one_line)
        return Value(text, range(first, last + 1), _bare, whole=True, inside=_one_line)


class PropertiesDocument(Document):
    """A properties file, with its escapes and continued lines. Cases of keys count."""

    selectors = ("key",)

    def __init__(self, source: SourceText) -> None:
        """Read it; every text is one."""
        super().__init__(source)
        self._found: list[tuple[str, Value]] = []
        self._others: list[Value] = []
        position = 0
        while position < len(source.text):
            # a comment ends with its line, even after a backslash
            comment = _COMMENT.match(source.text, position)
            line = comment or _LOGICAL.match(source.text, position)
            if line is None:
                position += 1
                continue
            position = line.end()
            pair = _PROPERTY.fullmatch(line[0])
            if comment or pair is None:
                self._others.append(plain(source.text, *line.span(), _one_line))
                continue
            key = self._unescaped(line.start(), pair.span("key"), str)
            self._found.append((key.text, self._unescaped(line.start(), pair.span("value"), self._escaped)))

    def find(self, selector: Selector) -> list[Value]:
        """Return the values of a key; several if it is given more than once. There are no sections."""
        return [] if selector.section else [value for key, value in self._found if key == selector.key]

    def entries(self) -> list[Entry]:
        """Return all properties."""
        return [Entry(key, key, value) for key, value in self._found]

    def asides(self) -> list[Value]:
        """Return the comments."""
        return self._others

    def _unescaped(self, start: int, span: tuple[int, int], write: Callable[[str], str]) -> Value:
        first, last = (start + each for each in span)
        characters: list[str] = []
        positions: list[int] = []
        for match in _ESCAPE.finditer(self.source.text, first, last):
            if match[1]:
                characters.append(chr(int(match[1], 16)))
            elif match[2]:
                characters.append(_CONTROLS.get(match[2], match[2]))
            elif len(match[0]) == 1:
                characters.append(match[0])
            else:
                continue  # the line goes on in the next one
            positions.append(match.start())
        return Value("".join(characters), (*positions, last), write)

    def _escaped(self, text: str) -> str:
        names = {control: name for name, control in _CONTROLS.items()}
        pieces = []
        for each in text:
            if each in names or each == "\\":
                pieces.append("\\" + names.get(each, each))
            elif self.source.holds(each):
                pieces.append(each)
            else:
                units = each.encode("utf-16-be")
                pieces += [f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2)]
        written = "".join(pieces)
        return f"\\{written}" if written.startswith((" ", ":", "=")) else written


class TextDocument(Document):
    """Any text: its lines."""

    selectors = ("pattern",)

    def find(self, selector: Selector) -> list[Value]:
        """Return the group `value` of each line that a pattern matches as a whole."""
        pattern, found = re.compile(selector.pattern), []
        for line in _LINE.finditer(self.source.text):
            match = pattern.fullmatch(line[0])
            if match and match["value"] is not None:
                start, end = (line.start() + each for each in match.span("value"))
                found.append(plain(self.source.text, start, end, _one_line))
        return found

    def entries(self) -> list[Entry]:
        """Return the lines that are not blank."""
        lines = [line for line in _LINE.finditer(self.source.text) if line[0].strip()]
        return [Entry("", "", plain(self.source.text, *line.span(), _one_line)) for line in lines]


def _one_line(text: str) -> str:
    if re.search(r"[\r\n]", text):
        raise ValueError("it has to be one line")
    return text


def _bare(text: str) -> str:
    """Write a value of an INI file that had no quotes, with quotes if its reader would drop something else."""
    return f'"{_one_line(text)}"' if text != text.strip() or _QUOTED.fullmatch(text) else _one_line(text)
