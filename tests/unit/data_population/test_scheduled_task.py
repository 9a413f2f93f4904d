# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A scheduled task is started once, followed, and ended where it hangs; what is told of it has nothing of people."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from ansible.errors import AnsibleConnectionFailure

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import OutcomeUnknown, Problem
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.scheduled_task import (
    Declared,
    Field,
    ScheduledTask,
    StatusFile,
)

STATUS = StatusFile("C:\\s.json", Field(["rows", "done"]), Field(["rows", "total"]), Field(["message"]))
DECLARED = Declared(
    name="Load", path="\\Scientia", status=STATUS, unit="rows", deadline=600, stalled_after=60, interval=10,
    masked=re.compile(r"s\d{7}"),
)  # fmt: skip


class Host:
    """What the modules answer: of the task scheduler at each look, the last for ever, and of the status file."""

    def __init__(self, looks: list[Any], *, done: Callable[[float], int] = lambda _now: 0, message: str = "") -> None:
        self.looks = looks
        self.commands: list[str] = []
        self.clock = 0.0
        self.done, self.message = done, message
        self.statuses: dict[int, Any] = {}
        """What comes instead of the status file, by the number of the time that it is asked for."""
        self.asked = 0
        self.refused: Exception | None = None
        """What comes instead of an answer to being told to end."""

    def execute(self, module: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        if module.endswith("win_command"):
            self.commands.append(arguments["cmd"])
            if self.refused is not None and "/end" in arguments["cmd"]:
                raise self.refused
            return {"rc": 0}
        if module.endswith("slurp"):
            self.asked += 1
            if self.asked in self.statuses:
                return answered(self.statuses[self.asked])
            status = {"rows": {"done": self.done(self.clock), "total": 100}, "message": self.message}
            return {"content": base64.b64encode(json.dumps(status).encode()).decode()}
        return answered(self.looks.pop(0) if len(self.looks) > 1 else self.looks[0])

    def wait(self, seconds: float) -> None:
        self.clock += seconds

    def task(self, declared: Declared = DECLARED) -> ScheduledTask:
        return ScheduledTask("connect.example", declared, self.execute, now=lambda: self.clock, wait=self.wait)


def answered(answer: Any) -> Mapping[str, Any]:
    if isinstance(answer, Exception):
        raise answer
    given: Mapping[str, Any] = answer
    return given


def look(status: str = "READY", *, at: str = "t0", result: int = 0, enabled: bool = True) -> dict[str, Any]:
    state = {"status": f"TASK_STATE_{status}", "last_run_time": at, "last_task_result": result}
    return {"task_exists": True, "state": state, "settings": {"enabled": enabled}}


def test_that_it_is_started_followed_and_told_of() -> None:
    host = Host([look(), look(), look("RUNNING", at="t1"), look(at="t1")], done=lambda now: 100 if now > 1 else 40)
    assert host.task().run()["rows"] == {"done": 100, "total": 100}
    assert host.commands == ['schtasks /run /tn "\\Scientia\\Load"']


def test_that_one_in_the_root_folder_is_named_as_schtasks_wants_it() -> None:
    host = Host([look(), look(at="t1")])
    host.task(Declared(**{**vars(DECLARED), "path": "\\", "status": None})).run()
    assert host.commands == ['schtasks /run /tn "\\Load"']


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({"task_exists": False}, "it is not there"),
        (look(enabled=False), "it is disabled"),
        (look("RUNNING"), "running already, and was not started again; found started t0; 40 of 100"),
    ],
)
def test_that_what_cannot_be_started_is_refused_and_nothing_is_touched(found: Any, said: str) -> None:
    host = Host([found], done=lambda _now: 40)
    with pytest.raises(Problem, match=said):
        host.task().run()
    assert host.commands == []


def test_that_a_failure_is_told_with_how_far_it_was_and_without_what_is_somebodys() -> None:
    host = Host(
        [look(), look("RUNNING", at="t1"), look(at="t1", result=1)],
        done=lambda _now: 40,
        message="Cannot insert s9000017. The duplicate key value is (17, Testcase).",
    )
    with pytest.raises(Problem) as raised:
        host.task().run()
    assert "result 0x1 after 40 of 100: Cannot insert …. The duplicate key value is (…). Its log" in str(raised.value)


def test_that_one_that_hangs_is_ended_and_one_that_moves_is_not() -> None:
    hangs = Host([look(), look("RUNNING", at="t1")], done=lambda now: min(int(now), 30))
    with pytest.raises(Problem, match=r"it hung: nothing moved for 60 seconds, at 30 of 100; it was ended"):
        hangs.task().run()
    assert hangs.commands[-1] == 'schtasks /end /tn "\\Scientia\\Load"'
    assert 90 <= hangs.clock < 120

    def moves() -> Iterator[dict[str, Any]]:
        yield look()
        for _number in range(30):
            yield look("RUNNING", at="t1")
        yield look(at="t1")

    assert Host(list(moves()), done=int).task().run()["seconds"] > DECLARED.stalled_after


def test_that_one_that_takes_too_long_is_ended() -> None:
    host = Host([look(), look("RUNNING", at="t1")], done=int)
    with pytest.raises(Problem, match="did not end within 600 seconds"):
        host.task().run()


@pytest.mark.parametrize("status", [STATUS, None])
def test_that_one_whose_number_cannot_be_read_is_ended_by_the_deadline_alone(status: StatusFile | None) -> None:
    """Its file may be kept open by the program, and there may be none: neither says that it hangs."""
    declared = Declared(**{**vars(DECLARED), "status": status})
    host = Host([look(), *[look("RUNNING", at="t1")] * 30, look(at="t1")])
    locked = {"failed": True, "msg": "The file is being used by another process."}
    host.statuses = dict.fromkeys(range(1000), locked)
    assert host.task(declared).run()["seconds"] > 2 * DECLARED.stalled_after
    assert not [each for each in host.commands if "/end" in each]

    late = Host([look(), look("RUNNING", at="t1")])
    late.statuses = host.statuses
    reason = r" \(The file is being used by another process\)" if status else ""
    with pytest.raises(Problem, match=rf"within 600 seconds, at a number that is not known{reason}; it was ended"):
        late.task(declared).run()


def test_that_a_number_that_is_not_read_now_and_then_has_not_moved() -> None:
    host = Host([look(), look("RUNNING", at="t1")], done=lambda _now: 30)
    host.statuses = {number: {"failed": True, "msg": "locked"} for number in range(2, 1000, 2)}
    with pytest.raises(Problem, match="it hung: nothing moved for 60 seconds, at 30 of 100"):
        host.task().run()
    assert host.clock < 120


def test_that_one_answer_that_is_lost_after_a_long_time_without_a_number_does_not_give_it_up() -> None:
    looks = [look(), *[look("RUNNING", at="t1")] * 20, OSError("reset"), look(at="t1")]
    assert Host(looks).task(Declared(**{**vars(DECLARED), "status": None})).run()["seconds"] > 60


def test_that_one_that_does_not_begin_is_not_waited_for_until_the_deadline() -> None:
    host = Host([look()])
    with pytest.raises(Problem, match="it was started, and does not run"):
        host.task().run()
    assert host.clock < 120


def test_that_a_host_that_does_not_answer_for_a_while_is_asked_again() -> None:
    host = Host([look(), look("RUNNING", at="t1"), OSError("reset"), OSError("reset"), look(at="t1")])
    assert host.task().run()["rows"]["total"] == 100


@pytest.mark.parametrize("lost", [AnsibleConnectionFailure("reset"), OSError("reset"), {"unreachable": True}])
def test_that_it_does_not_matter_when_an_answer_is_lost(lost: Any) -> None:
    """As at the look, so at the status file, while it runs and when it has ended; and then nothing more is asked."""
    host = Host([look(), look("RUNNING", at="t1"), look("RUNNING", at="t1"), look(at="t1"), look(at="t1"), OSError()])
    host.statuses = {2: lost, 3: lost}
    assert host.task().run()["rows"] == {"done": 0, "total": 100}
    assert host.asked == 4


def test_that_a_hanging_task_is_told_of_where_its_host_is_gone_when_it_is_to_be_ended() -> None:
    host = Host([look(), look("RUNNING", at="t1")])
    host.refused = AnsibleConnectionFailure("reset")
    with pytest.raises(Problem, match=r"it hung: .*; its host did not answer when it was to be ended, so it may"):
        host.task().run()


def test_that_it_is_not_known_whether_it_runs_where_the_host_stays_silent() -> None:
    host = Host([look(), look("RUNNING", at="t1"), OSError("reset")], done=lambda _now: 40)
    with pytest.raises(OutcomeUnknown, match=r"Whether it still runs is not known; it was at 40 of 100"):
        host.task().run()
    assert not [each for each in host.commands if "/end" in each]
