# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Access to calendars, from what is to what is declared; no network."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.access_hand_over import hand_over_for
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.access_planner import plan_access
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.access_state import (
    Assignment,
    Census,
    DeclaredAccess,
    DeclaredScope,
    FoundAccess,
    Grant,
    Scope,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter, Problem

ROLE = "Application Calendars.ReadWrite"
DECLARED = DeclaredAccess("app", "graph", DeclaredScope("filter", "live", "Alias -eq 'x'"), False)
RIGHT = Assignment("1", ROLE, "filter", "live")
FOUND = FoundAccess(
    "p", "CalSync", True, Scope("s", "live", "Alias -eq 'x'"), "live", (RIGHT,), (), Census(True, False)
)


def test_nothing_changes_what_is_as_declared() -> None:
    assert plan_access(DECLARED, FOUND) == []
    mail = Assignment("2", "Application Mail.Read", "everywhere", "/")
    assert plan_access(DECLARED, replace(FOUND, assignments=(RIGHT, mail))) == [], "no calendars, so left alone"


def test_a_filter_as_exchange_writes_it_is_the_declared_one_and_another_is_not() -> None:
    declared = replace(DECLARED, scope=replace(DECLARED.scope, recipient_filter="alias -eq 'x' -or City -eq 'y'"))
    for text, kinds in (
        ("((Alias -eq 'x') -or (City -eq 'y'))", []),
        ("(Alias -eq 'x') -and (City -eq 'y')", ["filter"]),
    ):
        found = replace(FOUND, scope=Scope("s", "live", text))
        assert [each.kind for each in plan_access(declared, found)] == kinds


@pytest.mark.parametrize("kind", ["filter", "group", "unit"])
def test_names_and_identifiers_in_other_capitals_are_the_same(kind: Literal["filter", "group", "unit"]) -> None:
    declared = replace(DECLARED, scope=replace(DECLARED.scope, kind=kind))
    found = replace(FOUND, target="ABCDEF00-live", assignments=(Assignment("1", ROLE, kind, "abcdef00-LIVE"),))
    assert plan_access(declared, found) == []


def test_the_role_is_given_before_another_is_taken_away() -> None:
    other = Assignment("2", ROLE, "unit", "u")
    changes = plan_access(DECLARED, replace(FOUND, assignments=(other,)))
    assert [each.kind for each in changes] == ["assign", "unassign"]


def test_what_is_there_twice_is_there_once_afterwards() -> None:
    changes = plan_access(DECLARED, replace(FOUND, assignments=(RIGHT, replace(RIGHT, identifier="2"))))
    assert [(each.kind, each.subject.identifier) for each in changes] == [("unassign", "2")]


def test_from_nothing() -> None:
    found = replace(FOUND, registered=False, scope=None, assignments=())
    assert [each.kind for each in plan_access(DECLARED, found)] == ["register", "scope", "assign"]


@pytest.mark.parametrize(
    ("census", "said"), [(Census(False, False), "lock the application out"), (Census(True, True), "every mailbox")]
)
def test_a_scope_of_nobody_or_of_everybody_is_refused(census: Census, said: str) -> None:
    with pytest.raises(InvalidParameter, match=said):
        plan_access(DECLARED, replace(FOUND, census=census))


def test_what_defeats_the_scope_fails_unless_its_removal_is_asked_for() -> None:
    wide = Assignment("2", "Application Calendars.Read", "everywhere", "/")
    found = replace(FOUND, assignments=(RIGHT, wide), grants=(Grant("g", "Microsoft Graph", "Calendars.ReadWrite"),))
    with pytest.raises(
        Problem, match=r"Calendars\.ReadWrite of Microsoft Graph, Application Calendars\.Read in the whole"
    ):
        plan_access(DECLARED, found)
    changes = plan_access(replace(DECLARED, remove_tenant_wide_grants=True), found)
    assert [each.kind for each in changes] == ["unassign", "revoke"]


def test_the_hand_over_is_safe_against_quotes() -> None:
    declared = replace(DECLARED, scope=DeclaredScope("filter", "O'Neill", "Alias -eq 'a''b'"))
    text = hand_over_for(declared)
    assert "-Name 'O''Neill'" in text
    assert "'Alias -eq ''a''''b'''" in text


def test_the_hand_over_of_ews_names_the_end() -> None:
    assert "2027-04-01" in hand_over_for(replace(DECLARED, protocol="ews"))
