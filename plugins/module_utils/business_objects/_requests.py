# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one place that imports requests, and sends by it, always encrypted and verified."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.server import NoAnswer, Server
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.libraries import require_library

__all__ = ["Answer", "Http", "require_requests"]

MINIMUM_VERSION = (2, 32, 3)
"""The first whose adapters can be told to connect to an address and to verify a name."""

try:
    import requests
    from requests.adapters import HTTPAdapter
except ImportError:
    HTTPAdapter = object  # type: ignore[assignment,misc] # so that every file that uses the library can be imported
    _FOUND = ""
else:
    _FOUND = requests.__version__


def require_requests() -> None:
    """Return if the library is there and recent enough.

    Raises:
        Problem: it is not; the message names the command that installs it.
    """
    require_library("requests", _FOUND, MINIMUM_VERSION)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    """Looked up without regard to case."""
    body: bytes


class _ToAddress(HTTPAdapter):
    """Connects to an address, and verifies the name that was asked for."""

    def __init__(self, name: str, address: str) -> None:
        self._name, self._address = name, address
        super().__init__()

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:
        """Return where a request is sent, and how the connection is made."""
        where, how = super().build_connection_pool_key_attributes(request, verify, cert)
        where["host"] = self._address
        return where, {**how, "server_hostname": self._name, "assert_hostname": self._name}


class Http:
    """A connection to the web services; what the environment says of proxies, passwords and trust is left alone."""

    def __init__(self, server: Server) -> None:
        """Prepare it; nothing is sent.

        Raises:
            Problem: the library is missing or too old.
        """
        require_requests()
        self._server = server
        self._origin = f"https://{server.name}:{server.port}"
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = server.ca_certificates or True
        if server.connect_address:
            self._session.mount("https://", _ToAddress(server.name, server.connect_address))

    def send(self, method: str, path: str, *, headers: Mapping[str, str], body: bytes | None) -> Answer:
        """Send a request once, and return the answer, whatever its status.

        Raises:
            NoAnswer: there is none, or only the way to somewhere else.
        """
        where = f"{self._server}, {method} {path}"
        try:
            response = self._session.request(
                method,
                self._origin + path,
                data=body,
                headers={**headers, "Host": f"{self._server.name}:{self._server.port}"},
                timeout=self._server.timeout,
                allow_redirects=False,
            )
        except requests.exceptions.SSLError as error:
            raise NoAnswer(
                "the connection could not be encrypted and verified",
                where=where,
                found=_reason(error),
                remedy="Look whether its certificate holds the name, is in date, and is issued by who is trusted "
                "(ca_certificates).",
            ) from None
        except requests.exceptions.Timeout:
            raise NoAnswer(
                f"there was no answer within {self._server.timeout} s",
                where=where,
                remedy="Look whether the platform is up and the firewall open, or give it longer (timeout).",
            ) from None
        except (requests.exceptions.RequestException, OSError) as error:
            raise NoAnswer(
                "it could not be reached, or the connection was lost",
                where=where,
                found=_reason(error),
                remedy="Look whether the web services run (CMC, Servers, Web Application Container Server) and the "
                "firewall is open.",
            ) from None
        if 300 <= response.status_code < 400:
            raise NoAnswer(
                "it answers with the way to somewhere else, which is not followed",
                where=where,
                found=response.headers.get("Location"),
                remedy="Give the server and port of the web services themselves.",
            )
        return Answer(response.status_code, response.headers, response.content)

    def close(self) -> None:
        """Close the connection."""
        self._session.close()


def _reason(error: BaseException) -> str:
    """Return the innermost cause in one line."""
    cause: Any = error
    while True:
        inner = getattr(cause, "reason", None) or next((a for a in cause.args if isinstance(a, BaseException)), None)
        if not isinstance(inner, BaseException):
            return " ".join(f"{type(cause).__name__}: {cause}".split())
        cause = inner
