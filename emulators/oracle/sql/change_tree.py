# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes of rows as trees."""

from __future__ import annotations

import typing
from dataclasses import dataclass

from emulators.oracle.sql.tree import Expression, Query, Source, Table


@dataclass(frozen=True)
class Default:
    """DEFAULT as a value of INSERT or UPDATE."""


@dataclass(frozen=True)
class Insert:
    """INSERT of one row or of a query's."""

    table: Table
    columns: tuple[str, ...]
    values: tuple[Expression | Default, ...] = ()
    query: Query | None = None


@dataclass(frozen=True)
class Update:
    """UPDATE."""

    table: Table
    changes: tuple[tuple[str, Expression | Default], ...]
    where: Expression | None = None


@dataclass(frozen=True)
class Delete:
    """DELETE."""

    table: Table
    where: Expression | None = None


@dataclass(frozen=True)
class Merge:
    """MERGE."""

    table: Table
    source: Source
    on: Expression
    changes: tuple[tuple[str, Expression | Default], ...] = ()
    change_where: Expression | None = None
    columns: tuple[str, ...] = ()
    values: tuple[Expression | Default, ...] = ()
    insert_where: Expression | None = None


RowChange: typing.TypeAlias = Insert | Update | Delete | Merge
