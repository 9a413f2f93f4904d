# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The writing of rows into tables: one transaction, proven before it is committed."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.ahead import ahead
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.digest import sum_of_hashes
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.interruption import CancelledAfterCommit
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.session import Session, SqlProblem, quoted
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_data_planner import (
    DataChange,
    FoundData,
    volumes_of,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_delta import (
    INSERT,
    UPDATE,
    Delta,
    content_digest,
    digest_of_table,
    hash_of,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_order import suspended
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_shapes import ForeignKey, Row, Table
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_sources import (
    Source,
    content_of,
    counted,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.progress import Progress
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import OutcomeUnknown, Problem

_REFERENCE = 547
"""A foreign key or check."""

_CONFLICTS = (_REFERENCE, 2601, 2627)
"""Those; a unique index; a unique constraint."""


def write(session: Session, changes: Sequence[DataChange], found: FoundData, source: Source | None) -> str | None:
    """Delete, insert and update what differs, prove the result, and commit: all of it, or nothing.

    Args:
        session: in the target database, in which statements belong together.
        changes: the tables, each after those that it refers to.
        found: what the plan was made of.
        source: where rows come from; None if there are none to come.

    Returns:
        A warning if it was cancelled too late to be stopped, otherwise None.

    Raises:
        OutcomeUnknown: the connection broke while it was committed.
        Problem: it was rolled back.
    """
    try:
        with session.transaction():
            _write_or_say_why(session, changes, found, source)
    except CancelledAfterCommit:
        return f"{session.where}: it was cancelled after everything was committed: the tables are as declared."
    except KeyboardInterrupt:
        raise Problem(
            "it was cancelled, and everything was rolled back: the tables are as they were",
            where=session.where,
            remedy="Run again when it suits.",
        ) from None
    return None


def _write_or_say_why(session: Session, changes: Sequence[DataChange], found: FoundData, source: Source | None) -> None:
    try:
        _write(session, changes, found, source)
    except OutcomeUnknown as problem:
        raise Problem(
            "the connection broke before anything was committed, and the server rolls back what was begun: the "
            "tables are as they were",
            where=problem.where,  # the source's, if it was that one
            found=problem.found,
            remedy="Look whether the server runs.",
        ) from None
    except SqlProblem as problem:
        if problem.number not in _CONFLICTS:
            raise
        raise Problem(
            "the rows contradict the target's constraints, and everything was rolled back",
            where=session.where,
            found=problem.found,
            remedy="Mend the rows in the source, or name the tables that refer to these as well."
            if problem.number == _REFERENCE
            else "Rows that differ in the source are the same to a unique key of the target, as where its collation "
            "tells fewer letters apart (cases, accents). Mend them in the source, or give the column its collation.",
        ) from None


def _write(session: Session, changes: Sequence[DataChange], found: FoundData, source: Source | None) -> None:
    waiting = suspended(found.order, found.foreign_keys, volumes_of(found))
    tables = [found.tables[change.table] for change in changes]
    for each in waiting:
        session.call(" ".join(("ALTER TABLE", _child(found, each), "NOCHECK CONSTRAINT", quoted(each.name))))
    deltas = found.deltas
    total = sum(_work(deltas[str(each)]) if source else found.rows[str(each)] for each in tables)
    with Progress(f"Copy to {session.server.database}", total=total, unit="rows") as progress:
        for table in reversed(tables):
            if source is None:
                session.call(table.clear())
                progress.advance(found.rows[str(table)])
            else:
                _delete(session, table, deltas[str(table)], progress)
        if source is not None:
            for table in tables:
                _fill(session, table, deltas[str(table)], source, progress)
    for each in waiting:
        session.call(" ".join(("ALTER TABLE", _child(found, each), "WITH CHECK CHECK CONSTRAINT", quoted(each.name))))
    for table in tables:
        _prove(session, table, deltas[str(table)] if source else None)


def _work(delta: Delta) -> int:
    return delta.volume.removed + delta.volume.inserted + delta.volume.updated


def _child(found: FoundData, foreign_key: ForeignKey) -> str:
    return found.tables[foreign_key.child].quoted


def _delete(session: Session, table: Table, delta: Delta, progress: Progress) -> None:
    if not delta.volume.removed or delta.removed is None:
        return
    if delta.volume.removed == delta.target.rows:
        session.call(table.clear())
        progress.advance(delta.volume.removed)
        return
    statement, binds = table.delete(), table.delete_binds()
    for keys in counted(delta.removed.batches(), progress):
        session.call_many(statement, binds(keys))


def _fill(session: Session, table: Table, delta: Delta, source: Source, progress: Progress) -> None:
    """Insert and update rows as they come from the source."""
    operations = delta.operations
    inserts = delta.volume.inserted > 0 if operations is None else INSERT in operations
    if not inserts and (operations is None or UPDATE not in operations):
        return
    if inserts and table.identity is not None:
        session.call(f"SET IDENTITY_INSERT {table.quoted} ON")
    if operations is None:
        _fill_empty(session, table, delta, source, progress)
    else:
        _write_chosen(session, table, operations, source, progress)
    if inserts and table.identity is not None:
        session.call(f"SET IDENTITY_INSERT {table.quoted} OFF")


def _fill_empty(session: Session, table: Table, delta: Delta, source: Source, progress: Progress) -> None:
    """Insert all rows of the source, and note their digest."""
    insert, binds, total, count = table.insert(), table.insert_binds(), hash_of(table.header), 0
    with ahead((batch, sum_of_hashes(batch)) for batch in source.batches(table)) as batches:
        for batch, number in batches:
            session.call_many(insert, binds(batch))
            total += number
            count += len(batch)
            progress.advance(len(batch))
    content = content_digest(count, total)
    if count != delta.source.rows or delta.source.digest not in ("", content.digest):
        raise Problem(
            "the source was altered, and everything was rolled back",
            where=f"{session.where} table {table}",
            expected=str(delta.source),
            found=str(content),
            remedy="If it is an artefact, fetch it again from where it was signed off; otherwise run again.",
        )
    delta.source = content


def _write_chosen(session: Session, table: Table, operations: bytes, source: Source, progress: Progress) -> None:
    """Insert and update the rows of which that was found out."""
    insert, insert_binds = table.insert(), table.insert_binds()
    update, update_binds = table.update(), table.update_binds()
    at = 0
    for batch in source.batches(table):
        chosen = operations[at : at + len(batch)]
        at += len(batch)
        if len(chosen) < len(batch):
            raise _changed(table, session)
        new = _chosen(batch, chosen, INSERT)
        if new:
            session.call_many(insert, insert_binds(new))
        changed = _chosen(batch, chosen, UPDATE)
        if changed:
            session.call_many(update, update_binds(changed))
        progress.advance(len(new) + len(changed))


def _chosen(batch: list[Row], operations: bytes, operation: int) -> list[Row]:
    if operations.count(operation) == len(batch):
        return batch
    return [row for row, each in zip(batch, operations, strict=True) if each == operation]


def _prove(session: Session, table: Table, delta: Delta | None) -> None:
    """Return if a table holds, inside the transaction, what it shall hold. Raises Problem."""
    if delta is None:
        left = session.value(table.count())
        if left:
            raise Problem(
                "the table is not empty after all its rows were deleted, and everything was rolled back",
                where=f"{session.where} table {table}",
                found=f"{left} rows",
                remedy="Look for a trigger, or for somebody who writes, and run again.",
            )
    elif digest_of_table(table, content_of(session, table)) != delta.source:
        raise _changed(table, session)


def _changed(table: Table, session: Session) -> Problem:
    return Problem(
        "the table is not equal to the source after the copy, and everything was rolled back",
        where=f"{session.where} table {table}",
        remedy="Somebody has written to the source or the target meanwhile, or a trigger has, or the collation of a "
        "char or varchar column has not all letters that the source has. See to that, and run again.",
    )
