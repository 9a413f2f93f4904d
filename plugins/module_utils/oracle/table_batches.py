# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Columns of many rows turned into values at once: far faster than value by value, and equal to it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.table_columns import (
    CHARACTERS,
    LARGE,
    PADDED,
    Column,
    Converter,
    NotAValue,
)

_REMEMBERED = 4096
"""Texts of a column whose values are remembered: dates and rates repeat."""

ColumnConverter = Callable[[Sequence[str]], Sequence[Any]]


def column_converter(column: Column, converter: Converter, nulls: Collection[str]) -> ColumnConverter:
    """Return what makes the values of a whole column.

    Args:
        column: the column.
        converter: what makes one value of it.
        nulls: texts that mean NULL.

    Raises (what is returned):
        NotAValue: one of the texts is none; which, is for the converter of single values to say.
    """
    filled = _filled(column, converter)
    absent = frozenset(nulls)

    def convert(texts: Sequence[str]) -> Sequence[Any]:
        if absent.isdisjoint(texts):
            return filled(texts)
        if not column.nullable:
            raise NotAValue
        values = iter(filled([text for text in texts if text not in absent]))
        return [None if text in absent else next(values) for text in texts]

    return convert


def _filled(column: Column, converter: Converter) -> ColumnConverter:
    """Return what makes values of texts that are there."""
    if column.family in LARGE:
        return lambda texts: texts
    if column.family in CHARACTERS and column.family not in PADDED:
        # no character takes more than four octets
        safe = column.length if column.in_characters else column.length // 4

        def texts_of(texts: Sequence[str]) -> Sequence[Any]:
            return texts if max(map(len, texts), default=0) <= safe else list(map(converter, texts))

        return texts_of
    remembering = lru_cache(_REMEMBERED)(converter)
    if column.family == "NUMBER" and column.precision is not None and not column.scale:
        limit = 10**column.precision

        def numbers_of(texts: Sequence[str]) -> Sequence[Any]:
            together = "".join(texts)
            if together.isascii() and together.isdigit() and "" not in texts:
                values = list(map(int, texts))
                if max(values) < limit:
                    return values
            return list(map(converter, texts))

        return numbers_of
    return lambda texts: list(map(remembering, texts))
