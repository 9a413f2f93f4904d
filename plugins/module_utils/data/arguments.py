# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Arguments of the modules about data in databases (`source`, `target`, `mssql`, `oracle`), and what they mean."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.read_only import reading
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.sides import (
    CsvSide,
    OracleSide,
    Side,
    SqlServerSide,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql import arguments as mssql
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.session import Session as SqlServerSession
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle import arguments as oracle
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.session import Session as OracleSession
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter

_QUERY: dict[str, dict[str, object]] = {"query": {"type": "str", "required": True}}
_DATABASE: dict[str, dict[str, object]] = {"database": {"type": "str", "required": True}}
_CSV: dict[str, dict[str, object]] = {
    "path": {"type": "path", "required": True},
    "encoding": {"type": "str", "default": "utf-8"},
    "delimiter": {"type": "str", "default": ","},
    "null_values": {"type": "list", "elements": "str", "default": [""]},
}

DATABASE_ARGUMENTS: dict[str, dict[str, object]] = {
    "mssql": {"type": "dict", "options": {**mssql.CONNECTION_ARGUMENTS, **_DATABASE}},
    "oracle": {"type": "dict", "options": oracle.CONNECTION_ARGUMENTS},
}
"""Where one database is. One of them is given."""
DATABASES = tuple(DATABASE_ARGUMENTS)

_SIDES: dict[str, dict[str, object]] = {
    "mssql": {"type": "dict", "options": {**mssql.CONNECTION_ARGUMENTS, **_DATABASE, **_QUERY}},
    "oracle": {"type": "dict", "options": {**oracle.CONNECTION_ARGUMENTS, **_QUERY}},
    "csv": {"type": "dict", "options": _CSV},
}
SIDE_ARGUMENT: dict[str, object] = {
    "type": "dict",
    "required": True,
    "options": _SIDES,
    "required_one_of": [tuple(_SIDES)],
    "mutually_exclusive": [tuple(_SIDES)],
}
"""Where the rows of one side come from."""


def session_from(params: Mapping[str, Any]) -> SqlServerSession | OracleSession:
    """Return a session of the arguments `DATABASE_ARGUMENTS`. Nothing is sent. Raises InvalidParameter."""
    if params["mssql"] is not None:
        return sql_server_session(params["mssql"])
    return OracleSession(oracle.server_from(params["oracle"]))


def side_from(name: str, params: Mapping[str, Any]) -> Side:
    """Return a side of the argument `SIDE_ARGUMENT`. Nothing is sent or read.

    Args:
        name: the argument's.
        params: its value.

    Raises:
        InvalidParameter: it cannot be meant, or the query does something else than read.
    """
    if (given := params["csv"]) is not None:
        return _csv(f"{name}.csv", given)
    kind = "mssql" if params["mssql"] is not None else "oracle"
    given = params[kind]
    query = reading(f"{name}.{kind}.query", given["query"], "mssql" if kind == "mssql" else "oracle")
    if query.ordered:
        raise InvalidParameter(
            f"{name}.{kind}.query",
            "… ORDER BY …",
            "the rows are ordered by their keys, which this module asks for itself",
            "Leave ORDER BY out.",
        )
    if kind == "mssql":
        return SqlServerSide(sql_server_session(given), query)
    return OracleSide(OracleSession(oracle.server_from(given)), query)


def sql_server_session(params: Mapping[str, Any]) -> SqlServerSession:
    """Return a session in the database that is given, in which nothing is ever committed. Raises InvalidParameter."""
    database = mssql.checked_name("database", params["database"])
    return SqlServerSession(mssql.server_from(params), driver=params["driver"]).within(database)


def _csv(name: str, params: Mapping[str, Any]) -> CsvSide:
    path = Path(params["path"])
    if not path.is_file():
        raise InvalidParameter(f"{name}.path", params["path"], "there is no such file", "Give the path of a file.")
    try:
        codecs.lookup(params["encoding"])
    except LookupError:
        raise InvalidParameter(
            f"{name}.encoding", params["encoding"], "it is no encoding of Python's", "Give one, such as cp1252."
        ) from None
    if len(params["delimiter"]) != 1:
        raise InvalidParameter(f"{name}.delimiter", params["delimiter"], "it is not one character", "Give one.")
    return CsvSide(path, encoding=params["encoding"], delimiter=params["delimiter"], null_values=params["null_values"])
