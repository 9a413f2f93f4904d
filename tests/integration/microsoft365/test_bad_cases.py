# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong between here and Microsoft: each ends with a message that says what to do; a re-run completes."""

from __future__ import annotations

import base64
import socket
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from emulators.certificates import Authority
from tests.integration.microsoft365.conftest import CALSYNC, PERMISSIONS, Office, Runner, days
from tests.integration.microsoft365.connect_proxy import ConnectProxy

DECLARED = {"name": "CalSync LIVE", "tag": "exam-scheduling:calsync:live"}


def failed(run: Runner, **changes: Any) -> str:
    result = run("entra_application", **{**DECLARED, **changes})
    assert result["failed"], result
    return str(result["msg"])


def completes(office: Office, run: Runner) -> None:
    office.faults()
    run("entra_application", **DECLARED)
    assert run("entra_application", **DECLARED)["changed"] is False
    names = [each["displayName"] for each in office.server.tenant.applications.values()]
    assert names.count("CalSync LIVE") == 1


def test_the_wrong_tenant(office: Office, run: Runner) -> None:
    message = failed(run, tenant="11111111-1111-1111-1111-111111111111")
    assert "there is no such tenant" in message
    assert "Tenant ID" in message
    completes(office, run)


def test_an_expired_certificate(office: Office, run: Runner) -> None:
    office.client("late", CALSYNC, PERMISSIONS)
    office.certificate("late", not_before=days(-60), not_after=days(-2))
    with office.server.tenant.lock:
        certificate = x509.load_pem_x509_certificate(Path(office.file("late")).read_bytes())
        application = office.server.tenant.find(office.server.tenant.applications.values(), appId=CALSYNC)[0]
        application["keyCredentials"][0].update(
            key=base64.b64encode(certificate.public_bytes(Encoding.DER)).decode(),
            endDateTime=certificate.not_valid_after_utc.isoformat(),
        )
    message = failed(run, **office.connection("late", CALSYNC))
    assert "AADSTS700027" in message
    assert "The key used is expired" in message
    assert "correlation id" in message
    completes(office, run)


def test_a_certificate_that_is_not_registered(office: Office, run: Runner) -> None:
    office.certificate("stranger")
    message = failed(run, certificate=office.file("stranger"), private_key=office.file("stranger", "key"))
    assert "The key was not found" in message
    assert "uoe.exam_scheduling.entra_application" in message


def test_consent_is_missing(office: Office, run: Runner) -> None:
    office.client("poor", CALSYNC, ["User.Read.All"])
    message = failed(run, **office.connection("poor", CALSYNC))
    assert "403 Authorization_RequestDenied" in message
    assert "needs the application permission Application.ReadWrite.OwnedBy" in message
    assert "request-id" in message
    completes(office, run)


@pytest.mark.parametrize("wait", [{}, {"seconds": 1}], ids=["without Retry-After", "with Retry-After"])
def test_throttled_and_then_not(office: Office, run: Runner, wait: dict[str, int]) -> None:
    office.faults({"kind": "throttle", "match": "v1.0/applications", "times": 2, **wait})
    assert run("entra_application", **DECLARED)["changed"]
    completes(office, run)


def test_throttled_for_too_long(office: Office, run: Runner) -> None:
    office.faults({"kind": "throttle", "match": "GET /v1.0/applications", "seconds": 5})
    message = failed(run, retry_for=1)
    assert "429 TooManyRequests" in message
    assert "Nothing was touched." in message
    completes(office, run)


@pytest.mark.parametrize("asked", ["openid-configuration", "oauth2/v2.0/token"])
@pytest.mark.parametrize(
    "fault",
    [{"kind": "throttle"}, {"kind": "throttle", "seconds": 1}, {"kind": "error"}, {"kind": "error", "status": 502}],
    ids=["throttled", "throttled with Retry-After", "503", "502"],
)
def test_entra_does_not_issue_tokens_and_then_does(
    office: Office, run: Runner, asked: str, fault: dict[str, Any]
) -> None:
    office.faults({**fault, "match": asked, "times": 2})
    assert run("entra_application", **DECLARED)["changed"]
    completes(office, run)


@pytest.mark.parametrize("asked", ["openid-configuration", "oauth2/v2.0/token"])
@pytest.mark.parametrize(("fault", "status"), [({"kind": "throttle", "seconds": 5}, 429), ({"kind": "error"}, 503)])
def test_entra_does_not_issue_tokens_for_too_long(
    office: Office, run: Runner, asked: str, fault: dict[str, Any], status: int
) -> None:
    office.faults({**fault, "match": asked})
    message = failed(run, retry_for=1)
    assert f"Entra ID answered {status}" in message
    assert "no such tenant" not in message
    assert "Nothing was touched." in message
    completes(office, run)


def test_a_server_error_in_the_middle(office: Office, run: Runner) -> None:
    office.faults({"kind": "error", "status": 500, "match": "POST /v1.0/servicePrincipals"})
    result = run("entra_application", **DECLARED)
    assert result["failed"]
    assert result["applied"] == ["application CalSync LIVE"]
    assert result["pending"] == ["application CalSync LIVE service principal"]
    assert "Running again carries on from here." in result["msg"]
    completes(office, run)


def test_an_application_whose_answer_got_lost_is_not_made_twice(office: Office, run: Runner) -> None:
    office.faults(
        {"kind": "lose", "match": "PATCH /v1.0/applications", "times": 1}, {"kind": "consistency", "seconds": 1}
    )
    result = run("entra_application", **DECLARED)
    assert not result.get("failed"), result["msg"]
    assert result["client_id"] in {each["appId"] for each in office.server.tenant.applications.values()}
    completes(office, run)


def test_a_request_that_was_done_and_whose_answer_got_lost(office: Office, run: Runner) -> None:
    office.faults({"kind": "lose", "match": "POST /v1.0/servicePrincipals", "times": 1})
    result = run("entra_application", **DECLARED)
    assert result["failed"]
    assert "Not known whether applied: application CalSync LIVE service principal" in result["msg"]
    assert "client-request-id" in result["msg"]
    completes(office, run)


def test_reading_goes_on_after_a_connection_broke(office: Office, run: Runner) -> None:
    office.faults({"kind": "drop", "match": "GET /v1.0/applications", "times": 2})
    assert run("entra_application", **DECLARED)["changed"]
    completes(office, run)


def test_the_clock_is_wrong(office: Office, run: Runner) -> None:
    office.faults({"kind": "skew", "seconds": 7200})
    message = failed(run)
    assert "AADSTS700024" in message
    assert "clock" in message
    completes(office, run)


def test_the_proxy_does_not_answer(office: Office, run: Runner) -> None:
    with socket.socket() as unused:
        unused.bind(("127.65.255.1", 0))
        proxy = f"http://user:hunter2@127.65.255.1:{unused.getsockname()[1]}"
        message = failed(run, proxy=proxy, connect_address=None, retry_for=0)
    assert "the proxy does not let it through" in message
    assert "Check proxy" in message
    assert "hunter2" not in message
    completes(office, run)


def test_the_proxy_is_used_and_the_environment_is_not(
    office: Office, run: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.65.255.1:9")
    with ConnectProxy((office.server.address, office.server.port)) as proxy:
        result = run("entra_application", proxy=proxy.url, **{**DECLARED, "connect_address": None})
    assert not result.get("failed"), result["msg"]
    assert set(proxy.asked) == {"login.microsoftonline.com:443", "graph.microsoft.com:443"}
    completes(office, run)


def test_nobody_answers(office: Office, run: Runner) -> None:
    message = failed(run, connect_address="127.65.255.2", connect_port=1, retry_for=0)
    assert "the connection failed or broke" in message
    completes(office, run)


def test_another_authority_is_not_trusted(office: Office, run: Runner, tmp_path: Path) -> None:
    Authority.create("Somebody else").save(tmp_path / "else")
    message = failed(run, ca_certificates=str(tmp_path / "else" / "root.pem"))
    assert "the certificate is not trusted" in message
    assert "ca_certificates" in message
