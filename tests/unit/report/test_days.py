# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Days are those of the change's time zone: in summer, work after midnight is the next day's, before UTC's is over."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.report import page, plan
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.report.actions import run_sheets
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.report.text import day, zone_of
from tests.report_example import ATTESTATIONS, CHANGE, Script, a_run, planned_lines, proof

AFTER_MIDNIGHT = datetime(2027, 6, 14, 23, 30, tzinfo=UTC)
"""2027-06-15 00:30 BST."""
LONDON = zone_of("Europe/London")
PLANNED = [{**one, "planned": "2027-06-15" if one["line"] in ("1.3", "1.5") else None} for one in planned_lines()]


def proven(**change: Any) -> dict[str, Any]:
    """Return the report of the night, the board having met on the evening before."""
    changes = {**CHANGE, "board_meetings": ["2027-06-14T14:00:00+01:00", "2027-06-15"], **change}
    script = Script(a_run(AFTER_MIDNIGHT, plan=PLANNED, change=changes))
    script.task("1.3", "Prove it", {"localhost": proof("72 DNS record sets proven", 72)})
    return script.report()


def line_of(lines: list[dict[str, Any]], number: str = "1.3") -> dict[str, Any]:
    (line,) = [one for one in lines if one["line"] == number]
    return line


@pytest.mark.parametrize(
    ("at", "zone", "expected"),
    [
        ("2027-06-14T23:30:00+00:00", "Europe/London", "2027-06-15"),
        ("2027-01-14T23:30:00+00:00", "Europe/London", "2027-01-14"),
        ("2027-06-15T00:30:00+01:00", "UTC", "2027-06-14"),
        ("2027-06-14", "America/New_York", "2027-06-14"),
        ("not a time", "Europe/London", "not a time"),
        (None, "Europe/London", ""),
    ],
)
def test_the_day_of_a_time_is_that_of_the_zone(at: str | None, zone: str, expected: str) -> None:
    assert day(at, zone_of(zone)) == expected


@pytest.mark.parametrize("name", [None, "", "Europe/Nowhere", "../../etc/passwd"])
def test_a_zone_that_is_not_known_here_is_this_machine_s(name: str | None) -> None:
    assert zone_of(name) is None


def test_what_is_proven_after_midnight_is_done_on_its_planned_day() -> None:
    report = proven()
    assert line_of(report["lines"])["actual"] == "2027-06-15"
    known = plan.accumulate(plan.empty("live", emulated=True), report)
    assert line_of(plan.standing(known, {}, LONDON))["actual"] == "2027-06-15"
    for html in (page.report_page(report), page.plan_page(known, {}, "Europe/London")):
        assert "on the day" in html
        assert "early" not in html


def test_what_is_proven_after_midnight_is_new_since_the_day_the_board_met() -> None:
    known = plan.accumulate(plan.empty("live", emulated=True), proven())
    attested = [{**ATTESTATIONS["6"][0], "at": "2027-06-14T23:10:00+00:00"}]
    lines = plan.standing(known, {"6": attested}, LONDON)
    meeting, changed = plan.since_meeting(lines, known["board_meetings"], known["as_of"], LONDON)
    assert meeting == "2027-06-14"
    assert [(one["line"], one["now"]) for one in changed] == [("1.3", "proven"), ("6", "attested")]
    html = page.plan_page(known, {}, "Europe/London")
    assert "Changed since the board met on 2027-06-14" in html
    assert "The board meets next on <strong>2027-06-15</strong>" in html


def test_what_was_planned_for_the_day_before_is_overdue_after_midnight() -> None:
    known = plan.accumulate(plan.empty("live", emulated=True), proven())
    lines = [{**one, "planned": "2027-06-14"} for one in plan.standing(known, {}, LONDON)]
    sheets = run_sheets(lines, "live", known["as_of"], LONDON, emulated=True)
    assert {one["overdue"] for sheet in sheets for one in sheet["actions"]} == {True}
    in_utc = run_sheets(lines, "live", known["as_of"], UTC, emulated=True)
    assert {one["overdue"] for sheet in in_utc for one in sheet["actions"]} == {False}


def test_a_health_check_without_a_change_counts_the_days_of_the_records_there_are() -> None:
    report = proven(records=[], lines={})
    assert line_of(report["lines"])["actual"] == "2027-06-15"
    assert "2027-06-15 00:30 BST" in page.report_page(report)
