# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A backup as it is and as it is declared, and what of the server a plan depends on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.arguments import checked_name
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.database_files import comparable_path
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.database_state import (
    SYSTEM_DATABASES,
    DatabaseFile,
    DatabaseState,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.service_record import SERVICE_RECORD_ARGUMENTS
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter

State = Literal["present", "restored"]

BACKUP_ARGUMENTS: dict[str, dict[str, object]] = {
    "database": {"type": "str", "required": True},
    "path": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "restored"], "default": "present"},
    "move": {"type": "dict", "default": {}},
    "restore_again": {"type": "bool", "default": False},
    "close_connections": {"type": "bool", "default": False},
    **SERVICE_RECORD_ARGUMENTS,
}

FULL = 1
"""`BackupType` of a backup of a whole database."""


@dataclass(frozen=True)
class DeclaredBackup:
    """A backup, or a database restored from it, as the task declares it."""

    database: str
    path: str
    state: State
    move: Mapping[str, str] = field(default_factory=dict)
    """Logical name → path of files that shall be elsewhere than the plan would put them."""
    restore_again: bool = False
    close_connections: bool = False
    service_record: str = ""
    protected: bool = True


@dataclass(frozen=True)
class Header:
    """What a file says of the backup in it."""

    database: str
    identifier: str
    """The GUID of the backup set."""
    family: str
    """The GUID that the database was created with, and keeps wherever it is restored."""
    finished: str
    server: str
    checksums: bool
    copy_only: bool
    damaged: bool = False
    type: int = FULL

    def as_dict(self) -> dict[str, object]:
        """Return what a module returns of it."""
        return {
            "database": self.database,
            "server": self.server,
            "finished": self.finished,
            "copy_only": self.copy_only,
            "checksums": self.checksums,
            "identifier": self.identifier,
        }


@dataclass(frozen=True)
class OrphanedUser:
    """A user of a database whose login has another SID, or is not there."""

    name: str
    login_exists: bool


@dataclass(frozen=True)
class FoundBackup:
    """What a plan depends on."""

    database: DatabaseState | None
    headers: tuple[Header, ...] = ()
    """Of the backups in the file; none if there is no file."""
    intact: bool = True
    """Whether the file was verified."""
    files: tuple[DatabaseFile, ...] = ()
    """The files that the backup holds, with their paths where it was made."""
    restored_from: str | None = None
    """The GUID of the backup set that a database of this name was last restored from."""
    family: str | None = None
    """That of the database, which tells whether it still is the one that was restored."""
    orphans: tuple[OrphanedUser, ...] = ()
    data_directory: str = ""
    log_directory: str = ""


def backup_from(params: Mapping[str, Any]) -> DeclaredBackup:
    """Return what the arguments `BACKUP_ARGUMENTS` declare. Raises InvalidParameter."""
    database, path, state = checked_name("database", params["database"]), params["path"], params["state"]
    if database.casefold() in SYSTEM_DATABASES:
        raise InvalidParameter("database", database, "it is one of the server's own databases", "Give another one.")
    _check_path("path", path)
    if state != "restored":
        for each in ("move", "restore_again", "close_connections"):
            if params[each]:
                raise InvalidParameter(each, params[each], f"state={state} restores nothing", "Leave it out.")
    for name, each in params["move"].items():
        checked_name(f"move[{name}]", name)
        _check_path(f"move[{name}]", each)
    if len({comparable_path(each) for each in params["move"].values()}) < len(params["move"]):
        raise InvalidParameter("move", params["move"], "two files have the same path", "Give each its own.")
    checked_name("service_record", params["service_record"])
    return DeclaredBackup(
        database,
        path,
        state,
        params["move"],
        params["restore_again"],
        params["close_connections"],
        params["service_record"],
        params["protected"],
    )


def _check_path(parameter: str, path: object) -> None:
    if not isinstance(path, str) or not re.match(r"/.|[A-Za-z]:\\.|\\\\.", path) or not path.isprintable():
        raise InvalidParameter(parameter, path, "it is no absolute path", "Give the file as the server sees it.")
