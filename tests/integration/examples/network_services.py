# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What examples ask of the network, and the rehearsed LIVE has not: a domain controller's DNS, and an ACME service."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from emulators.acme import AcmeService
from emulators.estate.estate import Estate
from emulators.name_server import NameServer, PrimaryZone
from tests.integration.examples.furnish import NEIGHBOURS
from tests.kerberos import REALM, Realm

CONTROLLER = "dc1.exams.example"
ACME = "acme.exams.example"
ACME_ROOT = Path("/etc/pki/exams/acme.pem")
"""Where whoever looks after the control node has put the root of the ACME service's own certificate."""


@contextmanager
def network_services(estate: Estate, realm: Realm, account: str) -> Iterator[None]:
    """Run a name server that takes updates of an account of the domain, and Pebble, which asks the estate's servers."""
    realm.add_service(f"DNS/{CONTROLLER}", realm.directory / "dns.keytab")
    address = estate.address(NEIGHBOURS["dc1"])
    zone = PrimaryZone(
        estate.seed.domain,
        f"dc1 A {address}\nold-scheduler CNAME es-live",
        name_servers=[f"{CONTROLLER}."],
        update_policy=[f'grant "{account}@{REALM}" zonesub ANY'],
    )
    controller = NameServer(
        realm.directory / "name-server",
        address,
        zones=[zone],
        options=f'tkey-gssapi-keytab "{realm.directory}/dns.keytab";',
        environment=realm.environment,
    )
    directory = estate.directory / "acme"
    directory.mkdir(mode=0o700)
    primary = estate.address(estate.seed.name_servers["dns1"]["address"])
    acme = AcmeService(directory, estate.address(NEIGHBOURS["acme"]), dns_server=(primary, 53), names=[ACME], port=443)
    with controller, acme:
        shutil.copy(acme.ca_file, ACME_ROOT)
        yield
