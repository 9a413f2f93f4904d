# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that is killed in the middle of an update: status says what stands and what carries on, and that does."""

from __future__ import annotations

import shlex
import signal
import stat
import subprocess

import dns.message
import dns.query
import pytest

from emulators.estate.estate import ROOT
from emulators.processes import wait_until
from tests.integration.journal.conftest import PRIMARY, Hold, Runner

UPDATE = "uoe.exam_scheduling.dns : Keep the declared records on the primary"


@pytest.mark.timeout(300)
def test_a_killed_run_is_carried_on_by_the_command_that_status_names(runner: Runner, hold: Hold) -> None:
    nothing = runner.status()
    assert (nothing["state"], nothing["next_command"]) == ("finished", None)
    assert "none; nothing was ever applied" in nothing["shown"]

    process = runner.start("live.yml", "--tags", "dns", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert hold.held.wait(timeout=60)
    process.send_signal(signal.SIGSTOP)  # so that it is still there when status has looked, however long that takes
    during = runner.status()
    assert (during["state"], during["next_command"]) == ("going on", None)
    assert "wait until the run that is going on has ended" in during["shown"]

    process.send_signal(signal.SIGKILL)
    process.wait()
    hold.end("close")
    wait_until(lambda: not runner.alive(), "the end of the module", seconds=60)
    after = runner.status()
    assert after["state"] == "unfinished"
    assert after["last_run"]["state"] == "broken off"
    (half_done,) = after["half_done"]
    assert (half_done["line"], half_done["task"], half_done["ended"]) == ("1.3", UPDATE, False)
    assert half_done["applied_count"] == 10
    assert {item.split()[1] for item in half_done["applied"]} == {"PTR"}, "the reverse zones, and nothing else"
    for words in (
        "BROKEN OFF; no process of it is left",
        "1.3 Keep the declared records on the primary",
        "in force 10 items (10.2.0.192.in-addr.arpa. PTR, ",
        after["next_command"],
    ):
        assert words in after["shown"]

    runner.reach_primary_at(PRIMARY)
    assert "--tags dns" in after["next_command"]
    assert after["next_directory"] == str(ROOT)
    output = runner.run(*shlex.split(after["next_command"]))
    assert "changed=1" in output
    assert "proven" in output

    finally_ = runner.status()
    assert (finally_["state"], finally_["next_command"], finally_["half_done"]) == ("finished", None, [])
    assert finally_["standing"][0]["line"] == "1.3"
    assert finally_["standing"][0]["items"] == 14, "the forward zone, by the second run"
    assert "nothing is to be carried on" in finally_["shown"]
    assert ", proven 20" in finally_["shown"]


@pytest.mark.thorough
@pytest.mark.timeout(200)
def test_what_a_module_still_applies_after_its_run_was_killed_is_known(runner: Runner, hold: Hold) -> None:
    process = runner.start("live.yml", "--tags", "dns", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert hold.held.wait(timeout=60)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert runner.alive(), "its module still waits for an answer, so that something may yet change"
    hold.end("pass")
    wait_until(lambda: not runner.alive(), "the end of the module", seconds=60)
    status = runner.status()
    assert status["state"] == "unfinished"
    assert [work["applied_count"] for work in status["half_done"]] == [24]


@pytest.mark.thorough
@pytest.mark.timeout(200)
def test_a_task_that_broke_off_names_what_is_in_force_and_what_is_not(runner: Runner, hold: Hold) -> None:
    hold.end("close")
    words = runner.words("live.yml", "--tags", "dns")
    done = subprocess.run(words, cwd=ROOT, env=runner.environment, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "What stands, and how to carry on: ansible-playbook" in done.stdout
    status = runner.status()
    assert (status["state"], status["last_run"]["state"]) == ("unfinished", "failed")
    (half_done,) = status["half_done"]
    assert (half_done["ended"], half_done["applied_count"], half_done["pending_count"]) == (True, 10, 14)
    assert "not known to be in force 14 items (es-live.exams.example. A, " in status["shown"]
    (command,) = [line for line in done.stdout.splitlines() if line.startswith("What stands, and how to carry on: ")]
    assert "not known to be in force 14 items" in runner.run(*shlex.split(command.partition(": ")[2]))


@pytest.mark.timeout(200)
def test_a_run_leaves_a_journal_without_values(runner: Runner, hold: Hold) -> None:
    hold.end("pass")
    runner.reach_primary_at(PRIMARY)
    runner.run(*runner.words("live.yml", "--tags", "dns"))
    (journal,) = runner.journals()
    assert stat.S_IMODE(journal.stat().st_mode) == 0o600
    events = runner.events()
    assert [event["event"] for event in events[:2]] == ["run began", "task began"]
    assert events[-1]["event"] == "run ended"
    assert events[0]["run"] == journal.stem
    assert events[0]["command"][-3:] == ["--tags", "dns", "playbooks/live.yml"]
    (update,) = [event for event in events if event["event"] == "task began" and event["name"] == UPDATE]
    applied = [event for event in events if event["event"] == "applied"]
    assert len(applied) == 24
    assert {(event["task"], event["host"], event["action"]) for event in applied} == {
        (update["task"], "localhost", "create")
    }
    figures = {event["what"]: (event["done"], event["total"]) for event in events if event["event"] == "progress"}
    assert figures["DNS update"] == (24, 24)
    assert not (runner.state / "progress").exists()
    text = journal.read_text(encoding="utf-8")
    assert (runner.state.parent / "secrets/dns_key_secret").read_text(encoding="utf-8").strip() not in text
    assert '192.0.2.10"' not in text, "items and actions, no values"


@pytest.mark.thorough
@pytest.mark.timeout(200)
def test_check_mode_and_proofs_leave_no_journal(runner: Runner, hold: Hold) -> None:
    hold.end("pass")
    runner.reach_primary_at(PRIMARY)
    runner.run(*runner.words("live.yml", "--tags", "dns", "--check"))
    assert runner.journals() == []
    runner.run(*runner.words("live.yml", "--tags", "dns"))
    assert "changed=0" in runner.run(*runner.words("live.yml", "--tags", "dns"))
    assert len(runner.journals()) == 2, "one that has found nothing to do has one too"
    runner.run(*runner.words("verify.yml", "--tags", "dns"))
    runner.status()
    assert len(runner.journals()) == 2, "a run that only proves has none"


@pytest.mark.thorough
@pytest.mark.timeout(200)
def test_the_zone_itself_tells_which_run_changed_it_last(runner: Runner, hold: Hold) -> None:
    hold.end("pass")
    runner.reach_primary_at(PRIMARY)
    runner.run(*runner.words("live.yml", "--tags", "dns"))
    run = runner.journals()[-1].stem
    assert _journal_records("exams.example") == [f"run={run} change=SAS005-150"]
    assert _journal_records("2.0.192.in-addr.arpa") == [f"run={run} change=SAS005-150"]
    runner.run(*runner.words("live.yml", "--tags", "dns"))
    assert _journal_records("exams.example") == [f"run={run} change=SAS005-150"], (
        "a run that changes nothing sends nothing"
    )
    runner.variables["dns_records"] = [{"name": "www", "type": "A", "values": ["192.0.2.99"]}]
    runner.reach_primary_at(PRIMARY)
    runner.run(*runner.words("live.yml", "--tags", "dns"))
    assert _journal_records("exams.example") == [f"run={runner.journals()[-1].stem} change=SAS005-150"]


def _journal_records(zone: str) -> list[str]:
    """Return what the zone keeps of its last change, without who made it."""
    answer = dns.query.tcp(dns.message.make_query(f"_exam-scheduling.{zone}", "TXT"), PRIMARY, timeout=5)
    strings = [string.decode() for rrset in answer.answer for rdata in rrset for string in rdata.strings]
    return [text.partition(" by=")[0] for text in strings]
