# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets in files: the placeholders that stand for them in a bundle, and how one in clear is recognised.

A placeholder, `@@secret:NAME@@`, needs no escaping in any kind of file. A secret in clear is recognised by what its
value is called (`SmtpPassword`), as a password in a connection string or in a URL, and as a private key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle import connection_string
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.document import Document
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.line_documents import TextDocument
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.values import Value

PLACEHOLDER = re.compile(r"@@secret:([a-z][a-z0-9_]*)@@")
MASK = "********"

_WORDS = (
    r"pass(?:word|wd|phrase|code)|pwd|secret|(?<!publickey)token|credentials?|(?:api|access|account|private|shared|signing|encryption"
    r"|master|subscription|storage)[-_. ]?(?:access[-_. ]?)?key|validationKey|decryptionKey"
)
_NAME = re.compile(rf".*(?:{_WORDS})s?(?:[-_. ]?(?:value|text|\d+))?", re.IGNORECASE | re.DOTALL)
_NO_SECRETS = re.compile(r".*cancellationToken", re.IGNORECASE)
_HARMLESS = re.compile(
    r"|true|false|null|none|yes|no|AutoGenerate.*|\*+|x{3,}"
    r"|\$\{[\w.:-]+\}|#\{[\w.: -]+\}|\$\([\w.]+\)|\{\{[^{}]*\}\}",  # other tools' placeholders
    re.IGNORECASE,
)
_URL = re.compile(r"[a-z][a-z0-9+.-]{0,20}://[^\s/?#:@\"']*:(?P<secret>[^\s/@\"']+)@", re.IGNORECASE)
_SIGNATURE = re.compile(r"[?&](?:sig|api[-_]?key|token|password|client_secret)=(?P<secret>[^&\s\"';<]+)", re.IGNORECASE)
_JDBC = re.compile(r"jdbc:oracle:\w+:[^/@\s]+/(?P<secret>[^@\s]+)@", re.IGNORECASE)
_KEY = re.compile(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----(?P<secret>.+?)(?=-----END|\Z)", re.DOTALL)
_ARGUMENT = re.compile(rf"(?:{_WORDS})\s*=\s*(?P<secret>(?:\"[^\"]*\"|'[^']*'|\S)+)", re.IGNORECASE)
"""One word of a command line, quotes included."""
_ASSIGNED = re.compile(rf"(?:{_WORDS})[\"']?(?:\s*[=:]|\s+value\s*=|>)[ \t]*(?=(?P<secret>[^\r\n]+))", re.IGNORECASE)
"""The rest of the line: where a text has no structure, nobody can say where in it a password ends. It is looked ahead
at, so that a second one in the same line is found too."""
_KEY_FILES = frozenset((".pfx", ".p12", ".key", ".snk", ".jks", ".kdbx", ".ppk", ".pvk"))


@dataclass(frozen=True)
class Leaf:
    """A value that is no connection string, or a value in one."""

    label: str
    name: str
    value: Value


def placeholder(name: str) -> str:
    """Return what stands for a secret in a bundle."""
    return f"@@secret:{name}@@"


def leaves(document: Document) -> Iterator[Leaf]:
    """Yield all values of a file, those of connection strings one by one."""
    running = isinstance(document, TextDocument)
    for entry in document.entries():
        leaf = Leaf(entry.label, entry.name, entry.value)
        yield from [leaf] if running else _parts(leaf)


def _parts(leaf: Leaf) -> Iterator[Leaf]:
    pairs = connection_string.pairs(leaf.value) if leaf.value.type == "string" else []
    if not pairs:
        yield leaf
    for pair in pairs:
        yield from _parts(Leaf(f"{leaf.label}[{pair.keyword}]", pair.keyword, pair.value))


def in_clear(leaf: Leaf) -> list[Value]:
    """Return the secrets that a value shows: itself, or parts of it."""
    if not leaf.name:
        return in_running_text(leaf.value)
    text = leaf.value.text
    if _NAME.fullmatch(leaf.name) and not _NO_SECRETS.fullmatch(leaf.name):
        if _HARMLESS.fullmatch(text.strip()) or PLACEHOLDER.fullmatch(text):
            return []
        return [leaf.value]
    return _matches(leaf.value, _KEY, _URL, _JDBC, _SIGNATURE, _ARGUMENT) if leaf.value.type == "string" else []


def in_running_text(value: Value) -> list[Value]:
    """Return the secrets in a text that is not made of names and values: a line, a comment."""
    return _matches(value, _KEY, _URL, _JDBC, _SIGNATURE, _ASSIGNED)


def in_document(document: Document) -> list[tuple[str, Value]]:
    """Return all secrets that a file shows, each with where it stands. None comes twice."""
    text = document.source.text
    found: list[tuple[str, Value]] = []
    for leaf in leaves(document):
        found += [(leaf.label or _line(text, value), value) for value in in_clear(leaf)]
    for aside in document.asides():
        found += [(f"comment, {_line(text, value)}", value) for value in in_running_text(aside)]
    # private keys go over several lines, which no single line shows
    for match in _KEY.finditer(text):
        if not any(value.start < match.end() and match.start() < value.end for _label, value in found):
            whole = Value(match["secret"], range(match.start("secret"), match.end("secret") + 1), str)
            found.append((_line(text, whole), whole))
    return found


def is_key_file(path: str, content: bytes) -> bool:
    """Return whether a file that is no text holds keys, as its name or its content tells."""
    return PurePosixPath(path).suffix.casefold() in _KEY_FILES or b"PRIVATE KEY-----" in content


def _matches(value: Value, *patterns: re.Pattern[str]) -> list[Value]:
    """Return what the patterns call secret; what overlaps is one."""
    spans: list[tuple[int, int]] = []
    text = PLACEHOLDER.sub(lambda match: "\0" * len(match[0]), value.text)
    for pattern in patterns:
        for match in pattern.finditer(text):
            told = match["secret"].strip()
            if not _HARMLESS.fullmatch(told) and not told.startswith("\0"):
                start = match.start("secret")
                spans.append((start, start + len(match["secret"].rstrip())))
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return [value.part(start, end) for start, end in merged]


def _line(text: str, value: Value) -> str:
    return f"line {text.count(chr(10), 0, value.start) + 1}"
