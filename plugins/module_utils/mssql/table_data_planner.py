# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rows of tables: from what is to what is declared. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.digest import ContentDigest, overall
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.service_record import require_pre_live
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_data_declaration import DeclaredData
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_delta import Delta
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_order import Order, Volume
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_shapes import (
    SUPPORTED,
    ForeignKey,
    Table,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import (
    Change,
    MissingPrerequisite,
    Problem,
)

Shape = tuple[tuple[str, str, int], ...]
"""Name, declared type and place in the primary key of each column."""


def shape_of(table: Table) -> Shape:
    """Return the shape of a table."""
    return tuple((each.name, each.declared, each.key) for each in table.columns)


def check_table(name: str, table: Table | None, *, where: str, keyed: bool) -> Table:
    """Return a table whose rows can be copied.

    Args:
        name: as the task has it.
        table: what was found, None if there is none.
        where: whose it is.
        keyed: whether it needs a primary key.

    Raises:
        MissingPrerequisite: there is none.
        Problem: it has no primary key, or a column of a type that cannot be copied.
    """
    where = f"{where} table {name}"
    if table is None:
        raise MissingPrerequisite(
            "there is no such table, or this login may not see it",
            where=where,
            remedy="Correct the name, or have the table created first.",
        )
    if keyed and not table.key:
        raise Problem(
            "the table has no primary key, so that its rows cannot be told apart",
            where=where,
            expected="a primary key",
            remedy="Give it one, or leave the table out.",
        )
    for each in table.columns:
        if each.type not in SUPPORTED:
            raise Problem(
                f"column {each.name} is of the type {each.type}, which cannot be copied",
                where=where,
                expected=f"one of {', '.join(sorted(SUPPORTED))}",
                remedy="Leave the table out, or have the column changed.",
            )
    return table


def check_shapes(shapes: Mapping[str, Shape], tables: Mapping[str, Table], *, where: str) -> None:
    """Return if tables have the same columns as those of the source.

    Args:
        shapes: of the source, by the names of the tables.
        tables: the target's, by the same names.
        where: the target.

    Raises:
        Problem: they have not; it names all columns that differ.
    """
    wrong = []
    for name, shape in shapes.items():
        theirs = {column.casefold(): (kind, key) for column, kind, key in shape}
        ours = {column.casefold(): (kind, key) for column, kind, key in shape_of(tables[name])}
        for column in sorted({*theirs, *ours}):
            if theirs.get(column) != ours.get(column):
                wrong.append(f"{name}.{column} is {_told(ours.get(column))}, in the source {_told(theirs.get(column))}")
    if wrong:
        raise Problem(
            "the tables have not the same columns as the source's",
            where=where,
            expected="the same names, types and primary keys",
            found=", ".join(wrong),
            remedy="Bring both to the same version first.",
        )


def _told(column: tuple[str, int] | None) -> str:
    if column is None:
        return "missing"
    return f"{column[0]} (key {column[1]})" if column[1] else column[0]


@dataclass(frozen=True)
class FoundData:
    """What a plan depends on."""

    tables: Mapping[str, Table] = field(default_factory=dict)
    """By the names that the task gives."""
    deltas: Mapping[str, Delta] = field(default_factory=dict)
    """Of `present`: what differs."""
    rows: Mapping[str, int] = field(default_factory=dict)
    """Of `empty`: how many rows there are."""
    digests: Mapping[str, ContentDigest] = field(default_factory=dict)
    """What the source holds."""
    kept: str | None = None
    """Of `exported`: the digest of the artefact that is there and whole."""
    order: Order = field(default_factory=lambda: Order((), ()))
    foreign_keys: Collection[ForeignKey] = ()
    record: str | None = None
    """The target's service record."""
    definition_seen: bool = True
    """Whether no extended property can be hidden from the login."""

    @property
    def digest(self) -> str:
        """One digest of what the source holds."""
        return overall({name.casefold(): each for name, each in self.digests.items()})


@dataclass(frozen=True)
class DataChange(Change):
    """A table to fill or empty, or the artefact to write."""

    table: str = ""


def volumes_of(found: FoundData) -> dict[str, Volume]:
    """Return how many rows of each table go, change and come."""
    if found.rows:
        return {name: Volume(deleted=rows) for name, rows in found.rows.items()}
    return {name: each.volume for name, each in found.deltas.items()}


def plan_data(declared: DeclaredData, found: FoundData) -> list[DataChange]:
    """Return the changes: a table each, parents first, or the artefact.

    Raises:
        Problem: the rows are not those that were signed off, or may not be destroyed.
    """
    if declared.digest is not None and found.digest != declared.digest:
        raise Problem(
            "the rows are not those that were signed off",
            where=f"tables {', '.join(declared.tables)}",
            expected=f"the digest {declared.digest}",
            found=found.digest,
            remedy="Find out what changed, and have it signed off, or take the artefact that was.",
        )
    if declared.state == "exported":
        if found.kept == found.digest:
            return []
        after = {name: each.as_dict() for name, each in found.digests.items()}
        item, action = f"artefact {declared.artefact}", "create" if found.kept is None else "update"
        before = None if found.kept is None else {"digest": found.kept}
        return [DataChange(item, "create" if action == "create" else "update", before, after)]
    changes = [each for name in found.order.parents_first if (each := _change(declared, found, name)) is not None]
    _require_destroyable(declared, found)
    return changes


def _change(declared: DeclaredData, found: FoundData, name: str) -> DataChange | None:
    item = f"table {name}"
    if declared.state == "empty":
        rows = found.rows[name]
        return DataChange(item, "delete", {"rows": rows}, {"rows": 0}, name) if rows else None
    if declared.state != "present" or found.deltas[name].equal:
        return None
    delta = found.deltas[name]
    volume = delta.volume
    counts = {"inserted": volume.inserted, "updated": volume.updated, "deleted": volume.deleted}
    keys = {"keys": delta.samples} if declared.report_keys else {}
    after = delta.source.as_dict() if delta.source.digest else {"rows": delta.source.rows}
    return DataChange(item, "update", delta.target.as_dict(), {**after, **counts, **keys}, name)


def _require_destroyable(declared: DeclaredData, found: FoundData) -> None:
    """Return if all rows that go or change may be destroyed. Raises Problem."""
    volumes, where = volumes_of(found), f"database {declared.database}"
    destroyed = {name: each.deleted + each.updated for name, each in volumes.items() if each.deleted + each.updated}
    if not destroyed:
        return
    for each in found.foreign_keys:
        if each.cascades and not each.disabled and each.child not in volumes and volumes_removed(volumes, each.parent):
            raise Problem(
                f"deleting rows of {each.parent} would change rows of {each.child}, which is not one of these tables",
                where=where,
                expected=f"a foreign key {each.name} without ON DELETE, or {each.child} among the tables",
                remedy=f"Name {each.child} as well.",
            )
    what = ", ".join(f"{number} rows of {name}" for name, number in destroyed.items())
    what = f"{'deleting' if declared.state == 'empty' else 'overwriting'} {what}"
    if not declared.overwrite:
        raise Problem(
            f"{what} is refused: the task only lets rows be inserted",
            where=where,
            expected="overwrite: true, or these rows as they are declared",
            found="overwrite: false",
            remedy="Find out who changed them. Data of a service that is live, or goes live, are not overwritten.",
        )
    if found.record is None and not found.definition_seen:
        raise Problem(
            f"{what} is refused: this login might not see the database's record of being in service",
            where=where,
            expected="the permission VIEW DEFINITION on the database",
            found="a login without it",
            remedy="Grant it, or use another login.",
        )
    require_pre_live(what, where=where, name=declared.service_record, record=found.record, protected=declared.protected)


def volumes_removed(volumes: Mapping[str, Volume], table: str) -> int:
    """Return how many rows of a table are deleted, be it only for a moment; none of one that is not in the set."""
    return volumes[table].removed if table in volumes else 0
