# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which runs are known not to go on any more: those that nobody writes the journal of."""

from __future__ import annotations

import fcntl
import json
import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.journal_reader import ended_runs, read_journals
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem
from emulators.estate.estate import ROOT

LOOKED_UP = """
import json, sys
from ansible.errors import AnsibleError
from ansible.plugins.loader import init_plugin_loader, lookup_loader
init_plugin_loader([sys.argv[1]])
lookup = lookup_loader.get("uoe.exam_scheduling.ended_runs")
found = lookup.run(sys.argv[2:4], {})
try:
    lookup.run(sys.argv[4:], {})
except AnsibleError as error:
    print(json.dumps([found, str(error)]))
"""


def journals(directory: Path, *runs: str) -> Path:
    journal = directory / "journal"
    journal.mkdir(parents=True)
    for run in runs:
        (journal / f"{run}.jsonl").touch()
    return journal


def test_that_a_run_goes_on_for_as_long_as_somebody_has_its_journal(tmp_path: Path) -> None:
    journal = journals(tmp_path, "2", "1", "3")
    with (journal / "2.jsonl").open("ab") as stream:
        fcntl.flock(stream.fileno(), fcntl.LOCK_SH)
        assert ended_runs(journal) == ["1", "3"]
    assert ended_runs(journal) == ["1", "2", "3"]


def test_that_somebody_who_looks_at_the_same_time_is_not_taken_for_the_run(tmp_path: Path) -> None:
    journal = journals(tmp_path, "1", "2")
    with (journal / "1.jsonl").open("r+b") as looks, (journal / "2.jsonl").open("ab") as writes:
        fcntl.flock(looks.fileno(), fcntl.LOCK_EX)
        fcntl.flock(writes.fileno(), fcntl.LOCK_SH)
        assert ended_runs(journal) == ["1"]
        assert {one.run_id: one.alive for one in read_journals(journal)} == {"1": False, "2": True}
        with (journal / "2.jsonl").open("r+b") as looks_too:
            fcntl.flock(looks_too.fileno(), fcntl.LOCK_SH)  # as who looks does for an instant
            assert ended_runs(journal) == ["1"]


def test_that_where_there_are_no_journals_no_run_is_known_to_have_ended(tmp_path: Path) -> None:
    assert ended_runs(tmp_path / "nowhere") == []


def test_that_a_journal_that_cannot_be_opened_is_an_error(tmp_path: Path) -> None:
    (journals(tmp_path) / "1.jsonl").mkdir()
    with pytest.raises(Problem, match="Run this as the user who runs the playbooks"):
        ended_runs(tmp_path / "journal")


def test_that_the_lookup_finds_those_of_state_directories(tmp_path: Path) -> None:
    journals(tmp_path / "live", "1")
    journals(tmp_path / "test", "2")
    (journals(tmp_path / "broken") / "3.jsonl").mkdir()
    # in a process of its own, since Ansible's plugins that are loaded change what modules in the same process do
    directories = [str(tmp_path / name) for name in ("live", "test", "broken")]
    done = subprocess.run(
        [sys.executable, "-c", LOOKED_UP, str(ROOT / ".collections"), *directories],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    found, refused = json.loads(done.stdout)
    assert found == ["1", "2"]
    assert "Run this as the user who runs the playbooks" in refused
