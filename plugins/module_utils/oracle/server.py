# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where an Oracle database is and who logs in to it, and what is said when it does not accept that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import MissingPrerequisite, Problem


class LoginRejected(Problem):
    """The server did not accept who logs in. Never try the same password again: accounts lock."""

    number = 0
    """Oracle's number of the error: 1017 says that name or password is wrong, no other number does."""


class ServiceUnknown(MissingPrerequisite):
    """There is a listener, and it does not know the service: the database is not open (yet), or called otherwise."""


class CertificateNotVerified(MissingPrerequisite):
    """The server's certificate does not verify: it may be that the line of the plan that brings it is still to come."""

    returned: ClassVar[Mapping[str, bool]] = {"certificate_not_verified": True}


@dataclass(frozen=True)
class Server:
    """Where to connect, and as whom."""

    name: str | None = None
    """The server's DNS name, which its certificate has to hold."""
    port: int = 2484
    service: str | None = None
    descriptor: str | None = None
    """A full connect descriptor instead of the three above."""
    connect_address: str | None = None
    """Where the packets go, if not to where the name resolves to."""
    user: str | None = None
    """None for the wallet's own, which only thick mode can."""
    password: str | None = field(default=None, repr=False)
    ca_certificates: str | None = None
    """A PEM file of the authorities to trust instead of the system's."""
    certificate_dn: str | None = None
    """The distinguished name that the server's certificate has to have, instead of the server's DNS name."""
    wallet_directory: str | None = None
    wallet_password: str | None = field(default=None, repr=False)
    thick: bool = False
    client_directory: str | None = None
    """Where Oracle's client libraries are, for thick mode."""
    timeout: int = 15
    """Seconds for the connection and the login."""
    rejected_logins: str | None = None
    """The directory in which rejected passwords are remembered."""

    @property
    def database(self) -> str:
        """The database, without what leads to it: what a rejected password is remembered for."""
        return self.descriptor or f"{self.name}:{self.port}/{self.service}"

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no message may hold."""
        return tuple(each for each in (self.password, self.wallet_password) if each)

    def __str__(self) -> str:
        """Return what messages say of it."""
        if self.descriptor is not None:
            return f"Oracle {self.descriptor}"
        address = f" at {self.connect_address}" if self.connect_address else ""
        return f"Oracle {self.name}{address} port {self.port} service {self.service}"
