# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Kerberos realm (MIT), where Active Directory would be one: users who get tickets, services with keytabs."""

from __future__ import annotations

import os
import shutil
import socket
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from emulators.processes import wait_until

REALM = "EXAMS.EXAMPLE"
_PASSWORD = "ticket"
_PORT = 10088
"""One that needs no privilege; the configuration names it."""


@dataclass(frozen=True)
class Realm:
    """A running realm; `environment` is what makes a process one of its clients."""

    directory: Path
    address: str

    @property
    def where(self) -> str:
        """Return where the KDC answers, as configurations have it."""
        return f"{self.address}:{_PORT}"

    @property
    def environment(self) -> dict[str, str]:
        """Return the variables that name the realm's files. Tickets are in the directory, too."""
        return {
            "KRB5_CONFIG": str(self.directory / "krb5.conf"),
            "KRB5_KDC_PROFILE": str(self.directory / "kdc.conf"),
            "KRB5CCNAME": f"FILE:{self.tickets}",
        }

    @property
    def tickets(self) -> Path:
        """Return the file of the tickets of who is logged in."""
        return self.directory / "tickets"

    def add_users(self, *names: str) -> None:
        """Create users."""
        for name in names:
            _program(self, "kadmin.local", "-r", REALM, "-q", f"addprinc -pw {_PASSWORD} {name}")

    def add_service(self, principal: str, keytab: Path) -> None:
        """Create a service, or a user without a password, and put its key into a file."""
        _program(self, "kadmin.local", "-r", REALM, "-q", f"addprinc -randkey {principal}")
        self.renew_key(principal, keytab)

    def renew_key(self, principal: str, keytab: Path) -> None:
        """Give a service another key, and add that to a file."""
        _program(self, "kadmin.local", "-r", REALM, "-q", f"ktadd -k {keytab} {principal}")

    def log_in(self, user: str, *, lifetime: str = "1h", forwardable: bool = False) -> None:
        """Get a user's ticket; the one of another user is given up."""
        _program(self, "kinit", "-f" if forwardable else "-F", "-l", lifetime, user, text=f"{_PASSWORD}\n")

    def log_out(self) -> None:
        """Give up all tickets."""
        self.tickets.unlink(missing_ok=True)

    def set_clock(self, seconds: int) -> None:
        """Have who is logged in take the realm's clock for so much ahead of its own, as a client with a wrong clock.

        It is kept with the tickets: format 4 begins with 05 04, the length of the head, tag 1 and length 8 of this.
        """
        head, rest = self.tickets.read_bytes()[:8], self.tickets.read_bytes()[16:]
        assert head == bytes.fromhex("0504000c00010008")
        self.tickets.write_bytes(head + struct.pack(">ii", seconds, 0) + rest)

    def another_configuration(self, name: str, old: str, new: str) -> Path:
        """Return a file that is as the clients' configuration, but for one text."""
        text = (self.directory / "krb5.conf").read_text(encoding="utf-8")
        assert old in text
        (self.directory / name).write_text(text.replace(old, new), encoding="utf-8")
        return self.directory / name


@contextmanager
def running_realm(directory: Path, address: str) -> Iterator[Realm]:
    """Run a realm with neither users nor services: its files in a directory, its KDC at a loopback address."""
    realm = Realm(directory, address)
    _create(realm)
    process = subprocess.Popen(
        [_found("krb5kdc"), "-n"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **realm.environment},
    )
    with process:
        try:
            wait_until(lambda: _listens(address), "the KDC to listen")
            yield realm
        finally:
            process.terminate()


def _create(realm: Realm) -> None:
    where, directory = realm.where, realm.directory
    (directory / "krb5.conf").write_text(
        f"[libdefaults]\n default_realm = {REALM}\n dns_lookup_kdc = false\n rdns = false\n"
        f" dns_canonicalize_hostname = false\n[realms]\n {REALM} = {{\n  kdc = {where}\n }}\n",
        encoding="utf-8",
    )
    (directory / "kdc.conf").write_text(
        f"[kdcdefaults]\n kdc_listen = {where}\n kdc_tcp_listen = {where}\n[realms]\n {REALM} = {{\n"
        f"  database_name = {directory}/principal\n  key_stash_file = {directory}/stash\n"
        "  default_principal_flags = +preauth\n }\n",
        encoding="utf-8",
    )
    _program(realm, "kdb5_util", "create", "-s", "-r", REALM, "-P", "master")


def _program(realm: Realm, name: str, *arguments: str, text: str = "") -> None:
    environment = {**os.environ, **realm.environment}
    command = [_found(name), *arguments]
    subprocess.run(command, input=text, text=True, capture_output=True, check=True, timeout=60, env=environment)


def _found(name: str) -> str:
    path = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    assert path, f"{name} is missing; make setup-test installs it"
    return path


def _listens(address: str) -> bool:
    try:
        socket.create_connection((address, _PORT), timeout=1).close()
    except OSError:
        return False
    return True
