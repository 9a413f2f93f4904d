# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Makefile says what it can do, and CI does what a developer does."""

from __future__ import annotations

import re
import subprocess

from scripts.checks import THOROUGH, checks
from scripts.working_copy import ROOT


def make(*arguments: str) -> str:
    command = ["make", "--no-print-directory", "-C", str(ROOT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_that_help_lists_every_target_with_what_it_does() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert phony
    listed = dict(line.split(maxsplit=1) for line in make().splitlines())
    assert listed.keys() == set(phony[1].split())


def test_that_every_stage_can_be_asked_for() -> None:
    asked = make("--dry-run", "test", "STAGES=lint unit", "V=1")
    assert asked.rstrip().endswith("-m scripts.stages --live lint unit")
    tests, all_tests = checks(everything=False), checks(everything=True)
    assert list(tests) == list(all_tests) == ["lint", "unit", "integration", "artifact"]
    assert all(tests[stage].keys() <= all_tests[stage].keys() for stage in tests)
    further = all_tests["integration"].keys() - tests["integration"].keys()
    assert further == {f"pytest {name}" for name in (*THOROUGH, "graph_sdk")}


def test_that_ci_runs_make_test_and_nothing_else() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    commands = [line for line in script if line and not line.startswith("#")]
    assert commands == ['exec make -C "$(dirname "$0")/.." --no-print-directory test']
