# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Views of the dictionary about accounts, profiles, privileges, roles and quotas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulators.oracle.dictionary.common import yes
from emulators.oracle.dictionary.registry import Rows, view
from emulators.oracle.engine import accounts, moments, rights
from emulators.oracle.engine.installation import PASSWORD_LIMITS
from emulators.oracle.engine.model import Grant, User
from emulators.oracle.engine.space import used_bytes

if TYPE_CHECKING:
    from emulators.oracle.engine.session import Session

_NAME = "VARCHAR2(128)"


@view(
    "DBA_USERS",
    f"USERNAME {_NAME}, USER_ID NUMBER, PASSWORD VARCHAR2(4000), ACCOUNT_STATUS VARCHAR2(32), LOCK_DATE DATE, "
    "EXPIRY_DATE DATE, DEFAULT_TABLESPACE VARCHAR2(30), TEMPORARY_TABLESPACE VARCHAR2(30), CREATED DATE, "
    f"PROFILE {_NAME}, INITIAL_RSRC_CONSUMER_GROUP {_NAME}, PASSWORD_VERSIONS VARCHAR2(17), "
    "EDITIONS_ENABLED VARCHAR2(1), "
    "AUTHENTICATION_TYPE VARCHAR2(8), COMMON VARCHAR2(3), LAST_LOGIN TIMESTAMP(9) WITH TIME ZONE, "
    "ORACLE_MAINTAINED VARCHAR2(1)",
    restricted=True,
)
def _dba_users(session: Session) -> Rows:
    for user in sorted(session.instance.model.users.values(), key=lambda each: each.name):
        status, locked, expiry = _state(session, user)
        yield (
            user.name, user.id, None, status, locked, expiry, user.default_tablespace, user.temporary_tablespace,
            moments.of_seconds(user.created), user.profile, "DEFAULT_CONSUMER_GROUP", "12C " if user.verifier else None,
            "N", "PASSWORD" if user.verifier else "NONE", yes(user.maintained),
            moments.zoned_of_seconds(user.last_login), "Y" if user.maintained else "N",
        )  # fmt: skip


def _state(session: Session, user: User) -> tuple[str, bytes | None, bytes | None]:
    flags = accounts.status_flags(session.instance.model, user)
    ends = accounts.expiry(session.instance.model, user)
    return str(flags), moments.of_seconds(user.locked_at), moments.of_seconds(ends or 0)


@view(
    "USER_USERS",
    f"USERNAME {_NAME}, USER_ID NUMBER, ACCOUNT_STATUS VARCHAR2(32), LOCK_DATE DATE, EXPIRY_DATE DATE, "
    "DEFAULT_TABLESPACE VARCHAR2(30), TEMPORARY_TABLESPACE VARCHAR2(30), CREATED DATE",
)
def _user_users(session: Session) -> Rows:
    user = session.instance.model.users[session.user]
    status, locked, expiry = _state(session, user)
    yield (
        user.name, user.id, status, locked, expiry, user.default_tablespace, user.temporary_tablespace,
        moments.of_seconds(user.created),
    )  # fmt: skip


@view("ALL_USERS", f"USERNAME {_NAME}, USER_ID NUMBER, CREATED DATE, COMMON VARCHAR2(3), ORACLE_MAINTAINED VARCHAR2(1)")
def _all_users(session: Session) -> Rows:
    for user in session.instance.model.users.values():
        created = moments.of_seconds(user.created)
        yield user.name, user.id, created, yes(user.maintained), "Y" if user.maintained else "N"


@view(
    "DBA_PROFILES",
    f"PROFILE {_NAME}, RESOURCE_NAME VARCHAR2(32), RESOURCE_TYPE VARCHAR2(8), LIMIT VARCHAR2(128), COMMON VARCHAR2(3), "
    "INHERITED VARCHAR2(3), IMPLICIT VARCHAR2(3)",
    restricted=True,
)
def _dba_profiles(session: Session) -> Rows:
    for profile in session.instance.model.profiles.values():
        for resource, limit in profile.limits.items():
            kind = "PASSWORD" if resource in PASSWORD_LIMITS else "KERNEL"
            yield profile.name, resource, kind, limit, "NO", "NO", "NO"


@view("DBA_ROLES", f"ROLE {_NAME}, ROLE_ID NUMBER, PASSWORD_REQUIRED VARCHAR2(8), AUTHENTICATION_TYPE VARCHAR2(11), "
      "COMMON VARCHAR2(3), ORACLE_MAINTAINED VARCHAR2(1)", restricted=True)  # fmt: skip
def _dba_roles(session: Session) -> Rows:
    for role in session.instance.model.roles.values():
        yield role.name, role.id, "NO", "NONE", yes(role.maintained), "Y" if role.maintained else "N"


_SYSTEM = (
    f"GRANTEE {_NAME}, PRIVILEGE VARCHAR2(40), ADMIN_OPTION VARCHAR2(3), COMMON VARCHAR2(3), INHERITED VARCHAR2(3)"
)
_ROLES = (
    f"GRANTEE {_NAME}, GRANTED_ROLE {_NAME}, ADMIN_OPTION VARCHAR2(3), DELEGATE_OPTION VARCHAR2(3), "
    "DEFAULT_ROLE VARCHAR2(3), COMMON VARCHAR2(3), INHERITED VARCHAR2(3)"
)


def _grants(session: Session, kind: str, *, own: bool = False) -> list[Grant]:
    return [
        each for each in session.instance.model.grants
        if each.kind == kind and (not own or each.grantee == session.user)
    ]  # fmt: skip


@view("DBA_SYS_PRIVS", _SYSTEM, restricted=True)
def _dba_sys_privs(session: Session) -> Rows:
    return ((each.grantee, each.privilege, yes(each.option), "NO", "NO") for each in _grants(session, "SYSTEM"))


@view("USER_SYS_PRIVS", _SYSTEM.replace("GRANTEE", "USERNAME"))
def _user_sys_privs(session: Session) -> Rows:
    own = _grants(session, "SYSTEM", own=True)
    return ((each.grantee, each.privilege, yes(each.option), "NO", "NO") for each in own)


@view("DBA_ROLE_PRIVS", _ROLES, restricted=True)
def _dba_role_privs(session: Session) -> Rows:
    return (
        (each.grantee, each.privilege, yes(each.option), "NO", "YES", "NO", "NO") for each in _grants(session, "ROLE")
    )


@view("USER_ROLE_PRIVS", _ROLES.replace("GRANTEE", "USERNAME"))
def _user_role_privs(session: Session) -> Rows:
    own = _grants(session, "ROLE", own=True)
    return ((each.grantee, each.privilege, yes(each.option), "NO", "YES", "NO", "NO") for each in own)


@view("SESSION_PRIVS", "PRIVILEGE VARCHAR2(40)")
def _session_privs(session: Session) -> Rows:
    names = rights.holders(session.instance.model, session.user)
    return sorted({(each.privilege,) for each in _grants(session, "SYSTEM") if each.grantee in names})


@view("SESSION_ROLES", f"ROLE {_NAME}")
def _session_roles(session: Session) -> Rows:
    return ((each,) for each in sorted(rights.roles_of(session.instance.model, session.user)))


_QUOTAS = (
    "TABLESPACE_NAME VARCHAR2(30), BYTES NUMBER, MAX_BYTES NUMBER, BLOCKS NUMBER, MAX_BLOCKS NUMBER, "
    "DROPPED VARCHAR2(3)"
)


@view(
    "DBA_TS_QUOTAS", _QUOTAS.replace(" BYTES NUMBER", f" USERNAME {_NAME}, BYTES NUMBER", 1),
    restricted=True,
)  # fmt: skip
def _dba_ts_quotas(session: Session) -> Rows:
    for user in session.instance.model.users.values():
        for row in _quotas(session, user):
            yield (row[0], user.name, *row[1:])


@view("USER_TS_QUOTAS", _QUOTAS)
def _user_ts_quotas(session: Session) -> Rows:
    return _quotas(session, session.instance.model.users[session.user])


def _quotas(session: Session, user: User) -> Rows:
    for name, most in user.quotas.items():
        used = used_bytes(session, user.name, name)
        yield name, used, most, used // 8192, most if most < 0 else most // 8192, "NO"


@view("DBA_TABLESPACES", "TABLESPACE_NAME VARCHAR2(30), BLOCK_SIZE NUMBER, STATUS VARCHAR2(9), CONTENTS VARCHAR2(21)",
      restricted=True)  # fmt: skip
def _dba_tablespaces(session: Session) -> Rows:
    for name in session.instance.model.tablespaces:
        yield name, 8192, "ONLINE", "TEMPORARY" if name == "TEMP" else "PERMANENT"
