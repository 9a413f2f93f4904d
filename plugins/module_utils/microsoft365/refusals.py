# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Entra ID, Graph and Exchange refuse, as errors that say what to do. Each has the request's correlation id."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem, Unreachable

SIGN_IN_REMEDIES: dict[int, str] = {
    90002: "Give the id of your tenant: Entra admin centre, Overview, Tenant ID.",
    700016: "Check client_id, and tenant: an application is known only where it was registered or consented to. What "
    "was registered just now is known after seconds to minutes: then run again.",
    700023: "The token endpoint is another one than Entra ID's; check what is between.",
    700024: "The clock of this host is wrong, or the service's: compare them (timedatectl, w32tm), then run again.",
    700027: "Check that this certificate is registered on the application and has not expired; add the new one by "
    "uoe.exam_scheduling.entra_application before the old one ends. One that was registered just now is known after "
    "seconds to minutes: then run again.",
    7000215: "The secret is not the application's.",
    7000222: "The secret has expired.",
    7000229: "The application has no service principal in this tenant; an administrator has to create it. One that was "
    "created just now is known after seconds to minutes: then run again.",
}
"""https://learn.microsoft.com/entra/identity-platform/reference-error-codes"""
_UNKNOWN = frozenset({700016, 700027, 7000229})
"""What Entra ID answers, too, while the application, its certificate or its service principal is new."""

_TOKEN = re.compile(r"eyJ[A-Za-z0-9_-]{5,}(\.[A-Za-z0-9_-]*){0,2}")


class Refused(Problem):
    """The service answered, and refused."""

    def __init__(self, status: int, code: str, what: str, **parts: Any) -> None:
        """Keep status and code for whoever knows what to make of them."""
        self.status, self.code = status, code
        super().__init__(what, **parts)


class NoToken(Refused):
    """Entra ID issued no token."""

    def __init__(self, number: int, code: str, what: str, **parts: Any) -> None:
        """Keep the AADSTS number."""
        super().__init__(400, code, what, **parts)
        self.may_be_too_early = number in _UNKNOWN


class NoAnswer(Unreachable):
    """The service did not answer, or not within the time to try."""


def sign_in_refused(answer: Mapping[str, Any], where: str) -> NoToken:
    """Return the error for what the token endpoint answered, as msal returns it."""
    description = without_tokens(str(answer.get("error_description") or answer.get("error")))
    numbers = answer.get("error_codes") or [int(each) for each in re.findall(r"AADSTS(\d+)", description)]
    text = re.split(r"\s*Trace ID:", description)[0].strip()
    number = numbers[0] if numbers else 0
    remedy = SIGN_IN_REMEDIES.get(number, "Look the AADSTS number up in Entra's sign-in logs.")
    identifier = answer.get("correlation_id") or "none"
    return NoToken(
        number,
        str(answer.get("error")),
        f"no token was issued: {text.rstrip('.')} (correlation id {identifier})",
        where=where,
        remedy=remedy,
    )


def refused(status: int, body: Any, where: str, identifiers: str, permission: str | None) -> Refused:
    """Return the error for an answer of Graph or Exchange.

    Args:
        status: of the answer.
        body: of the answer, whatever it was.
        where: the request.
        identifiers: of the request and the client's request, for the vendor's support.
        permission: what the request needs, to be named if it is missing.
    """
    code, message = _code_and_message(body)
    what = f"{status} {code}: {without_tokens(message).rstrip('.')} ({identifiers})"
    remedy = None
    if status == 403 and permission:
        remedy = (
            f"The identity that this task uses needs the application permission {permission}, with an administrator's "
            "consent; docs/office365.md has the table of all."
        )
    elif status == 401:
        remedy = "The token is not accepted: compare the clock of this host with the service's Date, then run again."
    elif status == 501:
        remedy = "The service does not know this request."
    return Refused(status, code, what, where=where, remedy=remedy)


def _code_and_message(body: Any) -> tuple[str, str]:
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return "unknown", "the answer is not of the documented form"
    code, message = str(error.get("code") or "unknown"), str(error.get("message") or "")
    details = error.get("details")
    if isinstance(details, list) and details and isinstance(details[0], dict):
        # Exchange's: an identifier, the exception's class and its message, separated by bars
        parts = str(details[0].get("message", "")).split("|", 2)
        if len(parts) == 3:
            return parts[1].rpartition(".")[2], parts[2]
    return code, message


def without_tokens(text: str) -> str:
    """Return a text without what looks like a token."""
    return _TOKEN.sub("(token)", text)
