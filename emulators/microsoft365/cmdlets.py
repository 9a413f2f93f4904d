# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cmdlets of Exchange Online, as its administration interface runs them: POST /adminapi/beta/{tenant}/InvokeCommand.

The interface is what Microsoft's own PowerShell module uses, and is not documented. The cmdlets are:
https://learn.microsoft.com/powershell/module/exchangepowershell/
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emulators.microsoft365 import recipient_filter
from emulators.microsoft365.access import in_scope
from emulators.microsoft365.exchange_roles import PRINCIPAL, register
from emulators.microsoft365.messages import Answer, ExchangeError, Json, NotEmulated, Request
from emulators.microsoft365.tenant import EXCHANGE_ROLES, Tenant, new_id, role_id

NOT_FOUND = "Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException"
INVALID = "Microsoft.Exchange.Management.InvalidArgumentException"
UNBOUND = "System.Management.Automation.ParameterBindingException"


class Cmdlets:
    """Runs cmdlets on a tenant."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._known: dict[str, tuple[Callable[[Json], list[Json]], frozenset[str]]] = {
            "Get-ServicePrincipal": (self._get_principal, frozenset({"Identity"})),
            "New-ServicePrincipal": (self._new_principal, frozenset({"AppId", "ObjectId", "DisplayName"})),
            "Get-ManagementScope": (self._get_scope, frozenset({"Identity"})),
            "New-ManagementScope": (self._new_scope, frozenset({"Name", "RecipientRestrictionFilter"})),
            "Set-ManagementScope": (self._set_scope, frozenset({"Identity", "RecipientRestrictionFilter"})),
            "Get-ManagementRoleAssignment": (self._get_assignment, frozenset({"RoleAssignee"})),
            "New-ManagementRoleAssignment": (
                self._new_assignment,
                frozenset({"Role", "App", "CustomResourceScope", "RecipientAdministrativeUnitScope"}),
            ),
            "Remove-ManagementRoleAssignment": (self._remove_assignment, frozenset({"Identity", "Confirm"})),
            "Test-ServicePrincipalAuthorization": (self._test, frozenset({"Identity", "Resource"})),
            "Get-Mailbox": (self._get_mailbox, frozenset({"Filter", "ResultSize", "RecipientTypeDetails"})),
            "Get-Recipient": (self._get_recipient, frozenset({"Filter", "ResultSize", "RecipientTypeDetails"})),
            "Get-OrganizationConfig": (self._get_organization, frozenset()),
        }

    def answer(self, request: Request, caller: Json) -> Answer:
        """Run the cmdlet that the request names."""
        if request.method != "POST" or request.segments[3:] != ["InvokeCommand"]:
            raise NotEmulated(f"{request.method} {request.path}")
        if request.segments[2].casefold() not in (self._tenant.identifier, self._tenant.domain):
            raise ExchangeError(403, "Forbidden", f"The token is not for the tenant {request.segments[2]}.")
        if "Exchange.ManageAsApp" not in caller["roles"]:
            raise ExchangeError(403, "Forbidden", "The role assigned to application isn't supported in this scenario.")
        asked = request.json().get("CmdletInput", {})
        name, parameters = str(asked.get("CmdletName")), dict(asked.get("Parameters", {}))
        if name not in self._known:
            raise NotEmulated(f"the cmdlet {name}")
        run, known = self._known[name]
        unknown = set(parameters) - known
        if unknown:
            raise NotEmulated(f"the parameter -{sorted(unknown)[0]} of {name}")
        return Answer(
            200,
            {
                "@odata.context": f"https://{request.host}{request.path}/$metadata",
                "value": run(parameters),
                "@adminapi.warnings": [],
            },
        )

    def _principal(self, name: str) -> Json:
        for each in self._tenant.exchange_principals.values():
            if name.casefold() in (
                each["AppId"].casefold(),
                each["ObjectId"].casefold(),
                each["DisplayName"].casefold(),
            ):
                return each
        raise ExchangeError(
            404, NOT_FOUND, f"The operation couldn't be performed because object '{name}' couldn't be found."
        )

    def _scope(self, name: str) -> Json:
        for each in self._tenant.scopes.values():
            if name.casefold() in (each["id"], each["displayName"].casefold()):
                return each
        raise ExchangeError(
            404, NOT_FOUND, f"The operation couldn't be performed because object '{name}' couldn't be found."
        )

    def _get_principal(self, given: Json) -> list[Json]:
        return (
            [self._principal(given["Identity"])]
            if "Identity" in given
            else list(self._tenant.exchange_principals.values())
        )

    def _new_principal(self, given: Json) -> list[Json]:
        found = self._tenant.service_principals.get(given["ObjectId"])
        if found is None or found["appId"] != given["AppId"]:
            raise ExchangeError(400, INVALID, "The specified service principal is not in the directory.")
        if given["ObjectId"] in self._tenant.exchange_principals:
            raise ExchangeError(400, INVALID, f"The service principal {given['ObjectId']} already exists.")
        return [register(self._tenant, given["AppId"], given["ObjectId"], given["DisplayName"])]

    def _get_scope(self, given: Json) -> list[Json]:
        found = [self._scope(given["Identity"])] if "Identity" in given else list(self._tenant.scopes.values())
        return [_scope_row(each) for each in found]

    def _new_scope(self, given: Json) -> list[Json]:
        if self._tenant.find(self._tenant.scopes.values(), displayName=given["Name"]):
            raise ExchangeError(400, INVALID, f'The management scope "{given["Name"]}" already exists.')
        attributes = {"Exclusive": False, "RecipientFilter": _parsed(given["RecipientRestrictionFilter"]).text}
        created = {
            "id": new_id(),
            "type": "RecipientScope",
            "displayName": given["Name"],
            "customAttributes": attributes,
        }
        self._tenant.scopes[created["id"]] = created
        return [_scope_row(created)]

    def _set_scope(self, given: Json) -> list[Json]:
        found = self._scope(given["Identity"])
        found["customAttributes"]["RecipientFilter"] = _parsed(given["RecipientRestrictionFilter"]).text
        return []

    def _get_assignment(self, given: Json) -> list[Json]:
        principal = self._principal(given["RoleAssignee"])["ObjectId"]
        held = self._tenant.find(self._tenant.role_assignments.values(), principalId=f"{PRINCIPAL}{principal}")
        return [self._assignment_row(each) for each in held]

    def _assignment_row(self, found: Json) -> Json:
        names = {role_id(name): name for name in EXCHANGE_ROLES}
        directory = str(found["directoryScopeId"] or "")
        scope = self._tenant.scopes.get(found["appScopeId"] or "", {}).get("displayName")
        kind = "CustomRecipientScope" if scope else "Organization"
        if directory.startswith("/AdministrativeUnits/"):
            kind, scope = "AdministrativeUnit", directory.rpartition("/")[2]
        elif directory.startswith("/Groups/"):
            kind, scope = "Group", directory.rpartition("/")[2]
        return {
            "Guid": found["id"],
            "Identity": found["id"],
            "Role": names[found["roleDefinitionId"]],
            "RoleAssignee": found["principalId"].removeprefix(PRINCIPAL),
            "RoleAssigneeType": "ServicePrincipal",
            "CustomResourceScope": scope,
            "RecipientWriteScope": kind,
        }

    def _new_assignment(self, given: Json) -> list[Json]:
        if given["Role"] not in EXCHANGE_ROLES:
            raise ExchangeError(404, NOT_FOUND, f'The role "{given["Role"]}" couldn\'t be found.')
        custom, unit = given.get("CustomResourceScope"), given.get("RecipientAdministrativeUnitScope")
        if unit is not None and unit not in self._tenant.administrative_units:
            raise ExchangeError(404, NOT_FOUND, f"The administrative unit {unit} couldn't be found.")
        created: Json = {
            "id": new_id(),
            "principalId": f"{PRINCIPAL}{self._principal(given['App'])['ObjectId']}",
            "roleDefinitionId": role_id(given["Role"]),
            "directoryScopeId": None if custom else f"/AdministrativeUnits/{unit}" if unit else "/",
            "appScopeId": self._scope(custom)["id"] if custom else None,
        }
        self._tenant.role_assignments[created["id"]] = created
        return [self._assignment_row(created)]

    def _remove_assignment(self, given: Json) -> list[Json]:
        if self._tenant.role_assignments.pop(given["Identity"], None) is None:
            raise ExchangeError(404, NOT_FOUND, f"The role assignment {given['Identity']} couldn't be found.")
        return []

    def _test(self, given: Json) -> list[Json]:
        """Look at the present roles and scopes; the delay of live calls does not apply."""
        principal = self._principal(given["Identity"])["ObjectId"]
        user = self._tenant.user(given["Resource"]) if "Resource" in given else None
        if "Resource" in given and user is None:
            raise ExchangeError(404, NOT_FOUND, f"The object '{given['Resource']}' couldn't be found.")
        rows = []
        for each in self._tenant.find(self._tenant.role_assignments.values(), principalId=f"{PRINCIPAL}{principal}"):
            row = self._assignment_row(each)
            inside: Any = "Not Run" if user is None else in_scope(self._tenant, each, user, self._tenant.scopes)
            rows.append(
                {
                    "RoleName": row["Role"],
                    "GrantedPermissions": EXCHANGE_ROLES[row["Role"]],
                    "AllowedResourceScope": row["CustomResourceScope"] or "Organization",
                    "ScopeType": row["RecipientWriteScope"],
                    "InScope": inside,
                }
            )
        return rows

    def _get_mailbox(self, given: Json) -> list[Json]:
        return self._recipients("Get-Mailbox", given)

    def _get_recipient(self, given: Json) -> list[Json]:
        return self._recipients("Get-Recipient", given)

    def _recipients(self, cmdlet: str, given: Json) -> list[Json]:
        """Return users with a mailbox: there are no other recipients here."""
        test = _parsed(given["Filter"], cmdlet) if "Filter" in given else None
        found = [self._tenant.recipient(user) for user in self._tenant.mailboxes()]
        rows = [
            {
                "PrimarySmtpAddress": each["PrimarySmtpAddress"],
                "ExternalDirectoryObjectId": each["id"],
                "RecipientTypeDetails": "UserMailbox",
            }
            for each in found
            if test is None or test(each)
        ]
        size = str(given.get("ResultSize", "1000"))
        return rows if size == "Unlimited" else rows[: int(size)]

    def _get_organization(self, _given: Json) -> list[Json]:
        return [dict(self._tenant.organization)]


def _scope_row(scope: Json) -> Json:
    attributes = scope["customAttributes"]
    return {
        "Name": scope["displayName"],
        "Guid": scope["id"],
        "RecipientFilter": attributes["RecipientFilter"],
        "Exclusive": attributes["Exclusive"],
    }


def _parsed(text: str, cmdlet: str | None = None) -> recipient_filter.Filter:
    """Return a scope's filter, or a cmdlet's, which has not all of the properties."""
    try:
        parsed = recipient_filter.parse(text)
    except recipient_filter.FilterError as error:
        raise ExchangeError(400, INVALID, str(error)) from error
    try:
        if cmdlet is not None:
            parsed.check_cmdlet(cmdlet)
    except recipient_filter.FilterError as error:
        raise ExchangeError(400, UNBOUND, str(error)) from error
    return parsed
