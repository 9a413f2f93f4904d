# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is answered to requests that no WS-Management client sends."""

from __future__ import annotations

import socket
import ssl

import pytest
import requests
from requests.auth import HTTPBasicAuth

from emulators.processes import wait_until
from tests.integration.windows.conftest import Host

SOAP = '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope">{}</s:Envelope>'


def post(host: Host, body: str, *, path: str = "/wsman", auth: HTTPBasicAuth | None = None) -> requests.Response:
    root = str(host.process.authority / "root.pem")
    return requests.post(f"https://{host.address}:5986{path}", data=body, auth=auth, verify=root, timeout=5)


def test_that_nothing_is_told_to_who_is_not_known(host: Host, password: str) -> None:
    answer = post(host, SOAP)
    assert (answer.status_code, answer.content) == (401, b"")
    assert answer.headers["WWW-Authenticate"] == 'Negotiate, Basic realm="WSMAN"'
    for header in ("Basic !!!", "Negotiate TlRMTVNTUAA=", "Negotiate YQ==", "Bearer x"):
        root = str(host.process.authority / "root.pem")
        url = f"https://{host.address}:5986/wsman"
        refused = requests.post(url, data=SOAP, headers={"Authorization": header}, verify=root, timeout=5)
        assert refused.status_code == 401, header
    assert post(host, "", path="/other", auth=HTTPBasicAuth("ansible", password)).status_code == 404
    got = requests.get(f"https://{host.address}:5986/wsman", verify=root, timeout=5)
    assert got.status_code == 405


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("no XML", "the message is not XML"),
        (SOAP.format(""), "no SOAP envelope with a header and a body"),
        (SOAP.format("<s:Header/><s:Body/>"), "the resource  is not emulated"),
    ],
)
def test_that_what_is_not_understood_is_a_fault_that_says_so(host: Host, password: str, body: str, said: str) -> None:
    answer = post(host, body, auth=HTTPBasicAuth("ansible", password))
    assert answer.status_code == 500
    assert said in answer.text


def test_that_no_http_ends_the_connection(host: Host) -> None:
    context = ssl.create_default_context(cafile=str(host.process.authority / "root.pem"))
    with (
        socket.create_connection((host.address, 5986), timeout=5) as connection,
        context.wrap_socket(connection, server_hostname=host.address) as secured,
    ):
        secured.sendall(b"SSH-2.0-nobody\r\n\r\n")
        assert secured.recv(100) == b""


def test_that_a_faults_file_that_is_not_understood_changes_nothing(host: Host) -> None:
    path = host.process.directory / "faults.json"
    before = path.read_bytes() if path.exists() else b"{}"
    path.write_text(f'{{"{host.name}": {{"explode": true}}}}', encoding="utf-8")
    wait_until(
        lambda: "faults.json is not understood, the faults stay as they were" in host.process.log, "the complaint"
    )
    assert post(host, SOAP).status_code == 401
    path.write_bytes(before)
