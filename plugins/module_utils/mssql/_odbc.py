# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one place that imports pyodbc, chooses the ODBC driver, and connects, always encrypted and verified."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import platform
import sys
import types
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.libraries import require_library
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.refusals import refusal
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.server import Server
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

if TYPE_CHECKING:
    from pyodbc import Connection

__all__ = ["LOCK_SECONDS", "Driver", "connect", "connection_string", "find_driver", "pyodbc", "require_pyodbc"]


MINIMUM_VERSION = (5, 1, 0)
"""The first version whose wheels are for the Python versions that this collection supports, 3.11 to 3.13."""


try:
    import pyodbc
except ImportError as error:
    # A stand-in, so that every file that uses the library can still be imported. pyodbc is also missing where only
    # unixODBC's libodbc.so.2 is: the import says so.
    pyodbc = types.ModuleType("pyodbc")
    _FOUND, _WHY = "", str(error)
else:
    _FOUND, _WHY = pyodbc.version, ""
    # A pooled connection would bring back another task's session, and a login would succeed with a password that is
    # wrong by now.
    pyodbc.pooling = False


LOCK_SECONDS = 60
"""How long a statement waits for what others have locked, before it fails with error 1222."""

INSTALLED = ("ODBC Driver 18 for SQL Server", "ODBC Driver 17 for SQL Server")


_ENTRA = {
    "entra_password": "ActiveDirectoryPassword",
    "entra_service_principal": "ActiveDirectoryServicePrincipal",
    "entra_managed_identity": "ActiveDirectoryMsi",
}


@dataclass(frozen=True)
class Driver:
    """An ODBC driver, and how it was chosen."""

    name: str
    """As a connection string names it: a name of odbcinst.ini, or the path of its library."""
    chosen: Literal["configured", "installed", "wheel", "freetds"]

    def __str__(self) -> str:
        """Return what a report says of it."""
        why = {
            "configured": "as configured",
            "installed": "installed",
            "wheel": "of the wheel mssql-python-odbc",
            "freetds": "FreeTDS",
        }
        return f"{self.name} ({why[self.chosen]})"


def require_pyodbc() -> None:
    """Return if pyodbc is there and recent enough.

    Raises:
        Problem: it is not; the message names the command that installs it, or the system's library that it misses.
    """
    if "libodbc" in _WHY:
        raise Problem(
            f"pyodbc cannot be loaded ({_WHY})",
            where="the Python that runs this module",
            remedy="Install the driver manager unixODBC: unixodbc on Debian, unixODBC on Red Hat.",
        )
    require_library("pyodbc", _FOUND, MINIMUM_VERSION)


def find_driver(configured: str | None = None) -> Driver:
    """Return the driver to use: the configured one, an installed 18, 17, that of the wheel, FreeTDS, in this order.

    Args:
        configured: a name of odbcinst.ini, or the absolute path of a driver's library.

    Raises:
        Problem: there is none, or not the one that is configured.
    """
    require_pyodbc()
    installed = pyodbc.drivers()
    if configured:
        if configured in installed or (configured.startswith("/") and Path(configured).is_file()):
            return Driver(configured, "configured")
        raise Problem(
            f"the ODBC driver {configured!r} is configured and not there",
            where="the Python that runs this module",
            expected="a name that odbcinst knows, or the path of a library",
            found=", ".join(installed) or "no installed driver",
            remedy="Install it, or leave the driver out to have one chosen.",
        )
    for name in INSTALLED:
        if name in installed:
            return Driver(name, "installed")
    if (library := _library_of_wheel()) is not None:
        return Driver(library, "wheel")
    freetds = next((name for name in installed if name.lower() == "freetds"), None)
    if freetds is not None:
        return Driver(freetds, "freetds")
    raise Problem(
        "there is no ODBC driver for SQL Server",
        where="the Python that runs this module",
        expected=f"{INSTALLED[0]}, or the wheel mssql-python-odbc",
        found=", ".join(installed) or "none",
        remedy="Install the wheel for that Python: python -m pip install mssql-python-odbc.",
    )


def _library_of_wheel() -> str | None:
    """Return the library of Microsoft's driver in the wheel `mssql-python-odbc`, for this system, if it is
    installed."""
    specification = importlib.util.find_spec("mssql_python_odbc")
    if specification is None or specification.origin is None:
        return None
    libraries = Path(specification.origin).parent / "libs"
    machine = {"aarch64": "arm64", "AMD64": "x86_64"}.get(platform.machine(), platform.machine())
    if sys.platform == "darwin":
        patterns = [f"macos/{machine}/lib/libmsodbcsql*.dylib"]
    else:
        patterns = [f"linux/{family}/{machine}/lib/libmsodbcsql-*.so*" for family in _families()]
    found = (path for pattern in patterns for path in sorted(libraries.glob(pattern)))
    library = next(found, None)
    return None if library is None else str(library)


def _families() -> list[str]:
    """Return the wheel's names of Linux families, this system's first."""
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        release = {}
    like = f"{release.get('ID', '')} {release.get('ID_LIKE', '')}"
    families = {
        "debian_ubuntu": "debian ubuntu",
        "rhel": "rhel fedora centos",
        "suse": "suse sles opensuse",
        "alpine": "alpine",
    }
    return sorted(families, key=lambda family: not any(word in like for word in families[family].split()))


def connection_string(server: Server, driver: Driver) -> str:
    """Return the connection string, the password in it: never log it.

    The name that the certificate has to hold is always given, so that it is verified whatever address is connected to.
    A connection that breaks stays broken: the driver's silent reconnection would log in again, and lose the
    session's state.

    Raises:
        Problem: the driver cannot verify the server's certificate.
    """
    if driver.chosen == "freetds" or driver.name.lower() == "freetds":
        raise Problem(
            "FreeTDS is the only ODBC driver there, and it cannot be told by a connection string to verify "
            "certificates",
            where=str(server),
            expected=INSTALLED[0],
            remedy="Install the wheel for that Python: python -m pip install mssql-python-odbc.",
        )
    parts = {
        "DRIVER": driver.name,
        "SERVER": f"tcp:{server.connect_address or server.name},{server.port}",
        "DATABASE": server.database,
        "Encrypt": "yes",
        "TrustServerCertificate": "no",
        "HostNameInCertificate": server.name,
        "ConnectRetryCount": "0",
        "APP": "uoe.exam_scheduling",
    }
    if server.authentication == "windows":
        parts["Trusted_Connection"] = "yes"
        parts["ServerSPN"] = server.service
    else:
        if server.authentication != "sql":
            parts["Authentication"] = _ENTRA[server.authentication]
        parts |= {key: value for key, value in (("UID", server.user), ("PWD", server.password)) if value is not None}
    return ";".join(f"{key}={_braced(value)}" for key, value in parts.items())


def _braced(value: str) -> str:
    """Return a value of a connection string, which may hold any character."""
    return "{" + value.replace("}", "}}") + "}"


def connect(server: Server, *, autocommit: bool, driver: str | None = None) -> Connection:
    """Return a connection whose statements wait for locks of others for LOCK_SECONDS. It is tried once.

    Args:
        server: where, and as whom.
        autocommit: True for CREATE and ALTER DATABASE, BACKUP and RESTORE, which no transaction may hold; False for
            changes that belong together.
        driver: the configured driver, if there is one.

    Raises:
        LoginRejected: who logs in was not accepted.
        DatabaseRefused: the login was accepted, the database was not.
        CertificateNotVerified: the server's certificate does not verify.
        Problem: no driver, or no answer. No message holds the password.
    """
    chosen = find_driver(driver)
    text = connection_string(server, chosen)
    try:
        with _trusting(server.ca_certificates):
            connection = pyodbc.connect(text, autocommit=autocommit, timeout=server.timeout)
        # here, since one that breaks by then was never of use: nothing was asked of it
        connection.execute(f"SET LOCK_TIMEOUT {LOCK_SECONDS * 1000:d}").close()
    except pyodbc.Error as error:
        message = str(error.args[-1])
        if server.password:
            message = message.replace(server.password, "********")
    else:
        return connection
    # outside of the handler: the driver's exception is no cause that a traceback could show
    raise refusal(server, str(chosen), message)


@contextlib.contextmanager
def _trusting(ca_certificates: str | None) -> Iterator[None]:
    """Make the driver trust these authorities while it connects: OpenSSL's variable is its only way to be told."""
    if ca_certificates is None:
        yield
        return
    if not Path(ca_certificates).is_file():
        raise Problem(
            f"ca_certificates={ca_certificates!r} is refused: there is no such file",
            remedy="Give a PEM file of the authorities to trust.",
        )
    before = os.environ.get("SSL_CERT_FILE")
    os.environ["SSL_CERT_FILE"] = ca_certificates
    try:
        yield
    finally:
        if before is None:
            del os.environ["SSL_CERT_FILE"]
        else:
            os.environ["SSL_CERT_FILE"] = before
