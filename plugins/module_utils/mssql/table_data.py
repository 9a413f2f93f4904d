# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rows of tables, made equal to a source's, emptied, exported or digested: what module `mssql_table_data` does."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.arguments import checked_name, server_from
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.database import read_database
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.digest import ContentDigest
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.service_record import record_of
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.session import (
    ATTEMPTS,
    DEADLOCK,
    Session,
    SqlProblem,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_artefact import (
    ArtefactWriter,
    altered,
    check_rows,
    read_artefact,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_catalogue import read_catalogue
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_data_declaration import data_from
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_data_planner import (
    DataChange,
    FoundData,
    check_shapes,
    check_table,
    plan_data,
    shape_of,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_delta import (
    Delta,
    compare,
    digest_of_table,
    filling,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_order import Volume, order_of
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_shapes import Table
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_sources import (
    ArtefactSource,
    ServerSource,
    Source,
    content_of,
    counted,
    rows_of,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.table_writer import write
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.progress import Progress
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import (
    MissingPrerequisite,
    Problem,
    Resource,
)


class TableData(Resource[FoundData, DataChange]):
    """The rows of some tables of a database."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        """Check the parameters of module `mssql_table_data`; nothing is sent.

        Raises:
            InvalidParameter: they cannot be meant.
        """
        self.declared = data_from(params)
        server = replace(server_from(params), database=self.declared.database)
        self._session = Session(server, driver=params["driver"])
        self._source_session: Session | None = None
        if params["source"] is not None:
            origin = params["source"]
            source = replace(server_from(origin), database=checked_name("source.database", origin["database"]))
            self._source_session = Session(source, driver=origin["driver"])
        self._source: Source | None = None
        self._found = FoundData()
        self._warnings: list[str] = []

    def read(self) -> FoundData:
        """Return the tables, and what of their rows a plan depends on. Reads all rows unless they are to be deleted."""
        declared, session = self.declared, self._session
        catalogue = read_catalogue(session)
        found = [
            check_table(name, catalogue.find(name), where=session.where, keyed=declared.state != "empty")
            for name in declared.tables
        ]
        tables = {str(each): each for each in found}
        self._found = replace(
            self._found,
            tables=tables,
            foreign_keys=catalogue.foreign_keys,
            order=order_of(tables, catalogue.foreign_keys),
        )
        if declared.state in ("present", "empty"):
            self._read_record()
        match declared.state:
            case "present":
                self._compare()
            case "empty":
                rows = {name: session.value(each.count()) for name, each in tables.items()}
                self._found = replace(self._found, rows=rows)
            case _:
                self._found = replace(self._found, digests=self._digests(), kept=self._kept())
        return self._found

    def plan(self, present: FoundData) -> Sequence[DataChange]:
        """Return the changes."""
        return plan_data(self.declared, present)

    def apply(self, changes: Sequence[DataChange]) -> Iterator[DataChange]:
        """Write the rows, or the artefact, as a whole or not at all."""
        if self.declared.state == "exported":
            self._export()
        else:
            self._write(changes)
        yield from changes

    def facts(self, present: FoundData) -> Mapping[str, object]:
        """Return the driver, the digest, what there is of each table, and what went wrong and was mended."""
        facts: dict[str, object] = {"driver": str(self._session.driver), "tables": {}}
        if self.declared.state in ("present", "empty"):
            facts["service_record"] = present.record
        if self.declared.state == "empty":
            facts["tables"] = {name: {"rows": rows} for name, rows in present.rows.items()}
        else:
            if present.deltas:  # the writer has learned the digests of tables that were filled
                present = replace(present, digests={name: each.source for name, each in present.deltas.items()})
            facts["tables"] = {
                name: {"rows": each.rows, "digest": each.digest or None, **_counts(present.deltas.get(name))}
                for name, each in present.digests.items()
            }
            facts["digest"] = present.digest if all(each.digest for each in present.digests.values()) else None
        return {**facts, "warnings": self._warnings} if self._warnings else facts

    def close(self) -> None:
        """Close the connections."""
        self._session.close()
        if self._source_session is not None:
            self._source_session.close()

    def _read_record(self) -> None:
        declared = self.declared
        database = read_database(self._session, declared.database)
        if database is None:
            raise Problem(
                "there is no such database, or this login may not see it",
                where=self._session.where,
                remedy="Correct its name, create it first, or have VIEW ANY DATABASE granted.",
            )
        self._found = replace(
            self._found,
            record=record_of(database.extended_properties, declared.service_record),
            definition_seen=database.definition_seen,
        )

    def _compare(self) -> None:
        """Find out what differs from the source."""
        declared, tables = self.declared, self._found.tables
        if declared.artefact is not None:
            self._source = ArtefactSource(read_artefact(declared.artefact, declared.passphrase))
        elif self._source_session is not None:
            self._source = ServerSource(self._source_session)
        source = self._source
        if source is None:
            return
        check_shapes({name: source.shape(name) for name in tables}, tables, where=self._session.where)
        known = {name: source.known(name) for name in tables}
        deltas = {}
        with Progress(f"Comparison of {declared.database}", unit="rows") as progress:
            for name, table in tables.items():
                deltas[name] = self._delta(source, table, known[name], progress)
        self._found = replace(self._found, deltas=deltas, digests={name: each.source for name, each in deltas.items()})

    def _delta(self, source: Source, table: Table, known: ContentDigest | None, progress: Progress) -> Delta:
        """Return what differs in a table; the source's rows are not read for that if it can be said without."""
        declared, session = self.declared, self._session
        if known is not None:
            content = digest_of_table(table, counted(content_of(session, table), progress))
            if content == known:
                return Delta(known, content, Volume(kept=content.rows))
            if not content.rows and not declared.report_keys:
                return filling(known, content)
        elif not declared.report_keys and declared.digest is None and not session.value(table.count()):
            return filling(ContentDigest(source.count(str(table)), ""), digest_of_table(table, []))
        ours = counted(rows_of(session, table), progress)
        where = f"table {table}"
        delta = compare(table, source.batches(table), ours, where=where, samples=declared.report_keys)
        if known is not None and delta.source != known:
            raise altered(Path(f"{declared.artefact} table {table}"), expected=str(known), found=str(delta.source))
        return delta

    def _digests(self) -> dict[str, ContentDigest]:
        found = {}
        with Progress(f"Digest of {self.declared.database}", unit="rows") as progress:
            for name, table in self._found.tables.items():
                found[name] = digest_of_table(table, counted(content_of(self._session, table), progress))
        return found

    def _kept(self) -> str | None:
        """Return the digest of the artefact that is there, None if there is none, and what is wrong if it is not
        whole."""
        path = self.declared.artefact
        if path is None:
            return None
        try:
            artefact = read_artefact(path, self.declared.passphrase)
            for stored in artefact.tables.values():
                artefact.verify(stored)
                table = self._found.tables.get(stored.name)
                if table is not None and shape_of(table) == stored.columns:
                    check_rows(artefact, stored, table)
        except MissingPrerequisite:
            if path.exists() and (not path.is_dir() or any(path.iterdir())):
                raise Problem(
                    "there is something else where the artefact shall be",
                    where=str(path),
                    expected="an artefact, or nothing",
                    remedy="Give another directory, or take away what is there.",
                ) from None
            return None
        except Problem as problem:
            return f"none: {problem.what}"
        return artefact.digest

    def _export(self) -> None:
        path = self.declared.artefact
        if path is None:
            return
        try:
            self._export_to(path)
        except OSError as error:
            raise Problem(
                "the artefact could not be written, and what was there before is as it was",
                where=str(path),
                found=error,
                remedy="Look whether there is space, and whether whoever runs this may write there.",
            ) from None

    def _export_to(self, path: Path) -> None:
        with (
            ArtefactWriter(path, self.declared.passphrase) as writer,
            Progress(f"Export of {self.declared.database}", unit="rows") as progress,
        ):
            for name, table in self._found.tables.items():
                content = writer.add(table, counted(rows_of(self._session, table), progress))
                if content != self._found.digests[name]:
                    raise Problem(
                        "the rows changed while they were exported, and nothing was kept",
                        where=f"{self._session.where} table {name}",
                        expected=str(self._found.digests[name]),
                        found=str(content),
                        remedy="Export while nobody writes.",
                    )
            writer.finish()

    def _write(self, changes: Sequence[DataChange]) -> None:
        """Write in one transaction. One that the server breaks off to end a deadlock is repeated."""
        for attempt in itertools.count(1):
            session = self._session.within(self.declared.database)
            try:
                warning = write(session, changes, self._found, self._source)
            except SqlProblem as problem:
                if problem.number != DEADLOCK or attempt == ATTEMPTS:
                    raise
                self._warnings.append(
                    f"Database {self.declared.database}: the transaction was a deadlock's victim, and is repeated "
                    f"({attempt} of {ATTEMPTS - 1})."
                )
            else:
                self._warnings += [warning] if warning else []
                return
            finally:
                session.close()


def _counts(delta: Delta | None) -> dict[str, object]:
    if delta is None:
        return {}
    volume = delta.volume
    return {"inserted": volume.inserted, "updated": volume.updated, "deleted": volume.deleted}
