# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m tests.integration.examples.neighbours NETWORK`: hosts that examples name, and the rehearsed LIVE has not.

A real KDC, where the domain controller would be, TEST's SQL Server, which is in that domain, and what the network has
besides (network_services). They run until the input ends.
"""

from __future__ import annotations

import sys
from pathlib import Path

import yaml

from emulators.estate import sql_server
from emulators.estate.estate import Estate
from emulators.processes import Daemon
from tests.integration.examples.furnish import NEIGHBOURS
from tests.integration.examples.network_services import network_services
from tests.kerberos import REALM, running_realm

ACCOUNT = "svc-exam-automation"
"""Who runs the examples, in the domain."""
SQL_TEST = "sql-test.exams.example"


def main(network: str) -> None:
    """Run them, say that they are ready, and end them when the input ends."""
    estate = Estate(network)
    domain = estate.directory / "domain"
    domain.mkdir(mode=0o700)
    with running_realm(domain, estate.address(NEIGHBOURS["dc1"])) as realm:
        realm.add_users(ACCOUNT, "timetabling")
        realm.add_service(f"MSSQLSvc/{SQL_TEST}:1433", domain / "sql-test.keytab")
        realm.log_in(ACCOUNT)
        server = sql_test(estate, domain)
        server.start()
        try:
            with network_services(estate, realm, ACCOUNT):
                print("ready", flush=True)
                sys.stdin.read()
        finally:
            server.stop()


def sql_test(estate: Estate, domain: Path) -> Daemon:
    """Return TEST's SQL Server: as LIVE's is on its first day, but in the domain."""
    seed = yaml.safe_load(sql_server.SEED.read_text(encoding="utf-8"))
    seed["name"] = "SQL-TEST"
    seed["kerberos"] = {"keytab_file": str(domain / "sql-test.keytab"), "domains": {REALM: "EXAMS"}}
    for login in seed["logins"]:
        login["password_file"] = str(estate.directory / "secrets" / login["password_file"])
    for batch in seed["batches"]:
        if isinstance(batch, dict):
            batch["file"] = str(sql_server.SEED.parent / batch["file"])
    windows = rf"[EXAMS\{ACCOUNT}]"
    seed["batches"].append(f"CREATE LOGIN {windows} FROM WINDOWS; ALTER SERVER ROLE sysadmin ADD MEMBER {windows}")
    directory = estate.directory / "sql-test"
    directory.mkdir(mode=0o700)
    (directory / "seed.yml").write_text(yaml.safe_dump(seed), encoding="utf-8")
    return Daemon(
        "TEST's SQL Server",
        "emulators.sql serve",
        (
            *("--directory", str(directory / "state"), "--address", estate.address(NEIGHBOURS["sql-test"])),
            *("--seed", str(directory / "seed.yml"), "--name", SQL_TEST),
            *("--authority", str(estate.directory / "certification-authority")),
        ),
        pid_file=directory / "state/server.pid",
        log=directory / "log",
    )


if __name__ == "__main__":
    main(sys.argv[1])
