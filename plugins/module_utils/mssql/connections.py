# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who else is connected to a database, where a change needs it for itself."""

from __future__ import annotations

import time
from collections.abc import Collection

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.session import Session, SqlProblem
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

IN_USE = (1222, 3101, 3702, 5061, 5064, 5070)
"""Numbers of errors: the database is used by others; a lock on it was not to be had."""

_NO_SUCH_SESSION = 6106
_CLOSING_SECONDS = 10.0

_USERS = """
SELECT session_id, login_name, host_name, program_name FROM sys.dm_exec_sessions
WHERE database_id = DB_ID(?) AND session_id <> @@SPID ORDER BY session_id"""


def users_of(session: Session, database: str) -> dict[int, str]:
    """Return the other sessions that are in a database, as messages name them. Raises Problem."""
    return {
        number: f"session {number} of {login} on {host or '?'} ({program or '?'})"
        for number, login, host, program in session.rows(_USERS, database)
    }


def disconnect(session: Session, database: str) -> None:
    """End all other sessions in a database that cannot be altered, such as a snapshot. Raises Problem."""
    for number in users_of(session, database):
        try:
            session.execute([f"KILL {number:d}"])
        except SqlProblem as problem:
            if problem.number != _NO_SUCH_SESSION:
                raise


def wait_until_closed(session: Session, numbers: Collection[int]) -> None:
    """Return when the server has noticed that sessions of ours were closed, or has not for ten seconds."""
    deadline = time.monotonic() + _CLOSING_SECONDS
    while time.monotonic() < deadline:
        open_now = {number for (number,) in session.rows("SELECT session_id FROM sys.dm_exec_sessions")}
        if not open_now & set(numbers):
            return
        time.sleep(0.02)


def in_use(session: Session, problem: SqlProblem, *databases: str) -> Problem:
    """Return the error for databases that others use, saying who, if that is known."""
    try:
        users = [user for database in databases for user in users_of(session, database).values()]
    except Problem:
        users = []
    return Problem(
        "the database is in use",
        where=f"database {databases[0]}",
        expected="no other connection",
        found=", ".join(users) or problem.found,
        remedy="Have these ended, or say close_connections: true to end them, rolling back what they are doing.",
    )
