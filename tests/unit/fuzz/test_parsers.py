# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a file or an answer holds, what reads it returns, or raises just what it says that it raises.

Other parsers have tests of this kind beside their own: DNS records, TDS pre-login, greetings, CSV, artefacts, digests,
SQL; what the emulators' front ends parse, and what services answer, is in test_front_ends and test_answers.
"""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils import attestation, journal_reader, state_directory
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates import folder
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.oracle.view_source import view_of
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter, Problem
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.tls.roots import CertificateFiles
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.tls.staple import read_staple
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils import log_layout
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.approvals import Approval
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.records import ChangeRecord
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.xml_attributes import attribute_in
from emulators.certificates import Authority, key_pem
from scripts.working_copy import ROOT
from tests.unit.fuzz.damage import fuzz

AUTHORITY = Authority.create("Fuzzing")
ISSUED = AUTHORITY.issue(["www.exams.example"])
CERTIFICATE = ISSUED.fullchain_pem
STAPLE = AUTHORITY.ocsp_response(ISSUED)
AT = dt.datetime(2026, 11, 26, tzinfo=dt.UTC)
RECORD = (ROOT / "changes" / "live" / "SAS005-150.yml").read_bytes()
APPROVAL = b"""record: SAS005-150
digest: sha256:0000000000000000000000000000000000000000000000000000000000000000
approver: Chair <chair@exams.example>
approved: 2027-01-12T15:00:00+00:00
evidence: {kind: minute, reference: item 4, quote: Approved}
"""
VIEW = (ROOT / "roles/eugex/files/views/exam_timetabling_exams.sql").read_bytes()
LAYOUT_FILE = b"<c><appender name='R'><layout value='%date %message'/></appender></c>"
JOURNAL = (
    b'{"v":1,"at":"2026-11-25T16:51:22+00:00","event":"task began","task":"1"}\n'
    b'{"v":1,"at":"2026-11-25T16:51:23+00:00"}\n'
)
MARKER = b'{"environment": "live", "rehearsal": false}'
ATTESTATION = json.dumps(
    {
        "line": "6",
        "attested_by": "A",
        "statement": "s",
        "evidence": "e",
        "at": "2027-01-01T00:00:00+00:00",
        "recorded_by": "r",
    }
).encode()


def with_file(name: str, read: Callable[[Path], object], place: Path) -> Callable[[bytes], object]:
    def run(content: bytes) -> object:
        (place / name).write_bytes(content)
        return read(place / name)

    return run


def key_of(path: Path) -> object:
    found = folder.read_folder(path.parent)
    return found.key, found.request, found.installed


def view(content: bytes) -> object:
    return view_of(content.decode("utf-8", "replace"), "EUGEX", where="view.sql")


def layout(content: bytes) -> object:
    return attribute_in(base64.b64encode(content).decode(), ".//appender[@name='R']/layout", "value")


def test_change_records(tmp_path: Path) -> None:
    path = tmp_path / "SAS005-150.yml"
    fuzz(lambda content: ChangeRecord.parse(path, content), RECORD, Problem)


def test_approvals(tmp_path: Path) -> None:
    path = tmp_path / "SAS005-150.approval.yml"
    fuzz(lambda content: Approval.parse(path, content), APPROVAL, Problem)


def test_sources_of_views() -> None:
    fuzz(view, VIEW, Problem)


def test_files_with_a_layout() -> None:
    fuzz(layout, LAYOUT_FILE, Problem)


@given(st.text(alphabet="%abc{}.-1 \n", max_size=40))
def test_layouts(text: str) -> None:
    with contextlib.suppress(InvalidParameter):
        assert len(log_layout.conversions(text)) <= text.count("%")


def test_certificates_keys_and_requests(tmp_path: Path) -> None:
    for name, sound in (("fullchain.pem", CERTIFICATE), ("key.pem", key_pem(ISSUED.key)), ("request.csr", CERTIFICATE)):
        fuzz(with_file(name, key_of, tmp_path), sound, Problem, examples=60)


def test_files_of_roots(tmp_path: Path) -> None:
    def read(path: Path) -> object:
        return CertificateFiles().roots("roots", [str(path)])

    fuzz(with_file("roots.pem", read, tmp_path), CERTIFICATE, Problem)


def test_stapled_answers_of_a_responder() -> None:
    leaf, issuer = ISSUED.certificate, AUTHORITY.certificate
    fuzz(lambda content: read_staple(content, leaf, issuer, AT), STAPLE)


def test_journals_that_were_cut_off() -> None:
    fuzz(journal_reader.parse, JOURNAL)


def test_the_marker_of_a_state_directory(tmp_path: Path) -> None:
    def read(path: Path) -> object:
        return state_directory.read_marker(path.parent)

    fuzz(with_file(state_directory.MARKER, read, tmp_path), MARKER, Problem)


def test_attestations(tmp_path: Path) -> None:
    content = json.loads(ATTESTATION)
    said = attestation.Attestation(**{name: content[name] for name in ("line", "attested_by", "statement", "evidence")})
    fuzz(with_file(said.file_name, attestation.read, tmp_path), ATTESTATION, Problem)


@pytest.mark.parametrize("depth", [50, 5_000])
def test_that_depth_is_refused_and_does_not_end_the_run(depth: int, tmp_path: Path) -> None:
    for run in (
        lambda content: ChangeRecord.parse(tmp_path / "SAS005-150.yml", content),
        with_file(state_directory.MARKER, lambda path: state_directory.read_marker(path.parent), tmp_path),
        with_file("attestation.json", attestation.read, tmp_path),
    ):
        with pytest.raises(Problem):
            run(b"[" * depth)
    with pytest.raises(Problem):
        layout(b"<a>" * depth)
    assert journal_reader.parse(b"[" * depth + b"\n")[0] == []
