# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a SQL Server is and who logs in to it, and what is said when it does not accept that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import MissingPrerequisite, Problem

Authentication = Literal["sql", "windows", "entra_password", "entra_service_principal", "entra_managed_identity"]


class LoginRejected(Problem):
    """The server did not accept who logs in. Never try the same password again: accounts lock."""


class DatabaseRefused(MissingPrerequisite):
    """The login was accepted, the database was not: it is not there (yet), not online, or not for this login."""


class CertificateNotVerified(MissingPrerequisite):
    """The server's certificate does not verify: it may be that the line of the plan that brings it is still to come."""

    returned: ClassVar[Mapping[str, bool]] = {"certificate_not_verified": True}


@dataclass(frozen=True)
class Server:
    """Where to connect, and as whom."""

    name: str
    """The server's DNS name, which its certificate has to hold."""
    port: int = 1433
    connect_address: str | None = None
    """Where the packets go, if not to where the name resolves to."""
    database: str = "master"
    authentication: Authentication = "sql"
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_certificates: str | None = None
    """A PEM file of the authorities to trust instead of the system's."""
    timeout: int = 15
    """Seconds for the connection and the login."""

    @property
    def service(self) -> str:
        """Its service's name in Kerberos (SPN): by the server's name, whatever address is connected to."""
        return f"MSSQLSvc/{self.name}:{self.port}"

    def __str__(self) -> str:
        """Return what messages say of it."""
        where = f" at {self.connect_address}" if self.connect_address else ""
        return f"SQL Server {self.name}{where} port {self.port}"
