# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rights of an account: from what is to what is declared. Pure. They are given before others are taken away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.account_state import (
    AccountState,
    DeclaredAccount,
    Right,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.names import quoted
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.statements import Statement
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Change


@dataclass(frozen=True)
class AccountChange(Change):
    """What becomes of a part of an account."""

    statement: Statement = ()
    sets_password: bool = False
    """Whether the password is verified by a login afterwards."""
    if_rejected: bool = False
    """Whether the password is set only if a login shows that it is another one: it could not be tried before."""
    if_ended: Sequence[Statement] = ()
    """What is executed as well if a login shows that the declared password is the one that the statement has ended."""


def plan_rights(declared: DeclaredAccount, account: AccountState | None, where: str) -> Iterator[AccountChange]:
    """Yield what is given, then, if the state is exact, what is taken away."""
    present: Mapping[Right, bool] = account.rights if account is not None else {}
    name = quoted(declared.name)
    exact = declared.state == "exact"
    for right, option in declared.rights.items():
        if right in declared.elsewhere and right not in present:
            continue
        if right not in present or (option and not present[right]):
            before = None if right not in present else _granted(right, option=False)
            yield AccountChange(
                f"{where} {right}",
                "create" if before is None else "update",
                before,
                _granted(right, option=option),
                [_grant(right, name, option=option)],
            )
    for right, option in sorted(present.items()) if exact else ():
        if right not in declared.rights:
            yield AccountChange(
                f"{where} {right}", "delete", _granted(right, option=option), None, [_revoke(right, name)]
            )
        elif option and not declared.rights[right]:
            # the option alone cannot be taken away
            item, before = f"{where} {right}", _granted(right, option=True)
            yield AccountChange(f"{item}, with its option", "delete", before, None, [_revoke(right, name)])
            yield AccountChange(
                item, "create", None, _granted(right, option=False), [_grant(right, name, option=False)]
            )


def _granted(right: Right, *, option: bool) -> str:
    word = "grant" if right.kind == "object privilege" else "admin"
    return f"granted with {word} option" if option else "granted"


def _what(right: Right) -> str:
    if right.kind == "role":
        return quoted(right.name)
    return f"{right.name} ON {quoted(right.owner, right.object)}" if right.object else right.name


def _grant(right: Right, name: str, *, option: bool) -> str:
    word = "GRANT" if right.kind == "object privilege" else "ADMIN"
    return f"GRANT {_what(right)} TO {name}{f' WITH {word} OPTION' if option else ''}"


def _revoke(right: Right, name: str) -> str:
    return f"REVOKE {_what(right)} FROM {name}"
