# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Views become sources, and Connect's account what it is; the modules find nothing to change in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.account_declaration import (
    ACCOUNT_ARGUMENTS,
    account_from,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.account_planner import plan_account
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.account_state import (
    AccountState,
    FoundAccount,
    Right,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_declaration import views_of_sources
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_planner import plan_views
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_source import source_of
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_state import Grant, View, digest_of
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.adoption_hub import (
    adopted_hub_account,
    adopted_views,
)
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.eugex import reading_rights

VIEWS = {"schema": "EUGEX", "set_name": "exams", "digest": "5ba3", "only_signed_off": True}
EXAMS = View("EXAMS", ("CODE",), "SELECT code FROM t", "Exams", {}, frozenset({Grant("SELECT", "EXAM_CONNECT")}))
ROOMS = View("ROOMS", ("ROOM",), "SELECT room FROM r")


def told_of_views(declared: Mapping[str, View], there: Mapping[str, View]) -> dict[str, Any]:
    """Return what `oracle_views` says in check mode."""
    changes = [change.as_dict() for change in plan_views("EUGEX", there, declared)]
    history = [{"item": "history of exams", "action": "create", "before": None, "after": 2}] if changes else []
    return {
        "changes": changes + history,
        "sources": {name: source_of(view, "EUGEX") for name, view in there.items()},
    }


def test_that_views_as_declared_need_nothing() -> None:
    adopted = adopted_views(VIEWS, told_of_views({"EXAMS": EXAMS}, {"EXAMS": EXAMS}), "/adopted")
    assert (adopted["variables"], adopted["files"]) == ({}, {})
    assert adopted["expected"] == adopted["found"] == {"view EUGEX.EXAMS": "as declared"}


def test_that_other_views_become_sources_that_are_left_alone(tmp_path: Path) -> None:
    declared = {"EXAMS": View("EXAMS", ("CODE", "NEW"), "SELECT code, new FROM t"), "ROOMS": ROOMS}
    there = {"EXAMS": EXAMS, "ROOMS": ROOMS}
    adopted = adopted_views(VIEWS, told_of_views(declared, there), str(tmp_path))
    for name, text in adopted["files"].items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    views = views_of_sources(adopted["variables"]["eugex_view_sources"], "EUGEX")
    assert plan_views("EUGEX", there, views) == []
    assert adopted["variables"]["eugex_views"] == {**VIEWS, "digest": digest_of(views)}
    assert adopted["found"] == {"view EUGEX.EXAMS": "differs", "view EUGEX.ROOMS": "as declared"}


def test_that_a_view_that_is_not_there_has_no_source_and_is_named() -> None:
    adopted = adopted_views(VIEWS, told_of_views({"EXAMS": EXAMS, "ROOMS": ROOMS}, {"EXAMS": EXAMS}), "/adopted")
    assert adopted["variables"]["eugex_view_sources"] == ["/adopted/adopted_views/exams.sql"]
    assert adopted["found"] == {"view EUGEX.EXAMS": "as declared", "view EUGEX.ROOMS": "nothing"}


@pytest.mark.parametrize(
    ("result", "found"),
    [
        (told_of_views({"EXAMS": EXAMS}, {}), {"view EUGEX.EXAMS": "nothing"}),
        (
            told_of_views({"EXAMS": EXAMS}, {"EXAMS": View("EXAMS", ("CODE",), "SELECT 1 FROM t", "two\nlines")}),
            {"view EUGEX.EXAMS": "differs, and no file can declare it"},
        ),
        ({"failed": True, "msg": "a column is missing"}, {"views exams": "a column is missing"}),
    ],
)
def test_that_views_that_cannot_be_declared_stay_and_are_named(result: dict[str, Any], found: dict[str, str]) -> None:
    adopted = adopted_views(VIEWS, result, "/adopted")
    assert (adopted["variables"], adopted["files"]) == ({}, {})
    assert adopted["found"] == found


ACCOUNT: dict[str, Any] = {
    "name": "EXAM_CONNECT",
    "profile": "EXAM_APPLICATION",
    "profile_limits": {"FAILED_LOGIN_ATTEMPTS": 10, "PASSWORD_ROLLOVER_TIME": 2},
    "system_privileges": ["CREATE SESSION"],
    "reads": {"views": ["EUGEX.EXAMS"], "tables": ["EUGEX.INVIGILATORS"]},
    "refused": ["SITS.STUDENTS", "SITS.EXAMS"],
}
LIMITS = {
    "EXAM_APPLICATION": {"FAILED_LOGIN_ATTEMPTS": "5", "PASSWORD_ROLLOVER_TIME": "2"},
    "OTHER": {"FAILED_LOGIN_ATTEMPTS": "UNLIMITED", "PASSWORD_ROLLOVER_TIME": "DEFAULT"},
    "DEFAULT": {"FAILED_LOGIN_ATTEMPTS": "10", "PASSWORD_ROLLOVER_TIME": "0"},
}
DAY = dt.datetime(2027, 2, 1)
SAYABLE = [
    Right("system privilege", "CREATE SESSION"),
    Right("system privilege", "CREATE VIEW"),
    *(
        Right("object privilege", "SELECT", owner, name)
        for owner, name in (("EUGEX", "EXAMS"), ("EUGEX", "ROOMS"), ("EUGEX", "INVIGILATORS"), ("SITS", "EXAMS"))
    ),
]


def told_of_account(account: Mapping[str, Any], there: AccountState | None) -> dict[str, Any]:
    """Return what `oracle_account` says in check mode."""
    params = {name: option.get("default") for name, option in ACCOUNT_ARGUMENTS.items()}
    params |= {key: account[key] for key in ("name", "profile", "profile_limits", "system_privileges")}
    params |= {"state": "exact", "password": "x", "rejected_logins": "/x"}
    rights = [{"grantable": False, **each} for each in reading_rights(account["reads"])]
    declared = account_from({**params, "object_privileges": rights})
    found = FoundAccount(there, "AUTOMATION", DAY, profile_limits=LIMITS.get(account["profile"]))
    before = there and {"profile": there.profile, "rights": sorted(map(str, there.rights))}
    return {"changes": [change.as_dict() for change in plan_account(declared, found)], "account_before": before}


def state(profile: str, rights: Mapping[Right, bool], verified: Any = "accepted") -> AccountState:
    return AccountState("EXAM_CONNECT", "OPEN", profile, "USERS", "TEMP", DAY, rights=rights, verified=verified)


def adopt(there: AccountState, views: list[str]) -> dict[str, Any]:
    """Adopt as the role does it, which asks again where the profile is another one."""
    adopted = adopted_hub_account(ACCOUNT, told_of_account(ACCOUNT, there), views)
    if adopted["account"]["profile"] == ACCOUNT["profile"]:
        return adopted
    account = adopted["account"]
    return {**adopted, "account": adopted_hub_account(account, told_of_account(account, there), views)["account"]}


@given(
    st.sampled_from(sorted(LIMITS)),
    st.lists(st.sampled_from(SAYABLE), unique=True),
    st.sampled_from([[], ["EUGEX.EXAMS"], ["EUGEX.EXAMS", "EUGEX.ROOMS"]]),
)
def test_that_an_adopted_account_is_left_alone(profile: str, rights: list[Right], views: list[str]) -> None:
    there = state(profile, dict.fromkeys(rights, False))
    account = adopt(there, views)["account"]
    assert told_of_account(account, there)["changes"] == []
    assert not {*account["reads"]["tables"], *account["reads"]["views"]} & {*account["refused"]}


def test_that_what_the_account_has_is_taken_over() -> None:
    rights = [SAYABLE[1], SAYABLE[3], SAYABLE[5]]
    adopted = adopt(state("EXAM_APPLICATION", dict.fromkeys(rights, False)), ["EUGEX.ROOMS"])
    assert adopted["account"] == {
        **ACCOUNT,
        "profile_limits": {"FAILED_LOGIN_ATTEMPTS": "5", "PASSWORD_ROLLOVER_TIME": 2},
        "system_privileges": ["CREATE VIEW"],
        "reads": {"views": ["EUGEX.EXAMS", "EUGEX.ROOMS"], "tables": ["SITS.EXAMS"]},
        "refused": ["SITS.STUDENTS"],
    }
    found = adopted["found"]["account EXAM_CONNECT"]
    assert "system privilege CREATE SESSION: nothing" in found
    assert "object privilege SELECT on SITS.EXAMS: granted" in found


def test_that_what_cannot_be_declared_is_named() -> None:
    rights = {Right("role", "RESOURCE"): False, Right("object privilege", "UPDATE", "EUGEX", "EXAMS"): False}
    there = state("EXAM_APPLICATION", rights | {SAYABLE[0]: True}, "rejected")
    adopted = adopt(there, [])
    left = [each["item"] for each in told_of_account(adopted["account"], there)["changes"]]
    assert [item.removeprefix("account EXAM_CONNECT ") for item in left] == [
        "password",
        "object privilege UPDATE on EUGEX.EXAMS",
        "role RESOURCE",
        "system privilege CREATE SESSION, with its option",
        "system privilege CREATE SESSION",
    ]
    for item in left:
        assert item.removeprefix("account EXAM_CONNECT ") in adopted["found"]["account EXAM_CONNECT"]


@pytest.mark.parametrize(
    ("result", "found"),
    [
        (told_of_account(ACCOUNT, None), "nothing"),
        ({"failed": True, "msg": "ORA-12541: no listener"}, "ORA-12541: no listener"),
    ],
)
def test_that_an_account_that_is_not_there_or_not_read_stays(result: dict[str, Any], found: str) -> None:
    adopted = adopted_hub_account(ACCOUNT, result, [])
    assert adopted["account"] == ACCOUNT
    assert adopted["found"] == {"account EXAM_CONNECT": found}
