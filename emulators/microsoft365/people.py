# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Graph's directory of people: users, groups and administrative units, which are read and counted, not changed."""

from __future__ import annotations

from emulators.microsoft365 import odata
from emulators.microsoft365.messages import Answer, GraphError, Json, Request, not_found
from emulators.microsoft365.permissions import require
from emulators.microsoft365.tenant import Tenant


class People:
    """Answers for a tenant's users, groups and administrative units."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def answer(self, request: Request, caller: Json, parts: list[str]) -> Answer | None:
        """Answer, or return None for what is not here."""
        match [request.method, *parts]:
            case ["GET", "users", "$count"]:
                require(caller, "User.Read.All")
                return _count(request, len(self._tenant.users))
            case ["GET", "users"]:
                require(caller, "User.Read.All")
                people = list(self._tenant.users.values())
                return Answer(200, odata.page(request, people, filters=("userPrincipalName", "displayName", "mail")))
            case ["GET", "users", name]:
                require(caller, "User.Read.All")
                odata.allow(request, "$select")
                return Answer(200, odata.select(request, self._user(name)))
            case ["GET", "groups"]:
                require(caller, "GroupMember.Read.All")
                found = [_without_members(each) for each in self._tenant.groups.values()]
                return Answer(200, odata.page(request, found, filters=("displayName", "mail")))
            case ["GET", "groups", identifier, "members", "microsoft.graph.user", "$count"]:
                require(caller, "GroupMember.Read.All")
                return _count(request, len(self._member(self._tenant.groups, identifier)["members"]))
            case ["GET", "directory", "administrativeUnits"]:
                require(caller, "AdministrativeUnit.Read.All")
                found = [_without_members(each) for each in self._tenant.administrative_units.values()]
                return Answer(200, odata.page(request, found, filters=("displayName",)))
            case ["GET", "directory", "administrativeUnits", identifier, "members", "microsoft.graph.user", "$count"]:
                require(caller, "AdministrativeUnit.Read.All")
                return _count(request, len(self._member(self._tenant.administrative_units, identifier)["members"]))
            case _:
                return None

    def _user(self, name: str) -> Json:
        found = self._tenant.user(name)
        if found is None:
            raise not_found(name)
        return found

    @staticmethod
    def _member(held: dict[str, Json], identifier: str) -> Json:
        if identifier not in held:
            raise not_found(identifier)
        return held[identifier]


def _without_members(found: Json) -> Json:
    return {name: value for name, value in found.items() if name != "members"}


def _count(request: Request, number: int) -> Answer:
    if request.headers.get("consistencylevel", "").lower() != "eventual":
        raise GraphError(400, "Request_BadRequest", "$count is not currently supported without ConsistencyLevel.")
    return Answer(200, number)
