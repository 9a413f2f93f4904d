# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A database's own record of whether it is in service: an extended property, which goes where the database goes.

Whatever destroys data asks it first: only a positive `pre_live` lets it (doc fragment `mssql.service_record`).
"""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

PROPERTY = "exam_scheduling_service"
"""The property's name, if the task gives no other."""

PRE_LIVE = "pre_live"
"""Its only value that lets data be destroyed."""

SERVICE_RECORD_ARGUMENTS: dict[str, dict[str, object]] = {
    "service_record": {"type": "str", "default": PROPERTY},
    "protected": {"type": "bool", "default": True},
}


def record_of(properties: Mapping[str, str], name: str) -> str | None:
    """Return a database's record, None if it has none. Names do not differ by their cases."""
    return next((value for key, value in properties.items() if key.casefold() == name.casefold()), None)


def require_pre_live(what: str, *, where: str, name: str, record: str | None, protected: bool) -> None:
    """Return if a database may be destroyed.

    Args:
        what: what would be done to it, for the message.
        where: the database.
        name: the property's name.
        record: its value, None if the database has none.
        protected: what the task says about a database without a record. It never outweighs a record.

    Raises:
        Problem: it may not.
    """
    if record == PRE_LIVE or (record is None and not protected):
        return
    if record is None:
        raise Problem(
            f"{what} is refused: the database has no record of whether it is in service",
            where=where,
            expected=f"the extended property {name} with the value {PRE_LIVE}",
            found="no such property",
            remedy="If it is certain that nobody needs this database, say protected: false in the task.",
        )
    raise Problem(
        f"{what} is refused: the database's own record does not say that it is not in service yet",
        where=where,
        expected=f"{name} = {PRE_LIVE}",
        found=f"{name} = {record}",
        remedy="A database in service is not destroyed by this collection.",
    )


def require_no_withdrawal(*, where: str, name: str, record: str | None, declared: str | None) -> None:
    """Return unless a record would be changed so that data could be destroyed that cannot be now.

    Args:
        where: the database.
        name: the property's name.
        record: its value, None if the database has none.
        declared: what it shall be, None to be removed.

    Raises:
        Problem: it would.
    """
    if record in (None, PRE_LIVE) or declared not in (None, PRE_LIVE):
        return
    raise Problem(
        "the task would have a database that is in service say that it is not, and thereby let its data be destroyed",
        where=where,
        expected=f"{name} = {record}, as it is",
        found=f"{name} = {declared} declared" if declared else f"{name} declared to be removed",
        remedy="Correct what is declared. A database is withdrawn from service by "
        "playbooks/withdraw_from_service.yml alone, which keeps a backup.",
    )
