# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An account: from what is to what is declared. Pure.

It is changed in place: account, rights and open sessions stay. Rights are given before others are taken away.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.account_declaration import UNLIMITED
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.account_passwords import (
    check_password,
    plan_password,
    why_not_set,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.account_rights import (
    AccountChange,
    plan_rights,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.account_state import (
    AccountState,
    DeclaredAccount,
    FoundAccount,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.names import listed, quoted, shown
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.statements import Statement, Text
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import MissingPrerequisite, Problem

HIDDEN = "********"


def plan_account(declared: DeclaredAccount, found: FoundAccount) -> list[AccountChange]:
    """Return the changes in the order of application.

    Raises:
        MissingPrerequisite: something is not there that another task creates.
        Problem: it cannot be done, or must not.
    """
    where = f"account {shown(declared.name)}"
    account = found.account
    if declared.state == "absent":
        return [] if account is None else [_drop(declared, found, account, where)]
    if account is None and is_only_locked(declared):
        return []
    _check(declared, found, where)
    changes = list(_profile(declared, found))
    if account is None:
        changes.append(_create(declared, where))
    else:
        changes += _alterations(declared, found, account, where)
    changes += plan_rights(declared, account, where)
    return changes


def missing_objects(declared: DeclaredAccount, found: FoundAccount) -> MissingPrerequisite | None:
    """Return that what the account shall have rights on is not there, None if it is."""
    if not found.missing_objects:
        return None
    return MissingPrerequisite(
        "what it shall have rights on is not there",
        where=f"account {shown(declared.name)}",
        found=listed(shown(*each) for each in found.missing_objects),
        remedy="Create it first, with uoe.exam_scheduling.oracle_views or oracle_table.",
    )


def is_only_locked(declared: DeclaredAccount) -> bool:
    """Return whether all that is wanted of an account is that it is locked once nobody uses it: nobody can use one that
    is not there."""
    return declared.quiet_days is not None and declared.password is None


def _check(declared: DeclaredAccount, found: FoundAccount, where: str) -> None:
    for parameter, names in (
        ("default_tablespace", [declared.default_tablespace]),
        ("temporary_tablespace", [declared.temporary_tablespace]),
        ("quotas", list(declared.quotas)),
    ):
        for name in names:
            if name is not None and name not in found.tablespaces:
                raise Problem(
                    f"{parameter}={name} is refused: there is no such tablespace",
                    where=where,
                    expected=listed(sorted(found.tablespaces)),
                    remedy="Give one of them.",
                )
    roles = [right.name for right in declared.rights if right.kind == "role" and right.name not in found.roles]
    if roles:
        raise MissingPrerequisite(
            f"roles={listed(roles)} is refused: there is no such role", where=where, remedy="Have it created first."
        )
    if declared.profile is not None and found.profile_limits is None and not declared.profile_limits:
        raise MissingPrerequisite(
            f"profile={declared.profile} is refused: there is no such profile",
            where=where,
            remedy="Have it created, or give profile_limits.",
        )
    locks = declared.locked or declared.quiet_days is not None
    if locks and declared.name == found.connected_as:
        raise Problem("it is refused to lock the account that this task uses", where=where, remedy="Use another one.")
    check_password(declared, found.account, where)


def _profile(declared: DeclaredAccount, found: FoundAccount) -> Iterator[AccountChange]:
    if declared.profile is None or not declared.profile_limits:
        return
    name, wanted = f"profile {shown(declared.profile)}", declared.profile_limits
    present = found.profile_limits
    differs = {key: value for key, value in wanted.items() if present is None or not _same(present.get(key), value)}
    if not differs:
        return
    limits = " ".join(f"{key} {value}" for key, value in sorted(differs.items()))
    verb = "CREATE" if present is None else "ALTER"
    statement = f"{verb} PROFILE {quoted(declared.profile)} LIMIT {limits}"
    before = None if present is None else {key: present.get(key) for key in sorted(differs)}
    yield AccountChange(
        name, "create" if present is None else "update", before, dict(sorted(differs.items())), [statement]
    )


def _same(one: str | None, other: str) -> bool:
    try:
        return one is not None and (one == other or float(one) == float(other))
    except ValueError:
        return False


def _create(declared: DeclaredAccount, where: str) -> AccountChange:
    after: dict[str, object] = {"password": HIDDEN}
    options = []
    for key, words, value in (
        ("default_tablespace", "DEFAULT TABLESPACE", declared.default_tablespace),
        ("temporary_tablespace", "TEMPORARY TABLESPACE", declared.temporary_tablespace),
        ("profile", "PROFILE", declared.profile),
    ):
        if value is not None:
            options.append(f"{words} {quoted(value)}")
            after[key] = value
    for tablespace, octets in declared.quotas.items():
        options.append(f"QUOTA {_size(octets)} ON {quoted(tablespace)}")
        after[f"quota on {tablespace}"] = _size(octets)
    if declared.locked:
        options.append("ACCOUNT LOCK")
        after["locked"] = True
    statement: Statement = [
        f'CREATE USER {quoted(declared.name)} IDENTIFIED BY "',
        Text(str(declared.password)),
        " ".join(['"', *options]),
    ]
    return AccountChange(where, "create", None, after, statement, sets_password=True)


def _size(octets: int) -> str:
    return "UNLIMITED" if octets == UNLIMITED else str(octets)


def _alterations(
    declared: DeclaredAccount, found: FoundAccount, account: AccountState, where: str
) -> Iterator[AccountChange]:
    alter = f"ALTER USER {quoted(declared.name)}"
    for key, words, value, present in (
        ("profile", "PROFILE", declared.profile, account.profile),
        ("default_tablespace", "DEFAULT TABLESPACE", declared.default_tablespace, account.default_tablespace),
        ("temporary_tablespace", "TEMPORARY TABLESPACE", declared.temporary_tablespace, account.temporary_tablespace),
    ):
        if value is not None and value != present:
            yield AccountChange(f"{where} {key}", "update", present, value, [f"{alter} {words} {quoted(value)}"])
    for tablespace, octets in declared.quotas.items():
        has = account.quotas.get(tablespace, 0)
        if has != octets:
            statement = f"{alter} QUOTA {_size(octets)} ON {quoted(tablespace)}"
            yield AccountChange(f"{where} quota on {tablespace}", "update", _size(has), _size(octets), [statement])
    unlocks = declared.locked is False and account.locked
    if unlocks:
        yield AccountChange(f"{where} locked", "update", account.status, False, [f"{alter} ACCOUNT UNLOCK"])
    yield from plan_password(declared, account, where, unlocks=unlocks)
    if (declared.locked and not account.locked) or (is_quiet(declared, found) and not account.locked):
        after = "LOCKED" if declared.quiet_days is None else f"LOCKED: quiet for {declared.quiet_days} days"
        yield AccountChange(f"{where} locked", "update", account.status, after, [f"{alter} ACCOUNT LOCK"])


def is_quiet(declared: DeclaredAccount, found: FoundAccount) -> bool:
    """Return whether nobody has used the account for the agreed number of days.

    Raises:
        Problem: this login may not see whether somebody uses it now.
    """
    account = found.account
    if declared.quiet_days is None or account is None:
        return False
    if account.sessions is None:
        raise Problem(
            "it cannot be seen whether somebody uses it",
            where=f"account {shown(declared.name)}",
            expected="the right to read V$SESSION",
            remedy="Grant it to the account that this task uses: SELECT_CATALOG_ROLE has it.",
        )
    return not account.sessions and _days(account.last_login or account.created, found.now) >= declared.quiet_days


def _days(since: datetime, now: datetime) -> int:
    return (now - since).days


def _drop(declared: DeclaredAccount, found: FoundAccount, account: AccountState, where: str) -> AccountChange:
    if declared.name == found.connected_as:
        raise Problem("it is refused to drop the account that this task uses", where=where, remedy="Use another one.")
    if account.sessions is None or account.sessions:
        raise Problem(
            "it cannot be dropped while it is logged in, or while that cannot be seen",
            where=where,
            found="V$SESSION cannot be read" if account.sessions is None else listed(map(str, account.sessions)),
            remedy="End the sessions first.",
        )
    if account.objects:
        raise Problem(
            "it is refused to drop an account that owns something",
            where=where,
            found=f"{account.objects} objects",
            remedy="Drop them first, if they are certainly not needed.",
        )
    before = {"status": account.status, "profile": account.profile}
    return AccountChange(where, "delete", before, None, [f"DROP USER {quoted(declared.name)}"])


def warnings_for(declared: DeclaredAccount, found: FoundAccount) -> list[str]:
    """Return what keeps the account from being used, or soon will, and the task leaves as it is."""
    account = found.account
    if account is None or declared.state == "absent":
        return []
    name, warnings = shown(account.name), []
    if account.locked and declared.locked is None and declared.quiet_days is None:
        warnings.append(f"The account {name} is locked ({account.status}). Say locked: false to unlock it.")
    if account.verified == "locked" and (declared.locked is not False or why_not_set(declared, account, name)):
        warnings.append(f"The password of {name} was not verified, because the account is locked.")
    if account.in_rollover and not declared.end_rollover:
        warnings.append(
            f"The password of {name} is in its rollover period: two are accepted, and when it ends, the one that was "
            "set last alone. If the declared one is the one before, put back, end the period now (end_rollover)."
        )
    days = days_left(account, found.now)
    if days is not None and days <= declared.expiry_warning_days:
        when = f"expires in {days} days" if days >= 0 else f"expired {-days} days ago"
        warnings.append(f"The password of {name} {when} ({account.expires:%Y-%m-%d}). Put a new one into the vault.")
    return warnings


def days_left(account: AccountState, now: datetime) -> int | None:
    """Return how many days the password is still valid, None if it does not expire."""
    return None if account.expires is None else (account.expires - now).days
