# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scheduled tasks that are run on demand, over Ansible's own connection."""

from __future__ import annotations

from tests.integration.windows.conftest import Host

MODULE = "uoe.exam_scheduling.scheduled_task_run"
STATUS = {"file": "C:\\Connect\\jobs\\job.json", "done": ["rows", "done"], "message": ["message"]}


def test_that_what_can_be_run_is_run_and_what_cannot_is_refused_by_name(host: Host) -> None:
    def run(name: str) -> dict[str, object]:
        return {MODULE: {"name": name, "path": "\\Connect", "status": STATUS}}

    looked = {"community.windows.win_scheduled_task_stat": {"name": "Time", "path": "\\Connect"}}
    checked, before, time, after, off, missing, load = host.run(
        {**run("Time"), "check_mode": True}, looked, run("Time"), looked, run("Disabled"), run("Gone"), run("Load")
    )
    assert (checked["changed"], before["state"]["last_task_result"]) == (True, 0x41303), "check mode runs nothing"
    assert (time["changed"], after["state"]["last_task_result"]) == (True, 0)
    assert "it is disabled" in off["msg"]
    assert "it is not there" in missing["msg"]
    assert "found result 0x1 after 0 of an unknown number: The configuration cannot be read" in load["msg"]
    assert load["failed"]


def test_that_the_scheduler_says_what_windows_says(host: Host) -> None:
    command = "ansible.windows.win_command"
    words = (
        '/run /tn "\\Connect\\Gone"',
        '/run /tn "\\Connect\\Disabled"',
        '/end /tn "\\Connect\\Load"',
        '/run /tn "\\Connect\\Time"',
    )
    gone, off, idle, there = host.run(*({command: f"schtasks {each}"} for each in words))
    assert (gone["rc"], gone["stderr"].strip()) == (1, "ERROR: The system cannot find the file specified.")
    assert (off["rc"], off["stderr"].strip()) == (1, "ERROR: The task is disabled.")
    assert (idle["rc"], idle["stderr"].strip()) == (1, "ERROR: There is no running instance of the task.")
    assert there["stdout"].strip() == 'SUCCESS: Attempted to run the scheduled task "\\Connect\\Time".'
