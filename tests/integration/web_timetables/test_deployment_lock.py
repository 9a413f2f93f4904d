# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock of a deployment, had by one of many who want it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.deployment_lock import Lock
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils import run_identity
from tests.module_runner import run_module

TAKE = """
import sys
from pathlib import Path
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.deployment_lock import Lock
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem
lock = Lock(Path(sys.argv[1]), sys.argv[2], True, float(sys.argv[3]))
sys.stdin.read()
try:
    print(len(list(lock.apply(lock.plan(lock.read())))))
except Problem as problem:
    print(problem)
"""


def lock(path: Path, owner: str, state: str = "present", *, check: bool = False) -> dict[str, Any]:
    return run_module("deployment_lock", {"path": str(path), "owner": owner, "state": state}, check=check)


def test_one_has_it_and_the_other_is_told_who_and_for_how_long(tmp_path: Path) -> None:
    path = tmp_path / "deploying"
    assert lock(path, "run=1 by=alice", check=True)["changed"]
    assert not path.exists()
    assert lock(path, "run=1 by=alice")["changed"]
    assert not lock(path, "run=1 by=alice")["changed"], "it has it"
    os.utime(path, (0, 0))  # what counts is what is written in it
    refused = lock(path, "run=2 by=bob")
    assert "another deployment is at work here: run=1 by=alice, for " in refused["msg"]
    assert "Nothing was touched." in refused["msg"]
    assert not lock(path, "run=2 by=bob", "absent")["changed"], "it is not his to give up"
    assert lock(path, "run=1 by=alice", "absent")["changed"]
    assert lock(path, "run=2 by=bob")["changed"]


def test_runs_without_a_name_lock_each_other_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(run_identity.VARIABLE, raising=False)
    owners = [f"run={run_identity.for_a_note()} change=none by=root" for _run in range(2)]
    first, second = (Lock(tmp_path / "deploying", owner, True, 3600) for owner in owners)
    list(first.apply(first.plan(None)))
    with pytest.raises(Problem, match="another deployment is at work here: run=unnamed-"):
        second.plan(second.read())
    assert not Lock(second.path, second.owner, False, 3600).plan(second.read()), "it is not its to give up"
    monkeypatch.setenv(run_identity.VARIABLE, "2027-02-03T101500Z-1f9c0a")
    assert run_identity.for_a_note() == "2027-02-03T101500Z-1f9c0a"


def test_an_abandoned_one_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "deploying"
    path.write_text(json.dumps({"owner": "run=1 by=alice", "since": time.time() - 3700}), encoding="utf-8")
    taken = lock(path, "run=2 by=bob")
    assert taken["changed"]
    assert "abandoned by run=1 by=alice" in json.dumps(taken["warnings"])
    assert json.loads(path.read_text(encoding="utf-8"))["owner"] == "run=2 by=bob"


def test_one_of_a_run_that_is_known_to_have_ended_is_taken_over_at_once(tmp_path: Path) -> None:
    path = tmp_path / "deploying"
    assert lock(path, "run=1-a change=C by=alice")["changed"]
    ended = {"path": str(path), "owner": "run=2-b change=C by=bob"}
    for others in ([], ["1"], ["2-b", "1-ab"]):
        assert "at work here: run=1-a " in run_module("deployment_lock", {**ended, "ended_runs": others})["msg"]
    for check in (True, False):
        taken = run_module("deployment_lock", {**ended, "ended_runs": ["0-z", "1-a"]}, check=check)
        assert taken["changed"]
        assert "abandoned by run=1-a change=C by=alice" in json.dumps(taken["warnings"])
    assert json.loads(path.read_text(encoding="utf-8"))["owner"] == "run=2-b change=C by=bob"


def test_who_found_it_abandoned_and_comes_second_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "deploying"
    path.write_text(json.dumps({"owner": "gone", "since": time.time() - 7200}), encoding="utf-8")
    first, second = (Lock(path, owner, True, 3600) for owner in ("run=1", "run=2"))
    planned = second.plan(second.read())
    assert list(first.apply(first.plan(first.read())))
    with pytest.raises(Problem, match="another deployment is at work here: run=1, for "):
        list(second.apply(planned))
    assert json.loads(path.read_text(encoding="utf-8"))["owner"] == "run=1"


def test_a_lock_that_was_taken_over_is_not_given_up_by_the_one_who_had_it(tmp_path: Path) -> None:
    path = tmp_path / "deploying"
    path.write_text(json.dumps({"owner": "run=1", "since": time.time() - 7200}), encoding="utf-8")
    slow, other = Lock(path, "run=1", False, 3600), Lock(path, "run=2", True, 3600)
    planned = slow.plan(slow.read())
    assert list(other.apply(other.plan(other.read())))
    list(slow.apply(planned))
    assert json.loads(path.read_text(encoding="utf-8"))["owner"] == "run=2"


def test_of_many_who_come_at_the_same_time_one_gets_it(tmp_path: Path) -> None:
    for since in (None, time.time() - 7200):
        path = tmp_path / f"deploying-{since}"
        if since is not None:
            path.write_text(json.dumps({"owner": "gone", "since": since}), encoding="utf-8")
        command = [sys.executable, "-c", TAKE, str(path)]
        waiting = [
            subprocess.Popen([*command, f"run={n}", "3600"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for n in range(6)
        ]
        for process in waiting:
            assert process.stdin is not None
            process.stdin.close()
        said = []
        for process in waiting:
            assert process.stdout is not None
            said.append(process.stdout.read().strip())
            process.wait(timeout=30)
        assert said.count("1") == 1, said
