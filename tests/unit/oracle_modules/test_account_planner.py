# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans of accounts: a password is set after ORA-01017 alone; rights are exact where they shall be."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.account_declaration import (
    ACCOUNT_ARGUMENTS,
    account_from,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.account_planner import (
    days_left,
    missing_objects,
    plan_account,
    warnings_for,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.account_state import (
    AccountState,
    DeclaredAccount,
    FoundAccount,
    LiveSession,
    Right,
    Verification,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.statements import Text
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import (
    InvalidParameter,
    MissingPrerequisite,
    Problem,
)

NOW = datetime(2026, 5, 11, 9, 30)
ACCOUNT = AccountState("EXAM_CONNECT", "OPEN", "DEFAULT", "USERS", "TEMP", NOW - timedelta(days=100))
FOUND = FoundAccount(ACCOUNT, "SYSTEM", NOW, frozenset({"USERS", "TEMP"}), frozenset({"READER"}), {"A": "DEFAULT"})
DECLARED = DeclaredAccount("EXAM_CONNECT", "present", "Secret-1")
RIGHTS = [
    Right("system privilege", "CREATE SESSION"),
    Right("role", "READER"),
    Right("object privilege", "SELECT", "HUB", "EXAMS"),
    Right("object privilege", "SELECT", "HUB", "STUDENTS"),
]


def found(**changes: Any) -> FoundAccount:
    return replace(FOUND, account=replace(ACCOUNT, **changes))


@pytest.mark.parametrize("verified", ["accepted", "locked", "not tried", "rejected"])
def test_that_a_password_is_set_only_if_it_was_rejected(verified: Verification) -> None:
    changes = plan_account(DECLARED, found(verified=verified))
    assert [each.item for each in changes] == (["account EXAM_CONNECT password"] if verified == "rejected" else [])
    assert "Secret-1" not in str([(each.before, each.after, each.item) for each in changes])
    for change in changes:
        assert [type(part) for part in change.statement] == [str, Text, str]


IN_USE = replace(DECLARED, profile="P", profile_limits={"PASSWORD_ROLLOVER_TIME": "1/24"}, require_rollover=True)
TWICE = "OPEN & IN ROLLOVER"


@pytest.mark.parametrize(
    ("changes", "status", "said"),
    [
        ({}, "OPEN", ""),
        ({}, TWICE, "has two passwords already"),
        ({"end_rollover": True}, TWICE, ""),
        ({"require_rollover": False}, TWICE, ""),
        ({"profile_limits": {}}, "OPEN", "would refuse its password of before at once"),
        ({"profile_limits": {"PASSWORD_ROLLOVER_TIME": "0"}}, "OPEN", "found 0, in the profile P"),
        ({"profile_limits": {"PASSWORD_ROLLOVER_TIME": "DEFAULT"}}, "OPEN", "found DEFAULT, in the profile P"),
        ({"profile_limits": {}, "end_rollover": True}, "OPEN", ""),
        ({"profile_limits": {}, "require_rollover": False}, "OPEN", ""),
    ],
)
def test_that_the_password_of_before_stays_accepted_where_that_is_demanded(
    changes: dict[str, Any], status: str, said: str
) -> None:
    declared = replace(IN_USE, **changes)
    rejected = found(status=status, verified="rejected")
    if said:
        with pytest.raises(Problem, match=said):
            plan_account(declared, rejected)
    else:
        assert plan_account(declared, rejected)[-1].item == "account EXAM_CONNECT password"
    # whatever is not about setting another one goes on: the declared one is accepted, or there is no account yet
    for state in (found(status=status, verified="accepted"), replace(FOUND, account=None)):
        items = [each.item for each in plan_account(declared, state)]
        assert "account EXAM_CONNECT password" not in items
    locked = found(status=f"LOCKED & {status}", verified="locked")
    items = [each.item.rpartition(" ")[2] for each in plan_account(replace(declared, locked=False), locked)]
    assert ("password" in items) is not bool(said)
    assert ("was not verified" in str(warnings_for(replace(declared, locked=False), locked))) is bool(said)


def test_that_an_expired_password_needs_a_new_one() -> None:
    with pytest.raises(Problem, match="Put a new password into the vault"):
        plan_account(DECLARED, found(verified="expired"))


def test_that_unlocking_verifies_the_password_afterwards() -> None:
    changes = plan_account(replace(DECLARED, locked=False), found(status="LOCKED(TIMED)", verified="locked"))
    assert [(each.item.rpartition(" ")[2], each.if_rejected) for each in changes] == [
        ("locked", False),
        ("password", True),
    ]


GRANTED = st.dictionaries(st.sampled_from(RIGHTS), st.booleans())


@given(GRANTED, GRANTED, st.booleans())
def test_that_rights_become_those_declared(present: dict[Right, bool], wanted: dict[Right, bool], exact: bool) -> None:
    declared = DeclaredAccount("EXAM_CONNECT", "exact" if exact else "present", rights=wanted)
    state = dict(present)
    for change in plan_account(declared, found(rights=present)):
        (statement,) = change.statement
        words = str(statement).replace('"', "").split(" TO " if str(statement).startswith("GRANT") else " FROM ")[0]
        name = words.split(" ", 1)[1]
        right = next(
            each
            for each in RIGHTS
            if name == (f"{each.name} ON {each.owner}.{each.object}" if each.object else each.name)
        )
        if str(statement).startswith("REVOKE"):
            del state[right]
        else:
            state[right] = state.get(right, False) or "OPTION" in str(statement)
    if exact:
        assert state == wanted
    else:
        assert state.keys() == present.keys() | wanted.keys()
        assert all(
            state[right] or not option
            for right, option in {**present, **{k: v for k, v in wanted.items() if v}}.items()
        )
    assert plan_account(declared, found(rights=state)) == []


def test_that_an_account_is_locked_after_quiet_days_and_not_before() -> None:
    declared = DeclaredAccount("EXAM_CONNECT", "present", quiet_days=14)
    session = LiveSession("1,2", "connect", "Connect.exe", "2026-05-11 09:00:00")
    used = NOW - timedelta(days=13, hours=23)
    assert plan_account(declared, found(last_login=used)) == []
    assert plan_account(declared, found(sessions=(session,))) == []
    (change,) = plan_account(declared, found(last_login=NOW - timedelta(days=14)))
    assert change.statement == ['ALTER USER "EXAM_CONNECT" ACCOUNT LOCK']
    assert len(plan_account(declared, found())) == 1  # it was never used, and made long ago
    assert plan_account(declared, found(status="LOCKED")) == []
    with pytest.raises(Problem, match=r"V\$SESSION"):
        plan_account(declared, found(sessions=None))


def test_that_an_account_that_is_not_there_needs_no_lock() -> None:
    gone = replace(found(), account=None)
    assert plan_account(DeclaredAccount("SCIENTIA", "present", quiet_days=14), gone) == []
    with pytest.raises(Problem, match="a new account needs a password"):
        plan_account(DeclaredAccount("SCIENTIA", "present"), gone)
    (created,) = plan_account(DeclaredAccount("SCIENTIA", "present", quiet_days=14, password="Invented-1"), gone)
    assert created.action == "create"


def test_that_expiry_is_told_in_days() -> None:
    account = replace(ACCOUNT, expires=NOW + timedelta(days=9, hours=1))
    assert days_left(account, NOW) == 9
    assert "expires in 9 days (2026-05-20)" in str(warnings_for(DECLARED, replace(FOUND, account=account)))
    assert warnings_for(replace(DECLARED, expiry_warning_days=8), replace(FOUND, account=account)) == []
    assert days_left(ACCOUNT, NOW) is None


def test_that_what_is_missing_is_said() -> None:
    assert "HUB.EXAMS" in str(missing_objects(DECLARED, replace(FOUND, missing_objects=(("HUB", "EXAMS"),))))
    assert missing_objects(DECLARED, FOUND) is None
    with pytest.raises(MissingPrerequisite, match="there is no such role"):
        plan_account(replace(DECLARED, rights={Right("role", "OTHER"): False}), FOUND)
    with pytest.raises(MissingPrerequisite, match="there is no such profile"):
        plan_account(replace(DECLARED, profile="P"), replace(FOUND, profile_limits=None))
    with pytest.raises(Problem, match="there is no such tablespace"):
        plan_account(replace(DECLARED, default_tablespace="OTHER"), FOUND)
    with pytest.raises(Problem, match="a new account needs a password"):
        plan_account(replace(DECLARED, password=None), replace(FOUND, account=None))
    for change in ({"locked": True}, {"state": "absent"}):
        with pytest.raises(Problem, match="that this task uses"):
            plan_account(replace(DECLARED, password=None, **change), replace(FOUND, connected_as="EXAM_CONNECT"))


def test_that_limits_of_a_profile_are_compared_as_numbers() -> None:
    declared = replace(
        DECLARED, profile="DEFAULT", profile_limits={"PASSWORD_ROLLOVER_TIME": ".5", "IDLE_TIME": "UNLIMITED"}
    )
    same = {"PASSWORD_ROLLOVER_TIME": "0.50", "IDLE_TIME": "UNLIMITED"}
    assert plan_account(declared, replace(FOUND, profile_limits=same)) == []
    (change,) = plan_account(declared, replace(FOUND, profile_limits={**same, "IDLE_TIME": "10"}))
    assert change.statement == ['ALTER PROFILE "DEFAULT" LIMIT IDLE_TIME UNLIMITED']


def params(**changes: Any) -> dict[str, Any]:
    given = {key: each.get("default") for key, each in ACCOUNT_ARGUMENTS.items()}
    return {**given, "name": "Exam_Connect", "rejected_logins": "/memory", **changes}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "sys"}, "it is Oracle's own"),
        ({"password": 'Sec"ret'}, r"password='\*+' is refused"),
        ({"password": "Secret-1", "rejected_logins": None}, "rejected_logins=None is refused"),
        ({"quiet_days": 0}, "quiet_days=0"),
        ({"quiet_days": 3, "locked": True}, "quiet_days=3"),
        ({"profile_limits": {"IDLE_TIME": "1; DROP"}, "profile": "P"}, "it is no limit"),
        ({"profile_limits": {"IDLE_TIME": 1}}, "Give profile, not DEFAULT"),
        ({"quotas": {"USERS": "much"}}, "it is no quota"),
        ({"system_privileges": ["ALL PRIVILEGES"]}, "it is no single privilege"),
        ({"system_privileges": ["create  session", "CREATE SESSION"]}, "it is given twice"),
        ({"object_privileges": [{"object": "EXAMS", "privileges": ["SELECT"], "grantable": False}]}, "SCHEMA.NAME"),
        ({"state": "absent", "password": "Secret-1"}, r"password='\*+' is refused"),
    ],
)
def test_that_what_cannot_be_meant_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidParameter, match=message) as caught:
        account_from(params(**changes))
    assert "Secret-1" not in str(caught.value)


def test_that_sizes_and_names_are_understood() -> None:
    declared = account_from(params(quotas={"users": "100M", '"Data"': "UNLIMITED"}, roles=["reader"]))
    assert declared.quotas == {"USERS": 104857600, "Data": -1}
    assert list(declared.rights) == [Right("role", "READER")]
