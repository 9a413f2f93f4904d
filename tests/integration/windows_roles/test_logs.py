# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CalSync's log layout: changed in place, taken up, proven by a line, and put back if the service does not take it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import canonicalize

import pytest

from emulators.windows.faults import Faults
from tests.integration.windows_roles import estate
from tests.integration.windows_roles.conftest import Outcome, Runner

HANDED_OVER: dict[str, Any] = {
    "change_control_permit": {
        "roles": {"calsync": True},
        "carried_out_by": {"1.9": "team"},
        "owner": {"1.9": "The application's team"},
    }
}
PROOF = "Prove that the log carries the student's UUN, and nothing else of a person"


@dataclass(frozen=True)
class Story:
    """What happened, run by run, and the layout files after it."""

    predicted: dict[str, Outcome]
    first: dict[str, Outcome]
    second: dict[str, Outcome]
    third: dict[str, Outcome]
    after_prediction: dict[str, str]
    after_first: dict[str, str]
    after_second: dict[str, str]


@pytest.fixture(scope="module")
def story(runner: Runner) -> Story:
    hosts: dict[str, dict[str, Any]] = {name: {} for name in (*estate.LOGS, "nothing")}
    hosts["element"] = {"calsync_log": estate.log(element=".//appender[@name='Absent']/layout")}
    hosts["asked"] = HANDED_OVER
    hosts["silent"] = {"calsync_product": {"services": [{"name": "CalSync", "start_mode": "disabled"}]}}

    def layouts() -> dict[str, str]:
        return {name: text(runner, name, estate.LAYOUT_FILE) for name in hosts}

    predicted = runner.run("logs", hosts, check=True)
    after_prediction = layouts()
    runner.process.faults.set("cut", Faults(drop="win_xml"))
    runner.process.faults.set("stubborn", Faults(service_does_not_start=["CalSync"]))
    runner.process.faults.set("put_back", Faults(service_does_not_start=["CalSync"]))
    runner.process.faults.set("ending", Faults(service_stops_again=["CalSync"]))
    runner.process.faults.set("restless", Faults(service_starts_again=["CalSync"]))
    first = runner.run("logs", hosts)
    after_first = layouts()
    for name in estate.LOGS:
        runner.process.faults.clear(name)
    second = runner.run("logs", hosts)
    after_second = layouts()
    return Story(predicted, first, second, runner.run("logs", hosts), after_prediction, after_first, after_second)


def text(runner: Runner, host: str, path: str) -> str:
    file = runner.process.state(host).files.get(path.lower())
    return "" if file is None else (runner.process.directory / "blobs" / file.blob).read_text(encoding="utf-8")


NEW = estate.LAYOUT.replace("%level %message%newline", "%level %property{uun} %message%newline")


def plain(layout: str) -> str:
    """Return a layout file as XML alone: comments, order and texts as they are, no blanks between elements."""
    assert layout.startswith('<?xml version="1.0" encoding="utf-8"?>') or "encoding='utf-8'" in layout
    return canonicalize(layout, with_comments=True, strip_text=True)


@pytest.mark.timeout(600)
def test_that_the_layout_is_changed_in_place_and_the_rest_stays(story: Story) -> None:
    assert plain(story.after_prediction["plain"]) == plain(estate.LAYOUT), "check mode changes nothing"
    assert plain(story.after_first["plain"]) == plain(NEW)
    assert story.predicted["plain"].changed == story.first["plain"].changed == 2


def test_that_a_line_of_the_service_proves_it_and_is_not_shown(story: Story, runner: Runner) -> None:
    proof = story.first["plain"].tasks[PROOF]
    assert proof["proven"] is True
    assert " INFO s1234567 " in text(runner, "plain", estate.LOG_FILE)
    assert "s1234567" not in str(story.first["plain"].tasks), "the log's lines stay on the host"


def test_that_the_service_is_restarted_once(story: Story, runner: Runner) -> None:
    assert story.second["plain"].changed == story.third["plain"].changed == 0
    assert len(text(runner, "plain", estate.LOG_FILE).splitlines()) == 1, "a line is written at each start"


def test_that_a_run_that_broke_off_before_the_restart_is_made_good(story: Story) -> None:
    assert "Connection aborted" in story.first["cut"].failure
    assert plain(story.after_first["cut"]) == plain(NEW)
    assert story.second["cut"].changed == 1, "the restart alone"
    assert story.second["cut"].tasks[PROOF]["proven"] is True


def test_that_a_layout_that_the_service_does_not_take_is_put_back(story: Story) -> None:
    assert "CalSync did not take the new layout up" in story.first["stubborn"].failure
    assert "The old layout is back" in story.first["stubborn"].failure
    assert plain(story.after_first["stubborn"]) == plain(estate.LAYOUT)
    assert story.second["stubborn"].tasks[PROOF]["proven"] is True


def test_that_a_layout_of_which_capitals_alone_differ_is_changed_and_put_back_all_the_same(story: Story) -> None:
    assert plain(story.after_prediction["capitals"]) == plain(estate.OTHER_CAPITALS)
    assert plain(story.after_first["capitals"]) == plain(NEW)
    assert story.predicted["capitals"].changed == story.first["capitals"].changed == 2
    assert story.first["capitals"].tasks[PROOF]["proven"] is True
    assert "The old layout is back" in story.first["put_back"].failure
    assert plain(story.after_first["put_back"]) == plain(estate.OTHER_CAPITALS)
    assert story.second["put_back"].tasks[PROOF]["proven"] is True


def test_that_a_service_that_windows_starts_once_more_did_not_stay_up(story: Story) -> None:
    failure = story.first["restless"].failure
    assert "CalSync did not take the new layout up: It started and stopped again, and Windows has started it" in failure
    assert plain(story.after_first["restless"]) == plain(estate.LAYOUT)
    assert story.second["restless"].tasks[PROOF]["proven"] is True


def test_that_a_layout_with_which_the_service_stops_again_is_put_back(story: Story, runner: Runner) -> None:
    failure = story.first["ending"].failure
    assert "CalSync did not take the new layout up: It started and stopped again, with exit code 1066" in failure
    assert "The old layout is back, and the service does not run with it either" in failure
    assert plain(story.after_first["ending"]) == plain(estate.LAYOUT)
    assert story.second["ending"].tasks[PROOF]["proven"] is True
    (service,) = (each for each in runner.process.state("ending").services if each.name == "CalSync")
    assert service.state == "started", "the next run has started it"


def test_that_a_calsync_that_is_not_there_is_waited_for(story: Story) -> None:
    for run in (story.predicted, story.first):
        assert run["nothing"].tasks["Wait for CalSync, which line 1.7 installs"]["pending_line"] == "1.7"
        assert (run["nothing"].failure, run["nothing"].changed) == ("", 0)
        assert PROOF not in run["nothing"].tasks


def test_that_a_layout_that_is_not_where_it_is_declared_is_an_error(story: Story) -> None:
    assert "has no .//appender[@name='Absent']/layout with the attribute value" in story.first["element"].failure
    assert plain(story.after_second["element"]) == plain(estate.LAYOUT)


def test_that_a_disabled_calsync_stays_stopped_and_that_there_is_no_line_is_said(story: Story, runner: Runner) -> None:
    assert plain(story.after_first["silent"]) == plain(NEW)
    assert story.predicted["silent"].changed == story.first["silent"].changed == 1, "the layout alone"
    assert story.first["silent"].tasks[PROOF]["expected"].keys() == {"layout", "fields that may not be logged"}
    assert story.first["silent"].tasks[PROOF]["proven"] is True
    said = story.first["silent"].tasks["Say that there is no line to prove it by"]["msg"]
    assert (
        "silent.exams.example: CalSync is declared as disabled, so that it writes no line to prove the layout by"
        in said
    )
    assert text(runner, "silent", estate.LOG_FILE) == ""
    (service,) = (each for each in runner.process.state("silent").services if each.name == "CalSync")
    assert (service.state, service.start_mode) == ("stopped", "disabled")


def test_that_where_a_team_carries_it_out_it_is_asked(story: Story, runner: Runner) -> None:
    assert story.first["asked"].tasks["Hand the change of the layout over"]["waiting_for"] == "The application's team"
    assert plain(story.after_second["asked"]) == plain(estate.LAYOUT)
    (request,) = (runner.directory / "state/hand-overs").glob("1.9-*.md")
    assert "- Now: `%date %level %message%newline`" in request.read_text(encoding="utf-8")


def test_that_the_run_after_changes_nothing(story: Story) -> None:
    for name in (*estate.LOGS, "asked", "silent"):
        outcome = story.third[name]
        assert (outcome.failure, outcome.changed) == ("", 0), name
