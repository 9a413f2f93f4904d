# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run tests/integration/oracle and oracle_modules on the vendor's free Oracle database, in a container that is made to
speak tcps; arguments go to pytest. What the emulator was built after, the same tests hold the real database to."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle._oracledb import connect
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.server import Server
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem
from emulators.certificates import Authority
from emulators.processes import wait_until
from scripts.vendor_container import ADDRESS, container, issue_certificate, run_tests

IMAGE = "EXAM_TEST_ORACLE_IMAGE"
"""The variable that names the vendor's image, in whatever registry it is taken from."""
NAME, PORT, SERVICE = "oracle-real.exams.example", 2484, "FREEPDB1"
TESTS = ("tests/integration/oracle", "tests/integration/oracle_modules")
START_SECONDS, TCPS_SECONDS = 900, 120
READY = "DATABASE IS READY TO USE!"
"""What the vendor's image logs when it has set the password and started everything."""
ENABLE_TCPS = Path(__file__).with_name("oracle_tcps.sh")


def start_command(directory: Path) -> list[str]:
    """Return the command that starts the container and prints its number; the password comes by the environment."""
    return [
        *("docker", "run", "--detach", "--publish", f"{ADDRESS}:{PORT}:2484", "--env", "ORACLE_PWD"),
        *("--volume", f"{directory / 'given'}:/etc/exam-tls:ro"),
        os.environ[IMAGE],
    ]


def enable_command(number: str) -> list[str]:
    """Return the command that runs a script inside the container; the wallet's password comes by the environment."""
    return ["docker", "exec", "--interactive", "--env", "WALLET_PASSWORD", number, "sh", "-s"]


def descriptor() -> str:
    """Return where the database is: the packets go to the address, the certificate has to have the server's name."""
    return (
        f"(DESCRIPTION=(ADDRESS=(PROTOCOL=tcps)(HOST={ADDRESS})(PORT={PORT}))"
        f"(CONNECT_DATA=(SERVICE_NAME={SERVICE}))(SECURITY=(SSL_SERVER_CERT_DN=CN={NAME})))"
    )


def environment_of(server: Server) -> dict[str, str]:
    """Return the variables by which the tests are told of a database."""
    return {
        "EXAM_TEST_ORACLE_DSN": str(server.descriptor),
        "EXAM_TEST_ORACLE_USER": str(server.user),
        "EXAM_TEST_ORACLE_PASSWORD": str(server.password),
        "EXAM_TEST_ORACLE_CA": str(server.ca_certificates),
    }


def is_ready(number: str) -> bool:
    """Return whether the database in a container has started, its password set."""
    logs = subprocess.run(["docker", "logs", number], check=True, capture_output=True, text=True)
    return READY in logs.stdout


def enable_tcps(number: str, password: str) -> None:
    """Make the database in a container speak tcps, with a wallet under that password."""
    environment = {**os.environ, "WALLET_PASSWORD": password}
    subprocess.run(enable_command(number), input=ENABLE_TCPS.read_bytes(), env=environment, check=True)


def answers(server: Server) -> bool:
    """Return whether somebody can log in."""
    try:
        connect(server).close()
    except Problem:
        return False
    return True


def main(arguments: list[str]) -> int:
    """Run the tests and return pytest's exit code."""
    # of Oracle's passwords no character but these needs quotes: the image's own scripts use none
    password, wallet_password = (f"Aa1_{secrets.token_hex(10)}" for _each in range(2))
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        authority = issue_certificate(directory, Authority.create("Oracle test root", key="rsa2048"), NAME)
        server = Server(descriptor=descriptor(), user="SYSTEM", password=password, ca_certificates=str(authority))
        with container(start_command(directory), {"ORACLE_PWD": password}) as number:
            wait_until(lambda: is_ready(number), "the Oracle database to start", seconds=START_SECONDS)
            enable_tcps(number, wallet_password)
            wait_until(lambda: answers(server), "the Oracle database to let SYSTEM in by tcps", seconds=TCPS_SECONDS)
            return run_tests(arguments, TESTS, environment_of(server))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
