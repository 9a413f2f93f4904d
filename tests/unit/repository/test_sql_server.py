# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CI's job that holds the vendor's SQL Server to the emulator's tests: what can be said of it without a container."""

from __future__ import annotations

import re
import socket
import ssl
from pathlib import Path

import pytest
import yaml

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.server import Server
from scripts import sql_server, vendor_container

ROOT = Path(__file__).parents[3]
SQL = ROOT / "tests" / "integration" / "sql"
SERVER = Server(
    "sql.exams.example", 1433, connect_address="127.0.0.1", user="sa", password="S3cret!", ca_certificates="/x"
)


def test_that_ci_runs_the_tests_on_the_vendors_server() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    steps = [step.get("run", "") for step in workflow["jobs"]["sql-server"]["steps"]]
    assert "make setup-test" in steps
    assert any("python -m scripts.sql_server" in each for each in steps)


def test_that_the_tests_read_the_variables_that_they_are_given() -> None:
    read = set(re.findall(r"\bEXAM_TEST_MSSQL_[A-Z]+", (SQL / "conftest.py").read_text(encoding="utf-8")))
    assert read == set(sql_server.environment_of(SERVER))


def test_that_files_which_need_the_emulators_means_and_no_others_are_left_out_on_a_real_server() -> None:
    """Their tests ask for the emulator's process, or for errors that only it has."""
    left_out: set[str] = set()
    for file in SQL.rglob("conftest.py"):
        for each in re.findall(r"^    collect_ignore = \[(.*)\]$", file.read_text(encoding="utf-8"), re.MULTILINE):
            for name in re.findall(r'"([^"]+)"', each):
                there = file.parent / name
                left_out |= {found.name for found in there.glob("test_*.py")} if there.is_dir() else {there.name}
    asking = {file.name for file in SQL.rglob("test_*.py") if re.search(r"\bEmulator\b", file.read_text("utf-8"))}
    assert left_out == asking | {"test_refusals.py"}


def test_that_the_servers_certificate_verifies_by_its_name(tmp_path: Path) -> None:
    authority = sql_server.prepare(tmp_path)
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(tmp_path / "given" / "fullchain.pem", tmp_path / "given" / "key.pem")
    trusting = ssl.create_default_context(cafile=authority)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = trusting.wrap_bio(incoming, outgoing, server_hostname=sql_server.NAME)
    server = served.wrap_bio(outgoing, incoming, server_side=True)
    waiting = [client, server]
    while waiting:
        for each in list(waiting):
            try:
                each.do_handshake()
            except ssl.SSLWantReadError:
                continue
            waiting.remove(each)
    certificate = client.getpeercert()
    assert certificate is not None
    assert certificate["subjectAltName"] == (("DNS", sql_server.NAME),)


def test_that_the_password_is_in_no_argument(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(sql_server.IMAGE, "vendor/sql-server")
    command = sql_server.start_command(tmp_path)
    assert command[command.index("MSSQL_SA_PASSWORD") - 1] == "--env"
    assert f"{vendor_container.ADDRESS}:1433:1433" in command, "no other host reaches it"


def test_that_a_server_that_does_not_answer_yet_is_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert not sql_server.answers(
        Server("x.example", port, connect_address="127.0.0.1", user="sa", password="x", timeout=2)
    )
