# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Roles and scopes of Exchange by its cmdlets, as Microsoft's PowerShell module sends them.

https://learn.microsoft.com/exchange/permissions-exo/application-rbac
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
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.refusals import Refused
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

_KINDS: dict[str, Literal["filter", "group", "unit", "everywhere"]] = {
    "CustomRecipientScope": "filter",
    "AdministrativeUnit": "unit",
    "Group": "group",
    "Organization": "everywhere",
}


class CommandAccess(AccessProvider):
    """By `InvokeCommand`."""

    name = "commands"

    def __init__(self, client: Client) -> None:
        self._client = client

    def registered(self, principal: str) -> bool:
        """Return whether Get-ServicePrincipal finds it."""
        return self._one("Get-ServicePrincipal", principal) is not None

    def register(self, application: str, principal: str, name: str) -> None:
        """Run New-ServicePrincipal."""
        self._client.cmdlet("New-ServicePrincipal", AppId=application, ObjectId=principal, DisplayName=name)

    def scope(self, name: str) -> Scope | None:
        """Return what Get-ManagementScope finds."""
        row = self._one("Get-ManagementScope", name)
        return None if row is None else Scope(row["Guid"], row["Name"], row["RecipientFilter"])

    def create_scope(self, name: str, recipient_filter: str) -> Scope:
        """Run New-ManagementScope."""
        rows = self._client.cmdlet("New-ManagementScope", Name=name, RecipientRestrictionFilter=recipient_filter)
        return Scope(rows[0]["Guid"], name, recipient_filter)

    def set_filter(self, scope: Scope, recipient_filter: str) -> None:
        """Run Set-ManagementScope."""
        self._client.cmdlet("Set-ManagementScope", Identity=scope.name, RecipientRestrictionFilter=recipient_filter)

    def assignments(self, principal: str) -> Sequence[Assignment]:
        """Return what Get-ManagementRoleAssignment finds."""
        if not self.registered(principal):
            return []
        rows = self._client.cmdlet("Get-ManagementRoleAssignment", RoleAssignee=principal)
        return [
            Assignment(
                row["Guid"],
                row["Role"],
                _KINDS.get(row["RecipientWriteScope"], "other"),
                row.get("CustomResourceScope") or "/",
            )
            for row in rows
        ]

    def assign(self, principal: str, role: str, scope: DeclaredScope, target: str) -> None:
        """Run New-ManagementRoleAssignment."""
        if scope.kind == "group":
            raise Problem(
                "cmdlets of Exchange give no role in a group as such",
                where=str(scope),
                remedy="Use provider: graph, or a recipient_filter: MemberOfGroup -eq '<distinguished name>'.",
            )
        where = "CustomResourceScope" if scope.kind == "filter" else "RecipientAdministrativeUnitScope"
        self._client.cmdlet("New-ManagementRoleAssignment", Role=role, App=principal, **{where: target})

    def unassign(self, assignment: Assignment) -> None:
        """Run Remove-ManagementRoleAssignment."""
        self._client.cmdlet("Remove-ManagementRoleAssignment", Identity=assignment.identifier, Confirm=False)

    def _one(self, cmdlet: str, identity: str) -> dict[str, Any] | None:
        try:
            rows = self._client.cmdlet(cmdlet, Identity=identity)
        except Refused as error:
            if error.code == "ManagementObjectNotFoundException":
                return None
            raise
        return rows[0] if rows else None
