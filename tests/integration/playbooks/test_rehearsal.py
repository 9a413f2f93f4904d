# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole of LIVE as a user runs it, and what goes wrong in it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from emulators.estate.estate import ROOT
from emulators.processes import wait_until
from tests.integration.playbooks.isolated import Isolated, Rehearsed, ask_hub, changed, files, report


def expected_of_all_lines() -> dict[str, str]:
    """Return the state of each line of the plan once all that is built, and no procedure's, is proven."""
    plan = yaml.safe_load((ROOT / "inventories/shared/implementation_plan.yml").read_text(encoding="utf-8"))
    states = {
        line["line"]: "not in this run" if "procedure" in line else "proven" if line["built"] else "not built yet"
        for line in plan["implementation_plan"]
    }
    # the account that Connect used before was used two days ago: it is not time to lock it
    # a validation takes people, who are asked for it
    return states | {"1.2": "proven in part", "2.5": "proven in part", "7": "waiting"}


@pytest.mark.timeout(900)
def test_live_is_rehearsed_predicted_applied_proven_and_then_left_alone(rehearsed: Rehearsed) -> None:
    assert changed(rehearsed.predicted) > 0
    assert "CHECK MODE" in rehearsed.predicted
    assert changed(rehearsed.applied) == changed(rehearsed.predicted), (
        "check mode predicts exactly what the real run does"
    )
    # the BI team's host is not this collection's, so that the flow from it is not probed
    assert "not probed: 1 flow from bi-live" in rehearsed.applied
    states = expected_of_all_lines()
    assert report(rehearsed.applied) == states

    again = rehearsed.isolated.play("live.yml")
    assert changed(again) == 0, again
    assert report(again) == states


def test_no_student_is_in_what_a_rehearsal_with_a_load_has_printed_or_kept(rehearsed: Rehearsed) -> None:
    students = re.compile(rb"\bs9\d{6}\b")  # those that are loaded; the known student of the proofs is another one
    (counted,) = ask_hub(
        rehearsed.isolated, "SELECT COUNT(*) FROM eugex.exam_timetabling_students WHERE uun LIKE 's9%'"
    )
    assert counted != [[0]]
    printed = (rehearsed.predicted + rehearsed.applied).encode()
    assert students.findall(printed) == []
    kept = files(rehearsed.isolated.directory / "state")
    reports = (rehearsed.isolated.directory / "state/reports").rglob("*.*")
    kept |= {str(path): path.read_bytes() for path in reports if path.is_file()}
    assert any(name.endswith("report.json") for name in kept)
    assert [name for name, content in kept.items() if students.search(content)] == []


@pytest.mark.thorough
@pytest.mark.timeout(900)
def test_the_health_check_proves_all_that_live_has_proven(rehearsed: Rehearsed) -> None:
    proven = rehearsed.isolated.play("verify.yml")
    assert changed(proven) == 0
    assert report(proven) == expected_of_all_lines() | {"7": "not in this run"}, "people validate, no health check does"


@pytest.mark.timeout(400)
def test_the_health_check_looks_at_everything_and_fails_for_what_does_not_answer(rehearsed: Rehearsed) -> None:
    isolated = rehearsed.isolated
    for part in ("dns2", "web2-live"):
        isolated.estate("down", "--only", part)
    output = isolated.play("verify.yml", "--tags", "firewall,dns,https", succeeds=False)
    isolated.estate("up")
    assert changed(output) == 0
    states = report(output)
    assert {line: states[line] for line in ("1.2", "1.3", "1.6")} == {
        "1.2": "failed",
        "1.3": "not proven",
        "1.6": "not proven",
    }


@pytest.mark.thorough
@pytest.mark.timeout(400)
def test_one_tag_needs_nothing_but_its_own_system(isolated: Isolated) -> None:
    isolated.estate("up")
    for part in ("sql-server", "eugex-live", "eugex-test", "bi-live", "bi-test", "graph", "web1-live", "web2-live"):
        isolated.estate("down", "--only", part)
    output = isolated.play("live.yml", "--tags", "dns")
    states = report(output)
    assert states["1.3"] == "proven"
    assert states["1.2"] == states["1.6"] == "not in this run"


@pytest.mark.thorough
@pytest.mark.timeout(400)
def test_a_line_of_another_team_is_handed_over_and_waits_until_it_is_proven(isolated: Isolated, tmp_path: Path) -> None:
    isolated.estate("reset")
    live = ROOT / "inventories/live/group_vars/all/responsibilities.yml"
    responsibilities = yaml.safe_load(live.read_text(encoding="utf-8"))
    responsibilities["implementation_responsibilities"]["1.3"].update(carried_out_by="team", owner="DNS team")
    (tmp_path / "group_vars").mkdir()
    (tmp_path / "group_vars/all.yml").write_text(yaml.safe_dump(responsibilities), encoding="utf-8")
    (tmp_path / "hosts.yml").write_text("all: {}\n", encoding="utf-8")
    options = ("-i", str(tmp_path), "--tags", "dns")

    waiting = isolated.play("live.yml", *options)
    assert report(waiting)["1.3"] == "waiting"
    request = isolated.directory / "state/hand-overs/1.3-dns-records-of-exams-example.md"
    assert "- For: DNS team" in request.read_text(encoding="utf-8")
    assert re.search(r"^scheduler\s.*CNAME\s+es-live", request.read_text(encoding="utf-8"), re.MULTILINE)
    assert changed(isolated.play("live.yml", *options)) == 0, "the same request is the same file"

    isolated.play("live.yml", "--tags", "dns")  # the DNS team does what it was asked
    done = isolated.play("live.yml", *options)
    assert (report(done)["1.3"], changed(done)) == ("proven", 0)

    # Another type at a name: what is there has to go, which the request must say.
    records = {"dns_records": [{"name": "scheduler", "type": "TXT", "values": ["moved"]}]}
    (tmp_path / "group_vars/all.yml").write_text(yaml.safe_dump({**responsibilities, **records}), encoding="utf-8")
    assert report(isolated.play("live.yml", *options))["1.3"] == "waiting"
    lines = request.read_text(encoding="utf-8").splitlines()
    assert 'scheduler 3600 IN TXT "moved"' in lines
    assert "; remove: scheduler 3600 IN CNAME es-live.exams.example." in lines


@pytest.mark.thorough
@pytest.mark.timeout(400)
def test_certificates_of_somebody_elses_authority_are_requested_and_waited_for(
    isolated: Isolated, tmp_path: Path
) -> None:
    isolated.estate("reset")
    (tmp_path / "group_vars").mkdir()
    (tmp_path / "group_vars/all.yml").write_text("https_provider: csr_only\n", encoding="utf-8")
    (tmp_path / "hosts.yml").write_text("all: {}\n", encoding="utf-8")
    options = ("-i", str(tmp_path), "--tags", "https", "--limit", "localhost,es-live,web1-live")

    predicted = changed(isolated.play("live.yml", *options, "--check"))
    waiting = isolated.play("live.yml", *options)
    assert changed(waiting) == predicted
    assert report(waiting)["1.6"] == "waiting"
    state = isolated.directory / "state"
    handed_over = (state / "hand-overs/1.6-certificate-requests.md").read_text(encoding="utf-8")
    for host in ("es-live", "web1-live"):
        assert f"{state}/https/{host}/request.csr" in handed_over
    assert changed(isolated.play("live.yml", *options)) == 0


OTHERS_NAME_SERVER = """\
options {{ directory "{0}"; listen-on {{ any; }}; listen-on-v6 {{ none; }}; pid-file none; recursion no;
    dnssec-validation no; session-keyfile "{0}/key"; managed-keys-directory "{0}"; }};
controls {{ }};
"""


@pytest.mark.thorough
@pytest.mark.timeout(400)
def test_a_name_server_that_is_already_there_stays_as_it_was(isolated: Isolated, tmp_path: Path) -> None:
    isolated.estate("down")
    configuration = tmp_path / "named.conf"
    configuration.write_text(OTHERS_NAME_SERVER.format(tmp_path), encoding="utf-8")
    theirs = subprocess.Popen(
        ["nsenter", "--net", "--target", str(isolated.holder.pid), "named", "-g", "-n", "1", "-c", configuration],
        env=isolated.environment,
        stderr=subprocess.DEVNULL,
    )
    listening = ("ss", "--no-header", "--listening", "--numeric", "--udp", "--processes")
    try:
        wait_until(lambda: f"pid={theirs.pid}," in isolated.command(*listening).stdout, "their name server's start")
        isolated.estate("up")
        assert report(isolated.play("live.yml", "--tags", "dns"))["1.3"] == "proven"
        sockets = isolated.command(*listening).stdout.splitlines()
        of_theirs = [line for line in sockets if f"pid={theirs.pid}," in line]
        assert [line.split()[3] for line in of_theirs] == ["127.0.0.1:53"]
        isolated.estate("down")
        assert theirs.poll() is None
    finally:
        theirs.terminate()
        theirs.wait(timeout=20)


@pytest.mark.timeout(400)
def test_the_estate_leaves_nothing_running(isolated: Isolated) -> None:
    isolated.estate("up")
    isolated.estate("down")
    left = isolated.command("ss", "--no-header", "--listening", "--tcp", "--udp", "--numeric")
    assert left.stdout == ""
