# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backing out as data: each line of the plan has its step, and what this collection does has a task file."""

from __future__ import annotations

import re

import yaml

from scripts.working_copy import ROOT

PLAN = yaml.safe_load((ROOT / "inventories/shared/implementation_plan.yml").read_text(encoding="utf-8"))
STEPS = yaml.safe_load((ROOT / "inventories/shared/back_out.yml").read_text(encoding="utf-8"))[
    "implementation_back_out"
]
PLAYBOOK = (ROOT / "playbooks/back_out.yml").read_text(encoding="utf-8")
OURS = {line for line, step in STEPS.items() if step["by"] == "collection"}


def test_that_each_line_says_what_backing_out_of_it_is() -> None:
    assert set(STEPS) == {entry["line"] for entry in PLAN["implementation_plan"]}
    assert {step["by"] for step in STEPS.values()} == {"collection", "hand_over", "nothing"}
    for line, step in STEPS.items():
        assert {"by", "does"} <= set(step) <= {"by", "does", "asks"}, line
        assert step["by"] == "collection" or "asks" not in step, f"{line}: what is handed over is asked for by does"


def test_that_what_this_collection_backs_out_of_is_done_by_the_playbook_and_nothing_else_is() -> None:
    done = re.findall(r'\{line: "([0-9.]+)", role: (\w+)\}', PLAYBOOK)
    assert {line for line, _role in done} == OURS
    for line, role in done:
        assert (ROOT / f"roles/{role}/tasks/back_out_{line.replace('.', '_')}.yml").is_file(), line


def test_that_what_depends_on_a_line_is_backed_out_of_before_it() -> None:
    order = re.findall(r'\{line: "([0-9.]+)", role', PLAYBOOK)
    needs = {entry["line"]: set(entry["depends_on"]) for entry in PLAN["implementation_plan"]}
    for place, line in enumerate(order):
        before = set(order[:place]) & needs[line]
        assert not before, f"{line} needs {before}, which are backed out of before it"


def test_that_others_are_asked_once_no_rows_stop_it_and_before_anything_else_is_done() -> None:
    plays = re.split(r"^- name: ", PLAYBOOK, flags=re.MULTILINE)
    (asked,) = (place for place, play in enumerate(plays) if "uoe.exam_scheduling.hand_over:" in play)
    done = [place for place, play in enumerate(plays) if "back_out_lines:" in play]
    assert '{line: "5", role: data_population}' in plays[asked - 1]
    assert [place for place in done if place < asked] == [asked - 1]
