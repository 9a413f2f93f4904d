# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""System views: each declares its columns and yields its rows, which a statement that uses it then finds in a
temporary table."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from emulators.sql.engine.bind import quoted
from emulators.sql.engine.collations import clause
from emulators.sql.engine.instance import DatabaseInfo
from emulators.sql.engine.link import Link
from emulators.sql.engine.types import BIGINT, BIT, DEFAULT_COLLATION, INT, MAX, SYSNAME, SqlType, Value, nvarchar

if TYPE_CHECKING:
    from emulators.sql.tsql.session import Session

Rows: TypeAlias = Iterable[tuple[Value, ...]]
Producer: TypeAlias = Callable[["Session", DatabaseInfo, Link], Rows]


@dataclass(frozen=True)
class View:
    """A system view."""

    columns: tuple[tuple[str, SqlType], ...]
    rows: Producer


VIEWS: dict[str, View] = {}
"""By `schema.name` in lower case; those of msdb under `msdb.name`."""
SHORT = {
    "i": INT, "b": BIT, "big": BIGINT, "t": SqlType("tinyint"), "s": SqlType("smallint"), "n": SYSNAME,
    "d": SqlType("datetime"),
    "n60": nvarchar(60), "n260": nvarchar(260), "nmax": nvarchar(MAX), "c1": SqlType("char", 1),
    "c2": SqlType("char", 2),
    "c4": SqlType("char", 4), "sid": SqlType("varbinary", 85), "hash": SqlType("varbinary", 256),
    "v": SqlType("sql_variant"),
    "num": SqlType("numeric", precision=20), "g": SqlType("uniqueidentifier"), "rv": SqlType("varbinary", 64),
    "n128": SYSNAME,
    "vc": SqlType("varchar", 8000),
}  # fmt: skip
"""How the declarations of columns below write their types."""


def view(name: str, columns: str) -> Callable[[Producer], Producer]:
    """Register a view. Columns are `name:type`, the types those of `SHORT`."""
    pairs = (each.partition(":") for each in columns.split())

    def register(rows: Producer) -> Producer:
        VIEWS[name] = View(tuple((column, SHORT[kind]) for column, _unused, kind in pairs), rows)
        return rows

    return register


@functools.cache
def columns_of(key: str, collation: str) -> tuple[tuple[str, SqlType], ...]:
    """Return the columns of a view whose names are of a collation."""
    return tuple(
        (name, replace(kind, collation=collation) if kind == SYSNAME else kind) for name, kind in VIEWS[key].columns
    )


def temporary(database: DatabaseInfo, key: str) -> str:
    """Return the temporary table of a view."""
    return f'temp."{database.id}.{key}"'


def fill(session: Session, used: frozenset[tuple[int, str]]) -> None:
    """Fill the temporary tables of the views that a statement uses."""
    link = session.link
    for number, key in used:
        database = next(each for each in session.instance.state.databases if each.id == number)
        found = VIEWS[key]
        name = temporary(database, key)
        columns = ", ".join(
            f"{quoted(column)} {kind.storage}{clause(kind, DEFAULT_COLLATION) if kind.is_string else ''}"
            for column, kind in found.columns
        )
        connection = link.connection
        connection.execute(f"CREATE TABLE IF NOT EXISTS {name} ({columns})")
        connection.execute(f"DELETE FROM {name}")
        marks = ", ".join("?" * len(found.columns))
        connection.executemany(
            f"INSERT INTO {name} VALUES ({marks})", list(found.rows(session, database, session.link_to(database)))
        )
