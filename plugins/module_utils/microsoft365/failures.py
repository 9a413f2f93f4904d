# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connections that did not come about, as errors that say where to look."""

from __future__ import annotations

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365._requests import exceptions
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.refusals import (
    NoAnswer,
    Refused,
    without_tokens,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem


def not_sent(error: Exception, where: str, identifier: str) -> Problem:
    """Return the error for a connection that did not come about, or broke."""
    text = without_tokens(str(error))
    said = f"(client-request-id {identifier})"
    if isinstance(error, exceptions.ProxyError):
        return NoAnswer(
            f"the proxy does not let it through {said}", where=where, remedy="Check proxy, and whether it is up."
        )
    if isinstance(error, exceptions.SSLError):
        return Problem(
            f"the certificate is not trusted: {text} {said}",
            where=where,
            remedy="If a proxy re-encrypts the traffic, give its authority in ca_certificates.",
        )
    if isinstance(error, exceptions.Timeout):
        return NoAnswer(f"no answer in time {said}", where=where, remedy="Check the way there, then run again.")
    if isinstance(error, exceptions.ConnectionError):
        return NoAnswer(
            f"the connection failed or broke {said}", where=where, remedy="Check the way there, then run again."
        )
    return Problem(f"it cannot be sent: {text} {said}", where=where)


def no_authority(error: ValueError, where: str) -> Problem:
    """Return the error for a tenant whose configuration cannot be read, or for a key that msal cannot use."""
    text = without_tokens(str(error))
    if "authority" in text or "endpoint" in text or "configuration" in text:
        return Refused(
            400,
            "invalid_tenant",
            "there is no such tenant, or something between this host and Entra ID answers instead",
            where=where,
            remedy="Give the id of your tenant: Entra admin centre, Overview, Tenant ID.",
        )
    return Problem(
        "the private key cannot be used", where=where, remedy="Check private_key and private_key_passphrase."
    )
