# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one place that imports python-oracledb, chooses its mode, and connects, always encrypted and verified."""

from __future__ import annotations

import importlib.util
import ssl
import sys
import types
from typing import TYPE_CHECKING, Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.libraries import require_library
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle import rejected_logins
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.refusals import (
    WRONG_PASSWORD,
    in_one_line,
    refusal,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.server import LoginRejected, Server
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

if TYPE_CHECKING:
    from oracledb import Connection

__all__ = ["connect", "oracledb", "require_oracledb"]


MINIMUM_VERSION = (3, 0, 0)
"""The first version whose connections take a context of TLS of ours, in which the server's name is verified whatever
address is connected to."""


def _on_first_use(name: str) -> Any:
    """Return a library that is loaded when something of it is used: a tenth of a second that not every process needs.

    Where it is not installed, it is a module that has nothing, so that every file that uses it can still be imported.
    """
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.find_spec(name)
    if spec is None or spec.loader is None:
        return types.ModuleType(name)
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


oracledb = _on_first_use("oracledb")


def require_oracledb() -> None:
    """Return if python-oracledb is there and recent enough.

    Raises:
        Problem: it is not; the message names the command that installs it.
    """
    try:
        found = oracledb.__version__
    except (AttributeError, ImportError):
        found = ""
    require_library("oracledb", found, MINIMUM_VERSION)
    # texts and LONG come as values, not as locators that cost a round trip each
    oracledb.defaults.fetch_lobs = False


_KEEPALIVE = 2
"""Minutes of silence after which the system asks whether the server is still there."""


class _Context(ssl.SSLContext):
    """A context that bounds how long a silent server is waited for, and verifies a name whatever is connected to.

    The driver waits for the TCP connection alone no longer than it is told. It switches the check of the name off, and
    compares the name by itself with the address that it connects to.
    """

    name: str | None = None
    """The name to verify; None to leave it to the driver."""
    timeout: int = 15
    wrapped: ssl.SSLSocket | None = None

    def wrap_socket(self, sock: Any, *arguments: Any, **options: Any) -> ssl.SSLSocket:
        """Return the socket, encrypted, after the server's certificate was found to be that name's."""
        sock.settimeout(self.timeout)
        if self.name is not None:
            self.check_hostname = True
            options["server_hostname"] = self.name
        self.wrapped = super().wrap_socket(sock, *arguments, **options)
        return self.wrapped

    def connected(self) -> None:
        """Let statements take as long as they take: the server is there."""
        if self.wrapped is not None:
            self.wrapped.settimeout(None)


def _context(server: Server) -> _Context:
    """Return what certificates are verified with."""
    context = _Context(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.timeout = server.timeout
    if server.connect_address and server.certificate_dn is None:
        context.name = server.name
    if server.ca_certificates is None:
        context.load_default_certs()
    else:
        context.load_verify_locations(server.ca_certificates)
    return context


def parameters_of(server: Server) -> dict[str, Any]:
    """Return the arguments of the driver's connect, the password among them: never log them.

    Raises:
        Problem: the descriptor is none, or would connect without a verified certificate.
    """
    parameters: dict[str, Any] = {
        "user": server.user,
        "password": server.password,
        "tcp_connect_timeout": float(server.timeout),
        "retry_count": 0,
        "expire_time": _KEEPALIVE,
        "ssl_server_dn_match": True,
        "program": "uoe.exam_scheduling",
    }
    if server.user is None:
        parameters["externalauth"] = True
    if server.wallet_directory is not None:
        parameters |= {"wallet_location": server.wallet_directory, "wallet_password": server.wallet_password}
    if server.certificate_dn is not None:
        parameters["ssl_server_cert_dn"] = server.certificate_dn
    if not server.thick:
        parameters["ssl_context"] = _context(server)
    if server.descriptor is not None:
        _check_descriptor(server)
        return {**parameters, "dsn": server.descriptor}
    if server.connect_address and not server.certificate_dn:
        # the context compares the name: the driver would compare the address
        parameters["ssl_server_dn_match"] = False
    return {
        **parameters,
        "host": server.connect_address or server.name,
        "port": server.port,
        "service_name": server.service,
        "protocol": "tcps",
    }


def _check_descriptor(server: Server) -> None:
    """Refuse a descriptor by which a connection would not be verified."""
    parsed = oracledb.ConnectParams()
    try:
        parsed.parse_connect_string(server.descriptor)
    except oracledb.Error as error:
        why: str | None = str(error)
    else:
        protocols, match = _all(parsed.protocol), _all(parsed.ssl_server_dn_match)
        why = None
        if any(each != "tcps" for each in protocols):
            why = "an address of it has another protocol than tcps"
        elif not all(match):
            why = "it switches the comparison of the server's name off (SSL_SERVER_DN_MATCH)"
    if why is not None:
        raise Problem(
            f"descriptor={server.descriptor!r} is refused: {why}",
            remedy="Give (DESCRIPTION=(ADDRESS=(PROTOCOL=tcps)(HOST=…)(PORT=2484))(CONNECT_DATA=(SERVICE_NAME=…))).",
        )


def _all(value: Any) -> list[Any]:
    """Return what may be a list, a list of lists or a value as one list."""
    return [each for part in value for each in _all(part)] if isinstance(value, list) else [value]


def connect(server: Server) -> Connection:
    """Return a connection. It is tried once, and not at all with a password that was rejected before.

    Raises:
        LoginRejected: who logs in was not accepted.
        ServiceUnknown: the listener does not know the service.
        CertificateNotVerified: the server's certificate does not verify.
        Problem: no driver, or no answer. No message holds the password.
    """
    require_oracledb()
    rejected_logins.check(server)
    if server.thick:
        _begin_thick_mode(server)
    parameters = parameters_of(server)
    try:
        connection: Connection = oracledb.connect(**parameters)
    except (oracledb.Error, OSError) as error:
        message = in_one_line(str(error))
        for secret in server.secrets:
            message = message.replace(secret, "********")
    else:
        if not server.thick:
            parameters["ssl_context"].connected()
        rejected_logins.forget(server)
        return connection
    problem = refusal(server, message)
    if isinstance(problem, LoginRejected) and problem.number == WRONG_PASSWORD:
        rejected_logins.remember(server)
    # outside of the handler: the driver's exception is no cause that a traceback could show
    raise problem


def _begin_thick_mode(server: Server) -> None:
    """Load Oracle's client libraries, once in a process."""
    if not oracledb.is_thin_mode():
        return
    try:
        oracledb.init_oracle_client(lib_dir=server.client_directory)
    except oracledb.Error as error:
        message = str(error)
    else:
        return
    raise Problem(
        "thick mode cannot be begun",
        where="the Python that runs this module",
        expected="Oracle's client libraries",
        found=message,
        remedy="Install Oracle Instant Client, and give its directory as client_directory.",
    )
