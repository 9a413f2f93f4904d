# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task wants of the rows of tables. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.arguments import (
    CONNECTION_ARGUMENTS,
    checked_name,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.database_state import SYSTEM_DATABASES
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.service_record import SERVICE_RECORD_ARGUMENTS
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter

State = Literal["present", "empty", "exported", "digested"]

TABLE_DATA_ARGUMENTS: dict[str, dict[str, object]] = {
    "database": {"type": "str", "required": True},
    "tables": {"type": "list", "elements": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "empty", "exported", "digested"], "default": "present"},
    "source": {
        "type": "dict",
        "options": {**CONNECTION_ARGUMENTS, "database": {"type": "str", "required": True}},
    },
    "artefact": {"type": "path"},
    "artefact_passphrase": {"type": "str", "no_log": True},
    "digest": {"type": "str"},
    "report_keys": {"type": "int", "default": 0, "no_log": False},
    "overwrite": {"type": "bool", "default": True},
    **SERVICE_RECORD_ARGUMENTS,
}

_PART = r"(?:\[(?:[^\]]|\]\])+\]|[^.\[\]]+)"
_NAME = re.compile(rf"({_PART})\.({_PART})")


@dataclass(frozen=True)
class DeclaredData:
    """What a task wants."""

    database: str
    tables: tuple[str, ...]
    """As `schema.table`, without brackets."""
    state: State
    artefact: Path | None = None
    passphrase: str | None = field(default=None, repr=False)
    digest: str | None = None
    report_keys: int = 0
    service_record: str = ""
    protected: bool = True
    overwrite: bool = True


def data_from(params: Mapping[str, Any]) -> DeclaredData:
    """Return what the arguments `TABLE_DATA_ARGUMENTS` declare, `source` apart. Raises InvalidParameter."""
    database, state = checked_name("database", params["database"]), params["state"]
    if database.casefold() in SYSTEM_DATABASES:
        raise InvalidParameter("database", database, "it is one of the server's own databases", "Give another one.")
    artefact, source, digest = params["artefact"], params["source"], params["digest"]
    if state == "present" and (artefact is None) == (source is None):
        raise InvalidParameter(
            "state",
            state,
            "it takes the rows from one place, artefact or source, and "
            + ("none is given" if source is None else "both are given"),
            "Give one of them.",
        )
    if state == "exported" and artefact is None:
        raise InvalidParameter("state", state, "artefact is not given", "Say in which directory the rows are kept.")
    if state != "present" and source is not None:
        raise InvalidParameter("source", "{…}", f"state={state} takes no rows from elsewhere", "Leave it out.")
    if state not in ("present", "exported") and artefact is not None:
        raise InvalidParameter("artefact", artefact, f"state={state} needs none", "Leave it out.")
    if artefact is not None and not Path(artefact).is_absolute():
        raise InvalidParameter("artefact", artefact, "it is no absolute path", "Give a directory as an absolute path.")
    if params["artefact_passphrase"] is not None and (artefact is None or len(params["artefact_passphrase"]) < 12):
        raise InvalidParameter(
            "artefact", artefact, "its artefact_passphrase is for none, or too short", "Give 12 characters or more."
        )
    if digest is not None and (state == "empty" or not re.fullmatch(r"[0-9a-f]{64}", digest)):
        raise InvalidParameter(
            "digest", digest, "it is no digest, or state=empty has none", "Give the 64 digits that were signed off."
        )
    if state == "empty" and not params["overwrite"]:
        raise InvalidParameter("overwrite", False, "state=empty deletes rows", "Leave it out.")
    if params["report_keys"] not in range(10001):
        raise InvalidParameter("report_keys", params["report_keys"], "it is out of range", "Give 0 to 10000.")
    checked_name("service_record", params["service_record"])
    return DeclaredData(
        database,
        _names(params["tables"]),
        state,
        None if artefact is None else Path(artefact),
        params["artefact_passphrase"],
        digest,
        params["report_keys"],
        params["service_record"],
        params["protected"],
        params["overwrite"],
    )


def _names(entries: Sequence[str]) -> tuple[str, ...]:
    if not entries:
        raise InvalidParameter("tables", entries, "there is none", "Name each table as schema.table.")
    found: dict[str, str] = {}
    for number, entry in enumerate(entries):
        parts = _NAME.fullmatch(entry)
        if parts is None:
            raise InvalidParameter(
                f"tables[{number}]", entry, "it is no schema.table", "Give both; a name with a dot in brackets."
            )
        plain = [each[1:-1].replace("]]", "]") if each[0] == "[" else each for each in parts.groups()]
        name = ".".join(checked_name(f"tables[{number}]", each) for each in plain)
        if name.casefold() in found:
            raise InvalidParameter(f"tables[{number}]", entry, "it is named twice", "Name it once.")
        found[name.casefold()] = name
    return tuple(found.values())
