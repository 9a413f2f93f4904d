# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manages the rehearsal estate: `python -m emulators.estate up | down | reset | status | validate`."""

from __future__ import annotations

import argparse
import os
import sys

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem
from emulators.estate.business_objects import serve_bi
from emulators.estate.estate import Estate
from emulators.estate.hub import STUDENTS
from emulators.estate.office365 import serve_office365
from emulators.estate.oracle_database import serve_oracle
from emulators.estate.people import validate
from emulators.estate.sql_server import serve_sql
from emulators.estate.ssh import serve_ssh
from emulators.name_server import NameServerError
from emulators.processes import NotReady

SERVERS = {"serve-office365": serve_office365, "serve-sql": serve_sql, "serve-ssh": serve_ssh}
"""What its own processes run."""
SERVERS_OF_A_HOST = {"serve-oracle": serve_oracle, "serve-bi": serve_bi}
"""Those that there is one of for each of several hosts."""


def main() -> int:
    """Run the command and return the exit code."""
    parser = argparse.ArgumentParser(prog="emulators.estate", description=__doc__)
    parser.add_argument("command", choices=["up", "down", "reset", "status", "validate", *SERVERS_OF_A_HOST, *SERVERS])
    parser.add_argument(
        "--network",
        default=os.environ.get("EXAM_REHEARSAL_NETWORK", "127.10"),
        help="the first two numbers of its loopback addresses",
    )
    parser.add_argument("--only", help="one part of the estate alone, by the name that status shows")
    parser.add_argument("--fault", metavar="HOST", help="its server behaves as behind a firewall that drops packets")
    parser.add_argument(
        "--students",
        type=int,
        default=int(os.environ.get("EXAM_REHEARSAL_STUDENTS", STUDENTS)),
        help="how many EUGEX has when it is started for the first time",
    )
    parser.add_argument("--host", help="with serve-oracle and serve-bi, the host whose database or platform it is")
    arguments = parser.parse_args()
    if not arguments.network.startswith("127."):
        parser.error(f"--network {arguments.network}: expected loopback addresses, such as 127.10")
    estate = Estate(arguments.network, arguments.fault, arguments.students)
    if arguments.command in SERVERS_OF_A_HOST:
        SERVERS_OF_A_HOST[arguments.command](estate, arguments.host)
        return 0
    if arguments.command in SERVERS:
        SERVERS[arguments.command](estate)
        return 0
    try:
        if arguments.command == "validate":
            return validate(estate)
        for line in getattr(estate, arguments.command)(arguments.only):
            print(line, flush=True)
    except (NameServerError, NotReady, OSError, Problem, RuntimeError) as error:
        print(f"the rehearsal estate: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
