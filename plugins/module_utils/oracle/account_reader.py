# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads an account, its rights, who uses it, and whether its password is the declared one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle import rejected_logins
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle._oracledb import connect
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.account_state import (
    AccountState,
    DeclaredAccount,
    FoundAccount,
    LiveSession,
    Right,
    Verification,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.failures import SqlProblem
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.names import shown
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.refusals import EXPIRED, LOCKED, WRONG_PASSWORD
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.server import LoginRejected, Server
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.session import Session
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

_NO_CREATE_SESSION = 1045
_NOT_VISIBLE = (942, 1031)

_ACCOUNT = """
SELECT account_status, profile, default_tablespace, temporary_tablespace, created, CAST(last_login AS DATE), expiry_date
FROM dba_users WHERE username = :1"""

_SESSIONS = """
SELECT sid, serial#, machine, program, logon_time FROM v$session
WHERE username = :1 AND type = 'USER' ORDER BY sid"""


def read_account(session: Session, declared: DeclaredAccount) -> FoundAccount:
    """Return all that a plan depends on. The declared password is tried once, if it was not rejected before.

    Raises:
        Problem: it cannot be read.
    """
    ((user, now),) = session.rows("SELECT USER, SYSDATE FROM DUAL")
    try:
        account = _account(session, declared.name)
        tablespaces = session.rows("SELECT tablespace_name FROM dba_tablespaces")
        roles = session.rows("SELECT role FROM dba_roles")
        limits = session.rows(
            "SELECT resource_name, limit FROM dba_profiles WHERE profile = :1", declared.profile or "DEFAULT"
        )
        rights = declared.rights.keys() - declared.elsewhere
        objects = sorted({(right.owner, right.object) for right in rights if right.object})
        there = session.rows_of_pairs(
            "SELECT DISTINCT owner, object_name FROM dba_objects WHERE (owner, object_name) IN {pairs}", objects
        )
    except SqlProblem as problem:
        if problem.number not in _NOT_VISIBLE:
            raise
        raise Problem(
            "this account may not read what there is of accounts",
            where=session.where,
            expected="SELECT on DBA_USERS, DBA_PROFILES, DBA_TABLESPACES, DBA_OBJECTS and the DBA_*_PRIVS",
            found=problem.found,
            remedy="Grant SELECT_CATALOG_ROLE to it, or use another one.",
        ) from None
    if account is not None and declared.password is not None:
        account = replace(account, verified=try_password(session.server, declared, locked=account.locked))
    seen: set[tuple[Any, ...]] = set(there)
    return FoundAccount(
        account,
        str(user),
        now,
        frozenset(name for (name,) in tablespaces),
        frozenset(name for (name,) in roles),
        dict(limits) or None,
        tuple(each for each in objects if each not in seen),
    )


def _account(session: Session, name: str) -> AccountState | None:
    found = session.rows(_ACCOUNT, name)
    if not found:
        return None
    ((status, profile, default, temporary, created, last_login, expires),) = found
    quotas = session.rows("SELECT tablespace_name, max_bytes FROM dba_ts_quotas WHERE username = :1", name)
    return AccountState(
        name,
        status,
        profile,
        default,
        temporary,
        created,
        last_login,
        expires,
        {tablespace: int(octets) for tablespace, octets in quotas},
        _rights(session, name),
        sessions=_sessions(session, name),
        objects=int(session.value("SELECT COUNT(*) FROM dba_objects WHERE owner = :1", name)),
    )


def _rights(session: Session, name: str) -> dict[Right, bool]:
    rights: dict[Right, bool] = {}
    for privilege, admin in session.rows("SELECT privilege, admin_option FROM dba_sys_privs WHERE grantee = :1", name):
        rights[Right("system privilege", privilege)] = admin == "YES"
    for role, admin in session.rows("SELECT granted_role, admin_option FROM dba_role_privs WHERE grantee = :1", name):
        rights[Right("role", role)] = admin == "YES"
    query = "SELECT privilege, owner, table_name, grantable FROM dba_tab_privs WHERE grantee = :1"
    for privilege, owner, table, grantable in session.rows(query, name):
        rights[Right("object privilege", privilege, owner, table)] = grantable == "YES"
    return rights


def _sessions(session: Session, name: str) -> tuple[LiveSession, ...] | None:
    """Return the sessions of an account, None if this login may not see them."""
    try:
        rows: Sequence[tuple[Any, ...]] = session.rows(_SESSIONS, name)
    except SqlProblem as problem:
        if problem.number not in _NOT_VISIBLE:
            raise
        return None
    return tuple(
        LiveSession(f"{number},{serial}", machine, program, f"{since:%Y-%m-%d %H:%M:%S}")
        for number, serial, machine, program, since in rows
    )


def of_account(server: Server, declared: DeclaredAccount) -> Server:
    """Return where the account itself logs in, with the declared password."""
    return replace(server, user=shown(declared.name), password=declared.password)


def try_password(server: Server, declared: DeclaredAccount, *, locked: bool) -> Verification:
    """Return what a login with the declared password comes to. It is tried once, and never after it was rejected.

    Args:
        server: where, with the administrator's login.
        declared: the account.
        locked: whether the account is known to be locked: then a login would say nothing about the password.

    Raises:
        Problem: the login failed for another reason than the account or its password.
    """
    if locked:
        return "locked"
    own = of_account(server, declared)
    try:
        connect(own).close()
    except LoginRejected as problem:
        match problem.number:
            case number if number == WRONG_PASSWORD:
                return "rejected"
            case number if number == EXPIRED:
                return "expired"
            case number if number == LOCKED:
                return "locked"
            case number if number == _NO_CREATE_SESSION:
                # the password was accepted: the server looks at the privilege after it
                rejected_logins.forget(own)
                return "accepted"
        raise
    return "accepted"
