# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""5,000 task results: the callback's own time beside the run's, and its memory beside the same run without it.

The callback's seconds are taken inside the run that they belong to, since two runs of the same playbook differ by more
than a callback may cost. Memory is the difference of the two runs' peaks; both run at once, since they take minutes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.performance.ratio import BIN, ROOT, Measurement
from tests.report_example import planned_lines

HOSTS, TASKS = 50, 100
SHARE = 0.05
MEMORY_MIB = 60

TIMED = '''
"""Our callback with a clock around everything that Ansible calls; or, without it, nothing but the measurement."""
import atexit, functools, json, os, resource, time
from ansible.plugins.callback import CallbackBase
from ansible_collections.uoe.exam_scheduling.plugins.callback.implementation_report import CallbackModule as Ours

DOCUMENTATION = """
name: timed
type: notification
short_description: measurement
description: measurement
"""
spent, calls = [0.0], [0]

def timed(method):
    @functools.wraps(method)
    def run(*args, **kwargs):
        start = time.perf_counter()
        try:
            return method(*args, **kwargs)
        finally:
            spent[0] += time.perf_counter() - start
            calls[0] += 1
    return run

class CallbackModule(Ours if os.environ["MEASURED"] == "ours" else CallbackBase):
    CALLBACK_NAME = "timed"
    CALLBACK_TYPE = "notification"
    CALLBACK_NEEDS_ENABLED = True

if os.environ["MEASURED"] == "ours":
    for name in [name for name in vars(Ours) if name.startswith("v2_")]:
        setattr(CallbackModule, name, timed(getattr(Ours, name)))

main = os.getpid()
def tell():
    if os.getpid() == main:
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with open(os.environ["MEASUREMENT"], "w") as file:
            json.dump({"seconds": spent[0], "calls": calls[0], "kib": memory}, file)
atexit.register(tell)
'''


@dataclass(frozen=True)
class Run:
    """One run of ansible-playbook."""

    seconds: float
    in_callback: float
    calls: int
    memory_mib: float


def measure() -> list[Measurement]:
    """Return one measurement: the run's time as the peer's, the callback's as ours, so that 5 % is a ratio of 20."""
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        _prepare(place)
        with ThreadPoolExecutor() as at_once:
            ours, without = at_once.map(lambda measured: _run(place, measured), ("ours", "nothing"))
        reports = list(place.rglob("report.json"))
        if len(reports) != 1 or ours.calls < HOSTS * TASKS:
            raise RuntimeError(f"the callback did not see the run: {ours.calls} calls, {len(reports)} reports")
    return [
        Measurement(
            work=f"report of {HOSTS * TASKS:,} task results",
            unit="whole run",
            ours=ours.in_callback,
            peer_name="the run itself",
            peer=ours.seconds,
            floor=1 / SHARE,
            memory_mib=max(0.0, ours.memory_mib - without.memory_mib),
            memory_limit_mib=MEMORY_MIB,
        )
    ]


def _prepare(place: Path) -> None:
    """Write inventory, playbook, state directory and the callback with a clock."""
    (place / "callbacks").mkdir()
    (place / "callbacks/timed.py").write_text(TIMED, encoding="utf-8")
    (place / "state").mkdir()
    marker = {"environment": "test", "rehearsal": True}
    (place / "state/.exam-scheduling.json").write_text(json.dumps(marker), encoding="utf-8")
    shared = yaml.safe_load((ROOT / "inventories/shared/implementation_plan.yml").read_text(encoding="utf-8"))
    who = {line["line"]: {key: line[key] for key in ("carried_out_by", "owner", "planned")} for line in planned_lines()}
    variables = {
        **shared,
        "implementation_responsibilities": who,
        "exam_environment": "test",
        "exam_rehearsal": True,
        "exam_state_directory": str(place / "state"),
        "exam_connect_address": "127.64.0.1",
        "ansible_host": "127.64.0.1",
        "exam_resolver": {"address": "127.64.0.1"},
        "ansible_connection": "local",
    }
    hosts = {f"host{number}": None for number in range(HOSTS)}
    (place / "hosts.yml").write_text(yaml.safe_dump({"all": {"hosts": hosts, "vars": variables}}), encoding="utf-8")
    gate = {"name": "Gate", "uoe.exam_scheduling.change_gate": {"work": False}, "run_once": True}
    proof = {"proven": True, "state": "proven", "count": 3, "msg": "3 things proven", "differences": []}
    tasks = [
        {"name": f"Prove {number}", "ansible.builtin.set_fact": proof, "vars": {"implementation_line": "1.3"}}
        for number in range(TASKS)
    ]
    play = {"hosts": "all", "gather_facts": False, "tasks": [gate, *tasks]}
    (place / "play.yml").write_text(yaml.safe_dump([play]), encoding="utf-8")


def _run(place: Path, measured: str) -> Run:
    measurement = place / f"{measured}.json"
    environment = {
        **os.environ,
        "ANSIBLE_CALLBACKS_ENABLED": "timed",
        "ANSIBLE_CALLBACK_PLUGINS": str(place / "callbacks"),
        "MEASURED": measured,
        "MEASUREMENT": str(measurement),
    }
    start = time.perf_counter()
    done = subprocess.run(
        [BIN / "ansible-playbook", "-i", place / "hosts.yml", place / "play.yml"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=environment,
    )
    seconds = time.perf_counter() - start
    if done.returncode:
        raise RuntimeError(f"the measured playbook failed:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    told = json.loads(measurement.read_text(encoding="utf-8"))
    return Run(seconds, told["seconds"], told["calls"], told["kib"] / 1024)


if __name__ == "__main__":
    for measured in measure():
        print(measured, f"ratio {measured.ratio:.0f}", file=sys.stderr)
