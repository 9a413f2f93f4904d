# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who logs in by a ticket, what the login may do, and how clients other than ours negotiate."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import gssapi
import pyodbc
import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils import tds_prelogin as tds
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql._odbc import connect
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.server import (
    DatabaseRefused,
    LoginRejected,
    Server,
)
from emulators.processes import wait_until
from emulators.sql.tds.kerberos import Kerberos
from emulators.sql.tds.negotiation import NotTrusted
from tests.integration.sql.conftest import Emulator, Opener, Runner, number_of, rows, sessions_of
from tests.integration.sql.kerberos.conftest import KEYTAB, SERVICE, WINDOWS
from tests.kerberos import REALM, Realm


def test_that_a_ticket_is_who_it_is(
    realm: Realm, windows: Server, login: Callable[..., str], run: Runner, open_connection: Opener
) -> None:
    name = login("deployer", server_permissions=["VIEW SERVER STATE"])
    realm.log_in("deployer")
    connection = open_connection(authentication="windows", user=None, password=None)
    query = "SELECT SUSER_SNAME(), auth_scheme FROM sys.dm_exec_connections WHERE session_id = @@SPID"
    assert rows(connection.execute(query)) == [(name, "KERBEROS")]
    assert connection.execute("SELECT CONNECTIONPROPERTY('auth_scheme')").fetchval() == "KERBEROS"
    found = run("mssql_info", **WINDOWS)["connection"]
    assert (found["login"], found["authentication_scheme"], found["sysadmin"]) == (name, "KERBEROS", False)


def test_that_a_login_of_windows_has_just_its_rights(
    realm: Realm, windows: Server, run: Runner, connection: pyodbc.Connection, database: str
) -> None:
    connection.execute("CREATE TABLE dbo.t (id int); CREATE TABLE dbo.u (id int); INSERT INTO dbo.t VALUES (1)")
    name = "EXAMS\\timetabling"
    user = {"name": database, "permissions": [{"permissions": ["SELECT"], "schema": "dbo", "object": "t"}]}
    declared = {"name": name, "type": "windows", "databases": [user]}
    realm.log_in("timetabling")
    with pytest.raises(LoginRejected, match="18456"):
        connect(windows, autocommit=True)
    predicted = run("mssql_login", check=True, **declared)
    assert run("mssql_login", **declared)["changes"] == predicted["changes"]
    assert run("mssql_login", **declared)["changed"] is False
    mine = connect(replace(windows, database=database), autocommit=True)
    assert rows(mine.execute("SELECT id FROM dbo.t")) == [(1,)]
    for statement in ("INSERT INTO dbo.t VALUES (2)", "SELECT id FROM dbo.u"):
        with pytest.raises(pyodbc.Error) as caught:
            mine.execute(statement)
        assert number_of(caught.value) == 229
    mine.close()
    with pytest.raises(DatabaseRefused, match="cannot use the database model"):
        connect(replace(windows, database="model"), autocommit=True)
    wait_until(lambda: not sessions_of(connection, name), "the session to end")
    assert run("mssql_login", name=name, type="windows", state="absent")["changed"] is True
    with pytest.raises(LoginRejected, match="18456"):
        connect(windows, autocommit=True)


def test_that_a_keytab_logs_in_without_kinit(
    realm: Realm, windows: Server, login: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    name = login("automation")
    realm.add_service("automation", realm.directory / "automation.keytab")
    monkeypatch.setenv("KRB5_CLIENT_KTNAME", str(realm.directory / "automation.keytab"))
    connection = connect(windows, autocommit=True)
    assert connection.execute("SELECT ORIGINAL_LOGIN()").fetchval() == name
    connection.close()


@pytest.mark.parametrize("delegated", [True, False])
def test_that_the_driver_hands_a_forwardable_ticket_over_unless_it_is_told_not_to(
    member: Emulator, realm: Realm, windows: Server, login: Callable[..., str], monkeypatch: pytest.MonkeyPatch,
    *, delegated: bool,
) -> None:  # fmt: skip
    log = member.directory / "log"
    before = len(log.read_text(encoding="utf-8"))
    login("deployer")
    if not delegated:
        option = "[libdefaults]\n enforce_ok_as_delegate = true\n"
        careful = realm.another_configuration("careful.conf", "[libdefaults]\n", option)
        monkeypatch.setenv("KRB5_CONFIG", str(careful))
    realm.log_in("deployer", forwardable=True)
    connect(windows, autocommit=True).close()
    assert (f"deployer@{REALM} has handed its ticket over" in log.read_text(encoding="utf-8")[before:]) is delegated


SPNEGO = gssapi.OID.from_int_seq("1.3.6.1.5.5.2")


def initiator(*, mechanism: gssapi.OID = gssapi.MechType.kerberos, legs: int = 2) -> gssapi.SecurityContext:
    flags = [gssapi.RequirementFlag.mutual_authentication]
    flags += [gssapi.RequirementFlag.dce_style] * (legs == 3)
    name = gssapi.Name(SERVICE, gssapi.NameType.kerberos_principal)
    return gssapi.SecurityContext(name=name, mech=mechanism, flags=flags, usage="initiate")


@pytest.mark.parametrize(("mechanism", "legs"), [(SPNEGO, 2), (gssapi.MechType.kerberos, 3)])
def test_that_other_clients_negotiate(
    realm: Realm, server: Server, login: Callable[..., str], mechanism: gssapi.OID, legs: int
) -> None:
    """By SPNEGO, as .NET's does, and with an answer to the server's answer (MS-TDS 2.2.6.10)."""
    login("deployer")
    realm.log_in("deployer")
    context = initiator(mechanism=mechanism, legs=legs)
    with socket.create_connection((str(server.connect_address), server.port), timeout=10) as client:
        client.sendall(tds.request(tds.Encryption.NOT_SUPPORTED))
        assert tds.parse_message(message_of(client)).encryption is tds.Encryption.NOT_SUPPORTED
        client.sendall(tds.wrap(login7(context.step()), kind=0x10))
        answer = message_of(client)
        assert (answer[0], int.from_bytes(answer[1:3], "little")) == (0xED, len(answer) - 3)
        token = context.step(answer[3:])
        assert (token is not None) is (legs == 3)
        if token:
            client.sendall(tds.wrap(token, kind=0x11))
        assert b"\xad" in message_of(client)  # LOGINACK
    assert context.complete


def login7(token: bytes) -> bytes:
    """Return a login by Windows authentication, without all that may be left out."""
    head = struct.pack("<IIIIIIBBBBiI", 94 + len(token), 0x74000004, 4096, 7, 1, 0, 0, 0x80, 0, 0, 0, 0)
    fields = struct.pack("<HH", 94, 0) * 9 + bytes(6) + struct.pack("<HHHHHHI", 94, len(token), 94, 0, 94, 0, 0)
    return head + fields + token


def message_of(client: socket.socket) -> bytes:
    """Return the next message of the server, which is one packet."""
    head = client.recv(8, socket.MSG_WAITALL)
    return client.recv(int.from_bytes(head[2:4], "big") - 8, socket.MSG_WAITALL)


def test_that_a_realm_that_is_no_domain_is_not_trusted(realm: Realm, directory: Path) -> None:
    realm.log_in("deployer")
    other = Kerberos(directory / KEYTAB, {"OTHER.EXAMPLE": "OTHER"}, replays=directory / "replays")
    negotiation = other.negotiation()
    negotiation.step(initiator().step())
    assert negotiation.complete
    with pytest.raises(NotTrusted, match=f"the realm {REALM} is no domain"):
        _account = negotiation.account
