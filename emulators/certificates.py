# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A certification authority for the rehearsal and the tests: sound certificates, and defective ones on request."""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import ssl
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias, cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from emulators.weak_signature import SHA1, sign_with_sha1

PrivateKey: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
KeyKind = Literal["p256", "p384", "rsa1024", "rsa2048", "rsa3072", "rsa4096"]
HashName = Literal["sha1", "sha256", "sha384"]

YEAR = dt.timedelta(days=365)


def generate_key(kind: KeyKind = "p256") -> PrivateKey:
    """Return a new private key; `rsa1024` is there to be found weak."""
    if kind == "p256":
        return ec.generate_private_key(ec.SECP256R1())
    if kind == "p384":
        return ec.generate_private_key(ec.SECP384R1())
    return rsa.generate_private_key(65537, int(kind.removeprefix("rsa")))


def general_name(name: str) -> x509.GeneralName:
    """Return an address as iPAddress, anything else as dNSName (RFC 5280, 4.2.1.6)."""
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


@dataclass(frozen=True)
class Issued:
    """A certificate, its key, and the chain that a server sends after it: intermediates, without the root."""

    certificate: x509.Certificate
    key: PrivateKey
    chain: tuple[x509.Certificate, ...] = ()

    @property
    def fullchain_pem(self) -> bytes:
        """The certificate followed by its chain."""
        return b"".join(each.public_bytes(Encoding.PEM) for each in (self.certificate, *self.chain))

    def write(self, directory: Path) -> tuple[Path, Path]:
        """Write `fullchain.pem` and `key.pem`, both 0600, and return their paths in that order."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        fullchain, key = directory / "fullchain.pem", directory / "key.pem"
        write_private(fullchain, self.fullchain_pem)
        write_private(key, key_pem(self.key))
        return fullchain, key

    def server_context(
        self,
        *,
        minimum: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2,
        maximum: ssl.TLSVersion = ssl.TLSVersion.MAXIMUM_SUPPORTED,
        legacy: bool = False,
    ) -> ssl.SSLContext:
        """Return a context that serves this certificate.

        Args:
            minimum: the oldest protocol offered.
            maximum: the newest protocol offered.
            legacy: allow what OpenSSL's security level forbids (weak keys and digests, TLS 1.0), as old servers do.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if legacy:
            context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version, context.maximum_version = minimum, maximum
        with tempfile.TemporaryDirectory() as directory:
            context.load_cert_chain(*self.write(Path(directory)))
        return context


@dataclass(frozen=True)
class Authority:
    """A root, or an intermediate under one."""

    certificate: x509.Certificate
    key: PrivateKey
    issuers: tuple[x509.Certificate, ...] = field(default=())
    """The certificates above this one, the root last; none for a root."""

    @classmethod
    def create(
        cls,
        common_name: str,
        *,
        parent: Authority | None = None,
        key: KeyKind = "p256",
        not_before: dt.datetime | None = None,
        not_after: dt.datetime | None = None,
        hash_name: HashName = "sha256",
    ) -> Authority:
        """Return a new authority: self-signed without a parent, an intermediate with one."""
        private_key = generate_key(key)
        now = dt.datetime.now(dt.UTC).replace(microsecond=0)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
        signer, issuer = (parent.key, parent.certificate.subject) if parent else (private_key, name)
        usage = x509.KeyUsage(
            digital_signature=True,
            key_cert_sign=True,
            crl_sign=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            encipher_only=False,
            decipher_only=False,
        )
        builder = (
            _builder(name, issuer, private_key, not_before or now - YEAR, not_after or now + 10 * YEAR)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0 if parent else None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(_key_identifier_of(signer), critical=False)
        )
        certificate = _sign(builder, signer, hash_name)
        return cls(certificate, private_key, (parent.certificate, *parent.issuers) if parent else ())

    @classmethod
    def load(cls, directory: Path) -> Authority:
        """Return the authority that `save` wrote. Raises FileNotFoundError if there is none."""
        key = load_pem_private_key((directory / "key.pem").read_bytes(), password=None)
        certificate, *issuers = x509.load_pem_x509_certificates((directory / "certificate.pem").read_bytes())
        return cls(certificate, cast(PrivateKey, key), tuple(issuers))

    @classmethod
    def load_or_create(cls, directory: Path, common_name: str, *, parent: Authority | None = None) -> Authority:
        """Return the authority kept in the directory, created and saved there if there is none."""
        if not (directory / "certificate.pem").exists():
            cls.create(common_name, parent=parent).save(directory)
        return cls.load(directory)

    def save(self, directory: Path) -> None:
        """Write `key.pem` (0600), `certificate.pem` (issuers after it) and, to be trusted, `root.pem`."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(directory / "key.pem", key_pem(self.key))
        issued = b"".join(each.public_bytes(Encoding.PEM) for each in (self.certificate, *self.issuers))
        (directory / "root.pem").write_bytes(self.root.public_bytes(Encoding.PEM))
        (directory / "chain.pem").write_bytes(b"".join(each.public_bytes(Encoding.PEM) for each in self.chain))
        # Written last: where it is, the others are.
        (directory / "certificate.pem").write_bytes(issued)

    @property
    def root(self) -> x509.Certificate:
        """What a client has to trust."""
        return (self.certificate, *self.issuers)[-1]

    @property
    def chain(self) -> tuple[x509.Certificate, ...]:
        """What a server sends after its own certificate: the intermediates, without the root."""
        return (self.certificate, *self.issuers)[:-1]

    def issue(
        self,
        names: Sequence[str],
        *,
        key: PrivateKey | KeyKind = "p256",
        not_before: dt.datetime | None = None,
        not_after: dt.datetime | None = None,
        hash_name: HashName = "sha256",
        server_auth: bool = True,
        client_auth: bool = False,
        san: bool = True,
        self_signed: bool = False,
        chain: bool = True,
        ca_issuers: str | None = None,
    ) -> Issued:
        """Return a server's certificate, valid from an hour ago for 90 days, with its key and chain.

        Args:
            names: DNS names and addresses; the first is also the common name.
            key: a key, or the kind of a new one; `rsa1024` is weak.
            not_before: start of validity, in the future for `not_yet_valid`.
            not_after: end of validity, in the past for `expired`, far off for `too_long_a_life`.
            hash_name: `sha1` for a weak signature.
            server_auth: False leaves TLS server authentication out of the extended key usage.
            client_auth: True adds TLS client authentication to it; with neither there is no such extension.
            san: False leaves out the subject's alternative names, as certificates of old did.
            self_signed: signed by its own key instead of this authority's.
            chain: False sends no intermediates.
            ca_issuers: URL in the authority information access, where the issuer's certificate would be.
        """
        private_key = generate_key(key) if isinstance(key, str) else key
        now = dt.datetime.now(dt.UTC).replace(microsecond=0)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        signer, issuer = (private_key, subject) if self_signed else (self.key, self.certificate.subject)
        start = not_before or min(now - dt.timedelta(hours=1), (not_after or now) - dt.timedelta(days=30))
        end = not_after or max(now, start) + dt.timedelta(days=90)
        builder = _builder(subject, issuer, private_key, start, end).add_extension(
            _key_identifier_of(signer), critical=False
        )
        if san:
            builder = builder.add_extension(
                x509.SubjectAlternativeName([general_name(name) for name in names]), critical=False
            )
        usages = [ExtendedKeyUsageOID.SERVER_AUTH] * server_auth + [ExtendedKeyUsageOID.CLIENT_AUTH] * client_auth
        if usages:
            builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        if ca_issuers:
            location = x509.UniformResourceIdentifier(ca_issuers)
            access = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, location)
            builder = builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
        sent = self.chain if chain and not self_signed else ()
        return Issued(_sign(builder, signer, hash_name), private_key, sent)

    def ocsp_response(self, issued: Issued, *, revoked: bool = False, at: dt.datetime | None = None) -> bytes:
        """Return a DER-encoded OCSP response (RFC 6960), valid for a week from `at` (default now)."""
        now = (at or dt.datetime.now(dt.UTC)).replace(microsecond=0)
        return (
            ocsp.OCSPResponseBuilder()
            .add_response(
                cert=issued.certificate,
                issuer=self.certificate,
                algorithm=hashes.SHA256(),
                cert_status=ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD,
                this_update=now - dt.timedelta(minutes=1),
                next_update=now + dt.timedelta(days=7),
                revocation_time=now - dt.timedelta(hours=1) if revoked else None,
                revocation_reason=x509.ReasonFlags.key_compromise if revoked else None,
            )
            .responder_id(ocsp.OCSPResponderEncoding.HASH, self.certificate)
            .sign(self.key, hashes.SHA256())
            .public_bytes(Encoding.DER)
        )


def key_pem(key: PrivateKey) -> bytes:
    """Return the key as unencrypted PKCS #8."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def thumbprint_of(certificate: x509.Certificate) -> str:
    """Return the SHA-1 of a certificate in capitals, by which Windows names it."""
    return certificate.fingerprint(SHA1).hex().upper()


def write_private(path: Path, content: bytes) -> None:
    """Write a file that nobody but its owner can read at any moment."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


def _key_identifier_of(signer: PrivateKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())


def _builder(
    subject: x509.Name, issuer: x509.Name, key: PrivateKey, start: dt.datetime, end: dt.datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _sign(builder: x509.CertificateBuilder, signer: PrivateKey, hash_name: HashName) -> x509.Certificate:
    if hash_name == "sha1":
        return sign_with_sha1(builder.sign(signer, hashes.SHA256()), signer)
    return builder.sign(signer, hashes.SHA256() if hash_name == "sha256" else hashes.SHA384())
