# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An application's access to calendars, kept as declared: what `exchange_application_access` reconciles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.access_hand_over import hand_over_for
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.access_planner import (
    plan_access,
    tenant_wide,
    warnings_for,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.access_provider import AccessProvider
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.access_reader import (
    choose_provider,
    read_access,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.access_state import (
    AccessChange,
    DeclaredAccess,
    FoundAccess,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.client import Client
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.connection import connection_from
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem, Resource

REVOKE = "AppRoleAssignment.ReadWrite.All"


class Access(Resource[FoundAccess, AccessChange]):
    """The access of one application."""

    def __init__(self, declared: DeclaredAccess, params: Mapping[str, Any]) -> None:
        """Check the connection of module `exchange_application_access`; nothing is sent.

        Raises:
            InvalidParameter: it cannot be meant.
        """
        self.declared = declared
        self._wanted = str(params["provider"])
        self._client = Client(connection_from(params))
        self._provider: AccessProvider | None = None
        self._found: FoundAccess | None = None

    def read(self) -> FoundAccess:
        """Return what the tenant has."""
        self._provider = choose_provider(self._client, self._wanted)
        self._found = read_access(self._client, self._provider, self.declared)
        return self._found

    def plan(self, present: FoundAccess) -> Sequence[AccessChange]:
        """Return the changes."""
        return plan_access(self.declared, present)

    def apply(self, changes: Sequence[AccessChange]) -> Iterator[AccessChange]:
        """Send a request for each change."""
        if self._provider is None or self._found is None:
            raise Problem("nothing was read")
        for change in changes:
            self._apply(change, self._provider, self._found)
            yield change

    def _apply(self, change: AccessChange, provider: AccessProvider, found: FoundAccess) -> None:
        declared, scope = self.declared, self.declared.scope
        match change.kind:
            case "register":
                provider.register(declared.application, found.principal, found.name)
            case "scope":
                provider.create_scope(scope.name, str(scope.recipient_filter))
            case "filter":
                provider.set_filter(change.subject, str(scope.recipient_filter))
            case "assign":
                provider.assign(found.principal, declared.role, scope, str(found.target))
            case "unassign":
                provider.unassign(change.subject)
            case "revoke":
                path = f"v1.0/servicePrincipals/{found.principal}/appRoleAssignments/{change.subject.identifier}"
                self._client.change("DELETE", path, None, permission=REVOKE)

    def facts(self, present: FoundAccess) -> Mapping[str, object]:
        """Return how it was done and what was found."""
        warnings = warnings_for(self.declared)
        if present.grants:
            warnings.append(
                f"{present.name} had permissions of the whole tenant; tokens that it holds keep them for up to an hour."
            )
        return {
            "service_principal_id": present.principal,
            "provider": self._provider.name if self._provider else None,
            "role": self.declared.role,
            "tenant_wide_grants": tenant_wide(present),
            "hand_over": hand_over_for(self.declared),
            "warnings": warnings,
        }

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
