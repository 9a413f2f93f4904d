# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a database does not do, and why, from what the driver says. Pure."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.refusals import in_one_line
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.statements import position_in
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import OutcomeUnknown, Problem

_LOST = {"DPY-4011", "DPY-1001", "DPY-6005", "DPY-4024"}
"""Connection closed, not connected, cannot connect, no answer in time."""
_LOST_NUMBERS = {28, 1012, 3113, 3114, 3135, 12537, 12547, 12570, 12571, 2396}
_NUMBER = re.compile(r"ORA-(\d{5})")
_REMEDIES = {
    54: "Somebody has the object locked. Wait until they have finished, or set ddl_lock_timeout higher.",
    4021: "Somebody uses or compiles it at this moment. Run again when they have finished.",
    30006: "Somebody has the object locked. Wait until they have finished, and run again.",
    1031: "Grant the privilege to the account directly: one that comes through a role does not count here.",
    28003: "The profile's rule for passwords does not accept it. Put another one into the vault.",
    28007: "The profile does not let a password be used again. Put another one into the vault.",
    1536: "Raise the quota of the owner in the tablespace.",
}
"""By number: what to do."""


class SqlProblem(Problem):
    """The server refused a statement."""

    number = 0
    """Oracle's number of the error: 942 of ORA-00942."""
    position = 0
    """How many statements of `execute_all` were executed before it."""


class ConnectionLost(OutcomeUnknown):
    """The connection broke before the server answered; the next use connects anew."""


def is_lost(error: Any) -> bool:
    """Return whether an error of the driver says that the connection broke."""
    if isinstance(error, OSError):
        return True
    details = error.args[0] if error.args else None
    code, number = str(getattr(details, "full_code", "")), int(getattr(details, "code", 0) or 0)
    return code in _LOST or (code.startswith("ORA") and number in _LOST_NUMBERS)


def lost(message: str, where: str) -> ConnectionLost:
    """Return the error for a connection that broke."""
    return ConnectionLost(
        "the connection broke before the server answered",
        where=where,
        found=in_one_line(message),
        remedy="Look whether the server runs, and run again.",
    )


def refused(message: str, where: str) -> SqlProblem:
    """Return the error for a statement that the server refused.

    Args:
        message: what the driver says, without secrets.
        where: what messages call the database.
    """
    number = _NUMBER.search(message)
    problem = SqlProblem(
        "the server refused a statement",
        where=where,
        found=in_one_line(re.sub(r"^ORA-06512.*$", "", message, flags=re.MULTILINE)),
        remedy=_REMEDIES.get(int(number[1])) if number else None,
    )
    problem.number = int(number[1]) if number else 0
    problem.position = position_in(message)
    return problem
