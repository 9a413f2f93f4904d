# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real files and real signatures: certificates of one's own authority, read back with OpenSSL's own programs."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes

from emulators.certificates import Authority
from tests.integration.https.estate import DAY, FILES, NAMES, NOW, PASSWORD, Estate, items, openssl


def test_everything_is_made_once(estate: Estate) -> None:
    result = estate.settle()
    assert items(result) == [f"{name}: {file}" for name in ("es", "sql") for file in FILES]
    assert {change["action"] for change in result["changes"]} == {"create"}
    assert (result["waiting"], result["requests"]) == ([], [])
    entry = result["certificates"][0]
    leaf = estate.leaf()
    assert entry["names"] == NAMES
    assert entry["fingerprint_sha256"] == leaf.fingerprint(hashes.SHA256()).hex().upper()
    assert entry["files"]["fullchain"] == str(estate.path("fullchain.pem"))
    assert entry["issuer"] == "CN=Exams test issuing"
    assert 199 < entry["days_left"] < 200


def test_openssl_accepts_what_was_made(estate: Estate) -> None:
    estate.settle()
    folder = estate.directory / "es"
    verified = openssl(
        "verify", "-x509_strict", "-purpose", "sslserver", "-verify_hostname", NAMES[0], "-CAfile", estate.pki.roots[0],
        "-untrusted", folder / "chain.pem", folder / "certificate.pem",
    )  # fmt: skip
    assert verified.endswith("certificate.pem: OK\n")
    # releases differ in how they space names unless they are told, and in where the verdict goes
    request = subprocess.run(
        ["openssl", "req", "-in", folder / "request.csr", "-verify", "-noout", "-subject", "-nameopt", "RFC2253"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True,
    )  # fmt: skip
    assert sorted(request.stdout.splitlines()) == [
        "Certificate request self-signature verify OK",
        f"subject=CN={NAMES[0]}",
    ]
    of_key = openssl("pkey", "-in", folder / "key.pem", "-pubout")
    assert of_key == openssl("x509", "-in", folder / "fullchain.pem", "-noout", "-pubkey")
    assert of_key == openssl("req", "-in", folder / "request.csr", "-noout", "-pubkey")
    thumbprint = openssl("x509", "-in", folder / "certificate.pem", "-noout", "-fingerprint", "-sha1")
    assert thumbprint.split("=")[1].strip().replace(":", "") == estate.run()["certificates"][0]["fingerprint_sha1"]


@pytest.mark.parametrize(
    ("encryption", "mac", "cipher"),
    [("modern", "sha256", "AES-256-CBC"), ("server_2016", "sha1", "pbeWithSHA1And3-KeyTripleDES-CBC")],
)
def test_openssl_opens_the_pkcs12_file(estate: Estate, encryption: str, mac: str, cipher: str) -> None:
    estate.settle(pkcs12_encryption=encryption)
    opened = subprocess.run(
        ["openssl", "pkcs12", "-in", estate.path("certificate.pfx"), "-passin", f"pass:{PASSWORD}", "-info", "-noenc"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert f"MAC: {mac}," in opened.stderr
    assert cipher in opened.stderr
    assert opened.stdout.count("BEGIN CERTIFICATE") == 2
    assert "BEGIN PRIVATE KEY" in opened.stdout
    assert "friendlyName: es" in opened.stdout


def test_keys_of_every_declared_kind(estate: Estate) -> None:
    kinds = {
        "a": ({}, "ECDSA P-256"),
        "b": ({"curve": "p384"}, "ECDSA P-384"),
        "c": ({"key_type": "rsa"}, "RSA 3072"),
    }
    result = estate.settle(
        certificates=[{"name": name, "names": ["x.exams.example"], **kind} for name, (kind, _unused) in kinds.items()]
    )
    assert [entry["key"] for entry in result["certificates"]] == [label for _unused, label in kinds.values()]


def test_a_root_that_signs_directly_leaves_the_chain_empty(estate: Estate) -> None:
    root = estate.pki.directory / "root"
    estate.settle(own_ca={"certificate": str(root / "certificate.pem"), "key": str(root / "key.pem")})
    assert estate.path("chain.pem").read_bytes() == b""
    assert estate.path("fullchain.pem").read_bytes() == estate.path("certificate.pem").read_bytes()


def test_it_is_renewed_when_its_end_comes_near_and_the_key_stays(estate: Estate) -> None:
    estate.settle()
    key, old = estate.path("key.pem").read_bytes(), estate.put(estate.pki.issuing, not_after=NOW + 20 * DAY)
    result = estate.settle()
    assert items(result) == ["es: certificate", "es: certificate.pfx"]
    assert result["changes"][0]["before"]["serial"] == f"{old.serial_number:X}"
    assert result["changes"][0]["after"]["because"].startswith("it ends at ")
    assert estate.path("key.pem").read_bytes() == key
    assert estate.leaf().not_valid_after_utc > NOW + 190 * DAY


def test_a_renewal_makes_a_new_key_where_that_is_asked_for(estate: Estate) -> None:
    estate.settle()
    key = estate.path("key.pem").read_bytes()
    estate.settle(replace_key=True)
    assert estate.path("key.pem").read_bytes() == key, "there was nothing to renew"
    estate.put(estate.pki.issuing, not_after=NOW + 20 * DAY)
    (estate.directory / "es" / "note.txt").write_text("somebody else's\n")
    result = estate.settle(replace_key=True)
    assert items(result)[-1] == "es: key and certificate"
    assert estate.path("key.pem").read_bytes() != key
    assert estate.path("note.txt").read_text() == "somebody else's\n"
    assert sorted(path.name for path in estate.directory.iterdir()) == ["es", "sql"]


@pytest.mark.parametrize(
    ("change", "because"),
    [
        ({"certificates": [{"name": "es", "names": [*NAMES, "new.exams.example"]}]}, "its names are"),
        ({"certificates": [{"name": "es", "names": NAMES[:1]}]}, "its names are"),
        ({"valid_days": 100}, "it lives longer than 100 days"),
    ],
)
def test_it_is_reissued_when_it_is_not_as_declared(estate: Estate, change: dict[str, Any], because: str) -> None:
    estate.settle()
    key = estate.path("key.pem").read_bytes()
    result = estate.settle(**change)
    reasons = [entry["after"]["because"] for entry in result["changes"] if entry["item"] == "es: certificate"]
    assert reasons[0].startswith(because)
    assert estate.path("key.pem").read_bytes() == key


def test_it_is_reissued_when_the_authority_changes(estate: Estate, tmp_path: Path) -> None:
    estate.settle()
    other = Authority.create("Another authority", key="rsa2048")
    other.save(tmp_path / "other")
    own_ca = {"certificate": str(tmp_path / "other/certificate.pem"), "key": str(tmp_path / "other/key.pem")}
    result = estate.settle(own_ca=own_ca)
    assert result["certificates"][0]["issuer"] == "CN=Another authority"


def test_an_authority_that_ends_first_limits_and_warns(estate: Estate, tmp_path: Path) -> None:
    short = Authority.create("Ends soon", not_after=NOW + 9 * DAY)
    short.save(tmp_path / "short")
    own_ca = {"certificate": str(tmp_path / "short/certificate.pem"), "key": str(tmp_path / "short/key.pem")}
    estate.settle(own_ca=own_ca)
    assert estate.leaf().not_valid_after_utc == short.certificate.not_valid_after_utc
    estate.put(short, not_after=short.certificate.not_valid_after_utc)
    result = estate.run(own_ca=own_ca, certificates=estate.arguments["certificates"][:1], valid_days=400)
    assert "Renew the authority" in str(result["warnings"])
    assert "es: certificate" in items(result)


@pytest.mark.parametrize(("file", "mode"), [("key.pem", 0o644), ("certificate.pfx", 0o640), ("", 0o755)])
def test_permissions_that_drifted_are_mended(estate: Estate, file: str, mode: int) -> None:
    estate.settle()
    path = estate.directory / "es" / file
    path.chmod(mode)
    result = estate.settle()
    assert result["changes"][0]["before"] == f"{mode:04o}"
    assert stat.S_IMODE(path.stat().st_mode) == (0o600 if file else 0o700)


@pytest.mark.parametrize("file", ["certificate.pem", "chain.pem", "request.csr", "certificate.pfx"])
def test_a_file_that_is_lost_or_spoilt_is_made_again(estate: Estate, file: str) -> None:
    serial = estate.settle()["certificates"][0]["serial"]
    for spoil in (Path.unlink, lambda path: path.write_text("garbage\n")):
        spoil(estate.path(file))
        assert estate.settle()["certificates"][0]["serial"] == serial
    assert estate.path(file).stat().st_size > 100


def test_a_pkcs12_file_is_made_again_only_if_it_differs(estate: Estate) -> None:
    estate.settle()
    assert items(estate.settle(pkcs12_password="another")) == ["es: certificate.pfx", "sql: certificate.pfx"]
    changed = estate.settle(pkcs12_password="another", pkcs12_encryption="server_2016")
    assert items(changed) == ["es: certificate.pfx", "sql: certificate.pfx"]
    assert changed["changes"][0]["before"] == "modern"
    assert items(estate.settle(pkcs12_password=None)) == []


def test_a_failure_in_the_middle_says_what_stands(estate: Estate) -> None:
    blocker = estate.directory / "sql" / ".request.csr.part"
    blocker.mkdir(parents=True, mode=0o700)
    blocker.parent.chmod(0o700)
    result = estate.run()
    assert result["failed"]
    assert ".request.csr.part" in result["msg"]
    all_steps = [f"{name}: {file}" for name in ("es", "sql") for file in FILES]
    all_steps.remove("sql: directory")
    assert result["applied"] + result["pending"] == all_steps
    assert result["pending"] == ["sql: request.csr", "sql: certificate", "sql: certificate.pfx"]
    key = estate.path("key.pem", "sql").read_bytes()
    blocker.rmdir()
    assert items(estate.settle()) == result["pending"]
    assert estate.path("key.pem", "sql").read_bytes() == key
