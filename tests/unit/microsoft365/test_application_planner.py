# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Applications, from what is to what is declared; no network."""

from __future__ import annotations

import base64
import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365 import application_state
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.application_planner import (
    days_left,
    plan_application,
    warnings_for,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.application_state import (
    Certificate,
    DeclaredApplication,
    FoundApplication,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter, Problem
from emulators.certificates import Authority

NOW = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
AUTHORITY = Authority.create("unit")
GRAPH = "00000003-0000-0000-c000-000000000000"
DECLARED = DeclaredApplication("CalSync", "tag", True, (), "keep", None, (), None, 30)
APPLICATION: dict[str, Any] = {
    "id": "1",
    "appId": "2",
    "displayName": "CalSync",
    "tags": ["tag"],
    "passwordCredentials": [],
    "requiredResourceAccess": [],
}
FOUND = FoundApplication((APPLICATION,), principal={"id": "3"}, now=NOW)


def credential(days: int) -> tuple[Certificate, dict[str, Any]]:
    """Return a certificate that ends after so many days from NOW, and its entry in the directory."""
    issued = AUTHORITY.issue(
        ["calsync"], not_before=NOW - dt.timedelta(days=900), not_after=NOW + dt.timedelta(days=days)
    )
    entry = {"keyId": str(days), "key": base64.b64encode(issued.certificate.public_bytes(Encoding.DER)).decode()}
    found = application_state.certificate_of(entry)
    assert found is not None
    return found, entry


def actions(declared: DeclaredApplication, found: FoundApplication) -> list[tuple[str, str]]:
    return [(each.action, each.kind) for each in plan_application(declared, found)]


def test_nothing_changes_what_is_as_declared() -> None:
    assert plan_application(DECLARED, FOUND) == []
    assert plan_application(replace(DECLARED, present=False), FoundApplication(())) == []


def test_each_request_of_a_rotation_holds_all_that_there_is_at_that_moment() -> None:
    (old, old_entry), (new, _entry), (newer, _other) = credential(10), credential(300), credential(400)
    found = replace(FOUND, keys=(old_entry,))
    changes = plan_application(replace(DECLARED, certificates=(new, newer), others="remove"), found)
    assert [each.action for each in changes] == ["create", "create", "delete"]
    assert [len(each.body["keyCredentials"]) for each in changes] == [2, 3, 2]
    assert changes[0].body["keyCredentials"][0] == old_entry, "what is there is sent as it was found"
    assert old_entry not in changes[-1].body["keyCredentials"]
    assert old.thumbprint[:16] in changes[-1].item


def test_only_what_has_expired_is_removed_if_that_is_asked_for() -> None:
    (_ended, ended_entry), (_living, living_entry) = credential(-1), credential(5)
    found = replace(FOUND, keys=(ended_entry, living_entry, {"keyId": "hidden", "key": None}))
    changes = plan_application(replace(DECLARED, others="remove_expired"), found)
    assert [each.action for each in changes] == ["delete"]
    assert [each["keyId"] for each in changes[0].body["keyCredentials"]] == ["5", "hidden"]


def test_several_that_fit_are_listed() -> None:
    found = FoundApplication((APPLICATION, {**APPLICATION, "id": "9", "appId": "8"}), now=NOW)
    with pytest.raises(Problem, match=r"CalSync \(client id 2\), CalSync \(client id 8\)"):
        plan_application(DECLARED, found)


def test_permissions_are_exact_if_they_are_declared() -> None:
    declared = replace(DECLARED, permissions=((GRAPH, "User.Read.All"),))
    with pytest.raises(InvalidParameter, match=r"User\.Read\.All"):
        plan_application(declared, FOUND)
    found = replace(FOUND, roles={(GRAPH, "User.Read.All"): "role"})
    change = plan_application(declared, found)[0]
    assert change.body["requiredResourceAccess"] == [
        {"resourceAppId": GRAPH, "resourceAccess": [{"id": "role", "type": "Role"}]}
    ]
    held = {**APPLICATION, "requiredResourceAccess": change.body["requiredResourceAccess"]}
    assert plan_application(declared, replace(found, matches=(held,))) == []
    assert actions(replace(DECLARED, permissions=()), replace(found, matches=(held,))) == [("update", "patch")]
    assert plan_application(DECLARED, replace(found, matches=(held,))) == [], "not declared, so left alone"


def test_a_missing_service_principal_is_made() -> None:
    assert actions(DECLARED, replace(FOUND, principal=None)) == [("create", "principal")]


@pytest.mark.parametrize(("hours", "days"), [(49, 2), (47, 1), (0, 0), (-1, -1)])
def test_whole_days(hours: int, days: int) -> None:
    assert days_left(NOW + dt.timedelta(hours=hours), NOW) == days


def test_secrets_that_nobody_declared_are_warned_about() -> None:
    held = {**APPLICATION, "passwordCredentials": [{"displayName": "old"}]}
    assert "'old'" in warnings_for(DECLARED, replace(FOUND, matches=(held,)))[0]
