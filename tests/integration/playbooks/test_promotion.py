# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configuration on its way: collected where it was tested, deployed as signed off or not at all, and brought back."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator

import pytest
import yaml

from emulators.estate.artefacts import CONFIGURATION
from emulators.estate.estate import ROOT, Estate
from emulators.windows.model import STATE
from tests.integration.playbooks.isolated import Playbook, changed, journalled, report

NETWORK = "127.47"
PARTS = ("windows", "graph")
TEST = ("test", "rehearsal_of_test")
TEMPLATE = "C:\\Program Files\\S2Unified\\CalSync\\Templates\\exam.xml"
TESTED = CONFIGURATION / "calsync_exam_template/exam.xml"
CONNECT = "c:\\program files\\scientia\\connect"
SECRETS_OF_TEST = re.compile(r"Invented[-;][\w=-]+\d")
ARTEFACT = ("-e", "artefact=calsync_exam_template")


@pytest.fixture(scope="module")
def estate() -> Iterator[Estate]:
    """The Windows hosts, and the tenant that CalSync signs in to, alone."""
    estate = Estate(NETWORK)
    for part in PARTS:
        list(estate.up(part))
    yield estate
    list(estate.down())
    shutil.rmtree(estate.directory)


def run(book: str, *options: str, inventories: tuple[str, ...] = ("live", "rehearsal"), succeeds: bool = True) -> str:
    done = Playbook(NETWORK).run(book, *options, inventories=inventories)
    assert (done.returncode == 0) is succeeds, done.stdout + done.stderr
    return done.stdout + done.stderr


def template_of_live(estate: Estate) -> str:
    """Return the SHA-256 of the template that stands on CalSync's host."""
    host = STATE.validate_json((estate.directory / "windows/hosts/calsync-live.json").read_bytes())
    return host.files[TEMPLATE.lower()].blob


def files_of_connect(estate: Estate) -> dict[str, str]:
    """Return the SHA-256 of the files that stand where Connect has its configuration, by path."""
    host = STATE.validate_json((estate.directory / "windows/hosts/connect-live.json").read_bytes())
    return {path: file.blob for path, file in host.files.items() if path.startswith(CONNECT)}


@pytest.mark.timeout(400)
def test_what_is_collected_in_test_is_what_live_has_signed_off(estate: Estate) -> None:
    said = ("-e", "tested_by='Exams office'", "-e", "valid_until=2027-06-30T00:00+00:00")
    output = run("sign_off.yml", *ARTEFACT, *said, inventories=TEST)
    state = estate.directory / "state-test/artefacts"
    (written,) = state.glob("calsync-exam-template-*.yml")
    signed = yaml.safe_load((ROOT / "changes/live/calsync-exam-template-7.yml").read_text(encoding="utf-8"))
    record = yaml.safe_load(written.read_text(encoding="utf-8"))
    names = ("kind", "artefact", "digest", "tested_in", "tested_by")
    assert {name: record[name] for name in names} == {name: signed[name] for name in names}
    assert record["valid_until"] == "2027-06-30T00:00:00+00:00"
    assert signed["digest"] in output.replace("\n", "")
    stored = {path.read_bytes() for path in (state / "calsync_exam_template").rglob("*") if path.is_file()}
    assert stored
    assert not [each for each in stored if TESTED.read_bytes()[:40] in each], "the artefact is encrypted"
    assert changed(run("sign_off.yml", *ARTEFACT, *said, inventories=TEST)) == 0


@pytest.mark.timeout(400)
def test_connects_configuration_is_collected_without_secrets_and_live_takes_only_what_was_signed_off(
    estate: Estate,
) -> None:
    said = ("-e", "tested_by='Exams office'", "-e", "valid_until=2027-06-30T00:00+00:00")
    of_connect = ("-e", "artefact=connect_configuration")
    output = run("sign_off.yml", *of_connect, *said, "--diff", inventories=TEST)
    (written,) = (estate.directory / "state-test/artefacts").glob("connect-configuration-*.yml")
    signed = yaml.safe_load((ROOT / "changes/live/connect-configuration-4.yml").read_text(encoding="utf-8"))
    assert yaml.safe_load(written.read_text(encoding="utf-8"))["digest"] == signed["digest"]
    assert "a comment shows a secret" in " ".join(output.split())
    assert not SECRETS_OF_TEST.search(output)

    before = files_of_connect(estate)
    # an hour after it has expired
    refused = " ".join(
        run(
            "stages/connect.yml", "-e", "change_control_now=2027-06-30T01:00:00+00:00", "--check", succeeds=False
        ).split()
    )
    assert "no sign-off of this content holds" in refused
    assert "Nothing was touched" in refused
    assert files_of_connect(estate) == before


@pytest.mark.thorough
@pytest.mark.timeout(600)
def test_what_a_deployment_has_replaced_comes_back(estate: Estate) -> None:
    before = template_of_live(estate)
    run("stages/calsync.yml")
    signed_off = template_of_live(estate)
    made_lives = TESTED.read_bytes().replace(b"timetables-test.exams.example", b"timetables.exams.example")
    assert signed_off == hashlib.sha256(made_lives).hexdigest() != before

    output = run("restore_config.yml", *ARTEFACT, succeeds=False)
    generation = re.search(r"newest first: ([\w-]+)", " ".join(output.split()))
    assert generation, output
    assert template_of_live(estate) == signed_off
    state = estate.directory / "state"
    assert journalled(state)[0] is None, "the stage's: to ask what is kept leaves none"
    assert report(output)["1.8"] != "failed", "the line is not at fault"
    restored = run("restore_config.yml", *ARTEFACT, "-e", f"generation={generation[1]}")
    assert report(restored)["1.8"] == "applied"
    assert journalled(state) == ("restore_config", {"1.8", None})
    assert template_of_live(estate) == before
