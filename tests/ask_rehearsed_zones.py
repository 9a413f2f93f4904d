# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks the name servers of a rehearsal for their zones, as a secondary does: no module of ours takes part.

    python -m tests.ask_rehearsed_zones NETWORK

Prints one JSON object: records by server, zone and owner. The serial number of a zone is left out.
"""

from __future__ import annotations

import json
import sys

import dns.query
import dns.rdatatype
import dns.zone

from emulators.estate.estate import Estate


def main() -> int:
    """Print the zones, and return the exit code."""
    estate = Estate(sys.argv[1])
    servers = {name: entry for name, entry in estate.seed.name_servers.items() if entry["kind"] != "resolver"}
    secondary = next(entry["address"] for entry in servers.values() if entry["kind"] == "secondary")
    found = {}
    for server, entry in servers.items():
        for name in estate.seed.zones:
            zone = dns.zone.Zone(name)
            # the address of the secondary alone may have it
            dns.query.inbound_xfr(estate.address(entry["address"]), zone, source=estate.address(secondary))
            for owner, ttl, rdata in zone.iterate_rdatas():
                if rdata.rdtype != dns.rdatatype.SOA:
                    place = f"DNS {server}: {name}: {owner} {dns.rdatatype.to_text(rdata.rdtype)} {rdata}"
                    found[place] = str(ttl)
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
