# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write into a directory what tests/windows/prepare_host.ps1 gives to the Windows host on which this system runs as
WSL: an account and its password, and a certificate for WinRM by an authority that nobody has the key of any more."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12

from emulators.certificates import Authority, write_private

NAME, USER = "windows-test.exams.example", "exam-test"


def host_and_network(routes: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """Return the address of the Windows host, which is WSL's gateway, and the network that the two share.

    Args:
        routes: what `ip --json -4 route show` printed.

    Raises:
        LookupError: there is no gateway, or no network that is reached without it.
    """
    default = next((each for each in routes if each["dst"] == "default" and "gateway" in each), None)
    near = [each for each in routes if default and each["dev"] == default["dev"] and each.get("scope") == "link"]
    if default is None or not near:
        raise LookupError(
            "this system has no gateway, which would be the Windows host: is it WSL 2, with its default network?"
        )
    return str(default["gateway"]), str(near[0]["dst"])


def prepare(directory: Path, address: str, network: str) -> None:
    """Write everything; the authority's key is not kept.

    Args:
        directory: which is made.
        address: of the Windows host.
        network: from which it may be reached.
    """
    directory.mkdir(mode=0o700, parents=True)
    authority = Authority.create("WinRM test root")
    issued = authority.issue([NAME, address], key="rsa2048")
    # Windows asks for capitals, small letters, digits and others
    password, pfx_password = (f"{secrets.token_urlsafe(24)}!aA1" for _each in range(2))
    encryption = BestAvailableEncryption(pfx_password.encode())
    pfx = pkcs12.serialize_key_and_certificates(NAME.encode(), issued.key, issued.certificate, None, encryption)
    files = {
        "name": NAME,
        "address": address,
        "network": network,
        "user": USER,
        "password": password,
        "pfx_password": pfx_password,
    }
    for name, text in files.items():
        write_private(directory / name, text.encode("ascii"))
    write_private(directory / "winrm.pfx", pfx)
    (directory / "root.pem").write_bytes(authority.root.public_bytes(Encoding.PEM))


def main(arguments: list[str]) -> int:
    """Prepare the directory that is named, and return the exit code."""
    if len(arguments) != 1:
        print("usage: python -m scripts.windows_host_preparation DIRECTORY", file=sys.stderr)
        return 2
    routes = subprocess.run(["ip", "--json", "-4", "route", "show"], check=True, stdout=subprocess.PIPE).stdout
    address, network = host_and_network(json.loads(routes))
    prepare(Path(arguments[0]), address, network)
    print(f"prepared {NAME} at {address}, to be reached from {network}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
