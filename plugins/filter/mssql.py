# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What modules about SQL Server found, as a proof takes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.predictions import as_declared


def schema_differences(found: Mapping[str, Sequence[str]], expected: Mapping[str, Sequence[str]]) -> list[str]:
    """Return in words how the tables of a database differ from those that are expected; nothing if they do not.

    Args:
        found: the columns of each table, as `mssql_info` describes them. A table that is not expected is left alone.
        expected: the same, as they have to be.
    """
    differences = []
    for table, columns in sorted(expected.items()):
        if table not in found:
            differences.append(f"{table}: missing")
            continue
        there = set(found[table])
        lacking = [f"without {column}" for column in columns if column not in there]
        further = [f"with {column}" for column in found[table] if column not in columns]
        if lacking or further:
            differences.append(f"{table}: {', '.join([*lacking, *further])}")
    return differences


def properties_of(found: Mapping[str, Any], database: str) -> dict[str, str] | None:
    """Return the extended properties of a database, by name; None if there is no such one, or no answer.

    Args:
        found: what `mssql_info` returned.
        database: its name.
    """
    names = {str(each["name"]).casefold(): each for each in found.get("databases", [])}
    row = names.get(database.casefold())
    return None if row is None else dict(row["extended_properties"] or {})


def rows_of(digested: Mapping[str, Any]) -> int | None:
    """Return how many rows all tables have that `mssql_table_data` digested; None if it did not."""
    tables = digested.get("tables")
    return None if tables is None else sum(int(table["rows"]) for table in tables.values())


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return them by name."""
        return {
            "as_declared": as_declared,
            "properties_of": properties_of,
            "rows_of": rows_of,
            "schema_differences": schema_differences,
        }
