# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task of each module that the Windows roles use, beside `win_ping` on the same host in the same run.

Each task has a `win_ping` of its own just before it, and the median of some runs of the one is compared with the median
of the other, so that what else the machine does meets both.
"""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from statistics import fmean, median
from typing import Any

from emulators.estate.estate import Estate
from tests.performance.ratio import BIN, ROOT, Measurement

NETWORK, HOST = "127.34", "es-live"
REPEATS = 11
LIMIT = 1.2
PING = "ansible.windows.win_ping"

_FILE = "C:\\Windows\\Temp\\layout.xml"
_NOTHING = "C:\\Windows\\Temp\\nothing"
CALLS: Mapping[str, Mapping[str, Any]] = {
    "ansible.windows.win_copy": {"content": '<a b="c"/>', "dest": _FILE},
    "ansible.builtin.setup": {"gather_subset": ["!all", "distribution", "platform", "memory", "processor"]},
    "ansible.windows.setup": {"gather_subset": ["!all", "!min", "platform"]},
    "ansible.windows.slurp": {"src": _FILE},
    "ansible.windows.win_acl": {
        "path": _FILE,
        "user": "BUILTIN\\Administrators",
        "rights": "FullControl",
        "type": "allow",
    },
    "ansible.windows.win_certificate_info": {},
    "ansible.windows.win_certificate_store": {"state": "absent", "thumbprint": "0" * 40},
    "ansible.windows.win_command": {"argv": ["w32tm", "/query", "/source"]},
    "ansible.windows.win_file": {"path": _NOTHING, "state": "absent"},
    "ansible.windows.win_find": {"paths": ["C:\\Windows\\Temp"], "get_checksum": False},
    "ansible.windows.win_package": {"product_id": "{6F1E5C62-3D0B-4B3C-9E55-000000000000}", "state": "absent"},
    "ansible.windows.win_powershell": {
        "script": (ROOT / "roles/windows_product/files/written_since_start.ps1").read_text(encoding="utf-8"),
        "parameters": {"Service": "W32Time", "Log": "C:\\Windows\\Temp\\nothing.log", "Reads": [_FILE]},
    },
    "ansible.windows.win_reg_stat": {"path": "HKLM:\\SOFTWARE\\Nothing"},
    "ansible.windows.win_service": {"name": "W32Time", "state": "started"},
    "ansible.windows.win_service_info": {"name": "W32Time"},
    "ansible.windows.win_stat": {"path": _FILE, "checksum_algorithm": "sha256"},
    "community.windows.win_disk_facts": {"filter": ["partitions", "volumes"]},
    "community.windows.win_firewall_rule": {"name": "Nothing", "state": "absent"},
    "community.windows.win_lineinfile": {"path": _FILE, "regexp": "nothing", "state": "absent"},
    "community.windows.win_scheduled_task": {"name": "nothing", "state": "absent"},
    "community.windows.win_scheduled_task_stat": {"name": "nothing"},
    "community.windows.win_xml": {"path": _FILE, "xpath": "/a", "type": "attribute", "attribute": "b", "fragment": "c"},
    "microsoft.iis.website": {"name": "Exam Scheduler", "state": "started"},
    "microsoft.iis.website_info": {},
    "uoe.exam_scheduling.firewall_reachability": {
        "flows": [{"destination": f"{NETWORK}.0.10", "port": 5986, "purpose": "measurement"}]
    },
}
"""Each with arguments that leave the host as it is, after the first time."""
THEIR_PURPOSE_IS_TO_WAIT = {"ansible.windows.win_reboot", "ansible.windows.win_wait_for"}
SEVERAL_CALLS = {"ansible.windows.win_copy"}
"""Modules that by their own design ask the host more than once for a task."""

TIMED = '''
"""Writes a line for each task: its action and its seconds, from its start to its result."""
import json, os, time
from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: timed
type: notification
short_description: measurement
description: measurement
"""

class CallbackModule(CallbackBase):
    CALLBACK_NAME = "timed"
    CALLBACK_TYPE = "notification"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self):
        super().__init__()
        self.file = open(os.environ["MEASUREMENT"], "w")

    def v2_runner_on_start(self, host, task):
        self.started = time.perf_counter()

    def v2_runner_on_ok(self, result):
        seconds = time.perf_counter() - self.started
        print(json.dumps([result.task.resolved_action, seconds]), file=self.file, flush=True)
'''


def measure() -> list[Measurement]:
    """Return two measurements: all modules on average, and the slowest of those that ask the host once.

    Raises RuntimeError if the measured playbook failed.
    """
    medians = _medians()
    for action, (ours, ping) in sorted(medians.items(), key=_ratio):
        print(f"  {action:<45} {1000 * ours:5.0f} ms {1000 * ping:5.0f} ms {ours / ping:5.2f}", file=sys.stderr)
    slowest, (its_own, its_ping) = max((each for each in medians.items() if each[0] not in SEVERAL_CALLS), key=_ratio)
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return [
        Measurement(
            work=work,
            unit="task",
            ours=ours,
            peer_name="win_ping",
            peer=ping,
            floor=round(1 / LIMIT, 2),
            memory_mib=memory,
        )
        for work, ours, ping in (
            (
                f"{len(medians)} modules of the Windows roles",
                fmean(ours for ours, _ping in medians.values()),
                fmean(ping for _ours, ping in medians.values()),
            ),
            (f"the slowest, {slowest.rpartition('.')[2]}", its_own, its_ping),
        )
    ]


def _ratio(measured: tuple[str, tuple[float, float]]) -> float:
    """Return how many times as long as its ping a module's task takes."""
    return measured[1][0] / measured[1][1]


def forgotten() -> set[str]:
    """Return the modules that the roles' tasks run on Windows hosts, and that are not measured."""
    pattern = re.compile(r"^ +((?:ansible\.windows|community\.windows|microsoft\.iis)\.\w+):", re.MULTILINE)
    used = {module for path in ROOT.glob("roles/*/tasks/*.yml") for module in pattern.findall(path.read_text("utf-8"))}
    return used - CALLS.keys() - THEIR_PURPOSE_IS_TO_WAIT - {PING}


def _medians() -> dict[str, tuple[float, float]]:
    """Return the seconds of each module's task, and of its ping: medians."""
    estate = Estate(NETWORK)
    shutil.rmtree(estate.directory, ignore_errors=True)
    try:
        list(estate.up("windows"))
        timed = [json.loads(line) for line in _run()]
    finally:
        list(estate.down("windows"))
        shutil.rmtree(estate.directory, ignore_errors=True)
    taken = defaultdict[str, list[tuple[float, float]]](list)
    for (_ping, before), (action, seconds) in zip(timed[::2], timed[1::2], strict=True):
        taken[action].append((seconds, before))
    missing = CALLS.keys() - taken.keys()
    if missing:
        raise RuntimeError(f"these were not measured: {', '.join(sorted(missing))}")
    return {
        action: (median(own for own, _ping in both), median(ping for _own, ping in both))
        for action, both in taken.items()
    }


def _run() -> list[str]:
    tasks: list[dict[str, Mapping[str, Any]]] = []
    for name, arguments in CALLS.items():
        tasks += [{PING: {}}, {name: arguments}]
    play = {"hosts": HOST, "gather_facts": False, "tasks": tasks * REPEATS}
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        (place / "callbacks").mkdir()
        (place / "callbacks/timed.py").write_text(TIMED, encoding="utf-8")
        (place / "measured.yml").write_text(json.dumps([play]), encoding="utf-8")
        inventories = [option for name in ("live", "rehearsal") for option in ("-i", str(ROOT / "inventories" / name))]
        done = subprocess.run(
            [BIN / "ansible-playbook", *inventories, place / "measured.yml"],
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
            env={
                **os.environ,
                "ANSIBLE_CALLBACKS_ENABLED": "timed",
                "ANSIBLE_CALLBACK_PLUGINS": str(place / "callbacks"),
                "EXAM_REHEARSAL_NETWORK": NETWORK,
                "MEASUREMENT": str(place / "measurement"),
            },
        )
        if done.returncode:
            raise RuntimeError(f"the measured playbook failed:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
        return (place / "measurement").read_text(encoding="utf-8").splitlines()
