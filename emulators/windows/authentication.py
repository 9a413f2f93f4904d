# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is calling: basic and NTLM (raw, or inside SPNEGO) authentication of a connection, with channel bindings."""

from __future__ import annotations

import base64
import binascii
import contextlib
import hmac
import logging
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import spnego
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from spnego.channel_bindings import GssChannelBindings

LOG = logging.getLogger(__name__)
CHALLENGES = ("Negotiate", 'Basic realm="WSMAN"')
"""What a Windows host with basic authentication offers."""


@dataclass(frozen=True)
class Accounts:
    """The accounts that a host knows: `name`, `DOMAIN\\name` and `name@domain` are the same one."""

    passwords: Mapping[str, str] = field(repr=False)
    domains: tuple[str, ...] = ()
    """The names of the host and of its domain, which may stand with the name of an account."""

    def password(self, name: str) -> str | None:
        """Return an account's password, or None if there is no such account."""
        return next((word for domain, user, word in self.spellings() if _spelt(domain, user) == name.lower()), None)

    def spellings(self) -> Iterator[tuple[str, str, str]]:
        """Yield domain, name and password for each way of writing each account."""
        for name, password in self.passwords.items():
            yield "", name, password
            for domain in self.domains:
                yield domain, name, password
                yield "", f"{name}@{domain}", password


class Authentication:
    """The state of authentication of one connection: once NTLM has succeeded, the connection is the user's."""

    def __init__(self, accounts: Accounts, certificate: x509.Certificate) -> None:
        self._accounts = accounts
        self._bindings = _channel_bindings(certificate)
        self._context: spnego.ContextProxy | None = None
        self.user: str | None = None

    def step(self, header: str | None) -> str | None:
        """Take a request's Authorization header.

        Returns:
            The token to answer with while the exchange goes on; None when it is over: `user` then says how.
        """
        scheme, _space, token = (header or "").partition(" ")
        if not header:
            return None
        self.user = None
        try:
            content = base64.b64decode(token, validate=True)
        except binascii.Error:
            return None
        if scheme.lower() == "basic":
            self.user = self._basic(content)
            return None
        if scheme.lower() in ("negotiate", "ntlm"):
            return self._negotiate(scheme, content)
        return None

    def _basic(self, content: bytes) -> str | None:
        name, _colon, password = content.decode("utf-8", errors="replace").partition(":")
        expected = self._accounts.password(name)
        if expected is None or not hmac.compare_digest(expected.encode(), password.encode()):
            return None
        return name

    def _negotiate(self, scheme: str, content: bytes) -> str | None:
        try:
            with _credentials(self._accounts):
                if self._context is None or self._context.complete:
                    self._context = spnego.server(protocol="negotiate", channel_bindings=self._bindings)
                answer = self._context.step(content)
        except Exception as error:
            # pyspnego raises SpnegoError for what is wrong, and whatever comes for what is malformed
            LOG.info("a token of %s is refused: %s: %s", scheme, type(error).__name__, error)
            self._context = None
            return None
        if self._context.complete:
            self.user = self._context.client_principal
        return f"{scheme} {base64.b64encode(answer).decode()}" if answer else None


def _channel_bindings(certificate: x509.Certificate) -> GssChannelBindings:
    """Return the bindings of RFC 5929's tls-server-end-point."""
    digest = hashes.Hash(hashes.SHA256())
    digest.update(certificate.public_bytes(Encoding.DER))
    return GssChannelBindings(application_data=b"tls-server-end-point:" + digest.finalize())


@contextlib.contextmanager
def _credentials(accounts: Accounts) -> Iterator[None]:
    """Show the accounts to pyspnego, which reads them from the file that NTLM_USER_FILE names: here one in memory."""
    descriptor = os.memfd_create("accounts")
    try:
        lines = [":".join(spelling) for spelling in accounts.spellings()]
        os.write(descriptor, "\n".join(lines).encode())
        os.environ["NTLM_USER_FILE"] = f"/proc/self/fd/{descriptor}"
        yield
    finally:
        os.environ.pop("NTLM_USER_FILE", None)
        os.close(descriptor)


def _spelt(domain: str, name: str) -> str:
    return f"{domain}\\{name}".lower() if domain else name.lower()
