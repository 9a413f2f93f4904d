# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run leaves behind for its report: its lines, its tasks, and the failures that belong to no line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.line_record import LineRecord
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.report.text import clean, first_line
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.run_events import Result, Run, Task

MOST_TASKS = 2000
"""How many tasks the report's timeline keeps; they are counted beyond that."""
MOST_FAILURES = 100


@dataclass
class TaskRecord:
    """One task on all of its hosts. Results themselves are not kept: a run has thousands."""

    task: Task
    ended: datetime
    hosts: dict[str, int] = field(default_factory=dict)
    """How many hosts ended it in which way: ok, changed, failed, unreachable, skipped, ignored."""

    def add(self, result: Result) -> None:
        """Count a result."""
        self.ended = max(self.ended, result.at)
        outcome: str = "ignored" if result.ignored else result.outcome
        if outcome == "ok" and result.changed:
            outcome = "changed"
        self.hosts[outcome] = self.hosts.get(outcome, 0) + 1

    def as_dict(self) -> dict[str, Any]:
        """Return the task as the report holds it."""
        return {
            "name": clean(self.task.name, 200),
            "role": self.task.role,
            "line": self.task.line,
            "began": self.task.at.isoformat(timespec="milliseconds"),
            "seconds": round((self.ended - self.task.at).total_seconds(), 3),
            "hosts": self.hosts,
        }


@dataclass
class Collector:
    """Follows a run and keeps what its report needs, in bounded space."""

    run: Run | None = None
    lines: dict[str, LineRecord] = field(default_factory=dict)
    tasks: dict[str, TaskRecord] = field(default_factory=dict)
    tasks_left_out: int = 0
    failures: list[dict[str, str]] = field(default_factory=list)
    """Failures of tasks that work for no line: a question before anything is touched, the gate itself."""

    def began(self, run: Run) -> None:
        """Keep what the gate said last, with what it said of other stages before."""
        before = self.run.change if self.run else {}
        self.run = run if not before else _with_change(run, before)

    def ended(self, result: Result) -> None:
        """Take in a result."""
        if result.outcome != "skipped":
            self._add_to_timeline(result)
        task, run = result.task, self.run
        if task.line is not None:
            record = self.lines.setdefault(task.line, LineRecord())
            record.add(result, predicted=bool(run and run.check_mode), work=bool(run and run.work))
        elif result.failed and len(self.failures) < MOST_FAILURES:
            self.failures.append(
                {
                    "task": clean(task.name, 200),
                    "role": task.role,
                    "host": clean(result.host, 200),
                    "words": first_line(result.content.get("msg", result.outcome)),
                }
            )

    def _add_to_timeline(self, result: Result) -> None:
        record = self.tasks.get(result.task.uuid)
        if record is None:
            if len(self.tasks) >= MOST_TASKS:
                self.tasks_left_out += 1
                return
            record = self.tasks[result.task.uuid] = TaskRecord(result.task, result.at)
        record.add(result)


def _with_change(run: Run, before: Mapping[str, Any]) -> Run:
    """Return the run with the records and lines of all stages that were asked for so far."""
    now = run.change
    refusals = [*now.get("refusals", ())]
    if run.check_mode:
        # a check run goes on, and each gate speaks of the work from its play on: what one before it refused holds
        refusals = [*before.get("refusals", ()), *refusals]
    of_work: dict[str, str] = {}
    for refusal in refusals:
        # by the piece of work that it begins with: a minute later it is refused in other words
        of_work.setdefault(refusal.partition(": ")[0], refusal)
    records = {record["id"]: record for record in (*before.get("records", ()), *now.get("records", ()))}
    merged = {
        **before,
        **now,
        "records": list(records.values()),
        "lines": {**before.get("lines", {}), **now.get("lines", {})},
        "refusals": list(of_work.values()),
        "emergency": now.get("emergency") or before.get("emergency"),
    }
    return Run(**{**vars(run), "change": merged})
