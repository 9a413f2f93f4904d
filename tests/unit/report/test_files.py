# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is written where: whole or not at all, by several runs at once, and never at the cost of the run itself."""

from __future__ import annotations

import json
import multiprocessing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.report import files, page, plan, surroundings
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.report.writer import ReportWriter
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.run_events import Result, Run, Task
from tests.module_runner import run_module
from tests.report_example import STARTED, a_run, proof

ATTESTATION = {
    "line": "6",
    "attested_by": "A. N. Other",
    "statement": "There is no data to migrate.",
    "evidence": "minutes",
}


def a_run_of(state: Path, minutes: int = 0) -> Run:
    started = STARTED + timedelta(minutes=minutes)
    return a_run(started, run_id=f"{started:%Y-%m-%dT%H%M%SZ}-{minutes:06x}", state_directory=state)


def write(state: Path, minutes: int = 0) -> list[str]:
    """Let a run of one proof end, and return what it says on the terminal."""
    run = a_run_of(state, minutes)
    task = Task("task-1", "Prove it", "dns", "1.3", gap=False, at=run.started)
    writer = ReportWriter()
    writer.run_began(run)
    ended = run.started + timedelta(seconds=5)
    content = proof("72 DNS record sets proven", 72)
    writer.task_ended(Result(task, "localhost", "ok", False, False, content, hidden=False, at=ended))
    return list(writer.run_ended({"localhost": {"ok": 1}}, ended))


def test_a_run_leaves_its_files_and_names_them(tmp_path: Path) -> None:
    said = write(tmp_path)
    place = tmp_path / "reports/live"
    run = a_run_of(tmp_path).run_id
    assert said[-4:] == [
        f"Report: {place / run / 'report.json'}",
        f"For reading: {place / run / 'report.html'}",
        f"For CI: {place / run / 'junit.xml'}",
        f"Living plan: {place / 'plan.html'}",
    ]
    left = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.rglob("*") if path.is_file()}
    assert left.keys() == {"report.json", "report.html", "junit.xml", "plan.json", "plan.html", ".plan.lock"}
    assert {name: mode for name, mode in left.items() if name != ".plan.lock"} == dict.fromkeys(
        left.keys() - {".plan.lock"}, 0o600
    )


def test_runs_that_end_at_once_are_all_in_the_plan(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    runs = [context.Process(target=write, args=(tmp_path, minutes)) for minutes in range(8)]
    for one in runs:
        one.start()
    for one in runs:
        one.join()
    known = json.loads((tmp_path / "reports/live/plan.json").read_text(encoding="utf-8"))
    assert len(known["runs"]) == len(known["lines"]["1.3"]["recent"]) == 8
    assert not list(tmp_path.rglob("*.tmp"))


def test_a_plan_that_is_broken_is_kept_aside_and_said(tmp_path: Path) -> None:
    write(tmp_path)
    path = tmp_path / "reports/live/plan.json"
    broken = path.read_text(encoding="utf-8")[:500]
    path.write_text(broken, encoding="utf-8")
    said = "\n".join(write(tmp_path, 1))
    (aside,) = path.parent.glob("plan-unusable-*.json")
    assert aside.read_text(encoding="utf-8") == broken
    assert f"It was kept as {aside}, and a new one begins with this run" in said
    assert len(json.loads(path.read_text(encoding="utf-8"))["runs"]) == 1


def test_one_file_that_cannot_be_written_keeps_no_other_from_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_report: object) -> str:
        raise ValueError("a defect of the page")

    monkeypatch.setattr(page, "report_page", broken)
    said = write(tmp_path)
    (complaint,) = [line for line in said if line.startswith("The report is incomplete: ")]
    assert complaint.endswith("report.html could not be written: ValueError: a defect of the page")
    assert {line.split(":")[0] for line in said[-3:]} == {"Report", "For CI", "Living plan"}


def test_a_state_directory_that_takes_nothing_is_said_and_nothing_is_raised(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("in the way", encoding="utf-8")
    said = write(tmp_path)
    assert sum(line.startswith("The report is incomplete: ") for line in said) == 6
    assert any("DNS" not in line and "Infrastructure components" in line for line in said), "the table is still shown"


def test_a_lock_that_another_run_keeps_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LOCK_SECONDS", 0.1)
    with files.locked(tmp_path), pytest.raises(TimeoutError, match="held by another run"), files.locked(tmp_path):
        pass


def test_who_and_what_is_found_out_without_ever_failing(tmp_path: Path) -> None:
    told = surroundings.describe([str(tmp_path), "no/such/inventory", "host1,"], "2.19.14", {"SUDO_USER": "asmith"})
    assert told["by"]["sudo_user"] == "asmith"
    assert told["versions"]["collection"] == "0.1.0"
    assert [one["commit"] for one in told["inventory"]] == [None, None, None]


def test_the_inventory_s_revision_and_whether_it_was_modified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git: Any = surroundings._git
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "test")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "test@exams.example")
    (tmp_path / "live").mkdir()
    hosts = tmp_path / "live/hosts.yml"
    hosts.write_text("all: {}\n", encoding="utf-8")
    for words in (("init", "-q"), ("add", "."), ("commit", "-q", "-m", "hosts")):
        assert git(tmp_path, *words) is not None
    clean = surroundings.revision(str(tmp_path / "live"))
    assert len(clean["commit"]) == 40
    assert clean["modified"] is False
    (tmp_path / "elsewhere.yml").touch()
    assert surroundings.revision(str(tmp_path / "live"))["modified"] is False
    hosts.write_text("all: {hosts: {web1: {}}}\n", encoding="utf-8")
    assert surroundings.revision(str(tmp_path / "live"))["modified"] is True
    assert surroundings.revision(str(hosts)) == {**clean, "path": str(hosts), "modified": True}


def attest(state: Path, *, check: bool = False, **values: Any) -> dict[str, Any]:
    arguments = {"state_directory": str(state), "known_lines": ["1.3", "6"], **ATTESTATION, **values}
    return run_module("attestation", arguments, check=check)


def test_check_then_attest_then_unchanged_and_the_plan_takes_it_up(tmp_path: Path) -> None:
    predicted = attest(tmp_path, check=True)
    assert not (tmp_path / "attestations").exists()
    made = attest(tmp_path)
    assert (made["changed"], made["changes"]) == (True, predicted["changes"])
    assert attest(tmp_path)["changed"] is False
    assert attest(tmp_path, evidence="another ticket")["changed"] is True
    assert len(list((tmp_path / "attestations").iterdir())) == 2
    write(tmp_path)
    (report,) = (tmp_path / "reports/live").glob("*/report.json")
    states = {line["line"]: line["state"] for line in json.loads(report.read_text(encoding="utf-8"))["lines"]}
    assert (states["6"], states["1.3"], states["7"]) == ("attested", "proven", "not in this run")
    assert "A. N. Other" in (tmp_path / "reports/live/plan.html").read_text(encoding="utf-8")


def test_an_attestation_that_was_edited_is_attested_again(tmp_path: Path) -> None:
    path = Path(attest(tmp_path)["path"])
    whole = path.read_text(encoding="utf-8")
    for damaged in (whole.replace("no data", "little data"), "{"):
        path.write_text(damaged, encoding="utf-8")
        assert (attest(tmp_path)["changed"], attest(tmp_path)["changed"]) == (True, False)
        assert json.loads(path.read_text(encoding="utf-8"))["statement"] == ATTESTATION["statement"]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"line": "9.9"}, "line='9.9' is refused: the plan has no such line. Give one of 1.3, 6."),
        ({"attested_by": " "}, "attested_by=' ' is refused: it is empty. Say who vouches for it, by full name."),
        ({"statement": ""}, "statement='' is refused: it is empty."),
        ({"evidence": ""}, "evidence='' is refused: it is empty."),
    ],
)
def test_an_attestation_that_says_nothing_is_refused_by_name(tmp_path: Path, values: dict[str, str], said: str) -> None:
    refused = attest(tmp_path, check=False, **values)
    assert refused["failed"]
    assert said in refused["msg"]
    assert not list(tmp_path.iterdir())


def test_an_attestation_that_was_edited_counts_for_nothing_and_is_named(tmp_path: Path) -> None:
    path = Path(attest(tmp_path)["path"])
    path.write_text(path.read_text(encoding="utf-8").replace("no data", "some data"), encoding="utf-8")
    said = "\n".join(write(tmp_path))
    assert (
        f"{path}: this attestation cannot be used, so it counts for nothing; found a statement that was edited" in said
    )
    known = json.loads((tmp_path / "reports/live/plan.json").read_text(encoding="utf-8"))
    assert plan.defect(known, "live", emulated=True) == ""
    (report,) = (tmp_path / "reports/live").glob("*/report.json")
    assert '"state": "attested"' not in report.read_text(encoding="utf-8")
