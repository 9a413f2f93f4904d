# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Exchange allows an application: from what is to what is declared. Pure.

What is given comes before what is taken away, so that an application that works goes on working. Permissions add up: a
grant for the whole tenant makes every scope worthless, so it is a failure, unless its removal is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365 import recipient_filter
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.access_state import (
    CALENDAR_ROLES,
    EWS_ENDS,
    AccessChange,
    Assignment,
    DeclaredAccess,
    FoundAccess,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import (
    InvalidParameter,
    MissingPrerequisite,
    Problem,
)


def plan_access(declared: DeclaredAccess, found: FoundAccess) -> list[AccessChange]:
    """Return the changes, in their order.

    Raises:
        InvalidParameter: the scope would lock the application out, or let it in everywhere.
        Problem: a grant for the whole tenant, or EWS that is shut.
    """
    where = f"application {found.name}"
    _check_scope(declared, found)
    _check_grants(declared, found, where)
    _check_ews(declared, found)
    return list(_changes(declared, found, where))


def warnings_for(declared: DeclaredAccess) -> list[str]:
    """Return what the user should know."""
    if declared.protocol != "ews":
        return []
    return [
        f"Exchange Web Services are removed from Exchange Online on {EWS_ENDS}: from then on this access is worth "
        "nothing. Have the application use Microsoft Graph, and declare protocol: graph."
    ]


def _check_scope(declared: DeclaredAccess, found: FoundAccess) -> None:
    scope = declared.scope
    parameter = {"filter": "scope.recipient_filter", "group": "scope.group", "unit": "scope.administrative_unit"}
    value = scope.recipient_filter or scope.name
    if found.target is None:
        raise MissingPrerequisite(
            f"{parameter[scope.kind]}={value!r} is refused: there is none of this name, or several",
            remedy="Create it, or give another.",
        )
    if not found.census.somebody:
        raise InvalidParameter(
            parameter[scope.kind],
            value,
            "no mailbox is in it, which would lock the application out of all calendars",
            "Correct it, or put a test mailbox into it.",
        )
    if found.census.everybody:
        raise InvalidParameter(
            parameter[scope.kind],
            value,
            "every mailbox is in it, which would let the application into all calendars",
            "Make it narrower.",
        )


def tenant_wide(found: FoundAccess) -> list[str]:
    """Return what lets the application into every calendar, whatever its scope."""
    everywhere = [each for each in found.assignments if each.kind == "everywhere" and each.role in CALENDAR_ROLES]
    return [*map(str, found.grants), *map(str, everywhere)]


def _check_grants(declared: DeclaredAccess, found: FoundAccess, where: str) -> None:
    defeating = tenant_wide(found)
    if defeating and not declared.remove_tenant_wide_grants:
        raise Problem(
            "it may use every calendar of the tenant, whatever its scope, because permissions add up",
            where=where,
            expected="no permission for calendars outside the scope",
            found=", ".join(defeating),
            remedy="Have it revoked, or set remove_tenant_wide_grants: true.",
        )


def _check_ews(declared: DeclaredAccess, found: FoundAccess) -> None:
    if declared.protocol != "ews":
        return
    allowed = {each.lower() for each in found.ews_allowed}
    if found.ews_enabled is not True or (allowed and declared.application not in allowed):
        raise Problem(
            "the organisation does not let this application use Exchange Web Services",
            where="Get-OrganizationConfig",
            expected=f"EwsEnabled True, and {declared.application} in EwsAllowedAppIDs",
            found=f"EwsEnabled {found.ews_enabled}, EwsAllowedAppIDs {', '.join(sorted(allowed)) or 'none'}",
            remedy=f"Use protocol: graph; EWS is removed on {EWS_ENDS}. Until then: Set-OrganizationConfig -EwsEnabled "
            f"$true -EwsAllowedAppIDs with this application added.",
        )


def _as_declared(declared: DeclaredAccess, found: FoundAccess, each: Assignment) -> bool:
    if (each.role, each.kind) != (declared.role, declared.scope.kind) or found.target is None:
        return False
    return each.target.casefold() == found.target.casefold()  # neither names nor identifiers have regard to case


def _changes(declared: DeclaredAccess, found: FoundAccess, where: str) -> Iterator[AccessChange]:
    scope = declared.scope
    if not found.registered:
        yield AccessChange(f"{where} in Exchange", "create", None, found.principal, kind="register")
    if scope.kind == "filter":
        if found.scope is None:
            yield AccessChange(str(scope), "create", None, scope.recipient_filter, kind="scope")
        elif not recipient_filter.same(found.scope.recipient_filter, str(scope.recipient_filter)):
            yield AccessChange(
                str(scope), "update", found.scope.recipient_filter, scope.recipient_filter, kind="filter",
                subject=found.scope,
            )  # fmt: skip
    fitting = [each for each in found.assignments if _as_declared(declared, found, each)]
    if not fitting:
        yield AccessChange(f"{where} role {declared.role}", "create", None, str(scope), kind="assign")
    for each in found.assignments:
        surplus = each in fitting[1:] or (each.role in CALENDAR_ROLES and each not in fitting)
        if surplus:
            yield AccessChange(f"{where} {each}", "delete", str(each), None, kind="unassign", subject=each)
    for grant in found.grants:
        yield AccessChange(f"{where} {grant}", "delete", str(grant), None, kind="revoke", subject=grant)
