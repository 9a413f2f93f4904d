# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A snapshot of a database: from what is to what is declared. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.arguments import checked_name
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.database_state import (
    SYSTEM_DATABASES,
    DatabaseState,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.digest import Digests, differing
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.service_record import (
    SERVICE_RECORD_ARGUMENTS,
    record_of,
    require_pre_live,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.session import Statement, Text, quoted
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import (
    Change,
    InvalidParameter,
    MissingPrerequisite,
    Problem,
)

State = Literal["present", "absent", "reverted"]

SNAPSHOT_ARGUMENTS: dict[str, dict[str, object]] = {
    "name": {"type": "str", "required": True},
    "database": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent", "reverted"], "default": "present"},
    "directory": {"type": "str"},
    "close_connections": {"type": "bool", "default": False},
    **SERVICE_RECORD_ARGUMENTS,
}


@dataclass(frozen=True)
class DeclaredSnapshot:
    """A snapshot as the task declares it."""

    name: str
    database: str
    state: State
    directory: str | None = None
    close_connections: bool = False
    service_record: str = ""
    protected: bool = True


@dataclass(frozen=True)
class FoundSnapshot:
    """What of the server a plan depends on."""

    database: DatabaseState | None
    snapshot: DatabaseState | None
    """What has the snapshot's name, a snapshot or not."""
    now: Digests = field(default_factory=dict)
    """What the database holds, if it shall be reverted."""
    then: Digests = field(default_factory=dict)
    """What the snapshot holds, if the database shall be reverted."""


@dataclass(frozen=True)
class SnapshotChange(Change):
    """A change with the statement that makes it."""

    statement: Statement = ()
    reverts: bool = False
    """Whether the database needs to be closed to others meanwhile, and the result to be proven."""


def snapshot_from(params: Mapping[str, Any]) -> DeclaredSnapshot:
    """Return what the arguments `SNAPSHOT_ARGUMENTS` declare. Raises InvalidParameter."""
    name, database = checked_name("name", params["name"]), checked_name("database", params["database"])
    if database.casefold() in SYSTEM_DATABASES:
        raise InvalidParameter("database", database, "it is one of the server's own databases", "Give another one.")
    if name.casefold() in (database.casefold(), *SYSTEM_DATABASES):
        raise InvalidParameter("name", name, "it is the name of a database", "Give the snapshot one of its own.")
    directory = params["directory"]
    if directory is not None and (params["state"] != "present" or not re.match(r"/|[A-Za-z]:\\|\\\\", directory)):
        raise InvalidParameter(
            "directory", directory, "it is no absolute path, or no snapshot is made", "Leave it out, or correct it."
        )
    checked_name("service_record", params["service_record"])
    return DeclaredSnapshot(
        name,
        database,
        params["state"],
        directory,
        params["close_connections"],
        params["service_record"],
        params["protected"],
    )


def plan_snapshot(declared: DeclaredSnapshot, found: FoundSnapshot) -> list[SnapshotChange]:
    """Return the changes: one, or of a revert two, if the database was closed to others before.

    Raises:
        MissingPrerequisite: there is no such database, or no such snapshot to revert to.
        Problem: it cannot be done, or may not be done.
    """
    where = f"snapshot {declared.name}"
    snapshot = found.snapshot
    if snapshot is not None and (snapshot.source or "").casefold() != declared.database.casefold():
        kind = f"a snapshot of {snapshot.source}" if snapshot.source else "a database, and no snapshot"
        raise Problem(
            "the name is taken",
            where=where,
            expected=f"a snapshot of {declared.database}",
            found=kind,
            remedy="Give another name.",
        )
    if declared.state == "absent":
        if snapshot is None:
            return []
        before = {"source": snapshot.source, "created": snapshot.created}
        return [SnapshotChange(where, "delete", before, None, [f"DROP DATABASE {quoted(declared.name)}"])]
    check_database(declared, found.database)
    if declared.state == "present":
        return [] if snapshot is not None or found.database is None else [_create(declared, found.database, where)]
    check_revertible(declared, found)
    return _revert(declared, found)


def check_database(declared: DeclaredSnapshot, database: DatabaseState | None) -> None:
    """Return if there is a database that a snapshot can be of. Raises MissingPrerequisite, Problem."""
    where = f"database {declared.database}"
    if database is None:
        raise MissingPrerequisite(
            "there is no such database", where=where, remedy="Create it with uoe.exam_scheduling.mssql_database first."
        )
    if database.source is not None:
        raise Problem(f"it is itself a snapshot, of {database.source}", where=where, remedy="Give its source.")
    if database.status != "ONLINE":
        raise Problem(
            "it is not in use",
            where=where,
            expected="ONLINE",
            found=database.status,
            remedy="Find out why, and bring it into use first.",
        )


def check_revertible(declared: DeclaredSnapshot, found: FoundSnapshot) -> None:
    """Return if the database could be reverted to the snapshot. Raises MissingPrerequisite, Problem."""
    if found.snapshot is None:
        raise MissingPrerequisite(
            "there is no such snapshot", where=f"snapshot {declared.name}", remedy="It has to be made beforehand."
        )
    others = [each for each in (found.database.snapshots if found.database else ()) if each != found.snapshot.name]
    if others:
        raise Problem(
            "it can only be reverted while it has one snapshot",
            where=f"database {declared.database}",
            expected=f"only {declared.name}",
            found=", ".join(others),
            remedy=f"Have the others removed by whoever made them, and keep {declared.name}.",
        )


def _create(declared: DeclaredSnapshot, database: DatabaseState, where: str) -> SnapshotChange:
    """Return the creation: every data file has a sparse one of its own."""
    statement: list[str | Text] = [f"CREATE DATABASE {quoted(declared.name)} ON "]
    paths = {}
    for number, file in enumerate(each for each in database.files if each.type == "rows"):
        path = _sparse_file(declared, file.path, file.name)
        paths[file.name] = path
        statement += [f"{', ' if number else ''}(NAME = {quoted(file.name)}, FILENAME = ", Text(path), ")"]
    statement.append(f" AS SNAPSHOT OF {quoted(declared.database)}")
    return SnapshotChange(where, "create", None, {"source": declared.database, "files": paths}, statement)


def _sparse_file(declared: DeclaredSnapshot, source: str, logical: str) -> str:
    """Return the path of a sparse file: beside the file, or in the declared directory."""
    separator = "/" if source.startswith("/") else "\\"
    directory = declared.directory or source.replace("/", separator).rpartition(separator)[0]
    name = re.sub(r"[^\w.-]", "_", f"{declared.name}_{logical}")
    return f"{directory.rstrip('/' + chr(92))}{separator}{name}.ss"


def let_everybody_in(database: str) -> Statement:
    """Return the statement that opens a database to all who may use it."""
    return [f"ALTER DATABASE {quoted(database)} SET MULTI_USER"]


def _revert(declared: DeclaredSnapshot, found: FoundSnapshot) -> list[SnapshotChange]:
    names, database = differing(found.now, found.then), found.database
    if database is None:
        return []
    where = f"database {declared.database}"
    changes = []
    if names:
        _require_pre_live(declared, database, where)
        before = {name: found.now[name].as_dict() for name in names if name in found.now}
        after = {name: found.then[name].as_dict() for name in names if name in found.then}
        words = f"RESTORE DATABASE {quoted(declared.database)} FROM DATABASE_SNAPSHOT = "
        changes.append(SnapshotChange(where, "update", before, after, [words, Text(declared.name)], reverts=True))
    if database.access != "MULTI_USER":
        # as a revert leaves it that was broken off
        statement = let_everybody_in(declared.database)
        changes.append(SnapshotChange(f"{where} access", "update", database.access, "MULTI_USER", statement))
    return changes


def _require_pre_live(declared: DeclaredSnapshot, database: DatabaseState, where: str) -> None:
    record = record_of(database.extended_properties, declared.service_record)
    if record is None and not database.definition_seen:
        raise Problem(
            "reverting it is refused: this login might not see its record of being in service",
            where=where,
            expected="the permission VIEW DEFINITION on the database",
            found="a login without it",
            remedy="Grant it, or use another login.",
        )
    require_pre_live(
        "reverting it", where=where, name=declared.service_record, record=record, protected=declared.protected
    )
