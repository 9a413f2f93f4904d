# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of one run: as its schema says, whatever happened; for CI, for the terminal, and for readers."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
import xmlschema

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.progress import Figures
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.report import junit, page, terminal
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.report.text import clean, duration, listed, moment
from tests.report_example import ATTESTATIONS, CHANGE, ROOT, Script, a_run, evening, proof, weeks

SCHEMA = json.loads((ROOT / "docs/report.schema.json").read_text(encoding="utf-8"))
JUNIT = xmlschema.XMLSchema(Path(__file__).with_name("junit.xsd"))
NASTY = "<script>alert(1)</script>&\"'\x1b[31m\x00\ud800"
EMERGENCY = {"approver": "Head of service", "reason": "exams start in an hour"}


def script_of(kind: str) -> Script:
    """Return a run of each kind that there is."""
    if kind == "waiting":
        return evening()
    if kind == "prediction":
        return evening(a_run(check_mode=True, change={**CHANGE, "refusals": ["outside the window"]}))
    if kind == "refused":
        refusals = ["line 1.3: no approved record covers it", "line 1.6: its window ended yesterday"]
        script = Script(a_run(change={"required": True, "refusals": refusals}))
        script.task(None, "Ask for the permit", {"localhost": {"msg": "Refused"}}, outcome="failed")
        return script
    if kind == "emergency":
        return evening(a_run(rehearsal=False, change={**CHANGE, "records": [], "lines": {}, "emergency": EMERGENCY}))
    script = Script(a_run(change={} if kind == "no change control" else CHANGE))
    if kind == "failed":
        script.task("1.3", NASTY, {NASTY: {"msg": NASTY, "changes": [{"item": NASTY}]}}, outcome="failed")
        script.task(None, NASTY, {"localhost": {"msg": NASTY}}, outcome="failed", role="https")
        script.task("1.6", "Reach it", {"web1": {"msg": "no route to host"}}, outcome="unreachable")
        script.task("1.2", "Name it", {"localhost": {"msg": NASTY}}, gap=True)
        script.task("1.2", "Prove it", {"localhost": proof("3 flows", 3)})
    if kind == "pending":
        script.task("1.6", "Keep keys", {"localhost": {"changed": True, "pending_line": "1.3"}})
    return script


KINDS = ["waiting", "prediction", "refused", "emergency", "failed", "pending", "nothing", "no change control"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_report_is_as_its_schema_says_and_can_be_written(kind: str) -> None:
    report = json.loads(json.dumps(script_of(kind).report()))
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    checker = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
    assert [error.message for error in checker.iter_errors(report)] == []
    JUNIT.validate(junit.render(report).encode())
    assert "<script>alert" not in page.report_page(report)
    json.dumps(report, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("kind", "tone", "words"),
    [
        ("waiting", "wait", "Line 1.2 is waiting for Network team. Lines 1.3 and 1.6 are proven."),
        ("prediction", "info", "A prediction: a real run would change lines 1.3 and 1.6. Nothing was changed."),
        ("refused", "bad", "Refused before anything was touched: line 1.3: no approved record covers it"),
        ("failed", "bad", "Line 1.3 is not as the plan wants it."),
        ("pending", "wait", "Line 1.6 is waiting for an earlier line."),
        ("nothing", "idle", "No line of the plan was worked on in this run."),
    ],
)
def test_the_verdict_is_one_sentence(kind: str, tone: str, words: str) -> None:
    report = script_of(kind).report()
    assert report["verdict"] == {"tone": tone, "words": words}


def test_a_run_that_is_refused_at_a_later_stage_says_that_it_had_begun() -> None:
    script = evening()
    script.collected.began(a_run(change={"refusals": ["line 2.1: the window has ended"]}))
    report = script.report()
    assert report["verdict"]["words"] == "Stopped between two stages: line 2.1: the window has ended"
    assert report["change"]["records"][0]["id"] == "SAS005-150", "what the first stages ran under is not forgotten"


def test_a_check_run_keeps_what_each_gate_would_have_refused() -> None:
    first, second = "line 1.3: its window closed 14 hours ago", "line 1.6: its window closed 14 hours ago"
    script = Script(a_run(check_mode=True, change={**CHANGE, "refusals": [first, second]}))
    for refusals in (["line 1.6: its window closed 14 hours 1 minute ago"], []):
        script.collected.began(a_run(check_mode=True, change={**CHANGE, "refusals": refusals}))
    report = script.report()
    assert report["change"]["refusals"] == [first, second]
    assert "A real run would be refused now:" in page.report_page(report)


def test_long_work_is_reported_with_its_rate_under_its_line() -> None:
    figures = Figures("task-4", "localhost", "DNS update", "record sets", 24, 24, 0.064)
    report = evening().report(work=[figures, replace(figures, task="gone", done=0, seconds=0.0)])
    jsonschema.validate(report, SCHEMA)
    done, stuck = report["work"]
    assert (done["line"], done["done"], done["rate"]) == ("1.3", 24, 375.0)
    assert (stuck["line"], stuck["rate"]) == (None, None)
    assert "24 record sets in" in page.report_page(report)
    assert ", 375.0 a second" in page.report_page(report)


def test_the_actual_day_is_that_since_which_a_line_is_proven() -> None:
    before = {"1.2": "2027-01-04T10:00:00+00:00", "1.3": "2027-01-05T10:00:00+00:00", "7": "2027-01-06T10:00:00+00:00"}
    days = {line["line"]: line["actual"] for line in evening().report(settled_since=before)["lines"]}
    assert days["1.3"] == "2027-01-05", "proven before, and proven again"
    assert days["1.6"] == "2027-01-19", "proven for the first time"
    assert days["1.2"] is None, "proven before, and not as declared now"
    assert days["7"] == "2027-01-06", "not in this run: what was known stands"
    assert days["6"] == "2027-01-13", "the day of the attestation"


def test_a_failure_outside_every_line_is_not_passed_over() -> None:
    script = Script(a_run())
    script.task(None, "Make sure that the key is there", {"localhost": {"msg": "it is missing"}}, outcome="failed")
    report = script.report()
    assert report["verdict"]["words"].startswith("The run broke off at 'Make sure that the key is there' on localhost")
    assert "errors='1'" in junit.render(report).replace('"', "'")


def cases(report: dict[str, Any]) -> dict[str, str]:
    root = ElementTree.fromstring(junit.render(report))  # noqa: S314 (it is our own)
    return {str(case.get("name")): (case[0].tag if len(case) else "passed") for case in root.iter("testcase")}


def test_ci_sees_failures_as_failures_and_what_is_not_due_as_skipped() -> None:
    failed = cases(script_of("failed").report())
    assert failed["1.3 DNS, changes tested"] == "failure"
    assert failed["1.6 HTTPS certificates"] == "failure", "what nobody could see is not proven"
    assert failed["1.2 Firewalls opened: Connect, Exam Scheduler"] == "passed"
    assert failed["2.1 Connect's configuration promoted from TEST"] == "skipped"
    waiting = cases(evening().report())
    assert waiting["1.2 Firewalls opened: Connect, Exam Scheduler"] == "skipped"
    assert (waiting["1.2 proven from web1-live"], waiting["1.2 proven from web2-live"]) == ("skipped", "passed")
    assert waiting["6 Data migration"] == "passed"
    assert cases(script_of("refused").report())["change gate"] == "error"


def test_the_terminal_shows_a_line_for_each_heading() -> None:
    lines = terminal.render(evening().report(), width=160, colour=lambda text, _colour: text)
    assert lines[0].startswith("IMPLEMENTATION PLAN LIVE [EMULATED] ***")
    assert len(lines) == 1 + 2 + 7 + 2
    assert (
        lines[3].split("  ")
        == [
            "1",
            "Infrastructure components",
            "2 of 9",
            "handed over",
            "     1.2: waits for Network team",
        ]
        or "1.2: waits for Network team" in lines[3]
    )
    assert "1 of 1" in lines[8]
    coloured = terminal.render(evening().report(), width=160, colour=lambda text, colour: f"<{colour}>{text}")
    assert coloured[3].startswith("<yellow>1  Infrastructure components")
    loud = terminal.render(script_of("emergency").report(), width=160, colour=lambda text, colour: f"<{colour}>{text}")
    assert "<bright red>EMERGENCY, approved by Head of service: exams start in an hour" in loud


def test_the_pages_need_nothing_from_a_network() -> None:
    for html in (page.report_page(evening().report()), page.plan_page(weeks(), ATTESTATIONS)):
        for foreign in ("http://", "https://", "<script", "<link", "<img", "@import", "url("):
            assert foreign not in html


def test_the_pages_say_what_must_not_be_overlooked() -> None:
    emergency = page.report_page(script_of("emergency").report())
    assert "Emergency: done without an approved change" in emergency
    assert "EMULATED" not in emergency
    prediction = page.report_page(script_of("prediction").report())
    assert "CHECK MODE" in prediction
    assert "A real run would be refused now:" in prediction
    refused = page.report_page(script_of("refused").report())
    assert "Refused by change control" in refused
    assert "line 1.6: its window ended yesterday" in refused


def test_words_are_made_fit_to_print() -> None:
    assert clean(NASTY) == "<script>alert(1)</script>&\"'[31m?"
    assert clean("x" * 3000).endswith("… (1000 characters more)")
    assert [duration(seconds) for seconds in (0.44, 42, 192, 7500, 200_000, 1_000_000)] == [
        "0.4 s",
        "42 s",
        "3 min 12 s",
        "2 h 5 min",
        "2 days 7 h",
        "11 days",
    ]
    assert moment("not a time") == "not a time"
    assert listed(["1", "2", "3"]) == "1, 2 and 3"
