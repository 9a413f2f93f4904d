# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m tests.integration.examples.furnish NETWORK OUTSIDE`: makes a mount namespace look like a control node.

OUTSIDE is the namespace that stays as it is, as /proc/self/ns/mnt has it: that of whoever has made this one.

The zone has the addresses of the real network; here each name leads to who stands in for that host.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import certifi

from emulators.estate.estate import Estate
from emulators.microsoft365.server import NAMES

ALIASES = {
    "es-live": ["scheduler"],
    "connect-live": ["exam-connect"],
    "web1-live": ["timetables"],
    "resolver1": ["resolver"],
}
"""What hosts are called besides, in the domain."""
NEIGHBOURS = {"dc1": "0.2", "acme": "0.61", "sql-test": "1.13"}
"""Hosts that the estate has not, by the last two numbers of their addresses."""
PLACES = {
    "/etc/pki/exams/root.pem": "certification-authority/root.pem",
    "/etc/exam-scheduling/office365-automation.pem": "office365_automation/fullchain.pem",
}
"""Files that whoever looks after the control node has put there, by those of the estate."""
STATE = Path("/var/lib/exam-scheduling/live")
"""LIVE's state directory, as its inventory has it; in a rehearsal it is the estate's."""
SHADOWED = ("/srv", "/opt", "/var/lib", "/var/tmp")  # noqa: S108 - what is in it stays where it is
"""Directories below which examples have places of their own; what the machine has there is there as well."""
OF_EXAMPLES = ("exam", "sap_bobj", "web-timetables")
"""How places of examples in them begin: what a machine has there already is left out."""
SCRATCH = Path("/media")
"""Where all of this is kept, in memory: never below the estate's directory, which is removed with all that is in it."""


def main(network: str, outside: str) -> None:
    """Furnish this mount namespace for the estate of a network, which has been prepared."""
    if str(Path("/proc/self/ns/mnt").readlink()) == outside:
        sys.exit("this is the machine's own mount namespace, which stays as it is")
    estate = Estate(network)
    mount("-t", "tmpfs", "tmpfs", SCRATCH)
    for directory in SHADOWED:
        shadow(Path(directory), SCRATCH / directory.strip("/"))
    copy = SCRATCH / "etc"
    shutil.copytree("/etc", copy, symlinks=True, copy_function=copied)
    mount("--bind", copy, "/etc")

    for place, source in PLACES.items():
        Path(place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(estate.directory / source, place)
    STATE.mkdir(parents=True)
    mount("--bind", estate.directory / "state", STATE)
    trust(estate.directory / "certification-authority/root.pem")
    addresses = {**estate.seed.addresses(), **NEIGHBOURS}
    lines = ["127.0.0.1 localhost"]
    for host, last in addresses.items():
        names = [f"{name}.{estate.seed.domain}" for name in (host, *ALIASES.get(host, ()))]
        lines.append(" ".join([estate.address(last), *names, *(NAMES if host == "graph" else ())]))
    Path("/etc/hosts").write_text("\n".join(lines) + "\n", encoding="utf-8")
    resolver = estate.address(estate.seed.name_servers["resolver1"]["address"])
    for name, content in {"resolv.conf": f"nameserver {resolver}\n", "nsswitch.conf": "hosts: files dns\n"}.items():
        file = Path("/etc") / name
        file.unlink(missing_ok=True)  # it may be a link to what the machine's own resolver keeps
        file.write_text(content, encoding="utf-8")
    (estate.directory / "home").mkdir(mode=0o700, exist_ok=True)


def shadow(directory: Path, scratch: Path) -> None:
    """Put a directory in the place of another that has links to all that is there, and to which more can be added."""
    ours, original = scratch / "ours", scratch / "original"
    for path in (ours, original):
        path.mkdir(parents=True)
    mount("--rbind", directory, original)
    for path in original.iterdir():
        if not path.name.startswith(OF_EXAMPLES):
            (ours / path.name).symlink_to(path)
    mount("--bind", ours, directory)


def copied(source: str, target: str) -> None:
    """Copy a file of /etc; what is no plain file is of no use here."""
    if Path(source).is_file():
        shutil.copy2(source, target)


def trust(root: Path) -> None:
    """Have the system trust the estate's authority, and the library that brings authorities of its own."""
    certificates = Path("/etc/ssl/certs")
    (certificates / "exams.pem").write_bytes(root.read_bytes())
    subprocess.run(["openssl", "rehash", certificates], check=True, capture_output=True)
    for bundle in (certificates / "ca-certificates.crt", Path(certifi.where())):
        extended = SCRATCH / bundle.name
        extended.write_bytes(bundle.read_bytes() + b"\n" + root.read_bytes())
        mount("--bind", extended, bundle)


def mount(*words: str | Path) -> None:
    subprocess.run(["mount", *words], check=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
