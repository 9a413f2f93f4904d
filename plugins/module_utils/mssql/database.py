# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A database of a SQL Server, kept as declared: what module `mssql_database` reconciles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.arguments import server_from
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.connections import IN_USE, in_use
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.database_files import DatabaseChange
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.database_planner import plan_database
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.database_state import (
    UNLIMITED,
    DatabaseFile,
    DatabaseState,
    Surroundings,
    declaration_from,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.instance import (
    extended_properties,
    file_facts,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.service_record import record_of
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.session import Session, SqlProblem, quoted
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem, Resource

_DATABASE = """
SELECT d.name, d.collation_name, d.recovery_model_desc, d.compatibility_level, d.is_read_committed_snapshot_on,
    SUSER_SNAME(d.owner_sid), d.state_desc, d.is_read_only, d.user_access_desc,
    s.name, d.create_date, HAS_DBACCESS(d.name)
FROM sys.databases AS d LEFT JOIN sys.databases AS s ON s.database_id = d.source_database_id WHERE d.name = ?"""

_FILES = """
SELECT name, type_desc, physical_name, size, max_size, growth, is_percent_growth FROM sys.master_files
WHERE database_id = DB_ID(?) AND type IN (0, 1) ORDER BY file_id"""

_DEFINITION_SEEN = "SELECT HAS_PERMS_BY_NAME(?, 'DATABASE', 'VIEW DEFINITION')"


class Database(Resource[Surroundings, DatabaseChange]):
    """One database."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        """Check the parameters of module `mssql_database`; nothing is sent.

        Raises:
            InvalidParameter: they cannot be meant.
        """
        self.declared = declaration_from(params)
        self._session = Session(server_from(params), driver=params["driver"])

    def read(self) -> Surroundings:
        """Return the database, and what of the server a plan depends on."""
        declared, session = self.declared, self._session
        model = read_database(session, "model")
        if model is None:
            raise Problem(
                "the server has no database model, or hides it",
                where=session.where,
                remedy="Use a login that may see it (VIEW ANY DATABASE).",
            )
        ((version, creator),) = session.rows(
            "SELECT CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)), SUSER_SNAME()"
        )
        return Surroundings(
            read_database(session, declared.name),
            model,
            int(version.partition(".")[0]),
            creator,
            owner_known=declared.owner is None or self._known_login(declared.owner),
            collation_known=declared.collation is None or self._known_collation(declared.collation),
        )

    def plan(self, present: Surroundings) -> Sequence[DatabaseChange]:
        """Return the changes."""
        return plan_database(self.declared, present)

    def apply(self, changes: Sequence[DatabaseChange]) -> Iterator[DatabaseChange]:
        """Execute the statements one by one: none of them can be in a transaction with another."""
        for change in changes:
            try:
                self._session.execute(change.statement)
            except SqlProblem as problem:
                if change.action == "delete" and self.declared.close_connections:
                    self._open_again()
                if problem.number in IN_USE:
                    raise in_use(self._session, problem, self.declared.name) from None
                raise
            yield change

    def facts(self, present: Surroundings) -> Mapping[str, object]:
        """Return the driver, and the service record that was found."""
        found = present.database
        record = record_of(found.extended_properties, self.declared.service_record) if found else None
        return {"driver": str(self._session.driver), "service_record": record}

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def _known_login(self, name: str) -> bool:
        query = "SELECT COUNT(*) FROM sys.server_principals WHERE name = ? AND type IN ('S', 'U', 'E')"
        return bool(self._session.value(query, name))

    def _known_collation(self, name: str) -> bool:
        return self._session.value("SELECT CAST(COLLATIONPROPERTY(?, 'CodePage') AS int)", name) is not None

    def _open_again(self) -> None:
        """Let the others in again, after a database was not dropped. What hinders that was said already."""
        try:
            self._session.execute([f"ALTER DATABASE {quoted(self.declared.name)} SET MULTI_USER"])
        except Problem:
            return


def read_database(session: Session, name: str) -> DatabaseState | None:
    """Return a database, None if there is none, or none that the login may see. Raises Problem."""
    found = session.rows(_DATABASE, name)
    if not found:
        return None
    ((name, collation, recovery, level, switch, owner, status, read_only, access, source, created, mine),) = found
    readable = status == "ONLINE" and source is None and mine == 1
    return DatabaseState(
        name,
        collation or "",
        recovery,
        level,
        bool(switch),
        owner,
        tuple(_file(file_facts(row)) for row in session.rows(_FILES, name)),
        extended_properties(session, name) if readable else {},
        status,
        bool(read_only),
        access,
        source,
        created.isoformat(),
        tuple(
            row[0]
            for row in session.rows(
                "SELECT name FROM sys.databases WHERE source_database_id = DB_ID(?) ORDER BY name", name
            )
        ),
        readable and session.value(_DEFINITION_SEEN, quoted(name)) == 1,
    )


def _file(facts: Mapping[str, Any]) -> DatabaseFile:
    limit = facts["max_size_mb"]
    return DatabaseFile(**{**facts, "max_size_mb": UNLIMITED if limit is None else limit})
