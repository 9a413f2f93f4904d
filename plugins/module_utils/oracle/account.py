# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An account with its rights, kept as declared: what module `oracle_account` reconciles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle import rejected_logins
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.account_declaration import account_from
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.account_planner import (
    days_left,
    is_quiet,
    missing_objects,
    plan_account,
    warnings_for,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.account_reader import (
    of_account,
    read_account,
    try_password,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.account_rights import AccountChange
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.account_state import FoundAccount
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.arguments import server_from
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.names import shown
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.session import Session
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import (
    MissingPrerequisite,
    Problem,
    Resource,
)


class Account(Resource[FoundAccount, AccountChange]):
    """One account."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        """Check the parameters of module `oracle_account`; nothing is sent.

        Raises:
            InvalidParameter: they cannot be meant.
        """
        self.declared = account_from(params)
        secrets = [self.declared.password] if self.declared.password else []
        self._session = Session(server_from(params), secrets=secrets)

    def read(self) -> FoundAccount:
        """Return the account, and what it depends on."""
        return read_account(self._session, self.declared)

    def plan(self, present: FoundAccount) -> Sequence[AccountChange]:
        """Return the changes."""
        return plan_account(self.declared, present)

    def prerequisite(self, present: FoundAccount) -> MissingPrerequisite | None:
        """Return that what it shall have rights on is not there."""
        return missing_objects(self.declared, present)

    def apply(self, changes: Sequence[AccountChange]) -> Iterator[AccountChange]:
        """Execute the statements one by one: each is in force at once. A new password is proven by a login at the end,
        when the account has its rights."""
        verifies = False
        for change in changes:
            if change.if_rejected and not self._is_rejected(change):
                yield change
                continue
            self._session.execute_all([change.statement])
            sets_password = change.sets_password
            if change.if_ended and self._is_rejected(change):
                self._session.execute_all(change.if_ended)
                sets_password = True
            if sets_password:
                rejected_logins.forget(of_account(self._session.server, self.declared))
                verifies = True
            yield change
        if verifies and not self.declared.locked:
            self._prove()

    def _is_rejected(self, change: AccountChange) -> bool:
        """Return whether a login shows that the password is another one. Raises Problem if it shows neither."""
        state = try_password(self._session.server, self.declared, locked=False)
        if state not in ("accepted", "rejected"):
            raise Problem(f"its password is {state}", where=change.item, remedy="Run again.")
        return state == "rejected"

    def _prove(self) -> None:
        """Log in with the new password, once. Raises Problem if it is not accepted."""
        state = try_password(self._session.server, self.declared, locked=False)
        if state not in ("accepted", "locked"):
            raise Problem(
                f"the new password is {state} by the server that has just taken it",
                where=f"{self._session.where} account {shown(self.declared.name)}",
                remedy="Look whether the account is the one that is meant, and whether its profile expires passwords.",
            )

    def facts(self, present: FoundAccount) -> Mapping[str, object]:
        """Return the account as it was, who uses it, and what has to be warned about."""
        account = present.account
        return {
            "account_before": None
            if account is None
            else {
                "status": account.status,
                "profile": account.profile,
                "rights": sorted(map(str, account.rights)),
                "password": account.verified,
                "password_expires": None if account.expires is None else f"{account.expires:%Y-%m-%d}",
                "password_expires_in_days": days_left(account, present.now),
                "last_login": None if account.last_login is None else f"{account.last_login:%Y-%m-%d %H:%M:%S}",
                "sessions": None if account.sessions is None else [str(each) for each in account.sessions],
                "quiet": is_quiet(self.declared, present) if self.declared.quiet_days is not None else None,
            },
            "warnings": warnings_for(self.declared, present),
        }

    def close(self) -> None:
        """Close the connection."""
        self._session.close()
