# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why a SQL Server did not let somebody in, from what the driver says. Pure."""

from __future__ import annotations

import re

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.server import (
    CertificateNotVerified,
    DatabaseRefused,
    LoginRejected,
    Server,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem, Unreachable

_LOGIN_REJECTED = ("18452", "18456", "18470", "18486", "18487", "18488")
"""Untrusted domain, login failed, disabled, locked, password expired, password to be changed."""


_ONCE = "It was tried once, and is not tried again. Correct the account or its secret first: more attempts can lock it."

_NO_KERBEROS = "SSPI Provider"
"""Who says, in the driver, that there is no ticket. Before that, nothing was sent but the pre-login."""

_KERBEROS = (
    (
        r"No Kerberos credentials available",
        "there is no Kerberos ticket for the account that runs this",
        "Get one: kinit, or a keytab that KRB5_CLIENT_KTNAME names.",
    ),
    (
        r"Ticket expired",
        "the Kerberos ticket of the account that runs this has expired",
        "Get another: kinit. A run that takes longer than a ticket needs a keytab that KRB5_CLIENT_KTNAME names.",
    ),
    (
        r"Server \S+ not found in Kerberos database",
        "the domain knows no such service",
        "Have it registered for the account that SQL Server runs as (setspn -S), if server and port are what is meant.",
    ),
    (
        r"Client '\S+' not found in Kerberos database|Preauthentication failed|credentials have been revoked",
        "the domain does not accept the keytab of the account that runs this",
        "It was tried once, and is not tried again: more attempts can lock the account. See whether it is enabled, and "
        "make the keytab anew, as after each change of its password.",
    ),
    (
        r"Clock skew too great|Ticket not yet valid",
        "this host's clock is not the domain's",
        "Set it by the domain's time source, and get a new ticket (kinit). Kerberos lets five minutes pass.",
    ),
    (
        r"Cannot (contact any|find) KDC",
        "no domain controller answers this host",
        "See the realm in /etc/krb5.conf, the domain's SRV records in DNS, and whether a firewall shuts port 88.",
    ),
    (
        r"does not specify default realm",
        "this host's Kerberos knows no realm",
        "Name the domain as default_realm in /etc/krb5.conf, or in the file that KRB5_CONFIG names.",
    ),
)
"""What libkrb5 says, what that means and what to do, for the causes that there usually are."""

_NOT_TRUSTED = (
    "It was tried once, and is not tried again. SQL Server's log has the reason (error 17806). Usually the service's "
    "name is registered for another account than SQL Server runs as (setspn -Q), or clocks differ, or there is no "
    "trust between the domains."
)
_NO_LOGIN = (
    "It was tried once, and is not tried again. The ticket is good. Have the account's login created or enabled "
    "(mssql_login with type: windows), or log in as another account (kinit)."
)

_NO_TOKEN = "in Active Directory (Authentication option"  # noqa: S105 (a message)
"""What the driver says (state FA004) when Entra did not give it a token, for whatever reason."""

_ACCOUNT = re.compile(r"Login failed for user '([^']+)'")

_NOT_JOINED = (
    "The server asked for no token, not being joined to Microsoft Entra ID. Have it joined, or log in otherwise."
)

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
        what, remedy = _without_ticket(message)
        return Problem(
            what,
            where=where,
            expected=f"a ticket for {server.service}",
            found=found,
            remedy=f"Nobody was logged in. {remedy}",
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
        what, remedy = _rejected(server, message)
        return LoginRejected(what, where=where, found=found, remedy=remedy)
    if any(word in message for word in _CERTIFICATE_FAILURE):
        return CertificateNotVerified(
            "the server's certificate does not verify",
            where=where,
            expected=f"a certificate for {server.name} of a trusted authority",
            found=found,
            remedy="Give the authority's certificate as ca_certificates, or correct the server's.",
        )
    return Unreachable(
        "no connection",
        where=where,
        found=found,
        remedy="Look whether the server runs, and whether the firewall lets this host through.",
    )


def _without_ticket(message: str) -> tuple[str, str]:
    """Return what is wrong, and what to do, where Kerberos gave no ticket for the server."""
    for text, what, remedy in _KERBEROS:
        if re.search(text, message):
            return what, remedy
    return "Kerberos gives no ticket for the server's service", "See what klist says, and what a file KRB5_TRACE has."


def _rejected(server: Server, message: str) -> tuple[str, str]:
    """Return what is wrong, and what to do, where the server did not accept who logs in."""
    account = _ACCOUNT.search(message)
    if server.authentication == "windows" and account:
        return f"{account[1]} has a ticket, and no login here that it may use", _NO_LOGIN
    if server.authentication == "windows":
        return "the server does not trust the ticket of the account that runs this", _NOT_TRUSTED
    what = f"the login of {server.user or 'the account that runs this'} was rejected"
    if server.authentication.startswith("entra_") and not account:
        return what, _NOT_JOINED
    return what, _ONCE
