# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configuration that nobody signed off stays, and the scope of an application is taken over as it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.access_planner import plan_access
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.access_state import (
    Assignment,
    Census,
    DeclaredAccess,
    DeclaredScope,
    FoundAccess,
    Scope,
)
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.adoption import (
    adopted_configuration,
    adopted_scope,
)

CONFIGURATION = {"artefact": "connect_configuration", "directory": "C:\\Connect"}
ONE, OTHER = "1" * 64, "2" * 64


def test_that_files_as_signed_off_go_on_being_deployed() -> None:
    seen = {"changes": [], "expected": {"a.config": ONE}, "present": {"a.config": ONE}}
    adopted = adopted_configuration(CONFIGURATION, seen)
    assert adopted["configuration"] == CONFIGURATION
    assert adopted["expected"] == adopted["found"] == {"connect_configuration: a.config": "SHA-256 1111111111111111…"}


def test_that_other_files_stay_and_are_named_by_their_digests() -> None:
    seen = {
        "changes": [{"item": "a.config"}, {"item": "b.json"}, {"item": "old.json"}],
        "expected": {"a.config": ONE, "b.json": ONE},
        "present": {"a.config": OTHER, "b.json": None, "old.json": OTHER},
    }
    adopted = adopted_configuration(CONFIGURATION, seen)
    assert adopted["configuration"] == {**CONFIGURATION, "deployed": False}
    assert adopted["found"] == {
        "connect_configuration: a.config": "SHA-256 2222222222222222…",
        "connect_configuration: b.json": "nothing",
        "connect_configuration: old.json": "SHA-256 2222222222222222…",
    }
    assert adopted["expected"]["connect_configuration: old.json"] == "nothing"


def test_that_files_that_cannot_be_compared_stay() -> None:
    adopted = adopted_configuration(CONFIGURATION, {"failed": True, "msg": "there is no artefact"})
    assert adopted["configuration"] == {**CONFIGURATION, "deployed": False}
    assert adopted["found"] == {"connect_configuration": "there is no artefact"}


Kind = Literal["filter", "group", "unit", "everywhere", "other"]
ACCOUNT: dict[str, Any] = {"name": "CalSync LIVE", "scope": "CalSync LIVE", "recipients": "x"}
ROLE = "Application Calendars.ReadWrite"
APPLICATION = "5d4a7c1e-2f6b-4b3a-9e8d-7c6b5a493827"


def told(account: dict[str, Any], scopes: dict[str, str], assignments: Sequence[tuple[Kind, str]]) -> dict[str, Any]:
    """Return what `exchange_application_access` says in check mode of scopes by name, and roles in kinds of targets."""
    name = account["scope"]
    wanted = DeclaredScope("filter", name, account.get("recipient_filter", "planned"))
    present = Scope("1", name, scopes[name]) if name in scopes else None
    roles = tuple(Assignment(str(number), ROLE, kind, to) for number, (kind, to) in enumerate(assignments))
    found = FoundAccess("2", "CalSync LIVE", True, present, name, roles, (), Census(True, False))
    changes = plan_access(DeclaredAccess(APPLICATION, "graph", wanted, False), found)
    return {"changes": [change.as_dict() for change in changes], "role": ROLE}


@pytest.mark.parametrize(
    ("scopes", "roles", "scope", "found"),
    [
        ({"CalSync LIVE": "planned"}, ["CalSync LIVE"], "CalSync LIVE", None),
        ({"CalSync LIVE": "by hand"}, ["CalSync LIVE"], "CalSync LIVE", "by hand"),
        ({"Students": "by hand"}, ["Students"], "Students", "by hand"),
        ({"Students": "planned"}, ["Students"], "Students", None),
        ({"CalSync LIVE": "forgotten", "Students": "planned"}, ["Students"], "Students", None),
    ],
)
def test_that_the_scope_is_taken_over_and_then_left_alone(
    scopes: dict[str, str], roles: list[str], scope: str, found: str | None
) -> None:
    assignments: list[tuple[Kind, str]] = [("filter", each) for each in roles]
    first = adopted_scope(ACCOUNT, told(ACCOUNT, scopes, assignments))
    account = first["account"]
    if account["scope"] != ACCOUNT["scope"]:
        account = adopted_scope(account, told(account, scopes, assignments))["account"]
    assert (account["scope"], account.get("recipient_filter")) == (scope, found)
    assert (first["expected"] == first["found"]) is (account == ACCOUNT)
    assert told(account, scopes, assignments)["changes"] == []


@pytest.mark.parametrize(
    "assignments",
    [[], [("filter", "One"), ("filter", "Two")], [("group", "7")], [("filter", "CalSync LIVE"), ("filter", "Two")]],
)
def test_that_access_that_no_account_can_declare_stays_and_is_named(assignments: list[tuple[Kind, str]]) -> None:
    adopted = adopted_scope(ACCOUNT, told(ACCOUNT, {"CalSync LIVE": "planned"}, assignments))
    assert adopted["account"] == ACCOUNT
    assert adopted["expected"] != adopted["found"]


@pytest.mark.parametrize(
    ("result", "found"),
    [
        ({"skipped": True}, "no application"),
        ({"failed": True, "msg": "it may use every calendar"}, "it may use every calendar"),
    ],
)
def test_that_an_account_that_cannot_be_looked_at_stays(result: dict[str, Any], found: str) -> None:
    adopted = adopted_scope(ACCOUNT, result)
    assert adopted["account"] == ACCOUNT
    assert adopted["found"] == {"access of CalSync LIVE to calendars": found}
