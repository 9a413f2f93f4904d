# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a server's certificate to a root that clients trust, or to where the path breaks off."""

from __future__ import annotations

import datetime as dt
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates import describe
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates._cryptography import (
    AuthorityInformationAccessOID,
    verification,
    x509,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.tls.roots import Certificates, Roots

Break: TypeAlias = Literal["self_signed", "unknown_issuer", "incomplete_chain"]

LONGEST = 8
"""Certificates in a path at most, as in `cryptography`'s own limit of depth."""


@dataclass(frozen=True)
class Path:
    """The certificates from the server's upwards, as far as they lead."""

    certificates: Certificates
    broken: Break | None
    """Why it does not end at a trusted root; None if it does."""
    hint: str = ""
    """Where the missing certificate could be had, or what else points to it."""


def verify(chain: Certificates, roots: Roots, host: str, at: dt.datetime) -> Certificates | str:
    """Return the path that a strict client accepts at the time (RFC 5280 in the Web PKI's profile), or why it does not.

    It neither looks at the life's length nor at revocation, and accepts a certificate without extended key usage.
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        subject: x509.DNSName | x509.IPAddress = x509.DNSName(host)
    else:
        subject = x509.IPAddress(address)
    policy = verification.PolicyBuilder().store(roots.store).time(at.astimezone(dt.UTC).replace(tzinfo=None))
    try:
        return tuple(policy.build_server_verifier(subject).verify(chain[0], list(chain[1:])))
    except (verification.VerificationError, ValueError) as error:
        return str(error)


def walk(chain: Certificates, roots: Roots, known: Sequence[x509.Certificate] = ()) -> Path:
    """Return the path by names and signatures alone, whatever else is wrong with its certificates.

    An incomplete chain is told from an unknown issuer by something that names the missing intermediate: it is `known`,
    or the server's own certificate says where to get it (authority information access, RFC 5280, 4.2.2.1) and nothing
    that was sent continues it.

    Args:
        chain: as the server sent it.
        roots: what clients trust.
        known: intermediates known otherwise; they never complete a path.
    """
    longest = _climb((chain[0],), chain[1:], roots.certificates)
    last = longest[-1]
    if last in roots.certificates:
        return Path(longest, None)
    if describe.is_issued_by(last, last):
        return Path(longest, "self_signed" if len(longest) == 1 else "unknown_issuer")
    if any(describe.is_issued_by(last, candidate) for candidate in known):
        return Path(longest, "incomplete_chain", "it is known here")
    url = _issuer_url(last)
    if url and len(longest) == 1:
        return Path(longest, "incomplete_chain", f"it is at {url}")
    return Path(longest, "unknown_issuer")


def _climb(path: Certificates, sent: Sequence[x509.Certificate], roots: Certificates) -> Certificates:
    """Return the longest continuation, one that ends at a root before any other."""
    last = path[-1]
    if last in roots or len(path) == LONGEST:
        return path
    for root in roots:
        if describe.is_issued_by(last, root):
            return path if last == root else (*path, root)
    best = path
    for candidate in sent:
        if candidate not in path and describe.is_issued_by(last, candidate):
            longer = _climb((*path, candidate), sent, roots)
            if longer[-1] in roots:
                return longer
            best = max(best, longer, key=len)
    return best


def _issuer_url(certificate: x509.Certificate) -> str | None:
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except (x509.ExtensionNotFound, ValueError):
        return None
    for description in access:
        location = description.access_location
        is_issuer = description.access_method == AuthorityInformationAccessOID.CA_ISSUERS
        if is_issuer and isinstance(location, x509.UniformResourceIdentifier):
            return location.value
    return None
