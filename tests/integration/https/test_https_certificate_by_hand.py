# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests that are handed over, and certificates that somebody puts there: whole, in parts, in disorder, and wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from emulators.certificates import Authority, Issued, PrivateKey
from tests.integration.https.estate import DAY, NAMES, NOW, Estate, items, snapshot


@pytest.fixture
def by_hand(estate: Estate) -> Estate:
    """One certificate that another authority issues."""
    estate.arguments |= {"provider": "csr_only", "own_ca": None}
    estate.arguments["certificates"] = estate.arguments["certificates"][:1]
    return estate


def pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in certificates)


def answer(request: dict[str, Any], authority: Authority, **defects: Any) -> Issued:
    """Issue what the request asks for, from the request alone, and put certificate and chain where it says."""
    csr = x509.load_pem_x509_csr(request["request"].encode())
    assert csr.is_signature_valid
    # The emulated authority's certificates carry their key; what it signs is the request's, as asserted below.
    key = load_pem_private_key(Path(request["request_file"]).with_name("key.pem").read_bytes(), None)
    issued = authority.issue(defects.pop("names", request["names"]), key=cast(PrivateKey, key), **defects)
    assert issued.certificate.public_key() == csr.public_key()
    Path(request["put_certificate_at"]).write_bytes(pem(issued.certificate))
    Path(request["put_chain_at"]).write_bytes(pem(*issued.chain))
    return issued


def test_a_request_waits_until_its_certificate_is_there(by_hand: Estate) -> None:
    result = by_hand.settle()
    assert items(result) == ["es: directory", "es: key.pem", "es: request.csr"]
    assert result["waiting"] == result["nothing_to_serve"] == ["es"]
    (request,) = result["requests"]
    assert (request["names"], request["reason"]) == (NAMES, "there is no certificate yet")
    assert request["request"] == by_hand.path("request.csr").read_text()
    issued = answer(request, by_hand.pki.issuing)
    taken_up = by_hand.settle()
    assert items(taken_up) == ["es: certificate", "es: certificate.pfx"]
    assert (taken_up["waiting"], taken_up["requests"]) == ([], [])
    assert by_hand.path("fullchain.pem").read_bytes() == issued.fullchain_pem


def test_check_mode_says_what_will_be_waited_for(by_hand: Estate) -> None:
    result = by_hand.run(check=True)
    assert result["waiting"] == ["es"]
    assert result["requests"][0]["request"] is None
    assert not by_hand.directory.exists()


def test_a_chain_in_disorder_is_put_in_order_and_the_root_left_out(by_hand: Estate) -> None:
    (request,) = by_hand.settle()["requests"]
    lower = Authority.create("Lower issuing", parent=by_hand.pki.root)
    issued = answer(request, lower)
    Path(request["put_chain_at"]).write_bytes(pem(lower.root, *reversed(issued.chain)))
    by_hand.settle()
    assert by_hand.path("fullchain.pem").read_bytes() == pem(issued.certificate, lower.certificate)
    assert by_hand.path("chain.pem").read_bytes() == pem(lower.certificate)


def test_one_file_with_everything_is_taken_apart(by_hand: Estate) -> None:
    (request,) = by_hand.settle()["requests"]
    issued = answer(request, by_hand.pki.issuing)
    Path(request["put_chain_at"]).unlink()
    Path(request["put_certificate_at"]).write_bytes(issued.fullchain_pem)
    by_hand.settle()
    assert by_hand.path("certificate.pem").read_bytes() == pem(issued.certificate)
    assert by_hand.path("chain.pem").read_bytes() == pem(*issued.chain)


def test_a_certificate_without_its_intermediates_is_waited_on(by_hand: Estate) -> None:
    (request,) = by_hand.settle()["requests"]
    issued = answer(request, by_hand.pki.root)
    Path(request["put_chain_at"]).unlink()
    result = by_hand.settle()
    assert result["requests"][0]["reason"].startswith("chain.pem is missing")
    Path(request["put_chain_at"]).write_bytes(b"")
    assert by_hand.settle()["waiting"] == []
    assert by_hand.path("fullchain.pem").read_bytes() == pem(issued.certificate)


def test_what_cannot_be_taken_up_yet_stays_where_it_was_put_and_the_old_one_in_use(by_hand: Estate) -> None:
    (request,) = by_hand.settle()["requests"]
    old = answer(request, by_hand.pki.issuing, not_before=NOW - 80 * DAY, not_after=NOW + 10 * DAY)
    (request,) = by_hand.settle()["requests"]
    answer(request, by_hand.pki.issuing, not_before=NOW + 3 * DAY, not_after=NOW + 80 * DAY)
    waiting = by_hand.settle()
    assert (items(waiting), waiting["waiting"]) == ([], ["es"])
    begin = f"{NOW + 3 * DAY:%Y-%m-%dT%H:%M}"
    assert waiting["requests"][0]["reason"].startswith(f"certificate.pem is not valid before {begin}")
    assert waiting["certificates"][0]["serial"] == f"{old.certificate.serial_number:X}"
    new = answer(request, by_hand.pki.issuing)
    Path(request["put_chain_at"]).unlink()
    assert by_hand.settle()["requests"][0]["reason"].startswith("chain.pem is missing")
    Path(request["put_chain_at"]).write_bytes(pem(*new.chain))
    assert by_hand.settle()["waiting"] == []
    assert by_hand.leaf() == new.certificate


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda e, r: answer(r, e.pki.issuing, names=NAMES[:1]), "names are missing in it; expected es-live"),
        (lambda e, r: answer(r, e.pki.issuing, not_after=NOW - DAY), "it has expired"),
        (lambda e, r: e.path("certificate.pem").write_bytes(e.pki.issuing.issue(NAMES).fullchain_pem), "another key"),
        (lambda e, r: e.path("certificate.pem").write_text("garbage\n"), "it holds no certificate"),
        (
            lambda e, r: (answer(r, e.pki.issuing), e.path("chain.pem").write_bytes(pem(e.pki.stranger.certificate))),
            "a certificate is no issuer of what is below it; expected the issuer of 'CN=scheduler.exams.example'",
        ),
        (
            lambda e, r: (answer(r, e.pki.issuing), e.path("chain.pem").write_text("garbage\n")),
            "it holds no certificate",
        ),
    ],
    ids=["names", "expired", "key", "garbage", "foreign chain", "garbage chain"],
)
def test_what_does_not_fit_is_refused(by_hand: Estate, spoil: Any, message: str) -> None:
    (request,) = by_hand.settle()["requests"]
    spoil(by_hand, request)
    before = snapshot(by_hand.directory)
    for replace_key in (False, True):
        result = by_hand.run(replace_key=replace_key)
        assert result["failed"]
        assert message in result["msg"]
        assert snapshot(by_hand.directory) == before
    answer(request, by_hand.pki.issuing)
    assert by_hand.settle()["waiting"] == []


def test_a_certificate_that_is_there_before_any_key_is_refused(by_hand: Estate) -> None:
    by_hand.path("certificate.pem").parent.mkdir(parents=True)
    by_hand.path("certificate.pem").write_bytes(by_hand.pki.issuing.issue(NAMES).fullchain_pem)
    assert "it belongs to another key" in by_hand.run()["msg"]


def test_a_renewal_is_asked_for_with_the_same_key_and_the_old_one_stays_in_use(by_hand: Estate) -> None:
    (request,) = by_hand.settle()["requests"]
    answer(request, by_hand.pki.issuing, not_before=NOW - 80 * DAY, not_after=NOW + 10 * DAY)
    result = by_hand.settle()
    assert result["requests"][0]["reason"].startswith("it ends at ")
    assert by_hand.leaf().not_valid_after_utc < NOW + 11 * DAY
    assert (result["waiting"], result["nothing_to_serve"]) == (["es"], []), "its host is kept with it meanwhile"
    new = answer(result["requests"][0], by_hand.pki.issuing)
    assert by_hand.settle()["waiting"] == []
    assert by_hand.leaf() == new.certificate


def test_other_names_are_asked_for_while_the_old_certificate_stays(by_hand: Estate) -> None:
    (request,) = by_hand.settle()["requests"]
    answer(request, by_hand.pki.issuing)
    by_hand.settle()
    wider = {"certificates": [{"name": "es", "names": [*NAMES, "new.exams.example"]}]}
    result = by_hand.settle(**wider)
    assert items(result) == ["es: request.csr"]
    assert result["requests"][0]["reason"].startswith("its names are")
    assert result["nothing_to_serve"] == ["es"], "it has not all names"
    answer(result["requests"][0], by_hand.pki.issuing)
    assert by_hand.settle(**wider)["waiting"] == []


def test_one_that_has_ended_or_has_lost_its_key_is_not_served_while_another_is_awaited(by_hand: Estate) -> None:
    (request,) = by_hand.settle()["requests"]
    by_hand.put(by_hand.pki.issuing, not_before=NOW - 80 * DAY, not_after=NOW - DAY)
    assert by_hand.settle()["nothing_to_serve"] == ["es"]
    answer(request, by_hand.pki.issuing, not_before=NOW - 80 * DAY, not_after=NOW + 10 * DAY)
    assert by_hand.settle()["nothing_to_serve"] == []
    by_hand.path("key.pem").unlink()
    result = by_hand.settle(replace_key=True)
    assert (result["waiting"], result["nothing_to_serve"]) == (["es"], ["es"])


def test_a_new_key_waits_beside_the_old_one(by_hand: Estate) -> None:
    (request,) = by_hand.settle()["requests"]
    answer(request, by_hand.pki.issuing, not_before=NOW - 80 * DAY, not_after=NOW + 10 * DAY)
    by_hand.settle()
    old = by_hand.path("key.pem").read_bytes()
    asked = by_hand.settle(replace_key=True)
    assert items(asked) == ["es.next: directory", "es.next: key.pem", "es.next: request.csr"]
    (request,) = asked["requests"]
    assert request["put_certificate_at"] == str(by_hand.directory / "es.next" / "certificate.pem")
    assert by_hand.path("key.pem").read_bytes() == old
    # Once begun it is carried through, whatever the option says now.
    assert by_hand.settle(replace_key=False)["requests"] == [request]
    new = answer(request, by_hand.pki.issuing)
    assert items(by_hand.settle(replace_key=False))[-1] == "es: key and certificate"
    assert by_hand.leaf() == new.certificate
    assert by_hand.key().public_key() == new.key.public_key()
    assert [path.name for path in by_hand.directory.iterdir()] == ["es"]


def test_a_next_key_that_is_not_needed_any_more_is_deleted(by_hand: Estate) -> None:
    (request,) = by_hand.settle()["requests"]
    answer(request, by_hand.pki.issuing, not_before=NOW - 80 * DAY, not_after=NOW + 10 * DAY)
    by_hand.settle()
    by_hand.settle(replace_key=True)
    answer(request, by_hand.pki.issuing)  # the renewal came for the old key after all
    result = by_hand.settle(replace_key=True)
    assert "es.next: next key" in items(result)
    assert result["waiting"] == []
    assert [path.name for path in by_hand.directory.iterdir()] == ["es"]


def test_a_request_that_is_lost_is_made_again_with_the_same_key(by_hand: Estate) -> None:
    by_hand.settle()
    key = by_hand.path("key.pem").read_bytes()
    by_hand.path("request.csr").unlink()
    assert items(by_hand.settle()) == ["es: request.csr"]
    assert by_hand.path("key.pem").read_bytes() == key


def test_the_issuer_may_change_from_own_authority_to_hand_over(by_hand: Estate) -> None:
    by_hand.settle(provider="own_ca", own_ca=by_hand.pki.own_ca)
    serial = by_hand.leaf().serial_number
    assert items(by_hand.settle()) == []
    assert by_hand.leaf().serial_number == serial
