# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role data_population waits for, and what it says of rows that nobody has loaded for anything."""

from __future__ import annotations

from typing import Any

import pytest

from tests.role_variables import concluded

PRE_LIVE = {"exam_scheduling_service": "pre_live"}
WITHDRAWN = PRE_LIVE | {"exam_scheduling_go_live": "run=1", "exam_scheduling_withdrawn": "run=2 digest=ab"}
SILENCE = "sql-live.exams.example did not answer."
CLEAR, PUT_BACK, WHOSE, UNKNOWN = "Run playbooks/clear_down.yml", "puts them back", "Find out whose", "not known: "


DEPLOYED = {"deployed": True}


def said_of(
    properties: dict[str, str] | None,
    rows: int | None,
    digest: str = "cd",
    golden_copy: dict[str, bool] = DEPLOYED,
) -> str:
    text: str = concluded(
        "data_population",
        "data_population_what_of_rows",
        exam_scheduler_database={"name": "ES"},
        exam_scheduler_golden_copy=golden_copy,
        data_population_database_info={"msg": SILENCE} if properties is None else {"instance": {}},
        data_population_rows={"digest": digest} if rows is not None else {"msg": SILENCE},
        data_population_seen={"properties": properties, "rows": rows, "transferred": True},
        data_population_stands={"record": (properties or {}).get("exam_scheduling_service", "nothing")},
    )
    return text


@pytest.mark.parametrize(
    ("properties", "rows", "digest", "said"),
    [
        (PRE_LIVE, 5, "cd", CLEAR),
        (WITHDRAWN, 5, "ab", PUT_BACK),
        (WITHDRAWN, 5, "cd", WHOSE),
        (WITHDRAWN, 0, "cd", CLEAR),  # Connect alone knows of something
        (WITHDRAWN | {"exam_scheduling_data": "loaded for dry run: run=3"}, 5, "cd", CLEAR),
        (None, None, "", UNKNOWN + SILENCE),
        (PRE_LIVE, None, "", UNKNOWN + SILENCE),
    ],
)
def test_that_only_rows_that_were_counted_and_are_of_no_service_are_to_be_cleared(
    properties: dict[str, Any] | None, rows: int | None, digest: str, said: str
) -> None:
    text = said_of(properties, rows, digest)
    assert [each for each in (CLEAR, PUT_BACK, WHOSE, UNKNOWN) if each in text] == [said.replace(SILENCE, "")]
    assert said in text
    assert "  " not in text
    assert "\n" not in text


@pytest.mark.parametrize("golden_copy", [{"deployed": True, "left_alone": True}, {"deployed": False}])
@pytest.mark.parametrize("properties", [PRE_LIVE, WITHDRAWN])
def test_that_no_playbook_is_named_where_none_clears_anything(
    properties: dict[str, str], golden_copy: dict[str, bool]
) -> None:
    text = said_of(properties, 5, "ab", golden_copy)
    assert "find out whose it is" in text
    assert "playbooks/" not in text
    stands = {"remedies": {"rows in transactional tables": "Run playbooks/clear_down.yml.", "views": "as before"}}
    for ours, remedy in ((golden_copy, text), (DEPLOYED, "Run playbooks/clear_down.yml.")):
        remedies = concluded(
            "data_population",
            "data_population_remedies",
            data_population_stands=stands,
            exam_scheduler_golden_copy=ours,
        )
        assert (remedies["rows in transactional tables"], remedies["views"]) == (remedy, "as before")


@pytest.mark.parametrize(
    ("procedure", "check_mode", "others"),
    [
        (None, False, ["2.3", "4.3"]),
        (None, True, ["4.3"]),  # the run would have brought the views
        ("dry_run", False, []),  # refused by what loads, not waited for
        ("dry_run", True, []),
    ],
)
def test_that_a_stage_waits_for_what_loads_and_a_procedure_does_not(
    procedure: str | None, check_mode: bool, others: list[str]
) -> None:
    waits_for = concluded(
        "data_population",
        "data_population_waits_for_others",
        ansible_check_mode=check_mode,
        change_control_permit={"procedure": procedure, "carried_out_by": {"2.3": "collection", "4.3": "vendor"}},
        data_population_deployed={"views": "aa", "connector": "1.7.0"},
        data_population_inputs={"views": "bb", "connector": "1.8.0"},
    )
    assert waits_for == others
