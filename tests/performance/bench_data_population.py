# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole rehearsed dry run of 25,000 students with 100,000 enrolments, beside its limit of three minutes.

All of it counts: `ansible-playbook`, the proof that publication is held, Connect's job, both databases (emulated, on
the same processors), the comparison of each row, the checks, the clear-down with its snapshot, and every proof.
"""

from __future__ import annotations

import resource
import shutil
import time

from tests.integration.playbooks.isolated import Isolated, report
from tests.performance.ratio import Measurement

NETWORK = "127.48"
STUDENTS = 25_000
"""Each sits four exams."""
LIMIT_SECONDS = 180.0
MEMORY_MIB = 200.0
"""Of the largest process of `ansible-playbook`; the emulated systems are no children of it."""


def measure() -> list[Measurement]:
    """Return the measurement. Raises RuntimeError if the dry run does not prove its line."""
    isolated = Isolated(NETWORK)
    isolated.environment["EXAM_REHEARSAL_STUDENTS"] = str(STUDENTS)
    try:
        isolated.estate("reset")
        isolated.play("live.yml", "--skip-tags", "data_population,validation")
        began = time.perf_counter()
        output = isolated.play("dry_run.yml")
        seconds = time.perf_counter() - began
        if report(output)["5"] != "proven":
            raise RuntimeError(f"the dry run has not proven its line: {output}")
    finally:
        isolated.close()
        shutil.rmtree(isolated.directory, ignore_errors=True)
    return [
        Measurement(
            work=f"dry run, {STUDENTS:,} students",
            unit="whole run",
            ours=seconds,
            peer_name="the limit",
            peer=LIMIT_SECONDS,
            floor=1.0,
            memory_mib=resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
            memory_limit_mib=MEMORY_MIB,
        )
    ]
