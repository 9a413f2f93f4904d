# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows authentication, as LIVE logs in: Microsoft's driver, a real KDC (MIT), a server that is in the domain.

The server has a key for its name alone, and is always connected to by its address.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

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
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem
from emulators.processes import wait_until
from emulators.sql.tds.kerberos import Kerberos
from emulators.sql.tds.negotiation import NotTrusted
from tests.integration.sql.conftest import (
    NAME,
    Emulator,
    Opener,
    Runner,
    drop_login,
    number_of,
    own_address,
    rows,
    running_emulator,
    sessions_of,
)
from tests.integration.sql.test_faults import MODULES
from tests.kerberos import REALM, Realm, running_realm

SERVICE = f"MSSQLSvc/{NAME}:1433"
UNREGISTERED = "sql-new.exams.example"
KEYTAB = "sql.keytab"
WINDOWS: dict[str, Any] = {"authentication": "windows", "login_user": None, "login_password": None}


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("domain")


@pytest.fixture(scope="module")
def running(directory: Path) -> Iterator[Realm]:
    with running_realm(directory, own_address()) as realm:
        realm.add_users("deployer", "timetabling", "guest")
        realm.add_service(SERVICE, directory / KEYTAB)
        yield realm


@pytest.fixture
def realm(running: Realm, monkeypatch: pytest.MonkeyPatch) -> Iterator[Realm]:
    """The realm, as whose client this process has no ticket."""
    for name, value in running.environment.items():
        monkeypatch.setenv(name, value)
    yield running
    running.log_out()


@pytest.fixture(scope="module")
def member(running: Realm) -> Iterator[Emulator]:
    """A server that is in the domain."""
    domain = {"keytab_file": KEYTAB, "domains": {REALM: "EXAMS"}}
    with running_emulator(running.directory, names=(NAME, UNREGISTERED), kerberos=domain) as found:
        yield found


@pytest.fixture(scope="module")
def server(member: Emulator) -> Server:
    return member.server


@pytest.fixture
def windows(server: Server) -> Server:
    """The server, as whoever has a ticket."""
    return replace(server, authentication="windows", user=None, password=None)


@pytest.fixture
def login(run: Runner, admin: pyodbc.Connection) -> Iterator[Callable[..., str]]:
    """Return what gives an account of the domain a login."""
    created: list[str] = []

    def give(account: str, **declared: Any) -> str:
        created.append(f"EXAMS\\{account}")
        assert run("mssql_login", name=created[-1], type="windows", **declared)["changed"] is True
        return created[-1]

    yield give
    for name in created:
        drop_login(admin, name)


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


# Who has no ticket for the server


def refused(windows: Server, kind: type[Problem] = Problem) -> str:
    """Return why nobody is logged in."""
    with pytest.raises(kind) as caught:
        connect(windows, autocommit=True)
    assert type(caught.value) is kind
    return str(caught.value)


def test_that_a_missing_ticket_is_named(realm: Realm, windows: Server) -> None:
    message = refused(windows)
    assert "there is no Kerberos ticket for the account that runs this" in message
    assert f"expected a ticket for {SERVICE}" in message
    assert "kinit" in message


def test_that_an_expired_ticket_is_named(realm: Realm, windows: Server, login: Callable[..., str]) -> None:
    login("deployer")
    realm.log_in("deployer", lifetime="1s")

    said: list[str] = []

    def refused_now() -> bool:
        try:
            connect(windows, autocommit=True).close()
        except Problem as problem:
            said.append(str(problem))
        return bool(said)

    wait_until(refused_now, "the ticket to expire")
    assert "the Kerberos ticket of the account that runs this has expired" in said[0]


def test_that_a_keytab_that_is_not_the_domains_is_named(
    realm: Realm, windows: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    realm.add_service("batch", realm.directory / "old.keytab")
    realm.renew_key("batch", realm.directory / "new.keytab")
    monkeypatch.setenv("KRB5_CLIENT_KTNAME", str(realm.directory / "old.keytab"))
    assert "the domain does not accept the keytab" in refused(windows)


def test_that_a_service_that_the_domain_does_not_know_is_named(realm: Realm, windows: Server) -> None:
    realm.log_in("deployer")
    message = refused(replace(windows, name=UNREGISTERED))
    assert "the domain knows no such service" in message
    assert f"expected a ticket for MSSQLSvc/{UNREGISTERED}:1433" in message
    assert "setspn -S" in message


def test_that_a_wrong_clock_is_named(realm: Realm, windows: Server) -> None:
    realm.log_in("deployer")
    realm.set_clock(900)
    assert "this host's clock is not the domain's" in refused(windows)


def test_that_a_domain_that_does_not_answer_is_named(
    realm: Realm, windows: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    realm.log_in("deployer")
    elsewhere = realm.another_configuration("elsewhere.conf", realm.where, f"{realm.address}:9")
    monkeypatch.setenv("KRB5_CONFIG", str(elsewhere))
    assert "no domain controller answers this host" in refused(windows)


def test_that_a_host_without_a_realm_is_named(realm: Realm, windows: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    realm.log_in("deployer")
    monkeypatch.setenv("KRB5_CONFIG", "/nowhere/krb5.conf")
    assert "this host's Kerberos knows no realm" in refused(windows)


# Whose ticket the server refuses


def test_that_an_account_without_a_login_is_told_from_one_that_is_not_trusted(
    realm: Realm, windows: Server, login: Callable[..., str], admin: pyodbc.Connection
) -> None:
    realm.log_in("guest")
    message = refused(windows, LoginRejected)
    assert "EXAMS\\guest has a ticket, and no login here that it may use" in message
    assert "(18456)" in message
    assert "mssql_login" in message
    name = login("guest")
    admin.execute(f"ALTER LOGIN [{name}] DISABLE")
    assert "(18470)" in refused(windows, LoginRejected)


def test_that_a_service_of_another_account_is_told(
    realm: Realm, windows: Server, login: Callable[..., str], directory: Path
) -> None:
    login("deployer")
    realm.log_in("deployer")
    realm.renew_key(SERVICE, directory / "another.keytab")
    try:
        message = refused(windows, LoginRejected)
    finally:
        realm.renew_key(SERVICE, directory / KEYTAB)
    assert "the server does not trust the ticket" in message
    assert "(18452)" in message
    assert "setspn -Q" in message
    realm.log_in("deployer")
    connect(windows, autocommit=True).close()


def test_that_a_clock_that_differs_from_the_servers_is_told(
    realm: Realm, windows: Server, login: Callable[..., str]
) -> None:
    login("deployer")
    realm.log_in("deployer")
    connect(windows, autocommit=True).close()  # has a ticket for the server from now on
    realm.set_clock(900)
    assert "clocks differ" in refused(windows, LoginRejected)


@pytest.mark.parametrize("account", ["", "guest"])
def test_that_every_module_tries_once(member: Emulator, realm: Realm, run: Runner, account: str) -> None:
    log = member.directory / "log"
    before = len(log.read_text(encoding="utf-8"))
    word = "login refused: 18456" if account else "it did not log in"
    if account:
        realm.log_in(account)

    def tried() -> int:
        return log.read_text(encoding="utf-8")[before:].count(word)

    for number, (module, arguments) in enumerate(MODULES.items(), 1):
        broken = run(module, **arguments, **WINDOWS)
        assert ("has a ticket, and no login" if account else "there is no Kerberos ticket") in broken["msg"], module
        wait_until(lambda number=number: tried() >= number, "the server to note it")  # type: ignore[misc]
        assert tried() == number, module


# What else a client may do


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
