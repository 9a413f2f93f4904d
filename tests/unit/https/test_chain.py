# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Chains in order, and paths through certificates that others have cross-signed."""

from __future__ import annotations

import datetime as dt

from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.describe import (
    is_issued_by,
    ordered_chain,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.tls.path import verify, walk
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.tls.roots import Roots
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.tls.staple import read_staple
from emulators.certificates import Authority, Issued

HOST = "es-live.exams.example"
NOW = dt.datetime.now(dt.UTC)
ROOT = Authority.create("Root", key="rsa2048")
UPPER = Authority.create("Upper", parent=ROOT)
OTHER_ROOT = Authority.create("Other root")


def lower(name: str = "Lower") -> Authority:
    # An intermediate of an intermediate: Authority makes path length 0 for those, and no verifier looks at names only.
    return Authority.create(name, parent=UPPER)


LOWER = lower()
LEAF = LOWER.issue([HOST])
CHAIN = (LOWER.certificate, UPPER.certificate)


@given(st.permutations([*CHAIN, ROOT.certificate, LEAF.certificate]))
def test_any_order_is_put_in_order_without_root_and_leaf(candidates: list[x509.Certificate]) -> None:
    assert ordered_chain(LEAF.certificate, candidates) == (CHAIN, ())


def test_what_does_not_belong_is_told() -> None:
    chain, foreign = ordered_chain(LEAF.certificate, [OTHER_ROOT.certificate, UPPER.certificate])
    assert (chain, set(foreign)) == ((), {OTHER_ROOT.certificate, UPPER.certificate})


def test_a_name_without_the_signature_is_no_issuer() -> None:
    impostor = Authority.create("Lower")
    assert is_issued_by(LEAF.certificate, LOWER.certificate)
    assert not is_issued_by(LEAF.certificate, impostor.certificate)


def test_weak_signatures_of_both_kinds_of_key_are_still_signatures() -> None:
    for authority in (ROOT, OTHER_ROOT):
        weak = authority.issue([HOST], hash_name="sha1").certificate
        assert is_issued_by(weak, authority.certificate)
        assert not is_issued_by(weak, Authority.create(authority.certificate.subject.rfc4514_string()[3:]).certificate)


def test_a_path_is_found_beside_one_that_leads_nowhere() -> None:
    """Two certificates of one name and key, by two roots, of which one is trusted: cross-signing."""
    issuing = Authority.create("Cross", parent=ROOT)
    crossed = _cross_sign(issuing, OTHER_ROOT)
    leaf = issuing.issue([HOST]).certificate
    for sent in ([issuing.certificate, crossed], [crossed, issuing.certificate]):
        for root in (ROOT, OTHER_ROOT):
            roots = Roots((root.certificate,))
            path = walk((leaf, *sent), roots)
            assert (path.broken, path.certificates[-1]) == (None, root.certificate)
            verdict = verify((leaf, *sent), roots, HOST, NOW)
            assert verdict == path.certificates


def test_certificates_that_sign_each_other_end_the_walk() -> None:
    one, two = Authority.create("One"), Authority.create("Two")
    by_two, by_one = _cross_sign(one, two), _cross_sign(two, one)
    leaf = one.issue([HOST]).certificate
    path = walk((leaf, by_two, by_one), Roots((ROOT.certificate,)))
    assert path.broken == "unknown_issuer"


@given(st.binary(max_size=400))
def test_a_staple_of_any_bytes_is_invalid(response: bytes) -> None:
    staple = read_staple(response, LEAF.certificate, LOWER.certificate, NOW)
    assert staple.status == ("invalid" if response else "none")


def test_a_staple_about_another_certificate_is_invalid() -> None:
    other = LOWER.issue([HOST])
    assert _status(other) == "invalid"
    assert _status(LEAF) == "good"


def test_a_staple_with_one_bit_changed_is_invalid() -> None:
    response = LOWER.ocsp_response(LEAF, at=NOW)
    assert read_staple(response, LEAF.certificate, LOWER.certificate, NOW).status == "good"
    for position in range(0, len(response), 7):
        spoilt = bytearray(response)
        spoilt[position] ^= 1
        status = read_staple(bytes(spoilt), LEAF.certificate, LOWER.certificate, NOW).status
        assert status == "invalid", f"byte {position}"


def _status(issued: Issued) -> str:
    return read_staple(LOWER.ocsp_response(issued, at=NOW), LEAF.certificate, LOWER.certificate, NOW).status


def _cross_sign(subject: Authority, issuer: Authority) -> x509.Certificate:
    """Return a certificate of the subject's name and key, issued by another authority."""
    template = Authority.create(subject.certificate.subject.rfc4514_string()[3:], parent=issuer)
    builder = x509.CertificateBuilder(
        issuer_name=issuer.certificate.subject,
        subject_name=subject.certificate.subject,
        public_key=subject.key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=template.certificate.not_valid_before_utc,
        not_valid_after=template.certificate.not_valid_after_utc,
    )
    for extension in template.certificate.extensions:
        value = extension.value
        if isinstance(value, x509.SubjectKeyIdentifier):
            value = x509.SubjectKeyIdentifier.from_public_key(subject.key.public_key())
        builder = builder.add_extension(value, extension.critical)
    return builder.sign(issuer.key, template.certificate.signature_hash_algorithm)  # type: ignore[arg-type]
