# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what a server showed to what is wrong with it: pure, and all defects at once."""

from __future__ import annotations

import datetime as dt
import ipaddress
from dataclasses import dataclass

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates import describe
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates._cryptography import (
    ExtendedKeyUsageOID,
    ec,
    hashes,
    rsa,
    x509,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.tls._pyopenssl import VERSIONS
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.tls.defects import Add, Defect
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.tls.endpoint import Endpoint, Policy
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.tls.handshake import OFFERED, Session
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.tls.path import Path, verify, walk
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.tls.roots import Certificates
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.tls.staple import Staple, read_staple

LEAST_RSA_BITS = 2048
LEAST_EC_BITS = 224
"""Below these a key gives less than 112 bits of security (NIST SP 800-57 part 1, table 2)."""


@dataclass(frozen=True)
class Examination:
    """What was found at one address of an endpoint."""

    defects: tuple[Defect, ...]
    days_left: float
    staple: Staple


def examine(session: Session, endpoint: Endpoint, policy: Policy) -> Examination:
    """Return all defects of what the server showed, judged at the policy's time."""
    defects: list[Defect] = []

    def add(name: str, expected: str, found: str) -> None:
        defects.append(Defect(name, expected, found))

    leaf = session.chain[0]
    verdict = verify(session.chain, endpoint.roots, endpoint.host, policy.at)
    path = (
        walk(session.chain, endpoint.roots, policy.intermediates) if isinstance(verdict, str) else Path(verdict, None)
    )
    _check_path(path, add)
    _check_names(leaf, endpoint.host, add)
    _check_times(path, policy, add)
    _check_strength(path, add)
    _check_usage(leaf, add)
    if isinstance(verdict, str) and not defects:
        add("untrusted", "a chain that strict clients accept", verdict)
    if policy.maximum_life_days is not None and describe.life(leaf) > dt.timedelta(days=policy.maximum_life_days):
        days = describe.life(leaf) / dt.timedelta(days=1)
        add("too_long_a_life", f"at most {policy.maximum_life_days} days", f"{days:.0f} days")
    _check_protocols(session, policy, add)
    issuer = path.certificates[1] if len(path.certificates) > 1 else None
    staple = read_staple(session.ocsp_response, leaf, issuer, policy.at)
    _check_staple(staple, leaf, policy, add)
    return Examination(tuple(defects), describe.days_between(policy.at, leaf.not_valid_after_utc), staple)


def covers(pattern: str, host: str) -> bool:
    """Return whether a name in a certificate stands for the host; a wildcard for one whole label (RFC 6125, 6.4.3)."""
    pattern, host = pattern.lower(), host.lower()
    if pattern.startswith("*."):
        first, _dot, rest = host.partition(".")
        return bool(first) and rest == pattern[2:] and "." in rest
    return pattern == host


def _check_path(path: Path, add: Add) -> None:
    last = path.certificates[-1]
    issuer = last.issuer.rfc4514_string()
    if path.broken == "self_signed":
        add("self_signed", "a certificate that an authority has issued", f"{issuer!r} has issued it to itself")
    elif path.broken == "unknown_issuer":
        add("unknown_issuer", "a chain to one of the roots", f"the issuer {issuer!r} is none of them, and was not sent")
    elif path.broken == "incomplete_chain":
        add("incomplete_chain", f"the certificate of {issuer!r} sent along", f"it was not sent; {path.hint}")


def _check_names(leaf: x509.Certificate, host: str, add: Add) -> None:
    names = describe.names_of(leaf)
    try:
        address = str(ipaddress.ip_address(host))
        matches = address in names
    except ValueError:
        matches = any(covers(name, host) for name in names)
    if not matches:
        add(
            "wrong_name",
            host,
            ", ".join(names) or "no subject alternative name at all, and clients look at nothing else",
        )


def _check_times(path: Path, policy: Policy, add: Add) -> None:
    """Check the server's certificate and its issuers; the earliest end counts."""
    at = describe.timestamp(policy.at)
    for certificate in path.certificates:
        which = _which(certificate, path.certificates)
        start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        days = describe.days_between(policy.at, end)
        if end < policy.at:
            add("expired", f"an end after {at}", f"{which}ended at {describe.timestamp(end)}")
        elif days < policy.minimum_days_left:
            found = f"{which}ends in {days:g} days, at {describe.timestamp(end)}"
            add("expires_soon", f"at least {policy.minimum_days_left} days left", found)
        if start > policy.at:
            add("not_yet_valid", f"a begin before {at}", f"{which}begins at {describe.timestamp(start)}")


def _check_strength(path: Path, add: Add) -> None:
    for number, certificate in enumerate(path.certificates):
        which = _which(certificate, path.certificates)
        key = certificate.public_key()
        label = describe.key_label(key)
        if (isinstance(key, rsa.RSAPublicKey) and key.key_size < LEAST_RSA_BITS) or (
            isinstance(key, ec.EllipticCurvePublicKey) and key.key_size < LEAST_EC_BITS
        ):
            add("weak_key", f"RSA {LEAST_RSA_BITS}, ECDSA P-256 or better", f"{which}has {label}")
        # A root is trusted for what it is, not for its signature on itself.
        is_root = number > 0 and describe.is_self_issued(certificate)
        algorithm = certificate.signature_hash_algorithm
        if isinstance(algorithm, (hashes.SHA1, hashes.MD5)) and not is_root:
            add("weak_signature", "SHA-256 or better", f"{which}is signed with {algorithm.name.upper()}")


def _check_usage(leaf: x509.Certificate, add: Add) -> None:
    try:
        usages = set(leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    except x509.ExtensionNotFound:
        add("missing_server_eku", "extended key usage serverAuth", "no extended key usage")
        return
    if not usages & {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}:
        names = ", ".join(sorted(usage._name for usage in usages))
        add("missing_server_eku", "extended key usage serverAuth", names)


def _check_protocols(session: Session, policy: Policy, add: Add) -> None:
    least = VERSIONS[policy.minimum_protocol]
    old = [name for name, state in session.protocols.items() if state == OFFERED and VERSIONS[name] < least]
    if old:
        offered = [name for name, state in session.protocols.items() if state == OFFERED]
        add("old_protocol", f"{policy.minimum_protocol} or later only", f"offers {', '.join(offered)}")


def _check_staple(staple: Staple, leaf: x509.Certificate, policy: Policy, add: Add) -> None:
    if staple.status == "revoked":
        add("revoked", "a certificate that is not revoked", staple.why)
    elif staple.status in ("invalid", "unknown"):
        add("invalid_ocsp_staple", "an OCSP response that says good", staple.why or staple.status)
    elif staple.status == "none" and (policy.require_ocsp_stapling or _must_staple(leaf)):
        why = "" if policy.require_ocsp_stapling else ", which the certificate itself demands (RFC 7633)"
        add("no_ocsp_staple", f"a stapled OCSP response{why}", "none")


def _must_staple(leaf: x509.Certificate) -> bool:
    try:
        features = leaf.extensions.get_extension_for_class(x509.TLSFeature).value
    except x509.ExtensionNotFound:
        return False
    return x509.TLSFeatureType.status_request in features


def _which(certificate: x509.Certificate, path: Certificates) -> str:
    return "" if certificate == path[0] else f"the issuer {certificate.subject.rfc4514_string()!r} "
