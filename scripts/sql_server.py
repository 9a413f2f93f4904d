# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run tests/integration/sql on the vendor's SQL Server, in a container with a certificate of its own; arguments go to
pytest. What the emulator was built after, the same tests hold the real server to."""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
from pathlib import Path

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql._odbc import connect
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.server import Server
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem
from emulators.certificates import Authority
from emulators.processes import wait_until
from scripts.vendor_container import ADDRESS, container, issue_certificate, run_tests

IMAGE = "EXAM_TEST_MSSQL_IMAGE"
"""The variable that names the vendor's image, in whatever registry it is taken from."""
NAME, PORT = "sql-real.exams.example", 1433
START_SECONDS = 180
SETTINGS = """\
[network]
tlscert = /etc/exam-tls/fullchain.pem
tlskey = /etc/exam-tls/key.pem
tlsprotocols = 1.2
forceencryption = 1
"""


def prepare(directory: Path) -> Path:
    """Write what the container is given, and return the file of the authority."""
    authority = issue_certificate(directory, Authority.create("SQL Server test root"), NAME)
    (directory / "mssql.conf").write_text(SETTINGS, encoding="ascii")
    (directory / "mssql.conf").chmod(0o644)
    return authority


def start_command(directory: Path) -> list[str]:
    """Return the command that starts the container and prints its number; the password comes by the environment."""
    return [
        *("docker", "run", "--detach", "--publish", f"{ADDRESS}:{PORT}:1433"),
        *("--env", "ACCEPT_EULA=Y", "--env", "MSSQL_PID=Developer", "--env", "MSSQL_SA_PASSWORD"),
        *("--volume", f"{directory / 'given'}:/etc/exam-tls:ro"),
        *("--volume", f"{directory / 'mssql.conf'}:/var/opt/mssql/mssql.conf:ro"),
        os.environ[IMAGE],
    ]


def environment_of(server: Server) -> dict[str, str]:
    """Return the variables by which the tests are told of a server."""
    return {
        "EXAM_TEST_MSSQL_SERVER": f"{server.name},{server.port}",
        "EXAM_TEST_MSSQL_ADDRESS": str(server.connect_address),
        "EXAM_TEST_MSSQL_USER": str(server.user),
        "EXAM_TEST_MSSQL_PASSWORD": str(server.password),
        "EXAM_TEST_MSSQL_CA": str(server.ca_certificates),
    }


def answers(server: Server) -> bool:
    """Return whether somebody can log in."""
    try:
        connect(server, autocommit=True).close()
    except Problem:
        return False
    return True


def main(arguments: list[str]) -> int:
    """Run the tests and return pytest's exit code."""
    password = f"{secrets.token_urlsafe(18)}!aA1"
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        authority = prepare(directory)
        server = Server(
            NAME, PORT, connect_address=ADDRESS, user="sa", password=password, ca_certificates=str(authority)
        )
        with container(start_command(directory), {"MSSQL_SA_PASSWORD": password}):
            wait_until(lambda: answers(server), "SQL Server to let sa in", seconds=START_SECONDS)
            return run_tests(arguments, ["tests/integration/sql"], environment_of(server))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
