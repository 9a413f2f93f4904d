# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CI's jobs on Windows: what can be said of them without Windows."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs12

from scripts import windows_host, windows_host_preparation
from scripts.working_copy import ROOT
from tests.unit.windows.test_powershell import sourced

FOLDER = ROOT / "tests" / "windows"
RECAP = "windows_test_host : ok={ok} changed={changed} unreachable={unreachable} failed={failed} skipped=0\n"


def steps(job: str) -> list[str]:
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    return [str(step.get("run", "")) for step in workflow["jobs"][job]["steps"]]


def test_that_each_program_for_windows_is_run_by_a_job() -> None:
    run = {
        FOLDER / name
        for job in ("windows", "windows-host")
        for step in steps(job)
        for name in re.findall(r"^\.\\tests\\windows\\(\w+\.ps1)\b", step)
    }
    started = {FOLDER / "invoke_module.ps1"}  # by module_test.ps1
    assert run | {other for each in run for other in sourced(each)} | started == set(FOLDER.glob("*.ps1"))


def test_that_each_module_for_windows_has_a_test_there() -> None:
    modules = {path.stem for path in (ROOT / "plugins/modules").glob("*.ps1")}
    assert modules == {path.stem.removeprefix("test_") for path in FOLDER.glob("test_*.ps1")}


def test_that_the_job_runs_what_is_there_and_what_is_tested_here() -> None:
    joined = "\n".join(steps("windows-host"))
    modules = re.findall(r"python -P -m (\S+)", joined)
    assert modules == ["scripts.windows_host_preparation", "scripts.windows_host"]
    assert all((ROOT / f"{name.replace('.', '/')}.py").is_file() for name in modules)
    assert "sh scripts/setup.sh runtime" in joined
    (port,) = {str(each["port"]) for each in inventory()["https_certificates"]}
    assert f"LocalPort = @(5986, {port})" in (FOLDER / "prepare_host.ps1").read_text(encoding="utf-8")


def inventory() -> dict[str, Any]:
    variables = yaml.safe_load((FOLDER / "inventory.yml").read_text(encoding="utf-8"))["all"]["vars"]
    assert isinstance(variables, dict)
    return variables


def test_that_windows_is_given_what_it_reads(tmp_path: Path) -> None:
    windows_host_preparation.prepare(tmp_path / "prepared", "172.20.0.1", "172.20.0.0/20")
    program = (FOLDER / "prepare_host.ps1").read_text(encoding="utf-8")
    read = set(re.findall(r'Read-(?:Text|Password) "(\w+)"', program)) | set(
        re.findall(r"\$directory\\([\w.]+)", program)
    )
    written = {path.name for path in (tmp_path / "prepared").iterdir()}
    assert read <= written
    variables = windows_host.prepared(tmp_path / "prepared")
    assert windows_host.missing(variables) is None
    assert variables["EXAM_TEST_WINDOWS_ADDRESS"] == "172.20.0.1"


def test_that_the_certificate_verifies_and_nobody_can_issue_another(tmp_path: Path) -> None:
    directory = tmp_path / "prepared"
    windows_host_preparation.prepare(directory, "172.20.0.1", "172.20.0.0/20")
    bundle = pkcs12.load_pkcs12((directory / "winrm.pfx").read_bytes(), (directory / "pfx_password").read_bytes())
    assert bundle.cert is not None
    certificate = bundle.cert.certificate
    certificate.verify_directly_issued_by(x509.load_pem_x509_certificate((directory / "root.pem").read_bytes()))
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == [windows_host_preparation.NAME]
    assert [str(each) for each in names.get_values_for_type(x509.IPAddress)] == ["172.20.0.1"]
    assert not [path for path in directory.iterdir() if b"PRIVATE KEY" in path.read_bytes()]
    assert {path.stat().st_mode & 0o077 for path in directory.iterdir() if path.name != "root.pem"} == {0}


def test_that_the_windows_host_is_wsls_gateway() -> None:
    near = {"dst": "172.20.0.0/20", "dev": "eth0", "scope": "link", "prefsrc": "172.20.5.7"}
    other = {"dst": "10.255.255.254", "dev": "loopback0", "scope": "link"}
    default = {"dst": "default", "gateway": "172.20.0.1", "dev": "eth0"}
    found = windows_host_preparation.host_and_network([default, other, near])
    assert found == ("172.20.0.1", "172.20.0.0/20")
    with pytest.raises(LookupError, match="WSL 2"):
        windows_host_preparation.host_and_network([near])


def test_that_the_inventory_reads_the_variables_that_it_is_given_and_the_guide_names_them(tmp_path: Path) -> None:
    read = set(re.findall(r"EXAM_TEST_WINDOWS_[A-Z_]+", (FOLDER / "inventory.yml").read_text(encoding="utf-8")))
    given = {windows_host.variable(name) for name in (*windows_host.REQUIRED, "ADDRESS", "PORT", "TRANSPORT", "STATE")}
    assert read == given
    guide = (ROOT / "docs" / "windows.md").read_text(encoding="utf-8")
    assert {name for name in read if name in guide} == given - {windows_host.variable("STATE")}


def test_that_it_is_said_what_is_not_set(tmp_path: Path) -> None:
    assert "EXAM_TEST_WINDOWS_NAME, EXAM_TEST_WINDOWS_USER" in str(windows_host.missing({}))
    there = tmp_path / "root.pem"
    there.touch()
    set_all = {windows_host.variable(name): str(there) for name in windows_host.REQUIRED}
    assert windows_host.missing(set_all) is None
    absent = {**set_all, "EXAM_TEST_WINDOWS_CA": str(tmp_path / "none.pem")}
    assert f"no file {tmp_path / 'none.pem'}" in str(windows_host.missing(absent))


def test_that_changes_are_counted_and_failures_are_none() -> None:
    assert windows_host.changed(RECAP.format(ok=9, changed=2, unreachable=0, failed=0)) == 2
    for wrong in ({"failed": 1}, {"unreachable": 1}, {"ok": 0}):
        with pytest.raises(windows_host.Failure, match="tasks were done"):
            windows_host.changed(RECAP.format(**{"ok": 9, "changed": 0, "unreachable": 0, "failed": 0, **wrong}))
    with pytest.raises(windows_host.Failure, match="no recap"):
        windows_host.changed("ERROR! nothing")


def test_that_a_second_run_that_changes_something_fails_and_is_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = []

    def play(playbook: str, *_others: object) -> int:
        ran.append(playbook)
        return 1

    monkeypatch.setattr(windows_host, "play", play)
    with pytest.raises(windows_host.Failure, match="nothing was to be done"):
        windows_host.run({}, ())
    assert ran == [windows_host.MADE, windows_host.MADE, windows_host.REMOVED]


def test_that_a_line_with_a_password_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program = tmp_path / "ansible-playbook"
    recap = RECAP.format(ok=9, changed=0, unreachable=0, failed=0)
    program.write_text(f"#!/bin/sh\necho 'the password is s3cret-word'\necho '{recap}'\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(windows_host.Failure, match="printed a password"):
        windows_host.play("real_host.yml", {}, ["s3cret-word"])
    printed = capsys.readouterr()
    assert "s3cret-word" not in printed.out + printed.err
    assert "windows_test_host" in printed.out


def test_that_without_a_host_nothing_is_run() -> None:
    command = [sys.executable, "-m", "scripts.windows_host"]
    done = subprocess.run(command, cwd=ROOT, env={}, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "docs/windows.md" in done.stderr
