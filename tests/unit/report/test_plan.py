# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The living plan: runs may end in any order, predictions and refusals prove nothing, and no proof gets lost."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.report_reader import last_seen
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.report import plan
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.report.actions import run_sheets
from tests.report_example import ATTESTATIONS, CHANGE, STARTED, Script, a_run, evening, proof, weeks

CONTENTS: dict[str, dict[str, Any]] = {
    "proven": proof("72 DNS record sets proven", 72),
    "different": proof("72 DNS record sets: differences 1", 72, proven=False, state="different"),
    "unseen": proof("72 DNS record sets: not proven 1", 72, proven=False, state="not_proven"),
    "applied": {"changed": True},
    "waiting": {"changed": True, "waiting_for": "Network team", "path": "hand-overs/1.3.md"},
}


def report(minutes: int, outcomes: dict[str, str], seen_in: plan.Plan | None = None, **values: Any) -> dict[str, Any]:
    script = Script(a_run(STARTED + timedelta(minutes=minutes), **values))
    for line, outcome in outcomes.items():
        script.task(line, "Do it", {"localhost": CONTENTS[outcome]})
    if seen_in is None:
        return script.report()
    return script.report(ATTESTED, last_seen=plan.last_seen(seen_in))


def after(*reports: dict[str, Any]) -> plan.Plan:
    known = plan.empty("live", emulated=True)
    for one in reports:
        known = plan.accumulate(known, one)
    return known


def state(known: plan.Plan, line: str) -> str:
    return str(next(one for one in plan.standing(known, {}) if one["line"] == line)["state"])


OUTCOMES = st.dictionaries(st.sampled_from(["1.2", "1.3"]), st.sampled_from(sorted(CONTENTS)))
RUNS = st.lists(st.tuples(st.integers(0, 600), OUTCOMES), min_size=1, max_size=8, unique_by=lambda run: run[0])


@given(RUNS, st.randoms(use_true_random=False))
def test_runs_that_end_in_any_order_make_the_same_plan(runs: list[tuple[int, dict[str, str]]], random: Any) -> None:
    reports = [report(minutes, outcomes) for minutes, outcomes in runs]
    shuffled = random.sample(reports, len(reports))
    assert after(*reports) == after(*shuffled)
    assert after(*reports, *reports) == after(*reports), "the same run again adds nothing"


@given(RUNS)
def test_the_last_proof_never_becomes_older_and_the_first_never_younger(runs: list[tuple[int, dict[str, str]]]) -> None:
    known = plan.empty("live", emulated=True)
    last, first = "", "9999"
    for minutes, outcomes in runs:
        known = plan.accumulate(known, report(minutes, outcomes))
        line = known["lines"]["1.3"]
        if line["last_proof"]:
            assert line["last_proof"]["at"] >= last
            assert line["first_proof"]["at"] <= first
            last, first = line["last_proof"]["at"], line["first_proof"]["at"]
        else:
            assert not last, "a proof got lost"


@given(RUNS)
def test_the_state_is_that_of_the_latest_run_that_touched_the_line(runs: list[tuple[int, dict[str, str]]]) -> None:
    known = after(*[report(minutes, outcomes) for minutes, outcomes in runs])
    touching = [run for run in sorted(runs, key=lambda run: run[0]) if "1.3" in run[1]]
    expected = {"different": "failed", "unseen": "not proven"}
    last = touching[-1][1]["1.3"] if touching else "not run yet"
    assert state(known, "1.3") == expected.get(last, last)


def test_a_prediction_and_a_refusal_are_noted_and_change_nothing() -> None:
    proven = after(report(0, {"1.3": "proven"}))
    predicted = plan.accumulate(proven, report(5, {"1.3": "different"}, check_mode=True))
    refusals = {**CHANGE, "refusals": ["line 1.3: no approved record covers it"]}
    refused = plan.accumulate(predicted, report(10, {}, change=refusals))
    for known in (predicted, refused):
        assert plan.standing(known, {}) == plan.standing(proven, {})
    assert [(run["check_mode"], run["refused"]) for run in refused["runs"]] == [
        (False, True),
        (True, False),
        (False, False),
    ]


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_run_that_only_looks_changes_no_line(check_mode: bool) -> None:
    """playbooks/adopt.yml reads what is there for a line, and neither applies nor proves it."""
    before = after(report(0, {"1.3": "proven"}))
    script = Script(a_run(STARTED + timedelta(days=1), work=False, check_mode=check_mode))
    script.task("1.3", "Read what is there", {"localhost": {"changed": False}})
    looked = script.report(settled_since=plan.settled_since(before))
    (line,) = [one for one in looked["lines"] if one["line"] == "1.3"]
    assert (line["state"], line["touched"], line["actual"]) == ("not in this run", False, "2027-01-19")
    assert plan.standing(plan.accumulate(before, looked), {}) == plan.standing(before, {})
    assert looked["verdict"]["tone"] == "idle"


def test_what_was_applied_before_a_gate_that_lets_nothing_begin_stays_applied() -> None:
    script = Script(a_run(work=False))
    script.task("1.6", "Look at it", {"localhost": {"changed": False}})
    script.collected.began(a_run())
    script.task("1.3", "Do it", {"localhost": {"changed": True}})
    script.collected.began(a_run(work=False))
    states = {one["line"]: one["state"] for one in script.report()["lines"]}
    assert (states["1.3"], states["1.6"]) == ("applied", "not in this run")


def test_of_several_playbooks_in_one_run_the_last_counts() -> None:
    script = Script(a_run(playbook="playbooks/live.yml playbooks/verify.yml"))
    script.task("1.3", "Prove it", {"localhost": CONTENTS["proven"]})
    first = script.report()
    script.task("1.3", "Prove it again", {"localhost": CONTENTS["different"]})
    second = script.report()
    known = after(report(-60, {"1.3": "proven"}), first, second)
    assert state(known, "1.3") == "failed"
    assert len(known["lines"]["1.3"]["recent"]) == 2
    assert plan.accumulate(known, second) == known


def test_the_plan_stays_bounded_and_remembers_changes_of_state() -> None:
    known = plan.empty("live", emulated=True)
    for number in range(400):
        known = plan.accumulate(known, report(number, {"1.3": "proven" if number >= 7 else "unseen"}))
    line = known["lines"]["1.3"]
    assert (len(line["recent"]), len(known["runs"])) == (plan.RECENT, plan.RUNS)
    assert [one["state"] for one in plan.transitions(line)] == ["not proven", "proven"]
    assert plan.settled_since(known)["1.3"] == report(7, {"1.3": "proven"})["run"]["ended"]
    for number in range(400, 900):
        known = plan.accumulate(known, report(number, {"1.3": "proven" if number % 2 else "unseen"}))
    assert len(known["lines"]["1.3"]["earlier"]) == plan.EARLIER
    assert len(json.dumps(known)) < 400_000


def test_what_changed_since_the_board_met() -> None:
    lines = plan.standing(weeks(), ATTESTATIONS)
    meetings = ["2027-01-05", "2027-01-12", "2027-02-01"]
    meeting, changed = plan.since_meeting(lines, meetings, "2027-01-19T18:16:00+00:00")
    assert meeting == "2027-01-12"
    assert [(one["line"], one["then"], one["now"]) for one in changed] == [
        ("1.2", "not run yet", "waiting"),
        ("1.3", "not run yet", "proven"),
        ("1.6", "failed", "proven"),
        ("6", "not run yet", "attested"),
    ]
    never, everything = plan.since_meeting(lines, [], "2027-01-19T18:16:00+00:00")
    assert never is None
    assert {one["line"] for one in everything} == {"1.2", "1.3", "1.6", "6"}


def test_an_attestation_stands_until_a_proof_sees_something_else() -> None:
    attested = {"1.3": [{**ATTESTATIONS["6"][0], "line": "1.3"}]}
    for outcome, expected in (("unseen", "attested"), ("different", "failed"), ("proven", "proven")):
        known = after(report(0, {"1.3": outcome}))
        assert next(one for one in plan.standing(known, attested) if one["line"] == "1.3")["state"] == expected


ATTESTED = {"1.3": [{**ATTESTATIONS["6"][0], "line": "1.3"}]}


@pytest.mark.parametrize("outcome", ["different", "applied", "waiting"])
def test_an_attestation_is_over_once_a_run_has_seen_or_changed_something(outcome: str) -> None:
    expected = {"different": "failed"}.get(outcome, outcome)
    known, states = after(), []
    for number, outcomes in enumerate(({"1.3": outcome}, {"1.6": "proven"}, {"1.3": "unseen"})):
        run = report(number, outcomes, seen_in=known)
        known = plan.accumulate(known, run)
        of_plan = next(one for one in plan.standing(known, ATTESTED) if one["line"] == "1.3")
        of_run = next(one for one in run["lines"] if one["line"] == "1.3")
        assert of_run["attestation"] is None
        states.append((of_run["state"], of_plan["state"]))
    assert states == [(expected, expected), ("not in this run", expected), ("not proven", "not proven")]
    again = {"1.3": [{**ATTESTED["1.3"][0], "at": "2027-02-20T09:00:00+00:00"}, *ATTESTED["1.3"]]}
    (line,) = [one for one in plan.standing(known, again) if one["line"] == "1.3"]
    assert line["state"] == "attested", "somebody vouches for it since"
    _, changed = plan.since_meeting([line], ["2027-01-31"], "2027-02-21T10:00:00+00:00")
    assert changed[0]["then"] == "not proven", "the attestation of before was over by the day of the meeting"


@pytest.mark.parametrize("outcome", ["proven", "applied"])
def test_an_attestation_that_is_over_is_over_however_long_nothing_is_seen(outcome: str, tmp_path: Path) -> None:
    """Whether the observation that ended it is still kept as it was, or is one of a stretch that was reduced."""
    day, at = timedelta(days=1) / timedelta(minutes=1), STARTED + timedelta(days=1)
    attested = {"1.3": [{**ATTESTATIONS["6"][0], "line": "1.3", "at": at.isoformat()}]}
    known = after(report(0, {"1.3": outcome}), report(int(3 * day), {"1.3": outcome}))
    for number in range(4, 5 + plan.RECENT):
        known = plan.accumulate(known, report(int(number * day), {"1.3": "unseen"}))
        (line,) = [one for one in plan.standing(known, attested) if one["line"] == "1.3"]
        assert line["state"] == "not proven", f"day {number}"
        assert plan.last_seen(known)["1.3"] == report(int(3 * day), {"1.3": outcome})["lines"][2]["seen"]
    (tmp_path / "live").mkdir()
    (tmp_path / "live/plan.json").write_text(json.dumps(known), encoding="utf-8")
    assert last_seen(tmp_path, "1.3") == datetime.fromisoformat(plan.last_seen(known)["1.3"])
    for days, then in ((2, {"proven": "proven", "applied": "attested"}[outcome]), (4, "not proven")):
        meeting = f"{STARTED + timedelta(days=days):%Y-%m-%d}"
        _, changed = plan.since_meeting([{**line, "state": "now"}], [meeting], str(known["as_of"]))
        assert changed[0]["then"] == then, "the stretch's first observation counts as well as its last"


def test_each_person_s_next_action() -> None:
    lines = plan.standing(weeks(), ATTESTATIONS)
    sheets = {
        one["person"]: one["actions"] for one in run_sheets(lines, "live", "2027-01-25T09:00:00+00:00", emulated=False)
    }
    (asked,) = [one for one in sheets["Network team"] if one["line"] == "1.2"]
    assert asked["action"] == "Do what was handed over in writing: 1.2-firewall-request.md"
    assert asked["command"] == "ansible-playbook -i inventories/live playbooks/verify.yml --tags firewall"
    assert asked["overdue"] is True
    (database,) = [one for one in sheets["Database team"] if one["line"] == "1.5"]
    assert database["after"] == ["1.1", "1.2"]
    (snapshot,) = [one for actions in sheets.values() for one in actions if one["line"] == "3.4"]
    assert snapshot["command"] == "ansible-playbook -i inventories/live playbooks/snapshot.yml"
    assert not any(one["line"] in ("1.3", "1.6", "6") for actions in sheets.values() for one in actions)
    later = run_sheets(lines, "live", "2027-02-01T09:00:00+00:00", emulated=False)
    again = [one for sheet in later for one in sheet["actions"] if one["line"] == "1.3"]
    assert again[0]["action"] == "Prove it again: its last proof is of 2027-01-19"


def test_nobody_is_asked_for_an_attestation_that_would_not_count() -> None:
    """Of every state that a line comes to: where one is asked for, the line is attested once it is there."""
    script = Script(a_run(STARTED, check_mode=False))
    for line, outcome in (("1.1", "different"), ("1.2", "unseen"), ("1.3", "proven"), ("1.5", "waiting")):
        script.task(line, "Prove it", {"localhost": CONTENTS[outcome]})
    script.task("1.3", "Name it", {"localhost": {"msg": "not looked at: 4 records"}}, gap=True)
    script.task("1.6", "Do it", {"localhost": CONTENTS["applied"]})
    script.task("1.7", "Do it", {"localhost": {"pending_line": "1.1"}})
    known = after(script.report())
    known["lines"]["2.1"]["built"] = False
    lines = plan.standing(known, {})
    states = {"failed", "not proven", "proven in part", "waiting", "applied", "pending", "not built yet", "not run yet"}
    assert states <= {one["state"] for one in lines}
    at = f"{STARTED + timedelta(days=1)}"
    attested = {one["line"]: [{**ATTESTATIONS["6"][0], "line": one["line"], "at": at}] for one in lines}
    then = {one["line"]: one["state"] for one in plan.standing(known, attested)}
    actions = {one["line"]: one for one in all_actions(lines, str(known["as_of"]))}
    asked = {line for line, one in actions.items() if "attest" in one["action"] or "attest.yml" in one["command"]}
    assert asked >= {"2.1"}
    assert {line: then[line] for line in asked if then[line] != "attested"} == {}
    assert actions["1.3"]["action"] == "Prove the rest: not looked at: 4 records"
    assert actions["1.3"]["command"] == "ansible-playbook -i inventories/live playbooks/verify.yml --tags dns"


def all_actions(lines: list[dict[str, Any]], as_of: str) -> list[dict[str, Any]]:
    return [one for sheet in run_sheets(lines, "live", as_of, emulated=False) for one in sheet["actions"]]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda known: [], "it is no plan"),
        (lambda known: {**known, "schema_version": 99}, "schema_version is 99"),
        (lambda known: {**known, "environment": "test"}, "it is another environment's"),
        (lambda known: {**known, "runs": None}, "runs: missing"),
        (lambda known: {**known, "lines": {**known["lines"], "1.3": {}}}, "line 1.3: incomplete"),
        (lambda known: {**known, "order": ["9.9"]}, "line 9.9: incomplete"),
    ],
)
def test_a_plan_that_cannot_be_carried_on_says_why(damage: Any, said: str) -> None:
    known = weeks()
    assert plan.defect(json.loads(json.dumps(known)), "live", emulated=True) == ""
    assert said in plan.defect(damage(known), "live", emulated=True)


def test_the_example_is_what_the_pictures_show() -> None:
    assert (
        evening().report()["verdict"]["words"] == "Line 1.2 is waiting for Network team. Lines 1.3 and 1.6 are proven."
    )
    assert datetime.fromisoformat(weeks()["as_of"]) > datetime(2027, 1, 19, tzinfo=UTC)
