# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How two versions of a file differ, for people: by what their values say, secrets masked.

XML, JSON, INI and properties become one line for each value, `place = value`, so that layout, quotes and comments do
not count; texts stay lines. The version to come is shown with its placeholders. In the version that is there, a value
that equals the secret is shown as its placeholder too, another one as a mask; and so is whatever else looks like a
secret.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.document import Document
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.documents import kind_of, open_document
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.secrets import (
    MASK,
    PLACEHOLDER,
    Leaf,
    in_clear,
    in_document,
    leaves,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.values import Edit, edited
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

_ONLY_LAYOUT = "(the values are the same; layout, comments or encoding differ)"


def lines(document: Document) -> list[str]:
    """Return what a file with placeholders says, a line for each value."""
    if "pattern" in document.selectors:
        return [_one_line(line) for line in document.source.text.splitlines()]
    return [*(_line(leaf, leaf.value.text) for leaf in leaves(document)), *_sections(document)]


def compared(kind: str, before: bytes, after: Document, secrets: Mapping[str, str]) -> tuple[str, str]:
    """Return both versions of a file as texts to compare.

    Args:
        kind: of the file.
        before: the content that is there.
        after: the version to come, with placeholders.
        secrets: by name.
    """
    coming = lines(after)
    try:
        document = open_document("", before, kind)
    except Problem:
        document = None
    if document is None:
        return _unread(before), "\n".join(coming)
    present = _masked_lines(document, coming, secrets)
    if present == coming:
        return "", _ONLY_LAYOUT
    return "\n".join(present), "\n".join(coming)


def masked(path: str, content: bytes, secrets: Mapping[str, str]) -> str:
    """Return a file that is there as a text, secrets masked."""
    kind = kind_of(path, content, {})
    try:
        document = open_document(path, content, kind)
    except Problem:
        return _unread(content)
    return summary(content) if document is None else "\n".join(_masked_lines(document, [], secrets))


def summary(content: bytes) -> str:
    """Return what can be said of a binary file."""
    return f"({len(content)} bytes, SHA-256 {hashlib.sha256(content).hexdigest()})"


def _unread(content: bytes) -> str:
    """Return what can be said of a file that is not of its kind. A digest of it could tell a secret to who guesses."""
    return f"({len(content)} bytes that cannot be read as this kind of file)"


def _masked_lines(document: Document, coming: list[str], secrets: Mapping[str, str]) -> list[str]:
    """Return what the file that is there says, without its secrets."""
    patterns = [_pattern(line) for line in coming if PLACEHOLDER.search(line)]
    if "pattern" in document.selectors:
        edits = [Edit(value.start, value.end, MASK) for _label, value in in_document(document)]
        masked = edited(document.source.text, edits).splitlines()
        clear = document.source.text.splitlines()
        if len(masked) != len(clear):  # a key over several lines has become one
            clear = masked
        pairs = [(_one_line(line), _one_line(other)) for line, other in zip(clear, masked, strict=True)]
    else:
        pairs = [(_line(leaf, leaf.value.text), _line(leaf, _masked(leaf))) for leaf in leaves(document)]
        pairs += [(section, section) for section in _sections(document)]
    return [_shown(clear, masked, patterns, secrets) for clear, masked in pairs]


def _shown(
    clear: str, masked: str, patterns: list[tuple[re.Pattern[str], list[str], str]], secrets: Mapping[str, str]
) -> str:
    """Return a line that is there: as the one to come, if it says the same; else with masks."""
    for pattern, names, line in patterns:
        match = pattern.fullmatch(clear)
        if match:
            if all(
                _one_line(secrets.get(name, "")) == found for name, found in zip(names, match.groups(), strict=True)
            ):
                return line
            return _without(PLACEHOLDER.sub(MASK, line), secrets)
    return _without(masked, secrets)


def _without(line: str, secrets: Mapping[str, str]) -> str:
    for secret in sorted(secrets.values(), key=len, reverse=True):
        for written in {secret, _one_line(secret)} - {""}:
            line = line.replace(written, MASK)
    return line


def _pattern(line: str) -> tuple[re.Pattern[str], list[str], str]:
    """Return what matches a line with anything in the place of its placeholders, their names, and the line."""
    pieces = PLACEHOLDER.split(line)
    return re.compile("(.*)".join(map(re.escape, pieces[::2]))), pieces[1::2], line


def _masked(leaf: Leaf) -> str:
    text = leaf.value.text
    values = in_clear(leaf)
    if any(value.text == text for value in values):
        return MASK
    for value in values:
        text = text.replace(value.text, MASK)
    return text


def _sections(document: Document) -> list[str]:
    return [f"{each.label} = (encrypted by Windows, {each.provider})" for each in document.protected()]


def _line(leaf: Leaf, text: str) -> str:
    return f"{leaf.label} = {_one_line(text)}"


def _one_line(text: str) -> str:
    """Return a value on one line, so that its line ends are not taken for those between values."""
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
