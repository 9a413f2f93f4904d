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
_FIELD = 2**24
"""Characters of a field, at most."""

Record = tuple[int, list[str]]


def records(path: Path, *, encoding: str, delimiter: str) -> Iterator[Record]:
    """Yield each record with its line. The first is the header. Blank lines are no records.

    Raises:
        Problem: the file cannot be read, is not in this encoding, or its quotes do not match; the line is named.
    """
    csv.field_size_limit(_FIELD)
    line = 1
    # a byte-order mark of UTF-8 is left out, if there is one
    codec = "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding
    try:
        with path.open(encoding=codec, newline="") as file:
            reader = csv.reader(file, delimiter=delimiter, strict=True)
            for record in reader:
                if record:
                    yield line, record
                line = reader.line_num + 1
    except csv.Error as error:
        raise Problem(
            f"the file is no CSV: {error}",
            where=f"{path} line {line}",
            remedy="Look at the quotes there: one that is data is doubled, in a field that is quoted.",
        ) from None
    except UnicodeError as error:
        raise Problem(
            f"the file is not in the encoding {encoding}",
            where=f"{path}{_line_of(path, encoding)}",
            found=str(error),
            remedy="State the encoding in which it was written, or have it exported in this one.",
        ) from None
    except OSError as error:
        raise Problem(
            f"the file cannot be read: {error.strerror}", where=str(path), remedy="Give the path of a file."
        ) from None


def _line_of(path: Path, encoding: str) -> str:
    """Return the line that cannot be decoded, as a message says it: the file is read in parts larger than a line."""
    if codecs.lookup(encoding).name.startswith(_WIDE):
        return ""
    with path.open("rb") as file:
        for number, octets in enumerate(file, start=1):
            try:
                octets.decode(encoding)
            except UnicodeError:
                return f" line {number}"
    return ""
