# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The password of an account: from what is to what is declared. Pure.

It is set only if the server said that it is another one (ORA-01017), and, where that is demanded, only while the one
before stays accepted beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.account_rights import AccountChange
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.account_state import (
    AccountState,
    DeclaredAccount,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.names import quoted
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.statements import Statement, Text
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

_ROLLOVER = "PASSWORD_ROLLOVER_TIME"
_END = "end_rollover: true, by playbooks/rotate.yml with -e exam_end_overlap=true"


def check_password(declared: DeclaredAccount, account: AccountState | None, where: str) -> None:
    """Raise Problem if a new account has none, or the declared one has expired."""
    if account is None and declared.password is None:
        raise Problem("a new account needs a password", where=where, remedy="Give password, from the vault.")
    if account is not None and account.verified == "expired":
        raise Problem(
            "its password is the declared one, and has expired",
            where=where,
            found=account.status,
            remedy="Put a new password into the vault: it is set by the next run.",
        )


def plan_password(
    declared: DeclaredAccount, account: AccountState, where: str, *, unlocks: bool
) -> Iterator[AccountChange]:
    """Yield what is done about the password.

    Args:
        declared: the account as the task declares it.
        account: as it was read, its password tried.
        where: what messages call it.
        unlocks: whether it is unlocked as well, so that its password can be tried only then.

    Raises:
        Problem: to set it would end one that is in use.
    """
    if declared.password is None:
        return
    alter = f"ALTER USER {quoted(declared.name)}"
    statement: Statement = [f'{alter} IDENTIFIED BY "', Text(declared.password), '"']
    refusal = why_not_set(declared, account, where)
    if account.verified == "rejected":
        if refusal is not None:
            raise refusal
        yield AccountChange(f"{where} password", "update", "another one", "as declared", statement, sets_password=True)
    elif account.verified == "locked" and unlocks and refusal is None:
        before = "could not be tried while the account was locked"
        yield AccountChange(
            f"{where} password", "update", before, "as declared", statement, sets_password=True, if_rejected=True
        )
    elif declared.end_rollover and account.in_rollover and account.verified == "accepted":
        # which of the two was set last cannot be read: it alone stays, and need not be the declared one
        end: Statement = [f"{alter} EXPIRE PASSWORD ROLLOVER PERIOD"]
        yield AccountChange(
            f"{where} password rollover",
            "update",
            "another one is accepted too",
            "the declared one alone",
            end,
            if_ended=(statement, end),
        )


def why_not_set(declared: DeclaredAccount, account: AccountState, where: str) -> Problem | None:
    """Return why no other password is set, where whoever uses the account must be able to go on: the server would
    refuse the one before. None if it may be set.
    """
    if not declared.require_rollover or declared.end_rollover:
        return None
    if account.in_rollover:
        # which two of three the server accepts is not for us to try: a service may use the one that a third would end
        return Problem(
            "it has two passwords already, and the declared one is neither: to set it could end the one that is in "
            f"use, before the days of {_ROLLOVER}, which count from the first change",
            where=where,
            found=account.status,
            remedy=f"Declare the one that is in use, end the overlap ({_END}), and then rotate to the new one; or, if "
            "all but the declared one are to be refused at once, end the overlap now.",
        )
    limit = declared.profile_limits.get(_ROLLOVER)
    if _is_time(limit):
        return None
    return Problem(
        "it would refuse its password of before at once, and whoever logs in with that",
        where=where,
        expected=f"profile_limits with a {_ROLLOVER} above 0",
        found=f"{'none' if limit is None else limit}, in the profile {declared.profile or account.profile}",
        remedy="Declare a number of days, in a profile other than DEFAULT; or, if it is to be refused at once, as "
        f"after it leaked, end the overlap with it ({_END}).",
    )


def _is_time(limit: str | None) -> bool:
    try:
        return limit is not None and Fraction(limit) > 0
    except (ValueError, ZeroDivisionError):
        return False
