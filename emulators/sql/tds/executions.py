# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The executions of one prepared statement that a request holds together, read as rows."""

from __future__ import annotations

from typing import cast

from emulators.sql.engine.convert import converter
from emulators.sql.engine.types import SqlType, Value
from emulators.sql.tds.parameters import info_size, reader


class Rows(list[tuple[Value, ...]]):
    """Rows of parameters, all of the same types."""

    types: tuple[SqlType, ...] = ()


def executions(data: bytes, at: int, handle: int) -> tuple[Rows, int]:
    """Return the parameters of consecutive executions of one statement, and the position after them.

    A driver declares the same types in each, so what one declared is looked for in the next before it is parsed.
    """
    found, heads = Rows(), None
    size = len(data)
    prefix = data[_call_start(data, at) : at]
    while True:
        row, start = [], at
        if heads is None:
            heads = []
            while at < size and data[at] not in (0xFF, 0x80):
                length = 2 + 2 * data[at]
                info = info_size(data, at + length)
                head = data[at : at + length + info]
                kind, read = reader(head[length:])
                heads.append((head, len(head), read, kind))
                value, at = read(data, at + len(head))
                row.append(value)
            found.types = tuple(each[3] for each in heads)
        else:
            same = True
            for head, length, read, _kind in heads:
                if data[at : at + length] != head:
                    same = False
                    break
                value, at = read(data, at + length)
                row.append(value)
            if not same:
                return found, start - len(prefix)
        found.append(tuple(row))
        if at >= size:
            return found, at
        at += 1
        if data[at : at + len(prefix)] != prefix:
            return found, at
        at += len(prefix)


def converted(found: Rows, declared: list[SqlType]) -> list[tuple[Value, ...]]:
    """Return rows with their values brought to the declared types. Raises SqlError."""
    changes = [converter(kind, target) for kind, target in zip(found.types, declared, strict=True)]
    if not any(changes):
        return found
    return [
        tuple(
            change(value) if change and value is not None else value for change, value in zip(changes, row, strict=True)
        )
        for row in found
    ]


def _call_start(data: bytes, at: int) -> int:
    """Return where the call starts whose first parameter, the handle, ends there: name, flags and handle are of
    known sizes."""
    return at - (4 + 2 + 2 + 2 + 1 + 4)


def read_handle(data: bytes, at: int) -> tuple[int, int]:
    """Return the handle that a call of sp_execute begins with, and the position after it."""
    length = 2 + 2 * data[at]
    info = info_size(data, at + length)
    _kind, read = reader(data[at + length : at + length + info])
    value, at = read(data, at + length + info)
    return cast(int, value), at
