# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make test-containers`: the emulated databases' tests on the vendors' own, in containers, as the hosted CI does."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping

from scripts import oracle_database, sql_server

PARTS: Mapping[str, tuple[str, Callable[[list[str]], int]]] = {
    "sql-server": (sql_server.IMAGE, sql_server.main),
    "oracle-database": (oracle_database.IMAGE, oracle_database.main),
}
"""The variable that names the vendor's image, and what runs the tests on it."""
INSTALL = (
    "Docker is not here: no program `docker` is on PATH. Install it (Debian and Ubuntu: apt-get install docker.io), "
    "start its service, and run make test-containers again. Without Docker, make test runs the same tests on the "
    "emulated databases."
)
START = "Docker is installed and does not answer: start its service, and run as somebody who may use it. It says: "


def missing(wanted: list[str]) -> str | None:
    """Return what has to be done before the tests of these parts can run; None if nothing."""
    if shutil.which("docker") is None:
        return INSTALL
    told = subprocess.run(["docker", "info"], capture_output=True, text=True, check=False)
    if told.returncode != 0:
        return START + (told.stderr.strip() or told.stdout.strip())
    unnamed = [PARTS[part][0] for part in wanted if not os.environ.get(PARTS[part][0])]
    if unnamed:
        return (
            f"No image is named in {', '.join(unnamed)}: the vendor's, as your registry has it and as you may use it "
            "by the vendor's licence. Set it, or name the parts that you want: make test-containers PARTS=sql-server."
        )
    return None


def main() -> int:
    """Run the tests that were asked for, by default all, and return the exit code: 2 if they could not run."""
    parser = argparse.ArgumentParser(prog="make test-containers", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], metavar="PART", help=" ".join(PARTS))
    wanted = parser.parse_args().parts or list(PARTS)
    if (hindrance := missing(wanted)) is not None:
        print(hindrance, file=sys.stderr)
        return 2
    codes = []
    for part in wanted:
        print(f"{part}: the vendor's, in a container", flush=True)
        codes.append(PARTS[part][1](["--quiet"]))
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
