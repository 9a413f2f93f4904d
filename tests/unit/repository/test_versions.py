# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said to be supported is the same in meta/runtime.yml, README, CI, tools and `make test-versions`."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml

from scripts import all_versions
from scripts.working_copy import ROOT, files
from tests.unit.repository.test_requirements import pins

FLOOR = all_versions.SUPPORTED["2.19"][0]


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_that_the_floor_of_ansible_core_is_the_first_that_test_versions_runs() -> None:
    floor = yaml.safe_load(text("meta/runtime.yml"))["requires_ansible"]
    assert floor == f">={next(iter(all_versions.SUPPORTED))}.0"
    roles = {yaml.safe_load(path.read_text(encoding="utf-8"))["galaxy_info"]["min_ansible_version"] for path in metas()}
    assert {f">={version}" for version in roles} == {floor}


def metas() -> list[Path]:
    found = [path / "meta" / "main.yml" for path in sorted((ROOT / "roles").iterdir()) if (path / "tasks").is_dir()]
    missing = [str(path.relative_to(ROOT)) for path in found if not path.is_file()]
    assert not missing, "Galaxy shows a role by its meta/main.yml"
    return found


def test_that_the_floor_of_python_is_the_same_everywhere() -> None:
    project = tomllib.loads(text("pyproject.toml"))["tool"]
    assert project["ruff"]["target-version"] == f"py{FLOOR.replace('.', '')}"
    assert project["mypy"]["python_version"] == FLOOR
    assert f"({FLOOR.replace('.', ', ')})" in text("scripts/setup.sh")
    assert set(re.findall(r"Python (3\.\d+) or later", text("README.md"))) == {FLOOR}


def test_that_ci_runs_on_the_pythons_of_the_ansible_core_that_is_pinned() -> None:
    series = pins("runtime.txt")["ansible-core"].rpartition(".")[0]
    workflow = yaml.safe_load(text(".github/workflows/ci.yml"))
    assert tuple(workflow["jobs"]["test"]["strategy"]["matrix"]["python"]) == all_versions.SUPPORTED[series]


def test_that_the_emulated_windows_hosts_are_tested_with_each_ansible_core() -> None:
    recorded = {path.split("/")[4] for path in files() if path.startswith("tests/unit/windows/payloads/")}
    assert recorded == all_versions.SUPPORTED.keys() == all_versions.COMMUNITY.keys()


def test_that_a_pair_is_tested_with_our_pins_but_for_what_follows_from_ansible_core() -> None:
    wanted = all_versions.requirements("2.21")
    assert wanted[:2] == ["ansible-core~=2.21.0", "ansible~=14.0"]
    assert f"oracledb=={pins('runtime.txt')['oracledb']}" in wanted
    names = {re.split(r"[=~]=", line)[0] for line in wanted}
    assert names >= {"pytest", "hypothesis", "ansible-runner"}
    assert not names & {"ansible-lint", "antsibull-docs", "sphinx"}


def test_that_a_name_without_an_interpreter_is_no_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "python3.99").write_text("#!/bin/sh\nexit 127\n", encoding="utf-8")
    (tmp_path / "python3.99").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert all_versions.interpreter("3.99") is None


def test_that_complaints_of_the_importer_are_found_though_it_ends_well() -> None:
    output = "Loading role dns\nWARNING: no role metadata found\nERROR: x\nImporter processing completed successfully\n"
    assert list(all_versions.complaints_of(output)) == ["WARNING: no role metadata found", "ERROR: x"]
