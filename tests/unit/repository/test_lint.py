# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The linters, as configured here, find what they are there for."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from scripts.working_copy import ROOT

PLAYBOOK = "---\n- name: Example\n  hosts: localhost\n  tasks:\n    - {}\n"
FAULTS = {
    "ruff": (["ruff", "check", "--config=pyproject.toml"], "fault.py", "import os\n", "F401"),
    "ruff format": (["ruff", "format", "--check"], "fault.py", "x  =  1\n", "would be reformatted"),
    "mypy": (["mypy"], "fault.py", "def untyped(x):\n    return x\n", "no-untyped-def"),
    "yamllint": (["yamllint", "--strict"], "fault.yml", "---\nkey: 1\nkey: 2\n", "key-duplicates"),
    "ansible-lint": (
        ["python", "-m", "scripts.ansible_lint", "--nocolor", "--config-file=.ansible-lint"],
        "playbooks/fault.yml",
        PLAYBOOK.format("ansible.builtin.command: 'true'"),
        "no-changed-when",
    ),
    "ansible-playbook": (
        ["ansible-playbook", "--syntax-check"],
        "playbooks/fault.yml",
        PLAYBOOK.format("ansible.builtin.no_such_module: {}"),
        "couldn't resolve module/action",
    ),
    "reuse": (["reuse", "--root={directory}", "lint-file"], "fault.py", "x = 1\n", "no license identifier"),
    "shellcheck": (["shellcheck"], "fault.sh", "#!/bin/sh\necho $1\n", "SC2086"),
}


@pytest.mark.parametrize("linter", FAULTS)
def test_that_a_planted_fault_is_found(linter: str, tmp_path: Path) -> None:
    command, name, content, found = FAULTS[linter]
    fault = tmp_path / name
    fault.parent.mkdir(exist_ok=True)
    fault.write_text(content, encoding="utf-8")
    path = str(ROOT / ".venv" / "bin") + os.pathsep + os.environ["PATH"]
    done = subprocess.run(
        [*(word.format(directory=tmp_path) for word in command), str(fault)],
        cwd=ROOT,
        env={**os.environ, "PATH": path, "ANSIBLE_INVENTORY_UNPARSED_FAILED": "false"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert found in done.stdout + done.stderr
