# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one measurement returns to `make bench`: ours beside a peer's, in one run, as a ratio against a floor."""

from __future__ import annotations

import contextlib
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
INTERVAL = 0.25
"""Seconds between two looks at the memory of several processes: each look takes some milliseconds from them."""


@dataclass(frozen=True)
class Measurement:
    """Seconds of ours and of the peer for the same unit of work, and how many times faster ours must be."""

    work: str
    unit: str
    ours: float
    peer_name: str
    peer: float
    floor: float
    memory_mib: float
    """Peak resident memory of the module's own process, or of all that it has."""
    memory_limit_mib: float = 120.0
    points: tuple[tuple[float, float, float], ...] = ()
    """Where it was measured at several sizes: size, seconds, MiB."""

    @property
    def ratio(self) -> float:
        """How many times faster than the peer."""
        return self.peer / self.ours


def verdict(measurement: Measurement) -> str:
    """Return `ok`, `missed` (the floor, by less than half) or why it fails, beginning with `FAILS`."""
    if measurement.memory_mib > measurement.memory_limit_mib:
        return "FAILS: memory"
    if measurement.ratio < measurement.floor / 2:
        return "FAILS: floor missed by half"
    return "ok" if measurement.ratio >= measurement.floor else "missed"


def duration(seconds: float) -> str:
    """Return seconds in the unit in which they read well."""
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.3g} ms"


HEADER = ("work", "unit", "ours", "peer", "", "ratio", "floor", "memory", "limit", "verdict")


def cells(one: Measurement) -> tuple[str, ...]:
    """Return a measurement as a row under `HEADER`."""
    return (
        one.work,
        one.unit,
        duration(one.ours),
        duration(one.peer),
        one.peer_name,
        f"{one.ratio:.1f}x",
        f"{one.floor:.3g}x",
        f"{one.memory_mib:.0f} MiB",
        f"{one.memory_limit_mib:.0f} MiB",
        verdict(one),
    )


@dataclass(frozen=True)
class Run:
    """One timed run of a module."""

    seconds: float
    memory_mib: float
    result: dict[str, Any]


def time_module(name: str, arguments: dict[str, Any]) -> Run:
    """Run a module of ours in a process of its own, as Ansible does, and return its time and peak memory.

    Of a module that has processes of its own, the memory is that of all together, with what they share counted once.
    """
    program = (
        "import re, sys\n"
        "from pathlib import Path\n"
        "from ansible.module_utils import basic\n"
        "basic._ANSIBLE_ARGS, basic._ANSIBLE_PROFILE = sys.stdin.buffer.read(), 'legacy'\n"
        f"from ansible_collections.uoe.exam_scheduling.plugins.modules import {name} as module\n"
        "try:\n"
        "    module.main()\n"
        "finally:\n"
        # getrusage would count the process that started it
        "    print(re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1], file=sys.stderr)\n"
    )
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / '.collections'}"}
    start = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        together = _Together(process.pid)
        together.start()
        said, errors = process.communicate(json.dumps({"ANSIBLE_MODULE_ARGS": arguments}))
    seconds = time.perf_counter() - start
    together.join()
    return Run(seconds, max(int(errors.split()[-1]), together.peak) / 1024, json.loads(said))


class _Together(threading.Thread):
    """Looks at the memory of a process and its children until it has ended."""

    def __init__(self, pid: int) -> None:
        super().__init__()
        self._pid = pid
        self.peak = 0
        """KiB, of all together."""

    def run(self) -> None:
        while children := self._children():
            if len(children) > 1:  # of one alone, the system itself keeps the peak
                self.peak = max(self.peak, sum(map(_kibibytes, children)))
            time.sleep(INTERVAL)

    def _children(self) -> list[int]:
        try:
            listed = Path(f"/proc/{self._pid}/task/{self._pid}/children").read_text(encoding="ascii")
            state = Path(f"/proc/{self._pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return []
        return [] if state == "Z" else [self._pid, *map(int, listed.split())]


def _kibibytes(pid: int) -> int:
    """Return a process's memory, its part of what is shared (Pss in proc_pid_smaps(5)); 0 if it ended."""
    try:
        found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii"), re.MULTILINE)
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(found[1]) if found else 0


def time_playbook(tasks: list[dict[str, Any]]) -> float:
    """Return the seconds that `ansible-playbook` takes for the tasks on localhost: what a peer's loop costs a user."""
    play = [
        {
            "hosts": "localhost",
            "connection": "local",
            "gather_facts": False,
            "vars": {"ansible_python_interpreter": sys.executable},
            "tasks": tasks,
        }
    ]
    with tempfile.TemporaryDirectory() as directory:
        playbook = Path(directory, "peer.yml")
        playbook.write_text(json.dumps(play), encoding="utf-8")
        start = time.perf_counter()
        done = subprocess.run(
            [BIN / "ansible-playbook", "-i", "localhost,", playbook],
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
        )
        seconds = time.perf_counter() - start
    if done.returncode:
        raise RuntimeError(f"the peer's playbook failed:\n{done.stdout}\n{done.stderr}")
    return seconds


def raise_file_limit() -> None:
    """Allow as many open sockets as the system lets us, since the measurements' own listeners need them."""
    with contextlib.suppress(ValueError):
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
