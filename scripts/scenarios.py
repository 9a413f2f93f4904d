# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Part of the stage `integration`: the scenario of each role, and for `make test-all` the others of a role as well."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

FIRST = ("https",)
"""Scenarios that look at what no other has made yet."""
LAST = ("connect", "connect_configuration", "data_population")
"""Scenarios that use what others make of the estate that they share; all others come in the order of their names."""
ROOT = Path(__file__).resolve().parents[1]

THOROUGH = {"business_intelligence", "data_population", "publication", "validation", "web_timetables"}
"""What each of these roles does, `make test` sees in the rehearsal's own test; its faults take minutes."""


def main() -> int:
    """Run the scenarios and return the exit code; the closing line counts them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--everything", action="store_true", help="with what a role has beside, and THOROUGH")
    everything = parser.parse_args().everything
    scenarios = {path.parent.name for path in ROOT.glob("molecule/*/molecule.yml")}
    roles = {path.parents[1].name for path in ROOT.glob("roles/*/tasks/main.yml")}
    if not scenarios:
        print("molecule/ holds no scenario: expected molecule/default/molecule.yml and one for each role")
        return 1
    without = sorted(roles - scenarios)
    if without:
        print("these roles have no scenario in molecule/:", *without)
        return 1
    wanted = scenarios if everything else scenarios & (roles | {"default"}) - THOROUGH
    chosen = sorted(wanted, key=lambda name: (name not in FIRST, name in LAST, name))
    options = [option for name in chosen for option in ("--scenario-name", name)]
    done = subprocess.run(["molecule", "test", *options, "--report"], cwd=ROOT, check=False)
    print(f"{len(chosen)} passed" if done.returncode == 0 else "1 failed")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
