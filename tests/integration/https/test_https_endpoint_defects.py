# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real handshakes with real listeners, each with one defect or several."""

from __future__ import annotations

from typing import Any

import pytest

from emulators.certificates import Authority
from tests.integration.https.endpoints import ADDRESS, DAY, HOST, NOW, Make, examine, serve, sound
from tests.integration.https.pki import Pki

DEFECTS: dict[str, tuple[Make, dict[str, Any], set[str]]] = {
    "sound": (sound, {}, set()),
    "expired": (lambda pki: pki.issuing.issue([HOST], not_after=NOW - DAY), {}, {"expired"}),
    "not yet valid": (lambda pki: pki.issuing.issue([HOST], not_before=NOW + DAY), {}, {"not_yet_valid"}),
    "wrong name": (lambda pki: pki.issuing.issue(["other.exams.example"]), {}, {"wrong_name"}),
    "no alternative names": (lambda pki: pki.issuing.issue([HOST], san=False), {}, {"wrong_name"}),
    "self-signed": (lambda pki: pki.issuing.issue([HOST], self_signed=True), {}, {"self_signed"}),
    "unknown root": (lambda pki: pki.stranger.issue([HOST]), {}, {"unknown_issuer"}),
    "unknown issuing": (
        lambda pki: Authority.create("Stranger issuing", parent=pki.stranger).issue([HOST]),
        {},
        {"unknown_issuer"},
    ),
    "incomplete, known": (
        lambda pki: pki.issuing.issue([HOST], chain=False),
        {"intermediates": True},
        {"incomplete_chain"},
    ),
    "incomplete, announced": (
        lambda pki: pki.issuing.issue([HOST], chain=False, ca_issuers="http://pki.exams.example/issuing.cer"),
        {},
        {"incomplete_chain"},
    ),
    "weak key": (lambda pki: pki.issuing.issue([HOST], key="rsa1024"), {}, {"weak_key"}),
    "weak signature": (lambda pki: pki.issuing.issue([HOST], hash_name="sha1"), {}, {"weak_signature"}),
    "no EKU": (lambda pki: pki.issuing.issue([HOST], server_auth=False), {}, {"missing_server_eku"}),
    "client EKU": (
        lambda pki: pki.issuing.issue([HOST], server_auth=False, client_auth=True),
        {},
        {"missing_server_eku"},
    ),
    "long life": (
        lambda pki: pki.issuing.issue([HOST], not_after=NOW + 800 * DAY),
        {"maximum_life_days": 200},
        {"too_long_a_life"},
    ),
    "ends soon": (lambda pki: pki.issuing.issue([HOST], not_after=NOW + 5 * DAY), {}, {"expires_soon"}),
    "no staple": (sound, {"require_ocsp_stapling": True}, {"no_ocsp_staple"}),
    "four at once": (
        lambda pki: pki.stranger.issue(
            ["other.exams.example"], key="rsa1024", hash_name="sha1", not_after=NOW - DAY, server_auth=False
        ),
        {},
        {"expired", "wrong_name", "unknown_issuer", "weak_key", "weak_signature", "missing_server_eku"},
    ),
}


@pytest.mark.parametrize("case", DEFECTS)
def test_each_defect_is_found_by_its_name_and_no_other(case: str, pki: Pki) -> None:
    make, arguments, expected = DEFECTS[case]
    if arguments.get("intermediates"):
        arguments = {"intermediates": pki.intermediates}
    issued = make(pki)
    with serve(issued.server_context(legacy=True)) as listeners:
        port = listeners.ports[0]
        result = examine(pki, {"port": port}, **arguments)
    (endpoint,) = result["endpoints"]
    assert set(endpoint["defects"]) == expected, result.get("msg")
    assert endpoint["chain"][0]["serial"] == f"{issued.certificate.serial_number:X}"
    assert result.get("failed", False) is bool(expected)
    assert {finding["what"] for finding in result["differences"]} == expected
    for finding in result["differences"]:
        assert finding["where"] == f"{HOST}:{port} ({ADDRESS})"
        assert finding["remedy"]
        assert finding["what"] in result["msg"]
