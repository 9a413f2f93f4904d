# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The estate's Windows hosts: one process of emulators/windows, and the certificates that installers left on them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from emulators.certificates import Authority, thumbprint_of, write_private
from emulators.processes import daemon_pid, stop_daemon, wait_until

SEED = Path(__file__).with_name("windows.yml")
ROOT = Path(__file__).resolve().parents[2]
WORD = "emulators.windows serve"
SELF_SIGNED = "self-signed"


class WindowsHosts:
    """The process that emulates them; what they are is kept in its directory, over a restart as well."""

    def __init__(self, directory: Path, network: str) -> None:
        """Keep the estate's directory and its network."""
        self.directory = directory / "windows"
        self.authority = directory / "certification-authority"
        self.network = network
        self.pid_file = self.directory / "windows.pid"
        self.log = self.directory / "windows.log"

    def prepare(self) -> None:
        """Write the seed, with a self-signed certificate wherever one is wanted, unless it is there."""
        path = self.directory / "seed.yml"
        if path.exists():
            return
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        seed = yaml.safe_load(SEED.read_text(encoding="utf-8"))
        sign(seed)
        write_private(path, yaml.safe_dump(seed, sort_keys=False).encode())

    def running(self) -> bool:
        """Return whether it runs."""
        return daemon_pid(self.pid_file, WORD) is not None

    def start(self) -> None:
        """Start it in a session of its own, and return when every host listens."""
        if self.running():
            return
        ready = self.directory / "ready"
        ready.unlink(missing_ok=True)
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "emulators.windows", "serve", "--directory", str(self.directory)),
                    *("--seed", str(self.directory / "seed.yml"), "--authority", str(self.authority)),
                    *("--network", self.network),
                ],
                cwd=ROOT,
                env={"PYTHONPATH": f"{ROOT}:{ROOT / '.collections'}", "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.pid_file.write_text(f"{process.pid}\n", encoding="ascii")
        wait_until(lambda: ready.exists() or process.poll() is not None, "the start of the Windows hosts", seconds=60)
        if process.poll() is not None:
            last = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-1:]
            raise RuntimeError(f"the Windows hosts ended at once: {' '.join(last)}; see {self.log}")

    def stop(self) -> None:
        """Stop it, if it runs."""
        stop_daemon(self.pid_file, WORD)


def sign(seed: dict[str, Any]) -> None:
    """Make a certificate wherever a seed wants a self-signed one, and bind it."""
    for name, host in seed["hosts"].items():
        for site in host.get("sites", []):
            for binding in site["bindings"]:
                if binding.get("certificate_hash") == SELF_SIGNED:
                    certificate = _self_signed(name)
                    host.setdefault("certificates", []).append(certificate)
                    binding["certificate_hash"] = certificate["thumbprint"]


def _self_signed(name: str) -> dict[str, Any]:
    """Return a certificate as the seed has it, such as an installer makes for a site that has none."""
    issued = Authority.create(name)
    key = issued.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return {
        "thumbprint": thumbprint_of(issued.certificate),
        "certificate_pem": issued.certificate.public_bytes(Encoding.PEM).decode(),
        "key_pem": key,
        "friendly_name": "made by the installer",
    }
