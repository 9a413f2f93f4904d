# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Change records and approvals as files: what counts, what is refused, and by which words. Signatures are OpenSSH's."""

from __future__ import annotations

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter, Problem, reconcile
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control import signatures
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.approvals import approve, judge
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.records import (
    ChangeRecord,
    digest,
    read_records,
)
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.signing import ApprovalFiles
from tests.unit.change_control.examples import NOON, RECORD, rules, write_record

APPROVED = NOON - timedelta(days=20)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """A key of the approver, named in the allowed-signers file."""
    return make_key(tmp_path, "board", "change-board@exams.example")


def make_key(directory: Path, name: str, principal: str, options: str = "") -> Path:
    path = directory / name
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", path], check=True)
    with (directory / "allowed_signers").open("a", encoding="utf-8") as signers:
        signers.write(f"{principal} {options} {path.with_suffix('.pub').read_text(encoding='utf-8')}")
    return path


def write(files: dict[Path, str]) -> None:
    for path, content in files.items():
        path.write_text(content, encoding="utf-8")


def quoted(record: ChangeRecord, directory: Path) -> None:
    quote = f"Approved: {record.digest}"
    write(approve(record, directory, approved=APPROVED, kind="minute", reference="Item 4", quote=quote))


def test_a_record_is_read(tmp_path: Path) -> None:
    record = write_record(tmp_path)
    assert record.id == "SAS005-150"
    assert record.principal == "change-board@exams.example"
    assert record.covers.covers("1.3", "dns")
    assert record.covers.covers("1.6", "https")
    assert not record.covers.covers("1.2", "firewall")
    assert record.covers.unknown([{"line": "1.3", "role": "dns"}]) == ["https"]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("title: Deploy new Exam Scheduling solution\n", "", "found no title"),
        ("title:", "titel:", "found no title; unknown: titel"),
        ("back_out: Put back what was there.", "back_out: ' '", "back_out=' ' is refused: it is empty"),
        ("id: SAS005-150", "id: SAS005-159", "id='SAS005-159' is refused: the file is called SAS005-150.yml"),
        ("id: SAS005-150", "id: SAS005-150\nid: SAS005-150", "id is given twice"),
        ("Europe/London", "Europe/Atlantis", "no such zone is known here"),
        ('{lines: ["1.3"], roles: [https], procedures: [rollback]}', "{}", "covers={} is refused"),
        ('{lines: ["1.3"], roles: [https], procedures: [rollback]}', "{hosts: [a]}", "it may hold lines, roles"),
        ("roles: [https]", "roles: https", "covers.roles='https' is refused: it is no list of names"),
        ("---", "--- [", "it cannot be read as YAML"),
    ],
)
def test_a_file_that_is_no_record_is_refused_by_name(tmp_path: Path, before: str, after: str, said: str) -> None:
    assert before in RECORD
    with pytest.raises(Problem) as refused:
        write_record(tmp_path, RECORD.replace(before, after, 1))
    assert said in str(refused.value)
    assert str(tmp_path / "SAS005-150.yml") in str(refused.value)
    assert read_records(tmp_path)[0] == []
    assert len(read_records(tmp_path)[1]) == 1


def test_approvals_are_no_records(tmp_path: Path) -> None:
    record = write_record(tmp_path)
    quoted(record, tmp_path)
    assert read_records(tmp_path) == ([record], [])
    assert read_records(tmp_path / "missing") == ([], [])


def test_a_quote_with_the_digest_approves(tmp_path: Path) -> None:
    record = write_record(tmp_path)
    assert "there is no SAS005-150.approval.yml" in judge(record, rules(tmp_path), NOON).fault
    quoted(record, tmp_path)
    approved = judge(record, rules(tmp_path), NOON)
    assert approved.approved
    assert approved.evidence == f"minute Item 4: Approved: {record.digest}"


@given(st.integers(0, len(RECORD) - 1), st.sampled_from("x9 -\n"))
def test_whatever_is_edited_after_the_approval_voids_it(place: int, letter: str) -> None:
    edited = RECORD[:place] + letter + RECORD[place + 1 :]
    assert (digest(edited.encode()) == digest(RECORD.encode())) is (edited == RECORD)


@pytest.mark.parametrize("evidence", ["quote", "signature"])
def test_an_edited_record_is_not_approved_any_more(tmp_path: Path, key: Path, evidence: str) -> None:
    record = write_record(tmp_path)
    if evidence == "quote":
        quoted(record, tmp_path)
    else:
        write(approve(record, tmp_path, approved=APPROVED, key=key))
    assert judge(record, rules(tmp_path), NOON).approved
    longer = write_record(tmp_path, RECORD.replace("end: 2027-02-03T18:00", "end: 2027-02-04T18:00"))
    fault = judge(longer, rules(tmp_path), NOON).fault
    assert "it was edited after it was approved" in fault
    assert longer.digest in fault

    # somebody corrects the digest in the approval: the quote, or the signature, still tells
    path = tmp_path / "SAS005-150.approval.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(record.digest, longer.digest, 1), encoding="utf-8")
    fault = judge(longer, rules(tmp_path), NOON).fault
    assert ("does not quote the record's digest" if evidence == "quote" else "the signature does not hold") in fault


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("record: SAS005-150", "record: SAS005-151", "found SAS005-151"),
        ("Chair of", "Secretary of", "somebody else approved it"),
        ("2027-01-14", "2027-02-14", "it was approved in the future"),
        ("2027-01-14", "yesterday, ", "it is no time"),
        ("+00:00", "", "it has no offset from UTC"),
        ("kind: minute", "kind: rumour", "it is no approval"),
        ("  quote:", "  words:", "it is no approval"),
    ],
)
def test_an_approval_that_does_not_hold_says_why(tmp_path: Path, before: str, after: str, said: str) -> None:
    record = write_record(tmp_path)
    quoted(record, tmp_path)
    path = tmp_path / "SAS005-150.approval.yml"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    assert said in judge(record, rules(tmp_path), NOON).fault


def test_a_future_approval_names_the_clock(tmp_path: Path) -> None:
    record = write_record(tmp_path)
    quoted(record, tmp_path)
    assert judge(record, rules(tmp_path), APPROVED - timedelta(seconds=59)).approved
    assert "the clock of this machine" in judge(record, rules(tmp_path), APPROVED - timedelta(seconds=61)).fault


def test_a_signature_approves_and_a_quote_does_not_where_one_is_demanded(tmp_path: Path, key: Path) -> None:
    record = write_record(tmp_path)
    quoted(record, tmp_path)
    demanding = rules(tmp_path, require_signature=True)
    assert "since change_control_require_signature is on" in judge(record, demanding, NOON).fault
    write(approve(record, tmp_path, approved=APPROVED, key=key))
    assert judge(record, demanding, NOON).evidence.startswith(
        'Good "change-record@uoe.exam-scheduling" signature for change-board@exams.example with ED25519 key SHA256:'
    )


def test_a_signature_of_somebody_else_or_for_something_else_does_not_count(tmp_path: Path, key: Path) -> None:
    record = write_record(tmp_path)
    write(approve(record, tmp_path, approved=APPROVED, key=key))
    signature = tmp_path / "SAS005-150.yml.sig"
    stranger = make_key(tmp_path, "stranger", "stranger@exams.example")
    for forged in (
        signatures.sign(record.content, stranger, signatures.CHANGE_RECORD),
        signatures.sign(record.content, key, "file"),
        signatures.sign(record.content + b"\n", key, signatures.CHANGE_RECORD),
        "nonsense",
    ):
        signature.write_text(forged, encoding="utf-8")
        fault = judge(record, rules(tmp_path), NOON).fault
        assert "the signature does not hold" in fault
        assert "expected one by change-board@exams.example" in fault
    signature.unlink()
    assert "there is no signature" in judge(record, rules(tmp_path), NOON).fault


def test_a_key_counts_only_while_it_is_valid(tmp_path: Path) -> None:
    key = make_key(tmp_path, "old", "change-board@exams.example", 'valid-before="20270101Z"')
    record = write_record(tmp_path)
    write(approve(record, tmp_path, approved=APPROVED, key=key))
    assert "the signature does not hold" in judge(record, rules(tmp_path), NOON).fault
    write(approve(record, tmp_path, approved=APPROVED.replace(year=2026), key=key))
    assert judge(record, rules(tmp_path), NOON).approved


def test_a_missing_allowed_signers_file_is_named(tmp_path: Path, key: Path) -> None:
    record = write_record(tmp_path)
    write(approve(record, tmp_path, approved=APPROVED, key=key))
    (tmp_path / "allowed_signers").unlink()
    assert "there is no allowed-signers file" in judge(record, rules(tmp_path), NOON).fault


def test_signing_is_checked_applied_repeated_and_predicted(tmp_path: Path, key: Path) -> None:
    record = write_record(tmp_path)
    files = ApprovalFiles(record, rules=rules(tmp_path), now=NOON, key=key)
    before = sorted(path.name for path in tmp_path.iterdir())
    predicted = reconcile(files, check_mode=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    applied = reconcile(files, check_mode=False)
    assert [change.item for change in applied.changes] == [change.item for change in predicted.changes]
    assert judge(record, rules(tmp_path, require_signature=True), NOON).approved
    assert reconcile(files, check_mode=False).changes == []

    (tmp_path / "SAS005-150.yml.sig").unlink()  # a run that broke off between the two
    mended = reconcile(files, check_mode=False)
    assert mended.changes
    assert judge(record, rules(tmp_path), NOON).approved


def test_a_quote_is_written_once_and_replaced_by_another(tmp_path: Path) -> None:
    record = write_record(tmp_path)

    def sign(reference: str) -> int:
        files = ApprovalFiles(
            record, rules=rules(tmp_path), now=NOON, reference=reference, quote=f"approved, {record.digest}"
        )
        return len(reconcile(files, check_mode=False).changes)

    assert [sign("Item 4"), sign("Item 4"), sign("Item 5")] == [1, 0, 1]
    assert "minute Item 5" in judge(record, rules(tmp_path), NOON).evidence


@pytest.mark.parametrize(
    ("quote", "reference", "said"),
    [("approved", "Item 4", "quote='approved' is refused"), ("approved {}", " ", "reference=' ' is refused")],
)
def test_a_quote_that_proves_nothing_is_refused_before_anything_is_written(
    tmp_path: Path, quote: str, reference: str, said: str
) -> None:
    record = write_record(tmp_path)
    files = ApprovalFiles(
        record, rules=rules(tmp_path), now=NOON, reference=reference, quote=quote.format(record.digest)
    )
    with pytest.raises(InvalidParameter, match=said):
        reconcile(files, check_mode=False)
    assert [path.name for path in tmp_path.iterdir()] == ["SAS005-150.yml"]


def test_a_quote_replaces_no_signature_where_one_is_demanded(tmp_path: Path, key: Path) -> None:
    record, demanding = write_record(tmp_path), rules(tmp_path, require_signature=True)
    reconcile(ApprovalFiles(record, rules=demanding, now=NOON, key=key), check_mode=False)
    quote = f"approved, {record.digest}"
    files = ApprovalFiles(record, rules=demanding, now=NOON, reference="Item 4", quote=quote)
    with pytest.raises(InvalidParameter, match="only a signature counts"):
        reconcile(files, check_mode=False)
    assert judge(record, demanding, NOON).approved


@pytest.mark.parametrize("check_mode", [True, False])
def test_what_would_be_no_approval_is_not_written(tmp_path: Path, key: Path, check_mode: bool) -> None:
    record = write_record(tmp_path)
    wrong = make_key(tmp_path, "other", "somebody-else@exams.example")
    before = sorted(path.name for path in tmp_path.iterdir())
    with pytest.raises(Problem, match="SAS005-150 would not be approved by it") as refused:
        reconcile(ApprovalFiles(record, rules=rules(tmp_path), now=NOON, key=wrong), check_mode=check_mode)
    assert f"{tmp_path}/SAS005-150.yml.sig: the signature does not hold" in str(refused.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    files = ApprovalFiles(record, rules=rules(tmp_path), now=NOON, key=key)
    message = files.message(reconcile(files, check_mode=check_mode).changes, check_mode=check_mode)
    assert message.startswith(f"SAS005-150 {'would be' if check_mode else 'is'} approved by")


def test_looking_only_tells_the_digest_to_quote(tmp_path: Path) -> None:
    record = write_record(tmp_path)
    files = ApprovalFiles(record, rules=rules(tmp_path), now=NOON)
    assert reconcile(files, check_mode=False).changes == []
    assert record.digest in files.message([], check_mode=False)


def test_a_key_that_wants_a_passphrase_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "locked"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "pass phrase", "-f", path], check=True)
    with pytest.raises(Problem, match="one with a passphrase is added to the agent first"):
        signatures.sign(b"anything", path, signatures.CHANGE_RECORD)
