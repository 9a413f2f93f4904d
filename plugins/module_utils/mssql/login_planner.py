# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A login of a server: from what is to what is declared. Pure.

A password is changed in place, by one statement. The login is never dropped and made anew: its SID, by which all
databases know it, its rights and its open connections stay.
"""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.login_state import (
    DeclaredLogin,
    DeclaredUser,
    Found,
    LoginState,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.session import Text, quoted
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.user_planner import LoginChange, UserPlanner
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import MissingPrerequisite, Problem

_HIDDEN = "********"
_IMPLIED = "CONNECT SQL"
"""Every login has it from its creation."""


def plan_login(declared: DeclaredLogin, found: Found) -> list[LoginChange]:
    """Return the changes of the login, then those of its users, database by database; a login that goes comes last.

    Raises:
        MissingPrerequisite: something is not there that another task creates.
        Problem: it cannot be done in place, or not at all.
    """
    where = f"login {declared.name}"
    login = found.login
    if declared.state == "absent":
        return [*_users(declared, found), *_drop(declared, found, where)]
    if login is None:
        changes = list(_create(declared, where))
    else:
        _check_in_place(declared, login, where)
        changes = list(_alterations(declared, login, where))
    _check_server(declared, found, where)
    changes += _memberships(declared, login, where)
    return [*changes, *_users(declared, found)]


def warnings_for(declared: DeclaredLogin, login: LoginState | None) -> list[str]:
    """Return what keeps the login from logging in, and the task leaves as it is."""
    if login is None or declared.state == "absent":
        return []
    found = []
    if login.disabled and declared.enabled is None:
        found.append(f"The login {login.name} is disabled. Say enabled: true to enable it.")
    if login.locked and not declared.unlock:
        found.append(
            f"The login {login.name} is locked, after too many wrong passwords. Say unlock: true to unlock it."
        )
    if login.must_change:
        found.append(f"The login {login.name} must change its password before it can log in.")
    return found


def _check_server(declared: DeclaredLogin, found: Found, where: str) -> None:
    if not found.default_database_known:
        raise MissingPrerequisite(
            f"default_database={declared.default_database} is refused: there is no such database",
            where=where,
            remedy="Create it with uoe.exam_scheduling.mssql_database first.",
        )
    if declared.enabled is False and declared.name.casefold() == found.connected_as.casefold():
        raise Problem("it is refused to disable the login that this task uses", where=where, remedy="Use another one.")
    for role in declared.server_roles:
        if role.casefold() not in found.server_roles:
            raise Problem(
                f"server_roles={role} is refused: there is no such role",
                where=where,
                expected=", ".join(sorted(found.server_roles)),
                remedy="Give one of them.",
            )
    asked = [("SERVER", each) for each in declared.server_permissions]
    for user in declared.users:
        for each in user.permissions:
            kind = "DATABASE" if each.schema is None else "SCHEMA" if each.object is None else "OBJECT"
            asked.append((kind, each.permission))
    for kind, permission in asked:
        if (kind, permission) not in found.grantable:
            raise Problem(
                f"permission {permission} is refused: the server knows none of this name on {kind.lower()} level",
                where=where,
                remedy="See sys.fn_builtin_permissions(DEFAULT).",
            )


def _check_in_place(declared: DeclaredLogin, login: LoginState, where: str) -> None:
    """Refuse what would need the login to be made anew."""
    for what, wanted, present in (("type", declared.type, login.type), ("sid", declared.sid, login.sid)):
        if wanted is not None and wanted != present:
            shown = (wanted, present) if what == "type" else (f"0x{wanted}", f"0x{present}")
            raise Problem(
                f"its {what} cannot be altered in place",
                where=where,
                expected=shown[0],
                found=shown[1],
                remedy="Declare what there is, or remove the login by a task of its own first.",
            )
    if declared.password is not None and login.password_matches is None:
        raise Problem(
            "its password cannot be compared, because this login may not see the hash",
            where=where,
            expected="the permission CONTROL SERVER",
            found="none",
            remedy="Use a login that has it. A password is not set without need.",
        )


def _create(declared: DeclaredLogin, where: str) -> Iterator[LoginChange]:
    name = quoted(declared.name)
    options: list[tuple[str, str]] = []
    after: dict[str, object] = {"type": declared.type}
    if declared.sid is not None:
        options.append(("SID", f"0x{declared.sid}"))
        after["sid"] = f"0x{declared.sid}"
    if declared.default_database is not None:
        options.append(("DEFAULT_DATABASE", quoted(declared.default_database)))
        after["default_database"] = declared.default_database
    for option, value in _policy(declared):
        options.append((option, "ON" if value else "OFF"))
        after[option.lower()] = value
    rest = ", ".join(f"{key} = {value}" for key, value in options)
    statement: list[str | Text]
    if declared.type == "windows":
        statement = [f"CREATE LOGIN {name} FROM WINDOWS{f' WITH {rest}' if rest else ''}"]
    elif declared.password is None:
        raise Problem("a new login needs a password", where=where, remedy="Give password, from the vault.")
    else:
        after["password"] = _HIDDEN
        statement = [f"CREATE LOGIN {name} WITH PASSWORD = ", Text(declared.password), f", {rest}" if rest else ""]
    yield LoginChange(where, "create", None, after, statement)
    if declared.enabled is False:
        yield LoginChange(f"{where} enabled", "update", True, False, [f"ALTER LOGIN {name} DISABLE"])


def _policy(declared: DeclaredLogin) -> list[tuple[str, bool]]:
    options = (("CHECK_POLICY", declared.check_policy), ("CHECK_EXPIRATION", declared.check_expiration))
    return [(option, value) for option, value in options if value is not None]


def _alterations(declared: DeclaredLogin, login: LoginState, where: str) -> Iterator[LoginChange]:
    name = quoted(declared.name)
    alter = f"ALTER LOGIN {name}"
    policy = {"check_policy": login.check_policy, "check_expiration": login.check_expiration}
    differs = {option.lower(): value for option, value in _policy(declared) if value != policy[option.lower()]}
    if differs:
        # together, because there is no expiration without policy
        values = ", ".join(f"{option.upper()} = {'ON' if value else 'OFF'}" for option, value in differs.items())
        yield LoginChange(f"{where} policy", "update", policy, {**policy, **differs}, [f"{alter} WITH {values}"])
    unlocks = declared.unlock and login.locked
    statement: list[str | Text]
    if declared.password is not None and not login.password_matches:
        statement = [f"{alter} WITH PASSWORD = ", Text(declared.password), " UNLOCK" if unlocks else ""]
        before = {"password": "another one", "locked": login.locked}
        after = {"password": "as declared", "locked": login.locked and not unlocks}
        yield LoginChange(f"{where} password", "update", before, after, statement)
    elif unlocks and declared.password is not None:
        statement = [f"{alter} WITH PASSWORD = ", Text(declared.password), " UNLOCK"]
        yield LoginChange(f"{where} locked", "update", True, False, statement)
    database = declared.default_database
    if database is not None and database.casefold() != login.default_database.casefold():
        statement = [f"{alter} WITH DEFAULT_DATABASE = {quoted(database)}"]
        yield LoginChange(f"{where} default_database", "update", login.default_database, database, statement)
    if declared.enabled is not None and declared.enabled == login.disabled:
        word = "ENABLE" if declared.enabled else "DISABLE"
        yield LoginChange(f"{where} enabled", "update", not login.disabled, declared.enabled, [f"{alter} {word}"])


def _memberships(declared: DeclaredLogin, login: LoginState | None, where: str) -> Iterator[LoginChange]:
    """Yield what is given, then, if the state is exact, what is taken away."""
    name = quoted(declared.name)
    roles = {each.casefold() for each in login.roles} if login else set()
    permissions = set(login.permissions) if login else {_IMPLIED}
    for role in declared.server_roles:
        if role.casefold() not in roles:
            statement = f"ALTER SERVER ROLE {quoted(role)} ADD MEMBER {name}"
            yield LoginChange(f"{where} server role {role}", "create", None, "member", [statement])
    for each in declared.server_permissions:
        if each not in permissions:
            yield LoginChange(f"{where} permission {each}", "create", None, "GRANT", [f"GRANT {each} TO {name}"])
    if declared.state != "exact" or login is None:
        return
    wanted = {each.casefold() for each in declared.server_roles}
    for role in login.roles:
        if role.casefold() not in wanted:
            statement = f"ALTER SERVER ROLE {quoted(role)} DROP MEMBER {name}"
            yield LoginChange(f"{where} server role {role}", "delete", "member", None, [statement])
    for each in login.permissions:
        if each not in (*declared.server_permissions, _IMPLIED):
            statement = f"REVOKE {each} FROM {name} CASCADE"
            yield LoginChange(f"{where} permission {each}", "delete", "GRANT", None, [statement])


def _users(declared: DeclaredLogin, found: Found) -> Iterator[LoginChange]:
    sid = found.login.sid if found.login else declared.sid
    users = list(declared.users)
    if declared.state == "absent":
        # wherever else it has a user: what is left there would be an orphan
        named = {each.database.casefold() for each in users}
        users += [
            DeclaredUser(each.name, declared.name, present=False)
            for key, each in sorted(found.databases.items())
            if each is not None and key not in named
        ]
    for user in users:
        planner = UserPlanner(
            declared.name,
            sid,
            user,
            found.databases.get(user.database.casefold()),
            found.logins,
            exact=declared.state == "exact",
        )
        yield from planner.plan()


def _drop(declared: DeclaredLogin, found: Found, where: str) -> Iterator[LoginChange]:
    login = found.login
    if login is None:
        return
    if login.name.casefold() == found.connected_as.casefold() or login.sid == "01" or login.name.startswith("##"):
        raise Problem(
            "dropping it is refused: it is the login that this task uses, or one of the server's own",
            where=where,
            remedy="Use another one, or disable this one.",
        )
    for what, names in (("it owns databases", login.owned_databases), ("it is logged in", login.sessions)):
        if names:
            raise Problem(
                f"it cannot be dropped while {what}",
                where=where,
                found=", ".join(names),
                remedy="Give them another owner, or end the sessions, first.",
            )
    before = {"type": login.type, "sid": f"0x{login.sid}", "roles": sorted(login.roles)}
    yield LoginChange(where, "delete", before, None, [f"DROP LOGIN {quoted(login.name)}"])
