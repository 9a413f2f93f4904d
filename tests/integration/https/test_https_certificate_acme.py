# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Orders from Pebble, with challenges in BIND: both real, and both told to refuse."""

from __future__ import annotations

import base64
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import dns.message
import dns.query
import dns.rcode
import pytest
from cryptography import x509

from emulators.acme import AcmeService
from emulators.name_server import Key, NameServer, PrimaryZone
from tests.integration.https.estate import Estate, items, openssl
from tests.integration.https.pki import Pki

ZONE = "exams.example"
NAMES = ["timetables.exams.example", "*.web.exams.example", "web1-live.exams.example"]
BINDING_KEY = base64.urlsafe_b64encode(b"k" * 32).decode().rstrip("=")
BINDING = {"eab_key_id": "exams", "eab_hmac_key": BINDING_KEY}


@dataclass(frozen=True)
class Services:
    """A name server and an ACME service that asks it."""

    acme: AcmeService
    primary: NameServer
    key: Key

    def arguments(self, directory: Path) -> dict[str, Any]:
        """Return the option `acme`."""
        return {
            "directory_url": self.acme.directory_url,
            "account_key": str(directory / "account.pem"),
            "contact": ["mailto:pki@exams.example"],
            "terms_agreed": True,
            "ca_file": str(self.acme.ca_file),
            "timeout": 60,
            **BINDING,
            "dns": {
                "server": "dns1.exams.example",
                "connect_address": self.primary.address,
                "port": self.primary.port,
                "zone": ZONE,
                "key_name": self.key.name,
                "key_secret": self.key.secret,
            },
        }

    def challenge_records(self) -> list[str]:
        """Return the names below the zone that hold a challenge."""
        names = [f"_acme-challenge.{name.removeprefix('*.')}" for name in NAMES]
        return [name for name in names if self._answer(name).answer]

    def _answer(self, name: str) -> dns.message.Message:
        query = dns.message.make_query(name, "TXT")
        return dns.query.udp(query, self.primary.address, timeout=5, port=self.primary.port)


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """One of each for all tests here."""
    directory = tmp_path_factory.mktemp("acme")
    key = Key.generate("acme.")
    zone = PrimaryZone(ZONE, "ns A 127.33.0.53", update_policy=[f'grant "{key.name}" wildcard *.{ZONE} TXT'])
    server = NameServer(directory / "dns", "127.33.0.53", zones=[zone], keys=[key])
    (directory / "pebble").mkdir()
    pebble = AcmeService(
        directory / "pebble", "127.33.0.54", dns_server=("127.33.0.53", 53), bindings={"exams": BINDING_KEY}
    )
    with server, pebble:
        yield Services(pebble, server, key)


@pytest.fixture
def ordered(estate: Estate, services: Services, tmp_path: Path) -> Estate:
    """One certificate from Pebble."""
    estate.arguments |= {
        "provider": "acme",
        "own_ca": None,
        "acme": services.arguments(tmp_path),
        "certificates": [{"name": "web", "names": NAMES}],
    }
    return estate


def test_a_certificate_is_ordered_once(ordered: Estate, services: Services, tmp_path: Path) -> None:
    result = ordered.settle()
    assert items(result) == [
        f"web: {file}" for file in ("directory", "key.pem", "request.csr", "certificate", "certificate.pfx")
    ]
    assert services.challenge_records() == []
    assert "Pebble" in result["certificates"][0]["issuer"]
    assert stat.S_IMODE((tmp_path / "account.pem").stat().st_mode) == 0o600
    (tmp_path / "root.pem").write_bytes(services.acme.root_pem())
    folder = ordered.directory / "web"
    verified = openssl(
        "verify", "-verify_hostname", "one.web.exams.example", "-CAfile", tmp_path / "root.pem",
        "-untrusted", folder / "chain.pem", folder / "certificate.pem",
    )  # fmt: skip
    assert verified.endswith("certificate.pem: OK\n")


def test_the_account_is_found_again_for_the_next_order(ordered: Estate, services: Services) -> None:
    ordered.settle()
    accounts = services.acme.log.count("accounts in memory")
    more = {"certificates": [{"name": "web", "names": [*NAMES, "new.exams.example"]}]}
    assert items(ordered.settle(**more)) == ["web: request.csr", "web: certificate", "web: certificate.pfx"]
    assert services.acme.log.count("accounts in memory") == accounts


def test_check_mode_orders_nothing(ordered: Estate, services: Services, tmp_path: Path) -> None:
    log = services.acme.log
    assert ordered.run(check=True)["changed"]
    assert services.acme.log == log
    assert not (tmp_path / "account.pem").exists()


def test_a_certificate_from_elsewhere_is_replaced(ordered: Estate, pki: Pki) -> None:
    ordered.settle(provider="own_ca", own_ca=pki.own_ca)
    result = ordered.settle()
    assert result["changes"][0]["after"]["because"].startswith("it is not from https://127.33.0.54")
    assert "Pebble" in result["certificates"][0]["issuer"]


def test_a_certificate_that_took_the_place_of_the_services_does_not_pass_for_it(
    ordered: Estate, services: Services, pki: Pki
) -> None:
    ordered.settle()
    ordered.settle(provider="own_ca", own_ca=pki.own_ca)
    assert "Pebble" in ordered.settle()["certificates"][0]["issuer"]

    by_hand = pki.issuing.issue(NAMES, key=ordered.key("web"))
    ordered.path("chain.pem", "web").unlink()
    ordered.path("certificate.pem", "web").write_bytes(by_hand.fullchain_pem)
    ordered.settle(provider="csr_only")
    assert ordered.leaf("web") == by_hand.certificate
    assert "Pebble" in ordered.settle()["certificates"][0]["issuer"]


def test_a_name_that_cannot_be_proven_is_named_and_its_record_taken_down(
    ordered: Estate, services: Services, tmp_path: Path
) -> None:
    """The service asks another server than the one that holds the records."""
    (tmp_path / "pebble").mkdir()
    elsewhere = NameServer(tmp_path / "dns", "127.33.0.55", zones=[PrimaryZone(ZONE, "ns A 127.33.0.55")])
    pebble = AcmeService(tmp_path / "pebble", "127.33.0.56", dns_server=("127.33.0.55", 53))
    with elsewhere, pebble:
        other = replace(services, acme=pebble)
        result = ordered.run(acme={**other.arguments(tmp_path), "eab_key_id": None, "eab_hmac_key": None})
    assert result["failed"]
    assert "names could not be proven" in result["msg"]
    assert "timetables.exams.example" in result["msg"]
    assert result["pending"] == ["web: certificate", "web: certificate.pfx"]
    assert services.challenge_records() == []
    assert not ordered.path("fullchain.pem", "web").exists()
    assert items(ordered.settle()) == result["pending"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"dns": {"key_secret": base64.b64encode(b"x" * 32).decode()}},
            "the server's secret of the key differs from ours",
        ),
        ({"dns": {"key_name": None, "key_secret": None}}, "the server refuses this update"),
        ({"dns": {"connect_address": "127.33.0.99"}}, "no connection"),
        ({"ca_file": "/etc/ssl/certs/ca-certificates.crt"}, "no use can be made of the service"),
        ({"directory_url": "https://127.33.0.99:14000/dir"}, "no use can be made of the service"),
        ({"eab_hmac_key": base64.urlsafe_b64encode(b"x" * 32).decode()}, "the service refuses"),
        ({"eab_key_id": None, "eab_hmac_key": None}, "externalAccountRequired"),
        ({"terms_agreed": False}, "agree"),
    ],
)
def test_what_goes_wrong_is_told_apart(
    ordered: Estate, services: Services, tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    if "ca_file" in change:
        (tmp_path / "other.pem").write_bytes(Path(ordered.pki.roots[0]).read_bytes())
        change = {"ca_file": str(tmp_path / "other.pem")}
    arguments = services.arguments(tmp_path)
    changed = {**arguments, **change, "dns": {**arguments["dns"], **change.get("dns", {})}}
    result = ordered.run(acme=changed)
    assert result["failed"]
    assert message in result["msg"]
    assert result["pending"][0] == "web: certificate"
    assert "_acme-challenge" not in str(result.get("warnings")), "where no challenge was put up none is left"
    assert services.challenge_records() == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"directory_url": "http://acme.exams.example/dir"}, "acme.directory_url="),
        ({"ca_file": "/nonexistent.pem"}, "acme.ca_file="),
        ({"account_key": "/dev/null/account.pem"}, "acme.account_key="),
        ({"timeout": 0}, "acme.timeout=0"),
        ({"eab_hmac_key": None}, "acme.eab_hmac_key"),
        ({"dns": {"zone": "other.example"}}, "certificates[0].names[0]='timetables.exams.example'"),
        ({"dns": {"port": 70000}}, "acme.dns.port=70000"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_asked(
    ordered: Estate, services: Services, tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    log = services.acme.log
    arguments = services.arguments(tmp_path)
    changed = {**arguments, **change, "dns": {**arguments["dns"], **change.get("dns", {})}}
    result = ordered.run(acme=changed)
    assert message in result["msg"]
    assert services.acme.log == log
    assert not ordered.directory.exists()


def test_an_issued_certificate_holds_all_names(ordered: Estate) -> None:
    ordered.settle()
    leaf = ordered.leaf("web")
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert set(names.get_values_for_type(x509.DNSName)) == set(NAMES)
