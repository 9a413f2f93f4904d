# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""exchange_application_access against the emulated tenant, by both providers; and what must not be let through."""

from __future__ import annotations

from typing import Any

import pytest

from emulators.microsoft365.access import WRITING, allowed
from emulators.microsoft365.seed import grant
from tests.integration.microsoft365.conftest import AUTOMATION, CALSYNC, FILTER, PERMISSIONS, STUDENTS, Office, Runner

MODULE = "exchange_application_access"
DECLARED: dict[str, Any] = {
    "application": CALSYNC,
    "scope": {"name": "CalSync LIVE", "recipient_filter": FILTER},
}
PROVIDERS = pytest.mark.parametrize("provider", ["graph", "commands"])


def reaches(office: Office, principal: str) -> set[str]:
    """Whose calendars the application may write, by Exchange's roles."""
    caller = {"oid": principal, "appid": CALSYNC, "roles": []}
    tenant = office.server.tenant
    return {str(user["displayName"]) for user in tenant.mailboxes() if allowed(tenant, caller, user, WRITING)}


@PROVIDERS
def test_check_then_real_then_unchanged(office: Office, run: Runner, principal: str, provider: str) -> None:
    predicted = run(MODULE, check=True, provider=provider, **DECLARED)
    assert predicted["changed"]
    assert not office.server.tenant.role_assignments
    made = run(MODULE, provider=provider, **DECLARED)
    assert made["changes"] == predicted["changes"]
    assert made["provider"] == provider
    assert made["service_principal_id"] == principal
    assert reaches(office, principal) == set(STUDENTS)
    again = run(MODULE, provider=provider, **DECLARED)
    assert not again["changed"], again["changes"]


@pytest.mark.parametrize(
    ("by", "asked"), [("UserPrincipalName", "Get-Mailbox"), ("Department", "Get-Recipient"), ("ALIAS", "Get-Mailbox")]
)
def test_who_asks_by_which_property_and_that_exchange_writes_the_filter_in_its_own_way(
    office: Office, run: Runner, principal: str, by: str, asked: str
) -> None:
    with office.server.tenant.lock:
        for each in office.server.tenant.users.values():
            each["department"] = str(each["displayName"])
    at = "@exams.example" if by == "UserPrincipalName" else ""
    text = " -or ".join(f"{by} -eq '{name}{at}'" for name in STUDENTS[:2])
    declared = {"application": CALSYNC, "scope": {"name": "tests", "recipient_filter": text}}
    made = run(MODULE, provider="graph" if by == "ALIAS" else "commands", **declared)
    assert made["changed"], made
    assert reaches(office, principal) == set(STUDENTS[:2])
    (scope,) = office.server.tenant.scopes.values()
    assert scope["customAttributes"]["RecipientFilter"].startswith("((")
    assert [run(MODULE, provider=each, **declared)["changes"] for each in ("graph", "commands")] == [[], []]
    cmdlets = {each["body"]["CmdletInput"]["CmdletName"] for each in office.requests() if "Invoke" in each["path"]}
    assert cmdlets & {"Get-Mailbox", "Get-Recipient"} == {asked}


@pytest.mark.usefixtures("principal")
def test_what_one_provider_made_the_other_leaves(run: Runner) -> None:
    assert run(MODULE, provider="graph", **DECLARED)["changed"]
    assert run(MODULE, provider="commands", **DECLARED)["changed"] is False


@PROVIDERS
def test_another_filter_changes_the_scope_in_place(office: Office, run: Runner, principal: str, provider: str) -> None:
    run(MODULE, provider=provider, **DECLARED)
    narrow = {"name": "CalSync LIVE", "recipient_filter": f"PrimarySmtpAddress -eq '{STUDENTS[0]}@exams.example'"}
    changed = run(MODULE, provider=provider, application=CALSYNC, scope=narrow)
    assert [(each["action"], each["item"]) for each in changed["changes"]] == [("update", "scope CalSync LIVE")]
    assert reaches(office, principal) == {STUDENTS[0]}


@PROVIDERS
def test_a_scope_whose_name_has_other_capitals_is_the_declared_one(
    office: Office, run: Runner, principal: str, provider: str
) -> None:
    run(MODULE, provider=provider, **DECLARED)
    declared = {"name": "calsync live", "recipient_filter": FILTER}
    again = run(MODULE, provider=provider, application=CALSYNC, scope=declared)
    assert again["changes"] == []
    assert reaches(office, principal) == set(STUDENTS)


@PROVIDERS
def test_an_administrative_unit(office: Office, run: Runner, principal: str, provider: str) -> None:
    run(MODULE, provider=provider, application=CALSYNC, scope={"administrative_unit": "exams"})
    assert reaches(office, principal) == set(STUDENTS[:2])
    with office.server.tenant.lock:  # the documentation has the word with a small and with a capital letter
        for each in office.server.tenant.role_assignments.values():
            each["directoryScopeId"] = each["directoryScopeId"].replace(
                "/Admin", "/admin" if provider == "graph" else "/Admin"
            )
    again = run(MODULE, provider=provider, application=CALSYNC, scope={"administrative_unit": "exams"})
    assert again["changed"] is False


def test_a_group_replaces_the_scope_that_was(office: Office, run: Runner, principal: str) -> None:
    run(MODULE, application=CALSYNC, scope={"administrative_unit": "exams"})
    changed = run(MODULE, application=CALSYNC, scope={"group": "students"})
    assert [each["action"] for each in changed["changes"]] == ["create", "delete"], "given before it is taken away"
    assert reaches(office, principal) == set(STUDENTS)
    refused = run(MODULE, application=CALSYNC, scope={"group": "empty"}, provider="commands")
    assert refused["failed"]


def test_the_provider_is_chosen_by_what_the_identity_may(office: Office, run: Runner, principal: str) -> None:
    assert run(MODULE, check=True, **DECLARED)["provider"] == "graph"
    without = [each for each in PERMISSIONS if each != "RoleManagement.ReadWrite.Exchange"]
    office.client("modest", "aaaaaaaa-0000-0000-0000-000000000001", without)
    connection = office.connection("modest", "aaaaaaaa-0000-0000-0000-000000000001")
    assert run(MODULE, **connection, **DECLARED)["provider"] == "commands"
    assert reaches(office, principal) == set(STUDENTS)
    refused = run(MODULE, **connection, **{**DECLARED, "provider": "graph"})
    assert "needs the application permission RoleManagement.ReadWrite.Exchange" in refused["msg"]


@pytest.mark.parametrize("permission", ["Calendars.ReadWrite", "Calendars.Read", "full_access_as_app"])
def test_a_grant_for_the_whole_tenant_fails_the_run(
    office: Office, run: Runner, principal: str, permission: str
) -> None:
    run(MODULE, **DECLARED)
    with office.server.tenant.lock:
        grant(office.server.tenant, principal, permission)
        grant(office.server.tenant, principal, "User.Read.All")
    found = run(MODULE, **DECLARED)
    assert found["failed"]
    assert permission in found["msg"]
    assert "permissions add up" in found["msg"]
    assert "User.Read.All" not in found["msg"]
    removed = run(MODULE, remove_tenant_wide_grants=True, **DECLARED)
    assert [each["action"] for each in removed["changes"]] == ["delete"]
    assert run(MODULE, **DECLARED)["changed"] is False
    left = office.server.tenant.find(office.server.tenant.app_role_assignments.values(), principalId=principal)
    assert len(left) == 1, "what does not concern calendars stays"


def test_a_role_in_the_whole_organisation_fails_the_run(office: Office, run: Runner, principal: str) -> None:
    run(MODULE, **DECLARED)
    with office.server.tenant.lock:
        first = next(iter(office.server.tenant.role_assignments.values()))
        wide = {**first, "id": "wide", "appScopeId": None, "directoryScopeId": "/"}
        office.server.tenant.role_assignments["wide"] = wide
    found = run(MODULE, **DECLARED)
    assert found["failed"]
    assert "in the whole organisation" in found["msg"]
    assert run(MODULE, remove_tenant_wide_grants=True, **DECLARED)["changed"]
    assert reaches(office, principal) == set(STUDENTS)


@pytest.mark.parametrize(
    ("scope", "said"),
    [
        ({"name": "x", "recipient_filter": "Department -eq 'nobody'"}, "lock the application out"),
        ({"name": "x", "recipient_filter": "Alias -like '*'"}, "every mailbox is in it"),
        ({"group": "empty"}, "lock the application out"),
        ({"group": "everybody"}, "every mailbox is in it"),
        ({"group": "unknown"}, "there is none of this name"),
        ({"name": "x", "recipient_filter": "Alias -eq"}, "is not a valid filter"),
        ({"name": "x", "recipient_filter": "City -eq 'a' -or UserPrincipalName -eq 'b'"}, "no cmdlet of Exchange"),
        ({"name": "x", "recipient_filter": "Alias -eq 'a' -or Alias -eq 'b' -and City -eq 'c'"}, "without brackets"),
        ({"name": "x"}, "it says not once which mailboxes"),
        ({"group": "students", "administrative_unit": "exams"}, "it says not once which mailboxes"),
        ({"recipient_filter": FILTER}, "scope.name=None is refused"),
    ],
)
def test_scopes_that_are_refused(office: Office, run: Runner, principal: str, scope: dict[str, str], said: str) -> None:
    result = run(MODULE, application=CALSYNC, scope=scope)
    assert result["failed"]
    assert said in result["msg"]
    assert not office.server.tenant.role_assignments
    assert not office.server.tenant.scopes


def test_ews_is_checked_and_warned_about(office: Office, run: Runner, principal: str) -> None:
    shut = run(MODULE, protocol="ews", **DECLARED)
    assert shut["failed"]
    assert "EwsEnabled None" in shut["msg"]
    office.server.tenant.organization = {"EwsEnabled": True, "EwsAllowedAppIDs": [AUTOMATION]}
    assert run(MODULE, protocol="ews", **DECLARED)["failed"]
    office.server.tenant.organization = {"EwsEnabled": True, "EwsAllowedAppIDs": [AUTOMATION, CALSYNC]}
    made = run(MODULE, protocol="ews", **DECLARED)
    assert made["role"] == "Application EWS.AccessAsApp"
    assert "2027-04-01" in str(made["warnings"])
    assert made["service_principal_id"] == principal


def test_an_application_that_is_not_there_is_pending_in_check_mode(run: Runner) -> None:
    pending = run(MODULE, check=True, prerequisite_line="4.4", **DECLARED)
    assert pending["pending_line"] == "4.4"
    assert run(MODULE, **DECLARED)["failed"]


def test_the_hand_over_contacts_nothing(office: Office, run: Runner) -> None:
    nowhere = {"connect_address": "127.65.255.3", "client_id": None, "certificate": None, "private_key": None}
    text = run(MODULE, hand_over=True, **nowhere, **DECLARED)["hand_over"]
    assert (
        "New-ManagementScope -Name 'CalSync LIVE' -RecipientRestrictionFilter 'CustomAttribute1 -eq ''student'''"
        in text
    )
    assert "-CustomResourceScope 'CalSync LIVE'" in text
    assert "POST https://graph.microsoft.com/beta/roleManagement/exchange/roleAssignments" in text
    assert "## Back-out" in text
    unit = run(MODULE, hand_over=True, application=CALSYNC, scope={"administrative_unit": "exams"}, **nowhere)
    assert "-RecipientAdministrativeUnitScope $unit.Id" in unit["hand_over"]
    assert office.requests() == []
