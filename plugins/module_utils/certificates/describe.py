# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What certificates and keys say, in the words that people and other tools use for it."""

from __future__ import annotations

import datetime as dt
import ipaddress
from collections.abc import Sequence
from typing import TypeAlias

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates._cryptography import (
    Encoding,
    InvalidSignature,
    UnsupportedAlgorithm,
    ec,
    hashes,
    padding,
    rsa,
    x509,
)

PrivateKey: TypeAlias = "rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey"

CURVES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}
"""Curves by NIST's names (FIPS 186-5)."""


def key_label(key: object) -> str:
    """Return type and size of a public or private key: `RSA 3072`, `ECDSA P-256`."""
    if isinstance(key, (rsa.RSAPublicKey, rsa.RSAPrivateKey)):
        return f"RSA {key.key_size}"
    if isinstance(key, (ec.EllipticCurvePublicKey, ec.EllipticCurvePrivateKey)):
        return f"ECDSA {CURVES.get(key.curve.name, key.curve.name)}"
    return type(key).__name__.removesuffix("PublicKey").removesuffix("PrivateKey").lstrip("_")


def names_of(certificate: x509.Certificate | x509.CertificateSigningRequest) -> tuple[str, ...]:
    """Return the subject's alternative names that a server is found by: DNS names and addresses, in their order."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(str(name.value) for name in names if isinstance(name, (x509.DNSName, x509.IPAddress)))


def general_name(name: str) -> x509.GeneralName:
    """Return an address as iPAddress, anything else as dNSName (RFC 5280, 4.2.1.6)."""
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def fingerprint(certificate: x509.Certificate, algorithm: hashes.HashAlgorithm | None = None) -> str:
    """Return the SHA-256 (or other) fingerprint in capital hexadecimals, as Windows writes thumbprints."""
    return certificate.fingerprint(algorithm or hashes.SHA256()).hex().upper()


def thumbprint(certificate: x509.Certificate) -> str:
    """Return the SHA-1 fingerprint, by which IIS and Windows' certificate store identify a certificate."""
    return fingerprint(certificate, hashes.SHA1())


def timestamp(when: dt.datetime) -> str:
    """Return a time as ISO 8601 in UTC, to the second."""
    return when.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def days_between(now: dt.datetime, then: dt.datetime) -> float:
    """Return the days from one time to another, to the hundredth, negative if it is past."""
    return round((then - now) / dt.timedelta(days=1), 2)


def life(certificate: x509.Certificate) -> dt.timedelta:
    """Return the validity period; both ends belong to it (RFC 5280, 4.1.2.5), hence the second."""
    return certificate.not_valid_after_utc - certificate.not_valid_before_utc + dt.timedelta(seconds=1)


def summary(certificate: x509.Certificate) -> dict[str, object]:
    """Return what a person wants to know of a certificate; nothing in it is secret."""
    return {
        "subject": certificate.subject.rfc4514_string(),
        "issuer": certificate.issuer.rfc4514_string(),
        "serial": f"{certificate.serial_number:X}",
        "names": list(names_of(certificate)),
        "key": key_label(certificate.public_key()),
        "not_before": timestamp(certificate.not_valid_before_utc),
        "not_after": timestamp(certificate.not_valid_after_utc),
        "fingerprint_sha1": thumbprint(certificate),
        "fingerprint_sha256": fingerprint(certificate),
    }


def is_self_issued(certificate: x509.Certificate) -> bool:
    """Return whether subject and issuer are the same name, as in a root."""
    return certificate.subject == certificate.issuer


def is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Return whether name and signature say so; a signature with SHA-1, weak as it is, counts as one here."""
    if certificate.issuer != issuer.subject:
        return False
    key = issuer.public_key()
    algorithm = certificate.signature_hash_algorithm
    signature, signed = certificate.signature, certificate.tbs_certificate_bytes
    try:
        # verify_directly_issued_by refuses SHA-1 outright: a weak signature could not be told from a wrong one.
        if isinstance(algorithm, hashes.SHA1) and isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, signed, padding.PKCS1v15(), algorithm)
        elif isinstance(algorithm, hashes.SHA1) and isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, signed, ec.ECDSA(algorithm))
        else:
            certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
        return False
    return True


def ordered_chain(
    leaf: x509.Certificate, candidates: Sequence[x509.Certificate]
) -> tuple[tuple[x509.Certificate, ...], tuple[x509.Certificate, ...]]:
    """Return the intermediates above a certificate, each issuing the one before, and what does not belong to them.

    A root at the end belongs, and is left out: a server does not send it (RFC 8446, 4.4.2).
    """
    chain: list[x509.Certificate] = []
    left = [candidate for candidate in candidates if candidate != leaf]
    current = leaf
    while issuer := next((candidate for candidate in left if is_issued_by(current, candidate)), None):
        left = [candidate for candidate in left if candidate != issuer]
        if is_self_issued(issuer):
            break
        chain.append(issuer)
        current = issuer
    return tuple(chain), tuple(left)


def pem(*certificates: x509.Certificate) -> bytes:
    """Return the certificates in PEM, in their order."""
    return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in certificates)
