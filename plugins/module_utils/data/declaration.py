# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What module `data_reconciliation` is told about columns, and which columns of the two sides belong together. Pure."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.data.columns import (
    SIDES,
    TRIMS,
    TYPES,
    Column,
    SideName,
    SideOfColumn,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter, Problem

_TEXTS: dict[str, dict[str, object]] = {
    "trim": {"type": "str", "choices": list(TRIMS)},
    "ignore_case": {"type": "bool"},
    "null_equals_empty": {"type": "bool"},
}
"""Declared for all columns, and for one."""
_DEFAULTS: dict[str, object] = {"trim": "none", "ignore_case": False, "null_equals_empty": False}

COLUMN_ARGUMENTS: dict[str, dict[str, object]] = {
    "key": {"type": "list", "elements": "str", "required": True, "no_log": False},
    "columns": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "name": {"type": "str", "required": True},
            "source": {"type": "str"},
            "target": {"type": "str"},
            "type": {"type": "str", "choices": list(TYPES)},
            "scale": {"type": "int"},
            "source_format": {"type": "str"},
            "target_format": {"type": "str"},
            "source_time_zone": {"type": "str"},
            "target_time_zone": {"type": "str"},
            "source_values": {"type": "dict", "default": {}},
            **_TEXTS,
        },
    },
    "ignored_columns": {"type": "list", "elements": "str", "default": []},
    **{name: {**each, "default": _DEFAULTS[name]} for name, each in _TEXTS.items()},
}

_SCALED = {"decimal": 38, "datetime": 6}
_DATED = ("date", "datetime")


def columns_from(
    params: Mapping[str, Any], names: Mapping[SideName, Sequence[str]], where: Mapping[SideName, str]
) -> list[Column]:
    """Return the columns to compare, those of the key first and in its order; the others in the source's.

    Args:
        params: the module's arguments.
        names: by side, what its query calls its columns.
        where: by side, what messages call it.

    Raises:
        InvalidParameter: a declaration cannot be meant.
        Problem: a column is on one side alone, or there twice; nothing is left out in silence.
    """
    declared = {each.name.casefold(): each for each in _declared(params)}
    known = {side: _by_name(listed, where[side]) for side, listed in names.items()}
    taken: dict[str, Column] = {}
    for each in declared.values():
        taken[each.name.casefold()] = _found(each, known, where)
    used: dict[SideName, set[str]] = {
        "source": {each.source.column.casefold() for each in taken.values()},
        "target": {each.target.column.casefold() for each in taken.values()},
    }
    ignored = {each.casefold() for each in params["ignored_columns"]}
    left = {
        side: [name for folded, name in there.items() if folded not in used[side] and folded not in ignored]
        for side, there in known.items()
    }
    alone = {side: [name for name in those if name.casefold() not in _folded(left[_other(side)])]
             for side, those in left.items()}  # fmt: skip
    for side, those in alone.items():
        if those:
            raise Problem(
                f"{_other(side)} has no such columns",
                where=where[side],
                found=", ".join(those),
                remedy="Declare in columns what each is called there, or name it in ignored_columns.",
            )
    for name in left["source"]:
        taken[name.casefold()] = _found(_plain(params, name), known, where)
    return _with_key_first(params["key"], taken, ignored)


def _with_key_first(key: Sequence[str], taken: Mapping[str, Column], ignored: set[str]) -> list[Column]:
    if not key:
        raise InvalidParameter("key", key, "it has no column", "Name the columns by which rows are told apart.")
    chosen: list[Column] = []
    for number, name in enumerate(key):
        if name.casefold() not in taken:
            why = "it is in ignored_columns" if name.casefold() in ignored else "there is no such column"
            known = ", ".join(each.name for each in taken.values())
            raise InvalidParameter(f"key[{number}]", name, why, f"There are {known}.")
        column = taken[name.casefold()]
        if column in chosen:
            raise InvalidParameter(f"key[{number}]", name, "it is named twice", "Name it once.")
        chosen.append(column)
    return [*chosen, *(each for each in taken.values() if each not in chosen)]


def _declared(params: Mapping[str, Any]) -> list[Column]:
    found: dict[str, Column] = {}
    for number, entry in enumerate(params["columns"]):
        path = f"columns[{number}]"
        name, kind = entry["name"], entry["type"]
        if name.casefold() in found:
            raise InvalidParameter(f"{path}.name", name, "it is declared twice", "Declare it once.")
        if entry["scale"] is not None and entry["scale"] not in range(_SCALED.get(kind, -1) + 1):
            remedy = "Give 0 to 38 with type decimal, 0 to 6 with type datetime."
            raise InvalidParameter(f"{path}.scale", entry["scale"], f"a {kind or 'column as it is'} has none", remedy)
        for side in SIDES:
            _check_side(path, side, kind, entry)
        for option in ("trim", "ignore_case"):
            if kind not in (None, "text") and entry[option] not in (None, False, "none"):
                raise InvalidParameter(f"{path}.{option}", entry[option], f"type {kind} is no text", "Leave it out.")
        found[name.casefold()] = Column(
            name,
            SideOfColumn(
                entry["source"] or name, entry["source_format"], entry["source_time_zone"], entry["source_values"]
            ),
            SideOfColumn(entry["target"] or name, entry["target_format"], entry["target_time_zone"]),
            type=kind,
            scale=entry["scale"],
            **_of_texts(params, entry),
        )
    return list(found.values())


def _check_side(path: str, side: SideName, kind: str | None, entry: Mapping[str, Any]) -> None:
    for option in (f"{side}_format", f"{side}_time_zone"):
        if entry[option] is not None and kind not in _DATED:
            raise InvalidParameter(
                f"{path}.{option}", entry[option], "it is for dates", "Set type to date or datetime, or leave it out."
            )
    zone = entry[f"{side}_time_zone"]
    if zone is None:
        return
    try:
        zoneinfo.ZoneInfo(zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidParameter(
            f"{path}.{side}_time_zone",
            zone,
            "this host knows no such time zone",
            "Give one of IANA's, such as Europe/London. If it is one: install tzdata.",
        ) from None


def _plain(params: Mapping[str, Any], name: str) -> Column:
    return Column(name, SideOfColumn(name), SideOfColumn(name), **_of_texts(params, {}))


def _of_texts(params: Mapping[str, Any], entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is declared of texts: for the column, or else for all."""
    return {option: params[option] if entry.get(option) is None else entry[option] for option in _TEXTS}


def _found(column: Column, known: Mapping[SideName, Mapping[str, str]], where: Mapping[SideName, str]) -> Column:
    """Return a column with its names as the two queries have them."""
    sides: dict[str, SideOfColumn] = {}
    for side in SIDES:
        declared = column.side(side)
        name = known[side].get(declared.column.casefold())
        if name is None:
            raise Problem(
                f"there is no column {declared.column}",
                where=where[side],
                found=", ".join(known[side].values()),
                remedy=f"Correct the query, or what {column.name} is called in it (columns, {side}).",
            )
        sides[side] = replace(declared, column=name)
    return replace(column, source=sides["source"], target=sides["target"])


def _by_name(names: Sequence[str], where: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in names:
        if not name or name.casefold() in found:
            what = f"two columns are called {name}" if name else "a column has no name"
            raise Problem(what, where=where, remedy="Give each column a name of its own (AS …).")
        found[name.casefold()] = name
    return found


def _folded(names: Sequence[str]) -> set[str]:
    return {each.casefold() for each in names}


def _other(side: SideName) -> SideName:
    return "target" if side == "source" else "source"
