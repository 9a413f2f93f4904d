# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module `bi_universe`, and what it must never do, against the emulated platform and its lcm_cli."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects.lcm_cli import escaped
from emulators.business_objects import archive
from emulators.business_objects.store import Store
from emulators.processes import wait_until
from tests.integration.business_objects.conftest import LIVE, ROOT, TEST, Platform


def test_that_it_is_promoted_once_as_predicted_and_then_left_alone(platform: Platform) -> None:
    predicted = platform.run(check=True)
    assert (predicted["changed"], platform.universe["revision"]) == (True, 6)
    assert not platform.work.exists() or not list(platform.work.iterdir())
    applied = platform.run()
    assert not applied.get("failed"), applied
    assert applied["changes"] == predicted["changes"]
    assert applied["diff"] == predicted["diff"]
    assert applied["rows"] == 1
    universe = platform.universe
    assert universe is not None
    assert (universe["revision"], universe["connections"]) == (7, [LIVE])
    again = platform.run()
    assert (again["changed"], again["changes"]) == (False, [])
    assert platform.universe == universe


def test_that_what_was_there_is_backed_up_and_all_jobs_logs_are_kept(platform: Platform) -> None:
    applied = platform.run()
    backup, log = Path(applied["backup"]), Path(applied["log"])
    assert archive.read(backup)["universe"]["revision"] == 6
    assert json.loads(backup.with_suffix(".json").read_text(encoding="utf-8"))["revision"] == 6
    assert "Job Status  : Success" in log.read_text(encoding="utf-8")
    assert len(list((platform.work / "logs").iterdir())) == 2  # the backup, the promotion
    for path in platform.work.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_that_passwords_are_nowhere_but_in_a_private_file_that_is_removed(platform: Platform) -> None:
    applied = platform.run()
    arguments = (platform.directory / "arguments").read_text(encoding="utf-8")
    modes = (platform.directory / "modes").read_text(encoding="utf-8").split()
    assert platform.password not in arguments
    assert set(modes[::2]) == {"600"}
    assert not any(Path(name).exists() for name in modes[1::2])
    assert f"LCM_password={escaped(platform.password)}\n" in (platform.directory / "properties").read_text("ascii")
    for path in (*platform.work.rglob("*.log"), *platform.work.rglob("*.json")):
        assert platform.password not in path.read_text(encoding="utf-8")
    assert platform.password not in json.dumps(
        {k: v for k, v in applied.items() if k != "invocation"}, ensure_ascii=False
    )


@pytest.mark.thorough
def test_that_it_is_reverted_to_what_was_there_and_then_left_alone(platform: Platform) -> None:
    platform.run()
    predicted = platform.run(check=True, state="reverted")
    assert predicted["changes"][0]["after"]["revision"] == 6
    reverted = platform.run(state="reverted")
    assert (reverted["changed"], reverted["changes"]) == (True, predicted["changes"])
    assert platform.universe["revision"] == 6
    assert platform.run(state="reverted")["changed"] is False
    assert platform.run()["changed"] is True


def test_that_what_was_not_there_is_made_and_cannot_be_reverted(platform: Platform) -> None:
    platform.reset(revision=None)
    applied = platform.run()
    assert (applied["changes"][0]["action"], applied["backup"]) == ("create", None)
    reverted = platform.run(state="reverted")
    assert reverted["no_way_back"] is True
    assert "was not there before its promotion" in reverted["msg"]
    assert platform.universe["revision"] == 7


def test_that_what_a_failed_promotion_has_left_is_never_gone_back_to(platform: Platform) -> None:
    platform.reset(revision=None)
    platform.faults({"kind": "rebound", "connection": TEST, "match": "promote", "times": 1})
    assert "It was not there before" in platform.run()["msg"]
    again = platform.run()
    assert (again["changed"], again["backup"]) == (True, None)
    assert "was neither proven nor put back" in str(again["warnings"])
    reverted = platform.run(state="reverted")
    assert "was not there before its promotion" in reverted["msg"]
    assert (platform.universe["revision"], platform.universe["connections"]) == (7, [LIVE])


@pytest.mark.thorough
def test_that_what_was_there_before_a_promotion_that_nobody_saw_stays_the_way_back(platform: Platform) -> None:
    platform.faults(
        {"kind": "rebound", "connection": TEST, "match": "promote", "times": 1},
        {"kind": "error", "match": "GET /biprws/raylight", "status": 503, "after": 1},
    )
    assert "could not be proven" in platform.run()["msg"]
    assert platform.universe["connections"] == [TEST]
    platform.faults({"kind": "rebound", "connection": TEST, "match": "promote", "times": 1})
    failed = platform.run(artefact=str(platform.archive(revision=8)), revision=8)
    assert "put back: revision 6" in failed["msg"]
    assert (platform.universe["revision"], platform.universe["connections"]) == (6, [LIVE])
    proven = platform.run()
    assert Path(proven["backup"]).stem.endswith("-000002")
    assert platform.run(state="reverted")["changed"] is True
    assert (platform.universe["revision"], platform.universe["connections"]) == (6, [LIVE])


def test_that_it_is_not_reverted_to_what_was_bound_elsewhere(platform: Platform) -> None:
    platform.bind(TEST)
    platform.run()
    refused = platform.run(state="reverted")
    assert f"expected {LIVE}; found {TEST}" in refused["msg"]
    assert platform.universe["connections"] == [LIVE]


def test_that_what_was_bound_elsewhere_is_not_put_back_either(platform: Platform) -> None:
    platform.bind(TEST)
    failed = platform.run(query={"objects": ["Exam code"], "rows": 4})
    assert "returns 3 rows, expected 4 or more" in failed["msg"]
    assert f"What was there before is not put back: it was bound to {TEST}" in failed["msg"]
    assert (platform.universe["revision"], platform.universe["connections"]) == (7, [LIVE])


def test_that_nothing_is_reverted_where_no_promotion_is_known(platform: Platform) -> None:
    assert "no promotion of universe" in platform.run(state="reverted")["msg"]


def test_that_it_is_exported_for_sign_off_and_promoted_as_it_was_exported(platform: Platform) -> None:
    platform.reset(revision=7)
    artefact = platform.directory / "exported.lcmbiar"
    artefact.unlink(missing_ok=True)
    exported = platform.run(state="exported", artefact=str(artefact))
    assert not exported.get("failed"), exported
    known = json.loads(artefact.with_suffix(".json").read_text(encoding="utf-8"))
    assert (exported["digest"], known["revision"]) == (known["digest"], 7)
    assert platform.run(state="exported", artefact=str(artefact))["changed"] is False
    platform.reset(revision=6)
    assert platform.run(artefact=str(artefact), digest=exported["digest"])["changed"] is True


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"digest": "0" * 64}, "not the one that was signed off"),
        ({"platform_version": "14.2.9.3721"}, "of another version of the BI platform"),
        ({"connection": {"cuid": "ANotThere", "name": "EUGEX LIVE"}}, "is not there: EUGEX LIVE (ANotThere)"),
        ({"connection": {"cuid": TEST, "name": "EUGEX LIVE"}}, "expected EUGEX LIVE; found EUGEX TEST"),
        ({"cms": "elsewhere:6400"}, "could not be backed up, so nothing was promoted"),
        ({"lcm_cli": "/nowhere/lcm_cli.sh"}, "lcm_cli.sh cannot be started"),
        ({"cuid": "x' OR 'a'='a"}, "it is no CUID"),
        ({"work_directory": "/nowhere/at/all"}, "its parent is not there"),
        ({"cms": "bi-live"}, "it is of another form"),
    ],
)
def test_that_nothing_is_promoted_where_it_must_not(platform: Platform, arguments: dict[str, Any], said: str) -> None:
    before = platform.universe
    refused = platform.run(**arguments)
    assert refused["failed"]
    assert said in refused["msg"]
    assert platform.universe == before


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"kind": "failed"}, ("ended as 'Failure'", "Nothing of it was written")),
        ({"kind": "partial"}, ("succeeded only in part", "was not committed", "put back: revision 6")),
        ({"kind": "lie"}, ("its revision is 6, expected 7", "nothing was written", "Nothing of it was written")),
        ({"kind": "rebound", "connection": TEST}, (f"bound to EUGEX TEST ({TEST}), expected {LIVE}", "put back")),
        ({"kind": "crash"}, ("ended with code 134 and did not say", "put back: revision 6")),
    ],
)
def test_that_a_job_that_did_not_do_its_work_is_told_and_what_was_there_is_there(
    platform: Platform, fault: dict[str, Any], said: tuple[str, ...]
) -> None:
    platform.faults({**fault, "match": "promote", "times": 1})
    failed = platform.run()
    assert failed["failed"]
    for words in said:
        assert words in failed["msg"]
    universe = platform.universe
    assert universe is not None
    assert (universe["revision"], universe["connections"]) == (6, [LIVE])
    assert platform.run()["changed"] is True


def test_that_a_query_that_fails_is_told_with_the_databases_error(platform: Platform) -> None:
    with Store(platform.directory / "platform").changing() as state:
        state["connections"][0]["error"] = "ORA-01017: invalid username/password"
    failed = platform.run()
    assert "a query for Exam code fails" in failed["msg"]
    assert "ORA-01017" in failed["msg"]
    assert platform.universe["revision"] == 6


def test_that_too_few_rows_prove_nothing(platform: Platform) -> None:
    failed = platform.run(query={"objects": ["Exam code"], "rows": 4})
    assert "returns 3 rows, expected 4 or more" in failed["msg"]
    assert platform.run(query={"objects": ["Exam code"], "rows": 3})["changed"] is True


def test_that_an_archive_that_cannot_be_read_is_told(platform: Platform) -> None:
    broken = platform.directory / "broken.lcmbiar"
    broken.write_bytes(b"PK\x03\x04")
    failed = platform.run(artefact=str(broken))
    assert "ended as 'Failure'" in failed["msg"]
    assert "the archive cannot be read" in failed["msg"]


@pytest.mark.thorough
def test_that_a_job_that_does_not_end_is_stopped_and_what_came_of_it_is_not_claimed(platform: Platform) -> None:
    platform.faults({"kind": "hang", "match": "promote", "times": 1})
    failed = platform.run(lcm_timeout=2)
    assert "did not end within 2 s" in failed["msg"]
    assert "Not known whether applied" in failed["msg"]
    assert platform.run()["changed"] is True


def test_that_a_platform_that_does_not_answer_after_the_promotion_leaves_it_unknown(platform: Platform) -> None:
    platform.faults({"kind": "error", "match": "GET /biprws/raylight", "status": 503, "after": 1})
    failed = platform.run()
    assert "it was promoted, and could not be proven" in failed["msg"]
    assert "HTTP 503" in failed["msg"] or "Service Unavailable" in failed["msg"]
    assert "Not known whether applied" in failed["msg"]
    platform.faults()
    assert platform.run()["changed"] is False
    with Store(platform.directory / "platform").changing() as state:  # the BI team publishes it
        state["universes"][0]["revision"] = 8
    promoted = platform.run(artefact=str(platform.archive(revision=9)), revision=9)
    assert (promoted["changed"], archive.read(Path(promoted["backup"]))["universe"]["revision"]) == (True, 8)


@pytest.mark.thorough
def test_that_a_second_run_at_once_touches_nothing(platform: Platform) -> None:
    platform.faults({"kind": "hang", "match": "promote", "times": 1})
    script = (
        "import json, sys\nfrom tests.module_runner import run_module\n"
        "print(json.dumps(run_module('bi_universe', json.load(sys.stdin))))"
    )
    first = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / '.collections'}"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert first.stdin is not None
    first.stdin.write(json.dumps(platform.arguments(lcm_timeout=12)).encode())
    first.stdin.close()
    first.stdin = None
    wait_until(lambda: any(platform.work.glob("backups/*.json")), "the first to promote")
    second = platform.run()
    assert "another run is working on universes" in second["msg"]
    assert "did not end" in json.loads(first.communicate()[0])["msg"]
    assert platform.universe["revision"] == 6


def test_that_what_a_killed_run_has_left_is_removed_by_the_next(platform: Platform) -> None:
    platform.work.mkdir(mode=0o700, exist_ok=True)
    left = platform.work / "lcm-99999.properties"
    left.write_text("LCM_password=secret\n", encoding="ascii")
    applied = platform.run()
    assert applied["changed"] is True
    assert not left.exists()
    assert any("lcm-99999.properties" in str(each) for each in applied["warnings"])


def test_that_the_connection_itself_is_not_touched(platform: Platform) -> None:
    before = platform.state["connections"]
    assert platform.run()["changed"] is True
    assert platform.state["connections"] == before
