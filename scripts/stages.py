# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make test` and `make test-all`: the stages of tests in order, a summary line each, up to the first broken one."""

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
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scripts import processes
from scripts.checks import checks
from scripts.working_copy import ROOT

LOGS = ROOT / ".cache" / "test"
BIN = Path(sys.executable).parent
LIMIT_SECONDS = 5400.0
"""A part of it that takes longer hangs: the longest of `make test-all` takes half an hour, on a machine of its own."""

_COUNTS = re.compile(r"\b(\d+) (passed|failed|errors?|skipped|xfailed|xpassed)\b")


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


@dataclass
class Stage:
    """A stage, and how its checks have ended so far."""

    name: str
    commands: list[processes.Command]
    ended: list[processes.Ended] = field(default_factory=list)
    started: float = 0.0
    finished: float = 0.0

    @property
    def done(self) -> bool:
        """Whether all its checks have ended."""
        return len(self.ended) == len(self.commands)

    @property
    def broken(self) -> bool:
        """Whether a check of it has failed."""
        return any(one.returncode != 0 for one in self.ended)

    def tally(self) -> Tally:
        """Count the tests of all its checks that have ended."""
        total = Tally()
        for one in self.ended:
            total.add(tally(one))
        return total

    def complaints(self) -> list[str]:
        """Return what failed, each with the end of what it said, and where all of it is."""
        lines = []
        for one in self.ended:
            if one.returncode != 0:
                how = f"ended with {one.returncode}" if one.returncode else f"stopped after {LIMIT_SECONDS:.0f} s"
                said = one.command.output.read_text(encoding="utf-8", errors="replace").splitlines()[-100:]
                lines += [f"---- {one.command.name} {how}", *said]
        return [*lines, f"---- all of it: {(LOGS / self.name).relative_to(ROOT)}.log"] if lines else []

    def join(self) -> None:
        """Make one log of the checks' outputs, each under its check and the time that it took."""
        seconds = {one.command.name: f"{one.seconds:.0f} s" for one in self.ended}
        with (LOGS / f"{self.name}.log").open("wb") as joined:
            for command in self.commands:
                if command.output.exists():
                    took = seconds.get(command.name, "not ended")
                    joined.write(f"==== {command.name} ({took}): {' '.join(command.argv)}\n".encode())
                    joined.write(command.output.read_bytes())
                    command.output.unlink()


def run_stages(
    stages: Sequence[Stage], *, at_once: int, watch: Callable[[Path], None] | None = None
) -> Iterator[Stage]:
    """Run stages, and yield each when it is done, in their order; the first that is broken is the last.

    A core that has nothing left to do in a stage begins with the next one, whose checks are ended if it must not be
    reached.
    """

    def commands() -> Iterator[processes.Command]:
        for stage in stages:
            for command in stage.commands:
                if any(one.broken for one in stages if one is not stage):
                    return
                stage.started = stage.started or time.monotonic()
                yield command

    stage_of = {command.output: stage for stage in stages for command in stage.commands}
    left = list(stages)
    running = processes.run(commands(), at_once=at_once, limit_seconds=LIMIT_SECONDS, watch=watch)
    with contextlib.closing(running):
        for ended in running:
            its_stage = stage_of[ended.command.output]
            its_stage.ended.append(ended)
            its_stage.finished = time.monotonic()
            while left and left[0].done:
                yield left[0]
                if left.pop(0).broken:
                    return


def main() -> int:
    """Run the stages that were asked for, by default all, and return the exit code."""
    names = list(checks(everything=True))
    parser = argparse.ArgumentParser(prog="make test", description=__doc__)
    parser.add_argument("stages", nargs="*", choices=[*names, []], metavar="STAGE", help=" ".join(names))
    parser.add_argument("--everything", action="store_true", help="as make test-all does")
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
    commands = checks(everything=arguments.everything)
    stages = [Stage(name, _commands(name, commands[name], environment(scratch, BIN))) for name in wanted]
    try:
        number, watch = (1, _Follower()) if arguments.live else (at_once(), None)
        for stage in run_stages(stages, at_once=number, watch=watch):
            counted = stage.tally()
            total.add(counted)
            state = "broken" if stage.broken else "ok"
            print(f"{stage.name:<16}{state:<6}{stage.finished - stage.started:5.0f} s   {counted}", flush=True)
            if stage.broken:
                print(*stage.complaints(), sep="\n")
                following = wanted[wanted.index(stage.name) + 1 :]
                if following:
                    print("not run to the end:", *following)
            stage.join()
        leftovers = processes.end_leftovers()
        if leftovers:
            total.failed += 1
            print("---- the tests left these running, and they were ended now:", *leftovers, sep="\n")
    except KeyboardInterrupt:
        print("interrupted: everything that was started is ended")
        total.failed += 1
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        processes.end_leftovers()
        for stage in stages:
            if not stage.done:
                stage.join()
        shutil.rmtree(scratch, ignore_errors=True)
    if _tree() != tree:
        print("git status is not what it was before the tests: see to it that a test did not write into the checkout")
        total.failed += int(bool(os.environ.get("CI")))
    print(f"{time.monotonic() - started:.0f} s in all")
    print(total)
    return 1 if total.failed else 0


def at_once() -> int:
    """Return how many checks run side by side.

    One more than cores, since most of the time one of them waits, for a server or for time to pass.
    """
    return (os.cpu_count() or 1) + 1


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


def environment(scratch: Path, programs: Path) -> dict[str, str]:
    """Return what differs from the caller's environment in tests.

    Args:
        scratch: a directory that is removed afterwards; home, temporary files and compiled code are in it.
        programs: the directory of the Python, and of Ansible's programs, that the tests are for.
    """
    home = scratch / "home"
    home.mkdir(exist_ok=True)
    compiled = scratch / "compiled"
    compiled.mkdir(exist_ok=True)
    # a checkout that belongs to somebody else is known as safe to git only there
    git_settings = os.environ.get("GIT_CONFIG_GLOBAL", str(Path.home() / ".gitconfig"))
    return {
        "HOME": str(home),
        "TMPDIR": str(scratch),
        "GIT_CONFIG_GLOBAL": git_settings,
        "ANSIBLE_HOME": str(home / ".ansible"),
        "PATH": os.pathsep.join([str(programs), os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"]),
        "PYTHONPATH": os.pathsep.join(map(str, (ROOT / "scripts" / "compiled", ROOT, ROOT / ".collections"))),
        "EXAM_TESTS_COMPILED": str(compiled),
    }


def _commands(
    stage: str, commands: Mapping[str, Sequence[str]], environment: Mapping[str, str]
) -> list[processes.Command]:
    """Return the checks of a stage as commands, each with a file of its own for what it prints."""
    return [
        processes.Command(name, argv, LOGS / f"{stage}.{name.replace(' ', '-')}.part", environment)
        for name, argv in commands.items()
    ]


def _tree() -> str:
    return subprocess.run(
        ["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main())
