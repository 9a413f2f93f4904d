# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a certificate of a host's store is served with: its key, and the issuers that are in the stores too."""

from __future__ import annotations

import ssl
import tempfile
from collections.abc import Iterable
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding

from emulators.certificates import write_private
from emulators.windows.model import Certificate


def served_by(stored: Certificate, stores: Iterable[Certificate]) -> ssl.SSLContext:
    """Return a server's context for a certificate with its key; it sends the issuers that Windows would find."""
    leaf = x509.load_pem_x509_certificate(stored.certificate_pem.encode())
    known = [
        x509.load_pem_x509_certificate(each.certificate_pem.encode())
        for each in stores
        if each.store_location == "LocalMachine"
    ]
    chain = b"".join(each.public_bytes(Encoding.PEM) for each in issuers_of(leaf, known))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "served.pem")
        write_private(path, f"{stored.key_pem}{stored.certificate_pem}".encode() + chain)
        context.load_cert_chain(path)
    return context


def issuers_of(leaf: x509.Certificate, known: list[x509.Certificate]) -> list[x509.Certificate]:
    """Return the issuers above a certificate, as far as they are known, without the root."""
    chain, last = list[x509.Certificate](), leaf
    while above := next((each for each in known if _issued(last, each)), None):
        if _issued(above, above) or above in chain:
            break
        chain.append(above)
        last = above
    return chain


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
