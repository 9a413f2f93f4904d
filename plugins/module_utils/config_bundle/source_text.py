# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bytes of a file as text and back, with its encoding and byte order mark as they were."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins with UTF-16's, so it is looked for first
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARATION = re.compile(rb"""<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]*)["']""")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
WINDOWS_ENCODING = "cp1252"
"""What Windows programs in western Europe write where they do not write Unicode."""


@dataclass(frozen=True)
class SourceText:
    """A file's text, and how it was encoded."""

    text: str
    encoding: str
    mark: bytes = b""

    def holds(self, text: str) -> bool:
        """Return whether the encoding has all characters of a text."""
        try:
            text.encode(self.encoding)
        except UnicodeEncodeError:
            return False
        return True

    def encode(self, text: str) -> bytes:
        """Return another text in the same encoding, with the same mark.

        Raises:
            Problem: it has a character that the encoding has not. The message does not name it; it may be a secret's.
        """
        try:
            return self.mark + text.encode(self.encoding)
        except UnicodeEncodeError:
            raise Problem(
                "a value has a character that the file's encoding has not",
                expected=f"characters of {self.encoding}",
                remedy="Choose a value without it, or have the file saved as UTF-8 where it comes from.",
            ) from None


def decode(content: bytes, *, xml: bool = False) -> SourceText:
    """Return a file's text.

    Args:
        content: of the file.
        xml: whether it names its encoding itself, as XML does.

    Raises:
        Problem: it is not in the encoding that it says, or that would not give the same bytes back.
    """
    mark, encoding = next(((mark, name) for mark, name in _MARKS if content.startswith(mark)), (b"", ""))
    body = content[len(mark) :]
    if not encoding:
        encoding = _declared(body) if xml else "utf-8"
    try:
        text = body.decode(encoding)
        same = text.encode(encoding) == body
    except (UnicodeError, LookupError) as error:
        raise _unreadable(encoding, type(error).__name__) from None
    if not same:
        raise _unreadable(encoding, "bytes that have more than one form")
    return SourceText(text, encoding, mark)


def decode_text(content: bytes) -> SourceText | None:
    """Return a file's text if it is one: Unicode, or else the usual encoding of Windows. None if it is binary."""
    try:
        source = decode(content)
    except Problem:
        try:
            source = SourceText(content.decode(WINDOWS_ENCODING), WINDOWS_ENCODING)
        except UnicodeDecodeError:
            return None
    return None if _CONTROLS.search(source.text) else source


def _declared(body: bytes) -> str:
    """Return the encoding of XML that has no mark: by its first characters, its declaration, or the standard's."""
    for beginning, encoding in ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be")):
        if body.startswith(beginning):
            return encoding
    declaration = _DECLARATION.match(body)
    return declaration[1].decode().lower() if declaration else "utf-8"


def _unreadable(encoding: str, found: str) -> Problem:
    return Problem(
        "it cannot be read as text",
        expected=f"{encoding}, as its first bytes say",
        found=found,
        remedy="Save it again in the encoding that it declares, or declare its kind to be binary.",
    )
