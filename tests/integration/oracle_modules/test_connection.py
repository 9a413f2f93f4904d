# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections are encrypted and verified, or there are none; refusals are told apart."""

from __future__ import annotations

import socket
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle._oracledb import connect
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.failures import ConnectionLost
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.server import (
    CertificateNotVerified,
    LoginRejected,
    Server,
    ServiceUnknown,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.session import Session
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem
from emulators.certificates import Authority
from tests.integration.oracle_modules.databases import NAME, SERVICE, Emulator, Runner, rows


def descriptor(emulator: Emulator, security: str = "") -> str:
    address = f"(ADDRESS=(PROTOCOL=tcps)(HOST={emulator.server.connect_address})(PORT=2484))"
    return f"(DESCRIPTION={address}(CONNECT_DATA=(SERVICE_NAME={SERVICE})){security})"


def by_descriptor(emulator: Emulator, text: str, **changes: Any) -> Server:
    return replace(emulator.server, name=None, service=None, connect_address=None, descriptor=text, **changes)


def test_that_a_descriptor_leads_there_too(emulator: Emulator) -> None:
    named = f"(SECURITY=(SSL_SERVER_CERT_DN=CN={NAME}))"
    with connect(by_descriptor(emulator, descriptor(emulator, named))) as connection:
        assert rows(connection, "SELECT USER FROM DUAL") == [("SYSTEM",)]
    with pytest.raises(CertificateNotVerified):
        connect(by_descriptor(emulator, descriptor(emulator)))  # the certificate does not name the address


def test_that_a_distinguished_name_stands_for_the_dns_name(emulator: Emulator) -> None:
    with connect(replace(emulator.server, name="other.exams.example", certificate_dn=f"CN={NAME}")) as connection:
        assert rows(connection, "SELECT USER FROM DUAL") == [("SYSTEM",)]
    with pytest.raises(CertificateNotVerified):
        connect(replace(emulator.server, certificate_dn="CN=other.exams.example"))


def test_that_the_certificate_of_another_server_is_refused(emulator: Emulator) -> None:
    with pytest.raises(CertificateNotVerified, match=r"certificate for other\.exams\.example"):
        connect(replace(emulator.server, name="other.exams.example"))


def test_that_the_certificate_of_another_authority_is_refused(emulator: Emulator, tmp_path: Path) -> None:
    Authority.load_or_create(tmp_path / "other", "Another root")
    with pytest.raises(CertificateNotVerified):
        connect(replace(emulator.server, ca_certificates=str(tmp_path / "other/root.pem")))
    with pytest.raises(CertificateNotVerified):
        connect(by_descriptor(emulator, descriptor(emulator), ca_certificates=str(tmp_path / "other/root.pem")))


@pytest.mark.parametrize(
    "text",
    [
        "(DESCRIPTION=(ADDRESS=(PROTOCOL=tcp)(HOST=127.0.0.1)(PORT=1521))(CONNECT_DATA=(SERVICE_NAME=x)))",
        "(DESCRIPTION=(ADDRESS=(PROTOCOL=tcps)(HOST=127.0.0.1)(PORT=2484))(CONNECT_DATA=(SERVICE_NAME=x))"
        "(SECURITY=(SSL_SERVER_DN_MATCH=no)))",
        "(DESCRIPTION=(ADDRESS_LIST=(ADDRESS=(PROTOCOL=tcps)(HOST=127.0.0.1)(PORT=2484))"
        "(ADDRESS=(PROTOCOL=tcp)(HOST=127.0.0.1)(PORT=1521)))(CONNECT_DATA=(SERVICE_NAME=x)))",
        "(DESCRIPTION=(ADDRESS",
        "127.0.0.1/x",
    ],
)
def test_that_a_descriptor_that_does_not_verify_is_refused(emulator: Emulator, text: str) -> None:
    with pytest.raises(Problem, match=r"descriptor=.* is refused"):
        connect(by_descriptor(emulator, text))


def test_that_an_unknown_service_is_told_apart(emulator: Emulator) -> None:
    with pytest.raises(ServiceUnknown, match="does not know the service"):
        connect(replace(emulator.server, service="not.there"))


def test_that_a_wrong_password_is_tried_once_and_never_shown(emulator: Emulator) -> None:
    with pytest.raises(LoginRejected) as caught:
        connect(replace(emulator.server, password="Wrong-one-1"))
    assert caught.value.number == 1017
    assert "Wrong-one-1" not in str(caught.value)
    assert caught.value.__context__ is None


def test_that_nobody_answers(emulator: Emulator) -> None:
    with socket.create_server((str(emulator.server.connect_address), 0)) as silent:
        port = silent.getsockname()[1]
        begun = time.monotonic()
        with pytest.raises(Problem, match="no connection"):
            connect(replace(emulator.server, port=port, timeout=1))
        assert time.monotonic() - begun < 10
    with pytest.raises(Problem, match="no connection"):
        connect(replace(emulator.server, port=port, timeout=1))


def test_that_a_session_connects_anew_after_its_connection_broke(emulator: Emulator) -> None:
    session = Session(emulator.server)
    assert session.value("SELECT 1 FROM DUAL") == 1
    emulator.faults({"kind": "drop", "match": "SELECT 2", "times": 1})
    with pytest.raises(ConnectionLost):
        session.value("SELECT 2 FROM DUAL")
    emulator.faults()
    assert session.value("SELECT 2 FROM DUAL") == 2
    session.close()


def test_that_a_statement_may_take_longer_than_the_login(emulator: Emulator) -> None:
    session = Session(replace(emulator.server, timeout=1))
    session.call("BEGIN DBMS_SESSION.SLEEP(2); END;")
    session.close()


@pytest.mark.parametrize("fault", [{"kind": "refuse"}, {"kind": "drop", "match": "ALTER SESSION"}, {"kind": "drop"}])
@pytest.mark.parametrize("module", ["oracle_access_info", "oracle_streams_info", "oracle_account"])
def test_that_a_server_that_does_not_answer_is_told_from_one_that_refuses(
    run: Runner, emulator: Emulator, reader: str, module: str, fault: dict[str, Any]
) -> None:
    arguments = {"name": "NOBODY", "state": "absent"} if module == "oracle_account" else {}
    emulator.faults(fault)
    silent = run(module, reader, **arguments)
    assert silent.get("no_answer") is True, silent["msg"]
    emulator.faults()
    emulator.passwords[reader] += "x"
    rejected = run(module, reader, **arguments)
    assert rejected["failed"]
    assert "no_answer" not in rejected, rejected["msg"]
