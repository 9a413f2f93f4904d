# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What no procedure clears: what people validate, and a service whose events would stay in students' calendars."""

from __future__ import annotations

import pytest
import yaml

from scripts.working_copy import ROOT
from tests.role_variables import refusals

PRE_LIVE = {"exam_scheduling_service": "pre_live"}
WITHDRAWN = PRE_LIVE | {"exam_scheduling_withdrawn": "run=2 digest=ab"}
VALIDATED = PRE_LIVE | {"exam_scheduling_data": "loaded for validation: run=1"}
PEOPLE, EVENTS = "Close it first: playbooks/validate.yml", "is in students' calendars until CalSync takes it away"


def refused(properties: dict[str, str], snapshots: tuple[str, ...], seen_to: bool) -> list[str]:
    return refusals(
        "playbooks/tasks/require_clearable.yml",
        says=properties,
        clearable_databases={"snapshots": [{"name": name} for name in snapshots]},
        exam_scheduler_database={"name": "ES"},
        exam_publication="held",
        students_calendars_are_seen_to=seen_to,
    )


@pytest.mark.parametrize(
    ("properties", "snapshots", "seen_to", "said"),
    [
        (PRE_LIVE, (), False, None),
        ({}, (), False, None),  # no such database
        (PRE_LIVE | {"exam_scheduling_data": "loaded for dry run: run=1"}, ("ES_before_rollback",), False, None),
        (VALIDATED, (), True, PEOPLE),
        (PRE_LIVE, ("ES_before_validation",), True, PEOPLE),
        (WITHDRAWN, (), False, EVENTS),
        (WITHDRAWN, (), True, None),
    ],
)
def test_what_is_cleared_only_where_nobody_depends_on_it(
    properties: dict[str, str], snapshots: tuple[str, ...], seen_to: bool, said: str | None
) -> None:
    told = refused(properties, snapshots, seen_to)
    assert len(told) == (0 if said is None else 1)
    assert all(said is not None and said in each for each in told)
    assert all("Nothing was touched." in each and "  " not in each for each in told)


@pytest.mark.parametrize("playbook", ["back_out.yml", "rollback.yml", "clear_down.yml"])
def test_that_each_procedure_asks_before_it_does_anything(playbook: str) -> None:
    plays = yaml.safe_load((ROOT / "playbooks" / playbook).read_text(encoding="utf-8"))
    (asked,) = (task for task in plays[0]["tasks"] if "tasks/require_clearable.yml" in task.values())
    before = plays[0]["tasks"][: plays[0]["tasks"].index(asked)]
    assert not [task for task in before if "ansible.builtin.import_role" in task or "include_role" in str(task)]
    seen_to = asked["vars"]["students_calendars_are_seen_to"]
    assert (seen_to is False) is (playbook != "clear_down.yml")
