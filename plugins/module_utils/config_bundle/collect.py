# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files of an environment made into the content of a bundle: secrets out, placeholders in. Touches nothing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.content import (
    KEY_FILE,
    PROTECTED,
    SECRET_IN_CLEAR,
    BundleFile,
    Content,
    Finding,
    check_paths,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.document import Document
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.documents import (
    kind_of,
    open_document,
    reopened,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.line_documents import TextDocument
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.place import Place, Setting
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.secrets import (
    PLACEHOLDER,
    in_document,
    is_key_file,
    placeholder,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.source_text import decode_text
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.transform import changed, located
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.values import Edit, Value, edited
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

_SHORTEST = 8
_CLASSES = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^A-Za-z0-9]")
REMOVED = "(removed)"
"""Stands for a secret in a comment, which nobody has to fill in."""


@dataclass(frozen=True)
class Rules:
    """How files are collected."""

    kinds: Mapping[str, str] = field(default_factory=dict)
    secrets: Sequence[Setting] = ()
    """Places of secrets."""
    not_secret: Sequence[Place] = ()
    """Places that look like those of secrets and are none."""


def collect(files: Mapping[str, bytes], rules: Rules) -> Content:
    """Return the content of a bundle.

    Args:
        files: contents by path.
        rules: what to know about them.

    Raises:
        Problem: a file is not of its kind, a place is not there as often as declared, or placeholders are there
            already. Nothing was touched.
    """
    check_paths(files)
    declared = [*(each.place for each in rules.secrets), *rules.not_secret]
    for place in declared:
        if place.file not in files:
            raise Problem(
                "there is no such file in the source", where=f"{place.file}, {place}", remedy="Correct the entry."
            )
    findings: list[Finding] = []
    known: dict[str, str] = {}
    documents: dict[str, Document] = {}
    binaries: dict[str, bytes] = {}
    kinds = {path: kind_of(path, files[path], rules.kinds) for path in sorted(files)}
    for path, kind in kinds.items():
        document = open_document(path, files[path], kind)
        if document is None:
            binaries[path] = files[path]
            continue
        _refuse_placeholders(path, document)
        settings = [each for each in rules.secrets if each.place.file == path]
        for setting in settings:
            known |= {value.text: setting.secret for value in located(document, setting.place) if value.text}
        documents[path] = changed(document, settings)
    for path, document in documents.items():
        findings += [
            Finding(PROTECTED, path, each.label, f"encrypted by Windows ({each.provider})")
            for each in document.protected()
        ]
        accepted = [each for each in rules.not_secret if each.file == path]
        documents[path] = _cleared(path, document, accepted, known, findings)
    distinct = {value: name for value, name in known.items() if _is_distinct(value)}
    result: dict[str, BundleFile] = {}
    for path, kind in kinds.items():
        if path in documents:
            document = _without_copies(path, documents[path], distinct, findings)
            result[path] = BundleFile(path, kind, document.source.encode(document.source.text))
        elif reason := _keeps_secret(path, binaries[path], distinct):
            findings.append(Finding(KEY_FILE, path, "the whole file", f"left out: {reason}"))
        else:
            result[path] = BundleFile(path, kind, binaries[path])
    return Content(result, tuple(sorted(findings, key=lambda each: (each.file, each.kind, each.place))))


def _refuse_placeholders(path: str, document: Document) -> None:
    found = PLACEHOLDER.search(document.source.text)
    if found:
        line = document.source.text.count("\n", 0, found.start()) + 1
        raise Problem(
            "the source has a placeholder of a bundle in it: it was deployed without its secrets, or is no source",
            where=f"{path}, line {line}",
            found=found[0],
            remedy="Put the secret in its place in the source.",
        )


def _cleared(
    path: str, document: Document, accepted: Sequence[Place], known: dict[str, str], findings: list[Finding]
) -> Document:
    """Return a file without the secrets in clear that nobody has declared; each becomes a finding."""
    fine = [value for place in accepted for value in located(document, place)]
    edits = []
    for label, value in in_document(document):
        if any(each.start <= value.start and value.end <= each.end for each in fine):
            continue
        aside = label.startswith("comment")
        name = "" if aside else known.get(value.text) or _name_of(path, label)
        if not aside:
            known.setdefault(value.text, name)
        what = "a comment shows a secret; it was removed" if aside else "a secret in clear that is not declared"
        findings.append(Finding(SECRET_IN_CLEAR, path, label, what, name))
        edits.append(_edit(value, REMOVED if aside else placeholder(name)))
    return reopened(document, edited(document.source.text, edits)) if edits else document


def _without_copies(path: str, document: Document, known: Mapping[str, str], findings: list[Finding]) -> Document:
    """Return a file without further copies of secrets that were found by their places: in paths, arguments, texts."""
    text, edits = document.source.text, []
    values = [entry.value for entry in document.entries()]
    for aside, value in [*((False, each) for each in values), *((True, each) for each in document.asides())]:
        taken: list[tuple[int, int]] = []
        for secret, name in sorted(known.items(), key=lambda each: -len(each[0])):
            pattern = rf"(?<![A-Za-z0-9]){re.escape(secret)}(?![A-Za-z0-9])"
            for match in re.finditer(pattern, value.text):
                if any(start < match.end() and match.start() < end for start, end in taken):
                    continue
                taken.append(match.span())
                copy = value.part(*match.span())
                line = f"line {text.count(chr(10), 0, copy.start) + 1}"
                what, of = f"a copy of the secret {name}", "" if aside else name
                findings.append(Finding(SECRET_IN_CLEAR, path, line, what, of))
                edits.append(_edit(copy, REMOVED if aside else placeholder(name)))
    return reopened(document, edited(text, edits)) if edits else document


def _keeps_secret(path: str, content: bytes, known: Mapping[str, str]) -> str:
    """Return why a binary file must not be carried over; empty if it may."""
    if is_key_file(path, content):
        return "it holds keys"
    source = decode_text(content)
    if source is not None and in_document(TextDocument(source)):
        return "it is declared to be binary, and shows a secret in clear"
    for secret, name in known.items():
        if any(secret.encode(encoding) in content for encoding in ("utf-8", "utf-16-le")):
            return f"it holds the secret {name}"
    return ""


def _edit(value: Value, text: str) -> Edit:
    """Return what puts a text that needs no escaping in the place of a value."""
    return Edit(value.start, value.end, text if value.type == "string" else value.write(text))


def _name_of(path: str, label: str) -> str:
    """Return a name for a secret that has none: the same wherever and in whatever order files are collected."""
    return f"found_{hashlib.sha256(f'{path} {label}'.encode()).hexdigest()[:8]}"


def _is_distinct(secret: str) -> bool:
    """Return whether a secret is so unlike other words that a copy of it can be told from a coincidence."""
    return len(secret) >= _SHORTEST and sum(re.search(each, secret) is not None for each in _CLASSES) > 1
