# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run must not get past, whatever options are given. The estate does not run, so a packet sent is a failure."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from emulators.estate.estate import Estate
from tests.cases import thorough
from tests.integration.playbooks.isolated import Playbook


def refused(playbook: Playbook, *options: str, message: str, book: str = "live.yml") -> None:
    done = playbook.run(book, *options)
    assert done.returncode != 0, done.stdout
    assert message in " ".join((done.stdout + done.stderr).split()), done.stdout + done.stderr
    assert "changed=0" in done.stdout or "PLAY RECAP" not in done.stdout


def test_another_environments_playbook_is_refused(playbook: Playbook) -> None:
    refused(playbook, book="test.yml", message="this playbook is for TEST, the inventory is LIVE's")


@pytest.mark.parametrize(
    "option",
    [
        "exam_rehearsal=false",
        "change_control_permit=yes",
        *thorough(
            "exam_environment=test",
            "change_control_records=/tmp",
            "change_control_approvals=/tmp",
            "change_control_allowed_signers=/tmp/mine",
            "change_control_ticket_system={}",
        ),
    ],
)
def test_variables_of_the_gate_are_refused_on_the_command_line(playbook: Playbook, option: str) -> None:
    refused(playbook, "-e", option, message=f"{option.split('=', maxsplit=1)[0]} was given with -e")


@pytest.mark.parametrize(
    "options",
    [
        ("--skip-tags", "always"),
        *thorough(("--start-at-task", "uoe.exam_scheduling.dns : Keep the declared records on the primary")),
        *thorough(("--start-at-task", "Keep the declared records on the primary", "--tags", "dns")),
    ],
)
def test_options_that_skip_the_gate_end_without_a_permit(playbook: Playbook, options: tuple[str, ...]) -> None:
    done = playbook.run("live.yml", *options)
    assert done.returncode != 0 or "No hosts matched" in done.stdout or "ok=0" in done.stdout, done.stdout
    assert "changed: [" not in done.stdout


def test_a_forged_permit_opens_nothing_even_where_every_question_is_skipped(playbook: Playbook) -> None:
    permit = {"roles": {"dns": True}, "carried_out_by": {"1.3": "collection"}, "owner": {"1.3": "nobody"}}
    refused(
        playbook,
        *("--tags", "dns", "--start-at-task", "Keep the declared records on the primary"),
        *("-e", json.dumps({"change_control_permit": permit})),
        message="change_control_permit was given with -e",
    )


def test_a_rehearsal_with_an_endpoint_off_this_machine_is_refused(playbook: Playbook, tmp_path: Path) -> None:
    stray = {"all": {"hosts": {"es-live": {"exam_connect_address": "192.0.2.10"}}}}
    (tmp_path / "stray.yml").write_text(yaml.safe_dump(stray), encoding="utf-8")
    refused(
        playbook,
        "-i",
        str(tmp_path / "stray.yml"),
        message="es-live: exam_connect_address='192.0.2.10' is not a loopback address",
    )


def test_a_state_directory_of_another_kind_is_refused(playbook: Playbook, seeded_estate: Estate) -> None:
    marker = seeded_estate.directory / "state/.exam-scheduling.json"
    content = marker.read_text(encoding="utf-8")
    marker.write_text('{"environment": "live", "rehearsal": false}', encoding="utf-8")
    try:
        refused(playbook, message="this state directory belongs to another environment")
    finally:
        marker.write_text(content, encoding="utf-8")


def test_live_itself_refuses_a_missing_state_directory_before_anything_is_contacted(playbook: Playbook) -> None:
    done = playbook.run("live.yml", inventories=("live",))
    assert done.returncode != 0
    assert "this is not a state directory" in done.stdout + done.stderr
    assert "playbooks/prepare_state.yml" in done.stdout + done.stderr


def test_a_stage_run_directly_still_asks_the_gate(playbook: Playbook) -> None:
    refused(playbook, "-e", "exam_environment=live", book="stages/servers.yml", message="exam_environment was given")
