# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rights that were adopted are left alone: the planner of `mssql_login` finds nothing to change in what it told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.login_declaration import login_from
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.login_planner import plan_login
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.login_state import (
    DatabaseSecurity,
    DeclaredLogin,
    Found,
    LoginState,
    Permission,
    Right,
    UserState,
)
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.adoption import adopted_accounts

LOGIN, SID = "EXAMS\\svc-connect", "aa" * 16
ROLE_NAMES = ("db_datareader", "db_datawriter", "db_owner")
RIGHTS = ("SELECT", "INSERT", "EXECUTE", "VIEW DEFINITION")
ROLES = tuple(UserState(name, "", is_role=True, has_login=False) for name in ROLE_NAMES)
KINDS = ("SERVER", "DATABASE", "SCHEMA", "OBJECT")
GRANTABLE = frozenset((kind, name) for kind in KINDS for name in (*RIGHTS, "CONNECT"))
SCHEMA, TABLE = {"schema": "dbo"}, {"schema": "dbo", "object": "Exams"}

roles = st.lists(st.sampled_from(ROLE_NAMES), unique=True)
targets: list[dict[str, str]] = [{}, SCHEMA, TABLE]
rights_there = st.dictionaries(
    st.tuples(st.sampled_from(RIGHTS), st.sampled_from(range(len(targets)))), st.sampled_from(["GRANT", "DENY"])
)


ON_SERVER = ("server_roles", "server_permissions")
SERVER_ROLES = ("sysadmin", "dbcreator")
SERVER_RIGHTS = ("VIEW SERVER STATE", "ALTER TRACE")
GRANTABLE_ON_SERVER = frozenset(("SERVER", name) for name in SERVER_RIGHTS)
on_server = st.tuples(
    st.lists(st.sampled_from(SERVER_ROLES), unique=True), st.lists(st.sampled_from(SERVER_RIGHTS), unique=True)
)


def declared(account: Mapping[str, Any]) -> DeclaredLogin:
    """Return an account of the inventory as the module reads it."""
    nothing = {"password": None, "sid": None, "default_database": None, "check_policy": None, "check_expiration": None}
    server: dict[str, Any] = {"enabled": None, "unlock": False, "server_roles": [], "server_permissions": []}
    user = {"state": "present", "user": None, "default_schema": None, "create_schema": False}
    right = {"schema": None, "object": None, "state": "grant"}
    databases = [
        {
            **user,
            "roles": [],
            **entry,
            "permissions": [{**right, **each} for each in entry.get("permissions", [])],
        }
        for entry in account["databases"]
    ]
    given_ = {**account, "type": "windows", "state": "exact", "databases": databases}
    return login_from({**nothing, **server, **given_})


def entries(rights: Mapping[tuple[str, int], str]) -> list[dict[str, Any]]:
    return [
        {"permissions": [name], **targets[target], "state": {"GRANT": "grant", "DENY": "deny"}[value]}
        for (name, target), value in rights.items()
    ]


@given(
    wanted_roles=roles,
    wanted=rights_there,
    present_roles=roles,
    present=rights_there,
    user_name=st.sampled_from([None, LOGIN, "connect"]),
    wanted_on_server=on_server,
    present_on_server=on_server,
)
def test_that_adopted_rights_are_left_alone(
    *,
    wanted_roles: list[str],
    wanted: dict[tuple[str, int], str],
    present_roles: list[str],
    present: dict[tuple[str, int], str],
    user_name: str | None,
    wanted_on_server: tuple[list[str], list[str]],
    present_on_server: tuple[list[str], list[str]],
) -> None:
    account = {
        "name": LOGIN,
        "databases": [{"name": "ES", "roles": wanted_roles, "permissions": entries(wanted)}],
        **{key: rights for key, rights in zip(ON_SERVER, wanted_on_server, strict=True) if rights},
    }
    rights = {Right(None, None, "CONNECT"): "GRANT"} | {
        Permission(targets[target].get("schema"), targets[target].get("object"), name).right: value
        for (name, target), value in present.items()
    }
    names = {right: ("dbo", "Exams" if right.object else None) for right in rights if right.schema}
    user = UserState(user_name or LOGIN, SID, roles=tuple(present_roles), rights=rights, names=names)
    es = DatabaseSecurity("ES", True, (*([user] if user_name else []), *ROLES), frozenset({"dbo"}))
    server_roles, server_rights = map(tuple, present_on_server)
    known = ("CONNECT SQL", *server_rights)
    state = LoginState(LOGIN, "windows", SID, roles=server_roles, password_matches=True, permissions=known)
    grantable = GRANTABLE | GRANTABLE_ON_SERVER
    found = Found(state, {"es": es}, "sa", {SID: LOGIN}, frozenset(SERVER_ROLES), True, grantable)

    changes = [change.as_dict() for change in plan_login(declared(account), found)]
    (adopted,) = adopted_accounts([{"item": account, "changes": changes}])["accounts"]
    assert plan_login(declared(adopted), found) == []
    assert (adopted["databases"][0].get("user", LOGIN) if user_name else None) == user_name
