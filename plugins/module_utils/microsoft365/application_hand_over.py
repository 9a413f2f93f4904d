# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a tenant's administrators have to run to make an application, where they do it themselves; and the way back."""

from __future__ import annotations

import json
from urllib.parse import quote

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.application_state import (
    DeclaredApplication,
    credential_of,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.powershell import quoted
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter


def hand_over_for(declared: DeclaredApplication) -> str:
    """Return the request in Markdown, ready to run, with its back-out. Certificates in it are public.

    Raises:
        InvalidParameter: it shall not be there; or a secret, which could not be brought back, is asked for.
    """
    if not declared.present or declared.secret is not None:
        raise InvalidParameter("hand_over", True, "it is for an application with certificates", "Leave it out.")
    permissions = ""
    if declared.permissions:
        names = "\n".join(f"- {name} of {resource}" for resource, name in declared.permissions)
        permissions = f"It says that it needs these application permissions:\n\n{names}\n\n"
    owners = f"Its owners: {', '.join(declared.owners)}.\n\n" if declared.owners else ""
    return (
        f"The application {declared.name} is needed, with its service principal and this certificate. If there is one "
        f"of this name or with the tag {declared.tag} already, make no second one. Do it in one of the two ways, and "
        f"tell us the application (client) id.\n\n{permissions}{owners}"
        f"## By PowerShell\n\n```powershell\n{_powershell(declared)}\n```\n\n"
        f"## By Microsoft Graph\n\n```\n{_graph(declared)}\n```\n\n"
        f"## Back-out\n\n```powershell\n{_back_out(declared)}\n```\n"
    )


def _powershell(declared: DeclaredApplication) -> str:
    keys = [
        f"    @{{Type = 'AsymmetricX509Cert'; Usage = 'Verify'; Key = [Convert]::FromBase64String(\n"
        f"        '{credential_of(each)['key']}')}}"
        for each in declared.certificates
    ]
    credentials = " -KeyCredentials @(\n" + ",\n".join(keys) + ")" if keys else ""
    return "\n".join(
        [
            "Connect-MgGraph -Scopes Application.ReadWrite.All",
            f"Get-MgApplication -Filter {_filter(declared)}   # none",
            f"$application = New-MgApplication -DisplayName {quoted(declared.name)} -Tags {quoted(declared.tag)} "
            f"-UniqueName {quoted(declared.tag)} -SignInAudience AzureADMyOrg{credentials}",
            "New-MgServicePrincipal -AppId $application.AppId",
            "$application.AppId",
        ]
    )


def _graph(declared: DeclaredApplication) -> str:
    body: dict[str, object] = {
        "displayName": declared.name,
        "tags": [declared.tag],
        "signInAudience": "AzureADMyOrg",
        "keyCredentials": [credential_of(each) for each in declared.certificates],
    }
    name = quote(declared.tag.replace("'", "''"), safe="")
    return (
        f"PATCH https://graph.microsoft.com/v1.0/applications(uniqueName='{name}')\nPrefer: create-if-missing\n"
        f"{json.dumps(body, indent=2)}\n\n"
        'POST https://graph.microsoft.com/v1.0/servicePrincipals\n{"appId": "<appId of the answer>"}'
    )


def _back_out(declared: DeclaredApplication) -> str:
    remove = "ForEach-Object { Remove-MgApplication -ApplicationId $_.Id }"
    return f"Get-MgApplication -Filter {_filter(declared)} | {remove}"


def _filter(declared: DeclaredApplication) -> str:
    return quoted("tags/any(t:t eq '" + declared.tag.replace("'", "''") + "')")
