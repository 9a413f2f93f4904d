# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an endpoint shows besides its defects: versions, SQL Server, staples, and what is no TLS at all."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path
from typing import Any

import pytest

from emulators.certificates import Authority
from tests.integration.https.endpoints import ADDRESS, DAY, HOST, NOW, examine, serve, sound
from tests.integration.https.pki import Pki
from tests.integration.https.stapling import stapling_server
from tests.module_runner import run_module


def test_what_a_sound_endpoint_shows(pki: Pki) -> None:
    with serve(sound(pki).server_context()) as listeners:
        result = examine(pki, {"port": listeners.ports[0]})
    assert (result["state"], result["proven"], result["changed"]) == ("proven", True, False)
    (endpoint,) = result["endpoints"]
    assert endpoint["protocol"] == "TLSv1.3"
    assert endpoint["protocols"] == {
        "TLSv1.0": "refused",
        "TLSv1.1": "refused",
        "TLSv1.2": "offered",
        "TLSv1.3": "offered",
    }
    assert endpoint["cipher"].startswith("TLS_")
    assert (endpoint["key"], endpoint["signature_algorithm"], endpoint["ocsp_staple"]) == (
        "ECDSA P-256",
        "sha256",
        "none",
    )
    assert [entry["subject"] for entry in endpoint["chain"]] == [f"CN={HOST}", "CN=Exams test issuing"]
    assert 89 < endpoint["days_left"] <= 90


def test_an_endpoint_is_judged_at_the_given_time(pki: Pki) -> None:
    with serve(sound(pki).server_context()) as listeners:
        endpoint = {"port": listeners.ports[0]}
        later = examine(pki, endpoint, at=(NOW + 100 * DAY).isoformat())
        earlier = examine(pki, endpoint, at=(NOW - 100 * DAY).isoformat(), on_difference="report")
    assert later["endpoints"][0]["defects"] == ["expired"]
    assert earlier["endpoints"][0]["defects"] == ["not_yet_valid"]
    assert "failed" not in earlier


def test_an_expired_intermediate_is_named(pki: Pki) -> None:
    old = Authority.create("Old issuing", parent=pki.root, not_before=NOW - 20 * DAY, not_after=NOW - DAY)
    with serve(old.issue([HOST]).server_context()) as listeners:
        result = examine(pki, {"port": listeners.ports[0]})
    (finding,) = result["differences"]
    assert finding["what"] == "expired"
    assert "CN=Old issuing" in finding["found"]


def test_an_address_is_proven_as_one(pki: Pki) -> None:
    issued = pki.issuing.issue([HOST, ADDRESS])
    with serve(issued.server_context()) as listeners:
        port = listeners.ports[0]
        result = examine(pki, {"host": ADDRESS, "port": port}, {"host": "127.33.0.2", "port": port})
    assert [endpoint["defects"] for endpoint in result["endpoints"]] == [[], ["wrong_name"]]


def test_roots_of_one_endpoint_replace_those_of_all(pki: Pki) -> None:
    with serve(pki.stranger.issue([HOST]).server_context()) as listeners:
        result = examine(pki, {"port": listeners.ports[0], "roots": [str(pki.directory / "stranger" / "root.pem")]})
    assert result["state"] == "proven"


@pytest.mark.parametrize(
    ("versions", "minimum", "offered", "defects"),
    [
        (("TLSv1", "TLSv1_3"), "TLSv1.2", ["TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"], ["old_protocol"]),
        (("TLSv1_2", "TLSv1_2"), "TLSv1.2", ["TLSv1.2"], []),
        (("TLSv1_2", "TLSv1_3"), "TLSv1.3", ["TLSv1.2", "TLSv1.3"], ["old_protocol"]),
        (("TLSv1_3", "TLSv1_3"), "TLSv1.3", ["TLSv1.3"], []),
        (("TLSv1", "TLSv1"), "TLSv1.2", ["TLSv1.0"], ["old_protocol"]),
    ],
)
# Python warns of the old versions, which is what this is about.
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1 is deprecated")
def test_protocol_versions_offered(
    pki: Pki, versions: tuple[str, str], minimum: str, offered: list[str], defects: list[str]
) -> None:
    oldest, newest = (ssl.TLSVersion[version] for version in versions)
    context = sound(pki).server_context(minimum=oldest, maximum=newest, legacy=True)
    with serve(context) as listeners:
        result = examine(pki, {"port": listeners.ports[0]}, minimum_protocol=minimum)
    (endpoint,) = result["endpoints"]
    assert [version for version, state in endpoint["protocols"].items() if state == "offered"] == offered
    assert endpoint["defects"] == defects


def test_sql_server_is_seen_through_its_pre_login(pki: Pki) -> None:
    expired = pki.issuing.issue([HOST], not_after=NOW - DAY)
    with serve(sound(pki).server_context(), expired.server_context(), kind="tds") as listeners:
        entries = [{"port": port, "starttls": "tds"} for port in listeners.ports]
        result = examine(pki, *entries)
    first, second = result["endpoints"]
    assert (first["defects"], second["defects"]) == ([], ["expired"])
    assert first["protocol"] == "TLSv1.2"
    assert first["protocols"]["TLSv1.3"] == "refused"


def test_another_service_on_the_port_is_a_difference(pki: Pki) -> None:
    context = sound(pki).server_context()
    with serve(context, fault="wrong") as wrong, serve(context) as tls, serve(context, kind="tds") as tds:
        result = examine(
            pki,
            {"port": wrong.ports[0]},
            {"port": tls.ports[0], "starttls": "tds"},
            {"port": tds.ports[0]},
            deadline=5,
        )
    assert result["endpoints"][0]["defects"] == ["not_tls"]
    assert all(endpoint["reached"] and len(endpoint["defects"]) == 1 for endpoint in result["endpoints"])
    assert "SSH-2.0" in result["differences"][0]["found"]


def test_a_refused_handshake_is_a_difference(pki: Pki) -> None:
    context = sound(pki).server_context()

    def refuse(_side: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> int:
        return int(ssl.AlertDescription.ALERT_DESCRIPTION_UNRECOGNIZED_NAME)

    context.sni_callback = refuse
    with serve(context) as listeners:
        result = examine(pki, {"port": listeners.ports[0]})
    assert result["endpoints"][0]["defects"] == ["handshake_refused"]
    assert "unrecognized name" in result["differences"][0]["found"]


def test_what_is_not_reached_is_neither_failure_nor_proof(pki: Pki) -> None:
    with socket.create_server((ADDRESS, 0)) as closed:
        refused = closed.getsockname()[1]
    with serve(sound(pki).server_context(), fault="silent") as silent, serve(sound(pki).server_context()) as served:
        result = examine(
            pki,
            {"port": refused},
            {"port": silent.ports[0]},
            {"port": served.ports[0]},
            {"port": 443, "connect_address": "nowhere.invalid"},
            deadline=1,
        )
    assert "failed" not in result
    assert (result["state"], result["proven"]) == ("not_proven", False)
    assert [endpoint["reached"] for endpoint in result["endpoints"]] == [False, False, True, False]
    found = [finding["found"] for finding in result["not_proven"]]
    assert "refused" in found[0].lower()
    assert "no answer within 1 s" in found[1]
    assert "nowhere.invalid cannot be resolved" in found[2]
    assert result["endpoints"][2]["defects"] == []


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("good", []),
        ("revoked", ["revoked"]),
        ("outdated", ["invalid_ocsp_staple"]),
        ("forged", ["invalid_ocsp_staple"]),
    ],
)
def test_stapled_ocsp_responses(pki: Pki, kind: str, expected: list[str]) -> None:
    issued = pki.issuing.issue([HOST])
    responses = {
        "good": pki.issuing.ocsp_response(issued),
        "revoked": pki.issuing.ocsp_response(issued, revoked=True),
        "outdated": pki.issuing.ocsp_response(issued, at=NOW - 30 * DAY),
        "forged": pki.stranger.ocsp_response(issued),
    }
    with stapling_server(issued, responses[kind]) as port:
        result = examine(pki, {"port": port, "connect_address": "127.33.0.9"}, require_ocsp_stapling=True)
    assert result["endpoints"][0]["defects"] == expected, result.get("msg")


def test_check_mode_does_the_same(pki: Pki) -> None:
    with serve(sound(pki).server_context()) as listeners:
        arguments = {
            "endpoints": [{"host": HOST, "connect_address": ADDRESS, "port": listeners.ports[0]}],
            "roots": pki.roots,
        }
        assert run_module("https_endpoint_info", arguments, check=True)["state"] == "proven"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"endpoints": [{"host": HOST, "port": 70000}]}, "endpoints[0].port=70000"),
        ({"endpoints": [{"host": "https://x.example"}]}, "endpoints[0].host='https://x.example'"),
        ({"endpoints": [{"host": "*.exams.example"}]}, "endpoints[0].host='*.exams.example'"),
        ({"endpoints": [{"host": HOST}, {"host": HOST.upper()}]}, "endpoints[1]="),
        ({"endpoints": [{"host": HOST, "connect_address": "a b"}]}, "endpoints[0].connect_address='a b'"),
        ({"at": "tomorrow"}, "at='tomorrow'"),
        ({"at": "2027-01-01T00:00:00"}, "offset"),
        ({"roots": ["/nonexistent.pem"]}, "roots[0]='/nonexistent.pem'"),
        ({"roots": []}, "roots=[]"),
        ({"deadline": 0}, "deadline=0.0"),
        ({"concurrency": 0}, "concurrency=0"),
        ({"minimum_days_left": -1}, "minimum_days_left=-1"),
    ],
)
def test_what_cannot_be_meant_is_refused(pki: Pki, arguments: dict[str, Any], message: str) -> None:
    base: dict[str, Any] = {"endpoints": [{"host": HOST, "connect_address": "127.33.0.1"}], "roots": pki.roots}
    result = run_module("https_endpoint_info", {**base, **arguments})
    assert result["failed"]
    assert message in result["msg"]


def test_a_file_without_certificates_is_refused(pki: Pki, tmp_path: Path) -> None:
    (tmp_path / "no.pem").write_text("no certificate\n")
    result = examine(pki, {}, roots=[str(tmp_path / "no.pem")])
    assert "roots[0]=" in result["msg"]
    assert "holds no certificates" in result["msg"]
