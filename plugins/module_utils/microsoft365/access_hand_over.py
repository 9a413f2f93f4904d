# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a tenant's administrators have to run where they do it themselves, and how to take it back."""

from __future__ import annotations

import json

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365 import recipient_filter
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.access_state import (
    EWS_ENDS,
    DeclaredAccess,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.powershell import quoted


def hand_over_for(declared: DeclaredAccess) -> str:
    """Return the request in Markdown, ready to run, with its back-out. The same declaration is the same text."""
    warning = f"EWS is removed from Exchange Online on {EWS_ENDS}.\n\n" if declared.protocol == "ews" else ""
    return (
        f"{warning}The application {declared.application} needs the role {declared.role} in the {declared.scope}, and "
        "no permission for calendars anywhere else. Do it in one of the two ways; calendars see it after 30 minutes to "
        "2 hours.\n\n"
        f"## By PowerShell\n\n```powershell\n{_powershell(declared)}\n```\n\n"
        f"## By Microsoft Graph (beta)\n\n```\n{_graph(declared)}\n```\n\n"
        f"## No permission of the whole tenant\n\n```powershell\n{_revoke(declared)}\n```\n\n"
        f"## Back-out\n\n```powershell\n{_back_out(declared)}\n```\n"
    )


def _powershell(declared: DeclaredAccess) -> str:
    scope = declared.scope
    lines = [
        "Connect-MgGraph -Scopes Application.Read.All, Group.Read.All, AdministrativeUnit.Read.All",
        "Connect-ExchangeOnline",
        f"$principal = Get-MgServicePrincipal -Filter \"appId eq '{declared.application}'\"",
        "New-ServicePrincipal -AppId $principal.AppId -ObjectId $principal.Id -DisplayName $principal.DisplayName",
    ]
    if declared.protocol == "ews":
        lines += [
            "$allowed = @((Get-OrganizationConfig).EwsAllowedAppIDs) + $principal.AppId",
            "Set-OrganizationConfig -EwsEnabled $true -EwsAllowedAppIDs $allowed",
        ]
    name, role = quoted(scope.name), quoted(declared.role)
    if scope.kind == "unit":
        lines.append(f"$unit = Get-MgDirectoryAdministrativeUnit -Filter {_odata(scope.name)}")
        where = "-RecipientAdministrativeUnitScope $unit.Id"
    else:
        found, cmdlet = quoted(scope.recipient_filter or ""), recipient_filter.finder(scope.recipient_filter or "")
        if scope.kind == "group":
            lines.append(f"$group = Get-Group -Identity {name}")
            found = "\"MemberOfGroup -eq '$($group.DistinguishedName)'\""
        lines += [
            f"{cmdlet} -Filter {found} -ResultSize 10   # some, and not all",
            f"New-ManagementScope -Name {name} -RecipientRestrictionFilter {found}",
        ]
        where = f"-CustomResourceScope {name}"
    lines += [
        f"New-ManagementRoleAssignment -Role {role} -App $principal.Id {where}",
        "Test-ServicePrincipalAuthorization -Identity $principal.Id",
    ]
    return "\n".join(lines)


def _graph(declared: DeclaredAccess) -> str:
    scope = declared.scope
    base = "https://graph.microsoft.com/beta/roleManagement/exchange"
    requests = [
        f"GET https://graph.microsoft.com/v1.0/servicePrincipals(appId='{declared.application}')?$select=id",
        f"GET {base}/roleDefinitions   # the id of {declared.role}",
    ]
    assignment: dict[str, object] = {
        "principalId": "/ServicePrincipals/<id of the service principal>",
        "roleDefinitionId": "<id of the role>",
        "directoryScopeId": None,
        "appScopeId": None,
    }
    if scope.kind == "filter":
        attributes = {"Exclusive": False, "RecipientFilter": scope.recipient_filter}
        body = {"type": "RecipientScope", "displayName": scope.name, "customAttributes": attributes}
        requests.append(f"POST {base}/customAppScopes\n{json.dumps(body, indent=2)}")
        assignment["appScopeId"] = "<id of the scope>"
    else:
        kind = "Groups" if scope.kind == "group" else "AdministrativeUnits"
        assignment["directoryScopeId"] = f"/{kind}/<id of {scope.name}>"
    requests.append(f"POST {base}/roleAssignments\n{json.dumps(assignment, indent=2)}")
    return "\n\n".join(requests)


def _revoke(declared: DeclaredAccess) -> str:
    return "\n".join(
        [
            f"$principal = Get-MgServicePrincipal -Filter \"appId eq '{declared.application}'\"",
            "# nothing about calendars, and no full_access_as_app, may be among these:",
            "Get-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $principal.Id",
            "Remove-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $principal.Id -AppRoleAssignmentId <id>",
        ]
    )


def _back_out(declared: DeclaredAccess) -> str:
    lines = [
        f"$principal = Get-MgServicePrincipal -Filter \"appId eq '{declared.application}'\"",
        "Get-ManagementRoleAssignment -RoleAssignee $principal.Id | Remove-ManagementRoleAssignment -Confirm:$false",
    ]
    if declared.scope.kind != "unit":
        lines.append(f"Remove-ManagementScope -Identity {quoted(declared.scope.name)} -Confirm:$false")
    lines.append("Remove-ServicePrincipal -Identity $principal.Id -Confirm:$false")
    return "\n".join(lines)


def _odata(name: str) -> str:
    """Return a filter for a display name as PowerShell's string."""
    return quoted("displayName eq '" + name.replace("'", "''") + "'")
