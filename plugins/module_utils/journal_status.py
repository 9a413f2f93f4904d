# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From journals to what stands, what is half-done, and the one next command. Pure.

Nothing is claimed that a journal does not say: a change counts as in force when its module said so, a task as ended
when the run said so, and a run as ended when it said so itself.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.journal_reader import RunJournal

RunState = Literal["going on", "ended", "failed", "broken off"]


@dataclass
class Work:
    """One task of a line, or of a procedure, on one host, in one run."""

    run_id: str
    task: str
    name: str
    role: str
    line: str
    """Empty where it works for no line, but for the procedure alone."""
    title: str
    """The line's."""
    procedure: str
    """The procedure that was run; empty in a stage."""
    host: str
    once: bool
    """It runs once for all hosts, and the host is just the first of them."""
    began: datetime
    seen: datetime
    """When it last changed something, began or ended, as far as is known."""
    ended: datetime | None = None
    outcome: str = ""
    excused: bool = False
    """It failed, and the playbook says that this does not matter; or it only predicted."""
    changed: bool = False
    applied: list[str] = field(default_factory=list)
    """Items that are in force, as far as they are named."""
    applied_count: int = 0
    pending: list[str] = field(default_factory=list)
    """Items that are not known to be in force."""
    pending_count: int = 0

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same work in another run."""
        # outside roles, several playbooks have tasks of the same name
        return self.role or self.procedure, self.name, "" if self.once else self.host

    @property
    def done(self) -> bool:
        """Whether it ended as it should."""
        return self.ended is not None and (self.excused or self.outcome in ("ok", "skipped"))


@dataclass
class RunRecord:
    """One run, as far as its journal goes."""

    run_id: str
    about: Mapping[str, Any]
    """What it said of itself as it began; empty if not even that is there."""
    changes: Sequence[str]
    state: RunState
    first: datetime | None
    last: datetime | None
    """Its first and its last sign of life."""
    works: Sequence[Work]
    unreadable: int

    @property
    def command(self) -> Sequence[str]:
        """The words that it was started with."""
        return [str(word) for word in self.about.get("command") or ()]

    @property
    def in_part(self) -> bool:
        """Whether it left out tasks by their place in the playbook, or by asking."""
        return bool(self.given("--start-at-task")) or "--step" in self.command

    @property
    def playbook(self) -> str:
        """The name of its playbook, without directory, collection and suffix."""
        name = str(self.about.get("playbook") or "").rpartition("/")[2]
        return name.removesuffix(".yml").removesuffix(".yaml").rpartition(".")[2]

    def given(self, option: str) -> set[str]:
        """Return what was given for an option of the command, divided at commas; nothing if it was not given."""
        words = self.command
        values = [value for word, value in itertools.pairwise(words) if word == option]
        return {part for value in values for part in value.split(",")}

    @property
    def values(self) -> str:
        """What was given with `-e`: a digest of it, or in journals that have none, the names."""
        digest = self.about.get("given")
        if digest is None:
            words = (value for word, value in itertools.pairwise(self.command) if word == "-e")
            return " ".join(sorted(word for word in words if not word.startswith("change_control_")))
        return str(digest)

    @property
    def applied_nothing(self) -> bool:
        """Whether it failed, each of its tasks ended, and nothing is, or may be, in force by any of them.

        Of a task that lost its host nobody knows what it has done.
        """
        return self.state == "failed" and not any(
            work.ended is None
            or (work.outcome == "unreachable" and not work.excused)
            or work.changed
            or work.applied_count
            or work.pending_count
            for work in self.works
        )

    def covers(self, other: RunRecord) -> bool:
        """Return whether all that the other run had to do is done by this one, which came later."""
        tags, limit = self.given("--tags"), self.given("--limit")
        others = other.given("--tags")
        return (
            self.state == "ended"
            and not self.in_part
            and self.playbook == other.playbook
            # where nothing was applied, values were mistyped or refused: nothing is left that only the same ones finish
            and (self.values == other.values or other.applied_nothing)
            and (not tags or (bool(others) and others <= tags))
            and self.given("--skip-tags") <= other.given("--skip-tags")
            and (not limit or limit == other.given("--limit"))
        )


@dataclass(frozen=True)
class Standing:
    """What was last applied of a line, or by a procedure beside the plan."""

    line: str
    """Empty where it is a procedure's."""
    title: str
    run_id: str
    at: datetime
    items: int
    """In the run that applied something last; 0 where tasks changed something without naming items."""
    procedure: str = ""
    """Empty where it is a line's."""


@dataclass(frozen=True)
class Status:
    """The answer: what was, what stands, what is half-done, what comes next."""

    last: RunRecord | None
    going_on: Sequence[RunRecord]
    standing: Sequence[Standing]
    half_done: Sequence[Work]
    """Tasks that began and did not end, or failed, and were not done by a later run; those of the last run first."""
    unfinished: Sequence[RunRecord]
    """Runs that were broken off or failed, and that no later run covers; the last of them is to be carried on first."""
    unreadable: int

    @property
    def carry_on(self) -> RunRecord | None:
        """The run whose command comes next; None while a run goes on, and if nothing is left."""
        return None if self.going_on or not self.unfinished else self.unfinished[-1]


def status_of(journals: Sequence[RunJournal]) -> Status:
    """Return the status.

    Args:
        journals: of all runs, the oldest first.
    """
    runs = [_record(journal) for journal in journals]
    unfinished = [
        run
        for index, run in enumerate(runs)
        if run.state in ("failed", "broken off") and not any(later.covers(run) for later in runs[index + 1 :])
    ]
    # the same task with other values, such as another step of a procedure, is other work
    later_done = {(run.values, work.key): work.run_id for run in runs for work in run.works if work.done}
    half_done = [
        work
        for run in reversed(unfinished)
        for work in run.works
        if not work.done and later_done.get((run.values, work.key), "") <= work.run_id
    ]
    return Status(
        last=runs[-1] if runs else None,
        going_on=[run for run in runs if run.state == "going on"],
        standing=_standing(runs),
        half_done=half_done,
        unfinished=unfinished,
        unreadable=sum(run.unreadable for run in runs),
    )


def _record(journal: RunJournal) -> RunRecord:
    about: Mapping[str, Any] = {}
    changes: list[str] = []
    works: dict[tuple[str, str], Work] = {}
    outcome = None
    for event in journal.events:
        key = str(event.get("task")), str(event.get("host"))
        work = works.get(key)
        if event["event"] == "run began":
            outcome = None  # several playbooks on one command line are one run, of which each says when it has ended
            about = event
            changes += [change for change in event.get("changes") or () if change not in changes]
        elif event["event"] == "task began":
            works[key] = _begun(journal.run_id, event)
        elif event["event"] == "applied" and work is not None:
            work.applied.append(str(event.get("item")))
            work.applied_count += 1
            work.changed = True
            work.seen = event["at"]
        elif event["event"] == "task ended" and work is not None:
            _end(work, event)
        elif event["event"] == "run ended":
            outcome = event.get("outcome")
    if outcome is not None:
        state: RunState = "ended" if outcome == "ok" else "failed"
    else:
        state = "going on" if journal.alive else "broken off"
    if state == "ended":
        # A failure that the run survived was rescued by its playbook.
        for work in works.values():
            work.excused = work.excused or work.outcome in ("failed", "unreachable")
    times = [event["at"] for event in journal.events]
    return RunRecord(
        journal.run_id,
        about,
        changes,
        state,
        min(times, default=None),
        max(times, default=None),
        list(works.values()),
        journal.unreadable,
    )


def _begun(run_id: str, event: Mapping[str, Any]) -> Work:
    fields = ("task", "name", "role", "line", "title", "procedure", "host")
    task, name, role, line, title, procedure, host = (str(event.get(field) or "") for field in fields)
    once, at = bool(event.get("once")), event["at"]
    return Work(run_id, task, name, role, line, title, procedure, host, once, at, at)


def _end(work: Work, event: Mapping[str, Any]) -> None:
    """Take in how a task ended. What its module journalled itself is more than the result says, or the same."""
    work.ended = work.seen = event["at"]
    work.outcome = str(event.get("outcome"))
    work.excused = bool(event.get("ignored") or event.get("check_mode"))
    work.changed = work.changed or (bool(event.get("changed")) and not event.get("check_mode"))
    if not work.applied:
        work.applied = [str(item) for item in event.get("applied") or ()]
        work.applied_count = int(event.get("applied_count") or 0)
    work.pending = [str(item) for item in event.get("pending") or ()]
    work.pending_count = int(event.get("pending_count") or 0)


def _standing(runs: Sequence[RunRecord]) -> list[Standing]:
    """Return for each line, and each procedure beside the plan, what the last run applied that applied something."""
    standing: dict[tuple[str, str], Standing] = {}
    for run in runs:
        of_run: dict[tuple[str, str], Standing] = {}
        for work in run.works:
            if not work.changed and not work.applied_count:
                continue
            key = work.line, "" if work.line else work.procedure
            have = of_run.get(key)
            at, items = work.seen, work.applied_count
            if have is not None:
                at, items = max(at, have.at), items + have.items
            of_run[key] = Standing(work.line, work.title, run.run_id, at, items, key[1])
        standing.update(of_run)
    # lines in the plan's order, then procedures
    return sorted(standing.values(), key=lambda each: (each.procedure, _sortable(each.line)))


def _sortable(line: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (0, part) for part in line.split(".")]
