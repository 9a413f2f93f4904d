# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows hosts that do not answer, and vendors' access that cannot be given: what a run makes of it."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography.hazmat.primitives.serialization import Encoding

from emulators.certificates import Authority
from emulators.estate.estate import ROOT, Estate
from emulators.processes import wait_until
from emulators.windows.faults import FaultFile, Faults
from emulators.windows.model import STATE, HostState
from tests.integration.playbooks.isolated import Playbook

NETWORK = "127.46"
LIVE = ROOT / "inventories/live/group_vars/all"


@pytest.fixture(scope="module")
def estate() -> Iterator[Estate]:
    """The Windows hosts alone."""
    estate = Estate(NETWORK)
    list(estate.up("windows"))
    yield estate
    list(estate.down("windows"))
    shutil.rmtree(estate.directory)


@pytest.fixture
def windows(estate: Estate) -> Iterator[Playbook]:
    """Runs playbooks against them, and lets nothing be wrong afterwards."""
    yield Playbook(NETWORK)
    FaultFile(estate.directory / "windows/faults.json").clear()


def take_down(estate: Estate, host: str) -> None:
    FaultFile(estate.directory / "windows/faults.json").set(host, Faults(refuse=True))
    address = estate.address(estate.seed.addresses()[host])

    def refuses() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((address, 5986)) != 0

    wait_until(refuses, f"{host} going down")


def state(estate: Estate, host: str) -> HostState:
    return STATE.validate_json((estate.directory / "windows/hosts" / f"{host}.json").read_bytes())


def lines(done: subprocess.CompletedProcess[str]) -> dict[str, dict[str, Any]]:
    found = re.search(r"^Report: (.*)$", done.stdout, re.MULTILINE)
    assert found, done.stdout + done.stderr
    return {line["line"]: line for line in json.loads(Path(found[1]).read_text(encoding="utf-8"))["lines"]}


def states(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    return {number: line["state"] for number, line in lines(done).items()}


def said(done: subprocess.CompletedProcess[str]) -> str:
    return " ".join((done.stdout + done.stderr).split())


@pytest.mark.thorough
@pytest.mark.timeout(300)
def test_hosts_that_do_not_answer_stop_the_stage_and_are_tried_once(
    windows: Playbook, estate: Estate, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.pem"
    wrong.write_bytes(Authority.create("Another authority").certificate.public_bytes(Encoding.PEM))
    differ = {
        "es-live": {"ansible_password": "not the password"},
        "connect-live": {"ansible_winrm_ca_trust_path": str(wrong)},
    }
    (tmp_path / "hosts.yml").write_text(yaml.safe_dump({"all": {"hosts": differ}}), encoding="utf-8")
    take_down(estate, "calsync-live")
    done = windows.run("live.yml", "--tags", "virtual_machine,vendor_access", "-i", str(tmp_path / "hosts.yml"))
    output = said(done)
    silent = ("calsync-live", "connect-live", "es-live")
    assert done.returncode != 0, output
    assert f"These hosts did not answer, and nothing of what follows was begun: {', '.join(silent)}." in output
    for reason in ("the specified credentials were rejected by the server", "CERTIFICATE_VERIFY_FAILED", "refused"):
        assert reason in output
    asked = re.findall(r"fatal: \[([a-z]+-live)\]: UNREACHABLE!", output)
    assert sorted(asked) == sorted(silent), "no host is asked twice"
    assert output.count("TASK [uoe.exam_scheduling.virtual_machine : Ask how far the clock is off]") == 1
    assert "ok: [sql-live]" in output.partition("Ask how far the clock is off]")[2], "the others are looked at"
    assert "TASK [uoe.exam_scheduling.vendor_access" not in output
    assert states(done)["2.2"] == "not in this run"


@pytest.mark.thorough
@pytest.mark.timeout(300)
def test_a_host_that_is_down_is_not_proven_and_the_others_are(windows: Playbook, estate: Estate) -> None:
    take_down(estate, "connect-live")
    done = windows.run("verify.yml", "--tags", "virtual_machine,firewall,connect,vendor_access")
    output = said(done)
    assert done.returncode != 0, output
    found = states(done)
    assert (found["1.1"], found["1.4"], found["4.3"]) == ("not proven",) * 3
    assert found["1.2"] != "proven"
    assert found["1.7"] == "proven"
    silent = re.findall(r"TASK \[uoe\.exam_scheduling\.(\w+)[^]]*\][ *]*(?:(?!TASK \[).)*?UNREACHABLE!", output)
    assert silent == ["windows_product"], "who did not answer is not asked again"
    assert "The warnings above show each in a table." in output
    assert "changed: [" not in output


@pytest.mark.thorough
@pytest.mark.timeout(300)
@pytest.mark.parametrize("tags", ["vendor_access", "virtual_machine,firewall,connect,vendor_access", "connect,calsync"])
def test_a_password_that_is_rejected_is_tried_once_in_a_run_whichever_host_is_asked(
    windows: Playbook, tmp_path: Path, tags: str
) -> None:
    hosts = ("es-live", "connect-live", "calsync-live", "sql-live", "laptop-live")
    wrong = {"all": {"hosts": {host: {"ansible_password": "not the password"} for host in hosts}}}
    (tmp_path / "hosts.yml").write_text(yaml.safe_dump(wrong), encoding="utf-8")
    output = said(windows.run("verify.yml", "--tags", tags, "-i", str(tmp_path / "hosts.yml")))
    assert output.count("UNREACHABLE!") == 1, output
    assert output.count("the specified credentials were rejected by the server") > 1, "it is said of each"


@pytest.mark.thorough
@pytest.mark.timeout(600)
@pytest.mark.parametrize("system", ["firewall", "https"])
def test_a_part_of_live_tries_a_password_that_is_rejected_once_as_well(
    windows: Playbook, tmp_path: Path, system: str
) -> None:
    hosts = ("es-live", "connect-live", "calsync-live", "sql-live")
    wrong = {"all": {"hosts": {host: {"ansible_password": "not the password"} for host in hosts}}}
    (tmp_path / "hosts.yml").write_text(yaml.safe_dump(wrong), encoding="utf-8")
    done = windows.run("live.yml", "--tags", system, "-i", str(tmp_path / "hosts.yml"))
    output = said(done)
    assert done.returncode != 0, output
    assert output.count("UNREACHABLE!") == 1, output
    rejected = "the specified credentials were rejected by the server. Nothing was touched."
    assert f"es-live did not answer: Task failed: ntlm: {rejected}" in output


@pytest.mark.timeout(300)
def test_a_source_of_flows_that_is_down_is_not_taken_for_proven(windows: Playbook, estate: Estate) -> None:
    take_down(estate, "connect-live")
    done = windows.run("verify.yml", "--tags", "firewall", "--limit", "connect-live,es-live")
    assert done.returncode != 0, "no limit leaves out the play that says so"
    line = lines(done)["1.2"]
    assert line["state"] != "proven"
    outcomes = {one["host"]: one["outcome"] for one in line["evidence"] if one["kind"] == "proof"}
    assert outcomes["connect-live"] == "not proven", "the report names it, whatever else is not proven"
    assert "es-live" in outcomes
    assert re.search(r"msg: .*Connection refused.*The warnings above show each in a table\.", said(done))


@pytest.mark.thorough
@pytest.mark.timeout(300)
def test_a_host_that_breaks_off_while_it_is_looked_at_is_not_proven(windows: Playbook, estate: Estate) -> None:
    """To Ansible a connection that is lost in mid-command is a failure, and the host is known to be there."""
    faults = FaultFile(estate.directory / "windows/faults.json")
    for host, module in (("connect-live", "setup"), ("es-live", "win_disk_facts"), ("sql-live", "win_service_info")):
        faults.set(host, Faults(drop=module))
    done = windows.run("verify.yml", "--tags", "virtual_machine,vendor_access")
    assert done.returncode != 0
    found = lines(done)
    outcomes = {one["host"]: one["outcome"] for one in found["1.1"]["evidence"] if one["kind"] == "proof"}
    assert (found["1.1"]["state"], outcomes) == (
        "not proven",
        {"connect-live": "not proven", "es-live": "not proven", "sql-live": "proven"},
    )
    assert found["2.2"]["state"] == "failed"
    assert [one["host"] for one in found["2.2"]["evidence"] if one["kind"] == "failure"] == ["sql-live"]


@pytest.mark.timeout(300)
def test_access_without_an_end_is_refused_before_anything_is_contacted(windows: Playbook, estate: Estate) -> None:
    declared = yaml.safe_load((LIVE / "vendor_access.yml").read_text(encoding="utf-8"))["vendor_access_records"][0]
    records = [{**declared, "until": None}, {**declared, "until": "2027-07-01T18:00+00:00"}]
    done = windows.run("live.yml", "--tags", "vendor_access", "-e", json.dumps({"vendor_access_records": records}))
    assert done.returncode != 0
    for reason in (
        "vendor_access_records[0].until=None is refused: access without an end is not given",
        "vendor_access_records[1].until=",
        "interim access lasts at most 90 days",
        "Nothing was touched.",
    ):
        assert reason in said(done)
    assert "Look for the agents" not in said(done)
    assert state(estate, "laptop-live").tasks == []


@pytest.mark.thorough
@pytest.mark.timeout(300)
def test_a_laptop_that_is_off_is_reported_and_fails_nothing(windows: Playbook, estate: Estate) -> None:
    take_down(estate, "laptop-live")
    done = windows.run("live.yml", "--tags", "vendor_access", "--limit", "localhost,sql-live,laptop-live")
    assert done.returncode == 0, said(done)
    assert states(done)["2.2"] == "proven in part"
    assert "not proven: laptop-live.exams.example is off" in said(done)
