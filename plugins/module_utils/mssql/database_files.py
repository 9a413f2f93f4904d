# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files of a database, as statements name them, and what changes of them. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.database_state import (
    UNLIMITED,
    DatabaseFile,
    DatabaseState,
    Declaration,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.session import Statement, Text, quoted
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Change


@dataclass(frozen=True)
class DatabaseChange(Change):
    """A change with the statement that makes it."""

    statement: Statement = ()


def comparable_path(path: str) -> str:
    """Return a path so that two that mean the same file are equal: Windows does not mind cases and slashes."""
    return path if path.startswith("/") else path.replace("/", "\\").casefold()


def file_clause(file: DatabaseFile) -> Statement:
    """Return the file in parentheses, as CREATE and ALTER DATABASE want it."""
    parts: list[str | Text] = [f"(NAME = {quoted(file.name)}, FILENAME = ", Text(file.path)]
    return [*parts, *(f", {each}" for each in _sizes(file)), ")"]


def _sizes(file: DatabaseFile) -> Iterator[str]:
    if file.max_size_mb is not None:
        yield "MAXSIZE = UNLIMITED" if file.max_size_mb == UNLIMITED else f"MAXSIZE = {file.max_size_mb:.0f}MB"
    if file.size_mb is not None:
        yield f"SIZE = {file.size_mb:.0f}MB"
    if file.growth_mb is not None:
        yield f"FILEGROWTH = {file.growth_mb:.0f}MB"
    if file.growth_percent is not None:
        yield f"FILEGROWTH = {file.growth_percent}%"


def file_changes(declared: Declaration, present: DatabaseState, where: str, alter: str) -> Iterator[DatabaseChange]:
    """Yield the files to add, and those of which a size differs. A file that has grown is as declared."""
    files = {each.name.casefold(): each for each in present.files}
    for file in declared.files:
        old = files.get(file.name.casefold())
        item = f"{where} file {file.name}"
        if old is None:
            words = "ADD LOG FILE" if file.type == "log" else "ADD FILE"
            yield DatabaseChange(item, "create", None, file.as_dict(), [f"{alter} {words} ", *file_clause(file)])
            continue
        grows = file.size_mb is not None and (old.size_mb is None or file.size_mb > old.size_mb)
        growth = (file.growth_mb, file.growth_percent)
        differs = DatabaseFile(
            file.name,
            file.type,
            file.path,
            file.size_mb if grows else None,
            file.max_size_mb if file.max_size_mb != old.max_size_mb else None,
            *(growth if growth not in ((None, None), (old.growth_mb, old.growth_percent)) else (None, None)),
        )
        sizes = list(_sizes(differs))
        if sizes:
            after = {**old.as_dict(), **differs.as_dict(), "path": old.path, "name": old.name}
            if differs.growth_mb is not None:
                after.pop("growth_percent", None)
            if differs.growth_percent is not None:
                after.pop("growth_mb", None)
            # one property a statement, as the reference of ALTER DATABASE wants it; the limit first
            texts = (f"{alter} MODIFY FILE (NAME = {quoted(old.name)}, {each})" for each in sizes)
            yield DatabaseChange(item, "update", old.as_dict(), after, ["; ".join(texts)])
