# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Graph beta's view of Exchange's roles: definitions, custom scopes, role assignments.

https://learn.microsoft.com/graph/api/resources/rolemanagement?view=graph-rest-beta
"""

from __future__ import annotations

from typing import Any

from emulators.microsoft365 import odata, recipient_filter
from emulators.microsoft365.messages import Answer, GraphError, Json, Request
from emulators.microsoft365.permissions import READ_ROLES, WRITE_ROLES, require
from emulators.microsoft365.tenant import EXCHANGE_ROLES, Tenant, new_id, role_id

PRINCIPAL = "/ServicePrincipals/"


class ExchangeRoles:
    """Answers below /beta/roleManagement/exchange."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def answer(self, request: Request, caller: Json, parts: list[str]) -> Answer | None:
        """Answer, or return None for what is not here."""
        if parts[:2] != ["roleManagement", "exchange"]:
            return None
        require(caller, *(READ_ROLES if request.method == "GET" else WRITE_ROLES))
        tenant = self._tenant
        match [request.method, *parts[2:]]:
            case ["GET", "roleDefinitions"]:
                roles = [{"id": role_id(name), "displayName": name, "isEnabled": True} for name in EXCHANGE_ROLES]
                return Answer(200, odata.page(request, roles, filters=("displayName",)))
            case ["GET", "customAppScopes"]:
                return Answer(200, odata.page(request, list(tenant.scopes.values()), filters=("displayName",)))
            case ["POST", "customAppScopes"]:
                return Answer(201, self._create_scope(request.json()))
            case ["PATCH", "customAppScopes", identifier]:
                content = request.json()
                found = self._found(tenant.scopes, identifier)
                attributes = {**found["customAttributes"], **content.get("customAttributes", {})}
                attributes["RecipientFilter"] = written(attributes["RecipientFilter"])
                found.update({**content, "customAttributes": attributes})
                return Answer(200, found)
            case ["DELETE", "customAppScopes", identifier]:
                self._found(tenant.scopes, identifier)
                if tenant.find(tenant.role_assignments.values(), appScopeId=identifier):
                    raise GraphError(400, "BadRequest", "The management scope is used by a role assignment.")
                del tenant.scopes[identifier]
                return Answer(204)
            case ["GET", "roleAssignments"]:
                held = list(tenant.role_assignments.values())
                return Answer(200, odata.page(request, held, filters=("principalId", "roleDefinitionId")))
            case ["POST", "roleAssignments"]:
                return Answer(201, self._assign(request.json()))
            case ["DELETE", "roleAssignments", identifier]:
                self._found(tenant.role_assignments, identifier)
                del tenant.role_assignments[identifier]
                return Answer(204)
            case _:
                return None

    @staticmethod
    def _found(held: dict[str, Json], identifier: str) -> Json:
        if identifier not in held:
            raise GraphError(404, "ResourceNotFound", f"Resource '{identifier}' does not exist.")
        return held[identifier]

    def _create_scope(self, content: Json) -> Json:
        attributes = content.get("customAttributes", {})
        if content.get("type") != "RecipientScope" or "RecipientFilter" not in attributes:
            raise GraphError(400, "BadRequest", "A scope of type RecipientScope with a RecipientFilter is needed.")
        if self._tenant.find(self._tenant.scopes.values(), displayName=content.get("displayName")):
            raise GraphError(409, "Conflict", f'The scope "{content.get("displayName")}" already exists.')
        attributes = {**attributes, "RecipientFilter": written(attributes["RecipientFilter"])}
        created = {"id": new_id(), **content, "customAttributes": attributes}
        self._tenant.scopes[created["id"]] = created
        return created

    def _assign(self, content: Json) -> Json:
        tenant = self._tenant
        principal = str(content.get("principalId", ""))
        if not principal.startswith(PRINCIPAL):
            raise GraphError(400, "BadRequest", f"principalId '{principal}' is not of the form {PRINCIPAL}id.")
        found = tenant.service_principals.get(principal.removeprefix(PRINCIPAL))
        if found is None or not tenant.visible(found["id"]):
            raise GraphError(404, "ResourceNotFound", f"The service principal '{principal}' was not found.")
        if content.get("roleDefinitionId") not in {role_id(name) for name in EXCHANGE_ROLES}:
            raise GraphError(400, "BadRequest", "The role definition was not found.")
        check_scope(tenant, content.get("directoryScopeId"), content.get("appScopeId"))
        register(tenant, found["appId"], found["id"], found["displayName"])
        created = {"id": new_id(), "directoryScopeId": None, "appScopeId": None, **content}
        tenant.role_assignments[created["id"]] = created
        return created


def register(tenant: Tenant, application: str, identifier: str, name: str) -> Json:
    """Make an application known to Exchange, as a role assignment by Graph or New-ServicePrincipal does."""
    principal = {"AppId": application, "ObjectId": identifier, "DisplayName": name, "Identity": identifier}
    return tenant.exchange_principals.setdefault(identifier, principal)


def written(text: str) -> str:
    """Return a recipient filter as Exchange writes it; refuse what is none."""
    try:
        return recipient_filter.parse(text).text
    except recipient_filter.FilterError as error:
        raise GraphError(400, "BadRequest", str(error)) from error


def check_scope(tenant: Tenant, directory: Any, custom: Any) -> None:
    """Refuse a scope that is none: a custom one, or `/`, or a unit, a group or a user of the directory."""
    if custom is not None:
        if custom not in tenant.scopes:
            raise GraphError(400, "BadRequest", f"The scope '{custom}' was not found.")
        return
    kind, _slash, identifier = str(directory or "").removeprefix("/").partition("/")
    held = {"AdministrativeUnits": tenant.administrative_units, "Groups": tenant.groups, "Users": tenant.users}
    if directory != "/" and identifier not in held.get(kind, {}):
        raise GraphError(400, "BadRequest", f"The scope '{directory}' was not found.")
