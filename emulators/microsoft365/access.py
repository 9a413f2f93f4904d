# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may use which mailbox: what roles of Exchange allow in their scopes, and tokens everywhere. They add up.

https://learn.microsoft.com/exchange/permissions-exo/application-rbac
"""

from __future__ import annotations

from collections.abc import Mapping

from emulators.microsoft365 import recipient_filter
from emulators.microsoft365.exchange_roles import PRINCIPAL
from emulators.microsoft365.messages import Json
from emulators.microsoft365.tenant import EXCHANGE_ROLES, Tenant, role_id

READING = frozenset({"Calendars.Read", "Calendars.ReadWrite"})
WRITING = frozenset({"Calendars.ReadWrite"})


def allowed(tenant: Tenant, caller: Json, user: Json, permissions: frozenset[str]) -> bool:
    """Return whether a caller has one of the permissions in a user's mailbox, as calendars know it by now."""
    if permissions & set(caller["roles"]):
        return True
    scopes, assignments = tenant.seen_by_calendars()
    roles = {role_id(name): permission for name, permission in EXCHANGE_ROLES.items()}
    return any(
        assignment["principalId"] == f"{PRINCIPAL}{caller['oid']}"
        and roles[assignment["roleDefinitionId"]] in permissions
        and in_scope(tenant, assignment, user, scopes)
        for assignment in assignments.values()
    )


def in_scope(tenant: Tenant, assignment: Json, user: Json, scopes: Mapping[str, Json]) -> bool:
    """Return whether a mailbox is in the scope of a role assignment."""
    custom, directory = assignment["appScopeId"], assignment["directoryScopeId"]
    if custom is not None:
        if custom not in scopes:
            return False
        test = recipient_filter.parse(scopes[custom]["customAttributes"]["RecipientFilter"])
        return test(tenant.recipient(user))
    if directory == "/":
        return True
    kind, _slash, identifier = directory.removeprefix("/").partition("/")
    if kind == "Users":
        return bool(user["id"] == identifier)
    held = tenant.groups if kind == "Groups" else tenant.administrative_units
    return user["id"] in held.get(identifier, {}).get("members", [])
