# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why an Oracle database did not let somebody in, from what the driver says. Pure."""

from __future__ import annotations

import re

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.server import (
    CertificateNotVerified,
    LoginRejected,
    Server,
    ServiceUnknown,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem, Unreachable

WRONG_PASSWORD = 1017
LOCKED = 28000
EXPIRED = 28001

_REJECTED = {
    WRONG_PASSWORD: "the login of {user} was rejected: name or password is wrong",
    LOCKED: "the login of {user} was rejected: the account is locked",
    EXPIRED: "the login of {user} was rejected: the password has expired",
    1005: "the login of {user} was rejected: the password is empty",
    1045: "the login of {user} was rejected: it has not the privilege CREATE SESSION",
    28041: "the login of {user} was rejected: its authentication failed",
    28040: "the login of {user} was rejected: server and driver have no password protocol in common",
    28030: "the login of {user} was rejected: the directory service did not answer",
}
_REMEDIES = {
    LOCKED: "Unlock it, after whoever uses a wrong password has been stopped: it would lock again.",
    EXPIRED: "Have a new password set: the expired one cannot be used again without a change.",
    1045: "Grant CREATE SESSION to it.",
    28040: "Have its password set anew, so that the server keeps a verifier of 11g or 12c for it.",
}
_ONCE = "It was tried once, and is not tried again. Correct the account or its secret first: more attempts can lock it."
_SERVICE_UNKNOWN = (12505, 12514, 12516, 12520, 12528)
_NUMBER = re.compile(r"\b(?:ORA|DPY)-(\d{4,5})")
_CERTIFICATE = ("certificate", "CERTIFICATE_VERIFY_FAILED", "ORA-29024", "ORA-29002", "DN match")


def numbers_in(message: str) -> list[int]:
    """Return the numbers of Oracle's and the driver's errors in a message, in their order."""
    return [int(each) for each in _NUMBER.findall(message)]


def in_one_line(message: str) -> str:
    """Return a message of the driver without its references to the documentation, in one line."""
    return "; ".join(line.strip() for line in message.splitlines() if line.strip() and not line.startswith("Help:"))


def refusal(server: Server, message: str) -> Problem:
    """Return the error for a connection that was not made.

    Args:
        server: where, and as whom.
        message: what the driver says, without secrets.
    """
    where, user = str(server), server.user or "the wallet's account"
    numbers = numbers_in(message)
    for number in numbers:
        if number in _REJECTED:
            rejected = LoginRejected(
                _REJECTED[number].format(user=user),
                where=where,
                found=message,
                remedy=_REMEDIES.get(number, _ONCE),
            )
            rejected.number = number
            return rejected
    # the driver reports a service that its listener does not know by a number of its own
    if any(number in _SERVICE_UNKNOWN for number in numbers) or "DPY-6001" in message or "DPY-6003" in message:
        return ServiceUnknown(
            "the listener does not know the service",
            where=where,
            found=message,
            remedy="Open the database, or correct service_name.",
        )
    if any(word in message for word in _CERTIFICATE):
        return CertificateNotVerified(
            "the server's certificate does not verify",
            where=where,
            expected=f"a certificate for {server.certificate_dn or server.name or 'that host'} of a trusted authority",
            found=message,
            remedy="Give the authority's certificate as ca_certificates, or correct the server's.",
        )
    if "DPY-3010" in message:
        return Problem(
            "the server is older than thin mode can talk to",
            where=where,
            expected="Oracle 12.1 or later",
            found=message,
            remedy="Set thick_mode to true, with Oracle's client libraries installed.",
        )
    return Unreachable(
        "no connection",
        where=where,
        found=message,
        remedy="Look whether the server runs, and whether the firewall lets this host through.",
    )
