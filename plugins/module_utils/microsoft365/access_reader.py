# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads what decides which calendars an application may use: Entra's grants, Exchange's roles, who is in a scope."""

from __future__ import annotations

import re

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365 import recipient_filter
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.access_by_commands import CommandAccess
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.access_by_graph import GraphAccess
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.access_provider import AccessProvider
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.access_state import (
    Census,
    DeclaredAccess,
    FoundAccess,
    Grant,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.client import Client, Json
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.refusals import Refused
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import MissingPrerequisite

_READ = "Application.ReadWrite.OwnedBy"
_CALENDARS = re.compile(r"Calendars\..+|full_access_as_app|EWS\.AccessAsUser\.All")
"""Permissions that reach into calendars of the whole tenant when they are an application's."""
_GUID = re.compile(r"[0-9a-fA-F-]{36}")


def choose_provider(client: Client, wanted: str) -> AccessProvider:
    """Return the provider that was asked for, or Graph if this identity may use it there, or else the cmdlets."""
    if wanted == "commands":
        return CommandAccess(client)
    graph = GraphAccess(client)
    if wanted == "auto":
        try:
            graph.scope("")
        except Refused as error:
            if error.status in (403, 404, 501):
                return CommandAccess(client)
            raise
    return graph


def read_access(client: Client, provider: AccessProvider, declared: DeclaredAccess) -> FoundAccess:
    """Return what the tenant has.

    Raises:
        MissingPrerequisite: the application has no service principal.
    """
    query = {"$filter": f"appId eq '{declared.application}'"}
    principal = next(iter(client.pages("v1.0/servicePrincipals", permission=_READ, query=query)), None)
    if principal is None:
        raise MissingPrerequisite(
            f"application={declared.application} has no service principal in this tenant",
            remedy="Create it with uoe.exam_scheduling.entra_application.",
        )
    enabled, allowed = None, frozenset[str]()
    if declared.protocol == "ews":
        organization = client.cmdlet("Get-OrganizationConfig")[0]
        enabled, allowed = organization.get("EwsEnabled"), frozenset(_texts(organization.get("EwsAllowedAppIDs")))
    target = _target(client, declared)
    return FoundAccess(
        principal=principal["id"],
        name=principal["displayName"],
        registered=provider.registered(principal["id"]),
        scope=provider.scope(declared.scope.name) if declared.scope.kind == "filter" else None,
        target=target,
        assignments=tuple(provider.assignments(principal["id"])),
        grants=tuple(_grants(client, principal["id"])),
        census=_census(client, declared, target),
        ews_enabled=enabled,
        ews_allowed=allowed,
    )


def _target(client: Client, declared: DeclaredAccess) -> str | None:
    """Return the identifier of the group or unit, or the name of the scope; None if there is none, or several."""
    name = declared.scope.name
    if declared.scope.kind == "filter" or _GUID.fullmatch(name):
        return name
    path, permission = _members(declared)
    quoted = name.replace("'", "''")
    query = {"$filter": f"displayName eq '{quoted}'", "$select": "id"}
    found = list(client.pages(path, permission=permission, query=query))
    return found[0]["id"] if len(found) == 1 else None


def _members(declared: DeclaredAccess) -> tuple[str, str]:
    """Return where groups or units are, and what it needs to read them."""
    if declared.scope.kind == "group":
        return "v1.0/groups", "GroupMember.Read.All"
    return "v1.0/directory/administrativeUnits", "AdministrativeUnit.Read.All"


def _census(client: Client, declared: DeclaredAccess, target: str | None) -> Census:
    """Ask whether anybody is in the scope, and whether anybody is out of it; no list is fetched for that."""
    scope = declared.scope
    if target is None:
        return Census(somebody=False, everybody=False)
    if scope.kind == "filter":
        one: Json = {"ResultSize": "1"}
        cmdlet = recipient_filter.finder(str(scope.recipient_filter))
        inside = client.cmdlet(cmdlet, Filter=scope.recipient_filter, **one)
        outside = client.cmdlet(
            cmdlet, Filter=f"-not ({scope.recipient_filter})", RecipientTypeDetails=["UserMailbox"], **one
        )
        return Census(somebody=bool(inside), everybody=not outside)
    path, permission = _members(declared)
    eventual = {"ConsistencyLevel": "eventual"}
    members = client.get(
        f"{path}/{target}/members/microsoft.graph.user/$count", permission=permission, headers=eventual
    )
    users = client.get("v1.0/users/$count", permission="User.Read.All", headers=eventual)
    return Census(somebody=members > 0, everybody=members >= users)


def _grants(client: Client, principal: str) -> list[Grant]:
    """Return the permissions of the whole tenant that let the application into calendars."""
    found: list[Grant] = []
    resources: dict[str, Json] = {}
    path = f"v1.0/servicePrincipals/{principal}/appRoleAssignments"
    for row in client.pages(path, permission=_READ):
        identifier = row["resourceId"]
        if identifier not in resources:
            resources[identifier] = client.get(
                f"v1.0/servicePrincipals/{identifier}", permission=_READ, query={"$select": "displayName,appRoles"}
            )
        resource = resources[identifier]
        names = {role["id"]: role["value"] for role in resource["appRoles"]}
        name = names.get(row["appRoleId"], "")
        if _CALENDARS.fullmatch(name):
            found.append(Grant(row["id"], resource["displayName"], name))
    return found


def _texts(value: object) -> list[str]:
    """Return a property of many values, which the interface gives as a list or as text with commas."""
    if isinstance(value, list):
        return [str(each) for each in value]
    return [part.strip() for part in str(value or "").split(",") if part.strip()]
