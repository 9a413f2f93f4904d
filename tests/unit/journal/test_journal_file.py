# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What modules append on the controller: each change, whole lines, nothing hidden, no trouble for the work itself."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.testing import patch_module_args

from ansible_collections.uoe.exam_scheduling.plugins.module_utils import run_variables
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.journal import JournalFile, journalled
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.journal_reader import parse, read_journals
from tests.module_runner import run_module


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a journal that a run has begun, and that its modules find."""
    path = tmp_path / "journal" / "run.jsonl"
    path.parent.mkdir()
    JournalFile(path, create=True).close()
    monkeypatch.setenv(run_variables.JOURNAL, str(path))
    monkeypatch.setenv(run_variables.TASK, "task-1")
    monkeypatch.setenv(run_variables.HOST, "localhost")
    return path


def events(path: Path) -> list[dict[str, Any]]:
    found, unreadable = parse(path.read_bytes())
    assert unreadable == 0
    return found


@pytest.fixture
def warnings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what modules warn of."""
    warnings: list[str] = []
    monkeypatch.setattr(AnsibleModule, "warn", lambda _module, text: warnings.append(text))
    return warnings


def module(**settings: Any) -> AnsibleModule:
    with patch_module_args({"password": "correct horse", **settings}):
        return AnsibleModule({"password": {"type": "str", "no_log": True}}, supports_check_mode=True)


def test_a_module_journals_what_it_applied(journal: Path, tmp_path: Path) -> None:
    directory = tmp_path / "state"
    run_module("state_directory", {"path": str(directory), "environment": "test"}, check=True)
    assert events(journal) == []
    run_module("state_directory", {"path": str(directory), "environment": "test"})
    (event,) = events(journal)
    assert event.pop("at").utcoffset() is not None
    assert event == {
        "v": 1,
        "event": "applied",
        "task": "task-1",
        "host": "localhost",
        "item": str(directory),
        "action": "create",
    }
    run_module("state_directory", {"path": str(directory), "environment": "test"})
    assert len(events(journal)) == 1, "nothing is applied the second time"


def test_nothing_is_journalled_without_a_journal_in_check_mode_and_of_hidden_tasks(
    journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for hidden in (module(_ansible_check_mode=True), module(_ansible_no_log=True)):
        with journalled(hidden) as applied:
            applied("es-live A", "create")
    monkeypatch.delenv(run_variables.JOURNAL)
    with journalled(module()) as applied:
        applied("es-live A", "create")
    assert events(journal) == []


def test_a_secret_argument_in_an_items_name_is_taken_out(journal: Path) -> None:
    with journalled(module()) as applied:
        applied("login correct horse", "update")
    assert "correct horse" not in journal.read_text(encoding="utf-8")
    assert events(journal)[0]["item"].startswith("login ")


def test_a_journal_that_cannot_be_opened_is_a_warning_and_no_failure(
    monkeypatch: pytest.MonkeyPatch, warnings: list[str], tmp_path: Path
) -> None:
    monkeypatch.setenv(run_variables.JOURNAL, str(tmp_path / "missing.jsonl"))
    with journalled(module()) as applied:
        applied("es-live A", "create")
    assert ["not journalled one by one" in warning for warning in warnings] == [True]


def test_a_full_disk_is_a_warning_and_the_next_line_is_whole(
    journal: Path, monkeypatch: pytest.MonkeyPatch, warnings: list[str]
) -> None:
    real = os.write
    with journalled(module()) as applied, monkeypatch.context() as full:
        full.setattr(os, "write", lambda descriptor, content: real(descriptor, content[:20]))
        applied("es-live A", "create")
        applied("es-live B", "create")
    assert ["is the disk full?" in warning for warning in warnings] == [True], "after the first it is left alone"
    file = JournalFile(journal)
    file.append("run ended", outcome="ok")
    file.close()
    found, unreadable = parse(journal.read_bytes())
    assert ([event["event"] for event in found], unreadable) == (["run ended"], 1)


def _append(path: Path, process: int) -> None:
    file = JournalFile(path)
    for number in range(500):
        file.append("applied", item=f"{process}-{number} {'x' * (number % 200)}")


def test_processes_that_append_at_once_never_mix_their_lines(journal: Path) -> None:
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_append, args=(journal, number)) for number in range(6)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    found = events(journal)
    assert {event["item"].split()[0] for event in found} == {f"{p}-{n}" for p in range(6) for n in range(500)}
    for number in range(6):
        of_one = [event["item"].split()[0] for event in found if event["item"].startswith(f"{number}-")]
        assert of_one == [f"{number}-{n}" for n in range(500)], "each process's lines in their order"


def test_a_run_is_alive_as_long_as_anything_that_it_started_holds_its_journal(journal: Path) -> None:
    def alive() -> bool:
        return read_journals(journal.parent)[0].alive

    assert not alive()
    file = JournalFile(journal)
    assert alive()
    (read_end, write_end) = os.pipe()
    worker = os.fork()
    if worker == 0:
        os.close(write_end)
        os.read(read_end, 1)  # until the parent lets go
        os._exit(0)
    file.close()
    assert alive(), "its worker is left"
    os.close(write_end)
    os.waitpid(worker, 0)
    assert not alive()
    os.close(read_end)
