# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make bench` has measured: kept part by part, each with its day, its commit and what it was measured on."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.performance.ratio import ROOT, Measurement

FILE = ROOT / "docs" / "performance.json"


@dataclass(frozen=True)
class Result:
    """One part's measurements, all of one run."""

    part: str
    date: str
    commit: str
    """With `+` where files were changed and not committed."""
    machine: str
    load: float
    """How many processes wanted a processor at its start, on average of a minute."""
    measurements: tuple[Measurement, ...]


def result(part: str, measurements: Sequence[Measurement], load: float) -> Result:
    """Return a part's measurements with where they come from."""
    day = datetime.now(UTC).date().isoformat()
    return Result(part, day, _commit(), _machine(), round(load, 1), tuple(measurements))


def read(file: Path = FILE) -> dict[str, Result]:
    """Return what is kept, by part."""
    if not file.exists():
        return {}
    kept = {}
    for entry in json.loads(file.read_text(encoding="utf-8")):
        measurements = tuple(
            Measurement(**{**each, "points": tuple(tuple(point) for point in each["points"])})
            for each in entry["measurements"]
        )
        kept[entry["part"]] = Result(**{**entry, "measurements": measurements})
    return kept


def keep(results: Sequence[Result], file: Path = FILE) -> dict[str, Result]:
    """Put results in the place of older ones of their parts, and return all."""
    kept = read(file) | {each.part: each for each in results}
    text = json.dumps([asdict(kept[part]) for part in sorted(kept)], indent=1)
    file.write_text(f"{text}\n", encoding="utf-8")
    return kept


def _commit() -> str:
    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()

    changed = git("status", "--porcelain", "--", ":!docs")
    return f"{git('rev-parse', '--short=12', 'HEAD')}{'+' if changed else ''}"


def _machine() -> str:
    """Return what kind of machine this is, without its name."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = os.cpu_count()
    return (
        f"{cores} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    )
