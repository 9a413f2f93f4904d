# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a BI platform is and who logs on to it, and what is said when it does not accept that."""

from __future__ import annotations

from dataclasses import dataclass, field

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem, Unreachable


class NoAnswer(Unreachable):
    """The web services did not answer, or did not answer as a BI platform does."""


class LogonRejected(Problem):
    """The platform did not accept who logs on. Never try the same password again: accounts lock."""


class NoLicence(Problem):
    """Name and password are right, and no licence is free."""


@dataclass(frozen=True)
class Server:
    """Where the web services are, and who uses them."""

    name: str
    """The server's DNS name, which its certificate has to hold."""
    port: int
    user: str
    password: str = field(repr=False)
    authentication: str
    """As the platform calls it: secEnterprise, secLDAP, secWinAD."""
    connect_address: str | None = None
    """Where the packets go, if not to where the name resolves to."""
    ca_certificates: str | None = None
    """A PEM file of the authorities to trust instead of the system's."""
    timeout: int = 30
    """Seconds for a connection, and for each answer."""
    rejected_logins: str | None = None
    """The directory in which rejected passwords are remembered."""

    @property
    def platform(self) -> str:
        """The platform, without what leads to it: what a rejected password is remembered for."""
        return f"{self.name}:{self.port} {self.authentication}"

    def __str__(self) -> str:
        """Return what messages say of it."""
        address = f" at {self.connect_address}" if self.connect_address else ""
        return f"BI platform {self.name}{address} port {self.port}"
