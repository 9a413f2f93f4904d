# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make test-versions`, the end of `make test-all`: each ansible-core on each Python that is here; and galaxy-importer.

For each pair an environment of its own is made in .cache/versions and kept for the next time. In it run the unit and
integration tests of `make test`, the rehearsal of LIVE among them. A pair of which the Python is not on this machine
is told and fails nothing.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts import processes
from scripts.checks import integration_tests
from scripts.stages import LIMIT_SECONDS, at_once, environment
from scripts.working_copy import ROOT

ENVIRONMENTS = ROOT / ".cache" / "versions"
LOGS = ROOT / ".cache" / "test-all"
SUPPORTED = {
    "2.19": ("3.11", "3.12", "3.13"),
    "2.20": ("3.12", "3.13", "3.14"),
    "2.21": ("3.12", "3.13", "3.14"),
}
"""The Pythons that each ansible-core supports on the controller: its own metadata and release notes."""
COMMUNITY = {"2.19": "12", "2.20": "13", "2.21": "14"}
"""The major version of the package `ansible`, of which the collections for Windows come, by the core that it is for."""
# They hold pins, documentation and tools against each other, which is the same whatever runs them.
NOT_AGAIN = ("tests/unit/repository", "tests/unit/documentation")
IMPORTER = "galaxy-importer"

_FOLLOWS_CORE = re.compile(
    r"(ansible|ansible-core|ansible-lint|ansible-builder|antsibull-[a-z]+|furo|myst-parser|sphinx)=="
)
"""Pins that follow from our own ansible-core, or that these tests have no use for."""


@dataclass(frozen=True)
class Pair:
    """A version of ansible-core on a version of Python."""

    core: str
    python: str

    def __str__(self) -> str:
        return f"ansible-core {self.core}, Python {self.python}"

    @property
    def directory(self) -> Path:
        """Where its environment is."""
        return ENVIRONMENTS / f"{self.core}-{self.python}"


def pairs() -> list[Pair]:
    """Return all that are supported, the oldest first."""
    return [Pair(core, python) for core, pythons in SUPPORTED.items() for python in pythons]


def interpreter(version: str) -> str | None:
    """Return a program that is this version of Python, None if there is none; pyenv leaves names that run nothing."""
    places = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python{version}"))
    found = shutil.which(f"python{version}")
    for program in [*([found] if found else []), *map(str, places)]:
        if subprocess.run([program, "-c", "import ensurepip"], capture_output=True, check=False).returncode == 0:
            return program
    return None


def requirements(core: str) -> list[str]:
    """Return what the tests need with this ansible-core: our pins, but for those that follow from our own."""
    lines = []
    for name in ("runtime.txt", "development.txt"):
        lines += (ROOT / "requirements" / name).read_text(encoding="utf-8").splitlines()
    pinned = [line.split("#")[0].strip() for line in lines if line and not line.startswith("#")]
    ours = [line for line in pinned if not _FOLLOWS_CORE.match(line)]
    return [f"ansible-core~={core}.0", f"ansible~={COMMUNITY[core]}.0", *ours]


def make_environment(directory: Path, python: str, wanted: list[str], log: Path) -> bool:
    """Make an environment, unless it is there and has just this; return whether it is whole."""
    complete = directory / ".complete"
    if complete.is_file() and complete.read_text(encoding="utf-8") == "\n".join(wanted):
        return True
    shutil.rmtree(directory, ignore_errors=True)
    pip = [str(directory / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--no-input", "install"]
    with log.open("wb") as output:
        for command in ([python, "-m", "venv", str(directory)], [*pip, *wanted]):
            if subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, check=False).returncode:
                return False
    complete.write_text("\n".join(wanted), encoding="utf-8")
    return True


def run(command: list[str], log: Path, place: Path = ROOT, **environment: str) -> bool:
    """Run a command of an environment in a directory, all it prints into a file; return whether it succeeded."""
    bin_directory = str(Path(command[0]).parent)
    path = os.pathsep.join([bin_directory, os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])
    with log.open("ab") as output:
        done = subprocess.run(
            command,
            cwd=place,
            env={**os.environ, "PATH": path, "PYTHONPATH": f"{ROOT}:{ROOT / '.collections'}", **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    return done.returncode == 0


def all_tests() -> list[str]:
    """Return what `make test` gives to pytest."""
    return ["tests/unit", *(f"tests/integration/{name}" for name in integration_tests(everything=False))]


def test_pair(pair: Pair, tests: list[str], log: Path) -> str:
    """Return how a pair ended: ok, which of the tests are broken, or why it was not run."""
    python = interpreter(pair.python)
    if python is None:
        return "not run: no such Python here"
    if not make_environment(pair.directory, python, requirements(pair.core), log):
        return "broken: its environment cannot be made"
    programs = pair.directory / "bin"
    ignored = [f"--ignore={path}" for path in NOT_AGAIN]
    pytest = [str(programs / "python"), "-m", "pytest", "--quiet", "-m", "not thorough", *ignored]
    broken: list[str] = []
    with tempfile.TemporaryDirectory(prefix="exam-", ignore_cleanup_errors=True) as scratch, log.open("ab") as joined:
        variables = environment(Path(scratch), programs)
        commands = [
            processes.Command(each, [*pytest, each], Path(scratch) / f"{number}.log", variables)
            for number, each in enumerate(tests)
        ]
        with contextlib.closing(processes.run(commands, at_once=at_once(), limit_seconds=LIMIT_SECONDS)) as running:
            for ended in running:
                joined.write(f"==== {ended.command.name} ({ended.seconds:.0f} s)\n".encode())
                joined.write(ended.command.output.read_bytes())
                joined.flush()
                if ended.returncode != 0:
                    broken.append(ended.command.name)
        left = processes.end_leftovers()
    return f"broken: {', '.join([*broken, *left])}" if broken or left else "ok"


def import_as_galaxy_does(log: Path) -> str:
    """Return what galaxy-importer says to the artifact: ok, broken, or why it was not run."""
    python = next((found for version in ("3.13", "3.12") if (found := interpreter(version))), None)
    if python is None:
        return "not run: galaxy-importer needs Python 3.12 or later"
    lines = (ROOT / "requirements" / "galaxy_importer.txt").read_text(encoding="utf-8").splitlines()
    wanted = [line.split("#")[0].strip() for line in lines if not line.startswith("#")]
    place = ENVIRONMENTS / IMPORTER
    if not make_environment(place, python, wanted, log):
        return "broken: its environment cannot be made"
    built, said = place / "built", log.with_name("galaxy-importer-said.log")
    said.unlink(missing_ok=True)
    shutil.rmtree(built, ignore_errors=True)
    bin_directory = place / "bin"
    if not run(
        [str(bin_directory / "ansible-galaxy"), "collection", "build", str(ROOT), "--output-path", str(built)], log
    ):
        return "broken"
    (artifact,) = built.glob("*.tar.gz")
    # Both have run in make test. The importer wants a container for the one, and of the other it runs a version of its
    # own, without the collections that our roles use.
    settings = "[galaxy-importer]\nRUN_ANSIBLE_TEST = False\nRUN_ANSIBLE_LINT = False\n"
    (place / "importer.cfg").write_text(settings, encoding="utf-8")
    if not run(
        [str(bin_directory / "python"), "-m", "galaxy_importer.main", str(artifact)],
        said,
        place,  # it leaves a file where it is run
        GALAXY_IMPORTER_CONFIG=str(place / "importer.cfg"),
        HOME=str(place),
    ):
        return "broken"
    complaints = list(complaints_of(said.read_text(encoding="utf-8", errors="replace")))
    return f"broken: {len(complaints)} complaints, the first: {complaints[0]}" if complaints else "ok"


def complaints_of(output: str) -> Iterator[str]:
    """Yield the warnings and errors in the importer's output; it ends well in spite of most of them."""
    for line in output.splitlines():
        if re.match(r"(WARNING|ERROR)\b", line):
            yield line


def main() -> int:
    """Run everything, print a line for each, and return the exit code; the closing line counts."""
    parser = argparse.ArgumentParser(prog="make test-versions", description=__doc__)
    parser.add_argument("--core", choices=[*SUPPORTED], action="append", help="this ansible-core alone")
    parser.add_argument("--python", help="this Python alone")
    parser.add_argument("--no-importer", action="store_true", help="without galaxy-importer")
    parser.add_argument("tests", nargs="*", help="by default those of make test")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    processes.adopt_orphans()
    LOGS.mkdir(parents=True, exist_ok=True)
    outcomes: dict[str, str] = {}

    def told(name: str, log: Path, started: float, outcome: str) -> None:
        outcomes[name] = outcome
        print(f"{name:<32}{time.monotonic() - started:5.0f} s   {outcome}", flush=True)
        if outcome.startswith("broken"):
            print(*log.read_text(encoding="utf-8", errors="replace").splitlines()[-40:], f"---- {log}", sep="\n")

    for pair in pairs():
        if pair.core in (arguments.core or SUPPORTED) and arguments.python in (None, pair.python):
            log, started = LOGS / f"{pair.core}-{pair.python}.log", time.monotonic()
            log.unlink(missing_ok=True)
            told(str(pair), log, started, test_pair(pair, arguments.tests or all_tests(), log))
    if not arguments.no_importer:
        log, started = LOGS / f"{IMPORTER}.log", time.monotonic()
        log.unlink(missing_ok=True)
        told(IMPORTER, log, started, import_as_galaxy_does(log))
    broken = [name for name, outcome in outcomes.items() if outcome.startswith("broken")]
    not_run = [name for name, outcome in outcomes.items() if outcome.startswith("not run")]
    passed = len(outcomes) - len(broken) - len(not_run)
    print(f"{passed} passed, {len(broken)} failed, not run: {', '.join(not_run) or 'none'}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
