# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connecting by the collection's own means: verified TLS, the name behind another address, logins that are rejected."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pyodbc
import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql._odbc import connect
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.server import (
    DatabaseRefused,
    LoginRejected,
    Server,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem
from emulators.certificates import Authority


def test_that_the_connection_is_encrypted(admin: pyodbc.Connection) -> None:
    row = admin.execute("SELECT encrypt_option FROM sys.dm_exec_connections WHERE session_id = @@SPID").fetchone()
    assert row is not None
    assert row[0] == "TRUE"


def test_that_an_authority_that_is_not_trusted_is_refused(server: Server, tmp_path: Path) -> None:
    Authority.create("another").save(tmp_path)
    with pytest.raises(Problem, match="certificate does not verify"):
        connect(replace(server, ca_certificates=str(tmp_path / "root.pem")), autocommit=True)


def test_that_another_name_is_refused(server: Server) -> None:
    address = server.connect_address or server.name
    with pytest.raises(Problem, match=r"certificate does not verify.*expected a certificate for other\.exams\.example"):
        connect(replace(server, name="other.exams.example", connect_address=address), autocommit=True)


def test_that_the_environment_is_left_as_it_was(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/as/before")
    connect(server, autocommit=True).close()
    assert os.environ["SSL_CERT_FILE"] == "/as/before"


@pytest.mark.parametrize("change", [{"password": "Wr0ng!password"}, {"user": "nobody_exam"}])
def test_that_a_rejected_login_is_an_error_of_its_own_without_the_password(
    server: Server, change: dict[str, str]
) -> None:
    with pytest.raises(LoginRejected) as caught:
        connect(replace(server, **change), autocommit=True)  # type: ignore[arg-type]  # both fields are texts
    assert "18456" in str(caught.value)
    assert caught.value.__cause__ is None
    assert str(server.password) not in str(caught.value)
    assert "Wr0ng!password" not in str(caught.value)


def test_that_who_has_no_ticket_is_told_how_to_get_one(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KRB5CCNAME", "FILE:/nowhere/ticket")
    monkeypatch.setenv("KRB5_CLIENT_KTNAME", "/nowhere/keytab")
    with pytest.raises(Problem, match=r"no Kerberos ticket.*expected a ticket for MSSQLSvc/.*kinit") as caught:
        connect(replace(server, authentication="windows", user=None, password=None), autocommit=True)
    assert not isinstance(caught.value, LoginRejected)


def test_that_a_database_that_is_not_there_is_no_rejected_login(server: Server) -> None:
    with pytest.raises(DatabaseRefused, match="exam_nowhere"):
        connect(replace(server, database="exam_nowhere"), autocommit=True)


def test_that_nobody_who_listens_is_a_problem(server: Server) -> None:
    with pytest.raises(Problem, match="no connection"):
        connect(replace(server, port=9, timeout=1), autocommit=True)


def test_autocommit_is_an_argument(server: Server) -> None:
    with connect(server, autocommit=False) as connection:
        assert connection.execute("SELECT @@TRANCOUNT").fetchval() == 1
    with connect(server, autocommit=True) as connection:
        assert connection.execute("SELECT @@TRANCOUNT").fetchval() == 0
