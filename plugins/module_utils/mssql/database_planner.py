# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a database as it is and as it is declared to the changes between them, with their statements. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.database_files import (
    DatabaseChange,
    comparable_path,
    file_changes,
    file_clause,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.database_state import (
    UNLIMITED,
    DatabaseState,
    Declaration,
    Surroundings,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.service_record import (
    record_of,
    require_no_withdrawal,
    require_pre_live,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.session import Statement, Text, quoted
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import MissingPrerequisite, Problem


def plan_database(declared: Declaration, found: Surroundings) -> list[DatabaseChange]:
    """Return the changes, the creation first, the owner last.

    Raises:
        MissingPrerequisite: the declared owner is no login.
        Problem: it cannot be done in place, or may not be done.
    """
    where = f"database {declared.name}"
    present = found.database
    if present is not None and present.source is not None:
        raise Problem(
            f"it is a snapshot of {present.source}, and no database of its own",
            where=where,
            remedy="Snapshots are kept by uoe.exam_scheduling.mssql_snapshot.",
        )
    if declared.state == "absent":
        return [] if present is None else [_drop(declared, present, where)]
    _check_server(declared, found, where)
    if present is None:
        creation, base = _create(declared, found, where)
        return [creation, *_alterations(declared, base, where)]
    if present.status != "ONLINE":
        raise _not_usable("it cannot be compared as it is", present.status, where)
    _check_in_place(declared, present, where)
    if declared.extended_properties and not present.definition_seen:
        raise _not_seen("extended_properties cannot be kept: this login might not see those that are there", where)
    _check_service_record(declared, present, where)
    changes = list(_alterations(declared, present, where))
    if changes and present.read_only:
        raise _not_usable("it cannot be altered as it is", "read-only", where)
    return changes


def _not_usable(what: str, found: str, where: str) -> Problem:
    return Problem(
        what,
        where=where,
        expected="ONLINE, and not read-only",
        found=found,
        remedy="Find out why, and bring it into use first.",
    )


def _not_seen(what: str, where: str) -> Problem:
    return Problem(
        what,
        where=where,
        expected="the permission VIEW DEFINITION on the database",
        found="a login without it",
        remedy="Grant it, bring the database into use if it is not, or use another login.",
    )


def _check_server(declared: Declaration, found: Surroundings, where: str) -> None:
    """Refuse what this server does not know."""
    level = declared.compatibility_level
    if level is not None and level > found.version * 10:
        raise Problem(
            f"compatibility_level={level} is refused: the server is older",
            where=where,
            expected=f"at most {found.version * 10}",
            remedy="Give a level that the server knows.",
        )
    if not found.collation_known:
        raise Problem(
            f"collation={declared.collation} is refused: the server does not know it",
            where=where,
            remedy="See sys.fn_helpcollations() for those that it knows.",
        )
    if not found.owner_known:
        raise MissingPrerequisite(
            f"owner={declared.owner} is refused: there is no such login",
            where=where,
            remedy="Create it with uoe.exam_scheduling.mssql_login first.",
        )


def _check_in_place(declared: Declaration, present: DatabaseState, where: str) -> None:
    """Refuse, all at once, what would need the database to be made anew or its files to be moved."""
    refused = []
    if declared.collation is not None and declared.collation.casefold() != present.collation.casefold():
        refused.append(("collation", declared.collation, present.collation))
    files = {each.name.casefold(): each for each in present.files}
    for file in declared.files:
        old = files.get(file.name.casefold())
        if old is None:
            continue
        if file.type != old.type:
            refused.append((f"type of file {file.name}", file.type, old.type))
        if comparable_path(file.path) != comparable_path(old.path):
            refused.append((f"path of file {file.name}", file.path, old.path))
        limit = file.max_size_mb
        if limit not in (None, UNLIMITED) and old.size_mb is not None and limit < old.size_mb:
            refused.append((f"max_size_mb of file {file.name}", f"{limit:g}", f"a size of {old.size_mb:g}"))
    if refused:
        raise Problem(
            "this cannot be altered in place: " + ", ".join(item for item, _wanted, _found in refused),
            where=where,
            expected=", ".join(f"{wanted}" for _item, wanted, _found in refused),
            found=", ".join(f"{old}" for _item, _wanted, old in refused),
            remedy="A collation stays in every column; a file is moved while the database is offline, or shrunk, by "
            "whoever decides that. Declare what there is, or have it changed by hand.",
        )


def _check_service_record(declared: Declaration, present: DatabaseState, where: str) -> None:
    """Refuse to have a database that is in service say that it is not, unless the task says that this is meant."""
    for name, value in declared.extended_properties.items():
        if name.casefold() == declared.service_record.casefold() and not declared.withdraw_from_service:
            record = record_of(present.extended_properties, name)
            require_no_withdrawal(where=where, name=name, record=record, declared=value)


def _create(declared: Declaration, found: Surroundings, where: str) -> tuple[DatabaseChange, DatabaseState]:
    """Return the creation, and the database as it is right after it."""
    data = [each for each in declared.files if each.type == "rows"]
    logs = [each for each in declared.files if each.type == "log"]
    if logs and not data:
        raise Problem(
            "a new database whose log file is declared needs its first data file declared too",
            where=where,
            remedy="Declare a file of the type rows, or no file at all.",
        )
    statement: list[str | Text] = [f"CREATE DATABASE {quoted(declared.name)}"]
    for words, files in ((" ON PRIMARY ", data), (" LOG ON ", logs)):
        for number, file in enumerate(files):
            statement += [", " if number else words, *file_clause(file)]
    if declared.collation is not None:
        statement.append(f" COLLATE {declared.collation}")
    after: dict[str, object] = {"collation": declared.collation or found.model.collation}
    if declared.files:
        after["files"] = [each.as_dict() for each in declared.files]
    base = replace(
        found.model,
        name=declared.name,
        collation=declared.collation or found.model.collation,
        owner=found.creator,
        files=declared.files,
    )
    return DatabaseChange(where, "create", None, after, statement), base


def _drop(declared: Declaration, present: DatabaseState, where: str) -> DatabaseChange:
    if present.status != "ONLINE":
        raise Problem(
            "dropping it is refused: its record of whether it is in service cannot be read",
            where=where,
            expected="ONLINE",
            found=present.status,
            remedy="Bring it into use first.",
        )
    record = record_of(present.extended_properties, declared.service_record)
    if record is None and not present.definition_seen:
        raise _not_seen("dropping it is refused: this login might not see its record of being in service", where)
    require_pre_live(
        "dropping it", where=where, name=declared.service_record, record=record, protected=declared.protected
    )
    if present.snapshots:
        raise Problem(
            "it cannot be dropped while it has snapshots",
            where=where,
            found=", ".join(present.snapshots),
            remedy="Remove them with uoe.exam_scheduling.mssql_snapshot first.",
        )
    before = {
        "collation": present.collation,
        "owner": present.owner,
        "files": [each.as_dict() for each in present.files],
        "extended_properties": dict(present.extended_properties),
    }
    name = quoted(declared.name)
    # one batch: nobody else gets the only connection in between
    close = f"ALTER DATABASE {name} SET SINGLE_USER WITH ROLLBACK IMMEDIATE; " if declared.close_connections else ""
    return DatabaseChange(where, "delete", before, None, [f"{close}DROP DATABASE {name}"])


def _alterations(declared: Declaration, present: DatabaseState, where: str) -> Iterator[DatabaseChange]:
    """Yield what alters an existing database."""
    alter = f"ALTER DATABASE {quoted(declared.name)}"
    level, model = declared.compatibility_level, declared.recovery_model
    if level is not None and level != present.compatibility_level:
        yield _set(where, "compatibility_level", present, level, [f"{alter} SET COMPATIBILITY_LEVEL = {level}"])
    if model is not None and model != present.recovery_model:
        yield _set(where, "recovery_model", present, model, [f"{alter} SET RECOVERY {model}"])
    switch = declared.read_committed_snapshot
    if switch is not None and switch != present.read_committed_snapshot:
        ending = "ROLLBACK IMMEDIATE" if declared.close_connections else "NO_WAIT"
        text = f"{alter} SET READ_COMMITTED_SNAPSHOT {'ON' if switch else 'OFF'} WITH {ending}"
        yield _set(where, "read_committed_snapshot", present, switch, [text])
    yield from file_changes(declared, present, where, alter)
    yield from _property_changes(declared, present, where)
    if declared.owner is not None and declared.owner.casefold() != (present.owner or "").casefold():
        text = f"ALTER AUTHORIZATION ON DATABASE::{quoted(declared.name)} TO {quoted(declared.owner)}"
        yield _set(where, "owner", present, declared.owner, [text])


def _set(where: str, setting: str, present: DatabaseState, value: object, statement: Statement) -> DatabaseChange:
    return DatabaseChange(f"{where} {setting}", "update", getattr(present, setting), value, statement)


def _property_changes(declared: Declaration, present: DatabaseState, where: str) -> Iterator[DatabaseChange]:
    """Yield the extended properties that differ; names do not differ by their cases."""
    present_names = {name.casefold(): name for name in present.extended_properties}
    for name, value in declared.extended_properties.items():
        old_name = present_names.get(name.casefold())
        before = present.extended_properties[old_name] if old_name is not None else None
        if value == before:
            continue
        action = "add" if old_name is None else "drop" if value is None else "update"
        call: list[str | Text] = [
            f"EXEC {quoted(declared.name)}.sys.sp_{action}extendedproperty @name = ",
            Text(old_name or name),
        ]
        if value is not None:
            call += [", @value = ", Text(value)]
        item = f"{where} extended property {name}"
        if action == "add":
            yield DatabaseChange(item, "create", None, value, call)
        elif action == "drop":
            yield DatabaseChange(item, "delete", before, None, call)
        else:
            yield DatabaseChange(item, "update", before, value, call)
