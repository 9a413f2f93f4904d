# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What happens in a run, as the report, the journal and the progress display want to know it.

The callback plugin translates Ansible's objects into these, once; whoever listens needs to know nothing of Ansible.
What a task hides (`no_log`) is taken away there, so that no listener can leak it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

Outcome = Literal["ok", "failed", "unreachable", "skipped"]


@dataclass(frozen=True)
class Run:
    """One run of a playbook, as the gate let it begin or refused it. Times are aware."""

    run_id: str
    started: datetime
    environment: str
    rehearsal: bool
    check_mode: bool
    state_directory: Path
    playbook: str
    """The playbooks as they were given on the command line."""
    inventories: Sequence[str]
    """The inventories as they were given on the command line."""
    headings: Mapping[str, str]
    """The plan's headings by their number."""
    plan: Sequence[Mapping[str, Any]]
    """The plan's lines: line, title, stage, role, proof, depends_on, built, carried_out_by, owner, planned."""
    change: Mapping[str, Any]
    """What the gate found out about change control; see `change_gate`'s return value `implementation.change`.

    It may be empty. Its keys: `required` (whether this run's work needs an approved record), `now` (ISO 8601, aware;
    the rehearsal's clock in a rehearsal), `board_meetings` (dates, ISO 8601), `records` (each with id, title,
    reference, approver, approved, evidence, digest, window as start, end, time_zone; state `approved` or why it is not;
    back_out), `time_zone` (that of the days that count; None for this machine's), `lines` (the id of the record that
    each selected line runs under), `refusals` (why the work is refused, in check mode would be), `emergency` (approver
    and reason, or None), `warnings`.
    """
    work: bool = True
    """Whether the gate let it change anything; a run that only proves does not."""
    procedure: str | None = None
    """The procedure that it let begin; None in a stage, and where it let nothing be changed."""
    command: Sequence[str] = ()
    """The words that start this run again, without values that `-e` gave; see `command_line.words`."""
    given: str | None = None
    """The digest of what `-e` gave (`given_values.digest`); None where it was not taken."""


@dataclass(frozen=True)
class Task:
    """A task that begins, on all of its hosts."""

    uuid: str
    name: str
    role: str
    """The role's name without its namespace; empty outside roles."""
    line: str | None
    """The line of the plan that it works for (its variable `implementation_line`)."""
    gap: bool
    """Whether its message names what no proof looks at (its variable `implementation_gap`)."""
    at: datetime
    once: bool = False
    """Whether it runs once for all hosts."""
    only_looks: bool = False
    """Whether it changes nothing for certain: it asks, decides, proves, or is a prediction."""


@dataclass(frozen=True)
class Result:
    """What became of a task on one host."""

    task: Task
    host: str
    """Where it ran: the host that it was delegated to, where it was."""
    outcome: Outcome
    ignored: bool
    """A failure that the task said does not matter."""
    check_mode: bool
    """Whether it was only a prediction, for the whole run or for this task."""
    content: Mapping[str, Any]
    """The result; where the task hides it, only `changed`."""
    hidden: bool
    at: datetime
    inventory_host: str = ""
    """The host of the inventory that it ran for, delegated or not."""

    @property
    def failed(self) -> bool:
        """Whether it counts as a failure of its line."""
        return self.outcome in ("failed", "unreachable") and not self.ignored

    @property
    def changed(self) -> bool:
        """Whether it changed something, or in check mode would."""
        return bool(self.content.get("changed"))

    @property
    def seconds(self) -> float:
        """How long it took from the task's beginning."""
        return (self.at - self.task.at).total_seconds()


class Listener:
    """Somebody who follows a run. What a listener raises is turned into a warning; it never fails the run."""

    def run_began(self, run: Run) -> None:
        """The first gate of the run has answered; called again, with what is known then, after each later gate."""

    def task_began(self, task: Task) -> None:
        """A task begins; it has been sent to no host yet."""

    def task_sent(self, task: Task, host: str) -> None:
        """The task is about to run for a host of the inventory; what the environment holds now, its worker inherits."""

    def task_ended(self, result: Result) -> None:
        """A task has ended on one host."""

    def run_ended(self, hosts: Mapping[str, Mapping[str, int]], at: datetime) -> Sequence[str]:
        """All plays are done, or were given up.

        Args:
            hosts: what Ansible's recap counts for each: ok, changed, unreachable, failures, skipped, rescued, ignored.
            at: when.

        Returns:
            Lines for the terminal, after Ansible's recap.
        """
        return ()
