# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two certificates, and what the module `https_certificate` makes of them."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
from pathlib import Path
from typing import Any, cast

from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    load_pem_private_key,
)

from emulators.certificates import Authority, PrivateKey
from tests.integration.https.pki import Pki
from tests.module_runner import run_module

NOW = dt.datetime.now(dt.UTC)
DAY = dt.timedelta(days=1)
PASSWORD = "a-password-that-must-not-appear"
NAMES = ["scheduler.exams.example", "es-live.exams.example", "127.33.0.1"]
FILES = ["directory", "key.pem", "request.csr", "certificate", "certificate.pfx"]


class Estate:
    """Two certificates, and what the module makes of them."""

    def __init__(self, directory: Path, pki: Pki) -> None:
        self.directory = directory / "https"
        self.pki = pki
        self.arguments: dict[str, Any] = {
            "directory": str(self.directory),
            "provider": "own_ca",
            "own_ca": pki.own_ca,
            "certificates": [
                {"name": "es", "names": list(NAMES)},
                {"name": "sql", "names": ["sql-live.exams.example"]},
            ],
            "pkcs12_password": PASSWORD,
        }

    def run(self, *, check: bool = False, **arguments: Any) -> dict[str, Any]:
        """Run the module; nothing it returns may hold a secret."""
        result = run_module("https_certificate", {**self.arguments, **arguments}, check=check)
        printed = json.dumps({key: value for key, value in result.items() if key != "invocation"})
        assert "PRIVATE KEY" not in printed
        assert PASSWORD not in printed
        return result

    def settle(self, **arguments: Any) -> dict[str, Any]:
        """Run, and again, which must change nothing; the check before must have predicted the changes."""
        before = snapshot(self.directory)
        predicted = self.run(check=True, **arguments)
        assert snapshot(self.directory) == before
        result = self.run(**arguments)
        assert not result.get("failed"), result["msg"]
        assert result["changes"] == predicted["changes"]
        assert result["nothing_to_serve"] == predicted["nothing_to_serve"]
        assert result["changed"] is predicted["changed"] is bool(result["changes"])
        after = snapshot(self.directory)
        again = self.run(**arguments)
        assert (again["changed"], again["changes"], snapshot(self.directory)) == (False, [], after)
        assert again["certificates"][0]["serial"] == result["certificates"][0]["serial"]
        return result

    def path(self, file: str, name: str = "es") -> Path:
        """Return the path of a certificate's file."""
        return self.directory / name / file

    def leaf(self, name: str = "es") -> x509.Certificate:
        """Return the certificate that servers use."""
        return x509.load_pem_x509_certificates(self.path("fullchain.pem", name).read_bytes())[0]

    def key(self, name: str = "es") -> PrivateKey:
        """Return its key."""
        return cast(PrivateKey, load_pem_private_key(self.path("key.pem", name).read_bytes(), None))

    def put(self, authority: Authority, *, names: list[str] | None = None, **defects: Any) -> x509.Certificate:
        """Put another certificate for the key of `es` in place, as if it had been issued before."""
        issued = authority.issue(names or NAMES, key=self.key(), **{"not_before": NOW - 170 * DAY, **defects})
        self.path("fullchain.pem").write_bytes(issued.fullchain_pem)
        return issued.certificate


def snapshot(directory: Path) -> dict[str, tuple[int, int, bytes]]:
    """Return mode, time of change and content of everything below."""
    return {
        str(path): (path.stat().st_mode, path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path in sorted(directory.rglob("*"))
    }


def items(result: dict[str, Any]) -> list[str]:
    """Return what changed."""
    return [change["item"] for change in result["changes"]]


def openssl(*arguments: str | Path) -> str:
    """Return what OpenSSL's program prints."""
    return subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=True).stdout
