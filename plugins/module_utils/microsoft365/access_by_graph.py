# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Roles and scopes of Exchange by Microsoft Graph, beta: documented, and Microsoft's direction.

https://learn.microsoft.com/graph/api/resources/rolemanagement?view=graph-rest-beta
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.access_provider import AccessProvider
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.access_state import (
    Assignment,
    DeclaredScope,
    Scope,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.client import Client
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

_BASE = "beta/roleManagement/exchange"
_WRITE = "RoleManagement.ReadWrite.Exchange"
_KINDS: dict[str, Literal["group", "unit"]] = {"groups": "group", "administrativeunits": "unit"}
"""In small letters: the documentation has them in several ways."""


class GraphAccess(AccessProvider):
    """By Graph's `roleManagement/exchange`."""

    name = "graph"

    def __init__(self, client: Client) -> None:
        self._client = client
        self._roles: dict[str, str] | None = None
        self._scopes: dict[str, Scope] | None = None

    def registered(self, principal: str) -> bool:
        """Return True: the first role assignment makes the service principal known to Exchange."""
        return True

    def register(self, application: str, principal: str, name: str) -> None:
        """Do nothing, see `registered`."""

    def scope(self, name: str) -> Scope | None:
        """Return the custom scope."""
        return next((each for each in self._all_scopes().values() if each.name.casefold() == name.casefold()), None)

    def create_scope(self, name: str, recipient_filter: str) -> Scope:
        """Create a custom scope."""
        body = {
            "type": "RecipientScope",
            "displayName": name,
            "customAttributes": {"Exclusive": False, "RecipientFilter": recipient_filter},
        }
        scope = _scope(self._client.change("POST", f"{_BASE}/customAppScopes", body, permission=_WRITE))
        self._all_scopes()[scope.identifier] = scope
        return scope

    def set_filter(self, scope: Scope, recipient_filter: str) -> None:
        """Change the custom scope."""
        body = {"customAttributes": {"Exclusive": False, "RecipientFilter": recipient_filter}}
        self._client.change("PATCH", f"{_BASE}/customAppScopes/{scope.identifier}", body, permission=_WRITE)

    def assignments(self, principal: str) -> Sequence[Assignment]:
        """Return the role assignments of a service principal."""
        names = {identifier: name for name, identifier in self._all_roles().items()}
        query = {"$filter": f"principalId eq '/ServicePrincipals/{principal}'"}
        rows = self._client.pages(f"{_BASE}/roleAssignments", permission=_WRITE, query=query)
        return [self._assignment(row, names) for row in rows]

    def assign(self, principal: str, role: str, scope: DeclaredScope, target: str) -> None:
        """Create a role assignment."""
        roles = self._all_roles()
        if role not in roles:
            raise Problem("there is no such role of Exchange", where=role, remedy="See Get-ManagementRole.")
        body: dict[str, Any] = {
            "principalId": f"/ServicePrincipals/{principal}",
            "roleDefinitionId": roles[role],
            "directoryScopeId": None,
            "appScopeId": None,
        }
        if scope.kind == "filter":
            found = self.scope(target)
            if found is None:
                raise Problem("there is no such scope", where=target, remedy="Run again.")
            body["appScopeId"] = found.identifier
        else:
            kind = "Groups" if scope.kind == "group" else "AdministrativeUnits"
            body["directoryScopeId"] = f"/{kind}/{target}"
        self._client.change("POST", f"{_BASE}/roleAssignments", body, permission=_WRITE)

    def unassign(self, assignment: Assignment) -> None:
        """Delete the role assignment."""
        self._client.change("DELETE", f"{_BASE}/roleAssignments/{assignment.identifier}", None, permission=_WRITE)

    def _all_roles(self) -> dict[str, str]:
        if self._roles is None:
            rows = self._client.pages(f"{_BASE}/roleDefinitions", permission=_WRITE)
            self._roles = {row["displayName"]: row["id"] for row in rows}
        return self._roles

    def _all_scopes(self) -> dict[str, Scope]:
        if self._scopes is None:
            rows = self._client.pages(f"{_BASE}/customAppScopes", permission=_WRITE)
            self._scopes = {row["id"]: _scope(row) for row in rows if row["type"] == "RecipientScope"}
        return self._scopes

    def _assignment(self, row: dict[str, Any], names: dict[str, str]) -> Assignment:
        role = names.get(row["roleDefinitionId"], row["roleDefinitionId"])
        custom, directory = row.get("appScopeId"), row.get("directoryScopeId")
        if custom:
            known = self._all_scopes().get(custom)
            return Assignment(row["id"], role, "filter", known.name if known else custom)
        if directory == "/" or not directory:
            return Assignment(row["id"], role, "everywhere", "/")
        kind, _slash, identifier = directory.removeprefix("/").partition("/")
        return Assignment(row["id"], role, _KINDS.get(kind.lower(), "other"), identifier)


def _scope(row: dict[str, Any]) -> Scope:
    return Scope(row["id"], row["displayName"], row["customAttributes"]["RecipientFilter"])
