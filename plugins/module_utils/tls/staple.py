# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a stapled OCSP response says of a certificate (RFC 6960)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates import describe
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates._cryptography import (
    ExtendedKeyUsageOID,
    InvalidSignature,
    UnsupportedAlgorithm,
    ec,
    ocsp,
    padding,
    rsa,
    x509,
)


@dataclass(frozen=True)
class Staple:
    """Whether there is a response, and what it says."""

    status: Literal["none", "good", "revoked", "unknown", "invalid"]
    why: str = ""
    """Why it is invalid, or when the certificate was revoked."""


def read_staple(response: bytes, leaf: x509.Certificate, issuer: x509.Certificate | None, at: dt.datetime) -> Staple:
    """Return what the response says at the time; `issuer` None means that its signature cannot be checked."""
    if not response:
        return Staple("none")
    try:
        parsed = ocsp.load_der_ocsp_response(response)
        if parsed.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            return Staple("invalid", f"the responder said {parsed.response_status.name}")
        return _judged(parsed, leaf, issuer, at)
    except (ValueError, UnsupportedAlgorithm) as error:
        return Staple("invalid", f"it cannot be read: {error}")


def _judged(
    response: ocsp.OCSPResponse, leaf: x509.Certificate, issuer: x509.Certificate | None, at: dt.datetime
) -> Staple:
    if response.serial_number != leaf.serial_number:
        return Staple("invalid", f"it is about serial {response.serial_number:X}")
    if issuer is None or not _is_signed_for(response, issuer):
        return Staple("invalid", "its signature is not the issuer's, nor of a responder that the issuer appointed")
    if response.certificate_status is ocsp.OCSPCertStatus.REVOKED:
        when = response.revocation_time_utc
        return Staple("revoked", f"revoked at {describe.timestamp(when)}" if when else "revoked")
    if response.this_update_utc > at:
        return Staple("invalid", f"it is valid only from {describe.timestamp(response.this_update_utc)}")
    if response.next_update_utc is not None and response.next_update_utc < at:
        return Staple("invalid", f"it is outdated since {describe.timestamp(response.next_update_utc)}")
    return Staple("good" if response.certificate_status is ocsp.OCSPCertStatus.GOOD else "unknown")


def _is_signed_for(response: ocsp.OCSPResponse, issuer: x509.Certificate) -> bool:
    """Return whether the issuer signed it, or a responder whom the issuer appointed (RFC 6960, 4.2.2.2)."""
    if _is_signed_by(response, issuer):
        return True
    return any(
        describe.is_issued_by(responder, issuer) and _may_respond(responder) and _is_signed_by(response, responder)
        for responder in response.certificates
    )


def _may_respond(responder: x509.Certificate) -> bool:
    try:
        usages = responder.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return ExtendedKeyUsageOID.OCSP_SIGNING in usages


def _is_signed_by(response: ocsp.OCSPResponse, signer: x509.Certificate) -> bool:
    key, algorithm = signer.public_key(), response.signature_hash_algorithm
    if algorithm is None:
        return False
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(response.signature, response.tbs_response_bytes, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(response.signature, response.tbs_response_bytes, ec.ECDSA(algorithm))
        else:
            return False
    except InvalidSignature:
        return False
    return True
