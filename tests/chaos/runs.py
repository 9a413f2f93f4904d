# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of ansible-playbook whose tasks are counted as they begin, so that a fault can strike at one of them."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from emulators.estate.estate import ROOT
from tests.chaos.matrix import Step
from tests.compiled import COMPILED

_TASK = re.compile(r"^(?:TASK|RUNNING HANDLER) \[(.*)\] \**$")
_CHANGED = re.compile(r"changed=(\d+)")
_REPORT = re.compile(r"^Report: (.+)$", re.MULTILINE)
TRACES = ("Traceback (most recent call last)", "MODULE FAILURE", "Module result deserialization failed")
"""What a run prints where a message should be."""


@dataclass
class Outcome:
    """How a run went."""

    code: int = 0
    tasks: list[str] = field(default_factory=list)
    began: list[float] = field(default_factory=list)
    """When each task began, and when the run ended, in seconds."""
    changing: list[int] = field(default_factory=list)
    """The numbers of the tasks that changed anything, from 1."""
    fatal: int = 0
    """The number of the last task that failed on a host, or did not reach it; 0 if none did."""
    text: str = ""
    lines: dict[str, str] = field(default_factory=dict)
    """What its report says of each line of the plan: its state after this run."""
    endless: bool = False
    """Whether it was ended because its time was over."""

    def moments(self) -> list[int]:
        """Return the numbers of the role's own tasks up to the last that changes anything, or of all if none does."""
        last = self.changing[-1] if self.changing else len(self.tasks)
        return [number for number, name in enumerate(self.tasks, 1) if " : " in name and number <= last]

    def changing_moments(self) -> list[int]:
        """Return the numbers of the role's own tasks that change anything, or of all if none does."""
        return [number for number in self.moments() if number in self.changing] or self.moments()

    def duration(self, number: int) -> float:
        """Return how many seconds a task took."""
        return self.began[number] - self.began[number - 1]

    def other_than(self, other: Outcome) -> str:
        """Return the states of lines of the plan that differ from those of another run; nothing if none does."""
        pairs = [(line, self.lines.get(line), other.lines.get(line)) for line in sorted({*self.lines, *other.lines})]
        return ", ".join(f"{line} {mine} instead of {theirs}" for line, mine, theirs in pairs if mine != theirs)

    @property
    def broke_off(self) -> str:
        """The name of the task at which it ended, without that of its role."""
        return short(self.tasks[: self.fatal or None])

    @property
    def changed(self) -> int:
        """How many results say that something changed."""
        return sum(map(int, _CHANGED.findall(self.text)))

    @property
    def trace(self) -> str | None:
        """What it printed where a message should be, if it did."""
        return next((trace for trace in TRACES if trace in self.text), None)


class Runner:
    """Runs the playbook of a step in an estate."""

    def __init__(self, network: str, overlay: Path) -> None:
        self.network = network
        self.overlay = overlay

    def run(
        self,
        step: Step,
        *options: str,
        seconds: float,
        at: int | None = None,
        after: float = 0,
        strike: Callable[[subprocess.Popen[str]], None] | None = None,
    ) -> Outcome:
        """Run the playbook, and return how it went.

        Args:
            step: whose playbook, with its role's tag.
            options: further ones of ansible-playbook.
            seconds: after which it is killed.
            at: the number of the task at whose beginning `strike` is called.
            after: so many seconds later instead, whatever it does by then.
            strike: is given the process.
        """
        inventories = [ROOT / "inventories/live", ROOT / "inventories/rehearsal", self.overlay]
        process = subprocess.Popen(
            [
                Path(sys.executable).with_name("ansible-playbook"),
                *(option for path in inventories for option in ("-i", str(path))),
                ROOT / "playbooks/stages" / f"{step.playbook}.yml",
                *("--tags", step.role, *options),
            ],
            cwd=ROOT,
            env={**os.environ, **COMPILED, "EXAM_REHEARSAL_NETWORK": self.network, "ANSIBLE_NOCOLOR": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        outcome = Outcome()

        def give_up() -> None:
            outcome.endless = True
            end(process)

        watch = threading.Timer(seconds, give_up)
        watch.start()
        blow: threading.Timer | None = None
        lines = []
        assert process.stdout is not None
        try:
            for line in process.stdout:
                lines.append(line)
                if found := _TASK.match(line):
                    outcome.tasks.append(found[1])
                    outcome.began.append(time.monotonic())
                    if strike is not None and len(outcome.tasks) == at:
                        if after:
                            blow = threading.Timer(after, strike, [process])
                            blow.start()
                        else:
                            strike(process)
                elif line.startswith("fatal: ["):
                    outcome.fatal = len(outcome.tasks)
                elif line.startswith("changed: [") and len(outcome.tasks) not in outcome.changing:
                    outcome.changing.append(len(outcome.tasks))
            outcome.code = process.wait()
        finally:
            outcome.began.append(time.monotonic())
            watch.cancel()
            if blow is not None:
                blow.cancel()
            end(process)
        outcome.text = "".join(lines)
        if found := _REPORT.search(outcome.text):
            report = json.loads(Path(found[1]).read_text(encoding="utf-8"))
            outcome.lines = {line["line"]: line["state_of_run"] for line in report["lines"]}
        return outcome


def short(tasks: Sequence[str]) -> str:
    """Return the name of the last of these tasks, without that of its role."""
    return tasks[-1].rpartition(" : ")[2] if tasks else "no task"


def end(process: subprocess.Popen[str]) -> None:
    """Kill a run and all that it has started, as the machine's end would."""
    if process.poll() is not None:
        return
    # stopped first, so that it starts nothing while its own are looked for; workers are in sessions of their own
    process.send_signal(signal.SIGSTOP)
    for pid in (*_descendants(process.pid), process.pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _descendants(pid: int) -> list[int]:
    """Return the processes that a process has started, and those that these have."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return []
    return [each for child in map(int, children) for each in (child, *_descendants(child))]
