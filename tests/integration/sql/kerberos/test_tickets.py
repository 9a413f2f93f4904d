# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a ticket is not had, or not accepted: each cause is told apart, and nothing is tried twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pyodbc
import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql._odbc import connect
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.server import LoginRejected, Server
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem
from emulators.processes import wait_until
from tests.integration.sql.conftest import Emulator, Runner
from tests.integration.sql.kerberos.conftest import KEYTAB, SERVICE, UNREGISTERED, WINDOWS
from tests.integration.sql.test_module_faults import MODULES
from tests.kerberos import Realm


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

    def seen(number: int) -> bool:
        return tried() >= number

    for number, (module, arguments) in enumerate(MODULES.items(), 1):
        broken = run(module, **arguments, **WINDOWS)
        assert ("has a ticket, and no login" if account else "there is no Kerberos ticket") in broken["msg"], module
        wait_until(partial(seen, number), "the server to note it")
        assert tried() == number, module
