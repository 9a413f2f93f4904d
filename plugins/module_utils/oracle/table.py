# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A table, kept as declared: what module `oracle_table` reconciles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.arguments import server_from
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.names import quoted, shown
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.session import Session
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.table_catalogue import (
    check_is_table,
    read_columns,
    read_constraints,
    read_object_type,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.table_declaration import table_from
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.table_planner import (
    FoundTable,
    TableChange,
    plan_table,
    warnings_for,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import (
    InvalidParameter,
    MissingPrerequisite,
    Resource,
)


class Table(Resource[FoundTable, TableChange]):
    """One table."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        """Check the parameters of module `oracle_table`; nothing is sent.

        Raises:
            InvalidParameter: they cannot be meant.
        """
        self.declared = table_from(params)
        if not 0 <= params["ddl_lock_timeout"] <= 1_000_000:
            raise InvalidParameter(
                "ddl_lock_timeout", params["ddl_lock_timeout"], "it is no time to wait", "Give seconds, 0 to 1000000."
            )
        self._session = Session(server_from(params))
        self._session.lock_seconds = params["ddl_lock_timeout"]

    def read(self) -> FoundTable:
        """Return the table, and what its foreign keys depend on."""
        session, schema, name = self._session, self.declared.schema, self.declared.name
        if not session.value("SELECT COUNT(*) FROM all_users WHERE username = :1", schema):
            raise MissingPrerequisite(
                f"there is no schema {shown(schema)}", where=session.where, remedy="Correct table, or create it."
            )
        kind = read_object_type(session, schema, name)
        check_is_table(session, schema, name, kind)
        parents = sorted({each.parent for each in self.declared.constraints if each.parent} - {(schema, name)})
        query = "SELECT DISTINCT owner, table_name FROM all_tables WHERE (owner, table_name) IN {pairs}"
        seen: set[tuple[Any, ...]] = set(session.rows_of_pairs(query, parents))
        missing = tuple(each for each in parents if each not in seen)
        if kind is None:
            return FoundTable(exists=False, missing_parents=missing)
        comments: dict[str | None, str] = {
            column: text
            for column, text in session.rows(
                "SELECT column_name, comments FROM all_col_comments WHERE owner = :1 AND table_name = :2", schema, name
            )
            if text
        }
        own = session.value("SELECT comments FROM all_tab_comments WHERE owner = :1 AND table_name = :2", schema, name)
        if own:
            comments[None] = own
        rows = session.value(" ".join(("SELECT COUNT(*) FROM", quoted(schema, name))))
        return FoundTable(
            exists=True,
            columns=tuple(read_columns(session, schema, name)),
            constraints=tuple(read_constraints(session, schema, name)),
            comments=comments,
            rows=int(rows),
            missing_parents=missing,
        )

    def plan(self, present: FoundTable) -> Sequence[TableChange]:
        """Return the changes."""
        return plan_table(self.declared, present)

    def apply(self, changes: Sequence[TableChange]) -> Iterator[TableChange]:
        """Execute the statements one by one: each is in force at once."""
        for change in changes:
            self._session.execute_all([[change.statement]])
            yield change

    def facts(self, present: FoundTable) -> Mapping[str, object]:
        """Return the table as it was, and what has to be warned about."""
        return {
            "table_before": {
                "columns": {each.name: each.declared for each in present.columns},
                "constraints": [each.name for each in present.constraints],
                "rows": present.rows,
            }
            if present.exists
            else None,
            "warnings": warnings_for(self.declared, present),
        }

    def close(self) -> None:
        """Close the connection."""
        self._session.close()
