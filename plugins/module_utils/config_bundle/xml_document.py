# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""XML, such as the configuration of .NET programs: values selected by XPath.

lxml evaluates the XPath (1.0, as .NET's own `System.Xml` has it); where the elements stand, expat says. Both read the
same text, and their elements are matched by the order in which they begin.
"""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle._lxml import etree, require_lxml
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.document import (
    Document,
    Entry,
    Protected,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.place import Selector
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.source_text import SourceText
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.values import Value
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.xml_positions import (
    PositionReader,
    Positions,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

_NAMING = ("key", "name", "id", "path")
"""Attributes that tell an element from its neighbours, the most telling first."""
_VALUES = frozenset(("value", "Value", "connectionString"))
_PROVIDER = "configProtectionProvider"
_ENCRYPTED = "{http://www.w3.org/2001/04/xmlenc#}EncryptedData"


class XmlDocument(Document):
    """An XML file."""

    selectors = ("xpath",)

    def __init__(self, source: SourceText) -> None:
        """Read it. Raises Problem if it is not well-formed, or has a document type declaration."""
        super().__init__(source)
        require_lxml()
        self._reader = PositionReader(source)  # refuses what is dangerous before the other parser sees it
        parser = etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False)
        try:
            self._root = etree.fromstring(source.text.encode(), parser)
        except etree.XMLSyntaxError as error:
            raise Problem("it is not well-formed XML", found=error.msg, remedy="Mend it where it comes from.") from None
        elements: list[Any] = list(self._root.iter(etree.Element))
        names = [each.name.rpartition(":")[2] for each in self._reader.elements]
        if [etree.QName(each).localname for each in elements] != names:
            raise Problem("two parsers do not agree about its elements", remedy="Declare its kind to be text.")
        self._positions: dict[Any, Positions] = dict(zip(elements, self._reader.elements, strict=True))

    def find(self, selector: Selector) -> list[Value]:
        """Return the attributes and texts of elements that an XPath selects."""
        try:
            found = self._root.xpath(selector.xpath, namespaces=dict(selector.namespaces) or None)
        except etree.XPathError as error:
            raise Problem("the XPath cannot be evaluated", found=f"{error}", remedy="Correct it.") from None
        if not isinstance(found, list):
            raise Problem(
                "the XPath computes something", expected="one that selects attributes or elements", found=repr(found)
            )
        return [self._value(each) for each in found]

    def entries(self) -> list[Entry]:
        """Return all attributes, and the texts of elements that have no elements in them."""
        entries, protected = [], self.protected()
        for element, positions in self._positions.items():
            if any(each.start <= positions.start < each.end for each in protected):
                continue
            label = self._label(element)
            naming = self._naming(element)
            for name, value in positions.attributes.items():
                called = naming if name in _VALUES and naming else name
                entries.append(Entry(f"{label}/@{name}", called, value))
            if not positions.has_children:
                value = self._text(positions)
                if value.text or not positions.attributes:
                    entries.append(Entry(label, self._called(element), value))
        return entries

    def asides(self) -> list[Value]:
        """Return the comments, processing instructions, and texts that stand beside elements."""
        found = [*self._reader.comments]
        for element, positions in self._positions.items():
            children = [self._positions[child] for child in element if child in self._positions]
            position = positions.tag_end
            for start, after in [*((child.start, child.end) for child in children), (positions.content_end, 0)]:
                found += self._reader.texts(position, start) if children else []
                position = after
        return found

    def protected(self) -> list[Protected]:
        """Return the sections that have a `configProtectionProvider`, or encrypted data without saying of what."""
        found = []
        for element, positions in self._positions.items():
            within = [child.tag for child in element]
            provider = positions.attributes.get(_PROVIDER)
            if provider is not None or _ENCRYPTED in within:
                name = provider.text if provider is not None else "a provider that it does not name"
                found.append(Protected(self._label(element), name, positions.start, positions.end))
        return found

    def _value(self, found: Any) -> Value:
        """Return the value of what an XPath has selected."""
        if getattr(found, "is_attribute", False):
            parent = found.getparent()
            for name, value in self._positions[parent].attributes.items():
                if _expanded(name, parent) == found.attrname:
                    return value
        element = found.getparent() if getattr(found, "is_text", False) else found
        if element not in self._positions:
            raise Problem(
                "the XPath selects something that has no value",
                expected="attributes, or elements that hold nothing but text",
                found=type(found).__name__.strip("_"),
            )
        positions = self._positions[element]
        if positions.has_children:
            raise Problem(
                "the XPath selects an element that has elements in it",
                where=f"{positions.name}, line {self._reader.line(positions.start)}",
                remedy="Select an attribute, or an element that holds nothing but text.",
            )
        return self._reader.content(positions)

    def _text(self, positions: Positions) -> Value:
        """Return the text of an element, also if it is in several pieces, as one that cannot be changed."""
        try:
            return self._reader.content(positions)
        except Problem:
            start, end = positions.tag_end, positions.content_end
            return Value(self.source.text[start:end], range(start, end + 1), _unwritable)

    def _naming(self, element: Any) -> str:
        """Return what the element is for, as it says by an attribute; empty if it does not say."""
        return next((element.get(name) for name in _NAMING if element.get(name)), "")

    def _called(self, element: Any) -> str:
        """Return what the text of an element is: by its own name, or by its parent's for `<setting><value>`."""
        name = str(etree.QName(element).localname)
        parent = element.getparent()
        return (self._naming(parent) if name in _VALUES and parent is not None else self._naming(element)) or name

    @cached_property
    def _steps(self) -> dict[Any, str]:
        """For each element what tells it from its neighbours: a naming attribute, or its number."""
        steps: dict[Any, str] = {self._root: self._positions[self._root].name}
        for parent in self._positions:
            children = [child for child in parent if child in self._positions]
            called = Counter(self._positions[child].name for child in children)
            seen: Counter[str] = Counter()
            for child in children:
                step = name = self._positions[child].name
                if called[name] > 1:
                    key = next((each for each in _NAMING if child.get(each)), None)
                    step = f"{name}[@{key}='{child.get(key)}']" if key else name
                seen[step] += 1
                numbered = seen[step] > 1 or (step == name and called[name] > 1)
                steps[child] = f"{step}[{seen[step]}]" if numbered else step
        return steps

    def _label(self, element: Any) -> str:
        path = [self._steps[each] for each in (element, *element.iterancestors())]
        return "/" + "/".join(reversed(path))


def _expanded(name: str, element: Any) -> str:
    """Return the name of an attribute as lxml has it."""
    prefix, colon, local = name.rpartition(":")
    if not colon or prefix == "xmlns":
        return local if not colon else name
    uri = "http://www.w3.org/XML/1998/namespace" if prefix == "xml" else element.nsmap[prefix]
    return f"{{{uri}}}{local}"


def _unwritable(_text: str) -> str:
    raise ValueError("the text of the element is in several pieces")
