# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificates signed by a certification authority whose key is at hand: for rehearsals and internal services."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates import describe
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates._cryptography import (
    ExtendedKeyUsageOID,
    UnsupportedAlgorithm,
    ec,
    hashes,
    load_pem_private_key,
    rsa,
    x509,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.folder import (
    Folder,
    Served,
    certificates_in,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.provider import Provider
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.specification import Wanted
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.files import told
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import (
    InvalidParameter,
    MissingPrerequisite,
    Problem,
)

OWN_CA_OPTIONS: dict[str, dict[str, object]] = {
    "certificate": {"type": "path", "required": True},
    "key": {"type": "path", "required": True, "no_log": False},
    "key_passphrase": {"type": "str", "no_log": True},
    "chain": {"type": "path"},
}
"""Suboptions of `own_ca`; `key` is a path, no secret."""

BACKDATE = dt.timedelta(hours=1)
"""A certificate begins an hour ago, for clients whose clock is slow; its life is counted from there."""
LONGEST_DAYS = 3650


class OwnAuthority(Provider):
    """Signs with the key of an authority of one's own."""

    def __init__(
        self,
        certificate: x509.Certificate,
        key: describe.PrivateKey,
        above: tuple[x509.Certificate, ...],
        valid_days: int,
    ) -> None:
        """Keep the authority; `above` are the intermediates over it, without the root."""
        self.certificate = certificate
        self._key = key
        self.valid = dt.timedelta(days=valid_days)
        self.chain = () if describe.is_self_issued(certificate) else (certificate, *above)

    def objection(self, served: Served, folder: Folder) -> str | None:
        """Object to another issuer, other intermediates, and a life longer than is given now."""
        if not describe.is_issued_by(served.leaf, self.certificate):
            return f"its issuer is not {self.certificate.subject.rfc4514_string()}"
        if served.chain != self.chain:
            return "its intermediates are not those of the certification authority now"
        if describe.life(served.leaf) > self.valid:
            return f"it lives longer than {self.valid.days} days"
        return None

    def latest_end(self, now: dt.datetime) -> dt.datetime:
        """Return the end that is given now: never after the authority's own."""
        end = now - BACKDATE + self.valid - dt.timedelta(seconds=1)
        return min(end.replace(microsecond=0), self.certificate.not_valid_after_utc)

    def foreseen(self, wanted: Wanted, now: dt.datetime) -> dict[str, object]:
        """Foresee everything but serial number and fingerprints; the end to the day."""
        return {
            "issuer": self.certificate.subject.rfc4514_string(),
            "names": list(wanted.names),
            "key": wanted.key,
            "not_after": self.latest_end(now).date().isoformat(),
        }

    def issue(self, wanted: Wanted, request: x509.CertificateSigningRequest) -> Served:
        """Sign a server's certificate: the profile of RFC 5280 and of the CA/Browser Forum's requirements, 7.1.2.7."""
        now = dt.datetime.now(dt.UTC)
        key = request.public_key()
        usage = x509.KeyUsage(
            digital_signature=True,
            key_encipherment=isinstance(key, rsa.RSAPublicKey),
            content_commitment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=False,
            crl_sign=False,
            encipher_only=False,
            decipher_only=False,
        )
        names = request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        builder = (
            x509.CertificateBuilder()
            .subject_name(request.subject)
            .issuer_name(self.certificate.subject)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(max((now - BACKDATE).replace(microsecond=0), self.certificate.not_valid_before_utc))
            .not_valid_after(self.latest_end(now))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            # Critical where the subject is empty (RFC 5280, 4.2.1.6).
            .add_extension(names, critical=not list(request.subject))
            .add_extension(self._authority_key_identifier(), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        )
        large = isinstance(self._key, ec.EllipticCurvePrivateKey) and self._key.key_size >= 384
        return Served(builder.sign(self._key, hashes.SHA384() if large else hashes.SHA256()), self.chain)

    def _authority_key_identifier(self) -> x509.AuthorityKeyIdentifier:
        try:
            extension = self.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
        except x509.ExtensionNotFound:
            return x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(extension.value)


def own_authority_from(options: Mapping[str, Any], valid_days: int, now: dt.datetime) -> OwnAuthority:
    """Return the authority that the option `own_ca` names.

    Raises:
        InvalidParameter: the days, a file or the passphrase cannot be meant, or the files do not belong together.
        MissingPrerequisite: there is no such authority yet.
        Problem: the authority has expired.
    """
    if not 1 <= valid_days <= LONGEST_DAYS:
        raise InvalidParameter("valid_days", valid_days, "it is out of range", f"Give 1 to {LONGEST_DAYS} days.")
    own, *issuers = _certificates("own_ca.certificate", options["certificate"])
    key = _key(options)
    path = options["certificate"]
    if key.public_key() != own.public_key():
        raise InvalidParameter("own_ca.key", options["key"], f"it is not the key of {path}", "Give the key that is.")
    _check_authority(path, own)
    if options.get("chain"):
        issuers += _certificates("own_ca.chain", options["chain"])
    above, foreign = describe.ordered_chain(own, issuers)
    if foreign:
        subject = foreign[0].subject.rfc4514_string()
        raise InvalidParameter(
            "own_ca.chain", options.get("chain"), f"{subject!r} did not issue what is below it", "Take it out."
        )
    if own.not_valid_after_utc <= now:
        raise Problem(
            "the certification authority has expired",
            where=str(path),
            expected=f"an end after {describe.timestamp(now)}",
            found=describe.timestamp(own.not_valid_after_utc),
            remedy="Renew the authority's own certificate first.",
        )
    return OwnAuthority(own, key, above, valid_days)


def _read(parameter: str, path: str) -> bytes:
    if not Path(path).exists():
        raise MissingPrerequisite(
            f"{parameter}: there is no such file", where=path, remedy="Create the authority first."
        )
    with told(Path(path), f"read {parameter}"):
        return Path(path).read_bytes()


def _certificates(parameter: str, path: str) -> list[x509.Certificate]:
    certificates = certificates_in(_read(parameter, path))
    if not certificates:
        raise InvalidParameter(parameter, path, "the file holds no certificate in PEM", "Give one that does.")
    return certificates


def _key(options: Mapping[str, Any]) -> describe.PrivateKey:
    path, passphrase = options["key"], options.get("key_passphrase")
    content = _read("own_ca.key", path)
    try:
        key = load_pem_private_key(content, passphrase.encode() if passphrase else None)
    except TypeError:
        why = "it is not encrypted, and own_ca.key_passphrase is given" if passphrase else "it is encrypted"
        raise InvalidParameter("own_ca.key", path, why, "Correct own_ca.key_passphrase.") from None
    except (ValueError, UnsupportedAlgorithm):
        why = "own_ca.key_passphrase does not open it, or it is no private key in PEM" if passphrase else "it is none"
        raise InvalidParameter("own_ca.key", path, why, "Give a private key in PEM, and its passphrase.") from None
    if not isinstance(key, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey)):
        raise InvalidParameter("own_ca.key", path, "it is neither RSA nor ECDSA", "Use an authority with such a key.")
    return key


def _check_authority(path: str, certificate: x509.Certificate) -> None:
    def extension(kind: type[x509.ExtensionType]) -> Any:
        try:
            return certificate.extensions.get_extension_for_class(kind).value
        except x509.ExtensionNotFound:
            return None

    constraints, usage = extension(x509.BasicConstraints), extension(x509.KeyUsage)
    if not (constraints and constraints.ca) or not (usage and usage.key_cert_sign):
        raise InvalidParameter(
            "own_ca.certificate",
            path,
            "it is not the certificate of an authority (RFC 5280, 4.2.1.9 and 4.2.1.3)",
            "Give one with basicConstraints CA:TRUE and keyUsage keyCertSign.",
        )
