# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificates from an ACME service (RFC 8555), the names proven by dns-01."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.uoe.exam_scheduling.plugins.module_utils import files
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates import describe, making
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates._acme import (
    Account,
    Service,
    require_acme,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates._cryptography import (
    Encoding,
    UnsupportedAlgorithm,
    load_pem_private_key,
    x509,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.dns_challenge import (
    DNS_OPTIONS,
    ChallengeZone,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.folder import (
    ISSUER_MARK,
    Folder,
    Served,
    certificates_in,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.provider import Provider
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.specification import Wanted
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter, Problem

ACME_OPTIONS: dict[str, dict[str, object]] = {
    "directory_url": {"type": "str", "required": True},
    "account_key": {"type": "path", "required": True, "no_log": False},
    "contact": {"type": "list", "elements": "str", "default": []},
    "terms_agreed": {"type": "bool", "default": False},
    "ca_file": {"type": "path"},
    "eab_key_id": {"type": "str", "no_log": False},
    "eab_hmac_key": {"type": "str", "no_log": True},
    "timeout": {"type": "int", "default": 120},
    "dns": {"type": "dict", "required": True, "options": DNS_OPTIONS},
}
"""Suboptions of `acme`; keys that are paths or names are no secrets."""

ACCOUNT_KEY = "ECDSA P-256"
"""What every ACME service must accept (RFC 8555, 6.2)."""


class AcmeProvider(Provider):
    """Orders from an ACME service; it is first contacted when a certificate is due."""

    def __init__(self, options: Mapping[str, Any], zone: ChallengeZone) -> None:
        """Keep where to order, and the zone that proves names."""
        self._options = options
        self._zone = zone

    @property
    def mark(self) -> bytes:
        """The service's directory: a certificate does not tell whether it comes from staging."""
        return f"{self._options['directory_url']}\n".encode()

    def objection(self, served: Served, folder: Folder) -> str | None:
        """Object to a certificate from elsewhere."""
        return None if folder.content(ISSUER_MARK) == self.mark else f"it is not from {self._options['directory_url']}"

    def foreseen(self, wanted: Wanted, now: dt.datetime) -> dict[str, object]:
        """Foresee no end: the service decides on it."""
        return {"issuer": self._options["directory_url"], "names": list(wanted.names), "key": wanted.key}

    def issue(self, wanted: Wanted, request: x509.CertificateSigningRequest) -> Served:
        """Order, prove the names, and take the certificate."""
        timeout = self._options["timeout"]
        service = Service(
            self._options["directory_url"], self._account(), ca_file=self._options["ca_file"], timeout=timeout
        )
        order = service.order(request.public_bytes(Encoding.PEM))
        challenges = service.challenges(order)
        if challenges:
            with self._zone.holding(challenges, patience=timeout):
                fullchain = service.complete(order, challenges)
        else:  # the names are still proven from an order before
            fullchain = service.complete(order, [])
        certificates = certificates_in(fullchain)
        if not certificates:
            raise Problem("the service returned no certificate", where=self._options["directory_url"])
        chain, _root = describe.ordered_chain(certificates[0], certificates[1:])
        return Served(certificates[0], chain)

    def _account(self) -> Account:
        """Return the account, its key made if there is none."""
        path = Path(self._options["account_key"])
        if not path.exists():
            files.write(path, making.key_pem(making.generate_key(ACCOUNT_KEY)), files.PRIVATE_FILE)
        with files.told(path, "read the account's key"):
            return Account(
                path.read_bytes(),
                self._options["contact"],
                self._options["terms_agreed"],
                self._options["eab_key_id"],
                self._options["eab_hmac_key"],
            )


def acme_from(options: Mapping[str, Any], certificates: Sequence[Wanted], warn: Callable[[str], None]) -> AcmeProvider:
    """Return the service that the option `acme` names. Opens no connection.

    Raises:
        InvalidParameter: an option cannot be meant.
        Problem: a library is missing.
    """
    require_acme()
    url = options["directory_url"]
    if urlsplit(url).scheme != "https" or not urlsplit(url).hostname:
        raise InvalidParameter("acme.directory_url", url, "it is no https URL (RFC 8555, 6.1)", "Give one.")
    if options["timeout"] < 1:
        raise InvalidParameter("acme.timeout", options["timeout"], "it leaves no time", "Give seconds, 1 or more.")
    if options["ca_file"] is not None and not Path(options["ca_file"]).is_file():
        raise InvalidParameter("acme.ca_file", options["ca_file"], "there is no such file", "Give a PEM file.")
    if bool(options["eab_key_id"]) != bool(options["eab_hmac_key"]):
        missing = "eab_hmac_key" if options["eab_key_id"] else "eab_key_id"
        raise InvalidParameter(f"acme.{missing}", None, "only the other half of the binding is given", "Give both.")
    _check_account_key(options["account_key"])
    zone = ChallengeZone(options["dns"], warn)
    for number, wanted in enumerate(certificates):
        for position, name in enumerate(wanted.names):
            zone.check(f"certificates[{number}].names[{position}]", name)
    return AcmeProvider(options, zone)


def _check_account_key(text: str) -> None:
    path = Path(text)
    if not path.parent.is_dir():
        raise InvalidParameter("acme.account_key", text, f"there is no directory {path.parent}", "Make it first.")
    if path.exists():
        with files.told(path, "read acme.account_key"):
            content = path.read_bytes()
        try:
            load_pem_private_key(content, None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise InvalidParameter(
                "acme.account_key", text, "it is no unencrypted private key in PEM", "Put the account's key there."
            ) from None
