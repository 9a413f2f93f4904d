# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What status says of procedures, whose tasks work for a line of the plan or for none."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.callback.implementation_report import only_looks
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.journal_reader import RunJournal
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.journal_status import status_of
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.journal_text import result_of, text_of
from tests.unit.journal.test_journal_status import START, journal, run, written


@pytest.mark.parametrize(
    ("action", "looks"),
    [
        ("ansible.builtin.assert", True),
        ("debug", True),
        ("ansible.windows.win_service_info", True),
        ("uoe.exam_scheduling.mssql_info", True),
        ("uoe.exam_scheduling.change_gate", True),
        ("ansible.windows.win_service", False),
        ("ansible.builtin.command", False),
        ("uoe.exam_scheduling.mssql_table_data", False),
    ],
)
def test_what_only_looks_is_told_by_its_action(action: str, looks: bool) -> None:
    assert only_looks(action) is looks


def of_rollback(*tasks: tuple[str, str | None, dict[str, Any] | None], outcome: str | None = None) -> RunJournal:
    """Return the journal of a run of rollback.yml: each task with its line, and how it ended, if it did."""
    words = ["ansible-playbook", "-i", "inventories/live", "-e", "ticket=…", "playbooks/rollback.yml"]
    events: list[dict[str, Any]] = [{"event": "run began", "playbook": "playbooks/rollback.yml", "command": words}]
    for name, line, end in tasks:
        of = {"task": name, "host": "sql-live"}
        about = {"name": name, "role": "", "line": line, "title": line and "Database", "procedure": "rollback"}
        events.append({"event": "task began", **of, **about, "once": False})
        events += [] if end is None else [{"event": "task ended", **of, "outcome": "ok", "changed": False, **end}]
    return journal(written([*events, *([{"event": "run ended", "outcome": outcome}] if outcome else [])]), name="2")


def test_a_procedure_that_was_killed_is_half_done_and_its_command_carries_on() -> None:
    status = status_of(
        [
            run("1", "ok", tasks={"records": "ok"}),
            of_rollback(
                ("Clear", "3.3", {"changed": True, "applied": ["Exams"], "applied_count": 1}), ("Forget", None, None)
            ),
        ]
    )
    told: dict[str, Any] = result_of(status, {})
    assert (told["state"], told["last_run"]) == ("unfinished", {"run": "2", "state": "broken off"})
    shown = "\n".join(text_of(status, {}))
    assert "Half-done  procedure rollback, Forget, for sql-live, began 2027-03-28 00:59:03 UTC, did not end" in shown
    assert "Next       ansible-playbook -i inventories/live -e 'ticket=…' playbooks/rollback.yml" in shown
    (half_done,) = told["half_done"]
    assert (half_done["line"], half_done["procedure"], half_done["task"]) == (None, "rollback", "Forget")


def test_what_a_procedure_has_changed_beside_the_plan_stands_after_the_lines() -> None:
    changed = {"changed": True}
    rolled_back = of_rollback(("Clear", "3.3", changed), ("Forget", None, changed), outcome="ok")
    first = run("1", None, tasks={"records": ""})
    applied = {"event": "applied", "task": "records", "host": "localhost", "item": "a A", "at": START}
    status = status_of([RunJournal("1", [*first.events, applied]), rolled_back])
    assert [(each.line, each.procedure) for each in status.standing] == [("1.3", ""), ("3.3", ""), ("", "rollback")]
    shown = "\n".join(text_of(status, {}))
    assert "Stands     procedure rollback, last changed 2027-03-28 00:59:04 UTC" in shown
    assert "Stands     3.3 Database, last changed 2027-03-28 00:59:02 UTC, not proven since" in shown


def test_a_task_of_another_playbook_that_has_the_same_name_makes_up_for_nothing() -> None:
    killed = of_rollback(("Say what stands", None, None))
    of_another = [{**event, "procedure": "go_live"} for event in of_rollback(("Say what stands", None, {})).events]
    assert len(status_of([killed, RunJournal("3", of_another)]).half_done) == 1
    assert not status_of([killed, RunJournal("3", of_rollback(("Say what stands", None, {})).events)]).half_done
