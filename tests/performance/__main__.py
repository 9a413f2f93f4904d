# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make bench`: all measurements in one run, as one table. Fails where a floor is missed by half, or on memory.

What is measured is kept in docs/performance.json, of which docs/performance.md is made.

Machines differ and are busy; a ratio measured side by side differs less, and one that misses its floor by half is a
regression and not noise.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.proof import render_table
from tests.performance import page, results
from tests.performance.ratio import HEADER, Measurement, cells, raise_file_limit, verdict


def table(measurements: Sequence[Measurement]) -> str:
    """Return the measurements as aligned text."""
    return render_table(HEADER, [cells(one) for one in measurements])


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
        load = os.getloadavg()[0]
        measured = importlib.import_module(f"tests.performance.bench_{part}").measure()
        measurements += measured
        # at once: what was measured is not lost should a later part fail
        page.write(results.keep([results.result(part, measured, load)]))
    print(table(measurements))
    return 1 if any(verdict(one).startswith("FAILS") for one in measurements) else 0


if __name__ == "__main__":
    sys.exit(main())
