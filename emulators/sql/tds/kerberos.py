# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows authentication: SPNEGO and Kerberos by the system's GSSAPI library, with a key table in place of a computer
account."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import gssapi


class NotTrusted(Exception):
    """A ticket that does not verify, or of a realm that is no domain of this server; the message says why."""


class Kerberos:
    """What a server needs to know who has a ticket for it."""

    def __init__(self, keytab: Path, domains: Mapping[str, str], *, replays: Path) -> None:
        """Read the keys.

        Args:
            keytab: the keys of the service, whatever its names: `MSSQLSvc/sql-live.exams.example:1433@EXAMS.EXAMPLE`.
            domains: the NetBIOS names of the domains, by realm.
            replays: where it is remembered which tickets were shown.

        Raises:
            gssapi.exceptions.GSSError: there is no such key table.
        """
        self.domains = {realm.upper(): domain for realm, domain in domains.items()}
        store = {"keytab": f"FILE:{keytab}", "rcache": f"file2:{replays}"}
        self.credentials = gssapi.Credentials(usage="accept", store=store)


class Negotiation:
    """What one client and the server say to each other until it is known who it is."""

    def __init__(self, kerberos: Kerberos) -> None:
        self._domains = kerberos.domains
        self._context = gssapi.SecurityContext(creds=kerberos.credentials, usage="accept")

    def step(self, token: bytes) -> bytes:
        """Return the answer to what the client said, maybe nothing. Raises NotTrusted."""
        try:
            return bytes(self._context.step(token) or b"")
        except gssapi.exceptions.GSSError as error:
            raise NotTrusted(str(error)) from error

    @property
    def complete(self) -> bool:
        """Whether it is known who it is."""
        return bool(self._context.complete)

    @property
    def account(self) -> str:
        """Return `DOMAIN\\name` of who it is. Raises NotTrusted."""
        name, _at, realm = str(self._context.initiator_name).rpartition("@")
        if realm.upper() not in self._domains:
            raise NotTrusted(f"the realm {realm} is no domain of this server")
        return f"{self._domains[realm.upper()]}\\{name}"
