# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module `bi_universe_info`: what it returns, who is let in, and what is said when nobody is."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from emulators.processes import wait_until
from tests.integration.business_objects.conftest import AUTHENTICATIONS, CUID, LIVE, VERSION, Platform


@pytest.mark.parametrize("authentication", [*AUTHENTICATIONS])
def test_that_a_universe_is_described_to_each_kind_of_account(platform: Platform, authentication: str) -> None:
    found = platform.info(authentication=authentication, cuids=[CUID], query={"objects": ["Exam code", "Candidates"]})
    assert (found["changed"], found["platform_version"]) == (False, VERSION)
    (universe,) = found["universes"]
    held = platform.universe
    assert held is not None
    assert universe == {
        "id": held["id"],
        "cuid": CUID,
        "name": "Exams timetabling",
        "type": "unx",
        "folder": "Universes/Exams",
        "revision": 6,
        "updated": held["updated"],
        "connections": [{"cuid": LIVE, "name": "EUGEX LIVE", "updated": platform.state["connections"][0]["updated"]}],
        "offered": True,
        "query": {"rows": 1, "error": None},
    }


def test_that_all_are_listed_without_cuids_and_none_for_one_that_is_not_there(platform: Platform) -> None:
    assert [each["cuid"] for each in platform.info()["universes"]] == [CUID]
    assert platform.info(cuids=["ANotThere"])["universes"] == []


def test_that_an_object_that_is_not_there_is_told_with_those_that_are(platform: Platform) -> None:
    (universe,) = platform.info(cuids=[CUID], query={"objects": ["Room"]})["universes"]
    assert universe["query"] == {"rows": 0, "error": "the universe has no object 'Room': Candidates, Exam code"}


def test_that_a_wrong_password_is_tried_once(platform: Platform, tmp_path: Path) -> None:
    wrong = {"login_password": "of last year", "rejected_logins": str(tmp_path / "rejected")}
    first = platform.info(**wrong)
    assert "name, password or authentication (secEnterprise) is wrong" in first["msg"]
    assert "FWB 00008" in first["msg"]
    attempts = platform.log.count("POST /biprws/logon/long")
    second = platform.info(**wrong)
    assert "is not tried again" in second["msg"]
    assert platform.log.count("POST /biprws/logon/long") == attempts
    assert "of last year" not in json.dumps([first["msg"], second["msg"]])
    assert "of last year" not in "".join(path.read_text() for path in (tmp_path / "rejected").iterdir())
    right = platform.info(rejected_logins=wrong["rejected_logins"])
    assert right["universes"]
    assert list((tmp_path / "rejected").iterdir()) == []


def test_that_no_free_licence_is_not_taken_for_a_wrong_password(platform: Platform, tmp_path: Path) -> None:
    platform.faults({"kind": "licence", "match": "logon"})
    refused = platform.info(rejected_logins=str(tmp_path / "rejected"))
    assert "no licence is free" in refused["msg"]
    assert "Wait until somebody logs off" in refused["msg"]
    platform.faults()
    assert platform.info(rejected_logins=str(tmp_path / "rejected"))["universes"]


@pytest.mark.parametrize(
    ("fault", "arguments", "said"),
    [
        ({"kind": "drop"}, {}, "it could not be reached, or the connection was lost"),
        ({"kind": "error", "status": 503}, {}, "failed with HTTP 503"),
        ({"kind": "nonsense"}, {}, "the answer is no JSON object"),
        ({"kind": "redirect"}, {}, "the way to somewhere else, which is not followed"),
    ],
)
def test_that_a_platform_that_does_not_answer_as_one_is_told(
    platform: Platform, fault: dict[str, Any], arguments: dict[str, Any], said: str
) -> None:
    platform.faults({**fault, "match": "logon"})
    failed = platform.info(**arguments)
    assert said in failed["msg"]
    assert platform.password not in failed["msg"]


def test_that_an_answer_that_comes_too_late_is_not_waited_for(platform: Platform) -> None:
    platform.faults({"kind": "late", "match": "logon", "seconds": 2})
    assert "there was no answer within 1 s" in platform.info(timeout=1)["msg"]
    wait_until(lambda: bool(platform.state["sessions"]), "the session that nobody knows of")
    platform.reset(revision=6)


def test_that_a_logoff_that_fails_is_warned_about(platform: Platform) -> None:
    platform.faults({"kind": "error", "match": "logoff", "times": 1})
    found = platform.info()
    assert any("The logoff was answered with HTTP 500" in str(each) for each in found["warnings"])
    platform.reset(revision=6)  # the session that was left


def test_that_an_error_in_the_middle_logs_off_nevertheless(platform: Platform) -> None:
    platform.faults({"kind": "error", "match": "cmsquery", "status": 500})
    assert "HTTP 500" in platform.info()["msg"]
    assert platform.state["sessions"] == {}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"ca_certificates": None}, "could not be encrypted and verified"),
        ({"server": "bi-test.exams.example"}, "could not be encrypted and verified"),
        ({"server": "https://bi-live"}, "it is no DNS name"),
        ({"login_user": None}, "it is not given"),
        ({"ca_certificates": "/nowhere.pem"}, "there is no such file"),
        ({"cuids": ["a b"]}, "it is no CUID"),
        ({"query": {"objects": []}, "cuids": [CUID]}, "it asks for nothing"),
    ],
)
def test_that_what_cannot_be_meant_or_trusted_is_refused(
    platform: Platform, arguments: dict[str, Any], said: str
) -> None:
    assert said in platform.info(**arguments)["msg"]


def test_that_a_missing_library_is_named(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    modules = "ansible_collections.uoe.exam_scheduling.plugins.module_utils.business_objects._requests"
    monkeypatch.setattr(sys.modules[modules], "_FOUND", "")
    assert "python -m pip install 'requests>=2.32.3'" in platform.info()["msg"]
