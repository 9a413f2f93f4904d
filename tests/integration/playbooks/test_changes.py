# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""LIVE outside an approved, open change: refused whatever options are given, and what may run all the same.

The estate is seeded and does not run, so that whatever got past the gate would fail on the first packet.
"""

from __future__ import annotations

import json
import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.state_directory import Marker, StateDirectory
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control import permits
from emulators.certificates import Authority
from emulators.estate.estate import ROOT, Estate
from emulators.jira import Jira
from tests.cases import thorough
from tests.integration.playbooks.isolated import Playbook

HERE = Path(__file__).parent
INSIDE = datetime(2027, 2, 3, 10, 0, tzinfo=UTC)
OUTSIDE = ("-e", "change_control_now=2027-04-01T10:00+01:00")
APPROVER = ("-e", "change_control_emergency_approver='A. Name'")
REASON = ("-e", "change_control_emergency_reason='the primary is on fire'")
EMERGENCY = (*APPROVER, *REASON)
APPLY = "uoe.exam_scheduling.dns : Keep the declared records on the primary"


@pytest.fixture(autouse=True)
def state(seeded_estate: Estate) -> Path:
    """The state directory, as if no run had been let begin anything."""
    directory = seeded_estate.directory / "state"
    (directory / permits.NAME).unlink(missing_ok=True)
    return directory


def one_line(text: str) -> str:
    return " ".join(text.split())


def refused(playbook: Playbook, *options: str, says: str, book: str | Path = "live.yml") -> str:
    done = playbook.run(book, *options)
    output = one_line(done.stdout + done.stderr)
    assert done.returncode != 0, output
    assert says in output
    assert "changed: [" not in output
    return output


def overlay(tmp_path: Path, **variables: Any) -> tuple[str, str]:
    """Return the option for an inventory that sets these variables for all hosts."""
    directory = tmp_path / "overlay"
    (directory / "group_vars").mkdir(parents=True)
    (directory / "hosts.yml").write_text("all: {}\n", encoding="utf-8")
    (directory / "group_vars/all.yml").write_text(yaml.safe_dump(variables), encoding="utf-8")
    return ("-i", str(directory))


def records(tmp_path: Path, **changed: Any) -> tuple[str, str]:
    """Return the option for an inventory whose change record is as LIVE's, but for these parts, and approved."""
    directory = tmp_path / "changes"
    directory.mkdir()
    record = yaml.safe_load((ROOT / "changes/live/SAS005-150.yml").read_text(encoding="utf-8")) | changed
    record["window"] = {name: str(value) for name, value in record["window"].items()}
    (directory / "SAS005-150.yml").write_text(yaml.safe_dump(record), encoding="utf-8")
    return overlay(tmp_path, change_control_records=str(directory), change_control_approvals=str(directory))


def sign(playbook: Playbook, *options: str, inventories: tuple[str, ...] = ("live", "rehearsal")) -> None:
    """Have the record approved by a quote, as playbooks/sign.yml does it."""
    shown = playbook.run("sign.yml", *options, "-e", "record=SAS005-150", inventories=inventories)
    found = re.search(r"sha256:[0-9a-f]{64}", shown.stdout.rpartition("has to quote")[2].replace("\n", ""))
    assert found, shown.stdout + shown.stderr
    evidence = json.dumps({"record": "SAS005-150", "reference": "Item 4", "quote": f"Approved: {found[0]}"})
    done = playbook.run("sign.yml", *options, "-e", evidence, inventories=inventories)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "options",
    [
        (),
        *thorough(("--tags", "dns"), ("--tags", "all"), ("--skip-tags", "firewall"), ("--limit", "localhost")),
        *thorough(("--limit", "web1-live"), ("--forks", "1", "--diff")),
        ("-e", "ansible_check_mode=true"),
    ],
)
def test_outside_the_window_nothing_begins_whatever_is_given(playbook: Playbook, options: tuple[str, ...]) -> None:
    output = refused(playbook, *OUTSIDE, *options, says="Refused before anything was touched.")
    assert "SAS005-150 covers it and is approved, but its window is 2027-01-18 08:00 GMT to 2027-03-08" in output
    assert "it closed 23 days 15 hours ago" in output


@pytest.mark.parametrize(
    "options",
    [("--skip-tags", "always"), *thorough(("--start-at-task", APPLY), ("--start-at-task", APPLY, "--tags", "dns"))],
)
def test_outside_the_window_options_that_skip_the_gate_change_nothing(
    playbook: Playbook, options: tuple[str, ...]
) -> None:
    done = playbook.run("live.yml", *OUTSIDE, *options)
    assert "changed: [" not in done.stdout
    assert done.returncode != 0 or "ok=0" in done.stdout or "No hosts matched" in done.stdout, done.stdout


def test_a_stage_run_directly_asks_as_well(playbook: Playbook) -> None:
    refused(playbook, *OUTSIDE, book="stages/servers.yml", says="line 1.3 (DNS, changes tested): SAS005-150 covers it")


def test_what_is_signed_in_with_is_rotated_inside_a_change(playbook: Playbook) -> None:
    refused(playbook, *OUTSIDE, book="rotate.yml", says="procedure rotate: SAS005-150 covers it")


@pytest.mark.thorough
def test_the_refusal_names_only_the_lines_that_were_selected(playbook: Playbook) -> None:
    output = refused(playbook, *OUTSIDE, "--tags", "dns", says="line 1.3")
    assert "line 1.6" not in output


@pytest.mark.parametrize("book", ["live.yml", *thorough("verify.yml")])
def test_what_changes_nothing_needs_no_approval(playbook: Playbook, book: str) -> None:
    """The board's briefing, the proof of its approvals, and requests to other teams."""
    done = playbook.run(book, *OUTSIDE, "--tags", "change_control")
    assert done.returncode == 0, done.stdout + done.stderr


def test_check_mode_goes_on_and_says_what_a_real_run_would_lack(playbook: Playbook) -> None:
    done = playbook.run("live.yml", *OUTSIDE, "--tags", "dns", "--check")
    output = one_line(done.stdout + done.stderr)
    assert "outside check mode this run would be refused: line 1.3" in output
    assert "Keep the declared records on the primary" in output, "the role was entered"


def test_an_emergency_is_let_through_and_never_silent(playbook: Playbook, state: Path) -> None:
    done = playbook.run("live.yml", *OUTSIDE, "--tags", "dns", *EMERGENCY)
    output = one_line(done.stdout + done.stderr)
    assert "EMERGENCY: LIVE is changed outside every approved change, on the word of A. Name: the primary is" in output
    assert "Keep the declared records on the primary" in output, "the role was entered"
    (emergency,) = {json.dumps(event["emergency"]) for event in permits.events(state)}
    assert json.loads(emergency) == {"approver": "A. Name", "reason": "the primary is on fire", "lines": ["1.3"]}


@pytest.mark.parametrize("option", [APPROVER, *thorough(REASON, (*REASON[:1], "change_control_emergency_reason="))])
def test_half_an_emergency_is_none(playbook: Playbook, option: tuple[str, str]) -> None:
    refused(playbook, *OUTSIDE, *option, says="an emergency needs both an approver and a reason")


@pytest.mark.thorough
def test_an_emergency_that_stands_in_the_inventory_is_refused(playbook: Playbook, tmp_path: Path) -> None:
    option = overlay(tmp_path, change_control_emergency_approver="A. Name", change_control_emergency_reason="always")
    refused(playbook, *OUTSIDE, *option, says="it stands in the inventory")


def test_a_line_without_cover_stops_the_whole_run_before_the_first_line(playbook: Playbook, tmp_path: Path) -> None:
    option = records(tmp_path, covers={"roles": ["dns"]})
    sign(playbook, *option)
    output = refused(playbook, *option, says="line 1.6 (HTTPS certificates): no change record covers it.")
    assert "SAS005-150 is approved and open, and does not cover it" in output
    assert "line 1.3" not in output.partition("without an approved change")[2]


@pytest.mark.thorough
def test_a_record_edited_after_its_approval_is_refused(playbook: Playbook, tmp_path: Path) -> None:
    option = records(tmp_path)
    sign(playbook, *option)
    record = tmp_path / "changes/SAS005-150.yml"
    record.write_text(record.read_text(encoding="utf-8") + "# later\n", encoding="utf-8")
    refused(playbook, *option, "--tags", "dns", says="it was edited after it was approved")


@pytest.mark.thorough
def test_the_command_line_can_only_demand_more(playbook: Playbook, tmp_path: Path) -> None:
    refused(playbook, "-e", "change_control_require_signature=false", says="the command line can only demand more")
    option = records(tmp_path)
    sign(playbook, *option)
    more = ("-e", "change_control_require_signature=true")
    refused(playbook, *option, *more, "--tags", "dns", says="since change_control_require_signature is on")


def test_without_the_callback_nothing_begins(playbook: Playbook) -> None:
    playbook.environment["ANSIBLE_CALLBACKS_ENABLED"] = "ansible.builtin.tree"
    refused(playbook, "--tags", "dns", says="nothing would be reported")


def test_a_permit_in_the_inventory_opens_nothing(playbook: Playbook, tmp_path: Path) -> None:
    permit = {"roles": {"dns": True}, "run": "2026-01-01T000000Z-000000", "carried_out_by": {"1.3": "collection"}}
    option = overlay(tmp_path, change_control_permit={**permit, "owner": {"1.3": "nobody"}, "journal": ""})
    refused(playbook, *option, "--tags", "dns", "--skip-tags", "always", says="the permit is of another run")


@pytest.mark.thorough
def test_dev_needs_no_record_and_is_reported_under_one_that_is_there(playbook: Playbook, tmp_path: Path) -> None:
    state = tmp_path / "state"
    made = StateDirectory(state, Marker("dev", rehearsal=False))
    list(made.apply(made.plan(made.read())))
    option = overlay(tmp_path, exam_state_directory=str(state), change_control_records=str(tmp_path / "none"))
    without = playbook.run(HERE / "procedures.yml", *option, "-e", "seconds=0", inventories=("dev",))
    assert without.returncode == 0, without.stdout + without.stderr

    (tmp_path / "second").mkdir()
    (tmp_path / "changes").mkdir()
    record = yaml.safe_load((ROOT / "changes/live/SAS005-150.yml").read_text(encoding="utf-8"))
    window = {"start": "2020-01-01T08:00", "end": "2120-01-01T08:00", "time_zone": "Europe/London"}
    record |= {"window": window, "covers": {"procedures": ["rollback"]}}
    (tmp_path / "changes/SAS005-150.yml").write_text(yaml.safe_dump(record), encoding="utf-8")
    places = {
        "change_control_records": str(tmp_path / "changes"),
        "change_control_approvals": str(tmp_path / "changes"),
    }
    option = overlay(tmp_path / "second", exam_state_directory=str(state), **places)
    sign(playbook, *option, inventories=("dev",))
    under = playbook.run(HERE / "procedures.yml", *option, "-e", "seconds=0", inventories=("dev",))
    assert under.returncode == 0, under.stdout + under.stderr
    latest = max((state / "reports/dev").glob("2*/report.json"))
    change = json.loads(latest.read_text(encoding="utf-8"))["change"]
    assert (change["required"], change["lines"]) == (False, {"rollback": "SAS005-150"})
    assert not (state / permits.NAME).exists()


@pytest.mark.thorough
def test_a_run_that_overruns_stops_at_a_boundary(playbook: Playbook, tmp_path: Path) -> None:
    closes = INSIDE + timedelta(seconds=20)
    option = records(
        tmp_path,
        covers={"procedures": ["rollback"]},
        window={"start": "2027-02-03T08:00", "end": f"{closes:%Y-%m-%dT%H:%M:%S}", "time_zone": "Europe/London"},
    )
    sign(playbook, *option)
    output = refused(
        playbook, *option, "-e", "seconds=21", book=HERE / "procedures.yml", says="Stopped at the boundary"
    )
    assert "what came before is done, and nothing of this stage was touched" in output
    assert "the first is done" in output
    assert "the second is done" not in output


def test_backing_out_is_allowed_after_the_window_of_what_was_begun_inside_it(playbook: Playbook, state: Path) -> None:
    refused(playbook, *OUTSIDE, book=HERE / "back_out.yml", says="It was never begun inside that window")
    permits.append(state, "2026-11-01T120000Z-abcdef", INSIDE, {"1.3": "SAS005-150"}, None)
    done = playbook.run(HERE / "back_out.yml", *OUTSIDE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "backed out" in done.stdout


@pytest.mark.thorough
def test_a_file_that_is_no_record_is_named_where_it_might_have_helped(playbook: Playbook, tmp_path: Path) -> None:
    option = records(tmp_path, title="")
    refused(playbook, *option, "--tags", "dns", says="title='' is refused: it is empty")


def test_signing_is_predicted_done_once_and_refused_by_name(playbook: Playbook, tmp_path: Path) -> None:
    option = records(tmp_path)
    unknown = playbook.run("sign.yml", *option, "-e", "record=SAS005-999")
    assert "there is no such change record" in one_line(unknown.stdout + unknown.stderr)
    assert "record is missing" in one_line(playbook.run("sign.yml", *option).stdout)

    shutil.copytree(Estate(playbook.environment["EXAM_REHEARSAL_NETWORK"]).directory / "approvals", tmp_path / "board")
    key = ("-e", "record=SAS005-150", "-e", f"key={tmp_path / 'board/board'}")
    predicted = playbook.run("sign.yml", *option, *key, "--check", "--diff")
    assert "changed=1" in predicted.stdout, predicted.stdout + predicted.stderr
    assert not list((tmp_path / "changes").glob("*.sig"))
    assert "changed=1" in playbook.run("sign.yml", *option, *key).stdout
    again = playbook.run("sign.yml", *option, *key)
    assert "changed=0" in again.stdout
    assert "PRIVATE KEY" not in predicted.stdout + again.stdout


@pytest.mark.thorough
def test_a_ticket_is_asked_for_its_state(playbook: Playbook, tmp_path: Path) -> None:
    token = "token-that-must-not-be-seen"
    authority = Authority.load_or_create(tmp_path / "authority", "Test root")
    context = authority.issue(["127.41.0.5"]).server_context()
    with Jira("127.41.0.5", context, token, issues={"SAS005-150": ("Draft", [])}) as jira:
        system = {
            "url": f"https://127.41.0.5:{jira.port}",
            "token": token,
            "approved_states": ["Approved"],
            "ca": str(tmp_path / "authority/root.pem"),
        }
        option = overlay(tmp_path, change_control_ticket_system=system)
        output = refused(playbook, *option, "--tags", "dns", "-vvv", says="expected Approved; found Draft")
        assert token not in output
        jira.issues["SAS005-150"] = ("Approved", [])
        let_through = playbook.run("live.yml", *option, "--tags", "dns", "-vvv")
        assert "Keep the declared records on the primary" in let_through.stdout, let_through.stdout
        jira.fault = "error"
        refused(playbook, *option, "--tags", "dns", says="SAS005-150 cannot be looked up")
        emergency = playbook.run("live.yml", *option, "--tags", "dns", *EMERGENCY)
        assert "Keep the declared records on the primary" in emergency.stdout, "no ticket system is needed then"
        assert token not in let_through.stdout + emergency.stdout
        assert jira.refused == []
