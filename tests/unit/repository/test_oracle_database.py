# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CI's job that holds the vendor's Oracle database to the emulator's tests: what can be said without a container."""

from __future__ import annotations

import os
import re
import socket
import subprocess
from dataclasses import replace
from pathlib import Path

import oracledb
import pytest
import yaml

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle._oracledb import parameters_of
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.server import Server
from scripts import oracle_database, vendor_container

ROOT = Path(__file__).parents[3]
SERVER = Server(descriptor=oracle_database.descriptor(), user="SYSTEM", password="S3cret", ca_certificates="/x.pem")
LISTENER = """\
LISTENER =
  (DESCRIPTION_LIST =
    (DESCRIPTION =
      (ADDRESS = (PROTOCOL = IPC)(KEY = EXTPROC_FOR_FREE))
      (ADDRESS = (PROTOCOL = TCP)(HOST = 0.0.0.0)(PORT = 1521))
    )
  )
"""
PROGRAM = """\
#!/bin/sh
echo "$(basename "$0") $*" >> "$CALLS"
[ "$(basename "$0")" = lsnrctl ] || cat >> "$INPUT"
case "$*" in *"-out "*) touch "$ORACLE_BASE/oradata/exam-tls/server.p12" ;; esac
"""


def test_that_ci_runs_the_tests_on_the_vendors_database() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    job = workflow["jobs"]["oracle-database"]
    assert job["if"] == "vars.ORACLE_IMAGE != ''"
    steps = [step.get("run", "") for step in job["steps"]]
    assert "make setup-test" in steps
    assert any("python -m scripts.oracle_database" in each for each in steps)
    assert any(oracle_database.IMAGE in step.get("env", {}) for step in job["steps"])
    assert all((ROOT / each / "conftest.py").is_file() for each in oracle_database.TESTS)


def test_that_the_tests_read_the_variables_that_they_are_given() -> None:
    read: set[str] = set()
    for each in oracle_database.TESTS:
        for name in ("conftest.py", "databases.py"):
            file = ROOT / each / name
            read |= set(re.findall(r"\bEXAM_TEST_ORACLE_[A-Z]+", file.read_text("utf-8") if file.exists() else ""))
    assert read - {"EXAM_TEST_ORACLE_NETWORK"} == set(oracle_database.environment_of(SERVER))


def test_that_the_connection_is_verified_by_the_servers_name() -> None:
    assert parameters_of(replace(SERVER, ca_certificates=None))["dsn"] == SERVER.descriptor, "it is not refused"
    parsed = oracledb.ConnectParams()
    parsed.parse_connect_string(SERVER.descriptor)
    assert (parsed.protocol, parsed.host, parsed.port) == ("tcps", vendor_container.ADDRESS, oracle_database.PORT)
    assert parsed.ssl_server_cert_dn == f"CN={oracle_database.NAME}"


def test_that_no_password_is_in_an_argument(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(oracle_database.IMAGE, "vendor/database")
    command = oracle_database.start_command(tmp_path)
    assert command[command.index("ORACLE_PWD") - 1] == "--env"
    assert f"{vendor_container.ADDRESS}:2484:2484" in command, "no other host reaches it"
    command = oracle_database.enable_command("4711")
    assert command[command.index("WALLET_PASSWORD") - 1] == "--env"


def test_that_the_listener_is_given_the_wallet_and_a_port_for_tcps(tmp_path: Path) -> None:
    """The script as it is, with programs that note how they were called instead of Oracle's."""
    settings, programs = tmp_path / "base/oradata/dbconfig/FREE", tmp_path / "home/bin"
    settings.mkdir(parents=True)
    programs.mkdir(parents=True)
    (settings / "listener.ora").write_text(LISTENER, encoding="ascii")
    (settings / "sqlnet.ora").write_text("NAMES.DIRECTORY_PATH = (EZCONNECT)\n", encoding="ascii")
    for name in ("openssl", "orapki", "lsnrctl", "sqlplus"):
        (programs / name).write_text(PROGRAM, encoding="ascii")
        (programs / name).chmod(0o755)
    environment = {
        "PATH": os.environ["PATH"], "ORACLE_HOME": str(tmp_path / "home"), "ORACLE_BASE": str(tmp_path / "base"),
        "WALLET_PASSWORD": "Wallet_1", "CALLS": str(tmp_path / "calls"), "INPUT": str(tmp_path / "input"),
    }  # fmt: skip
    subprocess.run(["sh", "-s"], input=oracle_database.ENABLE_TCPS.read_bytes(), env=environment, check=True)
    listener = (settings / "listener.ora").read_text("ascii")
    tcp = listener.index("(PROTOCOL = TCP)")
    added = listener.index("(ADDRESS = (PROTOCOL = TCPS)(HOST = 0.0.0.0)(PORT = 2484))")
    assert tcp < added < listener.index("    )\n"), "inside of the description, after the address that is there"
    for text in (listener, (settings / "sqlnet.ora").read_text("ascii")):
        assert f"(DIRECTORY = {tmp_path / 'base/oradata/exam-tls'})" in text
        assert "SSL_CLIENT_AUTHENTICATION = FALSE" in text, "clients have no certificates"
    calls = (tmp_path / "calls").read_text("ascii").splitlines()
    done = [" ".join(each.split()[:3]).split(" -")[0] for each in calls]
    assert done == [
        "openssl pkcs12", "orapki wallet create", "orapki wallet import_pkcs12", "lsnrctl stop", "lsnrctl start",
        "sqlplus",
    ]  # fmt: skip
    assert "Wallet_1" not in "\n".join(calls)
    given = (tmp_path / "input").read_text("ascii")
    assert given == "Wallet_1\n" * 4 + "ALTER SYSTEM REGISTER;\n", "each program has its own input, none the script's"
    assert not (tmp_path / "base/oradata/exam-tls/server.p12").exists()


def test_that_a_database_that_does_not_answer_yet_is_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert not oracle_database.answers(
        Server("x.example", port, service="X", connect_address="127.0.0.1", user="SYSTEM", password="x", timeout=2)
    )
