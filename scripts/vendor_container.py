# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A vendor's server in a container, for the tests of the emulator that was built after it: what all have in common."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from emulators.certificates import Authority

ROOT = Path(__file__).resolve().parents[1]
ADDRESS = "127.0.0.1"
"""Where containers' ports are published: no other host reaches them."""


def issue_certificate(directory: Path, authority: Authority, name: str) -> Path:
    """Write `given` for the container, readable to its own account, and return the file of the authority.

    Args:
        directory: where everything is written; it goes with the container.
        authority: that issues the server's certificate.
        name: of the server.
    """
    directory.chmod(0o755)
    authority.save(directory / "authority")
    root = directory / "authority" / "root.pem"
    given = directory / "given"
    files = authority.issue([name], key="rsa2048").write(given)
    (given / "root.pem").write_bytes(root.read_bytes())
    for file in (*files, given / "root.pem"):
        file.chmod(0o644)
    given.chmod(0o755)
    return root


@contextmanager
def container(command: Sequence[str], secrets: Mapping[str, str]) -> Iterator[str]:
    """Start a container, provide its number, and remove it with what it has; its last words are printed.

    Args:
        command: starts it, and prints its number.
        secrets: variables that the command passes on by their names alone.
    """
    environment = {**os.environ, **secrets}
    started = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    number = started.stdout.strip()
    try:
        yield number
    finally:
        subprocess.run(["docker", "logs", "--tail", "40", number], check=False)
        subprocess.run(["docker", "rm", "--force", "--volumes", number], check=True, stdout=subprocess.DEVNULL)


def run_tests(arguments: Sequence[str], tests: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run tests on the server that the environment names; return pytest's exit code."""
    command = [sys.executable, "-m", "pytest", *arguments, *tests]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=False).returncode
