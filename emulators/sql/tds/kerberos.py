# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""SPNEGO and Kerberos by the system's GSSAPI library, with a keytab in place of a service account's password."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

import gssapi

from emulators.sql.tds.negotiation import Negotiation, NotTrusted

LOG = logging.getLogger(__name__)


class Kerberos:
    """What a server has as a member of its domains."""

    def __init__(self, keytab: Path, domains: Mapping[str, str], *, replays: Path) -> None:
        """Read the keys.

        Args:
            keytab: the keys of the service, whatever its names: `MSSQLSvc/sql-live.exams.example:1433@EXAMS.EXAMPLE`.
            domains: the NetBIOS names of the domains, by realm.
            replays: where it is remembered which tickets were shown.

        Raises:
            gssapi.exceptions.GSSError: there is no such keytab.
        """
        self._domains = {realm.upper(): domain for realm, domain in domains.items()}
        store = {"keytab": f"FILE:{keytab}", "rcache": f"file2:{replays}"}
        self._credentials = gssapi.Credentials(usage="accept", store=store)

    def negotiation(self) -> Negotiation:
        """Begin to find out who a client is."""
        context = gssapi.SecurityContext(creds=self._credentials, usage="accept")
        # an error is raised at once, and what Kerberos would tell the client of it is not sent: SQL Server says 18452
        context.__DEFER_STEP_ERRORS__ = False
        return _Negotiation(context, self._domains)


class _Negotiation:
    def __init__(self, context: gssapi.SecurityContext, domains: Mapping[str, str]) -> None:
        self._context, self._domains = context, domains

    def step(self, token: bytes) -> bytes:
        try:
            answer = self._context.step(token)
        except gssapi.exceptions.GSSError as error:
            raise NotTrusted(str(error)) from error
        if self.complete and self._context.delegated_creds is not None:
            LOG.info("%s has handed its ticket over", self._context.initiator_name)
        return bytes(answer or b"")

    @property
    def complete(self) -> bool:
        return bool(self._context.complete)

    @property
    def account(self) -> str:
        name, _at, realm = str(self._context.initiator_name).rpartition("@")
        if realm.upper() not in self._domains:
            raise NotTrusted(f"the realm {realm} is no domain of this server")
        return f"{self._domains[realm.upper()]}\\{name}"
