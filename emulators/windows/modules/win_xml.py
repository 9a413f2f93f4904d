# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""community.windows.win_xml: what an XPath finds; capitals count for nothing, as in PowerShell."""

from __future__ import annotations

from typing import Any, cast

from lxml import etree

from emulators.windows.arguments import Rules
from emulators.windows.backup import back_up
from emulators.windows.module import Call, Module, ModuleFailure

NO_MATCH = (
    "The supplied xpath did not match any nodes.  If this is unexpected, check your xpath is valid for the xml file at "
    "supplied path."
)


def run(call: Call) -> None:
    """Change what the XPath finds."""
    path = call.path("path")
    file = call.machine.files.find(path)
    if file is None or file.directory:
        raise ModuleFailure(f"Specified path {path} does not exist or is not a file.")
    tree = _parse(call, path)
    found = _find(call, tree)
    if call["count"]:
        call.result["count"] = len(found)
        if not call["fragment"]:
            return
    if not found:
        call.result["msg"] = NO_MATCH
        return
    call.result["msg"] = "not changed"
    kind, absent = call["type"], call["state"] == "absent"
    changed = {"element": _elements, "text": _texts, "attribute": _attributes}[kind](call, found)
    if not changed:
        return
    call.result["changed"] = True
    if call.check:
        call.result["msg"] += " check mode"
        return
    if call["backup"]:
        call.result["backup_file"] = back_up(call, path)
    declared = tree.docinfo.encoding is not None and b"<?xml" in call.machine.files.read(path)[:10]
    content = etree.tostring(tree, encoding=tree.docinfo.encoding or "utf-8", xml_declaration=declared)
    call.machine.files.write(path, cast(bytes, content))
    call.result["msg"] = f"{kind} {'removed' if absent else 'changed'}"


def _parse(call: Call, path: str) -> etree._ElementTree:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        return etree.ElementTree(etree.fromstring(call.machine.files.read(path), parser))
    except etree.XMLSyntaxError as error:
        raise ModuleFailure(f"Failed to parse file at '{path}' as an XML document: {error}") from error


def _find(call: Call, tree: etree._ElementTree) -> list[Any]:
    """Return what the XPath finds: elements, and attributes as lxml's strings that know where they come from."""
    root = tree.getroot()
    # the module binds the root's namespace to the root's prefix, and no other
    namespaces = {root.prefix: root.nsmap[root.prefix]} if root.prefix else None
    try:
        found: Any = tree.xpath(call["xpath"], namespaces=namespaces)
    except etree.XPathError as error:
        raise ModuleFailure(f"xpath {call['xpath']!r}: {error}") from error
    return found if isinstance(found, list) else []


def _elements(call: Call, found: list[Any]) -> bool:
    if call["state"] == "absent":
        # in check mode the module neither removes them nor says that it would
        if call.check:
            return False
        for node in found:
            _without(node)
        return True
    try:
        wanted = etree.fromstring(call["fragment"] or "")
    except etree.XMLSyntaxError as error:
        raise ModuleFailure(f"Failed to parse fragment as XML: {error}") from error
    changed = False
    for node in found:
        candidates = list(node) if len(node) else [node]
        if not any(_alike(wanted, each) for each in candidates):
            node.append(wanted if len(found) == 1 else etree.fromstring(call["fragment"]))
            changed = True
            call.result["msg"] += "xml added "
    return changed


def _without(node: Any) -> None:
    """Remove an element, and leave the text that follows it."""
    above, before = node.getparent(), node.getprevious()
    if above is None:
        raise ModuleFailure("the root element cannot be removed")
    if before is not None:
        before.tail = (before.tail or "") + (node.tail or "") or None
    else:
        above.text = (above.text or "") + (node.tail or "") or None
    above.remove(node)


def _alike(one: Any, other: Any) -> bool:
    return (
        _equal(etree.QName(one).localname, etree.QName(other).localname)
        and {name.casefold(): value.casefold() for name, value in one.attrib.items()}
        == {name.casefold(): value.casefold() for name, value in other.attrib.items()}
        and _equal((one.text or "").strip(), (other.text or "").strip())
        and len(one) == len(other)
        and all(_alike(*pair) for pair in zip(one, other, strict=True))
    )


def _texts(call: Call, found: list[Any]) -> bool:
    changed = False
    for node in found:
        if not _equal("".join(node.itertext()), call["fragment"]):
            for child in list(node):
                node.remove(child)
            node.text = call["fragment"]
            changed = True
    return changed


def _attributes(call: Call, found: list[Any]) -> bool:
    name, value, absent, changed = call["attribute"], call["fragment"], call["state"] == "absent", False
    for node in found:
        is_attribute = not isinstance(node, etree._Element)
        element = node.getparent() if is_attribute else node
        if absent:
            # of an element the module removes an attribute only if it is called like the element itself
            if is_attribute or etree.QName(element).localname == name:
                changed = True
                element.attrib.pop(name, None)
        elif (not is_attribute or _equal(node.attrname, name)) and not _equal(element.get(name), value):
            element.set(name, value)
            changed = True
    return changed


def _equal(one: str | None, other: str | None) -> bool:
    """Return what PowerShell's -eq does; its $null is no text, and equals none."""
    return one == other if one is None or other is None else one.casefold() == other.casefold()


MODULE = Module(
    "community.windows.win_xml",
    run,
    Rules(required_if=[("type", "attribute", ["attribute"])]),
)
