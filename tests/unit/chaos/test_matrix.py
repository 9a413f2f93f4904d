# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fault matrix leaves no fault and no role out, and a seed draws the same cases and moments each time."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Collection
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from emulators.business_objects import faults as business_objects
from emulators.estate.estate import ROOT
from emulators.faults import Faults, write_faults
from emulators.microsoft365 import faults as microsoft365
from emulators.oracle.engine import faults as oracle
from emulators.sql.engine import faults as sql
from emulators.windows.faults import Faults as WindowsFaults
from tests.chaos import matrix
from tests.chaos.__main__ import choose, told
from tests.chaos.runs import Outcome, end

KNOWN: dict[str, Collection[str]] = {
    # three of the fields say when or how another one strikes
    matrix.WINDOWS: {each.name for each in fields(WindowsFaults)} - {"at", "set_at", "down_when_killed"},
    matrix.SQL: sql.KINDS,
    matrix.ORACLE: oracle.KINDS,
    matrix.OFFICE: microsoft365.KINDS,
    matrix.BI: business_objects.KINDS,
    # real servers, which know no faults but those of any process
    matrix.NAME_SERVER: {"stopped", "frozen"},
    matrix.LINUX: {"stopped"},
    matrix.RUN: {"killed", "killed_within"},
}


@pytest.mark.parametrize("system", KNOWN)
def test_that_every_fault_that_an_emulator_knows_is_in_the_matrix(system: str) -> None:
    assert {case.fault.kind for case in matrix.cases() if case.fault.system == system} == set(KNOWN[system])


def test_that_every_emulator_with_faults_and_every_role_is_in_the_matrix() -> None:
    modules = [path for path in ROOT.glob("emulators/**/faults.py") if path.parent != ROOT / "emulators"]
    assert len(modules) == len(KNOWN) - 3, "an emulator's faults are not held against the matrix"
    roles = {path.parents[1].name for path in ROOT.glob("roles/*/tasks/main.yml")}
    assert {step.role for step in matrix.STEPS.values()} == roles
    assert matrix.FAULTS.keys() == matrix.STEPS.keys()


def test_that_every_step_is_a_play_of_its_stage_with_its_tag() -> None:
    for step in matrix.STEPS.values():
        plays = yaml.safe_load((ROOT / f"playbooks/stages/{step.playbook}.yml").read_text(encoding="utf-8"))
        tags = {task.get("tags") for play in plays for task in play["tasks"]}
        assert step.role in tags, step.name


def test_that_no_case_is_named_as_another_one() -> None:
    names = [case.name for case in matrix.cases()]
    assert len(set(names)) == len(names)


def test_that_a_seed_draws_the_same_cases_and_moments_each_time() -> None:
    drawn = choose([], 11, 5, [])
    assert len(drawn) == 5
    assert choose([], 11, 5, []) == drawn
    assert choose([], 12, 5, []) != drawn
    assert [case.chance(11).random() for case in drawn] == [case.chance(11).random() for case in drawn]
    assert drawn[0].chance(11).random() != drawn[0].chance(12).random()


def test_that_cases_are_those_of_a_role_or_step_that_are_not_done() -> None:
    connect = choose(["connect"], 1, None, [])
    assert {case.step.name for case in connect} == {"connect", "configuration"}
    assert choose(["connect"], 1, None, [case.name for case in connect[1:]]) == connect[:1]
    assert {case.step.name for case in choose(["database"], 1, None, [])} == {"database"}


def test_that_it_is_told_at_the_beginning_how_long_it_takes() -> None:
    assert told(choose(["database"], 1, 2, [])) == "2 cases in 3 steps, about 0 h 3 min"
    assert told([]) == "0 cases in 0 steps, about 0 h 0 min"


def test_that_a_step_comes_after_all_that_it_needs() -> None:
    names = [step.name for step in matrix.closure(["configuration"])]
    assert names == ["https", "sql_server", "connect", "eugex", "database", "configuration"]


def test_that_an_emulator_is_told_what_it_can_read_and_notes_what_struck(tmp_path: Path) -> None:
    for case in matrix.cases():
        if case.fault.system in (matrix.SQL, matrix.ORACLE, matrix.OFFICE, matrix.BI):
            entry = matrix.entry_of(case, case.chance(3))
            write_faults(tmp_path, [entry], KNOWN[case.fault.system])
            faults = Faults(tmp_path / "faults.json")
            assert not faults.met(), case.name
            named = {"object": entry["object"]} if "object" in entry else {}
            for _request in range(entry.get("after", 0)):
                assert faults.find(entry["kind"], **named) is None
            assert faults.find(entry["kind"], **named) is not None, case.name
            assert faults.met()
            json.dumps(entry)
        elif case.fault.system == matrix.WINDOWS:
            WindowsFaults(**{case.fault.kind: case.fault.entry["value"]})


def test_that_a_fault_strikes_at_a_task_of_the_role_before_its_last_change() -> None:
    outcome = Outcome(tasks=["Ask", "r : one", "r : two", "r : three"], changing=[1, 3])
    assert outcome.moments() == [2, 3]
    assert outcome.changing_moments() == [3], "in the midst of which a run is killed"
    assert Outcome(tasks=outcome.tasks).changing_moments() == [2, 3, 4]
    assert Outcome(began=[1.0, 2.5, 6.0]).duration(2) == 3.5
    assert Outcome(tasks=outcome.tasks).moments() == [2, 3, 4]
    assert Outcome(text="a : ok=1 changed=2 \nb : ok=3 changed=3 ").changed == 5
    assert outcome.broke_off == "three"
    assert Outcome(tasks=outcome.tasks, fatal=2).broke_off == "one", "though others are told after it"
    assert Outcome(text="Traceback (most recent call last):\n").trace is not None


def test_that_a_run_that_proves_less_than_an_undisturbed_one_is_told_from_it() -> None:
    whole = Outcome(lines={"1.3": "proven", "1.6": "proven in part"})
    assert Outcome(lines=dict(whole.lines)).other_than(whole) == ""
    assert Outcome(lines={"1.3": "proven"}).other_than(whole) == "1.6 None instead of proven in part"
    assert Outcome(lines={**whole.lines, "1.3": "not proven"}).other_than(whole) == "1.3 not proven instead of proven"


def test_that_a_killed_run_leaves_nothing_that_it_has_started_not_even_in_other_sessions() -> None:
    script = "setsid sh -c 'echo $$; exec sleep 600' & wait"
    with subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        started = int(process.stdout.readline())
        end(process)
        assert process.wait() == -signal.SIGKILL
        assert process.stdout.read() == "", "which ends when nobody has it open any more"
    assert is_gone(started)


def is_gone(pid: int) -> bool:
    try:
        return "sleep" not in Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8")
    except OSError:
        return True
