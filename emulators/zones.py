# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys and zones of `emulators.name_server`, as data, and as `named.conf` has them."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

TRANSFER_NOW = "transfer-now.local"
"""Name of the key that signs the NOTIFY of `NameServer.transfer_now`."""


@dataclass(frozen=True)
class Key:
    """A TSIG key (RFC 8945): its name, its secret in base64 and its algorithm."""

    name: str
    secret: str
    algorithm: str = "hmac-sha256"

    @classmethod
    def generate(cls, name: str, algorithm: str = "hmac-sha256") -> Key:
        """Return a key with a fresh random secret of 256 bits."""
        return cls(name, b64encode(secrets.token_bytes(32)).decode(), algorithm)

    def configuration(self) -> str:
        """Return the key as `named.conf` has it."""
        return f'key "{self.name}" {{ algorithm {self.algorithm}; secret "{self.secret}"; }};\n'


@dataclass(frozen=True)
class PrimaryZone:
    """A zone that this server is the primary of."""

    name: str
    records: str = ""
    """Master-file text below the SOA and NS records; names relative to the zone."""
    name_servers: Sequence[str] = ("ns",)
    update_keys: Sequence[str] = ()
    """Names of the keys that may update all of the zone. None: updates are refused."""
    secondaries: Sequence[str] = ()
    """Addresses that may transfer the zone."""
    notify: Sequence[tuple[str, int]] = ()
    """Addresses and ports told of each change. A secondary that is left out lags."""
    serial: int = 1
    update_policy: Sequence[str] = ()
    """Further rules of `update-policy`, as BIND writes them."""
    broken: bool = False
    """Seed a file that BIND refuses to load, so that the zone answers SERVFAIL."""

    def seed(self) -> str:
        """Return the zone's first master file. Its refresh of a day makes a secondary without NOTIFY lag."""
        head = f"$TTL 3600\n@ SOA {self.name_servers[0]} hostmaster {self.serial} 86400 86400 2419200 300\n"
        servers = "".join(f"@ NS {name}\n" for name in self.name_servers)
        return "not a zone\n" if self.broken else f"{head}{servers}{self.records}\n"

    def configuration(self) -> str:
        """Return the zone as `named.conf` has it."""
        rules = [f'grant "{key}" zonesub ANY' for key in self.update_keys] + list(self.update_policy)
        updates = f"update-policy {{ {listed(rules)} }};" if rules else "allow-update { none; };"
        notify = "notify explicit; " if self.notify else "notify no; "
        also = f"also-notify {{ {listed(f'{address} port {port}' for address, port in self.notify)} }};"
        return (
            f'zone "{self.name}" {{ type primary; file "zones/{file_name(self.name)}"; {updates} {notify}{also} '
            f"allow-transfer {{ {listed(self.secondaries) or 'none;'} }}; }};\n"
        )


@dataclass(frozen=True)
class SecondaryZone:
    """A zone that this server transfers from its primary."""

    name: str
    primary: tuple[str, int]

    def configuration(self) -> str:
        """Return the zone as `named.conf` has it."""
        address, port = self.primary
        return (
            f'zone "{self.name}" {{ type secondary; file "zones/{file_name(self.name)}"; masterfile-format text; '
            f'notify no; primaries {{ {address} port {port}; }}; allow-notify {{ key "{TRANSFER_NOW}"; }}; }};\n'
        )


@dataclass(frozen=True)
class ForwardedZone:
    """A zone that a recursive server sends its clients' queries for to these servers (address, port)."""

    name: str
    servers: Sequence[tuple[str, int]]

    def configuration(self) -> str:
        """Return the zone as `named.conf` has it."""
        servers = listed(f"{address} port {port}" for address, port in self.servers)
        return f'zone "{self.name}" {{ type forward; forward only; forwarders {{ {servers} }}; }};\n'


Zone = PrimaryZone | SecondaryZone | ForwardedZone


def listed(items: Iterable[str]) -> str:
    """Return the items as a list of `named.conf`: each ended by a semicolon."""
    return " ".join(f"{item};" for item in items)


def file_name(zone: str) -> str:
    """Return the name of a zone's file."""
    return f"{zone.rstrip('.').replace('/', '_') or 'root'}.db"
