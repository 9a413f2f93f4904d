# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulated team that has SQL Server: imports the PKCS#12 file that was handed over, and binds it."""

from __future__ import annotations

import ssl
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from emulators.certificates import Authority, write_private


class MachineStore:
    """The certificate that the emulated SQL Server serves: of the file handed over, once a hand-over names it."""

    def __init__(
        self, directory: Path, *, hand_over: Path, pkcs12_file: Path, password: str, default: ssl.SSLContext
    ) -> None:
        """Keep where the import goes, which hand-over asks for it, what is imported, and what is served until then."""
        self.directory = directory
        self.hand_over = hand_over
        self.pkcs12_file = pkcs12_file
        self.password = password
        self._context = default
        self._imported: float | None = None

    def context(self) -> ssl.SSLContext:
        """Return what to serve now, importing first what has been handed over since."""
        try:
            asked = str(self.pkcs12_file) in self.hand_over.read_text(encoding="utf-8")
            handed_over = max(self.pkcs12_file.stat().st_mtime, self.hand_over.stat().st_mtime)
        except FileNotFoundError:
            return self._context
        if asked and handed_over != self._imported:
            self._context = self._import()
            self._imported = handed_over
        return self._context

    def _import(self) -> ssl.SSLContext:
        """Decode the file as Windows does, and make a server's context of it."""
        bundle = pkcs12.load_pkcs12(self.pkcs12_file.read_bytes(), self.password.encode())
        if bundle.cert is None or bundle.key is None:
            raise ValueError(f"{self.pkcs12_file} holds no certificate with its key")
        chain = [bundle.cert.certificate, *(entry.certificate for entry in bundle.additional_certs)]
        key = bundle.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.directory / "bound.pem"
        write_private(path, key + b"".join(c.public_bytes(serialization.Encoding.PEM) for c in chain))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


def default_context(name: str) -> ssl.SSLContext:
    """Return the self-signed certificate that Windows makes for a host that has none."""
    return Authority.create(name).issue([name]).server_context()
