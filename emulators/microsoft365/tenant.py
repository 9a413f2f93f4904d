# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A tenant: its directory, its mailboxes, and what Exchange allows applications, as the interfaces show them."""

from __future__ import annotations

import copy
import json
import threading
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from emulators.microsoft365.faults import Faults
from emulators.microsoft365.messages import Json

GRAPH_APPLICATION = "00000003-0000-0000-c000-000000000000"
EXCHANGE_APPLICATION = "00000002-0000-0ff1-ce00-000000000000"

APP_ROLES = {
    # published by Microsoft: https://learn.microsoft.com/graph/permissions-reference
    GRAPH_APPLICATION: {
        "Calendars.Read": "798ee544-9d2d-430c-a058-570e29e34338",
        "Calendars.ReadBasic.All": "8ba4a692-bc31-4128-9094-475872af8a53",
        "Calendars.ReadWrite": "ef54d2bf-783f-4e0f-bca1-3210c0444d99",
        "Application.Read.All": "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30",
        "Application.ReadWrite.OwnedBy": "18a4783c-866b-4cc7-a460-3d5e5662c884",
        "Application.ReadWrite.All": "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9",
        "AppRoleAssignment.ReadWrite.All": "06b708a9-e830-4db3-a914-8e69da51d44f",
        "AdministrativeUnit.Read.All": "134fd756-38ce-4afd-ba33-e9623dbe66c2",
        "GroupMember.Read.All": "98830695-27a2-44f7-8c18-0c3ebc9698f6",
        "User.Read.All": "df021288-bdef-4463-88db-98f22de89214",
        "RoleManagement.Read.Exchange": "c769435f-f061-4d0b-8ff1-3d39870e5f85",
        "RoleManagement.ReadWrite.Exchange": "025d3225-3f02-4882-b4c0-cd5b541a4e80",
    },
    EXCHANGE_APPLICATION: {
        "Exchange.ManageAsApp": "dc50a0fb-09a3-484d-be87-e023b12c6440",
        "full_access_as_app": "dc890d15-9560-4a4c-9b7f-a736ec74ec40",
    },
}
RESOURCE_NAMES = {GRAPH_APPLICATION: "Microsoft Graph", EXCHANGE_APPLICATION: "Office 365 Exchange Online"}
EXCHANGE_ROLES = {
    "Application Calendars.Read": "Calendars.Read",
    "Application Calendars.ReadWrite": "Calendars.ReadWrite",
    "Application EWS.AccessAsApp": "EWS.AccessAsApp",
    "Application Mail.Read": "Mail.Read",
    "Application Exchange Full Access": "Calendars.ReadWrite",
}
"""Exchange's roles for applications, and the permission that each gives."""


def new_id() -> str:
    """Return an identifier for a new object."""
    return str(uuid.uuid4())


def role_id(name: str) -> str:
    """Return the identifier that a role of Exchange has in this tenant."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"exchange-role:{name}"))


@dataclass
class Tenant:
    """One tenant. Its collections are changed under `lock`, and `changed` is called afterwards."""

    identifier: str
    faults: Faults
    domain: str = "exams.example"
    file: Path | None = None
    propagation: float = 0.0
    """Seconds until calendars see a change of roles or scopes."""
    consistency: float = 0.0
    """Seconds until a new object of the directory is found by its identifier or by a filter, and signs in."""
    applications: dict[str, Json] = field(default_factory=dict)
    service_principals: dict[str, Json] = field(default_factory=dict)
    app_role_assignments: dict[str, Json] = field(default_factory=dict)
    users: dict[str, Json] = field(default_factory=dict)
    groups: dict[str, Json] = field(default_factory=dict)
    """Groups, each with its `members` as a list of users' identifiers."""
    administrative_units: dict[str, Json] = field(default_factory=dict)
    exchange_principals: dict[str, Json] = field(default_factory=dict)
    scopes: dict[str, Json] = field(default_factory=dict)
    role_assignments: dict[str, Json] = field(default_factory=dict)
    events: dict[str, dict[str, Json]] = field(default_factory=dict)
    organization: Json = field(default_factory=lambda: {"EwsEnabled": None, "EwsAllowedAppIDs": []})
    lock: threading.RLock = field(default_factory=threading.RLock)

    KEPT = (
        "applications",
        "service_principals",
        "app_role_assignments",
        "users",
        "groups",
        "administrative_units",
        "exchange_principals",
        "scopes",
        "role_assignments",
        "events",
        "organization",
    )

    def __post_init__(self) -> None:
        self._born: dict[str, float] = {}
        self._history: list[tuple[float, dict[str, Json], dict[str, Json]]] = []
        if self.file is not None and self.file.exists():
            for name, content in json.loads(self.file.read_text(encoding="utf-8")).items():
                setattr(self, name, content)
        for application, roles in APP_ROLES.items():
            self.resource(application, roles)
        self.settle()

    def resource(self, application: str, roles: dict[str, str]) -> None:
        """Have the service principal of a resource of Microsoft's, unless it is there."""
        if not self.find(self.service_principals.values(), appId=application):
            identifier = str(uuid.uuid5(uuid.UUID(self.identifier), application))
            self.service_principals[identifier] = {
                "id": identifier,
                "appId": application,
                "displayName": RESOURCE_NAMES[application],
                "appRoles": [
                    {"id": each, "value": name, "allowedMemberTypes": ["Application"], "isEnabled": True}
                    for name, each in roles.items()
                ],
            }

    @staticmethod
    def find(objects: Iterable[Json], **wanted: object) -> list[Json]:
        """Return the objects that have these values."""
        return [each for each in objects if all(each.get(name) == value for name, value in wanted.items())]

    def born(self, identifier: str) -> None:
        """Remember that an object of the directory is new."""
        self._born[identifier] = time.monotonic()

    def visible(self, identifier: str) -> bool:
        """Return whether an object is found already."""
        born = self._born.get(identifier)
        return born is None or time.monotonic() >= born + self.faults.seconds("consistency", self.consistency)

    def replicated(self, identifier: str) -> bool:
        """Return whether an object is found by the replica that is the last to have it."""
        born = self._born.get(identifier)
        late = born is not None and time.monotonic() < born + self.faults.seconds("replica", 0.0)
        return self.visible(identifier) and not late

    def changed(self) -> None:
        """Keep the state, and remember for the calendars since when roles and scopes are as they are."""
        moment = (time.monotonic(), copy.deepcopy(self.scopes), copy.deepcopy(self.role_assignments))
        if self._history[-1][1:] != moment[1:]:
            self._history.append(moment)
        if self.file is not None:
            content = {name: getattr(self, name) for name in self.KEPT}
            temporary = self.file.with_suffix(".new")
            temporary.write_text(json.dumps(content), encoding="utf-8")
            temporary.rename(self.file)

    def settle(self) -> None:
        """Let everything be seen that is so far: what a tenant starts with."""
        self._born.clear()
        self._history = [(float("-inf"), copy.deepcopy(self.scopes), copy.deepcopy(self.role_assignments))]

    def seen_by_calendars(self) -> tuple[dict[str, Json], dict[str, Json]]:
        """Return scopes and role assignments as calendars know them by now."""
        horizon = time.monotonic() - self.faults.seconds("propagation", self.propagation)
        _since, scopes, assignments = [each for each in self._history if each[0] <= horizon][-1]
        return scopes, assignments

    def user(self, name: str) -> Json | None:
        """Return a user by identifier or principal name."""
        wanted = name.casefold()
        for user in self.users.values():
            if wanted in (user["id"].casefold(), user["userPrincipalName"].casefold()):
                return user
        return None

    def recipient(self, user: Json) -> Json:
        """Return a user as Exchange's filters see it, its groups by distinguished name."""
        groups = [each["distinguishedName"] for each in self.groups.values() if user["id"] in each["members"]]
        return {
            **user,
            "PrimarySmtpAddress": user.get("mail"),
            "Alias": user["userPrincipalName"].partition("@")[0],
            "ExternalDirectoryObjectId": user["id"],
            "RecipientTypeDetails": "UserMailbox",
            "MemberOfGroup": groups,
            **user.get("onPremisesExtensionAttributes", {}),
        }

    def mailboxes(self) -> list[Json]:
        """Return the users that have a mailbox."""
        return [user for user in self.users.values() if user.get("mail")]


def stamp() -> str:
    """Return now, as the interfaces write times."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
