# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Part of `make test-all`: the emulated tenant under Microsoft's own client for Graph.

The client takes 450 MB, so it is installed in a place of its own, .cache/graph_sdk, and kept for the next time.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from scripts.working_copy import ROOT

PLACE = ROOT / ".cache" / "graph_sdk"
REQUIREMENTS = ROOT / "requirements" / "graph_sdk.txt"
PINS = ROOT / "requirements" / "lock.txt"


def install() -> bool:
    """Install the client, unless what is wanted is there; return whether it is."""
    wanted = REQUIREMENTS.read_text(encoding="utf-8") + PINS.read_text(encoding="utf-8")
    complete = PLACE / ".complete"
    if complete.is_file() and complete.read_text(encoding="utf-8") == wanted:
        return True
    shutil.rmtree(PLACE, ignore_errors=True)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]
    done = subprocess.run(
        [*pip, "--target", str(PLACE), "--requirement", str(REQUIREMENTS), "--constraint", str(PINS)], check=False
    )
    if done.returncode:
        return False
    complete.write_text(wanted, encoding="utf-8")
    return True


def main() -> int:
    """Install the client, run its tests, and return the exit code."""
    if not install():
        print("1 failed: msgraph-sdk could not be installed")
        return 1
    path = os.pathsep.join([os.environ.get("PYTHONPATH", ""), str(PLACE)])
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--quiet", "tests/graph_sdk"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path},
        check=False,
    )
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
