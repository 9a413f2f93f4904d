# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One short case of `make chaos`, as a user calls it, and then the same seed again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from emulators.estate.estate import ROOT
from tests.compiled import COMPILED

NETWORK = "127.76"


def chaos(results: Path, *options: str) -> subprocess.CompletedProcess[str]:
    python_path = f"{COMPILED.get('PYTHONPATH', '')}:{ROOT}:{ROOT / '.collections'}"
    return subprocess.run(
        [sys.executable, "-m", "tests.chaos", "--network", NETWORK, "--results", str(results), *options],
        cwd=ROOT,
        env={**os.environ, **COMPILED, "PYTHONPATH": python_path},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.thorough
@pytest.mark.timeout(600)
def test_that_a_run_whose_primary_is_gone_is_made_good_by_the_next_and_not_run_twice(tmp_path: Path) -> None:
    options = ("--seed", "5", "--only", "dns", "--fault", "stopped", "--cases", "1")
    done = chaos(tmp_path, *options)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "seed 5: 1 passed, 0 failed" in done.stdout
    assert "reached" in (tmp_path / "5.txt").read_text(encoding="utf-8")
    assert not (ROOT / ".rehearsal" / NETWORK / "hosts/dns1/pid").exists(), "what it started is stopped"

    more = chaos(tmp_path, "--seed", "5", "--only", "dns", "--fault", "stopped", "--cases", "0")
    assert (more.returncode, "seed 5: 1 passed, 0 failed" in more.stdout) == (0, True), more.stdout
