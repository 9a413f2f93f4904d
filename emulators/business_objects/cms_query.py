# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Queries of the repository, in the part of CMS query language that is asked; anything else is refused by name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_QUERY = re.compile(
    r"SELECT\s+(?:TOP\s+(?P<top>\d+)\s+)?(?P<columns>\w+(?:\s*,\s*\w+)*)\s+FROM\s+CI_APPOBJECTS"
    r"\s+WHERE\s+(?P<column>\w+)\s+IN\s*\((?P<values>[^()]*)\)",
    re.IGNORECASE,
)
_VALUE = re.compile(r"\s*(?:'((?:[^']|'')*)'|(\d+))\s*")


class NotEmulated(Exception):
    """The query is none that the emulator knows."""


def run(state: Mapping[str, Any], query: str) -> list[dict[str, Any]]:
    """Return the entries of a query, by ascending SI_ID.

    Raises:
        NotEmulated: it is not of the form `SELECT [TOP n] … FROM CI_APPOBJECTS WHERE column IN (…)`.
    """
    match = _QUERY.fullmatch(query.strip())
    if match is None:
        raise NotEmulated(f"the query {query!r}")
    columns = [each.strip().upper() for each in match["columns"].split(",")]
    wanted = {str(value) for value in _values(match["values"])}
    entries = sorted(
        (entry for entry in _objects(state) if str(entry.get(match["column"].upper())) in wanted),
        key=lambda entry: int(entry["SI_ID"]),
    )
    chosen = entries[: int(match["top"])] if match["top"] else entries
    # a property that an object has not is left out of its entry
    return [{column: entry[column] for column in columns if column in entry} for entry in chosen]


def _values(text: str) -> Iterator[str]:
    for part in text.split(","):
        match = _VALUE.fullmatch(part)
        if match is None:
            raise NotEmulated(f"the value {part.strip()!r}")
        yield match[2] if match[1] is None else match[1].replace("''", "'")


def _objects(state: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    connections = {each["cuid"]: each for each in state["connections"]}
    for universe in state["universes"]:
        bound = [connections[cuid]["id"] for cuid in universe["connections"] if cuid in connections]
        bag = (
            {"SI_TOTAL": len(bag_of), **bag_of} if (bag_of := {str(n): each for n, each in enumerate(bound, 1)}) else {}
        )
        revision = "SI_SL_VERSION_NUMBER" if universe["kind"] == "DSL.MetaDataFile" else "SI_REVISIONNUM"
        relation = "SI_SL_UNIVERSE_TO_CONNECTIONS" if universe["kind"] == "DSL.MetaDataFile" else "SI_DATACONNECTION"
        yield {
            **_common(universe, universe["kind"], universe["folder_id"]),
            revision: universe["revision"],
            relation: bag or {"SI_TOTAL": 0},
        }
    for connection in state["connections"]:
        yield _common(connection, "CCIS.DataConnection", 0)
    for identifier, folder in state["folders"].items():
        entry = {"id": int(identifier), "cuid": folder["cuid"], "name": folder["name"], "updated": ""}
        yield _common(entry, "Folder", folder["parent"])


def _common(entry: Mapping[str, Any], kind: str, parent: int) -> dict[str, Any]:
    return {
        "SI_ID": entry["id"],
        "SI_CUID": entry["cuid"],
        "SI_NAME": entry["name"],
        "SI_KIND": kind,
        "SI_PARENTID": parent,
        "SI_UPDATE_TS": entry["updated"],
    }
