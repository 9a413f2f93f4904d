# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates in the store, bound to sites, and really served."""

from __future__ import annotations

import secrets
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from emulators.certificates import Authority, Issued, thumbprint_of
from emulators.processes import wait_until
from tests.integration.windows.conftest import Host

NAME = "scheduler.exams.example"
SITE = {"microsoft.iis.website_info": {"name": "Default Web Site"}}


@dataclass
class Pki:
    """A root, an intermediate, and PKCS#12 files in a directory."""

    root: Authority
    issuing: Authority
    directory: Path
    password: str

    def file(self, issued: Issued, name: str) -> Path:
        path = self.directory / name
        encryption = BestAvailableEncryption(self.password.encode())
        bundle = pkcs12.serialize_key_and_certificates(b"x", issued.key, issued.certificate, issued.chain, encryption)
        path.write_bytes(bundle)
        return path


@pytest.fixture
def pki(tmp_path: Path) -> Pki:
    root = Authority.create("Root of the tests")
    root.save(tmp_path / "root")
    return Pki(root, Authority.create("Issuing", parent=root), tmp_path, secrets.token_urlsafe(12))


def copied(path: Path) -> dict[str, object]:
    return {"ansible.windows.win_copy": {"src": str(path), "dest": "C:\\CalSync\\certificate.pfx"}}


def imported(pki: Pki, **options: object) -> dict[str, object]:
    return {
        "ansible.windows.win_certificate_store": {
            "path": "C:\\CalSync\\certificate.pfx",
            "password": pki.password,
            "file_type": "pkcs12",
            "key_storage": "machine",
            "key_exportable": False,
            **options,
        }
    }


def bound(certificate: str, name: str = NAME, **changes: object) -> dict[str, dict[str, object]]:
    binding = {
        "ip": "*",
        "port": 443,
        "hostname": name,
        "protocol": "https",
        "use_sni": True,
        "certificate_hash": certificate,
        **changes,
    }
    return {"microsoft.iis.website": {"name": "Default Web Site", "bindings": {"add": [binding]}}}


def served(host: Host, pki: Pki, name: str = NAME) -> str:
    """Return the thumbprint of what a client that trusts the root is served under the name."""
    context = ssl.create_default_context(cafile=str(pki.directory / "root" / "root.pem"))
    with (
        socket.create_connection((host.address, 443), timeout=5) as connection,
        context.wrap_socket(connection, server_hostname=name) as secured,
    ):
        certificate = x509.load_der_x509_certificate(secured.getpeercert(binary_form=True) or b"")
    return thumbprint_of(certificate)


def listens(host: Host) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((host.address, 443)) == 0


def test_that_an_imported_certificate_is_bound_and_served_by_sni(host: Host, pki: Pki) -> None:
    first, second = (pki.issuing.issue([NAME]) for _unused in range(2))
    info = {"ansible.windows.win_certificate_info": {"thumbprint": thumbprint_of(first.certificate)}}
    _copied, before, checked, between, real, after, again, *_bound, site = host.run(
        copied(pki.file(first, "first.pfx")),
        info,
        {**imported(pki), "check_mode": True},
        info,
        imported(pki),
        info,
        imported(pki),
        bound(thumbprint_of(first.certificate)),
        SITE,
    )
    assert checked["thumbprints"] == real["thumbprints"]
    assert real["thumbprints"][0] == thumbprint_of(first.certificate)
    assert [each["changed"] for each in (checked, real, again)] == [True, True, False]
    assert between["exists"] is False
    assert before["exists"] is False
    (shown,) = after["certificates"]
    assert (shown["has_private_key"], shown["issued_to"], shown["issued_by"]) == (True, NAME, "Issuing")
    https = site["site"][0]["bindings"][1]
    assert (https["certificate_hash"], https["use_sni"]) == (thumbprint_of(first.certificate), True)
    wait_until(lambda: listens(host), "a listener on 443")
    assert served(host, pki) == thumbprint_of(first.certificate)
    # as IIS, which hangs up on a name that it has no certificate for
    with pytest.raises(OSError, match=r"EOF|reset by peer"):
        served(host, pki, "other.exams.example")

    renewed = host.run(
        copied(pki.file(second, "second.pfx")),
        imported(pki),
        {**bound(thumbprint_of(second.certificate)), "check_mode": True},
        SITE,
        {"ansible.windows.win_certificate_store": {"thumbprint": thumbprint_of(first.certificate), "state": "absent"}},
    )
    # as microsoft.iis 1.1: a new certificate alone is not told of, and bound in check mode too
    assert renewed[2]["changed"] is False
    assert renewed[3]["site"][0]["bindings"][1]["certificate_hash"] == thumbprint_of(second.certificate)
    assert served(host, pki) == thumbprint_of(second.certificate)
    assert [each.store_name for each in host.state.certificates] == ["My", "My"], "the leaf and its issuer"
    shown_state = host.process.shown(host.name)
    assert "PRIVATE KEY" not in shown_state
    assert thumbprint_of(second.certificate) in shown_state

    host.run({"microsoft.iis.website": {"name": "Default Web Site", "state": "stopped"}})
    wait_until(lambda: not listens(host), "the end of the listener")


def test_what_cannot_be_imported_or_bound(host: Host, pki: Pki) -> None:
    issued = pki.root.issue([NAME])
    host.fault(certificate_import_breaks=True)
    _copied, password, half, unusable, unknown, no_sni = host.run(
        copied(pki.file(issued, "one.pfx")),
        imported(pki, password="wrong"),
        imported(pki),
        bound(thumbprint_of(issued.certificate)),
        bound("0" * 40),
        bound(thumbprint_of(issued.certificate), ""),
    )
    assert "The specified network password is not correct." in password["msg"]
    assert "Keyset does not exist" in half["msg"]
    assert "A specified logon session does not exist." in unusable["msg"]
    assert f"Unable to locate certificate at cert:\\LocalMachine\\my\\{'0' * 40}" in unknown["msg"]
    assert "must specify hostname value when use_sni is set." in no_sni["msg"]

    host.fault()
    site = {"name": "Second", "physical_path": "C:\\inetpub\\wwwroot"}
    completed, used, created, conflict, removed = host.run(
        imported(pki),
        bound(thumbprint_of(issued.certificate)),
        {"microsoft.iis.website": site},
        {"microsoft.iis.website": {**bound(thumbprint_of(issued.certificate))["microsoft.iis.website"], **site}},
        {"microsoft.iis.website": {"name": "Second", "state": "absent"}},
    )
    assert completed["changed"] is True, "a certificate whose key is missing is imported again"
    assert (used["changed"], created["changed"], removed["changed"]) == (True, True, True)
    assert "the site Default Web Site has the binding *:443:scheduler.exams.example" in conflict["msg"]


@pytest.mark.thorough
def test_that_windows_chooses_by_exact_address_then_by_name_then_by_port(host: Host, pki: Pki) -> None:
    other = "other.exams.example"
    of_name, of_port, of_address = (pki.root.issue([NAME, other]) for _unused in range(3))
    for issued in (of_name, of_port, of_address):
        host.run(copied(pki.file(issued, "one.pfx")), imported(pki))
    host.run(bound(thumbprint_of(of_name.certificate)), bound(thumbprint_of(of_name.certificate), "", use_sni=False))
    # without SNI there is one certificate for address and port, whichever name the binding has
    host.run(bound(thumbprint_of(of_port.certificate), "x.exams.example", use_sni=False))
    assert [each.certificate_hash for each in host.state.sites[0].bindings[1:]] == [
        thumbprint_of(each.certificate) for each in (of_name, of_port, of_port)
    ]
    wait_until(lambda: listens(host), "a listener on 443")
    assert (served(host, pki), served(host, pki, other)) == (
        thumbprint_of(of_name.certificate),
        thumbprint_of(of_port.certificate),
    )
    *_unused, shown = host.run({"ansible.windows.win_command": "netsh http show sslcert"})
    for place, issued in ((f"{NAME}:443", of_name), ("0.0.0.0:443", of_port)):
        assert (
            f": {place}\r\n    Certificate Hash             : {thumbprint_of(issued.certificate).lower()}"
            in shown["stdout"]
        )

    address = host.state.network.address
    host.run(bound(thumbprint_of(of_address.certificate), "", use_sni=False, ip=address))
    assert (served(host, pki), served(host, pki, other)) == (
        thumbprint_of(of_address.certificate),
        thumbprint_of(of_address.certificate),
    )
    host.run(
        {
            "ansible.windows.win_certificate_store": {
                "thumbprint": thumbprint_of(of_address.certificate),
                "state": "absent",
            }
        }
    )
    # no other certificate stands in for one that has gone
    with pytest.raises(OSError, match=r"EOF|reset by peer"):
        served(host, pki)
