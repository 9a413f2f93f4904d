# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Records of a CSV file (RFC 4180), each with the line at which it begins. Streamed; whatever is in them is data."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

_WIDE = ("utf-16", "utf-32")
_BOMS = {"utf-8": codecs.BOM_UTF8}
_FIELD = 2**24
"""Characters of a field, at most."""

Record = tuple[int, list[str]]


def records(path: Path, *, encoding: str, delimiter: str) -> Iterator[Record]:
    """Yield each record with its line. The first is the header. Blank lines are no records.

    Raises:
        Problem: the file cannot be read, is not in this encoding, or its quotes do not match; the line is named.
    """
    lines = _Lines(path, encoding)
    csv.field_size_limit(_FIELD)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Problem(
                f"the file is no CSV: {error}",
                where=f"{path} line {line}",
                remedy="Look at the quotes there: one that is data is doubled, in a field that is quoted.",
            ) from None
        if record:
            yield line, record


class _Lines(Iterator[str]):
    """The lines of a file, decoded one by one, so that what is wrong has a line."""

    def __init__(self, path: Path, encoding: str) -> None:
        self._path, self._encoding = path, encoding
        self._number = 0
        self._lines = self._open()

    def __next__(self) -> str:
        return next(self._lines)

    def _open(self) -> Iterator[str]:
        try:
            if codecs.lookup(self._encoding).name.startswith(_WIDE):
                with self._path.open(encoding=self._encoding, newline="") as text:
                    for line in text:
                        self._number += 1
                        yield line
                return
            with self._path.open("rb") as file:
                for octets in file:
                    self._number += 1
                    yield self._without_bom(octets).decode(self._encoding)
        except UnicodeError as error:
            raise Problem(
                f"the file is not in the encoding {self._encoding}",
                where=f"{self._path} line {self._number}",
                found=str(error),
                remedy="State the encoding in which it was written, or have it exported in this one.",
            ) from None
        except OSError as error:
            raise Problem(
                f"the file cannot be read: {error.strerror}", where=str(self._path), remedy="Give the path of a file."
            ) from None

    def _without_bom(self, octets: bytes) -> bytes:
        if self._number == 1 and codecs.lookup(self._encoding).name in _BOMS:
            return octets.removeprefix(codecs.BOM_UTF8)
        return octets
