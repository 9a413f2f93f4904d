# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An application of Entra ID with its service principal, kept as declared: what `entra_application` reconciles."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from ansible_collections.uoe.exam_scheduling.plugins.module_utils import files
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.application_planner import (
    days_left,
    plan_application,
    warnings_for,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.application_state import (
    ApplicationChange,
    FoundApplication,
    Json,
    application_from,
    certificate_of,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.client import Client
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.connection import connection_from
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.refusals import Refused
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem, Resource

WRITE = "Application.ReadWrite.OwnedBy"
"""What it needs to create an application and to change those that it owns; it is enough for reading too."""
SETTLING = 60.0
"""Seconds after which a new object must be found: the directory is replicated, and catches up in a few seconds."""


class Application(Resource[FoundApplication, ApplicationChange]):
    """One application."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        """Check the parameters of module `entra_application`; nothing is sent.

        Raises:
            InvalidParameter: they cannot be meant.
        """
        self.declared = application_from(params)
        self._client = Client(connection_from(params))
        self._found = FoundApplication(())
        self._made: Json = {}
        self._principal: Json | None = None

    def read(self) -> FoundApplication:
        """Return the applications of the name or with the tag, and all about the only one."""
        named, tagged = self._by("displayName eq", self.declared.name), self._tagged()
        unique = self._unique()
        matches = {each["id"]: each for each in (*named, *tagged, *([unique] if unique else []))}
        roles = self._roles()
        known = {owner: identifier for owner in self.declared.owners if (identifier := self._user(owner))}
        self._found = FoundApplication(tuple(matches.values()), roles=roles, known_owners=known)
        if len(matches) != 1:
            return self._found
        application = next(iter(matches.values()))
        keys = self._client.get(
            f"v1.0/applications/{application['id']}", permission=WRITE, query={"$select": "id,keyCredentials"}
        )["keyCredentials"]
        self._principal = self._find_principal(application["appId"])
        owners = self._client.pages(f"v1.0/applications/{application['id']}/owners", permission=WRITE)
        self._found = FoundApplication(
            (application,),
            tuple(keys),
            self._principal,
            frozenset(each["id"] for each in owners),
            known,
            roles,
        )
        return self._found

    def plan(self, present: FoundApplication) -> Sequence[ApplicationChange]:
        """Return the changes."""
        return plan_application(self.declared, present)

    def apply(self, changes: Sequence[ApplicationChange]) -> Iterator[ApplicationChange]:
        """Send a request for each change, waiting for the directory where one needs another's object."""
        application = dict(self._found.application or {})
        for change in changes:
            path = f"v1.0/applications/{application.get('id')}"
            if change.kind == "create":
                application = self._made = self._create(dict(change.body))
                self._settled(f"v1.0/applications/{application['id']}", change.item)
            elif change.kind == "principal":
                self._principal = self._create_principal(application["appId"], change.item)
            elif change.kind == "owner":
                self._client.change("POST", f"{path}/owners/$ref", dict(change.body), permission=WRITE)
            elif change.kind == "secret":
                self._make_secret(path)
            elif change.kind == "delete":
                self._client.change("DELETE", path, None, permission=WRITE)
            else:
                self._client.change("PATCH", path, dict(change.body), permission=WRITE)
            yield change

    def facts(self, present: FoundApplication) -> Mapping[str, object]:
        """Return the identifiers, and when each certificate ends."""
        application = self._made or present.application or {}
        certificates = [each for key in present.keys if (each := certificate_of(key))]
        if self.declared.present:
            known = {each.thumbprint for each in certificates}
            certificates += [each for each in self.declared.certificates if each.thumbprint not in known]
        return {
            "application_id": application.get("id"),
            "client_id": application.get("appId"),
            "service_principal_id": (self._principal or {}).get("id"),
            "certificates": [
                {
                    "thumbprint": each.thumbprint,
                    "not_after": each.not_after.isoformat(),
                    "days_left": days_left(each.not_after, present.now),
                    "declared": each in self.declared.certificates,
                }
                for each in certificates
            ],
            "warnings": warnings_for(self.declared, present),
        }

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _by(self, condition: str, value: str) -> Iterator[Json]:
        query = {"$filter": f"{condition} '{_quoted(value)}'"}
        return self._client.pages("v1.0/applications", permission=WRITE, query=query)

    def _tagged(self) -> Iterator[Json]:
        query = {"$filter": f"tags/any(t:t eq '{_quoted(self.declared.tag)}')"}
        return self._client.pages("v1.0/applications", permission=WRITE, query=query)

    @property
    def _address(self) -> str:
        """Where the application is by its unique name, which is the tag: no tenant has two of it."""
        return f"v1.0/applications(uniqueName='{quote(_quoted(self.declared.tag), safe='')}')"

    def _unique(self) -> Json | None:
        try:
            found: Json = self._client.get(self._address, permission=WRITE)
        except Refused as error:
            if error.status == 404:
                return None
            raise
        return found

    def _create(self, body: Json) -> Json:
        """Create it unless it is there: sent again, after its answer got lost, it makes no second application."""
        made: Json | None = self._client.change(
            "PATCH", self._address, body, permission=WRITE, headers={"Prefer": "create-if-missing"}
        )
        return made or self._client.wait_for(self._unique, _slow(f"application {self.declared.name}"), SETTLING)

    def _find_principal(self, client_id: str) -> Json | None:
        query = {"$filter": f"appId eq '{client_id}'"}
        return next(iter(self._client.pages("v1.0/servicePrincipals", permission=WRITE, query=query)), None)

    def _user(self, name: str) -> str | None:
        try:
            user = self._client.get(f"v1.0/users/{name}", permission="User.Read.All", query={"$select": "id"})
        except Refused as error:
            if error.status == 404:
                return None
            raise
        return str(user["id"])

    def _roles(self) -> dict[tuple[str, str], str]:
        found: dict[tuple[str, str], str] = {}
        for resource in {each for each, _name in self.declared.permissions or ()}:
            principal = self._find_principal(resource)
            for role in (principal or {}).get("appRoles", []):
                if "Application" in role["allowedMemberTypes"]:
                    found[resource, role["value"]] = role["id"]
        return found

    def _settled(self, path: str, item: str) -> None:
        """Return when a new object is found."""

        def found() -> object:
            try:
                return self._client.get(path, permission=WRITE, query={"$select": "id"})
            except Refused as error:
                if error.status == 404:
                    return None
                raise

        self._client.wait_for(found, _slow(item), SETTLING)

    def _create_principal(self, client_id: str, item: str) -> Json:
        def made() -> Json | None:
            try:
                created: Json = self._client.change(
                    "POST", "v1.0/servicePrincipals", {"appId": client_id}, permission=WRITE
                )
            except Refused as error:
                if error.status == 409:  # a request before this one was lost, and done
                    return self._find_principal(client_id)
                if _too_early(error):
                    return None
                raise
            return created

        principal: Json = self._client.wait_for(made, _slow(item), SETTLING)
        self._settled(f"v1.0/servicePrincipals/{principal['id']}", item)
        # whoever gives it access next looks it up so, and is perhaps answered by another replica
        self._client.wait_for(lambda: self._find_principal(client_id), _slow(item), SETTLING)
        return principal

    def _make_secret(self, path: str) -> None:
        secret = self.declared.secret
        if secret is None:
            return
        ends = self._found.now + dt.timedelta(days=secret.valid_days)
        asked = {"displayName": secret.name, "endDateTime": ends.strftime("%Y-%m-%dT%H:%M:%SZ")}
        answer = self._client.change("POST", f"{path}/addPassword", {"passwordCredential": asked}, permission=WRITE)
        files.write(secret.file, str(answer["secretText"]).encode(), files.PRIVATE_FILE)


def _too_early(error: Refused) -> bool:
    """Return whether a replica that does not have the application yet refuses it a service principal.

    To an identity that may change only its own applications Graph says that with 403, as if it lacked a permission.
    """
    return (error.status == 400 and "does not reference a valid application" in error.what) or (
        error.status == 403 and "backing application" in error.what
    )


def _slow(item: str) -> Problem:
    return Problem(
        f"the directory does not find it after {SETTLING:g} seconds",
        where=item,
        remedy="It is replicated slowly; run again in a few minutes.",
    )


def _quoted(value: str) -> str:
    """Return a value as a string of OData."""
    return value.replace("'", "''")
