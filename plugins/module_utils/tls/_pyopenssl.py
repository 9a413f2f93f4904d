# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one place that imports pyOpenSSL, an optional library, and says what to install if it is missing.

Python's own `ssl` returns no certificates that it has not verified before Python 3.13, and never an OCSP staple; to see
what is wrong with a server, both are needed. pyOpenSSL is kept by those who keep `cryptography`, on the same OpenSSL.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.libraries import require_library

if TYPE_CHECKING:
    from cryptography import x509

__all__ = ["MINIMUM_VERSION", "VERSIONS", "ClientSide", "TlsFailure", "require_pyopenssl", "untestable_versions"]

MINIMUM_VERSION = (24, 3)
"""The first that returns a peer's chain as `cryptography` represents it."""

try:
    from OpenSSL import SSL
    from OpenSSL.version import __version__ as _version
except ImportError:
    _version = ""

VERSIONS = {"TLSv1.0": 0x0301, "TLSv1.1": 0x0302, "TLSv1.2": 0x0303, "TLSv1.3": 0x0304}
"""Protocol versions by name, with their numbers on the wire, oldest first."""

_READ_AT_ONCE = 65536


class TlsFailure(Exception):
    """The handshake failed; the message is OpenSSL's reason."""


def require_pyopenssl() -> None:
    """Return if the library is there and recent enough.

    Raises:
        Problem: it is not; the message names the command that installs it.
    """
    require_library("pyOpenSSL", _version, MINIMUM_VERSION)


class ClientSide:
    """A client's side of a handshake, without a socket: bytes in, bytes out. It accepts every certificate.

    It sends nothing but handshake messages, and offers what secure clients no longer do (old versions, weak keys and
    ciphers), because finding these is its purpose.
    """

    def __init__(self, host: str | None, *, oldest: str = "TLSv1.0", newest: str = "TLSv1.3") -> None:
        """Prepare a handshake.

        Args:
            host: the server name to ask for (SNI); None for an address, which cannot be asked for (RFC 6066, 3).
            oldest: the oldest version to offer.
            newest: the newest version to offer.
        """
        self._connection = SSL.Connection(_context(oldest, newest), None)
        self._connection.set_app_data(self)
        if host:
            self._connection.set_tlsext_host_name(host.encode("ascii"))
        self._connection.request_ocsp()
        self._connection.set_connect_state()
        self.ocsp_response = b""
        """The stapled OCSP response in DER; empty if there is none."""
        self.finished = False

    def advance(self, received: bytes = b"") -> bytes:
        """Take what the server sent, and return what to send to it; the first call returns the ClientHello.

        Raises:
            TlsFailure: the server sent an alert, or something that is no TLS.
        """
        if received:
            self._connection.bio_write(received)
        try:
            self._connection.do_handshake()
            self.finished = True
        except SSL.WantReadError:
            pass
        except SSL.Error as error:
            raise TlsFailure(_reason(error)) from error
        try:
            return self._connection.bio_read(_READ_AT_ONCE)
        except SSL.WantReadError:
            return b""

    @property
    def chain(self) -> tuple[x509.Certificate, ...]:
        """The certificates as the server sent them, its own first.

        Raises:
            ValueError: one of them cannot be read.
        """
        return tuple(self._connection.get_peer_cert_chain(as_cryptography=True) or ())

    @property
    def version(self) -> str:
        """The version agreed on, as in `VERSIONS`."""
        name = self._connection.get_protocol_version_name()
        return "TLSv1.0" if name == "TLSv1" else name

    @property
    def cipher(self) -> str:
        """The cipher suite agreed on, as OpenSSL names it."""
        return self._connection.get_cipher_name() or ""


@functools.cache
def untestable_versions() -> frozenset[str]:
    """Return the versions that the OpenSSL at hand cannot offer."""
    untestable = set()
    for version in VERSIONS:
        try:
            hello = ClientSide(None, oldest=version, newest=version).advance()
        except TlsFailure:
            hello = b""
        if not hello:
            untestable.add(version)
    return frozenset(untestable)


@functools.cache
def _context(oldest: str, newest: str) -> SSL.Context:
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_verify(SSL.VERIFY_NONE, lambda *_: True)
    # Level 0 admits keys, digests and versions that OpenSSL would refuse to talk to. Without aNULL, since a server that
    # chose an anonymous suite would show no certificate.
    context.set_cipher_list(b"ALL:!aNULL:@SECLEVEL=0")
    context.set_min_proto_version(VERSIONS[oldest])
    context.set_max_proto_version(VERSIONS[newest])
    context.set_ocsp_client_callback(_keep_staple)
    return context


def _keep_staple(connection: SSL.Connection, response: bytes, _data: object) -> bool:
    side = connection.get_app_data()
    if isinstance(side, ClientSide):
        side.ocsp_response = response
    return True


def _reason(error: Exception) -> str:
    """Return what OpenSSL says, without the names of its functions."""
    details = error.args[0] if error.args else None
    if isinstance(details, list) and details:
        return str(details[-1][-1])
    return "the server closed the connection" if details in (None, (), []) else str(error)
