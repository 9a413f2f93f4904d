# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why a SQL Server did not let somebody in, from what the driver says. Pure."""

from __future__ import annotations

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.server import (
    CertificateNotVerified,
    DatabaseRefused,
    LoginRejected,
    Server,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

_LOGIN_REJECTED = ("18452", "18456", "18470", "18486", "18487", "18488")
"""Untrusted domain, login failed, disabled, locked, password expired, password to be changed."""


_ONCE = "It was tried once, and is not tried again. Correct the account or its secret first: more attempts can lock it."

_NO_KERBEROS = "SSPI Provider"
"""Who says, in the driver, that there is no ticket. Before that, nothing was sent but the pre-login."""

_NO_TOKEN = "in Active Directory (Authentication option"  # noqa: S105 (a message)
"""What the driver says (state FA004) when Entra did not give it a token, for whatever reason."""

_CERTIFICATE_FAILURE = ("certificate verify failed", "SSL Provider")


def refusal(server: Server, driver: str, message: str) -> Problem:
    """Return the error for a connection that was not made.

    Args:
        server: where, and as whom.
        driver: the driver, and how it was chosen.
        message: what the driver says, without secrets.
    """
    where, found = str(server), f"{message} [driver: {driver}]"
    who = server.user or "the account that runs this"
    if "(4060)" in message:
        return DatabaseRefused(
            f"{who} cannot use the database {server.database}",
            where=where,
            found=found,
            remedy="Create the database, or the login's user in it.",
        )
    if _NO_KERBEROS in message:
        return Problem(
            "there is no Kerberos ticket for the account that runs this, or none for the server's service",
            where=where,
            expected=f"a ticket for MSSQLSvc/{server.name}:{server.port}",
            found=found,
            remedy="Nobody was logged in. Get a ticket (kinit, or a keytab that KRB5_CLIENT_KTNAME names), and have "
            "the service's name registered in the domain (setspn -L).",
        )
    if _NO_TOKEN in message:
        return LoginRejected(
            f"Microsoft Entra ID gave {who} no token",
            where=where,
            found=found,
            remedy=f"{_ONCE} See also whether it can be reached from here, whether the driver finds libcurl, and "
            "whether the account may log in without a second factor.",
        )
    if any(f"({number})" in message for number in _LOGIN_REJECTED):
        without_entra = server.authentication.startswith("entra_") and "Login failed for user ''" in message
        return LoginRejected(
            f"the login of {who} was rejected",
            where=where,
            found=found,
            remedy="The server asked for no token, as one that is not joined to Microsoft Entra ID. Have it joined, or "
            "log in otherwise."
            if without_entra
            else _ONCE,
        )
    if any(word in message for word in _CERTIFICATE_FAILURE):
        return CertificateNotVerified(
            "the server's certificate does not verify",
            where=where,
            expected=f"a certificate for {server.name} of a trusted authority",
            found=found,
            remedy="Give the authority's certificate as ca_certificates, or correct the server's.",
        )
    return Problem(
        "no connection",
        where=where,
        found=found,
        remedy="Look whether the server runs, and whether the firewall lets this host through.",
    )
