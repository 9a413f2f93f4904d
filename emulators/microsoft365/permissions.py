# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a caller may do, by the permissions in its token."""

from __future__ import annotations

from emulators.microsoft365.messages import GraphError, Json

READ_APPLICATIONS = ("Application.Read.All", "Application.ReadWrite.OwnedBy", "Application.ReadWrite.All")
WRITE_APPLICATIONS = ("Application.ReadWrite.OwnedBy", "Application.ReadWrite.All")
READ_ROLES = ("RoleManagement.Read.Exchange", "RoleManagement.ReadWrite.Exchange")
WRITE_ROLES = ("RoleManagement.ReadWrite.Exchange",)


def require(caller: Json, *permissions: str) -> None:
    """Return if the caller has one of the permissions. Raises GraphError, as Graph refuses, if it has none."""
    if not set(permissions) & set(caller["roles"]):
        raise GraphError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")


def require_owned(caller: Json, found: Json) -> None:
    """Return if the caller may change an application: any, or this one because it owns it."""
    if "Application.ReadWrite.All" not in caller["roles"] and caller["oid"] not in found["_owners"]:
        raise GraphError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
