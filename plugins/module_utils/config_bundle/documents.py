# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kinds of files: declared, or told by the name and then by the content. None is found out by trying parsers."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle import line_documents
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.document import Document
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.json_document import JsonDocument
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.source_text import (
    SourceText,
    decode,
    decode_text,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.xml_document import XmlDocument
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

BINARY = "binary"
_CLASSES: dict[str, type[Document]] = {
    "xml": XmlDocument,
    "json": JsonDocument,
    "ini": line_documents.IniDocument,
    "properties": line_documents.PropertiesDocument,
    "text": line_documents.TextDocument,
}
KINDS = (*_CLASSES, BINARY)
_BY_SUFFIX = {
    ".config": "xml",
    ".xml": "xml",
    ".json": "json",
    ".ini": "ini",
    ".properties": "properties",
}


def kind_of(path: str, content: bytes, declared: Mapping[str, str]) -> str:
    """Return the kind of a file.

    Args:
        path: in the bundle.
        content: of the file.
        declared: kinds by patterns of paths; the first that matches counts.
    """
    for pattern, of_pattern in declared.items():
        if fnmatchcase(path.casefold(), pattern.casefold()):
            return of_pattern
    kind = _BY_SUFFIX.get(PurePosixPath(path).suffix.casefold())
    return kind or (BINARY if decode_text(content) is None else "text")


def open_document(path: str, content: bytes, kind: str) -> Document | None:
    """Return a file, understood as its kind; None if it is binary.

    Raises:
        Problem: it is not of that kind.
    """
    if kind == BINARY:
        return None
    try:
        return _CLASSES[kind](_source(content, kind))
    except Problem as problem:
        raise within(problem, path) from None


def reopened(document: Document, text: str) -> Document:
    """Return the same file with another text. Raises Problem if it is not of its kind any more."""
    return type(document)(SourceText(text, document.source.encoding, document.source.mark))


def within(problem: Problem, where: str) -> Problem:
    """Return the same problem with where it is: the file, what is declared."""
    place = f"{where}, {problem.where}" if problem.where else where
    return Problem(problem.what, where=place, expected=problem.expected, found=problem.found, remedy=problem.remedy)


def _source(content: bytes, kind: str) -> SourceText:
    if kind in ("xml", "json"):
        return decode(content, xml=kind == "xml")
    source = decode_text(content)
    if source is None:
        raise Problem(
            f"it is declared to be {kind}, and is no text",
            expected="UTF-8, UTF-16 with a byte order mark, or Windows-1252, without control characters",
            remedy="Declare its kind to be binary.",
        )
    return source
