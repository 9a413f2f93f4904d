# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Windows roles' tasks in a whole run of LIVE, beside `win_ping` on the same host in the same run.

What a module costs is one call of it, so a task that loops counts as often as it has items. Left out are tasks that never reach
a host (assertions, comparisons), and the one whose purpose is to wait (`win_wait_for`). The hosts are asked one after the
other, since two tasks at once would measure each other.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import yaml

from emulators.estate.estate import Estate
from tests.performance.ratio import BIN, ROOT, Measurement

NETWORK = "127.34"
HOSTS = ("es-live", "connect-live", "calsync-live", "sql-live", "laptop-live")
PINGS = 5
"""Before the roles, and as many after them."""
LIMIT = 1.2
PING = "ansible.windows.win_ping"
WAITS = "ansible.windows.win_wait_for"

TIMED = '''
"""Writes a line for each call of a module on a Windows host: host, action, number of calls, seconds."""
import json, os, time
from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: timed
type: notification
short_description: measurement
description: measurement
"""
OF_WINDOWS = ("ansible.windows.", "community.windows.", "microsoft.iis.", "uoe.exam_scheduling.firewall_reachability")

class CallbackModule(CallbackBase):
    CALLBACK_NAME = "timed"
    CALLBACK_TYPE = "notification"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self):
        super().__init__()
        self.started, self.file = {}, open(os.environ["MEASUREMENT"], "w")

    def v2_runner_on_start(self, host, task):
        self.started[host.name, task._uuid] = time.perf_counter()

    def _ended(self, result, *args, **kwargs):
        seconds = time.perf_counter() - self.started[result.host.name, result.task._uuid]
        told = result.result
        calls = [each for each in told.get("results", [told]) if not each.get("skipped")]
        action = result.task.resolved_action
        there = action.startswith(OF_WINDOWS) or action == "ansible.builtin.setup"
        if there and not result.task.delegate_to and calls:
            print(json.dumps([result.host.name, action, len(calls), seconds]), file=self.file, flush=True)

    v2_runner_on_ok = v2_runner_on_failed = _ended
'''


@dataclass(frozen=True)
class Timed:
    """The calls of one task on one host."""

    host: str
    action: str
    calls: int
    seconds: float


def measure() -> list[Measurement]:
    """Return one measurement for each host: one call of a role's module, against one of `win_ping`."""
    estate = Estate(NETWORK)
    try:
        list(estate.down())
        shutil.rmtree(estate.directory, ignore_errors=True)
        list(estate.up())
        timed = _run()
    finally:
        list(estate.down())
        shutil.rmtree(estate.directory, ignore_errors=True)
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return [_measurement(host, [each for each in timed if each.host == host], memory) for host in HOSTS]


def _measurement(host: str, timed: Sequence[Timed], memory_mib: float) -> Measurement:
    pings = [each for each in timed if each.action == PING]
    tasks = [each for each in timed if each.action not in (PING, WAITS)]
    if len(pings) != 2 * PINGS or not tasks:
        raise RuntimeError(f"{host} was not measured: {len(pings)} pings, {len(tasks)} tasks")
    calls = sum(each.calls for each in tasks)
    return Measurement(
        work=f"{host}: {calls} calls of the roles' modules",
        unit="call",
        ours=sum(each.seconds for each in tasks) / calls,
        peer_name="win_ping",
        peer=fmean(each.seconds for each in pings),
        floor=1 / LIMIT,
        memory_mib=memory_mib,
        memory_limit_mib=300,
    )


def _run() -> list[Timed]:
    ping = {
        "hosts": "windows",
        "gather_facts": False,
        "tasks": [{"name": "Ask the host nothing", PING: {}}] * PINGS,
    }
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        (place / "callbacks").mkdir()
        (place / "callbacks/timed.py").write_text(TIMED, encoding="utf-8")
        live = {"name": "LIVE", "ansible.builtin.import_playbook": str(ROOT / "playbooks/live.yml")}
        (place / "measured.yml").write_text(yaml.safe_dump([ping, live, ping]), encoding="utf-8")
        environment = {
            **os.environ,
            "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
            "ANSIBLE_CALLBACKS_ENABLED": "uoe.exam_scheduling.implementation_report,timed",
            "ANSIBLE_CALLBACK_PLUGINS": str(place / "callbacks"),
            "EXAM_REHEARSAL_NETWORK": NETWORK,
            "MEASUREMENT": str(place / "measurement"),
        }
        inventories = [option for name in ("live", "rehearsal") for option in ("-i", str(ROOT / "inventories" / name))]
        done = subprocess.run(
            [BIN / "ansible-playbook", *inventories, "--forks", "1", place / "measured.yml"],
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
            env=environment,
        )
        if done.returncode:
            raise RuntimeError(f"the measured playbook failed:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
        shutil.copy(place / "measurement", "/tmp/h/wB.logs/measurement")
        lines = (place / "measurement").read_text(encoding="utf-8").splitlines()
    return [Timed(*json.loads(line)) for line in lines]


def _by_action(timed: Sequence[Timed]) -> None:
    """Print what each module costs, for whoever looks for the reason of a ratio."""
    for action in sorted({each.action for each in timed}):
        of_action = [each for each in timed if each.action == action]
        calls = sum(each.calls for each in of_action)
        seconds = sum(each.seconds for each in of_action)
        print(f"{action:<50} {calls:4} {1000 * seconds / calls:7.0f} ms", file=sys.stderr)


if __name__ == "__main__":
    for measured in measure():
        print(measured, f"ratio {measured.ratio:.2f}", file=sys.stderr)
