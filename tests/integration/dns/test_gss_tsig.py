# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""GSS-TSIG against a real Kerberos KDC (MIT) and a real BIND, as Active Directory's secure updates work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from emulators.name_server import NameServer, PrimaryZone
from tests.integration.dns.conftest import ZONE
from tests.kerberos import REALM, Realm, running_realm
from tests.module_runner import run_module

WWW = {"name": "www", "type": "A", "values": ["192.0.2.1"]}


@pytest.fixture
def realm(tmp_path: Path, network: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Realm]:
    """A realm with two users and the name server, whose client this process is."""
    with running_realm(tmp_path, f"{network}.5") as realm:
        realm.add_users("deployer", "guest")
        realm.add_service("DNS/dns1.exams.example", tmp_path / "dns.keytab")
        for name, value in realm.environment.items():
            monkeypatch.setenv(name, value)
        yield realm


@pytest.fixture
def server(realm: Realm, network: str) -> Iterator[NameServer]:
    zone = PrimaryZone(ZONE, f"ns A {network}.1", update_policy=[f'grant "deployer@{REALM}" zonesub ANY'])
    keytab = f'tkey-gssapi-keytab "{realm.directory}/dns.keytab";'
    with NameServer(realm.directory / "dns1", f"{network}.1", zones=[zone], options=keytab) as server:
        yield server


def run(server: NameServer, name: str = "dns1.exams.example", count: int = 1) -> dict[str, object]:
    records = [WWW, *({**WWW, "name": f"h{index}"} for index in range(count - 1))]
    where = {"zone": ZONE, "server": name, "connect_address": server.address}
    return run_module("dns_records", {**where, "records": records, "gss_tsig": True, "timeout": 5})


def test_that_a_ticket_is_enough_for_reading_and_updating(server: NameServer, realm: Realm) -> None:
    realm.log_in("deployer")
    assert run(server, count=200)["changed"], server.log.read_text(encoding="utf-8")
    assert run(server, count=200)["changed"] is False


def test_that_another_users_ticket_is_refused_by_the_zones_policy(server: NameServer, realm: Realm) -> None:
    realm.log_in("guest")
    result = run(server)
    assert "the server refuses this update (REFUSED)" in str(result["msg"])


@pytest.mark.parametrize("name", ["dns1.exams.example", "unknown.exams.example"])
def test_that_a_missing_ticket_or_principal_is_named(server: NameServer, realm: Realm, name: str) -> None:
    if name.startswith("unknown"):
        realm.log_in("deployer")
    result = run(server, name)
    assert "Kerberos gives no context with the server" in str(result["msg"])
    assert f"a ticket for DNS/{name}" in str(result["msg"])
