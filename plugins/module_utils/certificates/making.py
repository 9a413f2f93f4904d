# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keys, requests and PKCS #12 files: making them, and telling whether one that is there is as it would be made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates import describe
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates._cryptography import (
    Encoding,
    NameOID,
    NoEncryption,
    PrivateFormat,
    ec,
    hashes,
    pkcs12,
    rsa,
    x509,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.folder import Served
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.specification import (
    Pkcs12,
    Pkcs12Encryption,
    Wanted,
)

LONGEST_COMMON_NAME = 64
"""Characters of a common name (RFC 5280, appendix A: ub-common-name)."""
KDF_ROUNDS = 20_000
"""Rounds of key derivation in a PKCS #12 file: what OpenSSL 3 and Windows use are 2,048; more costs 10 ms."""

# DER of the algorithm identifiers that tell one kind of PKCS #12 file from the other (RFC 8018 A.4, RFC 7292 C).
_PBES2 = bytes.fromhex("06092a864886f70d01050d")
_SHA1_AND_3DES = bytes.fromhex("060a2a864886f70d010c0103")


def generate_key(label: str) -> describe.PrivateKey:
    """Return a new private key of the type and size that `describe.key_label` writes so."""
    kind, size = label.split()
    if kind == "RSA":
        return rsa.generate_private_key(65537, int(size))
    return ec.generate_private_key(ec.SECP256R1() if size == "P-256" else ec.SECP384R1())


def key_pem(key: describe.PrivateKey) -> bytes:
    """Return the key as unencrypted PKCS #8 in PEM."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def subject_of(wanted: Wanted) -> x509.Name:
    """Return the subject: the first name as common name; empty if it is too long for one (RFC 5280, 4.1.2.6)."""
    if len(wanted.names[0]) > LONGEST_COMMON_NAME:
        return x509.Name([])
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, wanted.names[0])])


def make_request(wanted: Wanted, key: describe.PrivateKey) -> x509.CertificateSigningRequest:
    """Return a certificate signing request (RFC 2986) for the names."""
    names = x509.SubjectAlternativeName([describe.general_name(name) for name in wanted.names])
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject_of(wanted))
    return builder.add_extension(names, critical=False).sign(key, hashes.SHA256())


def request_fits(request: x509.CertificateSigningRequest, wanted: Wanted, key: describe.PrivateKey) -> bool:
    """Return whether the request is sound, and is for this key, subject and these names."""
    return (
        request.is_signature_valid
        and request.public_key() == key.public_key()
        and request.subject == subject_of(wanted)
        and describe.names_of(request) == wanted.names
    )


@dataclass(frozen=True)
class Bundle:
    """What a PKCS #12 file holds."""

    key: describe.PrivateKey
    served: Served
    friendly_name: str
    encryption: Pkcs12Encryption

    def __repr__(self) -> str:  # the key must not get into a message or a traceback
        return f"Bundle({self.friendly_name})"

    def holds_same(self, other: Bundle) -> bool:
        """Return whether both hold the same key, certificate and chain, under the same name and encryption."""
        return (
            self.key.public_key() == other.key.public_key()
            and self.served == other.served
            and (self.friendly_name, self.encryption) == (other.friendly_name, other.encryption)
        )


def make_pkcs12(bundle: Bundle, settings: Pkcs12) -> bytes:
    """Return the bundle as a PKCS #12 file (RFC 7292).

    `modern` is PBES2 with AES-256 and a SHA-256 MAC, which Windows Server 2019 and later read; Server 2016 says "wrong
    password" to it and needs triple DES with a SHA-1 MAC.
    """
    algorithm, mac = (
        (pkcs12.PBES.PBESv2SHA256AndAES256CBC, hashes.SHA256())
        if settings.encryption == "modern"
        else (pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC, hashes.SHA1())
    )
    builder = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(KDF_ROUNDS).key_cert_algorithm(algorithm)
    return pkcs12.serialize_key_and_certificates(
        bundle.friendly_name.encode(),
        bundle.key,
        bundle.served.leaf,
        list(bundle.served.chain) or None,
        builder.hmac_hash(mac).build(settings.password.encode()),
    )


def open_pkcs12(content: bytes, settings: Pkcs12) -> Bundle | None:
    """Return what the file holds; None if the password does not open it or it holds no certificate with its key."""
    try:
        opened = pkcs12.load_pkcs12(content, settings.password.encode())
    except ValueError:
        return None
    if opened.key is None or opened.cert is None:
        return None
    # An encrypted blob contains these ten bytes by chance about once in 10^20 files.
    encryption: Pkcs12Encryption = "modern" if _PBES2 in content and _SHA1_AND_3DES not in content else "server_2016"
    return Bundle(
        cast("describe.PrivateKey", opened.key),
        Served(opened.cert.certificate, tuple(entry.certificate for entry in opened.additional_certs)),
        (opened.cert.friendly_name or b"").decode(errors="replace"),
        encryption,
    )
