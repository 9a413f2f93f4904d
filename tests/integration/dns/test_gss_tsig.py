# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""GSS-TSIG against a real Kerberos KDC (MIT) and a real BIND, as Active Directory's secure updates work."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulators.name_server import NameServer, PrimaryZone
from tests.integration.dns.conftest import ZONE, poll
from tests.module_runner import run_module

REALM = "EXAMS.EXAMPLE"
WWW = {"name": "www", "type": "A", "values": ["192.0.2.1"]}


def found(name: str) -> str:
    path = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    assert path, f"{name} is missing; make setup-test installs it"
    return path


def program(name: str, *arguments: str | Path, text: str = "") -> None:
    subprocess.run([found(name), *arguments], input=text, text=True, capture_output=True, check=True, timeout=60)


@pytest.fixture
def realm(tmp_path: Path, network: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A KDC with a user, who has a ticket, and the name server's key table."""
    (tmp_path / "krb5.conf").write_text(
        f"[libdefaults]\n default_realm = {REALM}\n dns_lookup_kdc = false\n rdns = false\n"
        f" dns_canonicalize_hostname = false\n default_ccache_name = FILE:{tmp_path}/tickets\n"
        f"[realms]\n {REALM} = {{\n  kdc = {network}.5:88\n }}\n",
        encoding="utf-8",
    )
    (tmp_path / "kdc.conf").write_text(
        f"[kdcdefaults]\n kdc_listen = {network}.5:88\n kdc_tcp_listen = {network}.5:88\n"
        f"[realms]\n {REALM} = {{\n  database_name = {tmp_path}/principal\n  key_stash_file = {tmp_path}/stash\n }}\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("KRB5_CONFIG", str(tmp_path / "krb5.conf"))
    monkeypatch.setenv("KRB5_KDC_PROFILE", str(tmp_path / "kdc.conf"))
    program("kdb5_util", "create", "-s", "-r", REALM, "-P", "master")
    program("kadmin.local", "-r", REALM, "-q", "addprinc -pw ticket deployer")
    program("kadmin.local", "-r", REALM, "-q", "addprinc -pw ticket guest")
    program("kadmin.local", "-r", REALM, "-q", "addprinc -randkey DNS/dns1.exams.example")
    program("kadmin.local", "-r", REALM, "-q", f"ktadd -k {tmp_path}/dns.keytab DNS/dns1.exams.example")
    with subprocess.Popen([found("krb5kdc"), "-n"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            poll(lambda: _listens(f"{network}.5", 88), "the KDC listens")
            yield tmp_path
        finally:
            process.terminate()


def _listens(address: str, port: int) -> bool:
    try:
        socket.create_connection((address, port), timeout=1).close()
    except OSError:
        return False
    return True


@pytest.fixture
def server(realm: Path, network: str) -> Iterator[NameServer]:
    zone = PrimaryZone(ZONE, f"ns A {network}.1", update_policy=[f'grant "deployer@{REALM}" zonesub ANY'])
    keytab = f'tkey-gssapi-keytab "{realm}/dns.keytab";'
    with NameServer(realm / "dns1", f"{network}.1", zones=[zone], options=keytab) as server:
        yield server


def run(server: NameServer, name: str = "dns1.exams.example", count: int = 1) -> dict[str, object]:
    records = [WWW, *({**WWW, "name": f"h{index}"} for index in range(count - 1))]
    where = {"zone": ZONE, "server": name, "connect_address": server.address}
    return run_module("dns_records", {**where, "records": records, "gss_tsig": True, "timeout": 5})


def test_that_a_ticket_is_enough_for_reading_and_updating(server: NameServer) -> None:
    program("kinit", "deployer", text="ticket\n")
    assert run(server, count=200)["changed"], server.log.read_text(encoding="utf-8")
    assert run(server, count=200)["changed"] is False


def test_that_another_users_ticket_is_refused_by_the_zones_policy(server: NameServer) -> None:
    program("kinit", "guest", text="ticket\n")
    result = run(server)
    assert "the server refuses this update (REFUSED)" in str(result["msg"])


@pytest.mark.parametrize("name", ["dns1.exams.example", "unknown.exams.example"])
def test_that_a_missing_ticket_or_principal_is_named(server: NameServer, name: str) -> None:
    if name.startswith("unknown"):
        program("kinit", "deployer", text="ticket\n")
    result = run(server, name)
    assert "Kerberos gives no context with the server" in str(result["msg"])
    assert f"a ticket for DNS/{name}" in str(result["msg"])
