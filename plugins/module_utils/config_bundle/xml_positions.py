# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the elements, attributes, values and comments of an XML document stand, found by expat.

expat is the parser that says where in its input it is. It gets the text as UTF-8, and its positions in bytes become
positions of characters here. A document type declaration is refused: what it could do (entities, files of other
places) has no use in a configuration.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from xml.parsers import expat

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.source_text import SourceText
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.values import Value, plain
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

_TAG = re.compile(r"""<([^\s/>]+)((?:\s+[^\s=]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(/?)>""")
_ATTRIBUTE = re.compile(r"""\s([^\s=]+)\s*=\s*(["'])(.*?)\2""", re.DOTALL)
_CONTENT = re.compile(r"<!--.*?-->|<\?.*?\?>|<!\[CDATA\[(?P<cdata>.*?)\]\]>|(?P<text>[^<]+)", re.DOTALL)
_CHARACTER = re.compile(r"&#x([0-9a-fA-F]+);|&#([0-9]+);|&(amp|lt|gt|quot|apos);|\r\n|.", re.DOTALL)
_LITERAL = re.compile(r"\r\n|.", re.DOTALL)
_REFERENCES = {"&": "&amp;", "<": "&lt;", '"': "&quot;"}
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_IMPOSSIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass
class Positions:
    """Where an element stands."""

    name: str
    """With its prefix, as it is written."""
    start: int
    tag_end: int = 0
    content_end: int = 0
    end: int = 0
    empty: bool = False
    """Whether it is written as `<name/>`."""
    has_children: bool = False
    attributes: dict[str, Value] = field(default_factory=dict)
    """By name, with the prefix."""


class PositionReader:
    """Reads a document once, and has its elements and comments in the order in which they begin."""

    def __init__(self, source: SourceText) -> None:
        """Read it.

        Raises:
            Problem: it is not well-formed, or has a document type declaration.
        """
        self.elements: list[Positions] = []
        self.comments: list[Value] = []
        """As they are written, and processing instructions."""
        self._source, self._text = source, source.text
        self._bytes = self._text.encode("utf-8")
        self._at_byte = self._at_character = 0
        self._open: list[Positions] = []
        self._parser = parser = expat.ParserCreate("utf-8")
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._finish
        parser.CommentHandler = self._comment
        parser.ProcessingInstructionHandler = self._instruction
        parser.StartDoctypeDeclHandler = self._doctype
        try:
            parser.Parse(self._bytes, True)
        except expat.ExpatError as error:
            raise Problem(
                "it is not well-formed XML",
                where=f"line {error.lineno}",
                found=expat.ErrorString(error.code),
                remedy="Mend it where it comes from, or declare its kind to be text or binary.",
            ) from None

    def content(self, element: Positions) -> Value:
        """Return the text in an element that has no elements in it.

        Blanks around a CDATA section are layout, if there is nothing else; comments around the only text stay.

        Raises:
            Problem: it is in several pieces.
        """
        if element.empty:
            return Value("", (element.tag_end - 2, element.tag_end), self._into_empty(element.name))
        pieces = [
            match
            for match in _CONTENT.finditer(self._text, element.tag_end, element.content_end)
            if match.lastgroup is not None
        ]
        several = len(pieces) > 1
        told = [each for each in pieces if each.lastgroup == "cdata" or (each["text"].strip() if several else True)]
        if not told:
            return self._decoded(element.content_end, element.content_end, self._in_text)
        if told[0].lastgroup == "text" and len(told) == 1:
            return self._decoded(*told[0].span("text"), self._in_text)
        # sections that follow each other directly are how "]]>" is written in one
        apart = any(one.end() != other.start() for one, other in pairwise(told))
        if apart or any(each.lastgroup == "text" for each in told):
            raise Problem(
                "the text of this element is in several pieces, with sections or comments between them",
                where=f"{element.name}, line {self.line(element.start)}",
                remedy="Have it written in one piece where it comes from.",
            )
        parts = [self._decoded(*each.span("cdata"), self._in_cdata, references=False) for each in told]
        positions = [position for part in parts for position in part.positions[:-1]]
        return Value("".join(part.text for part in parts), (*positions, parts[-1].end), self._in_cdata)

    def texts(self, start: int, end: int) -> list[Value]:
        """Return the texts between two tags that are not blank, as they are written."""
        groups = [(match, match.lastgroup) for match in _CONTENT.finditer(self._text, start, end)]
        spans = [match.span(group) for match, group in groups if group is not None]
        return [plain(self._text, *span) for span in spans if self._text[slice(*span)].strip()]

    def line(self, position: int) -> int:
        """Return the number of the line in which a character stands."""
        return self._text.count("\n", 0, position) + 1

    def _here(self) -> int:
        """Return the place that expat is at, as a number of characters. It only ever moves on."""
        index = self._parser.CurrentByteIndex
        self._at_character += len(self._bytes[self._at_byte : index].decode("utf-8"))
        self._at_byte = index
        return self._at_character

    def _begin(self, name: str, _attributes: dict[str, str]) -> None:
        start = self._here()
        tag = _TAG.match(self._text, start)
        if tag is None:  # expat has accepted it, so this cannot be
            raise Problem("a tag cannot be read", where=f"line {self.line(start)}")
        if self._open:
            self._open[-1].has_children = True
        element = Positions(name, start, tag.end(), empty=bool(tag[3]))
        for attribute in _ATTRIBUTE.finditer(self._text, *tag.span(2)):
            element.attributes[attribute[1]] = self._decoded(
                *attribute.span(3), self._in_attribute(attribute[2]), blanks=True
            )
        self.elements.append(element)
        self._open.append(element)

    def _finish(self, _name: str) -> None:
        element = self._open.pop()
        if element.empty:
            element.content_end = element.end = element.tag_end
        else:
            element.content_end = self._here()
            element.end = self._text.index(">", element.content_end) + 1

    def _comment(self, _data: str) -> None:
        start = self._here() + len("<!--")
        self.comments.append(plain(self._text, start, self._text.index("-->", start)))

    def _instruction(self, _target: str, _data: str) -> None:
        start = self._here() + len("<?")
        self.comments.append(plain(self._text, start, self._text.index("?>", start)))

    def _doctype(self, *_declared: object) -> None:
        raise Problem(
            "it has a document type declaration, which could pull in other files",
            where=f"line {self._parser.CurrentLineNumber}",
            remedy="Have it removed where the file comes from, or declare the file's kind to be text.",
        )

    def _decoded(
        self, start: int, end: int, write: Callable[[str], str], *, references: bool = True, blanks: bool = False
    ) -> Value:
        """Return what stands there, as a reader of XML sees it.

        Args:
            start: of the characters.
            end: of them.
            write: writes another text there.
            references: whether references mean what they stand for, as they do outside of CDATA sections and comments.
            blanks: whether line ends and tabs are blanks, as they are in attributes.
        """
        characters: list[str] = []
        positions: list[int] = []
        for match in (_CHARACTER if references else _LITERAL).finditer(self._text, start, end):
            found = match[0]
            if found in ("\r\n", "\r", "\n"):
                found = " " if blanks else "\n"
            elif found == "\t" and blanks:
                found = " "
            elif len(found) > 1:
                found = chr(int(match[1], 16)) if match[1] else chr(int(match[2])) if match[2] else _NAMED[match[3]]
            characters.append(found)
            positions.append(match.start())
        return Value("".join(characters), (*positions, end), write)

    def _escaped(self, text: str, special: str) -> str:
        """Return a text with references for what is special there, or not in the file's encoding."""
        _possible(text)
        return "".join(
            _REFERENCES.get(each, f"&#{ord(each)};") if each in special or not self._source.holds(each) else each
            for each in text
        )

    def _in_text(self, text: str) -> str:
        return self._escaped(text, "&<\r").replace("]]>", "]]&gt;")

    def _in_attribute(self, quote: str) -> Callable[[str], str]:
        return lambda text: self._escaped(text, f"&<\t\n\r{quote}")

    def _in_cdata(self, text: str) -> str:
        _possible(text)
        if "\r" in text or not self._source.holds(text):
            raise ValueError("a CDATA section cannot have such a character")
        return text.replace("]]>", "]]]]><![CDATA[>")

    def _into_empty(self, name: str) -> Callable[[str], str]:
        return lambda text: f">{self._in_text(text)}</{name}>"


def _possible(text: str) -> None:
    """Return if XML can have all characters of a text. Raises ValueError."""
    if _IMPOSSIBLE.search(text):
        raise ValueError("XML has no way to write a control character")
