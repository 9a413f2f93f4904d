# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The arguments of module `oracle_table`, checked before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.names import (
    checked_names,
    checked_object,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.sql_text import tokens
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.table_catalogue import Constraint
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.table_columns import CHARACTERS, Column
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter, Problem

TABLE_ARGUMENTS: dict[str, dict[str, object]] = {
    "table": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "comment": {"type": "str"},
    "columns": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "name": {"type": "str", "required": True},
            "type": {"type": "str", "required": True},
            "nullable": {"type": "bool", "default": True},
            "default": {"type": "str"},
            "comment": {"type": "str"},
        },
    },
    "constraints": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "name": {"type": "str", "required": True},
            "type": {"type": "str", "choices": ["primary_key", "unique", "check", "foreign_key"], "required": True},
            "columns": {"type": "list", "elements": "str", "default": []},
            "condition": {"type": "str"},
            "references": {"type": "str"},
            "referenced_columns": {"type": "list", "elements": "str", "default": []},
            "on_delete": {"type": "str", "choices": ["no_action", "cascade", "set_null"], "default": "no_action"},
        },
    },
    "allow_narrowing": {"type": "bool", "default": False},
    "drop_columns": {"type": "bool", "default": False},
    "drop_constraints": {"type": "bool", "default": False},
    "drop_rows": {"type": "bool", "default": False},
    "ddl_lock_timeout": {"type": "int", "default": 30},
}

_TYPE = re.compile(r"([A-Z0-9]+)\s*(?:\(\s*(\*|\d+)\s*(?:,\s*(-?\d+)\s*)?(CHAR|BYTE)?\s*\))?")
_KINDS = {"primary_key": "P", "unique": "U", "check": "C", "foreign_key": "R"}
_RULES = {"no_action": "NO ACTION", "cascade": "CASCADE", "set_null": "SET NULL"}
_LENGTHS = {"VARCHAR2": 32767, "NVARCHAR2": 16383, "CHAR": 2000, "NCHAR": 1000}


@dataclass(frozen=True)
class DeclaredTable:
    """A table as a task declares it."""

    schema: str
    name: str
    present: bool
    columns: tuple[Column, ...]
    constraints: tuple[Constraint, ...]
    comments: Mapping[str | None, str]
    """By column; of the table itself by None. Empty texts remove, what is not here stays."""
    allow_narrowing: bool = False
    drop_columns: bool = False
    drop_constraints: bool = False
    drop_rows: bool = False


def table_from(params: Mapping[str, Any]) -> DeclaredTable:
    """Return what the arguments `TABLE_ARGUMENTS` declare.

    Raises:
        InvalidParameter: they cannot be meant.
    """
    schema, name = checked_object("table", params["table"])
    present = params["state"] == "present"
    for each in ("columns", "constraints", "comment"):
        if not present and params[each] not in (None, []):
            raise InvalidParameter(each, params[each], "state=absent has none", f"Leave {each} out.")
    if present and not params["columns"]:
        raise InvalidParameter("columns", [], "a table has columns", "Declare them.")
    names = checked_names("columns", [each["name"] for each in params["columns"]])
    comments: dict[str | None, str] = {} if params["comment"] is None else {None: params["comment"]}
    comments |= {
        column: each["comment"]
        for column, each in zip(names, params["columns"], strict=True)
        if each["comment"] is not None
    }
    return DeclaredTable(
        schema,
        name,
        present,
        tuple(
            _column(f"columns[{number}]", column, each)
            for number, (column, each) in enumerate(zip(names, params["columns"], strict=True))
        ),
        _constraints(params["constraints"], names, schema),
        comments,
        params["allow_narrowing"],
        params["drop_columns"],
        params["drop_constraints"],
        params["drop_rows"],
    )


def _column(where: str, name: str, entry: Mapping[str, Any]) -> Column:
    kind = column_type(f"{where}.type", entry["type"])
    return Column(
        name,
        kind.type,
        kind.length,
        kind.in_characters,
        kind.precision,
        kind.scale,
        entry["nullable"],
        None if entry["default"] is None else _expression(f"{where}.default", entry["default"]),
    )


def column_type(parameter: str, text: str) -> Column:
    """Return a column without a name that has a declared type.

    Raises:
        InvalidParameter: it is no type that this collection can keep.
    """
    match = _TYPE.fullmatch(" ".join(text.upper().split()))
    wrong = InvalidParameter(
        parameter,
        text,
        "it is no type that can be kept",
        "Give VARCHAR2(20 CHAR), CHAR(3), NUMBER(10,2), INTEGER, DATE, TIMESTAMP(6) or CLOB.",
    )
    if match is None:
        raise wrong
    family, first, second, unit = match.groups()
    if family in CHARACTERS:
        length = int(first) if first and first != "*" else 1 if family.endswith("CHAR") and first is None else 0
        if second is not None or not 1 <= length <= _LENGTHS[family] or (first is None and family.startswith("V")):
            raise wrong
        if family.startswith("N") and unit is not None:
            raise wrong
        return Column("", family, length, unit == "CHAR" or family.startswith("N"))
    if unit is not None:
        raise wrong
    if family in ("INTEGER", "INT", "SMALLINT") and first is None:
        return Column("", "NUMBER", scale=0)
    if family == "NUMBER":
        if first is None:
            return Column("", "NUMBER")
        precision = 38 if first == "*" else int(first)
        if not 1 <= precision <= 38 or not -84 <= int(second or 0) <= 127:
            raise wrong
        return Column("", "NUMBER", precision=precision, scale=int(second or 0))
    if family == "TIMESTAMP" and second is None and 0 <= int(first or 6) <= 9:
        return Column("", f"TIMESTAMP({first or 6})", scale=int(first or 6))
    if family in ("DATE", "CLOB", "NCLOB") and first is None:
        return Column("", family)
    raise wrong


def _expression(parameter: str, text: str) -> str:
    """Return an expression of SQL that is one: nothing in it ends the statement that it becomes a part of."""
    try:
        stream = tokens(text)
    except Problem as error:
        raise InvalidParameter(parameter, text, error.what, "Correct it.") from None
    depth = 0
    for token in stream:
        depth += (token.text == "(") - (token.text == ")")
        if depth < 0 or token.text == ";" or token.kind == "bind" or (token.text == "," and depth == 0):
            break
    else:
        if stream and depth == 0 and text.count("--") + text.count("/*") == 0:
            return text.strip()
    raise InvalidParameter(parameter, text, "it is no expression", "Give one without comments, like SYSDATE or 'N'.")


def _constraints(entries: Sequence[Mapping[str, Any]], columns: Sequence[str], schema: str) -> tuple[Constraint, ...]:
    found = []
    names = checked_names("constraints", [each["name"] for each in entries])
    for number, (name, entry) in enumerate(zip(names, entries, strict=True)):
        where, kind = f"constraints[{number}]", _KINDS[entry["type"]]
        own = checked_names(f"{where}.columns", entry["columns"])
        for column in own:
            if column not in columns:
                raise InvalidParameter(f"{where}.columns", column, "it is not declared", "Name declared columns.")
        if (kind == "C") != (entry["condition"] is not None) or (kind != "C" and not own):
            raise InvalidParameter(
                where, entry["type"], "a check has a condition, all others have columns", "Give what belongs to it."
            )
        if (kind == "R") != (entry["references"] is not None):
            raise InvalidParameter(where, entry["type"], "foreign keys, and they alone, refer", "See references.")
        if kind != "R" and (entry["referenced_columns"] or entry["on_delete"] != "no_action"):
            raise InvalidParameter(where, entry["type"], "only a foreign key has such options", "Leave them out.")
        referenced = checked_names(f"{where}.referenced_columns", entry["referenced_columns"])
        if kind == "R" and len(referenced) != len(own):
            raise InvalidParameter(
                f"{where}.referenced_columns", list(referenced), "they are not as many as columns", "Give one for each."
            )
        found.append(
            Constraint(
                name,
                kind,
                own,
                None if kind != "C" else _expression(f"{where}.condition", entry["condition"]),
                None if kind != "R" else checked_object(f"{where}.references", entry["references"], schema),
                referenced,
                None if kind != "R" else _RULES[entry["on_delete"]],
            )
        )
    if sum(each.type == "P" for each in found) > 1:
        raise InvalidParameter("constraints", list(names), "a table has one primary key", "Declare one.")
    return tuple(found)
