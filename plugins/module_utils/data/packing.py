# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows as octets, as one process of this module hands them to another one. Pure.

The same octets are the same rows: nobody has to make values of them again to know that two batches are equal.
"""

from __future__ import annotations

import io
import operator
import pickle
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice, repeat
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.columns import Unreadable

Row = tuple[Any, ...]

_EQUALS_NOTHING = Unreadable.__name__.encode()
"""Is in the octets of each batch that has a value which equals nothing, itself included."""


@dataclass(frozen=True)
class Packed:
    """A batch of rows."""

    count: int
    """How many."""
    octets: bytes
    ends: tuple[Row, Row] | None = None
    """The first key and the last, if somebody has found that the rows are in their order, each key once and whole."""

    def rows(self) -> list[Row]:
        """Return the rows."""
        return list(pickle.loads(self.octets))  # noqa: S301 - written by a process that this one has started

    def surely_equals(self, other: Packed) -> bool:
        """Return whether all rows are known to be equal. Where they are not, values have to be looked at."""
        return self.octets == other.octets and _EQUALS_NOTHING not in self.octets


def ascending(keys: Sequence[Row]) -> bool:
    """Return whether keys are in their order, each once, with no value missing. Raises TypeError if they have none."""
    return not any(map(operator.contains, keys, repeat(None))) and all(map(operator.lt, keys, islice(keys, 1, None)))


def packed(rows: Sequence[Row], width: int | None = None) -> Packed:
    """Return rows as octets.

    Args:
        rows: they.
        width: how many columns their key has, if it shall be looked at whether they are in its order.
    """
    ends = None
    if rows and width is not None:
        keys = list(map(operator.itemgetter(slice(width)), rows))
        with suppress(TypeError):  # whoever compares them says so
            ends = (keys[0], keys[-1]) if ascending(keys) else None
    file = io.BytesIO()
    pickler = pickle.Pickler(file, pickle.HIGHEST_PROTOCOL)
    # each value is written out: by default octets say which values are one object, and drivers differ in that
    pickler.fast = True
    pickler.dump(list(rows))
    return Packed(len(rows), file.getvalue(), ends)
