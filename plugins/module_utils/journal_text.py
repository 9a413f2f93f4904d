# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A status as an engineer reads it at night: a dozen lines, each with its label, the next command last."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from shlex import join

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.journal_status import (
    RunRecord,
    Standing,
    Status,
    Work,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.report_reader import LastState

_MOST_ITEMS = 3
_MOST_WORKS = 4
_MOST_LINES = 6


def text_of(status: Status, proofs: Mapping[str, LastState], unreadable: Sequence[object] = ()) -> list[str]:
    """Return the lines. They hold no colon that is followed by a space, so that a list of them in YAML has no quotes.

    Args:
        status: the status.
        proofs: each line's state in the last report, by line.
        unreadable: the reports that could not be read.
    """
    lines = [*_lines(status, proofs)]
    if unreadable:
        said = f"{_counted(len(unreadable), 'report')}; a proof may be missing here; the last is {unreadable[0]}"
        lines.append(("Unreadable", _plain(said)))
    return [f"{label:<10} {words}" for label, words in lines]


def result_of(status: Status, proofs: Mapping[str, LastState], unreadable: Sequence[object] = ()) -> dict[str, object]:
    """Return what module `journal_info` returns."""
    run = status.carry_on
    return {
        "text": text_of(status, proofs, unreadable),
        "state": "going on" if status.going_on else "unfinished" if status.unfinished else "finished",
        "next_command": next_command(status),
        "next_directory": None if run is None else run.about.get("directory"),
        "last_run": None if status.last is None else {"run": status.last.run_id, "state": status.last.state},
        "standing": [
            {**_of(each), "run": each.run_id, "at": each.at.isoformat(), "items": each.items}
            for each in status.standing
        ],
        "half_done": [
            {
                **_of(work),
                "task": work.name,
                "role": work.role,
                "host": work.host,
                "ended": work.ended is not None,
                "applied": work.applied,
                "applied_count": work.applied_count,
                "pending": work.pending,
                "pending_count": work.pending_count,
            }
            for work in status.half_done
        ],
        "unreadable": status.unreadable,
    }


def _of(what: Standing | Work) -> dict[str, str | None]:
    return {"line": what.line or None, "procedure": what.procedure or None}


def next_command(status: Status) -> str | None:
    """Return the command that carries on, for a shell; None if there is none to give.

    Where the run began in the middle of the playbook is left out: work that was broken off is done from its beginning.
    """
    run = status.carry_on
    if run is None or not run.command:
        return None
    pairs = zip(["", *run.command], run.command, strict=False)
    skipped = "--start-at-task"
    return join(word for before, word in pairs if skipped not in (before, word) and word != "--step")


def _lines(status: Status, proofs: Mapping[str, LastState]) -> Iterator[tuple[str, str]]:
    if status.last is None:
        yield "Last run", "none; nothing was ever applied from this state directory"
        yield "Next", "nothing is to be carried on"
        return
    yield from _run(status.last, "Last run")
    for run in status.going_on:
        if run is not status.last:
            yield from _run(run, "Also")
    yield from _standing(status, proofs)
    yield from _half_done(status)
    yield from _next(status)
    if status.unreadable:
        lines = _counted(status.unreadable, "line")
        yield "Unreadable", f"{lines} of the journals, such as one that was cut off when its run was killed"


def _run(run: RunRecord, label: str) -> Iterator[tuple[str, str]]:
    yield label, f"{run.run_id}, playbook {run.about.get('playbook') or 'not known'}{_scope(run)}"
    under = f"under {', '.join(run.changes)}" if run.changes else "under no change record"
    if emergency := run.about.get("emergency"):
        under = f"EMERGENCY approved by {emergency.get('approver')}, reason {emergency.get('reason')}"
    yield "Who", f"{run.about.get('who') or 'not known'}, {under}"
    ended = {
        "going on": "it is still going on",
        "ended": "it ended without a failure",
        "failed": "it ended with a FAILURE",
        "broken off": "BROKEN OFF; no process of it is left, and it never said that it ended",
    }[run.state]
    yield "State", ended
    yield "When", f"began {_time(run.first)}, last sign of it {_time(run.last)}"


def _scope(run: RunRecord) -> str:
    words = [
        f"{option} {','.join(sorted(given))}"
        for option in ("--tags", "--skip-tags", "--limit")
        if (given := run.given(option))
    ]
    return f" {' '.join(words)}" if words else ""


def _standing(status: Status, proofs: Mapping[str, LastState]) -> Iterator[tuple[str, str]]:
    if not status.standing:
        yield "Stands", "nothing was applied"
    # The last run's lines are what is asked about first; the others are in `standing`.
    newest_first = sorted(status.standing, key=lambda each: each.at, reverse=True)
    for standing in newest_first[:_MOST_LINES]:
        proof = proofs.get(standing.line)
        items = f"{_counted(standing.items, 'item')} applied" if standing.items else "changed"
        if not standing.line:
            yield "Stands", f"{_subject(standing)} last {items} {_time(standing.at)}"
            continue
        title = _plain(f"{standing.line} {standing.title}")
        since = proof is not None and (proof.run == standing.run_id or proof.at >= standing.at)
        state = f"{proof.state} {_time(proof.at)}" if proof and since else "not proven since"
        yield "Stands", f"{title}, last {items} {_time(standing.at)}, {state}"
    if len(newest_first) > _MOST_LINES:
        yield "Stands", f"and {_counted(len(newest_first) - _MOST_LINES, 'more line')}"


def _half_done(status: Status) -> Iterator[tuple[str, str]]:
    if not status.half_done:
        yield "Half-done", "nothing that began is known to be unfinished" if status.going_on else "nothing"
    for work in status.half_done[:_MOST_WORKS]:
        end = "did not end" if work.ended is None else f"failed {_time(work.ended)}"
        host = "" if work.once else f", for {work.host}"
        yield "Half-done", f"{_subject(work)} {_task(work)}{host}, began {_time(work.began)}, {end}"
        yield "", _in_force(work)
    if len(status.half_done) > _MOST_WORKS:
        yield "Half-done", f"and {_counted(len(status.half_done) - _MOST_WORKS, 'more task')}"


def _subject(what: Standing | Work) -> str:
    """Return what was worked for: the line's number, or the procedure."""
    return what.line or _plain(f"procedure {what.procedure},")


def _task(work: Work) -> str:
    """Return the task's name without its role, which its line of the plan, or the procedure, says as well."""
    return _plain(work.name.rpartition(" : ")[2])


def _in_force(work: Work) -> str:
    """Say what is known of a task's items, and nothing else."""
    count = max(work.applied_count, len(work.applied))
    words = f"in force {_named(work.applied, count)}" if count else "in force nothing that is known of"
    if count == 0 and work.changed:
        words = "in force something that it does not name"
    if work.pending_count:
        return f"{words}; not known to be in force {_named(work.pending, work.pending_count)}"
    return words


def _named(items: Sequence[str], count: int) -> str:
    named = ", ".join(_plain(item) for item in items[:_MOST_ITEMS])
    more = f" and {count - _MOST_ITEMS} more" if count > _MOST_ITEMS else ""
    return f"{_counted(count, 'item')} ({named}{more})"


def _next(status: Status) -> Iterator[tuple[str, str]]:
    command, run = next_command(status), status.carry_on
    if status.going_on:
        yield "Next", "wait until the run that is going on has ended, then ask again"
    elif run is None:
        yield "Next", "nothing is to be carried on"
    elif command is None:
        yield "Next", f"run {run.run_id}'s command again, which its journal does not hold any more"
    else:
        yield "Next", command
        if directory := run.about.get("directory"):
            yield "From", f"{directory}; what stands is left alone, what is missing is done"
        if "…" in command:
            yield "Note", "… stands for what was given with -e, and is not journalled because it may be secret"
        if len(status.unfinished) > 1:
            yield "Then", f"ask again, for {_counted(len(status.unfinished) - 1, 'earlier run')} did not end well"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _plain(words: str) -> str:
    """Return words on one line, which YAML shows without quotes."""
    return re.sub(r"(:*\s)+", " ", words).strip()


def _time(at: datetime | None) -> str:
    return "not known" if at is None else f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
