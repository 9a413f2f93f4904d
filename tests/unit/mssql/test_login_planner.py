# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a login and its users as they are and as they are declared to the changes between them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.login_planner import plan_login, warnings_for
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.login_state import (
    DatabaseSecurity,
    DeclaredLogin,
    DeclaredUser,
    Found,
    LoginState,
    Permission,
    Right,
    UserState,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.session import Text
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.user_planner import LoginChange
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import (
    MissingPrerequisite,
    Problem,
)

SID, OTHER = "aa" * 16, "bb" * 16
SCHED = LoginState("sched", "sql", SID, password_matches=True, permissions=("CONNECT SQL",))
CONNECT = Right(None, None, "CONNECT")
USER = UserState("sched", SID, rights={CONNECT: "GRANT"})
ROLES = tuple(UserState(name, "", is_role=True, has_login=False) for name in ("db_datareader", "db_datawriter"))
GRANTABLE = frozenset(
    (kind, name) for kind in ("SERVER", "DATABASE", "SCHEMA", "OBJECT") for name in ("SELECT", "INSERT", "CONNECT")
)


def database(*principals: UserState, **changes: Any) -> DatabaseSecurity:
    return replace(DatabaseSecurity("ES", True, (*principals, *ROLES), frozenset({"dbo", "exam"})), **changes)


def found(login: LoginState | None, es: DatabaseSecurity | None, **changes: Any) -> Found:
    logins = {SID: "sched"} if login else {}
    state = Found(login, {"es": es}, "sa", logins, frozenset({"sysadmin", "processadmin"}), True, GRANTABLE)
    return replace(state, **changes)


def declared(state: Any = "present", **changes: Any) -> DeclaredLogin:
    user = {name: changes.pop(name) for name in list(changes) if name in DeclaredUser.__dataclass_fields__}
    users = (DeclaredUser("ES", user.pop("user", "sched"), **user),)
    return DeclaredLogin("sched", state, users=users, **changes)


def text_of(change: LoginChange) -> str:
    """Return the statement as the server executes it."""
    return "".join("<secret>" if isinstance(part, Text) else part for part in change.statement)


def statements(login: DeclaredLogin, state: Found) -> list[str]:
    return [text_of(change) for change in plan_login(login, state)]


def test_a_new_login() -> None:
    login = declared(
        password="S3cret!",
        sid=OTHER,
        enabled=False,
        default_database="ES",
        check_policy=True,
        check_expiration=False,
        server_roles=("processadmin",),
        server_permissions=("SELECT",),
        default_schema="new",
        create_schema=True,
        roles=("db_datareader",),
        permissions=(Permission("new", None, "SELECT"), Permission("exam", "rooms]", "INSERT", grant=False)),
    )
    changes = plan_login(login, found(None, database()))
    assert [text_of(change) for change in changes] == [
        f"CREATE LOGIN [sched] WITH PASSWORD = <secret>, SID = 0x{OTHER}, DEFAULT_DATABASE = [ES], CHECK_POLICY = ON, "
        "CHECK_EXPIRATION = OFF",
        "ALTER LOGIN [sched] DISABLE",
        "ALTER SERVER ROLE [processadmin] ADD MEMBER [sched]",
        "GRANT SELECT TO [sched]",
        "CREATE SCHEMA [new] AUTHORIZATION [dbo]",
        "CREATE USER [sched] FOR LOGIN [sched] WITH DEFAULT_SCHEMA = [new]",
        "ALTER ROLE [db_datareader] ADD MEMBER [sched]",
        "GRANT SELECT ON SCHEMA::[new] TO [sched]",
        "DENY INSERT ON OBJECT::[exam].[rooms]]] TO [sched]",
    ]
    assert "S3cret!" not in f"{changes[0].as_dict()} {login!r}"


def test_that_a_password_is_set_only_if_it_is_another_one() -> None:
    login = DeclaredLogin("sched", "present", password="S3cret!")
    assert statements(login, found(SCHED, None)) == []
    other = replace(SCHED, password_matches=False)
    assert statements(login, found(other, None)) == ["ALTER LOGIN [sched] WITH PASSWORD = <secret>"]
    with pytest.raises(Problem, match="CONTROL SERVER"):
        plan_login(login, found(replace(SCHED, password_matches=None), None))


def test_that_a_locked_login_is_unlocked_on_request() -> None:
    locked = replace(SCHED, locked=True)
    login = DeclaredLogin("sched", "present", password="S3cret!")
    assert statements(login, found(locked, None)) == []
    assert "locked" in warnings_for(login, locked)[0]
    login = replace(login, unlock=True)
    assert statements(login, found(locked, None)) == ["ALTER LOGIN [sched] WITH PASSWORD = <secret> UNLOCK"]
    assert warnings_for(login, locked) == []
    both = replace(locked, password_matches=False)
    assert statements(login, found(both, None)) == ["ALTER LOGIN [sched] WITH PASSWORD = <secret> UNLOCK"]
    assert statements(login, found(SCHED, None)) == []


def test_what_is_warned_about() -> None:
    state = replace(SCHED, disabled=True, must_change=True)
    assert len(warnings_for(DeclaredLogin("sched", "present"), state)) == 2
    assert len(warnings_for(DeclaredLogin("sched", "present", enabled=False), state)) == 1
    assert warnings_for(DeclaredLogin("sched", "present"), None) == []


def test_an_orphan_is_mended_and_keeps_its_rights() -> None:
    orphan = replace(USER, sid=OTHER, roles=("db_datareader",))
    assert statements(declared(roles=("db_datareader",)), found(SCHED, database(orphan))) == [
        "ALTER USER [sched] WITH LOGIN = [sched]"
    ]
    assert statements(declared(password="S3cret!"), found(None, database(orphan))) == [
        "CREATE LOGIN [sched] WITH PASSWORD = <secret>",
        "ALTER USER [sched] WITH LOGIN = [sched]",
    ]
    # made anew with the SID that the user has, nothing is orphaned
    assert statements(declared(password="S3cret!", sid=OTHER), found(None, database(orphan))) == [
        f"CREATE LOGIN [sched] WITH PASSWORD = <secret>, SID = 0x{OTHER}"
    ]


def test_a_user_of_another_name_is_renamed() -> None:
    assert statements(declared(), found(SCHED, database(replace(USER, name="old]")))) == [
        "ALTER USER [old]]] WITH NAME = [sched]"
    ]


def test_exact_rights() -> None:
    thing = Right("exam", "rooms", "INSERT")
    user = replace(
        USER,
        roles=("db_datareader", "db_datawriter"),
        rights={CONNECT: "GRANT", thing: "GRANT", Right("dbo", None, "SELECT"): "GRANT_WITH_GRANT_OPTION"},
        names={thing: ("Exam", "Rooms")},
    )
    wanted = (Permission("dbo", None, "SELECT"), Permission("exam", None, "SELECT"))
    login = declared("exact", roles=("DB_DataReader",), permissions=wanted)
    state = found(replace(SCHED, roles=("sysadmin",), permissions=("CONNECT SQL", "SELECT")), database(user))
    assert statements(login, state) == [
        "ALTER SERVER ROLE [sysadmin] DROP MEMBER [sched]",
        "REVOKE SELECT FROM [sched] CASCADE",
        "ALTER ROLE [db_datawriter] DROP MEMBER [sched]",
        "REVOKE SELECT ON SCHEMA::[dbo] FROM [sched] CASCADE; GRANT SELECT ON SCHEMA::[dbo] TO [sched]",
        "GRANT SELECT ON SCHEMA::[exam] TO [sched]",
        "REVOKE INSERT ON OBJECT::[Exam].[Rooms] FROM [sched] CASCADE",
    ]
    assert statements(replace(login, state="present"), state) == ["GRANT SELECT ON SCHEMA::[exam] TO [sched]"]


def test_a_login_that_goes_takes_all_its_users_along() -> None:
    state = found(SCHED, database(USER), databases={"es": database(USER), "other": database(USER, name="Other")})
    assert [(change.database, text_of(change)) for change in plan_login(DeclaredLogin("sched", "absent"), state)] == [
        ("ES", "DROP USER [sched]"),
        ("Other", "DROP USER [sched]"),
        (None, "DROP LOGIN [sched]"),
    ]
    assert statements(DeclaredLogin("sched", "absent"), found(None, None)) == []
    assert statements(declared(present=False), found(SCHED, database(USER))) == ["DROP USER [sched]"]


@pytest.mark.parametrize(
    ("login", "state", "message"),
    [
        (declared(), found(None, database()), "a new login needs a password"),
        (declared(type="windows"), found(SCHED, database()), "its type cannot be altered"),
        (declared(sid=OTHER), found(SCHED, database()), "its sid cannot be altered"),
        (declared(server_roles=("nobody",)), found(SCHED, database()), "server_roles=nobody"),
        (declared(server_permissions=("SELEKT",)), found(SCHED, database()), "permission SELEKT"),
        (declared(permissions=(Permission(None, None, "SELEKT"),)), found(SCHED, database()), "on database level"),
        (declared(enabled=False), found(SCHED, database(), connected_as="SCHED"), "refused to disable"),
        (declared(), found(SCHED, database(replace(USER, name="dbo"))), "owns the database"),
        (declared(), found(SCHED, database(USER, usable=False)), None),
        (declared(roles=("db_datareader",)), found(SCHED, database(USER, usable=False)), "cannot be changed"),
        (declared(user="db_datareader"), found(SCHED, database()), "the name is that of a role"),
        (declared(), found(SCHED, database(replace(USER, sid=OTHER)), logins={OTHER: "x"}), "found the login x"),
        (declared(), found(SCHED, database(replace(USER, sid=OTHER, has_login=False))), "without a login"),
        (declared(user="x"), found(SCHED, database(USER, replace(USER, name="x", sid=OTHER))), "the name x is taken"),
        (declared(present=False), found(SCHED, database(replace(USER, owned_schemas=("s",)))), "owns schemas"),
        (declared("absent"), found(replace(SCHED, owned_databases=("D",)), None), "while it owns databases"),
        (declared("absent"), found(replace(SCHED, sessions=("session 9",)), None), "while it is logged in"),
        (declared("absent"), found(replace(SCHED, sid="01"), None), "one of the server's own"),
        (declared("absent"), found(SCHED, None, connected_as="sched"), "the login that this task uses"),
    ],
)
def test_what_is_refused(login: DeclaredLogin, state: Found, message: str | None) -> None:
    if login.state == "absent":
        login = replace(login, users=())
    if message is None:
        assert plan_login(login, state) == []
        return
    with pytest.raises(Problem, match=message):
        plan_login(login, state)


@pytest.mark.parametrize(
    ("login", "state"),
    [
        (declared(), found(SCHED, None)),
        (declared(default_database="x"), found(SCHED, database(), default_database_known=False)),
        (declared(roles=("nobody",)), found(SCHED, database())),
        (declared(default_schema="nowhere"), found(SCHED, database())),
        (declared(permissions=(Permission("nowhere", None, "SELECT"),)), found(SCHED, database())),
        (declared(), found(SCHED, database(missing_objects=(("dbo", "rooms"),)))),
    ],
)
def test_what_another_task_may_create(login: DeclaredLogin, state: Found) -> None:
    with pytest.raises(MissingPrerequisite, match="there is no"):
        plan_login(login, state)


ROLE_NAMES = st.lists(st.sampled_from(["db_datareader", "db_datawriter"]), unique=True).map(tuple)
RIGHTS = st.dictionaries(
    st.builds(Right, st.sampled_from([None, "dbo", "exam"]), st.none(), st.sampled_from(["SELECT", "INSERT"])),
    st.sampled_from(["GRANT", "DENY", "GRANT_WITH_GRANT_OPTION"]),
)


def after(changes: list[LoginChange], user: UserState) -> UserState:
    """Return the user as a server has it after the statements, read from their words."""
    roles, rights = set(user.roles), dict(user.rights)
    for text in (part for change in changes for part in text_of(change).split("; ")):
        if match := re.fullmatch(r"ALTER ROLE \[(\w+)\] (ADD|DROP) MEMBER \[sched\]", text):
            (roles.add if match[2] == "ADD" else roles.remove)(match[1])
        elif match := re.fullmatch(
            r"(GRANT|DENY|REVOKE) (\w+)(?: ON SCHEMA::\[(\w+)\])? (?:TO|FROM) \[sched\].*", text
        ):
            right = Right(match[3], None, match[2])
            if match[1] == "REVOKE":
                del rights[right]
            else:
                rights[right] = match[1]
        else:
            raise AssertionError(text)
    return replace(user, roles=tuple(sorted(roles)), rights=rights)


@given(
    roles=ROLE_NAMES, rights=RIGHTS, wanted_roles=ROLE_NAMES, wanted=RIGHTS, state=st.sampled_from(["present", "exact"])
)
def test_that_what_was_planned_leaves_nothing_to_do(
    roles: tuple[str, ...],
    rights: dict[Right, str],
    wanted_roles: tuple[str, ...],
    wanted: dict[Right, str],
    state: Any,
) -> None:
    user = replace(USER, roles=roles, rights={CONNECT: "GRANT", **rights})
    permissions = tuple(Permission(*right, grant=value != "DENY") for right, value in wanted.items())
    login = declared(state, roles=wanted_roles, permissions=permissions)
    done = after(plan_login(login, found(SCHED, database(user))), user)
    assert plan_login(login, found(SCHED, database(done))) == []
    if state == "exact":
        assert set(done.roles) == set(wanted_roles)
        assert set(done.rights) == {CONNECT, *wanted}
    else:
        assert set(done.roles) == {*roles, *wanted_roles}
