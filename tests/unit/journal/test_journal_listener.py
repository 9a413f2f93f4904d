# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the run itself writes into its journal, what it tells modules, and what it never writes down."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils import run_variables
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.command_line import words
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.journal import Journal
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.progress import ProgressFollower
from scripts.working_copy import ROOT
from tests.unit.journal.run import a_result, a_run, a_task

SECRET = "correct horse"


@pytest.fixture
def journal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Journal]:
    for variable in (run_variables.JOURNAL, run_variables.TASK, run_variables.HOST):
        monkeypatch.setenv(variable, "from before")  # put back, or taken away, after the test
    journal = Journal(ProgressFollower())
    yield journal
    journal.run_ended({}, datetime.now(UTC))


def events(directory: Path) -> list[dict[str, Any]]:
    return [
        json.loads(line)
        for path in sorted((directory / "journal").glob("*"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]


def test_a_task_of_a_line_is_journalled_and_its_module_told(journal: Journal, tmp_path: Path) -> None:
    journal.run_began(a_run(tmp_path, plan=[{"line": "1.3", "title": "DNS, changes tested"}]))
    task = a_task("t1", once=True)
    journal.task_began(task)
    journal.task_sent(task, "localhost")
    assert os.environ[run_variables.JOURNAL] == str(tmp_path / "journal" / "2027-02-03T101500Z-1f9c0a.jsonl")
    assert (os.environ[run_variables.TASK], os.environ[run_variables.HOST]) == ("t1", "localhost")
    content = {"changed": True, "changes": [{"item": "a A", "action": "create", "before": None, "after": SECRET}]}
    journal.task_ended(a_result(task, content=content))
    began, sent, ended = events(tmp_path)
    assert (began["event"], sent["event"], ended["event"]) == ("run began", "task began", "task ended")
    assert (sent["line"], sent["title"], sent["role"], sent["once"]) == ("1.3", "DNS, changes tested", "dns", True)
    assert (ended["applied"], ended["applied_count"], ended["changed"]) == (["a A"], 1, True)
    assert SECRET not in json.dumps(events(tmp_path))


def test_other_tasks_are_not_and_their_modules_do_not_take_themselves_for_the_one_before(
    journal: Journal, tmp_path: Path
) -> None:
    journal.run_began(a_run(tmp_path))
    journal.task_sent(a_task("t1"), "localhost")
    for other in (a_task("t2", line=None), a_task("t3", gap=True)):
        journal.task_began(other)
        assert run_variables.TASK not in os.environ
        journal.task_sent(other, "localhost")
        assert run_variables.JOURNAL not in os.environ
        assert os.environ[run_variables.TASK] == other.uuid, "its progress is still its own"
        journal.task_ended(a_result(other))
    assert [event["event"] for event in events(tmp_path)] == ["run began", "task began"]


def test_a_procedure_is_journalled_from_the_first_task_that_may_change_something(
    journal: Journal, tmp_path: Path
) -> None:
    journal.run_began(a_run(tmp_path, procedure="rollback", plan=[{"line": "3.3", "title": "Database"}]))
    for looks in (a_task("asked", line=None, only_looks=True), a_task("looked", line="3.3", only_looks=True)):
        journal.task_sent(looks, "localhost")
        assert run_variables.JOURNAL not in os.environ
        journal.task_ended(a_result(looks, outcome="failed"))
    assert events(tmp_path) == [], "it was refused"
    for number, task in enumerate(
        (a_task("of no line", line=None), a_task("line", line="3.3"), a_task("proof", line=None, only_looks=True))
    ):
        journal.task_sent(task, "localhost")
        assert run_variables.JOURNAL in os.environ
        content = {"changed": True, "changes": [{"item": f"table {number}", "after": SECRET}], "msg": SECRET}
        journal.task_ended(a_result(task, content=content, hidden=number == 2))
    sent = [event for event in events(tmp_path) if event["event"] == "task began"]
    assert [(event["line"], event["title"], event["procedure"]) for event in sent] == [
        (None, None, "rollback"), ("3.3", "Database", "rollback"), (None, None, "rollback")
    ]  # fmt: skip
    ended = [event.get("applied") for event in events(tmp_path) if event["event"] == "task ended"]
    assert ended == [["table 0"], ["table 1"], None]
    assert SECRET not in json.dumps(events(tmp_path))


def test_a_playbook_is_not_journalled_under_the_procedure_of_the_one_before_it(
    journal: Journal, tmp_path: Path
) -> None:
    journal.run_began(a_run(tmp_path, procedure="rollback"))
    journal.task_sent(a_task("t1", line=None), "localhost")
    journal.run_ended({}, datetime.now(UTC))
    journal.task_sent(a_task("t2", line=None), "localhost")
    without: tuple[dict[str, Any], ...] = ({"work": False}, {"check_mode": True}, {})
    for facts in without:
        journal.run_began(a_run(tmp_path, **facts))
        journal.task_sent(a_task("t3", line=None), "localhost")
    assert [event["event"] for event in events(tmp_path)] == ["run began", "task began", "run ended"]


@pytest.mark.parametrize("facts", [{"check_mode": True}, {"work": False}], ids=["check mode", "proofs"])
@pytest.mark.parametrize("procedure", [None, "rollback"])
def test_a_run_that_changes_nothing_writes_nothing(
    journal: Journal, tmp_path: Path, facts: dict[str, Any], procedure: str | None
) -> None:
    journal.run_began(a_run(tmp_path, procedure=procedure, **facts))
    journal.task_sent(a_task("t1"), "localhost")
    assert run_variables.JOURNAL not in os.environ
    journal.task_ended(a_result(a_task("t1")))
    assert list(journal.run_ended({"localhost": {"failures": 1, "unreachable": 0}}, datetime.now(UTC))) == []
    assert list(tmp_path.iterdir()) == []


def test_of_a_hidden_result_nothing_is_written_but_that_it_changed(journal: Journal, tmp_path: Path) -> None:
    journal.run_began(a_run(tmp_path))
    journal.task_sent(a_task("t1"), "localhost")
    content = {"changed": True, "changes": [{"item": SECRET}], "applied": [SECRET], "pending": [SECRET], "msg": SECRET}
    journal.task_ended(a_result(a_task("t1"), outcome="failed", content=content, hidden=True))
    assert SECRET not in json.dumps(events(tmp_path))
    ended = events(tmp_path)[-1]
    assert (ended["hidden"], ended["changed"]) == (True, True)
    assert not {"applied", "pending"} & ended.keys()


def test_many_items_are_counted_and_not_all_named(journal: Journal, tmp_path: Path) -> None:
    journal.run_began(a_run(tmp_path))
    journal.task_sent(a_task("t1"), "web1-live")
    items = [f"row {number}" for number in range(5000)]
    content = {"changed": True, "applied": items[:2000], "pending": items[2000:], "changes": []}
    journal.task_ended(a_result(a_task("t1"), host="web1-live", outcome="failed", content=content))
    ended = events(tmp_path)[-1]
    assert (ended["applied_count"], ended["pending_count"]) == (2000, 3000)
    assert len(json.dumps(ended)) < 4096


def test_what_a_task_only_predicted_was_not_applied(journal: Journal, tmp_path: Path) -> None:
    journal.run_began(a_run(tmp_path))
    journal.task_sent(a_task("t1"), "localhost")
    content = {"changed": True, "changes": [{"item": "a A"}]}
    journal.task_ended(a_result(a_task("t1"), content=content, check_mode=True))
    assert "applied" not in events(tmp_path)[-1]
    assert events(tmp_path)[-1]["check_mode"] is True


def test_the_change_is_written_again_when_a_later_gate_knows_another(journal: Journal, tmp_path: Path) -> None:
    for number, lines in enumerate([{"1.3": "SAS005-150"}, {"1.3": "SAS005-150"}, {"2.3": "SAS005-159"}]):
        journal.run_began(a_run(tmp_path, change={"lines": lines, "emergency": None}))
        journal.task_sent(a_task(f"t{number}"), "localhost")
    began = [event["changes"] for event in events(tmp_path) if event["event"] == "run began"]
    assert began == [["SAS005-150"], ["SAS005-159"]]


@pytest.mark.parametrize(
    ("playbook", "status"),
    [
        ("playbooks/live.yml", "playbooks/status.yml"),
        ("playbooks/stages/servers.yml", "playbooks/status.yml"),
        ("uoe.exam_scheduling.live", "uoe.exam_scheduling.status"),
    ],
)
def test_after_a_failure_it_says_where_to_look(
    journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, playbook: str, status: str
) -> None:
    monkeypatch.chdir(ROOT)
    command = ("ansible-playbook", "-i", "inventories/live", "--tags", "dns", playbook)
    journal.run_began(a_run(tmp_path, command=command))
    journal.task_sent(a_task("t1"), "localhost")
    said = journal.run_ended({"localhost": {"failures": 1, "unreachable": 0}}, datetime.now(UTC))
    assert f"ansible-playbook -i inventories/live {status}" in "\n".join(said)
    assert events(tmp_path)[-1]["outcome"] == "failed"


def test_the_command_has_what_starts_it_again_and_no_value_of_e(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    options = {
        "args": (str(tmp_path / "playbooks/live.yml"),),
        "inventory": (str(tmp_path / "inventories/live"), "/elsewhere/hosts", "web1,"),
        "tags": ("dns", "https"),
        "skip_tags": ("slow",),
        "subset": "web1-live",
        "vault_ids": ("live@prompt",),
        "become_ask_pass": True,
        "extra_vars": (f"reason='{SECRET}' approver=x", json.dumps({"token": SECRET}), "@more.yml", f"[{SECRET}"),
        "start_at_task": "something",
    }
    assert words(options, program="/somewhere/bin/ansible-playbook-that-is-not-on-path") == (
        "/somewhere/bin/ansible-playbook-that-is-not-on-path",
        *("-i", "inventories/live", "-i", "/elsewhere/hosts", "-i", "web1,"),
        *("--tags", "dns,https", "--skip-tags", "slow", "--limit", "web1-live"),
        *("--start-at-task", "something", "--vault-id", "live@prompt"),
        "--ask-become-pass",
        *("-e", "reason=…", "-e", "approver=…", "-e", "token=…", "-e", "@more.yml"),
        "playbooks/live.yml",
    )
    assert words({"args": ("uoe.exam_scheduling.live",), "tags": ("all",)}, program="x") == (
        "x",
        "uoe.exam_scheduling.live",
    )
