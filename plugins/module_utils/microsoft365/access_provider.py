# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The contract of whatever keeps roles and scopes of Exchange for an application, and how one is chosen."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.access_state import (
    Assignment,
    DeclaredScope,
    Scope,
)


class AccessProvider(ABC):
    """Reads and changes what Exchange allows applications. Each method is one request or a few, and is tried again by
    the client where that does no harm."""

    name: str
    """What `provider` calls it."""

    @abstractmethod
    def registered(self, principal: str) -> bool:
        """Return whether Exchange knows a service principal, or will know it by itself when it is given a role."""

    @abstractmethod
    def register(self, application: str, principal: str, name: str) -> None:
        """Make a service principal known to Exchange.

        Args:
            application: its client id.
            principal: its object id.
            name: its display name.
        """

    @abstractmethod
    def scope(self, name: str) -> Scope | None:
        """Return a management scope, None if there is none of the name."""

    @abstractmethod
    def create_scope(self, name: str, recipient_filter: str) -> Scope:
        """Create a management scope."""

    @abstractmethod
    def set_filter(self, scope: Scope, recipient_filter: str) -> None:
        """Give a management scope another filter, in place."""

    @abstractmethod
    def assignments(self, principal: str) -> Sequence[Assignment]:
        """Return the roles that a service principal has."""

    @abstractmethod
    def assign(self, principal: str, role: str, scope: DeclaredScope, target: str) -> None:
        """Give a service principal a role.

        Args:
            principal: its object id.
            role: the name of the role.
            scope: where it holds.
            target: the identifier of the group or unit, or the name of the management scope.

        Raises:
            Problem: this provider cannot give roles in such a scope.
        """

    @abstractmethod
    def unassign(self, assignment: Assignment) -> None:
        """Take a role away."""
