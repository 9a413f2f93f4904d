# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lookups in a ticket system over real TLS: what counts as approved, and every way in which a lookup fails."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.approvals import (
    Approval,
    Judged,
    approve,
)
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.authorisation import (
    Emergency,
    Question,
    answer,
)
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.decision import Begun, Work
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.lookup import looked_up
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.tickets import ticket_system
from emulators.certificates import Authority
from emulators.jira import Fault, Jira
from tests.unit.change_control.examples import NOON, judged, rules, write_record

ADDRESS = "127.44.0.5"
TOKEN = "token-that-must-not-be-seen"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.load_or_create(tmp_path_factory.mktemp("authority"), "Test root")


@pytest.fixture
def jira(authority: Authority) -> Iterator[Jira]:
    context = authority.issue([ADDRESS]).server_context()
    with Jira(ADDRESS, context, TOKEN, issues={"A": ("Approved", [])}) as system:
        yield system
    assert system.refused == []


@pytest.fixture
def declared(jira: Jira, authority: Authority, tmp_path: Path) -> dict[str, Any]:
    """The inventory's settings for it."""
    authority.save(tmp_path)
    return {
        "kind": "jira",
        "url": f"https://{ADDRESS}:{jira.port}",
        "approved_states": ["Approved", "Implementing"],
        "token": TOKEN,
        "ca": str(tmp_path / "root.pem"),
        "deadline": 1,
    }


def look_up(declared: dict[str, Any], record: Judged | None = None) -> Judged:
    system = ticket_system(declared)
    assert system is not None
    found = looked_up(record or judged("A", lines=["1.3"]), *system)
    assert TOKEN not in repr(found)
    assert TOKEN not in repr(system)
    return found


def test_an_approved_ticket_adds_to_the_evidence(declared: dict[str, Any]) -> None:
    found = look_up(declared)
    assert found.approved
    assert found.evidence.endswith("its ticket is Approved")


def test_cloud_wants_basic_authentication(jira: Jira, declared: dict[str, Any]) -> None:
    jira.user = "automation@exams.example"
    assert look_up({**declared, "user": jira.user}).approved
    assert "the token is not accepted" in look_up(declared).fault


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("error", "HTTP 503"),
        ("silent", "timed out"),
        ("nonsense", "JSONDecodeError"),
        ("redirect", "HTTP 302"),
        ("cut off", "IncompleteRead"),
        ("no HTTP", "BadStatusLine"),
    ],
)
def test_a_lookup_that_fails_is_a_fault_and_says_how(
    jira: Jira, declared: dict[str, Any], fault: Any, said: str
) -> None:
    jira.fault = fault
    found = look_up(declared)
    assert found.fault.startswith(declared["url"])
    assert "A cannot be looked up" in found.fault
    assert said in found.fault


def test_a_ticket_that_is_not_there_or_not_approved_is_a_fault(jira: Jira, declared: dict[str, Any]) -> None:
    jira.issues = {}
    assert "there is no such issue" in look_up(declared).fault
    jira.issues = {"A": ("Draft", [])}
    assert "expected Approved or Implementing; found Draft" in look_up(declared).fault
    assert "the token is not accepted" in look_up({**declared, "token": f"{TOKEN}-old"}).fault


def test_a_comment_that_is_quoted_must_be_there(jira: Jira, declared: dict[str, Any]) -> None:
    record = judged("A", lines=["1.3"]).record
    approval = Approval("A", record.digest, record.approver, NOON, "ticket_comment", "A", record.digest, Path("A"))
    jira.issues = {"A": ("Approved", ["fine"])}
    assert "no comment of its ticket quotes the record's digest" in look_up(declared, Judged(record, approval)).fault
    jira.issues = {"A": ("Approved", ["fine", f"Approved: {record.digest}"])}
    assert look_up(declared, Judged(record, approval)).approved


def test_a_clock_that_differs_is_named(jira: Jira, declared: dict[str, Any]) -> None:
    jira.skew = timedelta(minutes=-10)
    fault = look_up(declared).fault
    assert "the clock of this machine and the ticket system's differ by" in fault
    jira.skew = timedelta(seconds=30)
    assert look_up(declared).approved


def test_a_certificate_of_an_authority_that_is_not_given_is_refused(declared: dict[str, Any]) -> None:
    without = {name: value for name, value in declared.items() if name != "ca"}
    assert "CERTIFICATE_VERIFY_FAILED" in look_up(without).fault


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"url": "http://tickets.exams.example"}, "it is no https address"),
        ({"approved_states": "Approved"}, "it is no list of states"),
        ({"kind": "abacus"}, "it is none of jira"),
        ({"pasword": "x"}, "unknown ['pasword']"),
        ({"deadline": "soon"}, "it is no number"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused_without_the_token(
    declared: dict[str, Any], changed: dict[str, Any], said: str
) -> None:
    with pytest.raises(InvalidParameter) as refused:
        ticket_system({**declared, **changed})
    assert said in str(refused.value)
    assert TOKEN not in str(refused.value)


@pytest.fixture
def question(declared: dict[str, Any], tmp_path: Path) -> Question:
    """What the gate asks of line 1.3, which an approved record covers whose window is open."""
    record = write_record(tmp_path)
    at, quote = NOON - timedelta(hours=1), record.digest
    files = approve(record, tmp_path, approved=at, kind="minute", reference="Item 4", quote=quote)
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")
    return Question([Work("1.3", "dns", "DNS")], tmp_path, rules(tmp_path), NOON, [], declared)


def test_an_emergency_overrides_a_ticket_and_never_in_silence(jira: Jira, question: Question) -> None:
    emergency = Emergency("A. Name", "the primary is on fire")
    jira.issues = {"SAS005-150": ("Approved", [])}
    assert answer(replace(question, emergency=emergency)).as_dict()["emergency"] is None, "nothing needs it"
    jira.issues = {"SAS005-150": ("Withdrawn", [])}
    faults: tuple[Fault, ...] = ("none", "error")
    for fault in faults:
        jira.fault = fault
        assert answer(question).refusals
        found = answer(replace(question, emergency=emergency)).as_dict()
        assert (found["refusals"], found["lines"]) == ([], {})
        assert found["emergency"] == {"approver": "A. Name", "reason": "the primary is on fire", "lines": ["1.3"]}


def test_an_emergency_overrides_a_ticket_system_whose_settings_are_wrong(question: Question) -> None:
    wrong = replace(question, tickets={name: value for name, value in question.tickets.items() if name != "token"})
    with pytest.raises(InvalidParameter, match="missing"):
        answer(wrong)
    emergency = Emergency("A. Name", "the primary is on fire")
    found = answer(replace(wrong, emergency=emergency)).as_dict()
    assert (found["refusals"], found["lines"], found["emergency"]["lines"]) == ([], {}, ["1.3"])
    assert any(warning.startswith("no ticket can be looked up: ") for warning in found["warnings"])
    assert "missing ['token']" in found["records"][0]["state"]


def test_what_was_begun_is_backed_out_of_whatever_has_become_of_its_ticket(jira: Jira, question: Question) -> None:
    jira.issues = {"SAS005-150": ("Closed", [])}
    begun = [Begun("1.3", "SAS005-150")]
    for now in (NOON, NOON + timedelta(days=1)):
        assert answer(replace(question, now=now, begun=begun)).as_dict()["lines"] == {"1.3": "SAS005-150"}
    both = replace(question, works=[*question.works, Work("1.6", "https", "HTTPS")], begun=begun)
    found = answer(both)
    assert ([*found.decision.under], [work.name for work in found.decision.refused]) == (["1.3"], ["1.6"])
    assert "found Closed" in found.refusals[0]
    jira.issues = {"SAS005-150": ("Approved", [])}
    assert not answer(both).refusals


def test_a_second_client_sees_what_jira_would_answer(jira: Jira, declared: dict[str, Any]) -> None:
    address = f"{declared['url']}/rest/api/2/issue/A"
    headers = {"Authorization": f"Bearer {TOKEN}"}
    known = requests.get(
        f"{address}?fields=status,comment", headers=headers, verify=declared["ca"], timeout=5, proxies={"https": ""}
    )
    assert (known.status_code, known.json()["fields"]["status"]["name"]) == (200, "Approved")
    assert requests.put(address, headers=headers, verify=declared["ca"], timeout=5).status_code == 404
    assert jira.refused == ["PUT /rest/api/2/issue/A"]
    jira.refused.clear()
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(address, timeout=5)
    assert isinstance(jira.context, ssl.SSLContext)
