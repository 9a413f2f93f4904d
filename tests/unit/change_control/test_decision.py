# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What may run now: properties over coverage, approvals, windows and clocks; and what is said where it may not."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.action.change_gate import ActionModule
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.approvals import Judged
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.authorisation import Question, answer
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.briefing import briefing, uncovered
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.decision import (
    Begun,
    Work,
    decide,
    roles_of,
    works_of,
)
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.records import PROCEDURES
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.selection import Entered
from scripts.working_copy import ROOT
from tests.unit.change_control.examples import NOON, RECORD, judged, rules, window, write_record

LINES = {"1.3": "dns", "1.6": "https", "2.3": "eugex"}
WORKS = [Work(line=line, role=role, title=role.upper()) for line, role in LINES.items()]
OF_PROCEDURES = [Work(procedure="rollback"), Work(procedure="rotate")]
HOUR = timedelta(hours=1)

windows = st.tuples(st.integers(-9, 9), st.integers(1, 9)).map(
    lambda pair: window(NOON + pair[0] * HOUR, NOON + (pair[0] + pair[1]) * HOUR)
)
records = st.lists(
    st.builds(
        judged,
        st.sampled_from(["A", "B", "C", "D"]),
        fault=st.sampled_from(["", "it is not approved"]),
        of=windows,
        lines=st.sets(st.sampled_from(sorted(LINES))),
        roles=st.sets(st.sampled_from(sorted(LINES.values()))),
        procedures=st.sets(st.sampled_from(["rollback", "rotate"])),
    ),
    max_size=4,
    unique_by=lambda judged: judged.record.id,
)
works = st.lists(st.sampled_from([*WORKS, *OF_PROCEDURES]), unique_by=lambda work: work.name)
times = st.integers(-12, 12).map(lambda hours: NOON + hours * HOUR)


@given(works, records, times)
def test_work_runs_just_where_an_approved_open_record_covers_it(
    wanted: list[Work], present: list[Judged], now: datetime
) -> None:
    decision = decide(wanted, present, now)
    for work in wanted:
        may = any(one.approved and work.covered_by(one) and one.record.window.contains(now) for one in present)
        assert (work.name in decision.under) is may
        assert any(text.startswith(f"{work}: ") for text in decision.refusals) is not may
    assert len(decision.refusals) == len(decision.refused) == len(wanted) - len(decision.under)
    for name, one in decision.under.items():
        assert one in present
        assert name in {work.name for work in wanted}


@given(works, records, times)
def test_another_record_never_takes_a_permission_away(wanted: list[Work], present: list[Judged], now: datetime) -> None:
    for count in range(len(present)):
        fewer = decide(wanted, present[:count], now)
        more = decide(wanted, present[: count + 1], now)
        assert fewer.under.keys() <= more.under.keys()


@given(works, records, times, st.sets(st.sampled_from("ABCD")))
def test_backing_out_adds_just_what_was_begun_under_a_record_that_covers_it(
    wanted: list[Work], present: list[Judged], now: datetime, under: set[str]
) -> None:
    begun = [Begun(work.name, record) for work in wanted for record in under]
    plain = decide(wanted, present, now)
    backing_out = decide(wanted, present, now, begun=begun)
    for work in wanted:
        were = [one for one in present if one.approved and work.covered_by(one) and one.record.id in under]
        assert (work.name in backing_out.under) is (work.name in plain.under or bool(were))
        assert not were or backing_out.under[work.name] in were


def test_backing_out_what_was_never_begun_or_under_another_record_is_refused_after_the_window() -> None:
    record = judged("A", lines=["1.3"])
    late = NOON + timedelta(days=2)
    for begun in ([], [Begun("1.3", "B")], [Begun("1.6", "A")]):
        (refusal,) = decide(WORKS[:1], [record], late, begun=begun).refusals
        assert "It was never begun inside that window" in refusal
    assert decide(WORKS[:1], [record], late, begun=[Begun("1.3", "A")]).refusals == []


def test_a_line_that_a_procedure_applies_is_begun_by_that_procedure() -> None:
    entry = {**PLAN[1], "line": "3.4", "role": "exam_scheduler", "procedure": "snapshot"}
    gate = {"procedure": "back_out", "back_out": True, "lines": ["1.3", "3.4"]}
    wanted = works_of(gate, set(), [*PLAN, entry])
    begun = [Begun("snapshot", "A"), Begun("", "A")]
    decision = decide(wanted, [judged("A", lines=["1.3", "3.4"])], NOON + timedelta(days=2), begun=begun)
    assert ([*decision.under], [work.name for work in decision.refused]) == (["3.4"], ["1.3"])


@pytest.mark.parametrize(
    ("begun", "now", "may"),
    [
        ([Begun("snapshot", "A")], NOON, True),
        ([Begun("snapshot", "A")], NOON + timedelta(days=2), True),
        ([], NOON, True),
        ([], NOON + timedelta(days=2), False),
        (None, NOON, False),
    ],
)
def test_a_record_that_names_the_procedure_alone_covers_the_way_back(
    begun: list[Begun] | None, now: datetime, may: bool
) -> None:
    work = Work(line="3.4", role="exam_scheduler", title="Snapshot", begun_by="snapshot")
    decision = decide([work, WORKS[0]], [judged("A", procedures=["snapshot"])], now, begun=begun)
    assert [*decision.under] == (["3.4"] if may else [])


@pytest.mark.parametrize("procedure", ["back_out", "revert_views", "restore_config"])
@pytest.mark.parametrize(
    ("begun", "now", "may"),
    [
        ([], NOON, True),
        ([Begun("1.3", "B")], NOON, True),
        ([Begun("1.3", "B")], NOON + timedelta(days=2), False),
        # under the record that named the procedure it was backed out of before, and that began nothing
        ([Begun("1.3", "A")], NOON + timedelta(days=2), False),
    ],
)
def test_a_procedure_that_backs_out_is_covered_by_its_name_inside_the_window(
    procedure: str, begun: list[Begun], now: datetime, may: bool
) -> None:
    gate = {"procedure": procedure, "back_out": True, "lines": ["1.3"]}
    (work,) = works_of(gate, set(), PLAN)
    decision = decide([work], [judged("A", procedures=[procedure])], now, begun=begun)
    assert [*decision.under] == (["1.3"] if may else [])
    assert decide([work], [judged("A", procedures=["rotate"])], now, begun=begun).under == {}
    assert decide(WORKS[:1], [judged("A", procedures=[procedure])], now).under == {}, "the line itself is not"


def test_the_procedures_that_a_record_can_name_are_those_that_playbooks_ask_for() -> None:
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "playbooks").rglob("*.yml")]
    assert {name for text in texts for name in re.findall(r"^ +procedure: (\w+)$", text, re.MULTILINE)} == PROCEDURES


def test_a_procedure_that_is_mistyped_is_warned_about(tmp_path: Path) -> None:
    write_record(tmp_path, RECORD.replace("procedures: [rollback]", "procedures: [rollback, revert_veiws]"))
    plan = [{"line": "1.3", "role": "dns"}, {"line": "1.6", "role": "https"}]
    (warning,) = answer(Question([], tmp_path, rules(tmp_path), NOON, plan)).warnings
    assert warning == "SAS005-150 covers revert_veiws, which neither the plan nor the procedures have"


def test_the_way_back_by_a_procedure_s_record_is_shown_with_that_record(tmp_path: Path) -> None:
    write_record(tmp_path, RECORD.replace('lines: ["1.3"], roles: [https], ', ""))
    work = Work(line="3.4", role="exam_scheduler", title="Snapshot", begun_by="rollback")
    question = Question([work], tmp_path, rules(tmp_path), NOON, [], begun=[Begun("rollback", "SAS005-150")])
    found = answer(question)
    assert [one.record.id for one in found.records] == ["SAS005-150"]
    assert "SAS005-150 covers it, and it is not approved" in found.refusals[0]


def test_whose_days_count_is_known_without_work_too(tmp_path: Path) -> None:
    question = Question([], tmp_path, rules(tmp_path), NOON, [])
    assert answer(question).as_dict()["time_zone"] is None
    write_record(tmp_path)
    found = answer(question).as_dict()
    assert (found["records"], found["time_zone"]) == ([], "Europe/London")


def test_what_a_play_begins_is_asked_for_whatever_was_taken_for_its_gate() -> None:
    own = Entered("EUGEX", frozenset(), [])
    remembered = [replace(own, gates=[{"procedure": "back_out", "back_out": True, "lines": []}])]
    arguments = {"procedure": "back_out", "back_out": True, "lines": ["1.3"], "work": True}
    works, begins = ActionModule._works(arguments, own, remembered, PLAN)
    assert ([work.name for work in works], begins) == (["1.3"], {"1.3"})


def test_of_several_records_the_shortest_window_is_taken() -> None:
    long = judged("A", lines=["1.3"], of=window(NOON - 100 * HOUR, NOON + 100 * HOUR))
    short = judged("B", roles=["dns"])
    assert decide(WORKS[:1], [long, short], NOON).under["1.3"].record.id == "B"


@pytest.mark.parametrize(
    ("present", "said"),
    [
        ([], "line 1.3 (DNS): no change record covers it. Have one approved that does."),
        (
            [judged("B", lines=["1.6"])],
            "line 1.3 (DNS): no change record covers it. B is approved and open, and does not cover it. "
            "Have one approved that does.",
        ),
        ([judged("A", fault="it was edited", lines=["1.3"])], "line 1.3 (DNS): A covers it, and it was edited"),
        (
            [
                judged("A", lines=["1.3"], fault="it was edited"),
                judged("B", lines=["1.3"], of=window(NOON + 30 * HOUR, NOON + 40 * HOUR)),
                judged("C", lines=["1.3"], of=window(NOON - 40 * HOUR, NOON - 20 * HOUR)),
            ],
            "line 1.3 (DNS): C covers it and is approved, but its window is 2027-02-01 20:00 GMT to "
            "2027-02-02 16:00 GMT; it closed 20 hours ago. Wait for it, or have another window approved.",
        ),
    ],
)
def test_a_refusal_names_the_record_that_comes_nearest(present: list[Judged], said: str) -> None:
    (refusal,) = decide(WORKS[:1], present, NOON).refusals
    assert refusal == said


PLAN = [
    {"line": "1.2", "role": "firewall", "title": "F", "stage": "servers", "built": True, "carried_out_by": "team"},
    {"line": "1.3", "role": "dns", "title": "D", "stage": "servers", "built": True, "carried_out_by": "collection"},
    {
        "line": "1.9",
        "role": "calsync",
        "title": "L",
        "stage": "servers",
        "built": False,
        "carried_out_by": "collection",
    },
    {"line": "1.8", "role": "calsync", "title": "T", "stage": "calsync", "built": True, "carried_out_by": "collection"},
    {
        "line": "3.1",
        "role": "change_control",
        "title": "C",
        "stage": "servers",
        "built": True,
        "carried_out_by": "collection",
        "changes": False,
    },
]
ROLES = {entry["role"] for entry in PLAN}


@pytest.mark.parametrize(
    ("gate", "roles", "names"),
    [
        ({"stage": "servers"}, ROLES, ["1.3"]),
        ({"stage": "calsync"}, ROLES, ["1.8"]),
        ({}, ROLES, ["1.3", "1.8"]),
        ({"stage": "servers"}, {"firewall", "change_control"}, []),
        ({"stage": "servers", "work": False}, ROLES, []),
        ({"stage": "servers", "work": "no"}, ROLES, []),
        ({"procedure": "rollback"}, set(), ["rollback"]),
        ({"procedure": "back_out", "back_out": True, "lines": ["1.2", "1.3", "1.9"]}, set(), ["1.3"]),
    ],
)
def test_work_is_what_this_collection_changes_in_what_the_play_enters(
    gate: dict[str, object], roles: set[str], names: list[str]
) -> None:
    assert [work.name for work in works_of(gate, roles, PLAN)] == names


def test_a_line_is_the_work_of_each_role_that_it_names() -> None:
    shared = {**PLAN[1], "line": "1.4", "role": "exam_scheduler", "with_roles": ["connect"]}
    for role in ("exam_scheduler", "connect"):
        assert [work.name for work in works_of({"stage": "servers"}, {role}, [*PLAN, shared])] == ["1.4"]
    assert roles_of(PLAN[1]) == {"dns"}


def test_the_board_is_told_what_waits_for_it_and_what_has_no_record() -> None:
    waiting = judged("A", lines=["1.3"], fault="it is not approved")
    over = judged("B", lines=["1.3"], fault="it is not approved", of=window(NOON - 9 * HOUR, NOON - HOUR))
    done = judged("C", lines=["1.6"])
    text = briefing(WORKS, [waiting, over, done], NOON)
    assert "## A: Title" in text
    assert waiting.record.digest in text
    assert "## B" not in text
    assert "## C" not in text
    assert "## Lines without a change record\n\n- line 2.3 (EUGEX)\n" in text
    assert briefing(WORKS[1:2], [done], NOON) == ""
    assert [finding.where for finding in uncovered(WORKS, [waiting, over, done], [])] == [
        "line 1.3 (DNS)",
        "line 2.3 (EUGEX)",
    ]
