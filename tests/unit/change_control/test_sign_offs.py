# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sign-offs as files: one that is missing, altered, expired or for other content lets nothing through."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control import signatures
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.approvals import approve
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.records import (
    ChangeRecord,
    read_records,
)
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.sign_offs import (
    SignOff,
    accepted,
    parse_record,
    read_sign_offs,
    record_text,
)
from tests.unit.change_control.examples import APPROVER, NOON, rules, write_record

DIGEST = "ab" * 32
APPROVED = NOON - timedelta(days=1)
TEXT = f"""---
kind: sign_off
id: connect-2027-02
title: Connect's configuration as tested
approver: {APPROVER}
artefact: connect_configuration
digest: {DIGEST}
tested_in: test
tested_by: Exams office
tested: 2027-02-01T16:00+00:00
valid_until: 2027-03-01T00:00+00:00
"""


def write(directory: Path, text: str = TEXT, name: str = "connect-2027-02") -> SignOff:
    """Write a sign-off, and return it."""
    path = directory / f"{name}.yml"
    path.write_text(text.replace("connect-2027-02", name), encoding="utf-8")
    return SignOff.parse(path, path.read_bytes())


def quote(sign_off: SignOff) -> None:
    """Have it approved by a quote."""
    said = f"Accepted: {sign_off.digest}"
    directory = sign_off.path.parent
    files = approve(sign_off, directory, approved=APPROVED, kind="minute", reference="Mail", quote=said)
    for path, content in files.items():
        path.write_text(content, encoding="utf-8")


def test_that_a_sign_off_that_holds_is_found(tmp_path: Path) -> None:
    quote(write(tmp_path))
    longer = write(tmp_path, TEXT.replace("2027-03-01", "2027-04-01"), "later")
    quote(longer)
    write(tmp_path, TEXT.replace("connect_configuration", "else"), "another")
    found = accepted(read_sign_offs(tmp_path), "connect_configuration", DIGEST, rules(tmp_path), NOON)
    assert found.sign_off == longer
    assert found.evidence == f"minute Mail: Accepted: {longer.digest}"
    assert found.sign_off.as_dict()["digest"] == DIGEST


def test_that_its_file_says_what_it_is(tmp_path: Path) -> None:
    sign_off = write(tmp_path)
    again = replace(sign_off, content=record_text(sign_off).encode())
    assert SignOff.parse(sign_off.path, again.content) == again


def test_that_both_kinds_of_records_live_side_by_side(tmp_path: Path) -> None:
    record, sign_off = write_record(tmp_path), write(tmp_path)
    quote(sign_off)
    assert read_records(tmp_path) == ([record], [])
    assert read_sign_offs(tmp_path) == [sign_off]
    assert isinstance(parse_record(record.path, record.content), ChangeRecord)
    assert parse_record(sign_off.path, sign_off.content) == sign_off


@pytest.mark.parametrize(
    ("artefact", "digest", "days", "message"),
    [
        ("calsync_template", DIGEST, 0, "calsync_template: there is no sign-off; expected .*; found none"),
        ("connect_configuration", "0" * 64, 0, "this content is not signed off; .*connect-2027-02 .abababababab"),
        ("connect_configuration", DIGEST, 26, "connect-2027-02: it expired at 2027-03-01T00:00:00"),
        ("connect_configuration", DIGEST, -2, "approved in the future"),
    ],
)
def test_that_other_content_and_other_times_are_refused(
    tmp_path: Path, artefact: str, digest: str, days: int, message: str
) -> None:
    quote(write(tmp_path))
    with pytest.raises(Problem, match=message):
        accepted(read_sign_offs(tmp_path), artefact, digest, rules(tmp_path), NOON + timedelta(days=days))


def test_that_one_that_is_not_approved_or_was_edited_is_refused(tmp_path: Path) -> None:
    sign_off = write(tmp_path)
    with pytest.raises(Problem, match=r"it is not approved: there is no connect-2027-02\.approval\.yml"):
        accepted([sign_off], sign_off.artefact, DIGEST, rules(tmp_path), NOON)
    quote(sign_off)
    edited = write(tmp_path, TEXT.replace("2027-03-01", "2028-03-01"))
    with pytest.raises(Problem, match="it was edited after it was approved"):
        accepted([edited], edited.artefact, DIGEST, rules(tmp_path), NOON)


def test_that_a_test_of_tomorrow_is_none(tmp_path: Path) -> None:
    sign_off = write(tmp_path, TEXT.replace("2027-02-01T16", "2027-02-04T16"))
    quote(sign_off)
    with pytest.raises(Problem, match="tested in the future"):
        accepted([sign_off], sign_off.artefact, DIGEST, rules(tmp_path), NOON)


def test_that_a_signature_over_a_change_record_is_none_over_a_sign_off(tmp_path: Path) -> None:
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    public = key.with_suffix(".pub").read_text(encoding="utf-8")
    (tmp_path / "allowed_signers").write_text(f"change-board@exams.example {public}", encoding="utf-8")
    sign_off = write(tmp_path)
    demanding = rules(tmp_path, require_signature=True)
    for path, content in approve(sign_off, tmp_path, approved=APPROVED, key=key).items():
        path.write_text(content, encoding="utf-8")
    found = accepted([sign_off], sign_off.artefact, DIGEST, demanding, NOON)
    assert found.evidence.startswith('Good "sign-off@uoe.exam-scheduling" signature')
    forged = signatures.sign(sign_off.content, key, signatures.CHANGE_RECORD)
    (tmp_path / "connect-2027-02.yml.sig").write_text(forged, encoding="utf-8")
    with pytest.raises(Problem, match="the signature does not hold"):
        accepted([sign_off], sign_off.artefact, DIGEST, demanding, NOON)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("title: ", "titel: ", "it is no sign-off; .*no title; unknown: titel"),
        ("kind: sign_off", "kind: other", "another kind of record"),
        (DIGEST, "ab", "it is no SHA-256"),
        ("2027-02-01T16:00+00:00", "yesterday", "tested='yesterday' is refused"),
        ("2027-03-01T00:00+00:00", "2027-03-01T00:00", "no offset from UTC"),
        ("2027-03-01", "2027-01-01", "it ends before the test"),
        ("tested_by: Exams office", "tested_by: ''", "it is empty"),
        ("id: connect-2027-02", "id: other", "the file is called connect-2027-02.yml"),
    ],
)
def test_that_what_is_none_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in TEXT
    path = tmp_path / "connect-2027-02.yml"
    path.write_text(TEXT.replace(old, new), encoding="utf-8")
    with pytest.raises(Problem, match=message):
        SignOff.parse(path, path.read_bytes())
