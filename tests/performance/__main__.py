# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make bench`: all measurements in one run, as one table. Fails where a floor is missed by half, or on memory.

Machines differ and are busy; a ratio measured side by side differs less, and one that misses its floor by half is a
regression and not noise.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.proof import render_table
from tests.performance.ratio import Measurement, raise_file_limit

HEADER = ("work", "unit", "ours", "peer", "", "ratio", "floor", "memory", "limit", "verdict")


def verdict(measurement: Measurement) -> str:
    """Return `ok`, `missed` (the floor, by less than half) or why it fails, beginning with `FAILS`."""
    if measurement.memory_mib > measurement.memory_limit_mib:
        return "FAILS: memory"
    if measurement.ratio < measurement.floor / 2:
        return "FAILS: floor missed by half"
    return "ok" if measurement.ratio >= measurement.floor else "missed"


def table(measurements: Sequence[Measurement]) -> str:
    """Return the measurements as aligned text."""
    rows = [
        (
            one.work,
            one.unit,
            duration(one.ours),
            duration(one.peer),
            one.peer_name,
            f"{one.ratio:.1f}x",
            f"{one.floor:g}x",
            f"{one.memory_mib:.0f} MiB",
            f"{one.memory_limit_mib:.0f} MiB",
            verdict(one),
        )
        for one in measurements
    ]
    return render_table(HEADER, rows)


def duration(seconds: float) -> str:
    """Return seconds in the unit in which they read well."""
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.3g} ms"


def main() -> int:
    """Measure the parts that were asked for, by default all, print the table and return the exit code."""
    parts = sorted(path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py"))
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*parts, []], metavar="PART", help=" ".join(parts))
    wanted = parser.parse_args().parts or parts
    if not wanted:
        print("tests/performance holds no bench_*.py: nothing to measure", file=sys.stderr)
        return 2
    raise_file_limit()
    measurements: list[Measurement] = []
    for part in wanted:
        print(f"measuring {part} ...", file=sys.stderr, flush=True)
        measurements += importlib.import_module(f"tests.performance.bench_{part}").measure()
    print(table(measurements))
    return 1 if any(verdict(one).startswith("FAILS") for one in measurements) else 0


if __name__ == "__main__":
    sys.exit(main())
