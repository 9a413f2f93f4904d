# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make test-containers` says what is missing before it begins, and runs what CI runs."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from scripts import containers, oracle_database, sql_server
from scripts.working_copy import ROOT


def docker(folder: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    """Put a program of this name where the system looks first."""
    program = folder / "docker"
    program.write_text(f"#!/bin/sh\n{body}\n", encoding="ascii")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


def test_that_without_docker_it_is_said_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["containers"])
    assert containers.main() == 2
    assert "apt-get install docker.io" in capsys.readouterr().err


def test_that_a_docker_that_does_not_answer_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    docker(tmp_path, monkeypatch, "echo 'permission denied' >&2; exit 1")
    assert str(containers.missing(["sql-server"])).endswith("It says: permission denied")


def test_that_each_part_that_is_wanted_needs_its_image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    docker(tmp_path, monkeypatch, "exit 0")
    monkeypatch.delenv(oracle_database.IMAGE, raising=False)
    monkeypatch.setenv(sql_server.IMAGE, "an image")
    assert containers.missing(["sql-server"]) is None
    assert oracle_database.IMAGE in str(containers.missing(list(containers.PARTS)))


def test_that_its_parts_are_those_that_ci_has_jobs_for() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    for part, (variable, _run) in containers.PARTS.items():
        job = workflow["jobs"][part]
        assert any(variable in step.get("env", {}) for step in job["steps"])
        assert any(f"python -m scripts.{part.replace('-', '_')}" in step.get("run", "") for step in job["steps"])
