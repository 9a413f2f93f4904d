# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make test`: the stages of testing in order, one summary line each, stopping at the first that is broken."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts import processes

ROOT = Path(__file__).resolve().parents[1]
LOGS = ROOT / ".cache" / "test"
BIN = Path(sys.executable).parent
LIMIT_SECONDS = 1200.0
"""The whole of `make test` may take 20 minutes, so nothing in it may take longer."""

_COUNTS = re.compile(r"\b(\d+) (passed|failed|errors?|skipped|xfailed|xpassed)\b")


def checks() -> dict[str, dict[str, list[str]]]:
    """Return the commands of each stage under the name that a report of failure gives them."""
    shell_scripts = [*map(str, sorted((ROOT / "scripts").glob("*.sh"))), str(ROOT / ".ci" / "run")]
    plugins = ".collections/ansible_collections/uoe/exam_scheduling/plugins"
    pytest = ["pytest", "--quiet"]
    # The longest come first, so that all cores are done at the same time. Each directory is a process of its own, with
    # loopback addresses of its own: Ansible's plugins, once loaded, let modules in the same process warn elsewhere.
    longest_first = ("playbooks", "journal", "https", "windows", "windows_roles")
    directories = {path.name for path in (ROOT / "tests" / "integration").iterdir() if list(path.glob("test_*.py"))}
    ordered = [*(name for name in longest_first if name in directories), *sorted(directories.difference(longest_first))]
    return {
        "lint": {
            # ansible.cfg refuses to run without an inventory, which ansible-lint's syntax check has none of
            "ansible-lint": ["env", "ANSIBLE_INVENTORY_UNPARSED_FAILED=false", "ansible-lint", "--nocolor"],
            "mypy": ["mypy", plugins, "emulators", "tests", "scripts"],
            "ruff": ["ruff", "check", "."],
            "ruff format": ["ruff", "format", "--check", "."],
            "yamllint": ["yamllint", "--strict", "."],
            "reuse": ["reuse", "lint", "--lines"],
            "shellcheck": ["shellcheck", *shell_scripts],
        },
        # within a stage the checks run side by side, as many as there are cores: the longest come first
        "unit": {"ansible-test sanity": ["python", "-m", "scripts.sanity"], "pytest": [*pytest, "tests/unit"]},
        "integration": {
            "molecule": ["python", "-m", "scripts.scenarios"],
            **{f"pytest {name}": [*pytest, f"tests/integration/{name}"] for name in ordered},
        },
        "artifact": {"artifact": ["python", "-m", "scripts.artifact"]},
    }


@dataclass
class Tally:
    """How many tests passed, failed and were skipped. A check that does not count its own tests is one test."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def add(self, other: Tally) -> None:
        """Add another tally to this one."""
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def __str__(self) -> str:
        text = f"{self.passed} passed, {self.failed} failed"
        return f"{text}, {self.skipped} skipped" if self.skipped else text


def tally(ended: processes.Ended) -> Tally:
    """Count the tests of one check: by its own closing line (pytest's form), or as one."""
    broken = ended.returncode != 0
    lines = ended.command.output.read_text(encoding="utf-8", errors="replace").splitlines()
    closing = next((line for line in reversed(lines) if line.strip()), "")
    found = {name: int(number) for number, name in _COUNTS.findall(closing)}
    if not {"passed", "failed"} & found.keys():
        return Tally(passed=int(not broken), failed=int(broken))
    failed = sum(found.get(name, 0) for name in ("failed", "error", "errors", "xpassed"))
    return Tally(
        passed=found.get("passed", 0),
        failed=max(failed, int(broken)),
        skipped=found.get("skipped", 0) + found.get("xfailed", 0),
    )


def run_stage(name: str, environment: Mapping[str, str], *, live: bool) -> tuple[Tally, str]:
    """Run one stage.

    Returns:
        What it counted, and what to show if it is broken: nothing if it is not.
    """
    log = LOGS / f"{name}.log"
    commands = [
        processes.Command(check, argv, LOGS / f"{name}.{check.replace(' ', '-')}.part", environment)
        for check, argv in checks()[name].items()
    ]
    watch = _Follower() if live else None
    total, complaints, seconds = Tally(), list[str](), dict[str, float]()
    try:
        for ended in processes.run(
            commands, at_once=1 if live else os.cpu_count() or 1, limit_seconds=LIMIT_SECONDS, watch=watch
        ):
            counted = tally(ended)
            total.add(counted)
            seconds[ended.command.name] = ended.seconds
            if ended.returncode != 0:
                end = f"ended with {ended.returncode}" if ended.returncode else f"stopped after {LIMIT_SECONDS:.0f} s"
                tail = ended.command.output.read_text(encoding="utf-8", errors="replace").splitlines()[-100:]
                complaints.append("\n".join([f"---- {ended.command.name} {end}", *tail]))
        leftovers = processes.end_leftovers()
        if leftovers:
            total.failed += 1
            complaints.append("\n".join([f"---- {name} left running, and it was ended now:", *leftovers]))
    finally:
        _join(log, commands, seconds)
    return total, "\n".join([*complaints, f"---- all of it: {log.relative_to(ROOT)}"]) if complaints else ""


def main() -> int:
    """Run the stages that were asked for, by default all, and return the exit code."""
    names = list(checks())
    parser = argparse.ArgumentParser(prog="make test", description=__doc__)
    parser.add_argument("stages", nargs="*", choices=[*names, []], metavar="STAGE", help=" ".join(names))
    parser.add_argument("--live", action="store_true", help="show what the stages print as they print it")
    arguments = parser.parse_args()
    wanted = [name for name in names if name in arguments.stages] or names

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    processes.adopt_orphans()
    shutil.rmtree(LOGS, ignore_errors=True)
    LOGS.mkdir(parents=True)
    started, total, tree = time.monotonic(), Tally(), _tree()
    # short, because the tests' sockets are below it and a socket's path is limited to 107 bytes
    scratch = Path(tempfile.mkdtemp(prefix="exam-"))
    try:
        for position, name in enumerate(wanted):
            stage_started = time.monotonic()
            counted, complaint = run_stage(name, _environment(scratch), live=arguments.live)
            total.add(counted)
            state = "broken" if complaint else "ok"
            print(f"{name:<16}{state:<6}{time.monotonic() - stage_started:5.0f} s   {counted}", flush=True)
            if complaint:
                print(complaint)
                if wanted[position + 1 :]:
                    print("not run:", *wanted[position + 1 :])
                break
    except KeyboardInterrupt:
        print("interrupted: everything that was started is ended")
        total.failed += 1
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        processes.end_leftovers()
        shutil.rmtree(scratch, ignore_errors=True)
    if _tree() != tree:
        print("git status is not what it was before the tests: see to it that a test did not write into the checkout")
        total.failed += int(bool(os.environ.get("CI")))
    print(f"{time.monotonic() - started:.0f} s in all")
    print(total)
    return 1 if total.failed else 0


class _Follower:
    """Prints what is new in a growing file."""

    def __init__(self) -> None:
        self._shown: dict[Path, int] = {}

    def __call__(self, output: Path) -> None:
        with output.open("rb") as stream:
            stream.seek(self._shown.get(output, 0))
            sys.stdout.buffer.write(stream.read())
            sys.stdout.buffer.flush()
            self._shown[output] = stream.tell()


def _environment(scratch: Path) -> dict[str, str]:
    """Return what differs from the caller's environment: home and scratch space that are removed afterwards."""
    home = scratch / "home"
    home.mkdir(exist_ok=True)
    # a checkout that belongs to somebody else is known as safe to git only there
    git_settings = os.environ.get("GIT_CONFIG_GLOBAL", str(Path.home() / ".gitconfig"))
    return {
        "HOME": str(home),
        "TMPDIR": str(scratch),
        "GIT_CONFIG_GLOBAL": git_settings,
        "ANSIBLE_HOME": str(home / ".ansible"),
        "PATH": os.pathsep.join([str(BIN), os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"]),
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / '.collections'}",
    }


def _join(log: Path, commands: list[processes.Command], seconds: Mapping[str, float]) -> None:
    """Make one log of the commands' outputs, each under its command and the time that it took."""
    with log.open("wb") as joined:
        for command in commands:
            if command.output.exists():
                took = f"{seconds[command.name]:.0f} s" if command.name in seconds else "not ended"
                joined.write(f"==== {command.name} ({took}): {' '.join(command.argv)}\n".encode())
                joined.write(command.output.read_bytes())
                command.output.unlink()


def _tree() -> str:
    return subprocess.run(
        ["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main())
