# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever is left of a journal, its status is true: nothing is claimed that is not there, nothing there is missed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.journal_reader import RunJournal, parse
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.journal_status import status_of
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.journal_text import next_command, text_of

START = datetime(2027, 3, 28, 0, 59, tzinfo=UTC)
ENDS = ("ok", "failed", "skipped", "unreachable")


@dataclass
class Told:
    """What somebody knows who has read the lines one by one."""

    began: set[str] = field(default_factory=set)
    ended: dict[str, str] = field(default_factory=dict)
    applied: dict[str, list[str]] = field(default_factory=dict)
    run_ended: bool = False


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Draw the events of a run: tasks on hosts, interleaved as they like, each with its changes in its order."""
    tasks = draw(st.integers(0, 4))
    streams: list[list[dict[str, Any]]] = []
    failed = False
    for number in range(tasks):
        about = {"task": f"t{number}", "host": draw(st.sampled_from(["localhost", "web1-live"]))}
        items = draw(st.lists(st.text(max_size=8), max_size=4))
        end = draw(st.sampled_from(ENDS))
        failed = failed or end in ("failed", "unreachable")
        name = {"name": f"uoe.exam_scheduling.dns : task {number}", "role": "dns", "line": draw(st.sampled_from(LINES))}
        streams.append(
            [
                {"event": "task began", **about, **name},
                *({"event": "applied", **about, "item": item, "action": "create"} for item in items),
                {"event": "task ended", **about, "outcome": end, "changed": bool(items)},
            ]
        )
    began = {
        "event": "run began",
        "playbook": "playbooks/live.yml",
        "command": ["ansible-playbook", "-i", "inventories/live", "playbooks/live.yml"],
        "changes": ["SAS005-150"],
        "who": "operations@control",
    }
    events = [began]
    while streams:
        stream = draw(st.sampled_from(streams))
        events.append(stream.pop(0))
        streams = [each for each in streams if each]
    return [*events, {"event": "run ended", "outcome": "failed" if failed else "ok", "failed_hosts": []}]


LINES = ("1.2", "1.3", "1.6")


def written(events: Sequence[dict[str, Any]]) -> bytes:
    """Return the events as a journal has them, a second apart."""
    times = ((START + timedelta(seconds=number)).isoformat() for number in range(len(events)))
    lines = (json.dumps({"v": 1, "at": at, **event}) for at, event in zip(times, events, strict=True))
    return b"".join(line.encode() + b"\n" for line in lines)


def whole_events(content: bytes) -> Iterator[dict[str, Any]]:
    for line in content.split(b"\n"):
        try:
            yield json.loads(line)
        except ValueError:
            continue


def told(content: bytes) -> Told:
    known = Told()
    for event in whole_events(content):
        task = event.get("task", "")
        match event["event"]:
            case "task began":
                known.began.add(task)
            case "applied":
                known.applied.setdefault(task, []).append(event["item"])
            case "task ended":
                known.ended[task] = event["outcome"]
            case "run ended":
                known.run_ended = True
    return known


def journal(content: bytes, *, alive: bool = False, name: str = "2027-03-28T005900Z-000001") -> RunJournal:
    events, unreadable = parse(content)
    return RunJournal(name, events, unreadable, alive)


@given(history=histories(), data=st.data(), alive=st.booleans())
def test_a_journal_that_is_cut_anywhere_gives_a_true_status(
    history: list[dict[str, Any]], data: st.DataObject, alive: bool
) -> None:
    content = written(history)
    cut = content[: data.draw(st.integers(0, len(content)))]
    known = told(cut)
    status = status_of([journal(cut, alive=alive)])
    (run,) = [status.last]
    assert run is not None

    assert (run.state in ("ended", "failed")) == known.run_ended
    assert (run.state == "going on") == (alive and not known.run_ended)
    assert {work.task for work in run.works} == known.began
    for work in run.works:
        assert work.applied == known.applied.get(work.task, [])
        assert (work.ended is not None) == (work.task in known.ended)

    open_tasks = {task for task in known.began if known.ended.get(task) not in ("ok", "skipped")}
    if run.state in ("failed", "broken off"):
        assert {work.task for work in status.half_done} == open_tasks
        assert list(status.unfinished) == [run]
    else:
        assert not status.half_done
    torn = bool(cut.rpartition(b"\n")[2]) and cut.rpartition(b"\n")[2] + b"\n" not in content
    assert status.unreadable == int(torn)

    command = next_command(status)
    assert (command is not None) == (run.state in ("failed", "broken off") and bool(run.command))
    text = text_of(status, {})
    shown = "\n".join(text)
    assert all("\n" not in line and ": " not in line for line in text)
    if command is not None:
        assert command in shown
    assert ("it is still going on" in shown) == (run.state == "going on")
    assert len(text) <= 20


@given(history=histories(), data=st.data())
def test_the_same_run_carried_to_its_end_leaves_nothing(history: list[dict[str, Any]], data: st.DataObject) -> None:
    content = written(history)
    cut = content[: data.draw(st.integers(0, len(content)))]
    good = [{**event, "outcome": "ok"} if event["event"].endswith("ended") else event for event in history]
    broken, whole = journal(cut), journal(written(good), name="2027-03-28T015900Z-000002")
    status = status_of([broken, whole])
    if broken.events:
        assert not status.unfinished
        assert not status.half_done
        assert next_command(status) is None
    items = {task for event in history if event["event"] == "applied" for task in [event["task"]]}
    changed = {event["task"] for event in history if event["event"] == "task ended" and event["changed"]}
    lines = {event["line"] for event in history if event["event"] == "task began" and event["task"] in items | changed}
    assert {standing.line for standing in status.standing} == lines


@given(content=st.binary(max_size=400))
def test_rubbish_is_no_error(content: bytes) -> None:
    status = status_of([journal(content)])
    assert status.last is not None
    text_of(status, {})


def run(name: str, outcome: str | None, *options: str, tasks: dict[str, str] | None = None, **about: str) -> RunJournal:
    """Return a journal in which each task has ended with its outcome; a run without an outcome was broken off."""
    words = ["ansible-playbook", "-i", "inventories/live", *options, "playbooks/live.yml"]
    events: list[dict[str, Any]] = [{"event": "run began", "playbook": "playbooks/live.yml", "command": words, **about}]
    for task, end in (tasks or {}).items():
        of = {"task": task, "host": "localhost"}
        events.append({"event": "task began", **of, "name": task, "role": "dns", "line": "1.3", "once": True})
        if end:
            events.append({"event": "task ended", **of, "outcome": end, "changed": False})
    if outcome:
        events.append({"event": "run ended", "outcome": outcome})
    return journal(written(events), name=name)


def test_a_later_run_of_a_part_does_not_make_up_for_the_whole() -> None:
    status = status_of(
        [run("1", None, tasks={"records": ""}), run("2", "ok", "--tags", "dns", tasks={"records": "ok"})]
    )
    assert not status.half_done, "the task itself was done by the second run"
    assert next_command(status) == "ansible-playbook -i inventories/live playbooks/live.yml"


def test_a_later_run_of_the_whole_makes_up_for_a_part() -> None:
    status = status_of([run("1", "failed", "--tags", "dns", tasks={"records": "failed"}), run("2", "ok")])
    assert not status.unfinished


def test_more_tags_make_up_for_fewer_and_a_limit_or_skipped_tags_do_not() -> None:
    broken = run("1", None, "--tags", "dns")
    assert not status_of([broken, run("2", "ok", "--tags", "dns,https")]).unfinished
    for narrower in (
        *(("--tags", "https"), ("--limit", "web1-live"), ("--skip-tags", "dns")),
        *(("--start-at-task", "the last one"), ("--step",)),
    ):
        assert len(status_of([broken, run("2", "ok", *narrower)]).unfinished) == 1, narrower


def test_a_run_that_was_given_other_values_makes_up_for_nothing() -> None:
    """snapshot.yml -e state=reverted that broke off, and -e state=present after it: the same task, other work."""
    option = ("-e", "state=…")
    broken = run("1", None, *option, tasks={"Keep it, or revert": ""}, given="reverted")
    for other in ({"given": "present"}, {"given": ""}):
        status = status_of([broken, run("2", "ok", *option, tasks={"Keep it, or revert": "ok"}, **other)])
        assert [work.name for work in status.half_done] == ["Keep it, or revert"]
        assert next_command(status) is not None
    status = status_of([broken, run("2", "ok", *option, tasks={"Keep it, or revert": "ok"}, given="reverted")])
    assert not status.unfinished


def test_values_that_nothing_was_applied_by_need_not_be_given_again() -> None:
    """revert_views.yml -e deployment=33, of which there is none, and then -e deployment=3."""
    option = ("-e", "deployment=…")
    mistyped = run("1", "failed", *option, tasks={"Revert": "failed"}, given="33")
    for corrected in (option, ()):
        assert not status_of([mistyped, run("2", "ok", *corrected, tasks={"Revert": "ok"}, given="3")]).unfinished
    assert status_of([mistyped, run("2", "ok", *option, "--tags", "dns", given="3")]).unfinished


@pytest.mark.parametrize(
    "left",
    [
        {"event": "applied", "item": "a view", "action": "update"},
        {"event": "task ended", "outcome": "failed", "changed": True},
        {"event": "task ended", "outcome": "failed", "pending": ["a view"], "pending_count": 1},
        {"event": "task ended", "outcome": "unreachable"},
    ],
)
def test_values_that_something_was_or_may_have_been_applied_by_are_to_be_given_again(left: dict[str, Any]) -> None:
    of = {"task": "t", "host": "localhost"}
    events = [
        {"event": "run began", "playbook": "playbooks/live.yml", "given": "33"},
        {"event": "task began", **of, "name": "Revert", "role": "eugex", "line": "2.3"},
        *([{**of, **left}] if left["event"] == "applied" else []),
        {"outcome": "failed", "changed": False, **of, **left, "event": "task ended"},
        {"event": "run ended", "outcome": "failed"},
    ]
    failed = journal(written(events), name="1")
    assert status_of([failed, run("2", "ok", given="3")]).unfinished
    assert not status_of([failed, run("2", "ok", given="33")]).unfinished


def test_without_a_digest_the_names_are_held_against_each_other() -> None:
    broken = run("1", None, "-e", "step=…")
    assert not status_of([broken, run("2", "ok", "-e", "step=…")]).unfinished
    assert status_of([broken, run("2", "ok")]).unfinished
    assert not status_of([broken, run("2", "ok", "-e", "step=…", "-e", "change_control_now=…")]).unfinished


def test_of_several_runs_that_did_not_end_well_the_last_comes_first() -> None:
    https = run("1", None, "--tags", "https", tasks={"certificates": ""})
    status = status_of([https, run("2", "failed", "--tags", "dns", tasks={"records": "failed"})])
    assert next_command(status) == "ansible-playbook -i inventories/live --tags dns playbooks/live.yml"
    assert [work.name for work in status.half_done] == ["records", "certificates"]
    assert "ask again, for 1 earlier run did not end well" in "\n".join(text_of(status, {}))


def test_work_that_began_in_the_middle_is_carried_on_from_the_beginning() -> None:
    status = status_of([run("1", None, "--start-at-task", "the last one", "--step", "--tags", "dns")])
    assert next_command(status) == "ansible-playbook -i inventories/live --tags dns playbooks/live.yml"


def test_of_several_playbooks_in_one_run_the_last_counts() -> None:
    first = run("1", "ok", tasks={"records": "ok"})
    second = run("1", None, tasks={"certificates": ""})
    status = status_of([RunJournal("1", [*first.events, *second.events])])
    assert status.last is not None
    assert status.last.state == "broken off"
    assert [work.name for work in status.half_done] == ["certificates"]


def test_a_failure_that_was_rescued_or_does_not_matter_is_not_half_done() -> None:
    assert not status_of([run("1", "ok", tasks={"records": "failed"})]).half_done


def test_what_is_given_with_e_is_asked_for_again() -> None:
    status = status_of([run("1", None, "-e", "change_control_emergency=…")])
    shown = "\n".join(text_of(status, {}))
    assert "-e 'change_control_emergency=…'" in shown
    assert "stands for what was given with -e" in shown


def test_there_was_no_run_at_all() -> None:
    status = status_of([])
    assert "none; nothing was ever applied" in "\n".join(text_of(status, {}))
    assert next_command(status) is None
