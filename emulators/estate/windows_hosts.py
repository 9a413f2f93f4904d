# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The estate's Windows hosts: one process of emulators/windows, and the certificates that installers left on them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from emulators.certificates import Authority, thumbprint_of, write_private
from emulators.estate.artefacts import files_of
from emulators.processes import Daemon

SEED = Path(__file__).with_name("windows.yml")
SELF_SIGNED = "self-signed"
HOSTS = "C:\\Windows\\System32\\drivers\\etc\\hosts"
OLD_PASSWORD = "@@password of SCIENTIA@@"  # noqa: S105 - it stands for one
CALSYNC_CONNECTION = "@@CalSync's connection@@"
LOOKING_UP = ("calsync-live", "connect-live")
"""Hosts that connect to others by their names: here these are loopback addresses, which DNS does not have."""
TESTED = {
    "calsync-test": ("calsync_exam_template", "C:\\Program Files\\S2Unified\\CalSync\\Templates"),
    "connect-test": ("connect_configuration", "C:\\Program Files\\Scientia\\Connect"),
}
"""Of hosts of TEST, the configuration that was tested there, and its directory."""


def windows_hosts(directory: Path, network: str) -> Daemon:
    """Return the process that emulates the hosts of an estate's directory; what they are is kept in it, over a restart
    as well."""
    own = directory / "windows"
    return Daemon(
        "the Windows hosts",
        "emulators.windows serve",
        (
            *("--directory", str(own), "--seed", str(own / "seed.yml")),
            *("--authority", str(directory / "certification-authority"), "--network", network),
        ),
        pid_file=own / "ready",
        log=own / "windows.log",
    )


def prepare_windows(directory: Path, names: Mapping[str, str]) -> None:
    """Write the seed, with a self-signed certificate wherever one is wanted, unless it is there.

    Args:
        directory: of the estate.
        names: addresses by the full names of its hosts.
    """
    path = directory / "windows/seed.yml"
    if path.exists():
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    old_password = (directory / "secrets/oracle_old_account_password").read_text(encoding="utf-8")
    calsync_password = (directory / "secrets/calsync_database_password").read_text(encoding="utf-8")
    calsync = (
        "Data Source=tcp:sql-live.exams.example,1433;Initial Catalog=ES;User ID=svc-calsync;"
        f"Password={calsync_password};Encrypt=True;TrustServerCertificate=False"
    )
    text = SEED.read_text(encoding="utf-8")
    seed = yaml.safe_load(text.replace(OLD_PASSWORD, old_password).replace(CALSYNC_CONNECTION, calsync))
    root = Authority.load(directory / "certification-authority").certificate
    for host in LOOKING_UP:
        lines = "".join(f"{address} {name}\r\n" for name, address in sorted(names.items()))
        seed["hosts"][host]["files"][HOSTS] = {"content": lines}
        # the domain has its members trust the authority
        seed["hosts"][host].setdefault("certificates", []).append(
            {
                "thumbprint": thumbprint_of(root),
                "certificate_pem": root.public_bytes(Encoding.PEM).decode(),
                "store_name": "Root",
            }
        )
    add_tested_configuration(seed)
    sign(seed)
    write_private(path, yaml.safe_dump(seed, sort_keys=False).encode())


def add_tested_configuration(seed: dict[str, Any]) -> None:
    """Let TEST's hosts have the files that were tested there."""
    for host, (artefact, directory) in TESTED.items():
        for name, content in files_of(artefact).items():
            path = f"{directory}\\{name}".replace("/", "\\")
            seed["hosts"][host]["files"][path] = {"content": content.decode()}


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
