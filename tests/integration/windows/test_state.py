# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an emulator keeps over a restart, and what it says of a seed that is wrong."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from emulators.windows import seed
from emulators.windows.model import STATE
from scripts.working_copy import ROOT
from tests.integration.windows.conftest import NETWORK, Host, Process, seed_of
from tests.integration.windows.playbook import Ansible

PASSWORD = "of this test"


def command(name: str, process: Process, *words: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "emulators.windows", name, "--directory", str(process.directory), *words]
    return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.thorough
def test_that_the_state_outlives_the_process_and_a_seed_is_used_once(tmp_path: Path) -> None:
    seeded = seed_of(["kept"])
    seeded["hosts"]["kept"]["listen"] = f"{NETWORK}.2.1"
    process = Process(tmp_path / "emulator", seeded, PASSWORD)
    process.start()
    ansible = Ansible(tmp_path, {"kept": f"{NETWORK}.2.1"}, PASSWORD, process.authority / "root.pem")
    host = Host(process, "kept", ansible)
    host.run({"ansible.windows.win_service": {"name": "CalSync", "state": "started", "start_mode": "manual"}})
    process.stop()
    left = STATE.dump_json(host.state)

    process.start()
    try:
        info, read = host.run(
            {"ansible.windows.win_service_info": {"name": "CalSync"}},
            {"ansible.builtin.slurp": {"src": "C:\\CalSync\\logs\\calsync.log"}},
        )
        assert (info["services"][0]["state"], info["services"][0]["start_mode"]) == ("started", "manual")
        assert read["content"]
        assert STATE.dump_json(host.state) == left
        shown = yaml.safe_load(command("show", process, "kept").stdout)
        assert next(each for each in shown["services"] if each["name"] == "CalSync")["start_mode"] == "manual"
        assert shown["files"]["C:\\CalSync\\logs\\calsync.log"].endswith(" bytes")
    finally:
        process.stop()


def test_that_show_and_fault_say_what_they_do_not_know(tmp_path: Path) -> None:
    process = Process(tmp_path / "emulator", seed_of(["one"]), PASSWORD)
    unknown = command("show", process, "two")
    assert (unknown.returncode, unknown.stderr) == (
        1,
        "the emulated Windows hosts: there is no host 'two'; there are none\n",
    )
    wrong = command("fault", process, "one", "explode=true")
    assert wrong.returncode == 1
    assert "explode: Unexpected keyword argument" in wrong.stderr
    assert command("fault", process, "one", "refuse=true", "drop=win_ping").returncode == 0
    assert process.faults.of("one").refuse is True
    assert command("fault", process, "one").returncode == 0
    assert process.faults.of("one").refuse is False


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"hardware": {"coers": 4}}, "coers"),
        ({"services": [{"name": "x", "start_mode": "sometimes"}]}, "start_mode"),
        ({"colour": "blue"}, "colour"),
        ({"listen": 0.10}, "in quotes"),
    ],
)
def test_that_a_wrong_seed_is_refused_by_name(tmp_path: Path, change: dict[str, object], said: str) -> None:
    seeded = seed_of(["one"])
    seeded["hosts"]["one"].update(change)
    process = Process(tmp_path / "emulator", seeded, PASSWORD)
    with pytest.raises(ValueError, match=said):
        seed.load(process.directory / "seed.yml", network=NETWORK, directory=process.directory)
