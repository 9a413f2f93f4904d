# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The estate's name servers: a primary that takes updates, a secondary told of changes, and the resolver."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from emulators.estate.seed import Seed
from emulators.name_server import NameServer
from emulators.zones import ForwardedZone, Key, PrimaryZone, SecondaryZone, Zone

PORT = 53
# A resolver that remembers for a second shows a rehearsal what a resolver in LIVE shows when its cache has run out.
SHORT_MEMORY = "max-cache-ttl 1; max-ncache-ttl 1;"


def name_servers(directory: Path, network: str, seed: Seed) -> dict[str, NameServer]:
    """Return the name servers by host, the primary first. The update key's secret is read from the estate's secrets."""
    addresses = {host: f"{network}.{entry['address']}" for host, entry in seed.name_servers.items()}
    of_kind = {
        kind: [host for host, entry in seed.name_servers.items() if entry["kind"] == kind]
        for kind in ("primary", "secondary", "resolver")
    }
    (primary,) = of_kind["primary"]
    authoritative = [primary, *of_kind["secondary"]]
    secondaries = [addresses[host] for host in of_kind["secondary"]]
    key = Key(seed.update_key, (directory / "secrets/dns_key_secret").read_text(encoding="ascii"))

    zones: dict[str, Sequence[Zone]] = {
        "primary": [
            PrimaryZone(
                zone,
                "".join(f"{name} A {address}\n" for name, address in records.items()),
                name_servers=[f"{host}.{seed.domain}." for host in authoritative],
                update_keys=[key.name],
                secondaries=secondaries,
                notify=[(address, PORT) for address in secondaries],
            )
            for zone, records in seed.zones.items()
        ],
        "secondary": [SecondaryZone(zone, (addresses[primary], PORT)) for zone in seed.zones],
        "resolver": [ForwardedZone(zone, [(addresses[host], PORT) for host in authoritative]) for zone in seed.zones],
    }
    return {
        host: NameServer(
            directory / "hosts" / host,
            addresses[host],
            port=PORT,
            zones=zones[entry["kind"]],
            keys=[key] if host == primary else [],
            options=SHORT_MEMORY if entry["kind"] == "resolver" else "",
        )
        for host, entry in seed.name_servers.items()
    }
