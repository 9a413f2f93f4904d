# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The web timetables of a rehearsed LIVE: opened, polled through good and broken releases, taken back, held again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.playbooks.isolated import Rehearsed, changed, report
from tests.integration.playbooks.test_going_live import RECORD
from tests.integration.playbooks.web import EXAM_OF_STUDENT, NO_EXAMS, WebTimetables

STAGE = ("stages/publishing.yml", "--tags", "web_timetables")
OPEN = ("-e", "exam_publication=open", "-e", "exam_scheduler_service=live")
EXAM = "/exams?uun=s0000001"


@pytest.fixture(scope="module")
def site(rehearsed: Rehearsed) -> Iterator[WebTimetables]:
    """The site with publication open, and an exam of the known student in the database."""
    site = WebTimetables(rehearsed.isolated)
    site.isolated.estate("up")
    site.database(*NO_EXAMS, *EXAM_OF_STUDENT)
    for opening in (STAGE, ("rollback_web_timetables.yml",)):
        assert "says of itself that it is pre_live" in site.isolated.play(*opening, *OPEN, succeeds=False)
    site.database(RECORD.format("live"))
    opened = site.isolated.play(*STAGE, *OPEN)
    assert report(opened)["4.6"] == "proven"
    yield site
    site.database(*NO_EXAMS, RECORD.format("pre_live"))
    held = site.isolated.play(*STAGE)
    assert report(held)["4.6"] == "proven"


@pytest.mark.thorough
@pytest.mark.timeout(600)
def test_a_student_finds_an_exam_once_publication_is_open_and_nothing_while_it_is_held(
    site: WebTimetables, tmp_path: Path
) -> None:
    shown = site.browse(EXAM, tmp_path)
    assert "<td>TEST10001</td><td>2027-05-04 09:30</td>" in shown
    held = site.isolated.play(*STAGE)
    assert (changed(held), report(held)["4.6"]) == (2, "proven")
    holding = site.browse(EXAM, tmp_path)
    assert "The exam timetable is not published yet." in holding
    assert "TEST10001" not in holding
    assert changed(site.isolated.play(*STAGE, *OPEN)) == 2


@pytest.mark.thorough
@pytest.mark.timeout(1200)
def test_a_client_that_polls_throughout_sees_no_failed_request(site: WebTimetables) -> None:
    before = site.current()
    with site.polled(EXAM, "/health") as polled:
        for broken in ("500", "never"):
            failed = site.isolated.play(*STAGE, *OPEN, "-e", site.release("1.1.0", broken), succeeds=False)
            assert "release 1.1.0 was not put in service" in failed
            assert "as before" in failed
            assert "not healthy either" not in failed
            assert "web2-live" not in failed.split("PLAY RECAP")[1].split("IMPLEMENTATION PLAN")[0], "it comes later"
            assert site.current() == before
        deployed = site.isolated.play(*STAGE, *OPEN, "-e", site.release("1.2.0"))
        assert report(deployed)["4.6"] == "proven"
        assert site.current() == ["1.2.0", "1.2.0"]
        back = site.isolated.play("rollback_web_timetables.yml", *OPEN)
        assert "went back from release 1.2.0 to" in back
        assert site.current() == before
    assert polled["failed"] == []
    assert polled["requests"] > 100
    assert {version for version in ("1.0.0", "1.1.0", "1.2.0") if version in str(polled["answers"])} == {
        "1.0.0",
        "1.2.0",
    }
    assert changed(site.isolated.play(*STAGE, *OPEN)) == 0


@pytest.mark.thorough
@pytest.mark.timeout(400)
def test_what_is_refused_leaves_everything_as_it_was(site: WebTimetables) -> None:
    before = site.current()
    declared = json.loads(site.release("1.3.0"))
    declared["web_timetables_files"][0]["sha256"] = "0" * 64
    refused = site.isolated.play(*STAGE, *OPEN, "-e", json.dumps(declared), succeeds=False)
    assert "expected SHA-256 0000" in refused
    assert "Nothing was touched." in refused

    lock = site.isolated.directory / "hosts/web1-live/srv/web-timetables/deploying"
    lock.write_text('{"owner": "run=other by=alice", "since": 4102444800}', encoding="utf-8")
    refused = site.isolated.play(*STAGE, *OPEN, "-e", site.release("1.3.0"), succeeds=False)
    assert "another deployment is at work here: run=other by=alice" in refused
    assert lock.exists()
    lock.unlink()
    nothing = site.isolated.play("rollback_web_timetables.yml", "-e", "release=0.9", succeeds=False)
    assert "There is nothing to go back to" in nothing
    assert site.current() == before
