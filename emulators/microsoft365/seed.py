# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a tenant has when it is started for the first time: YAML, checked."""

from __future__ import annotations

import base64
import uuid
from pathlib import Path
from typing import Any

import yaml
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pydantic import BaseModel, ConfigDict

from emulators.microsoft365.faults import Faults
from emulators.microsoft365.tenant import APP_ROLES, RESOURCE_NAMES, Tenant


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Person(_Part):
    """A user, and its mailbox unless it has none."""

    name: str
    """The part of the principal name before the domain."""
    department: str | None = None
    mailbox: bool = True
    attributes: dict[str, str] = {}
    """Extension attributes, such as `customAttribute1`."""


class Members(_Part):
    """A group or an administrative unit."""

    name: str
    members: list[str] = []


class Client(_Part):
    """An application that is there already, such as the automation's own."""

    name: str
    client_id: str
    certificate_file: str | None = None
    permissions: list[str] = []
    """App roles that an administrator has consented to."""


class Seed(_Part):
    """A tenant."""

    tenant: str
    domain: str = "exams.example"
    propagation: float = 0.0
    consistency: float = 0.0
    people: list[Person] = []
    groups: list[Members] = []
    administrative_units: list[Members] = []
    clients: list[Client] = []
    ews_enabled: bool | None = None
    ews_allowed_applications: list[str] = []


def load_seed(path: Path) -> Seed:
    """Return the seed of a file; relative names of files in it are beside it.

    Raises:
        pydantic.ValidationError: it is none.
    """
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    for client in content.get("clients", []):
        if client.get("certificate_file"):
            client["certificate_file"] = str(path.parent / client["certificate_file"])
    return Seed.model_validate(content)


def tenant_from(seed: Seed, faults: Faults, file: Path) -> Tenant:
    """Return the tenant of a file, or the seed's if there is none."""
    known = file.exists()
    tenant = Tenant(
        seed.tenant, faults, seed.domain, file=file, propagation=seed.propagation, consistency=seed.consistency
    )
    if not known:
        _people(tenant, seed)
        for client in seed.clients:
            add_client(tenant, client)
        tenant.organization = {
            "EwsEnabled": seed.ews_enabled,
            "EwsAllowedAppIDs": list(seed.ews_allowed_applications),
        }
        tenant.settle()
        tenant.changed()
    return tenant


def identifier_of(tenant: str, kind: str, name: str) -> str:
    """Return the identifier that an object of a seed has, always the same."""
    return str(uuid.uuid5(uuid.UUID(tenant), f"{kind}:{name}"))


def _people(tenant: Tenant, seed: Seed) -> None:
    for person in seed.people:
        identifier = identifier_of(seed.tenant, "user", person.name)
        address = f"{person.name}@{seed.domain}"
        tenant.users[identifier] = {
            "id": identifier,
            "userPrincipalName": address,
            "displayName": person.name,
            "mail": address if person.mailbox else None,
            "department": person.department,
            "onPremisesExtensionAttributes": person.attributes,
        }
    for kind, held, declared in (
        ("group", tenant.groups, seed.groups),
        ("unit", tenant.administrative_units, seed.administrative_units),
    ):
        for each in declared:
            identifier = identifier_of(seed.tenant, kind, each.name)
            held[identifier] = {
                "id": identifier,
                "displayName": each.name,
                "distinguishedName": f"CN={each.name},OU={seed.domain},OU=Microsoft Exchange Hosted Organizations",
                "members": [identifier_of(seed.tenant, "user", name) for name in each.members],
            }


def add_client(tenant: Tenant, client: Client) -> str:
    """Have an application with its service principal and its consent, and return the service principal's identifier."""
    application = identifier_of(tenant.identifier, "application", client.name)
    principal = identifier_of(tenant.identifier, "principal", client.name)
    keys = []
    if client.certificate_file is not None:
        certificate = x509.load_pem_x509_certificate(Path(client.certificate_file).read_bytes())
        keys.append(
            {
                "keyId": str(uuid.uuid4()),
                "type": "AsymmetricX509Cert",
                "usage": "Verify",
                "key": base64.b64encode(certificate.public_bytes(Encoding.DER)).decode(),
                "startDateTime": certificate.not_valid_before_utc.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "endDateTime": certificate.not_valid_after_utc.strftime("%Y-%m-%dT%H:%M:%SZ"),
            }
        )
    tenant.applications[application] = {
        "id": application,
        "appId": client.client_id,
        "displayName": client.name,
        "tags": [],
        "keyCredentials": keys,
        "passwordCredentials": [],
        "requiredResourceAccess": [],
        "_owners": [],
    }
    tenant.service_principals[principal] = {
        "id": principal,
        "appId": client.client_id,
        "displayName": client.name,
        "accountEnabled": True,
        "appRoles": [],
    }
    for permission in client.permissions:
        grant(tenant, principal, permission)
    return principal


def grant(tenant: Tenant, principal: str, permission: str) -> None:
    """Consent to an app role for a service principal, everywhere in the tenant.

    Raises:
        ValueError: no resource has such an app role.
    """
    for resource, roles in APP_ROLES.items():
        if permission in roles:
            identifier = str(uuid.uuid4())
            tenant.app_role_assignments[identifier] = {
                "id": identifier,
                "principalId": principal,
                "resourceId": str(uuid.uuid5(uuid.UUID(tenant.identifier), resource)),
                "resourceDisplayName": RESOURCE_NAMES[resource],
                "appRoleId": roles[permission],
                "principalType": "ServicePrincipal",
            }
            return
    raise ValueError(f"there is no app role {permission}")
