# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Exchange allows an application: what is declared, what is found, what changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365 import recipient_filter
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.connection import checked_guid
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Change, InvalidParameter

ROLES = {"graph": "Application Calendars.ReadWrite", "ews": "Application EWS.AccessAsApp"}
"""The role that each protocol needs: https://learn.microsoft.com/exchange/permissions-exo/application-rbac"""
EWS_ENDS = "2027-04-01"
"""When Exchange Web Services are removed from Exchange Online."""
CALENDAR_ROLES = frozenset({*ROLES.values(), "Application Calendars.Read", "Application Exchange Full Access"})
"""Roles that let an application into calendars. They add up, so that one more in another scope defeats the scope."""

ACCESS_ARGUMENTS: dict[str, dict[str, object]] = {
    "application": {"type": "str", "required": True},
    "protocol": {"type": "str", "choices": ["graph", "ews"], "default": "graph"},
    "scope": {
        "type": "dict",
        "required": True,
        "options": {
            "name": {"type": "str"},
            "recipient_filter": {"type": "str"},
            "group": {"type": "str"},
            "administrative_unit": {"type": "str"},
        },
    },
    "remove_tenant_wide_grants": {"type": "bool", "default": False},
    "provider": {"type": "str", "choices": ["auto", "graph", "commands"], "default": "auto"},
    "hand_over": {"type": "bool", "default": False},
}


@dataclass(frozen=True)
class DeclaredScope:
    """Which mailboxes: those that a filter finds, members of a group, or those of an administrative unit."""

    kind: Literal["filter", "group", "unit"]
    name: str
    """The management scope's name, or the group's or unit's."""
    recipient_filter: str | None = None

    def __str__(self) -> str:
        what = {"filter": "scope", "group": "group", "unit": "administrative unit"}[self.kind]
        return f"{what} {self.name}"


@dataclass(frozen=True)
class DeclaredAccess:
    """What the parameters declare."""

    application: str
    """Its client id."""
    protocol: Literal["graph", "ews"]
    scope: DeclaredScope
    remove_tenant_wide_grants: bool

    @property
    def role(self) -> str:
        """The role of Exchange that the protocol needs."""
        return ROLES[self.protocol]


@dataclass(frozen=True)
class Scope:
    """A management scope of Exchange."""

    identifier: str
    name: str
    recipient_filter: str


@dataclass(frozen=True)
class Assignment:
    """A role that the application has in a scope."""

    identifier: str
    role: str
    kind: Literal["filter", "group", "unit", "everywhere", "other"]
    target: str
    """The scope's name, or the identifier of the group or unit."""

    def __str__(self) -> str:
        return (
            f"{self.role} in {'the whole organisation' if self.kind == 'everywhere' else f'{self.kind} {self.target}'}"
        )


@dataclass(frozen=True)
class Grant:
    """A permission that an administrator consented to, for the whole tenant."""

    identifier: str
    resource: str
    permission: str

    def __str__(self) -> str:
        return f"{self.permission} of {self.resource}"


@dataclass(frozen=True)
class Census:
    """How many mailboxes a scope holds, as far as it matters."""

    somebody: bool
    """At least one is in it."""
    everybody: bool
    """None is out of it."""


@dataclass(frozen=True)
class FoundAccess:
    """What the tenant has."""

    principal: str
    """The object id of the service principal."""
    name: str
    registered: bool
    """Whether Exchange knows the service principal."""
    scope: Scope | None
    target: str | None
    """The identifier of the declared group or unit; the name of the declared scope. None if there is no such group."""
    assignments: tuple[Assignment, ...]
    grants: tuple[Grant, ...]
    """Those of the whole tenant that let the application into calendars."""
    census: Census
    ews_enabled: bool | None = None
    ews_allowed: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class AccessChange(Change):
    """A change, and what its application needs to know."""

    kind: Literal["register", "scope", "filter", "assign", "unassign", "revoke"] = "assign"
    subject: Any = None


def access_from(params: Mapping[str, Any]) -> DeclaredAccess:
    """Return what the parameters of `exchange_application_access` declare.

    Raises:
        InvalidParameter: they cannot be meant.
    """
    given = params["scope"]
    kinds = {"recipient_filter": "filter", "group": "group", "administrative_unit": "unit"}
    chosen = [name for name in kinds if given[name]]
    if len(chosen) != 1:
        raise InvalidParameter(
            "scope", {name: given[name] for name in kinds}, "it says not once which mailboxes",
            "Give just one of recipient_filter, group and administrative_unit.",
        )  # fmt: skip
    if chosen == ["recipient_filter"]:
        name = given["name"] or ""
        if not name.strip() or len(name) > 64 or not name.isprintable():
            raise InvalidParameter("scope.name", given["name"], "it is no name of a scope", "Give 1 to 64 characters.")
        scope = DeclaredScope("filter", name, given["recipient_filter"].strip())
        _check_filter(given["recipient_filter"])
    elif given["name"]:
        raise InvalidParameter("scope.name", given["name"], f"a {chosen[0]} has its own", "Leave it out.")
    else:
        scope = DeclaredScope("group" if chosen == ["group"] else "unit", given[chosen[0]])
    return DeclaredAccess(
        application=checked_guid("application", params["application"]),
        protocol=params["protocol"],
        scope=scope,
        remove_tenant_wide_grants=params["remove_tenant_wide_grants"],
    )


def _check_filter(text: str) -> None:
    try:
        recipient_filter.finder(text)
    except recipient_filter.Ambiguous as error:
        raise InvalidParameter(
            "scope.recipient_filter", text, str(error),
            "Put brackets, or write it with CustomAttribute1 to 15 or MemberOfGroup, which every cmdlet has.",
        ) from error  # fmt: skip
