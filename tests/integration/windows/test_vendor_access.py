# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What interim access of vendors is made of: firewall rules, and a scheduled task that ends it by itself."""

from __future__ import annotations

import datetime as dt

import pytest

from emulators.processes import wait_until
from tests.integration.windows.conftest import Host
from tests.integration.windows.sequence import proven

TASK = {"community.windows.win_scheduled_task_stat": {"path": "\\Access", "name": "End of access"}}
RULE = {"community.windows.win_firewall_rule": {"name": "Remote Agent", "enabled": True}, "check_mode": True}


def task(start: str, **options: object) -> dict[str, object]:
    return {
        "community.windows.win_scheduled_task": {
            "path": "\\Access",
            "name": "End of access",
            "username": "SYSTEM",
            "logon_type": "service_account",
            "run_level": "highest",
            "start_when_available": True,
            "actions": [
                {"path": "C:\\Windows\\System32\\sc.exe", "arguments": "stop RemoteAgent"},
                {"path": "C:\\Windows\\System32\\sc.exe", "arguments": "config RemoteAgent start= disabled"},
                {
                    "path": "C:\\Windows\\System32\\netsh.exe",
                    "arguments": 'advfirewall firewall set rule name="Remote Agent" new enable=no',
                },
            ],
            "triggers": [{"type": "time", "start_boundary": start}],
            **options,
        }
    }


@pytest.mark.thorough
def test_that_access_ends_by_itself_at_its_time(host: Host) -> None:
    said, before, after = proven(host, task("2030-01-01T12:00:00"), TASK)
    assert "+StartBoundary=2030-01-01T12:00:00" in said["diff"]["prepared"]
    assert before["task_exists"] is False
    assert after["triggers"][0]["start_boundary"] == "2030-01-01T12:00:00"
    assert after["state"]["next_run_time"] == "2030-01-01T12:00:00"
    assert after["principal"]["user_id"] == "SYSTEM"
    # a time that is past when the task is registered is never waited for
    soon = dt.datetime.now(dt.UTC).replace(microsecond=0) + dt.timedelta(seconds=10)
    (moved,) = host.run(task(soon.isoformat()))
    assert moved["changed"] is True
    wait_until(lambda: host.state.tasks[-1].last_run is not None, "the task's run", seconds=30)
    assert (host.state.tasks[-1].last_run or 0.0) >= soon.timestamp()
    agent = host.state.service("RemoteAgent")
    assert agent is not None
    assert (agent.state, agent.start_mode) == ("stopped", "disabled")
    assert host.state.firewall_rules[0].enabled is False

    stat, rule, no_program, removed, gone = host.run(
        TASK,
        RULE,
        task("2001-01-01T00:00:00", actions=[{"path": "powershell.exe", "arguments": "-File end.ps1"}]),
        {"community.windows.win_scheduled_task": {"path": "\\Access", "name": "End of access", "state": "absent"}},
        TASK,
    )
    assert stat["state"]["last_task_result"] == 0
    assert rule["changed"] is True, "it is off"
    assert no_program["changed"] is True
    assert removed["changed"] is True
    assert gone["task_exists"] is False


def test_that_a_task_says_what_of_it_is_not_emulated(host: Host) -> None:
    daily, group, boundary, empty = host.run(
        task("2030-01-01T12:00:00", triggers=[{"type": "daily", "start_boundary": "2030-01-01T12:00:00"}]),
        task("2030-01-01T12:00:00", logon_type="group"),
        task("tomorrow"),
        task("2030-01-01T12:00:00", actions=[]),
    )
    assert "a trigger of type daily is not emulated; time and boot are" in daily["msg"]
    assert "group must be set when logon_type=group" in group["msg"]
    assert "must be in the format 'YYYY-MM-DDThh:mm:ss' format but was 'tomorrow'" in boundary["msg"]
    assert "cannot create a task with no actions" in empty["msg"]


def test_that_a_firewall_rule_is_made_changed_and_removed(host: Host) -> None:
    rule = {"name": "Vendor", "localport": "3389", "protocol": "tcp", "direction": "in", "action": "allow"}
    module = "community.windows.win_firewall_rule"
    said, _before, _after, off, off_again, group, removed, absent = proven(
        host,
        {module: rule},
        {module: {"name": "Vendor", "enabled": True, "localport": "3389"}, "check_mode": True},
        {module: {"name": "Vendor", "enabled": False}},
        {module: {"name": "Vendor", "enabled": False}},
        {module: {"group": "None of them", "state": "absent"}},
        {module: {"name": "Vendor", "state": "absent"}},
        {module: {"name": "Vendor", "state": "absent"}},
    )
    assert "+LocalPorts='3389'" in said["diff"]["prepared"]
    assert (off["changed"], off_again["changed"]) == (True, False)
    assert "-Enabled='True'\n+Enabled='False'" in off["diff"]["prepared"]
    assert group["msg"] == "No firewall rules in group 'None of them' exist."
    assert (removed["changed"], absent["changed"]) == (True, False)
