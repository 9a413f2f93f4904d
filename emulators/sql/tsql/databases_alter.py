# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ALTER DATABASE."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from emulators.sql.engine.collations import check
from emulators.sql.engine.errors import SqlError, refused
from emulators.sql.engine.instance import DatabaseInfo
from emulators.sql.engine.model import Model
from emulators.sql.tsql import security
from emulators.sql.tsql.batch import Action, Batch, statement

if TYPE_CHECKING:
    from emulators.sql.tsql.session import Session
from emulators.sql.tsql.database_files import (
    FilePart,
    apply_sizes,
    check_paths,
    declare_file,
    file_parts,
    found_database,
    require_owner,
)

SWITCHES = {
    "READ_COMMITTED_SNAPSHOT": "is_read_committed_snapshot_on", "ALLOW_SNAPSHOT_ISOLATION": "snapshot_isolation_state",
    "AUTO_CLOSE": "is_auto_close_on", "AUTO_SHRINK": "is_auto_shrink_on",
    "AUTO_CREATE_STATISTICS": "is_auto_create_stats_on",
    "AUTO_UPDATE_STATISTICS": "is_auto_update_stats_on", "TRUSTWORTHY": "is_trustworthy_on",
    "QUERY_STORE": "is_query_store_on",
    "ANSI_NULLS": "is_ansi_nulls_on", "QUOTED_IDENTIFIER": "is_quoted_identifier_on", "ARITHABORT": "is_arithabort_on",
}  # fmt: skip
"""Options that are ON or OFF, with their columns of `sys.databases`."""


@statement("ALTER", "DATABASE", alone=True)
def alter_database(words: Batch) -> Action:
    """ALTER DATABASE name SET ..., COLLATE, MODIFY NAME, MODIFY FILE."""
    name = "" if words.take("CURRENT") else words.identifier()
    change = _change(words)

    def run(session: Session) -> None:
        database = found_database(session, name, 5011) if name else session.database
        require_owner(session, database, 5011)
        if database.source is not None:
            raise SqlError(5093, "The operation cannot be performed on a database snapshot.")
        change(session, database)
        session.instance.save()

    return run


Change = Callable[["Session", DatabaseInfo], None]


def _change(words: Batch) -> Change:
    if words.take("SET"):
        return _set(words)
    if words.take("COLLATE"):
        collation = check(words.identifier())
        return lambda session, database: _collate(session, database, collation)
    if words.take("MODIFY", "NAME"):
        words.expect_operator("=")
        new = words.identifier()
        return lambda session, database: _rename(session, database, new)
    if words.take("MODIFY", "FILE"):
        (part,) = file_parts(words)
        return lambda _session, database: _modify_file(database, part)
    for kind, begin in (("ROWS", ("ADD", "FILE")), ("LOG", ("ADD", "LOG", "FILE"))):
        if words.take(*begin):
            parts = file_parts(words)
            return lambda session, database: _add_files(session, database, parts, kind)
    raise refused(f"ALTER DATABASE ... {words.token.text} {words.ahead(1).text}")


def _add_files(session: Session, database: DatabaseInfo, parts: list[FilePart], kind: str) -> None:
    number = max(each.id for each in database.files)
    files = [
        declare_file(part, number + n, kind, session.instance.state.directories)
        for n, part in enumerate(parts, start=1)
    ]
    check_paths(session, files)
    database.files += files


def _modify_file(database: DatabaseInfo, part: FilePart) -> None:
    found = next((each for each in database.files if each.name.casefold() == part.name.casefold()), None)
    if found is None:
        raise SqlError(5041, f"MODIFY FILE failed. File '{part.name}' does not exist.")
    if "SIZE" in part.values:
        pages = part.values["SIZE"][0]
        if pages < found.size:
            raise SqlError(5039, "MODIFY FILE failed. Specified size is less than or equal to current size.")
    apply_sizes(found, part)
    found.name = str(part.values.get("NEWNAME", found.name))


def _set(words: Batch) -> Change:
    if words.take("RECOVERY"):
        value = words.one_of("FULL", "SIMPLE", "BULK_LOGGED")
        _termination(words)
        return lambda _session, database: setattr(database, "recovery", value)
    if words.take("COMPATIBILITY_LEVEL"):
        words.expect_operator("=")
        level = words.integer()
        if level not in (100, 110, 120, 130, 140, 150, 160):
            raise SqlError(
                15048, "Valid values of the database compatibility level are 100, 110, 120, 130, 140, 150, or 160."
            )
        return lambda _session, database: setattr(database, "compatibility", level)
    for word in ("SINGLE_USER", "RESTRICTED_USER", "MULTI_USER"):
        if words.take(word):
            ends = _termination(words)
            return lambda session, database: set_access(session, database, word, ends)
    for word in ("ONLINE", "OFFLINE", "READ_ONLY", "READ_WRITE"):
        if words.take(word):
            ends = _termination(words)
            return lambda session, database: _set_state(session, database, word, ends)
    option = words.identifier().upper()
    if option not in SWITCHES:
        raise refused(f"ALTER DATABASE ... SET {option}")
    words.take_operator("=")
    value = words.one_of("ON", "OFF")
    ends = _termination(words)

    def switch(session: Session, database: DatabaseInfo) -> None:
        if option == "READ_COMMITTED_SNAPSHOT":
            make_free(session, database, ends)
        database.options[SWITCHES[option]] = value == "ON"

    return switch


def _termination(words: Batch) -> str:
    """Take WITH ROLLBACK IMMEDIATE or WITH NO_WAIT; empty waits for the others to go."""
    if not words.take("WITH"):
        return ""
    if words.take("NO_WAIT"):
        return "NO_WAIT"
    words.expect("ROLLBACK")
    if words.take("AFTER"):
        words.integer()
        words.take("SECONDS")
        return "ROLLBACK"
    words.expect("IMMEDIATE")
    return "ROLLBACK"


def make_free(session: Session, database: DatabaseInfo, termination: str) -> None:
    """Return when no other session is in the database. Raises SqlError 5061 (and 5070 as SQL Server does)."""
    instance = session.instance
    others = instance.users_of(database, but=session)
    if others and termination == "ROLLBACK":
        for each in others:
            each.kill()
    instance.settle(database, but=session)
    deadline = time.monotonic() + (session.lock_timeout if termination != "NO_WAIT" else 0)
    while instance.users_of(database, but=session):
        session.check()
        if time.monotonic() >= deadline:
            raise SqlError(
                5061,
                f"ALTER DATABASE failed because a lock could not be placed on database '{database.name}'. Try "
                "again later.",
            )
        time.sleep(0.01)


def set_access(session: Session, database: DatabaseInfo, access: str, termination: str) -> None:
    """Set who may use a database."""
    runtime = session.instance.running(database.id)
    if access == "MULTI_USER":
        if database.access == "SINGLE_USER" and runtime.owner not in (None, session):
            raise SqlError(
                5064,
                f"Changes to the state or options of database '{database.name}' cannot be made at this time. The "
                "database is in single-user mode, and a user is currently connected to it.",
            )
        database.access, runtime.owner = access, None
        return
    make_free(session, database, termination)
    database.access = access
    runtime.owner = session if access == "SINGLE_USER" and session.database is database else None


def _set_state(session: Session, database: DatabaseInfo, word: str, termination: str) -> None:
    if word == "ONLINE":
        database.state = "ONLINE"
        return
    make_free(session, database, termination)
    if word == "OFFLINE":
        session.forget(database)
        database.state = "OFFLINE"
    else:
        database.read_only = word == "READ_ONLY"


def _collate(session: Session, database: DatabaseInfo, collation: str) -> None:
    make_free(session, database, "NO_WAIT")
    link = session.link_to(database)
    model: Model = link.copy_model()
    if any(table.checks or any(each.computed for each in table.columns) for table in model.tables):
        raise SqlError(
            5075,
            f"The object is dependent on database collation. The database collation of '{database.name}' cannot be "
            "changed.",
        )
    model.collation = collation  # columns keep the collation that they were made with
    link.store(model)
    link.commit()
    database.collation = collation


def _rename(session: Session, database: DatabaseInfo, new: str) -> None:
    if session.instance.state.database(new) is not None:
        raise SqlError(1801, f"Database '{new}' already exists. Choose a different database name.", state=3)
    make_free(session, database, "NO_WAIT")
    database.name = new
    session.output.message(5021, f"The database name '{new}' has been set.")


@statement("ALTER", "AUTHORIZATION")
def alter_authorization(words: Batch) -> Action:
    """ALTER AUTHORIZATION ON DATABASE::name TO login."""
    words.expect("ON", "DATABASE")
    words.expect_operator("::")
    name = words.identifier()
    words.expect("TO")
    login = words.identifier()

    def run(session: Session) -> None:
        database = found_database(session, name, 5011)
        security.require_server_role(session)
        found = session.instance.state.login(login)
        if found is None:
            raise SqlError(
                15151, f"Cannot find the principal '{login}', because it does not exist or you do not have permission."
            )
        link = session.link_to(database)
        link.begin()
        model = link.copy_model()
        mapped = next((each for each in model.principals if each.sid == found.sid and each.id != 1), None)
        if mapped is not None:
            link.rollback()
            raise SqlError(15110, "The proposed new database owner is already a user or aliased in the database.")
        next(each for each in model.principals if each.id == 1).sid = found.sid
        link.store(model)
        session.end_statement()
        database.owner = found.sid
        session.instance.save()

    return run
