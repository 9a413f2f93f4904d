# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Line 4.5 is backed out of, in real runs of ansible-playbook: what lcm_cli cannot put back is handed over."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.business_objects.conftest import CMS, CUID, LIVE, ROOT, TEST, Platform


def back_out(platform: Platform, directory: Path) -> tuple[str, str]:
    """Back out on this host, and return what is printed and what is handed over."""
    playbook, given = directory / "playbook.json", directory / "variables.json"
    role = {"name": "uoe.exam_scheduling.business_intelligence", "tasks_from": "back_out_4_5"}
    tasks = [{"ansible.builtin.include_role": role}, {"ansible.builtin.debug": {"msg": "the lines after it go on"}}]
    playbook.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
    variables = {
        "business_intelligence_universe": {
            "cuid": CUID, "connection": {"cuid": LIVE, "name": "EUGEX LIVE"}, "query": {"objects": ["Exam code"]},
        },
        "business_intelligence_cms": CMS,
        "business_intelligence_host_paths": {
            "lcm_cli": str(platform.directory / "lcm_cli.sh"), "directory": str(platform.work),
        },
        "business_intelligence_connection": platform.connection(),
        "change_control_permit": {"owner": {"4.5": "BI team"}},
        "exam_state_directory": str(directory),
    }  # fmt: skip
    given.write_text(json.dumps(variables), encoding="utf-8")
    done = subprocess.run(
        ["ansible-playbook", "-i", "localhost,", "-c", "local", str(playbook), "-e", f"@{given}"],
        cwd=directory, capture_output=True, text=True, check=False,
        env={
            **os.environ, "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"), "LC_ALL": "C.UTF-8",
            "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
        },
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the lines after it go on" in done.stdout
    return done.stdout, "".join(path.read_text(encoding="utf-8") for path in directory.glob("hand-overs/*"))


@pytest.mark.thorough
@pytest.mark.timeout(240)
def test_that_what_was_there_comes_back(platform: Platform, tmp_path: Path) -> None:
    platform.run()
    printed, asked = back_out(platform, tmp_path)
    assert platform.universe["revision"] == 6
    assert "changed=1 " in printed
    assert asked == ""


@pytest.mark.thorough
@pytest.mark.timeout(240)
@pytest.mark.parametrize("before", ["nothing", "bound elsewhere"])
def test_that_what_cannot_come_back_is_handed_over(platform: Platform, tmp_path: Path, before: str) -> None:
    if before == "nothing":
        platform.reset(revision=None)
        said = "was not there before its promotion, and lcm_cli deletes nothing"
    else:
        platform.bind(TEST)
        said = "is not bound to this environment's connection"
    assert platform.run()["changed"] is True
    _printed, asked = back_out(platform, tmp_path)
    assert said in asked
    assert platform.universe["revision"] == 7
    assert "changed=0 " in back_out(platform, tmp_path)[0]
