# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real ACME service of our own: Let's Encrypt's test server Pebble, on loopback, asking a name server of ours."""

from __future__ import annotations

import json
import os
import shutil
import ssl
import subprocess
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from emulators.certificates import Authority
from emulators.processes import NotReady, wait_until


class AcmeService:
    """A Pebble process with a directory and an address of its own; a context manager.

    It rejects some good nonces, as Pebble does unless told otherwise, and makes a new root each time it starts.
    """

    def __init__(
        self,
        directory: Path,
        address: str,
        *,
        dns_server: tuple[str, int],
        bindings: Mapping[str, str] | None = None,
        names: Sequence[str] = (),
        port: int = 14000,
    ) -> None:
        """Prepare the service.

        Args:
            directory: for its configuration, its own certificate and its log.
            address: where it listens: `port` for ACME, the next one for its management.
            dns_server: address and port of the server that it asks for challenges.
            bindings: keys in base64url of external account bindings, by identifier; if given, it demands one.
            names: by which clients know it, besides the address.
            port: of ACME.
        """
        self.directory = directory
        self.address = address
        self.port = port
        self._dns_server = dns_server
        self._bindings = bindings
        self._names = names
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def directory_url(self) -> str:
        """Where clients begin."""
        return f"https://{self.address}:{self.port}/dir"

    @property
    def ca_file(self) -> Path:
        """The root of the service's own certificate, not of those that it issues."""
        return self.directory / "authority" / "root.pem"

    @property
    def log(self) -> str:
        """What Pebble has said."""
        return (self.directory / "pebble.log").read_text(errors="replace")

    def root_pem(self) -> bytes:
        """Return the root of the certificates that it issues."""
        return self._get(self.port + 1, "/roots/0")

    def __enter__(self) -> Self:
        """Start it, and return when it answers.

        Raises:
            NotReady: Pebble is not installed, or does not answer.
        """
        program = shutil.which("pebble")
        if program is None:
            raise NotReady("Pebble is not installed; install the package pebble")
        configuration = self._configure()
        with (self.directory / "pebble.log").open("wb") as log:
            self._process = subprocess.Popen(
                [program, "-config", configuration, "-dnsserver", "{}:{}".format(*self._dns_server)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, "PEBBLE_VA_NOSLEEP": "1", "PEBBLE_AUTHZREUSE": "0"},
            )
        try:
            wait_until(self._answers, f"Pebble on {self.address}")
        except NotReady as error:
            self.__exit__()
            raise NotReady(f"{error}\n{self.log[-2000:]}") from error
        return self

    def __exit__(self, *_exception: object) -> None:
        """Stop it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=10)

    def _configure(self) -> Path:
        authority = Authority.load_or_create(self.directory / "authority", "Pebble's own listener")
        certificate, key = authority.issue([self.address, *self._names]).write(self.directory / "listener")
        pebble = {
            "listenAddress": f"{self.address}:{self.port}",
            "managementListenAddress": f"{self.address}:{self.port + 1}",
            "certificate": str(certificate),
            "privateKey": str(key),
            "httpPort": 5002,
            "tlsPort": 5001,
            "ocspResponderURL": "",
            "externalAccountBindingRequired": self._bindings is not None,
            "externalAccountMACKeys": dict(self._bindings or {}),
        }
        path = self.directory / "pebble.json"
        path.write_text(json.dumps({"pebble": pebble}), encoding="utf-8")
        return path

    def _answers(self) -> bool:
        if self._process is not None and self._process.poll() is not None:
            raise NotReady(f"Pebble ended with {self._process.returncode}")
        try:
            self._get(self.port, "/dir")
            self._get(self.port + 1, "/roots/0")
        except OSError:
            return False
        return True

    def _get(self, port: int, path: str) -> bytes:
        context = ssl.create_default_context(cafile=str(self.ca_file))
        url = f"https://{self.address}:{port}{path}"
        # The scheme is fixed, and a proxy of the environment must not be asked for loopback addresses.
        opener = urllib.request.build_opener(
            urllib.request.HTTPSHandler(context=context), urllib.request.ProxyHandler({})
        )
        with opener.open(url, timeout=5) as response:
            content: bytes = response.read()
        return content
