# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rows of a table: from what is to what is declared. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.names import quoted, shown
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.table_columns import Column
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Change


@dataclass(frozen=True)
class FoundRows:
    """What of source and table a plan depends on."""

    source: int
    """How many rows the source has."""
    rows: int
    """How many the table has."""
    same: bool = False
    """Whether these are the same rows."""
    inserted: int = 0
    """By merging."""
    updated: int = 0


def plan_rows(schema: str, table: str, found: FoundRows, *, merges: bool) -> list[Change]:
    """Return the change of the rows, if they change."""
    item = f"rows of table {shown(schema, table)}"
    if merges:
        if not found.inserted + found.updated:
            return []
        after = {"rows": found.rows + found.inserted, "inserted": found.inserted, "updated": found.updated}
        return [Change(item, "update" if found.rows else "create", {"rows": found.rows}, after)]
    if found.same:
        return []
    action: Literal["create", "update", "delete"] = "update" if found.rows else "create"
    return [Change(item, action if found.source else "delete", {"rows": found.rows}, {"rows": found.source})]


class Statements:
    """The statements about the rows of a table."""

    def __init__(self, schema: str, table: str, columns: Sequence[Column], key: Sequence[str]) -> None:
        """Keep the names of the table, the columns that are loaded, and those by which rows are told apart."""
        self._table = quoted(schema, table)
        self._read = ", ".join(column.compared for column in columns)
        self._columns, self._key = [column.name for column in columns], list(key)

    @property
    def count(self) -> str:
        """Asks how many rows there are."""
        return " ".join(("SELECT COUNT(*) FROM", self._table))

    @property
    def clear(self) -> str:
        """Deletes all rows."""
        return " ".join(("DELETE FROM", self._table))

    @property
    def insert(self) -> str:
        """Inserts a row, its binds in the order of the columns."""
        names = ", ".join(map(quoted, self._columns))
        values = ", ".join(f":{number}" for number in range(1, len(self._columns) + 1))
        return " ".join(("INSERT INTO", self._table, f"({names}) VALUES ({values})"))

    @property
    def update(self) -> str:
        """Updates a row: its binds are what is no key, then the key."""
        rest = [name for name in self._columns if name not in self._key]
        settings = ", ".join(f"{quoted(name)} = :{number}" for number, name in enumerate(rest, start=1))
        condition = " AND ".join(
            f"{quoted(name)} = :{number}" for number, name in enumerate(self._key, start=len(rest) + 1)
        )
        return " ".join(("UPDATE", self._table, "SET", settings, "WHERE", condition))

    @property
    def select(self) -> str:
        """Asks for all rows."""
        return " ".join(("SELECT", self._read, "FROM", self._table))

    def select_keys(self, count: int) -> str:
        """Ask for the rows that have one of so many keys."""
        width = len(self._key)
        places = [[f":{row * width + at + 1}" for at in range(width)] for row in range(count)]
        if width == 1:
            condition = f"{quoted(self._key[0])} IN ({', '.join(each[0] for each in places)})"
        else:
            tuples = ", ".join(f"({', '.join(each)})" for each in places)
            condition = f"({', '.join(map(quoted, self._key))}) IN ({tuples})"
        return " ".join((self.select, "WHERE", condition))

    def lock(self, seconds: int) -> str:
        """Keeps others from changing rows until the transaction ends."""
        return " ".join(("LOCK TABLE", self._table, f"IN EXCLUSIVE MODE WAIT {seconds:d}"))
