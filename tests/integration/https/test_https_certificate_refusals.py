# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must not be touched, and what cannot be meant."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)

from emulators.certificates import Authority, write_private
from tests.integration.https.estate import DAY, NAMES, NOW, PASSWORD, Estate, items, snapshot


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda estate: estate.path("key.pem").unlink(), "the key of the certificate is gone"),
        (lambda estate: estate.path("key.pem").write_text("garbage\n"), "the key cannot be read"),
        (
            lambda estate: write_private(
                estate.path("key.pem"),
                estate.key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x")),
            ),
            "the key cannot be read",
        ),
        (
            lambda estate: estate.path("key.pem").write_bytes(estate.path("key.pem", "sql").read_bytes()),
            "the certificate does not belong to the key",
        ),
        (
            lambda estate: estate.arguments.update(
                certificates=[{"name": "es", "names": NAMES, "curve": "p384"}],
            ),
            "the key is of another type or size than declared; expected a private key ECDSA P-384",
        ),
    ],
    ids=["gone", "garbage", "encrypted", "another", "declared otherwise"],
)
def test_a_key_is_never_replaced_silently(estate: Estate, spoil: Any, message: str) -> None:
    estate.settle()
    spoil(estate)
    before = snapshot(estate.directory)
    result = estate.run()
    assert result["failed"]
    assert message in result["msg"]
    assert "replace_key: true" in result["msg"]
    assert snapshot(estate.directory) == before
    old = estate.leaf()
    replaced = estate.settle(replace_key=True)
    assert "es: key and certificate" in items(replaced)
    assert estate.leaf().public_key() == estate.key().public_key() != old.public_key()


def test_two_runs_at_once_are_refused(estate: Estate) -> None:
    estate.settle()
    descriptor = os.open(estate.directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        assert "another run is working on these certificates" in estate.run()["msg"]
        assert not estate.run(check=True).get("failed")
    finally:
        os.close(descriptor)


def test_what_stands_in_the_way_is_not_overwritten(estate: Estate) -> None:
    estate.directory.mkdir()
    for path, kind in ((estate.directory / "es", "a file"), (estate.directory / "sql.next", "a link")):
        path.symlink_to("/etc") if kind == "a link" else path.write_text("")
        result = estate.run()
        assert result["failed"]
        assert f"{path}: this path belongs to the module; expected a directory; found {kind}" in result["msg"]
        path.unlink()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"directory": "relative"}, "directory="),
        ({"certificates": [{"name": "../es", "names": NAMES}]}, "certificates[0].name='../es'"),
        ({"certificates": [{"name": "es.next", "names": NAMES}]}, "certificates[0].name='es.next'"),
        (
            {"certificates": [{"name": "es", "names": NAMES}, {"name": "ES", "names": NAMES}]},
            "certificates[1].name='ES' is refused: certificates[0] has that name",
        ),
        ({"certificates": [{"name": "es", "names": []}]}, "certificates[0].names=[]"),
        (
            {"certificates": [{"name": "es", "names": ["a.example", "A.example"]}]},
            "certificates[0].names[1]='A.example'",
        ),
        ({"certificates": [{"name": "es", "names": ["not a name"]}]}, "certificates[0].names[0]='not a name'"),
        ({"certificates": [{"name": "es", "names": ["prüfung.example"]}]}, "xn--"),
        ({"certificates": [{"name": "es", "names": ["10.0.0.300"]}]}, "certificates[0].names[0]='10.0.0.300'"),
        ({"valid_days": 0}, "valid_days=0"),
        ({"renew_before_days": -1}, "renew_before_days=-1"),
        ({"pkcs12_password": ""}, "pkcs12_password="),
        ({"provider": "acme"}, "provider='acme'"),
        ({"provider": "own_ca", "own_ca": None}, "provider='own_ca'"),
        ({"directory": "/dev/null/https"}, "the parent directory is missing"),
    ],
)
def test_what_cannot_be_meant_is_refused(estate: Estate, arguments: dict[str, Any], message: str) -> None:
    result = estate.run(**arguments)
    assert result["failed"]
    assert message in result["msg"]
    assert not estate.directory.exists()


def test_an_authority_that_cannot_be_meant_is_refused(estate: Estate, tmp_path: Path) -> None:
    pki = estate.pki
    leaf = pki.root.issue(["x.example"])
    fullchain, key = leaf.write(tmp_path / "leaf")
    old = Authority.create("Old", not_before=NOW - 20 * DAY, not_after=NOW - DAY)
    old.save(tmp_path / "old")
    (tmp_path / "garbage.pem").write_text("garbage\n")
    good = pki.own_ca
    cases: list[tuple[dict[str, Any], str]] = [
        ({**good, "key": str(key)}, "own_ca.key="),
        ({**good, "key": str(tmp_path / "garbage.pem")}, "own_ca.key="),
        ({**good, "key_passphrase": PASSWORD}, "own_ca.key_passphrase is given"),
        ({**good, "certificate": str(tmp_path / "garbage.pem")}, "own_ca.certificate="),
        ({**good, "certificate": str(tmp_path / "none.pem")}, "Create the authority first"),
        ({"certificate": str(fullchain), "key": str(key)}, "it is not the certificate of an authority"),
        ({**good, "chain": str(pki.directory / "stranger/certificate.pem")}, "'CN=Stranger' did not issue"),
        (
            {"certificate": str(tmp_path / "old/certificate.pem"), "key": str(tmp_path / "old/key.pem")},
            "the certification authority has expired",
        ),
    ]
    for own_ca, message in cases:
        result = estate.run(own_ca=own_ca)
        assert message in result["msg"], own_ca
    assert not estate.directory.exists()


def test_an_encrypted_authority_key_needs_its_passphrase(estate: Estate, tmp_path: Path) -> None:
    key = estate.pki.issuing.key
    encrypted = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
    write_private(tmp_path / "key.pem", encrypted)
    own_ca = {**estate.pki.own_ca, "key": str(tmp_path / "key.pem")}
    assert "it is encrypted" in estate.run(own_ca=own_ca)["msg"]
    assert "does not open it" in estate.run(own_ca={**own_ca, "key_passphrase": "wrong"})["msg"]
    estate.settle(own_ca={**own_ca, "key_passphrase": "secret"})


def test_a_missing_authority_is_pending_where_another_line_makes_it(estate: Estate, tmp_path: Path) -> None:
    own_ca = {"certificate": str(tmp_path / "ca.pem"), "key": str(tmp_path / "ca-key.pem")}
    result = estate.run(check=True, own_ca=own_ca, prerequisite_line="0.1")
    assert (result["changed"], result["pending_line"]) == (True, "0.1")
