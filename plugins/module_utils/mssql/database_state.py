# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A database as it is and as it is declared. Sizes are in MB."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.arguments import checked_name
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.service_record import SERVICE_RECORD_ARGUMENTS
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter

FileType = Literal["rows", "log"]
State = Literal["present", "absent"]

SYSTEM_DATABASES = ("master", "model", "msdb", "tempdb")
UNLIMITED = 0
"""What a declared `max_size_mb` of no limit is."""

DATABASE_ARGUMENTS: dict[str, dict[str, object]] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "collation": {"type": "str"},
    "recovery_model": {"type": "str", "choices": ["full", "bulk_logged", "simple"]},
    "compatibility_level": {"type": "int"},
    "read_committed_snapshot": {"type": "bool"},
    "owner": {"type": "str"},
    "files": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "name": {"type": "str", "required": True},
            "type": {"type": "str", "choices": ["rows", "log"], "default": "rows"},
            "path": {"type": "str", "required": True},
            "size_mb": {"type": "int"},
            "max_size_mb": {"type": "int"},
            "growth_mb": {"type": "int"},
            "growth_percent": {"type": "int"},
        },
    },
    "extended_properties": {"type": "dict", "default": {}},
    "withdraw_from_service": {"type": "bool", "default": False},
    "close_connections": {"type": "bool", "default": False},
    **SERVICE_RECORD_ARGUMENTS,
}

_DECLARABLE = (
    "collation",
    "recovery_model",
    "compatibility_level",
    "read_committed_snapshot",
    "owner",
    "files",
    "extended_properties",
)


@dataclass(frozen=True)
class DatabaseFile:
    """A file; of a declared one, None leaves a value as it is."""

    name: str
    type: FileType
    path: str
    size_mb: float | None = None
    max_size_mb: float | None = None
    """UNLIMITED for no limit."""
    growth_mb: float | None = None
    growth_percent: int | None = None

    def as_dict(self) -> dict[str, object]:
        """Return what is known or declared of it."""
        return {name: value for name, value in vars(self).items() if value is not None}


@dataclass(frozen=True)
class DatabaseState:
    """A database as it was read."""

    name: str
    collation: str
    recovery_model: str
    compatibility_level: int
    read_committed_snapshot: bool
    owner: str | None
    """None if the login that owned it is gone."""
    files: tuple[DatabaseFile, ...] = ()
    extended_properties: Mapping[str, str] = field(default_factory=dict)
    status: str = "ONLINE"
    read_only: bool = False
    access: str = "MULTI_USER"
    source: str | None = None
    """Of a snapshot: the database."""
    created: str = ""
    snapshots: tuple[str, ...] = ()
    definition_seen: bool = True
    """Whether no extended property can be hidden from the login."""


@dataclass(frozen=True)
class Surroundings:
    """What of the server a plan depends on."""

    database: DatabaseState | None
    """The database, None if there is none."""
    model: DatabaseState
    """What a new database is like."""
    version: int
    """The server's major version."""
    creator: str
    """The login that connects, which owns what it creates."""
    owner_known: bool = True
    """Whether there is a login of the declared owner's name."""
    collation_known: bool = True


@dataclass(frozen=True)
class Declaration:
    """A database as the task declares it; None, and what is not named, is left as it is."""

    name: str
    state: State
    collation: str | None = None
    recovery_model: str | None = None
    compatibility_level: int | None = None
    read_committed_snapshot: bool | None = None
    owner: str | None = None
    files: tuple[DatabaseFile, ...] = ()
    extended_properties: Mapping[str, str | None] = field(default_factory=dict)
    """None has the property removed."""
    close_connections: bool = False
    service_record: str = ""
    protected: bool = True
    withdraw_from_service: bool = False


def declaration_from(params: Mapping[str, Any]) -> Declaration:
    """Return what the arguments `DATABASE_ARGUMENTS` declare.

    Raises:
        InvalidParameter: they cannot be meant.
    """
    name = checked_name("name", params["name"])
    if name.casefold() in SYSTEM_DATABASES:
        raise InvalidParameter("name", name, "it is one of the server's own databases", "Give another one.")
    if params["state"] == "absent":
        for each in _DECLARABLE:
            if params[each] not in (None, [], {}):
                raise InvalidParameter("state", "absent", f"{each} is declared as well", f"Leave {each} out.")
    if params["collation"] is not None and not re.fullmatch(r"\w+", params["collation"], re.ASCII):
        raise InvalidParameter("collation", params["collation"], "it is no collation", "See sys.fn_helpcollations().")
    level = params["compatibility_level"]
    if level is not None and (level % 10 or not 100 <= level <= 300):
        raise InvalidParameter(
            "compatibility_level", level, "it is no level", "Give ten times a major version, such as 160."
        )
    if params["owner"] is not None:
        checked_name("owner", params["owner"])
    checked_name("service_record", params["service_record"])
    return Declaration(
        name,
        params["state"],
        params["collation"],
        params["recovery_model"].upper() if params["recovery_model"] else None,
        level,
        params["read_committed_snapshot"],
        params["owner"],
        _files(params["files"]),
        _properties(params["extended_properties"]),
        params["close_connections"],
        params["service_record"],
        params["protected"],
        params["withdraw_from_service"],
    )


def _files(entries: list[dict[str, Any]]) -> tuple[DatabaseFile, ...]:
    names: set[str] = set()
    for number, entry in enumerate(entries):
        where = f"files[{number}]"
        checked_name(f"{where}.name", entry["name"])
        if entry["name"].casefold() in names:
            raise InvalidParameter(f"{where}.name", entry["name"], "two files have this name", "Give each its own.")
        names.add(entry["name"].casefold())
        if not re.match(r"/.|[A-Za-z]:\\.|\\\\.", entry["path"]) or not entry["path"].isprintable():
            raise InvalidParameter(
                f"{where}.path", entry["path"], "it is no absolute path", "Give the file as the server sees it."
            )
        _check_sizes(where, entry)
    return tuple(DatabaseFile(**entry) for entry in entries)


def _check_sizes(where: str, entry: Mapping[str, Any]) -> None:
    for name, least, most in (
        ("size_mb", 1, 16 * 2**20),
        ("max_size_mb", 0, 16 * 2**20),
        ("growth_mb", 0, 16 * 2**20),
        ("growth_percent", 1, 100),
    ):
        value = entry[name]
        if value is not None and not least <= value <= most:
            raise InvalidParameter(f"{where}.{name}", value, "it is out of range", f"Give {least} to {most}.")
    size, limit = entry["size_mb"], entry["max_size_mb"]
    if size is not None and limit not in (None, UNLIMITED) and limit < size:
        raise InvalidParameter(f"{where}.max_size_mb", limit, f"it is less than size_mb={size}", "Give more, or 0.")
    if entry["growth_mb"] is not None and entry["growth_percent"] is not None:
        raise InvalidParameter(
            f"{where}.growth_percent", entry["growth_percent"], "growth_mb is given as well", "Give one of them."
        )


def _properties(declared: Mapping[str, Any]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for name, value in declared.items():
        checked_name(f"extended_properties[{name}]", name)
        if isinstance(value, dict | list):
            raise InvalidParameter(f"extended_properties[{name}]", value, "it is no text", "Give a text or a number.")
        text = None if value is None else str(value)
        # sql_variant holds 8,000 octets, two for each of these
        if text is not None and len(text.encode("utf-16-le")) > 7500:
            raise InvalidParameter(f"extended_properties[{name}]", f"{text[:20]}…", "it is too long", "Shorten it.")
        found[name] = text
    if len({name.casefold() for name in found}) < len(found):
        raise InvalidParameter("extended_properties", sorted(found), "two have the same name", "Give one of them.")
    return found
