# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The runner of make test: real processes, among them such as do not want to go."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.processes import Command, Ended
from scripts.stages import Tally, tally
from scripts.working_copy import ROOT

DAEMON = "setsid sh -c 'echo $$ >{pid}; trap : TERM; while :; do sleep 60; done' >/dev/null 2>&1 & "
"""A process that leaves its session and its parent, as daemons do, and does not go when asked to."""
RUN = r"""
import json, signal, sys
from pathlib import Path
from scripts import processes
# a shell that starts the tests in the background has them, and all that they start, ignore interrupts
signal.signal(signal.SIGINT, signal.default_int_handler)
processes.adopt_orphans()
commands = [processes.Command(name, argv, Path(output)) for name, argv, output in json.loads(sys.argv[1])]
ended = list(processes.run(commands, at_once=2, limit_seconds=float(sys.argv[2])))
left = processes.end_leftovers(grace_seconds=1.0)
print(json.dumps([[one.command.name, one.returncode] for one in ended]), json.dumps(left), sep="\n")
"""

INTERRUPTED = r"""
import os, signal, subprocess, time
from pathlib import Path
class Popen(subprocess.Popen):
    def __init__(self, argv, **options):
        super().__init__(argv, **options)
        started = Path(argv[-1].partition(">")[2].partition(";")[0])
        while not (started.exists() and started.read_text()):
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)
subprocess.Popen = Popen
"""
"""Before RUN: an interrupt arrives when a process runs, and nobody has got to know of it yet."""

RUN_STAGES = r"""
import json, sys
from pathlib import Path
from scripts import processes
from scripts.stages import Stage, run_stages
def commands(name, scripts):
    outputs = [Path(sys.argv[2], name + str(number)) for number in range(len(scripts))]
    return [processes.Command(name, ["sh", "-c", script], output) for script, output in zip(scripts, outputs)]
stages = [Stage(name, commands(name, scripts)) for name, scripts in json.loads(sys.argv[1]).items()]
processes.adopt_orphans()
print(json.dumps([[stage.name, stage.broken, str(stage.tally())] for stage in run_stages(stages, at_once=2)]))
"""


def start(tmp_path: Path, *scripts: str, limit: float = 60.0) -> subprocess.Popen[str]:
    """Run shell scripts by the runner in a process of its own, which may then adopt and end processes."""
    commands = [(f"c{i}", ["sh", "-c", script], str(tmp_path / f"{i}.out")) for i, script in enumerate(scripts)]
    return subprocess.Popen(
        [sys.executable, "-c", RUN, json.dumps(commands), str(limit)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def finish(process: subprocess.Popen[str]) -> tuple[list[list[object]], list[str]]:
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    ended, left = output.splitlines()
    return json.loads(ended), json.loads(left)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "waited for 20 s"
        time.sleep(0.02)


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]


def test_that_each_command_s_end_and_output_are_kept(tmp_path: Path) -> None:
    ended, left = finish(start(tmp_path, "echo one; echo two >&2", "exit 3"))
    assert sorted(ended) == [["c0", 0], ["c1", 3]]
    assert left == []
    assert (tmp_path / "0.out").read_text(encoding="utf-8") == "one\ntwo\n"


def test_that_a_command_whose_time_is_over_is_ended(tmp_path: Path) -> None:
    ended, left = finish(start(tmp_path, "sleep 600", limit=0.3))
    assert (ended, left) == ([["c0", None]], [])


def test_that_a_daemon_left_behind_is_named_and_ended(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    ended, left = finish(start(tmp_path, DAEMON.format(pid=pid) + f"until [ -s {pid} ]; do sleep 0.02; done"))
    assert ended == [["c0", 0]]
    (named,) = left
    number = int(pid.read_text(encoding="utf-8"))
    assert f"(process {number})" in named
    assert "trap : TERM" in named
    assert not is_running(number)


def test_that_an_interrupt_lets_commands_clean_up_first(tmp_path: Path) -> None:
    ready, cleaned = tmp_path / "ready", tmp_path / "cleaned"
    process = start(tmp_path, f"trap 'touch {cleaned}; exit 1' INT; touch {ready}; while :; do sleep 0.05; done")
    wait_until(ready.exists)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode != 0
    assert cleaned.exists()


def test_that_an_interrupt_at_the_moment_of_a_start_leaves_nothing(tmp_path: Path) -> None:
    started = tmp_path / "started"
    command = ("c0", ["sh", "-c", f"echo $$ >{started}; while :; do sleep 0.05; done"], str(tmp_path / "0.out"))
    program = [sys.executable, "-c", INTERRUPTED + RUN, json.dumps([command]), "60"]
    done = subprocess.run(program, capture_output=True, cwd=ROOT, timeout=60, check=False)
    assert done.returncode != 0
    assert not is_running(int(started.read_text(encoding="utf-8")))


def stages(tmp_path: Path, scripts: dict[str, list[str]]) -> list[list[object]]:
    """Run stages of shell scripts, and return the name of each that was done, whether it is broken, and its count."""
    done = subprocess.run(
        [sys.executable, "-c", RUN_STAGES, json.dumps(scripts), str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: list[list[object]] = json.loads(done.stdout)
    return found


def test_that_stages_are_told_in_their_order_whichever_is_done_first(tmp_path: Path) -> None:
    waits = f"until [ -s {tmp_path}/b0 ]; do sleep 0.02; done"
    found = stages(tmp_path, {"a": ["true", waits], "b": ["echo 3 passed"]})
    assert found == [["a", False, "2 passed, 0 failed"], ["b", False, "3 passed, 0 failed"]]


def test_that_a_broken_stage_is_the_last_and_what_was_begun_of_the_next_is_ended(tmp_path: Path) -> None:
    begun, whole = tmp_path / "begun", tmp_path / "whole"
    fails = f"until [ -e {begun} ]; do sleep 0.02; done; exit 3"
    found = stages(tmp_path, {"a": [fails], "b": [f"touch {begun}; sleep 600; touch {whole}"], "c": [f"touch {whole}"]})
    assert found == [["a", True, "0 passed, 1 failed"]]
    assert not whole.exists()


def test_that_all_checks_of_a_broken_stage_are_run(tmp_path: Path) -> None:
    found = stages(tmp_path, {"a": ["exit 1", "exit 1", "true", "exit 1"], "b": ["true"]})
    assert found == [["a", True, "1 passed, 3 failed"]]


@pytest.mark.parametrize(
    ("closing", "returncode", "counted"),
    [
        ("..F\n1 failed, 41 passed, 2 skipped in 3.21s\n", 1, Tally(41, 1, 2)),
        ("======= 7 passed, 1 xfailed in 1.00s =======\n", 0, Tally(7, 0, 1)),
        ("== 3 passed, 2 errors in 1s ==\n", 1, Tally(3, 2, 0)),
        ("no tests ran in 0.01s\n", 5, Tally(0, 1, 0)),
        ("1 error in 0.10s\n", 2, Tally(0, 1, 0)),
        ("9 passed in 0.10s\n", -11, Tally(9, 1, 0)),
        ("Found 5 errors in 2 files (checked 40 source files)\n", 1, Tally(0, 1, 0)),
        ("", 0, Tally(1, 0, 0)),
    ],
)
def test_that_tests_are_counted_by_what_they_say_and_how_they_ended(
    tmp_path: Path, closing: str, returncode: int, counted: Tally
) -> None:
    output = tmp_path / "output"
    output.write_text(closing, encoding="utf-8")
    assert tally(Ended(Command("any", ["any"], output), returncode, 1.0)) == counted
