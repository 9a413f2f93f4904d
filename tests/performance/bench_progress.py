# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What reporting progress and journalling cost: beside the same work without them, and beside a log that is synced."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.testing import patch_module_args

from ansible_collections.uoe.exam_scheduling.plugins.module_utils import run_variables
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.journal import JournalFile, journalled
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.progress import Progress
from tests.performance.ratio import ROOT, Measurement

ROWS = 20_000
CHANGES = 5_000
REPEATS = 9


def measure() -> list[Measurement]:
    """Return the seconds a row with progress, unheard and heard, and those of journalling 5,000 changes."""
    rows = [
        ("progress that nobody follows", "a row", "unheard", "the work without it", 0.9),
        ("progress that is followed", "a row", "heard", "the work without it", 0.7),
        (f"journalling {CHANGES:,} changes", "whole set", "journal", "logging, synced line by line", 2.0),
    ]
    measurements = []
    for work, unit, part, peer_name, floor in rows:
        ours, peer, memory = _in_a_process(part)
        measurements.append(Measurement(work, unit, ours, peer_name, peer, floor, memory))
    return measurements


def _in_a_process(part: str) -> tuple[float, float, float]:
    """Measure one part in a process of its own; return seconds of ours and the peer's, and the memory in MiB."""
    # beside the checkout's other caches, on a real disk: where nothing needs to be synced there is nothing to measure
    (ROOT / ".cache").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=ROOT / ".cache") as directory:
        done = subprocess.run(
            [sys.executable, "-m", "tests.performance.bench_progress", part, directory],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / '.collections'}"},
            capture_output=True,
            text=True,
            check=True,
        )
    ours, peer, memory = json.loads(done.stdout)
    return ours, peer, memory


def _fastest(
    one: Callable[[], None], other: Callable[[], None], clock: Callable[[], float], repeats: int
) -> tuple[float, float]:
    """Return the fastest of some runs of each, taken in turns, so that what else the machine does meets both."""
    times: list[tuple[float, float]] = []
    for _repeat in range(repeats):
        start = clock()
        one()
        middle = clock()
        other()
        times.append((middle - start, clock() - middle))
    return min(first for first, _second in times), min(second for _first, second in times)


def _row(number: int) -> str:
    """Do what copying a row costs at the least, without any network: write it, read it, and take its checksum."""
    row = json.dumps({"id": number, "room": f"room {number}", "capacity": number % 500, "suitable": [1, 2, 3]})
    return hashlib.sha256(json.dumps(json.loads(row), sort_keys=True).encode()).hexdigest()


def _bare() -> None:
    for number in range(ROWS):
        _row(number)


def _with_progress() -> None:
    with Progress("Copying", total=ROWS, unit="rows") as progress:
        for number in range(ROWS):
            _row(number)
            progress.advance()


def _progress(*, heard: Path | None) -> tuple[float, float]:
    if heard is None:
        os.environ.pop(run_variables.PROGRESS, None)
    else:
        heard.touch()
        os.environ[run_variables.PROGRESS] = str(heard)
    # processor time: neither of them waits for anything
    ours, peer = _fastest(_with_progress, _bare, time.process_time, REPEATS)
    return ours / ROWS, peer / ROWS


def _journal(directory: Path) -> tuple[float, float]:
    with patch_module_args({}):
        module = AnsibleModule({})
    os.environ[run_variables.JOURNAL] = str(directory / "run.jsonl")
    JournalFile(directory / "run.jsonl", create=True).close()

    def ours() -> None:
        with journalled(module) as applied:
            for number in range(CHANGES):
                applied(f"host-{number}.exams.example. A", "create")

    class Synced(logging.StreamHandler[TextIO]):
        def emit(self, record: logging.LogRecord) -> None:
            super().emit(record)
            os.fsync(self.stream.fileno())

    log = logging.getLogger("peer")
    log.propagate = False
    log.addHandler(Synced((directory / "peer.log").open("a", encoding="utf-8")))

    def peer() -> None:
        for number in range(CHANGES):
            log.warning("applied host-%d.exams.example. A create", number)

    return _fastest(ours, peer, time.perf_counter, 3)


def _main(part: str, directory: Path) -> None:
    if part == "journal":
        ours, peer = _journal(directory)
    else:
        ours, peer = _progress(heard=directory / "progress.jsonl" if part == "heard" else None)
    print(json.dumps([ours, peer, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))


if __name__ == "__main__":
    _main(sys.argv[1], Path(sys.argv[2]))
