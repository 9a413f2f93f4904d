# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signs a certificate with SHA-1, which the `cryptography` library rightly refuses to do, so that it is found weak."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

SHA1 = hashes.SHA1()  # noqa: S303 - a weak signature is a defect to be made, and Windows names certificates by it

# AlgorithmIdentifiers of RFC 3279 and RFC 5758: what a signature with SHA-256 and with SHA-1 says of itself.
RSA_SHA256, RSA_SHA1 = bytes.fromhex("300d06092a864886f70d01010b0500"), bytes.fromhex("300d06092a864886f70d0101050500")
ECDSA_SHA256, ECDSA_SHA1 = bytes.fromhex("300a06082a8648ce3d040302"), bytes.fromhex("300906072a8648ce3d0401")


def sign_with_sha1(
    certificate: x509.Certificate, signer: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    """Return the certificate, which must be signed with SHA-256, signed with SHA-1 by the same key instead."""
    of_rsa = isinstance(signer, rsa.RSAPrivateKey)
    sound, weak = (RSA_SHA256, RSA_SHA1) if of_rsa else (ECDSA_SHA256, ECDSA_SHA1)
    encoded = certificate.tbs_certificate_bytes
    body = encoded[2 + (encoded[1] & 0x7F if encoded[1] & 0x80 else 0) :]
    signed = _der(0x30, body.replace(sound, weak, 1))
    signature = (
        signer.sign(signed, padding.PKCS1v15(), SHA1)
        if isinstance(signer, rsa.RSAPrivateKey)
        else signer.sign(signed, ec.ECDSA(SHA1))
    )
    return x509.load_der_x509_certificate(_der(0x30, signed + weak + _der(0x03, b"\0" + signature)))


def _der(tag: int, content: bytes) -> bytes:
    """Return the content with its DER tag and length."""
    if len(content) < 128:
        return bytes((tag, len(content))) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content
