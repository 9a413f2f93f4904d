# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A row as a line of text that keeps each value's type: what artefacts consist of. Pure."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_shapes import Column, Row

_OCTETS = ("binary", "varbinary", "image", "hierarchyid", "geometry", "geography")


class Codec:
    """Writes rows of some columns as JSON arrays in ASCII: octets in base64, other values as JSON's own, which loses
    nothing of an integer, a text or a float (its shortest form that reads back the same)."""

    def __init__(self, columns: Sequence[Column]) -> None:
        """Find the columns whose values JSON has no form for."""
        self._octets = [place for place, each in enumerate(columns) if each.type in _OCTETS]
        self._width = len(columns)

    def line(self, row: Row) -> bytes:
        """Return a row as a line, without its end."""
        values = list(row)
        for place in self._octets:
            if values[place] is not None:
                values[place] = base64.b64encode(values[place]).decode("ascii")
        return json.dumps(values, separators=(",", ":"), allow_nan=False).encode("ascii")

    def row(self, line: bytes) -> Row:
        """Return the row that a line holds.

        Raises:
            ValueError: it is no such line.
        """
        values = json.loads(line)
        if not isinstance(values, list) or len(values) != self._width:
            raise ValueError("a line that is no row of this table")
        try:
            for place in self._octets:
                if values[place] is not None:
                    values[place] = base64.b64decode(values[place], validate=True)
        except TypeError as error:
            raise ValueError(f"a value that is not of its column's type: {error}") from None
        return tuple(values)
