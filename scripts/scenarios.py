# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Part of the stage `integration`: every scenario, of which there must be at least one, and one for each role."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Run all scenarios and return the exit code; the closing line counts them."""
    scenarios = {path.parent.name for path in ROOT.glob("molecule/*/molecule.yml")}
    roles = {path.parents[1].name for path in ROOT.glob("roles/*/tasks/main.yml")}
    if not scenarios:
        print("molecule/ holds no scenario: expected molecule/default/molecule.yml and one for each role")
        return 1
    without = sorted(roles - scenarios)
    if without:
        print("these roles have no scenario in molecule/:", *without)
        return 1
    done = subprocess.run(["molecule", "test", "--all", "--report"], cwd=ROOT, check=False)
    print(f"{len(scenarios)} passed" if done.returncode == 0 else "1 failed")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
