# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The arguments of module `oracle_table_data`, checked before anything is sent."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.names import checked_names, checked_object
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.table_source import Source
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter

TABLE_DATA_ARGUMENTS: dict[str, dict[str, object]] = {
    "table": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["replaced", "merged"], "default": "replaced"},
    "csv": {"type": "path"},
    "rows": {"type": "list", "elements": "dict"},
    "encoding": {"type": "str", "default": "utf-8"},
    "delimiter": {"type": "str", "default": ","},
    "null_values": {"type": "list", "elements": "str", "default": []},
    "date_formats": {"type": "list", "elements": "str", "default": []},
    "ignored_columns": {"type": "list", "elements": "str", "default": []},
    "key": {"type": "list", "elements": "str", "default": [], "no_log": False},
    "max_rejects": {"type": "int", "default": 0},
    "rejects_file": {"type": "path"},
    "allow_empty": {"type": "bool", "default": False},
    "lock_timeout": {"type": "int", "default": 30},
}


@dataclass(frozen=True)
class DeclaredData:
    """The rows of a table as a task declares them."""

    schema: str
    table: str
    merges: bool
    source: Source
    key: tuple[str, ...]
    max_rejects: int
    rejects_file: str | None
    allow_empty: bool
    lock_timeout: int


def data_from(params: Mapping[str, Any]) -> DeclaredData:
    """Return what the arguments `TABLE_DATA_ARGUMENTS` declare.

    Raises:
        InvalidParameter: they cannot be meant.
    """
    schema, table = checked_object("table", params["table"])
    if (params["csv"] is None) == (params["rows"] is None):
        raise InvalidParameter("csv", params["csv"], "rows come from one place", "Give either csv or rows.")
    path = None if params["csv"] is None else Path(params["csv"])
    if path is not None and not path.is_file():
        raise InvalidParameter("csv", params["csv"], "there is no such file", "Give the path of a file.")
    try:
        codecs.lookup(params["encoding"])
    except LookupError:
        raise InvalidParameter(
            "encoding", params["encoding"], "no encoding is called so", "Give one like utf-8 or cp1252."
        ) from None
    if len(params["delimiter"]) != 1 or params["delimiter"] in '"\r\n':
        raise InvalidParameter("delimiter", params["delimiter"], "it is no delimiter", "Give one character.")
    for name in ("max_rejects", "lock_timeout"):
        if params[name] < 0:
            raise InvalidParameter(name, params[name], "it is negative", "Give 0 or more.")
    for number, each in enumerate(params["date_formats"]):
        if "%" not in each or "%z" in each:
            raise InvalidParameter(
                f"date_formats[{number}]", each, "it is no format without a zone", "Give one like %d/%m/%Y."
            )
    rejects = params["rejects_file"]
    if rejects is not None and not Path(rejects).parent.is_dir():
        raise InvalidParameter(
            "rejects_file", rejects, "there is no such directory", "Give a file in one that is there."
        )
    return DeclaredData(
        schema,
        table,
        params["state"] == "merged",
        Source(
            path,
            params["rows"] or (),
            params["encoding"],
            params["delimiter"],
            # an empty text is NULL in Oracle, whatever is said
            frozenset({"", *params["null_values"]}),
            tuple(params["date_formats"]),
            frozenset(each.strip().upper() for each in params["ignored_columns"]),
        ),
        checked_names("key", params["key"]),
        params["max_rejects"],
        rejects,
        params["allow_empty"],
        params["lock_timeout"],
    )
