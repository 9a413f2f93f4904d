# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A login with its users and rights, kept as declared: what module `mssql_login` reconciles."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.arguments import server_from
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.login_declaration import login_from
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.login_planner import plan_login, warnings_for
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.login_reader import read_found
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.login_state import Found
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.session import (
    ATTEMPTS,
    DEADLOCK,
    Session,
    SqlProblem,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.user_planner import LoginChange
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Resource


class Login(Resource[Found, LoginChange]):
    """One login."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        """Check the parameters of module `mssql_login`; nothing is sent.

        Raises:
            InvalidParameter: they cannot be meant.
        """
        self.declared = login_from(params)
        secrets = [self.declared.password] if self.declared.password else []
        self._session = Session(server_from(params), driver=params["driver"], secrets=secrets)
        self._warnings: list[str] = []

    def read(self) -> Found:
        """Return the login, and what of the databases its users depend on."""
        return read_found(self._session, self.declared)

    def plan(self, present: Found) -> Sequence[LoginChange]:
        """Return the changes, those of a database together."""
        return plan_login(self.declared, present)

    def apply(self, changes: Sequence[LoginChange]) -> Iterator[LoginChange]:
        """Execute what concerns the server statement by statement, and what concerns a database as a whole or not at
        all."""
        for database, group in itertools.groupby(changes, lambda change: change.database):
            if database is None:
                for change in group:
                    self._session.execute(change.statement)
                    yield change
            else:
                yield from self._apply_within(database, list(group))

    def _apply_within(self, database: str, changes: Sequence[LoginChange]) -> Sequence[LoginChange]:
        """Apply the changes of a database in one transaction, and return them when they are in force.

        A transaction that the server breaks off to end a deadlock is repeated: nothing of it was done.
        """
        for attempt in itertools.count(1):
            session = self._session.within(database)
            try:
                with session.transaction():
                    for change in changes:
                        session.execute(change.statement)
            except SqlProblem as problem:
                if problem.number != DEADLOCK or attempt == ATTEMPTS:
                    raise
                self._warnings.append(f"Database {database}: the transaction was a deadlock's victim, and is repeated.")
            else:
                break
            finally:
                session.close()
        return changes

    def facts(self, present: Found) -> Mapping[str, object]:
        """Return the driver, and the login as it was before, with its sessions."""
        login = present.login
        before = None
        if login is not None:
            before = {
                "sid": f"0x{login.sid}",
                "disabled": login.disabled,
                "locked": login.locked,
                "must_change_password": login.must_change,
                "sessions": list(login.sessions),
            }
        facts: dict[str, object] = {"driver": str(self._session.driver), "login_before": before}
        warnings = [*warnings_for(self.declared, login), *self._warnings]
        return {**facts, "warnings": warnings} if warnings else facts

    def close(self) -> None:
        """Close the connection."""
        self._session.close()
