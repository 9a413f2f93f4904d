# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one place that imports requests, an optional library, and says what to install if it is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.libraries import require_library
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.connection import Connection

__all__ = ["MINIMUM_VERSION", "exceptions", "new_session", "require_requests"]

MINIMUM_VERSION = (2, 32, 0)
"""The first whose adapters can be told to verify another name than the one that they connect to."""

try:
    from requests import PreparedRequest, Response, Session, exceptions
    from requests import __version__ as _version
    from requests.adapters import HTTPAdapter
except ImportError:
    _version = ""
    if not TYPE_CHECKING:
        # Stand-ins, so that every file that uses the library can still be imported.
        HTTPAdapter = Session = PreparedRequest = Response = object
        exceptions = None


def require_requests() -> None:
    """Return if the library is there and recent enough.

    Raises:
        Problem: it is not; the message names the command that installs it.
    """
    require_library("requests", _version, MINIMUM_VERSION[:2])


def new_session(connection: Connection) -> Session:
    """Return a session that goes to where the connection says, by its proxy, and trusts its authorities.

    Nothing of the environment is used unless the connection says so: a password for a proxy, or one in .netrc, would
    otherwise go to a server that nobody named.
    """
    session = Session()
    session.trust_env = False
    session.verify = connection.ca_certificates or True
    if connection.proxy:
        session.proxies = {"https": connection.proxy}
    session.headers["User-Agent"] = "uoe.exam_scheduling"
    session.mount("https://", _Adapter(connection))
    session.mount("http://", _NoPlainText())
    return session


class _Adapter(HTTPAdapter):
    """Connects to another address than the name says, if told so, and verifies the name."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        super().__init__(pool_connections=4, pool_maxsize=connection.at_once)

    def send(self, request: PreparedRequest, *arguments: Any, **options: Any) -> Response:
        """Send a request with the name that its address has, wherever it goes."""
        if self._connection.connect_address:
            request.headers["Host"] = str(request.url).split("/")[2]
        options["timeout"] = options.get("timeout") or self._connection.timeout
        return super().send(request, *arguments, **options)

    def build_connection_pool_key_attributes(  # type: ignore[override] # its types are private
        self, request: PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return where to connect, and which name the certificate must hold."""
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        target: dict[str, Any] = dict(host)
        settings: dict[str, Any] = dict(pool)
        if self._connection.connect_address:
            settings.update(server_hostname=target["host"], assert_hostname=target["host"])
            target.update(host=self._connection.connect_address, port=self._connection.connect_port)
        return target, settings


class _NoPlainText(HTTPAdapter):
    """Sends nothing without TLS: a redirection must not take a token there."""

    def send(self, request: PreparedRequest, *arguments: Any, **options: Any) -> Response:
        """Refuse it."""
        raise exceptions.InvalidSchema(f"{request.url} is refused: it is without TLS")
