# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How msal reaches Entra ID, and what an answer means by which a service asks to be left alone for a while."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365._msal import (
    ConfidentialClientApplication,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.connection import Connection
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.refusals import NoAnswer

TRANSIENT = frozenset({429, 503})
SERVER_ERRORS = frozenset({500, 502, 504})


class Busy(NoAnswer):
    """Entra ID does not issue tokens at present."""

    def __init__(self, status: int, wait: float | None, where: str) -> None:
        """Keep for how many seconds it asks to wait, None if it does not say."""
        self.wait = wait
        super().__init__(
            f"no token was issued: Entra ID answered {status}, it is throttled or out of order",
            where=where,
            remedy="Run again later, or raise retry_for.",
        )


class EntraSession:
    """What msal sends its requests by.

    msal takes whatever is not a tenant's configuration for a tenant that does not exist, and repeats for a while what
    it was answered: so it is not shown an answer that only says to come back later.
    """

    def __init__(self, session: Any) -> None:
        """Prepare it; the session is not closed by msal."""
        self._session = session

    def get(self, url: str, **options: Any) -> Any:
        """Return the answer. Raises Busy."""
        return _answered(self._session.get(url, **options))

    def post(self, url: str, **options: Any) -> Any:
        """Return the answer. Raises Busy."""
        return _answered(self._session.post(url, **options))

    def close(self) -> None:
        """Leave the session to whoever made it."""


def new_application(connection: Connection, session: Any, authority: str) -> Any:
    """Return msal's application; the tenant's configuration is asked for.

    Raises:
        Busy: Entra ID asks to come back later.
        RequestException: the connection did not come about, or broke.
        ValueError: there is no such tenant, or the key is none.
    """
    credential = {"private_key": connection.private_key, "public_certificate": connection.certificate}
    if connection.passphrase:
        credential["passphrase"] = connection.passphrase
    return ConfidentialClientApplication(
        connection.client_id,
        client_credential=credential,
        authority=authority,
        instance_discovery=False,
        http_client=EntraSession(session),
    )


def asked_to_wait(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of Retry-After, None if there is none that makes sense."""
    try:
        seconds = float(headers.get("Retry-After") or "")
    except ValueError:
        return None
    return seconds if 0 < seconds <= 3600 else None


def _answered(answer: Any) -> Any:
    if answer.status_code in TRANSIENT | SERVER_ERRORS:
        raise Busy(answer.status_code, asked_to_wait(answer.headers), str(answer.url))
    return answer
