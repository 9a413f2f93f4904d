# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Graph's directory of applications: applications, service principals, app role assignments.

https://learn.microsoft.com/graph/api/resources/application and its neighbours.
"""

from __future__ import annotations

import base64
import secrets
from typing import Any

from cryptography import x509

from emulators.certificates import thumbprint_of
from emulators.microsoft365 import odata
from emulators.microsoft365.messages import Answer, GraphError, Json, NotEmulated, Request, not_found
from emulators.microsoft365.permissions import (
    READ_APPLICATIONS,
    WRITE_APPLICATIONS,
    require,
    require_owned,
)
from emulators.microsoft365.tenant import Tenant, new_id, stamp

APPLICATION_PROPERTIES = frozenset(
    {"displayName", "tags", "keyCredentials", "requiredResourceAccess", "signInAudience", "notes"}
)


class Directory:
    """Answers for a tenant's directory."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def answer(self, request: Request, caller: Json, parts: list[str]) -> Answer | None:
        """Answer, or return None for what is not the directory's."""
        tenant = self._tenant
        match [request.method, *parts]:
            case ["GET", "applications"]:
                require(caller, *READ_APPLICATIONS)
                found = [_shown(each) for each in tenant.applications.values() if tenant.visible(each["id"])]
                return Answer(200, odata.page(request, found, filters=("displayName", "appId", "tags")))
            case ["POST", "applications"]:
                require(caller, *WRITE_APPLICATIONS)
                return Answer(201, _shown(self._create_application(request.json(), caller)))
            case ["GET", "applications", identifier]:
                require(caller, *READ_APPLICATIONS)
                odata.allow(request, "$select")
                keys = "keyCredentials" in request.query.get("$select", "").split(",")
                return Answer(200, odata.select(request, _shown(self._application(identifier), keys=keys)))
            case ["GET" | "PATCH", "applications", "uniqueName", name]:
                return self._by_unique_name(request, caller, name)
            case ["PATCH", "applications", identifier]:
                require(caller, *WRITE_APPLICATIONS)
                self._change_application(self._application(identifier), request.json(), caller)
                return Answer(204)
            case ["DELETE", "applications", identifier]:
                require(caller, *WRITE_APPLICATIONS)
                self._delete_application(self._application(identifier), caller)
                return Answer(204)
            case ["POST", "applications", identifier, "addPassword"]:
                require(caller, *WRITE_APPLICATIONS)
                return Answer(200, self._add_password(self._application(identifier), request.json(), caller))
            case ["GET", "applications", identifier, "owners"]:
                require(caller, *READ_APPLICATIONS)
                owners = [self._object(each) for each in self._application(identifier)["_owners"]]
                return Answer(200, odata.page(request, owners))
            case ["POST", "applications", identifier, "owners", "$ref"]:
                require(caller, *WRITE_APPLICATIONS)
                self._add_owner(self._application(identifier), request.json(), caller)
                return Answer(204)
            case ["GET", "servicePrincipals"]:
                require(caller, *READ_APPLICATIONS)
                found = [each for each in tenant.service_principals.values() if tenant.replicated(each["id"])]
                return Answer(200, odata.page(request, found, filters=("displayName", "appId")))
            case ["POST", "servicePrincipals"]:
                require(caller, *WRITE_APPLICATIONS)
                return Answer(201, self._create_principal(request.json(), caller))
            case ["GET", "servicePrincipals", identifier]:
                require(caller, *READ_APPLICATIONS)
                odata.allow(request, "$select")
                return Answer(200, odata.select(request, self._principal(identifier)))
            case ["GET", "servicePrincipals", identifier, "appRoleAssignments"]:
                require(caller, *READ_APPLICATIONS)
                principal = self._principal(identifier)
                held = tenant.find(tenant.app_role_assignments.values(), principalId=principal["id"])
                return Answer(200, odata.page(request, held))
            case ["POST", "servicePrincipals", identifier, "appRoleAssignedTo"]:
                require(caller, "AppRoleAssignment.ReadWrite.All")
                return Answer(201, self._grant(self._principal(identifier), request.json()))
            case ["DELETE", "servicePrincipals", identifier, "appRoleAssignments", assignment]:
                require(caller, "AppRoleAssignment.ReadWrite.All")
                held = self._principal(identifier)["id"]
                if tenant.app_role_assignments.get(assignment, {}).get("principalId") != held:
                    raise not_found(assignment)
                del tenant.app_role_assignments[assignment]
                return Answer(204)
            case _:
                return None

    def _by_unique_name(self, request: Request, caller: Json, name: str) -> Answer:
        """Read an application by its unique name, or change it, or create it if that is asked for.

        That there is one is known to writing at once, and to reading as late as by its identifier.
        """
        found = self._tenant.find(self._tenant.applications.values(), uniqueName=name)
        if request.method == "GET":
            require(caller, *READ_APPLICATIONS)
            if not found:
                raise not_found(name)
            return Answer(200, _shown(self._application(found[0]["id"])))
        require(caller, *WRITE_APPLICATIONS)
        if found:
            self._change_application(found[0], request.json(), caller)
            return Answer(204)
        if request.headers.get("prefer") != "create-if-missing":
            raise not_found(name)
        return Answer(201, _shown(self._create_application(request.json(), caller, name)))

    def _application(self, identifier: str) -> Json:
        found = self._tenant.applications.get(identifier)
        if found is None or not self._tenant.visible(identifier):
            raise not_found(identifier)
        return found

    def _principal(self, identifier: str) -> Json:
        found = self._tenant.service_principals.get(identifier)
        if found is None or not self._tenant.visible(identifier):
            raise not_found(identifier)
        return found

    def _object(self, identifier: str) -> Json:
        for kind, held in (("user", self._tenant.users), ("servicePrincipal", self._tenant.service_principals)):
            if identifier in held:
                found = held[identifier]
                return {
                    "@odata.type": f"#microsoft.graph.{kind}",
                    "id": identifier,
                    "displayName": found["displayName"],
                }
        raise not_found(identifier)

    def _create_application(self, content: Json, caller: Json, name: str | None = None) -> Json:
        if not content.get("displayName"):
            raise GraphError(400, "Request_BadRequest", "A value is required for property 'displayName'.")
        identifier = new_id()
        created: Json = {
            "id": identifier,
            "appId": new_id(),
            "uniqueName": name,
            "createdDateTime": stamp(),
            "signInAudience": "AzureADMyOrg",
            "tags": [],
            "keyCredentials": [],
            "passwordCredentials": [],
            "requiredResourceAccess": [],
            "_owners": [caller["oid"]],
        }
        self._apply(created, content)
        self._tenant.applications[identifier] = created
        self._tenant.born(identifier)
        return created

    def _change_application(self, found: Json, content: Json, caller: Json) -> None:
        require_owned(caller, found)
        self._apply(found, content)

    def _apply(self, found: Json, content: Json) -> None:
        unknown = set(content) - APPLICATION_PROPERTIES
        if unknown:
            raise NotEmulated(f"the property {sorted(unknown)[0]} of an application")
        changed = dict(content)
        if "keyCredentials" in changed:
            present = {each["keyId"]: each for each in found["keyCredentials"]}
            changed["keyCredentials"] = [_key_credential(each, present) for each in changed["keyCredentials"]]
            for each in changed["keyCredentials"]:
                if each["keyId"] not in present:
                    self._tenant.born(each["keyId"])
        found.update(changed)

    def _delete_application(self, found: Json, caller: Json) -> None:
        require_owned(caller, found)
        del self._tenant.applications[found["id"]]
        for principal in self._tenant.find(self._tenant.service_principals.values(), appId=found["appId"]):
            del self._tenant.service_principals[principal["id"]]

    def _add_password(self, found: Json, content: Json, caller: Json) -> Json:
        require_owned(caller, found)
        asked = content.get("passwordCredential", {})
        credential = {
            "keyId": new_id(),
            "displayName": asked.get("displayName"),
            "startDateTime": stamp(),
            "endDateTime": asked.get("endDateTime", "2099-01-01T00:00:00Z"),
            "secretText": secrets.token_urlsafe(30),
        }
        found["passwordCredentials"].append(credential)
        return credential

    def _add_owner(self, found: Json, content: Json, caller: Json) -> None:
        require_owned(caller, found)
        identifier = str(content.get("@odata.id", "")).rpartition("/")[2]
        self._object(identifier)
        if identifier in found["_owners"]:
            raise GraphError(
                400,
                "Request_BadRequest",
                "One or more added object references already exist for the following modified properties: 'owners'.",
            )
        found["_owners"].append(identifier)

    def _create_principal(self, content: Json, caller: Json) -> Json:
        application = content.get("appId")
        found = self._tenant.find(self._tenant.applications.values(), appId=application)
        if not found or not self._tenant.replicated(found[0]["id"]):
            if "Application.ReadWrite.All" not in caller["roles"]:
                # so it is read in public threads about Application.ReadWrite.OwnedBy, grammar included
                raise GraphError(
                    403,
                    "Authorization_RequestDenied",
                    "When using this permission, the backing application of the service principal being created must "
                    "in the local tenant",
                )
            raise GraphError(
                400,
                "Request_BadRequest",
                f"The appId '{application}' of the service principal does not reference a valid application object.",
            )
        if self._tenant.find(self._tenant.service_principals.values(), appId=application):
            raise GraphError(
                409,
                "Request_MultipleObjectsWithSameKeyValue",
                f"The service principal cannot be created because the service principal name {application} is "
                "already in use.",
            )
        identifier = new_id()
        created: Json = {
            "id": identifier,
            "appId": application,
            "displayName": found[0]["displayName"],
            "accountEnabled": True,
            "appRoles": [],
        }
        self._tenant.service_principals[identifier] = created
        self._tenant.born(identifier)
        return created

    def _grant(self, resource: Json, content: Json) -> Json:
        if content.get("resourceId") != resource["id"] or content.get("principalId") not in (
            self._tenant.service_principals
        ):
            raise GraphError(400, "Request_BadRequest", "Not a valid reference update.")
        if content.get("appRoleId") not in {role["id"] for role in resource["appRoles"]}:
            raise GraphError(400, "Request_BadRequest", "Permission being assigned was not found on application.")
        identifier = secrets.token_urlsafe(32)
        granted = {
            "id": identifier,
            "principalType": "ServicePrincipal",
            "resourceDisplayName": resource["displayName"],
            "createdDateTime": stamp(),
            **content,
        }
        self._tenant.app_role_assignments[identifier] = granted
        return granted


def _shown(application: Json, *, keys: bool = False) -> Json:
    """Return an application as Graph shows it: keys only if they are asked for, secrets never."""
    shown: dict[str, Any] = {name: value for name, value in application.items() if not name.startswith("_")}
    if not keys:
        shown["keyCredentials"] = [{**each, "key": None} for each in shown["keyCredentials"]]
    shown["passwordCredentials"] = [{**each, "secretText": None} for each in shown["passwordCredentials"]]
    return shown


def _key_credential(given: Json, present: dict[str, Json]) -> Json:
    if not given.get("key"):
        raise GraphError(400, "KeyCredentialsInvalidEndDate", "Key credential must have a key.")
    try:
        certificate = x509.load_der_x509_certificate(base64.b64decode(given["key"]))
    except ValueError as error:
        raise GraphError(400, "Request_BadRequest", "Key value is invalid certificate.") from error
    if given.get("type") != "AsymmetricX509Cert" or given.get("usage") != "Verify":
        raise GraphError(400, "Request_BadRequest", "Only certificates that verify are allowed here.")
    kept = present.get(given.get("keyId", ""), {})
    return {
        "keyId": new_id(),
        "customKeyIdentifier": thumbprint_of(certificate),
        "displayName": None,
        "startDateTime": certificate.not_valid_before_utc.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "endDateTime": certificate.not_valid_after_utc.strftime("%Y-%m-%dT%H:%M:%SZ"),
        **kept,
        **given,
    }
